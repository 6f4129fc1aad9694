"""Who judges what: asked, answered, given back, taken back, void; and when the reviews of an application are enough."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from app.clock import bishkek_day
from app.localisation import N_
from app.services import audit, conflicts, interests, notifications, review_versions, standing_decisions
from app.services.actors import Actor
from app.services.applications import TRANSITIONS as APPLICATION_TRANSITIONS
from app.services.assignment_transitions import TRANSITIONS, must_be_a_day_ahead
from app.services.errors import AlreadyUsedError, DomainError, IncompleteError, SeparationOfDutyError
from app.services.workflow import REVIEWER_READS_REASON, leads_on, reason_given, target
from models.applications import Application, ApplicationStatus
from models.base import db, lock
from models.reviews import (
    IS_COUNTED,
    OUTSTANDING,
    Assignment,
    AssignmentStatus,
    Conflict,
    ConflictKind,
    Review,
    is_counted,
)
from models.users import Role, User

_VOID = N_("A review of %(number)s is void, a conflict was found: another reviewer is needed.")
_PROGRESS = (  # made once: every review that comes in asks it
    db.select(Assignment.id, Assignment.status, Assignment.due_on, Review.status.label("written"))
    .outerjoin(Review, Review.assignment_id == Assignment.id)
    .where(Assignment.application_id == db.bindparam("application"))
)


def assign(application: Application, reviewer: User, *, due_on: date, actor: Actor, now: datetime) -> Assignment:
    """Ask a reviewer to judge an application.

    Raises `SeparationOfDutyError` for a reviewer with a tie to the applicant, and for a secretary with one;
    `AlreadyUsedError` when asked before.
    """
    conflicts.must_have_no_tie(application, actor)
    lock(application)
    new_status = target(APPLICATION_TRANSITIONS, application.status, "assign")
    standing_decisions.must_not_be_there(application)
    if not reviewer.has_role(Role.REVIEWER):
        raise DomainError(N_("This person is not a reviewer."), field="reviewer")
    problem = conflicts.hindrance(application, reviewer)
    if problem:
        raise SeparationOfDutyError(problem, field="reviewer")
    must_be_a_day_ahead(due_on, now)
    query = db.select(Assignment).where(
        Assignment.application_id == application.id, Assignment.reviewer_id == reviewer.id
    )
    if db.session.scalar(query) is not None:
        raise AlreadyUsedError(N_("This reviewer has been asked already."), field="reviewer")
    assignment = Assignment(
        application=application,
        reviewer=reviewer,
        assigned_by_id=actor.user_id,
        assigned_at=now,
        due_on=due_on,
    )
    db.session.add(assignment)
    application.status = new_status
    db.session.flush()
    audit.record(actor, "assignment.assign", assignment, now, application=application.id)
    notifications.tell(
        [reviewer.id], N_("You are asked to judge an application until %(day)s."), assignment, now, day=due_on
    )
    return assignment


def declare(
    assignment: Assignment, kind: ConflictKind | None, *, explanation: str = "", actor: Actor, now: datetime
) -> Conflict:
    """Declare an interest of `kind` (the assignment ends), or none (the reviewer accepts and may read).

    Raises `SeparationOfDutyError` when no interest is declared though the programme knows of a tie, `IncompleteError`
    when the register of interests is not confirmed for this call.
    """
    action = "accept" if kind is None else "recuse"
    lock(assignment.application)
    lock(assignment)
    new_status = target(TRANSITIONS, assignment.status, action)
    if kind is not None and not explanation.strip():
        raise IncompleteError(N_("Say in a sentence what ties you to the applicant."), field="explanation")
    if kind is None:
        conflicts.must_be_unhindered(assignment)
        interests.must_be_confirmed(actor.user, assignment.application.call)
    conflict = Conflict(
        application_id=assignment.application_id,
        user_id=actor.user_id,
        kind=kind,
        explanation=explanation.strip(),
        declared_at=now,
    )
    db.session.add(conflict)
    assignment.status, assignment.answered_at = new_status, now
    db.session.flush()
    left = complete_if_enough(assignment.application, now) if kind is not None else None
    audit.record(actor, f"assignment.{action}", assignment, now, kind=kind.value if kind else None)
    if left is not None:
        tell_of_completion(assignment.application, left, actor=actor, now=now)
    elif kind is not None:
        _tell_secretary(
            assignment, N_("A reviewer of %(number)s has declared an interest: another one is needed."), now
        )
    return conflict


def decline(assignment: Assignment, *, reason: str, actor: Actor, now: datetime) -> None:
    """Give the assignment back with a reason."""
    lock(assignment.application)
    lock(assignment)
    new_status = target(TRANSITIONS, assignment.status, "decline")
    reason = reason_given(reason)
    assignment.status, assignment.answered_at, assignment.decline_reason = new_status, now, reason
    db.session.flush()
    left = complete_if_enough(assignment.application, now)
    audit.record(actor, "assignment.decline", assignment, now)
    if left is not None:
        tell_of_completion(assignment.application, left, actor=actor, now=now)
    else:
        _tell_secretary(assignment, N_("A reviewer of %(number)s has declined: another one is needed."), now)


def take_back(assignment: Assignment, *, reason: str, actor: Actor, now: datetime) -> None:
    """The secretary takes back a request that was not answered, with a reason the reviewer reads.

    Raises `WrongTransitionError` once the reviewer has answered, `SeparationOfDutyError` for a secretary with a tie to
    the applicant. The same reviewer is not asked again.
    """
    application = assignment.application
    conflicts.must_have_no_tie(application, actor)
    lock(application)
    lock(assignment)
    new_status = target(TRANSITIONS, assignment.status, "take_back")
    text = reason_given(reason, REVIEWER_READS_REASON)
    assignment.status, assignment.decline_reason = new_status, text
    db.session.flush()
    # The reviews that are in may have waited for this one alone.
    is_last = not any(one.status in OUTSTANDING for one in of_application(application))
    left = complete_if_enough(application, now) if is_last else None
    audit.record(actor, "assignment.take_back", assignment, now, reason=text)
    message = N_("The secretary took back the request to judge an application: %(reason)s")
    notifications.tell([assignment.reviewer_id], message, assignment, now, reason=text)
    if left is not None:
        tell_of_completion(application, left, actor=actor, now=now)


class Voided(NamedTuple):
    """What `end_of_tied` has ended; `left` as of `complete`, None where the reviews are not enough."""

    assignment: Assignment
    left: list[Assignment] | None


def void(application: Application, reviewer: User, *, actor: Actor, now: datetime) -> None:
    """End what `reviewer` was asked for, if anything: a conflict found late is confirmed.

    A review that was begun or handed in is void: its scores stay kept and count nowhere. When too few reviews are left
    the application is in review again. The caller holds its lock. A review stays while a decision rests on it; once an
    appeal against that one is upheld it is void too, closed as it is, and the protocol that was signed keeps it.
    """
    ended = end_of_tied(application, reviewer, now)
    if ended is not None:
        tell_of_void(ended, actor=actor, now=now)


def end_of_tied(application: Application, reviewer: User, now: datetime) -> Voided | None:
    """As `void`, for an act that is not recorded yet; `tell_of_void` comes after it. None where nothing ends."""
    query = db.select(Assignment).where(
        Assignment.application_id == application.id, Assignment.reviewer_id == reviewer.id
    )
    assignment = db.session.scalar(query)
    if assignment is None or not assignment.is_holding or not leads_on(TRANSITIONS, assignment.status, "void"):
        return None
    if standing_decisions.is_there(application):
        return None
    lock(assignment)
    assignment.status, assignment.answered_at = target(TRANSITIONS, assignment.status, "void"), now
    db.session.flush()
    return Voided(assignment, complete_if_enough(application, now))


def tell_of_void(ended: Voided, *, actor: Actor, now: datetime) -> None:
    """Record and tell what a void review leads to."""
    assignment, left = ended
    application, review = assignment.application, assignment.review
    audit.record(actor, "assignment.void", assignment, now, review=review.id if review else None)
    notifications.tell(
        [assignment.reviewer_id],
        N_("A conflict of interest was confirmed: your part in the judging of it has ended."),
        assignment,
        now,
    )
    if left is not None:
        tell_of_completion(application, left, actor=actor, now=now)
    elif application.status is ApplicationStatus.REVIEWED:
        review_further(application, actor=actor, now=now)
    elif application.status is ApplicationStatus.IN_REVIEW:
        notifications.tell_holders(Role.SECRETARY, application, _VOID, now)


def void_of_tied(application: Application, *, actor: Actor, now: datetime) -> None:
    """End what was asked of everybody who has a tie to the applicant by now; the caller holds its lock."""
    asked = [one.reviewer for one in of_application(application) if one.is_holding]
    free = {one.id for one in conflicts.without_ties(application, asked)}
    for reviewer in asked:
        if reviewer.id not in free:
            void(application, reviewer, actor=actor, now=now)


def review_further(application: Application, *, actor: Actor, now: datetime) -> None:
    """Put a reviewed application back into review if too few reviews are left; the secretary is told."""
    if len(submitted_reviews(application)) >= application.call.reviewers_per_application:
        return
    application.status = target(APPLICATION_TRANSITIONS, application.status, "void_review")
    db.session.flush()
    audit.record(actor, "application.void_review", application, now)
    notifications.tell_holders(Role.SECRETARY, application, _VOID, now)


class Progress(NamedTuple):
    """Whether the reviews of an application are enough, and whether somebody was asked who is not needed then."""

    is_enough: bool
    is_anybody_left: bool


def progress(application: Application, now: datetime, handing_in: Assignment | None = None) -> Progress:
    """How far the reviews of an application are, as if `handing_in` were handed in; the caller holds its lock.

    Enough are the call's number, and those of everybody who has accepted and is not late.
    """
    if application.status is not ApplicationStatus.IN_REVIEW:
        return Progress(is_enough=False, is_anybody_left=False)
    today = bishkek_day(now)
    with db.session.no_autoflush:  # the callers have flushed all but what is handed in
        rows = db.session.execute(_PROGRESS, {"application": application.id}).all()
    others = [row for row in rows if handing_in is None or row.id != handing_in.id]
    awaited = sum(one.status is AssignmentStatus.ACCEPTED and one.due_on >= today for one in others)
    done = sum(is_counted(one.status, one.written) for one in others)
    done += handing_in is not None
    return Progress(
        not awaited and done >= application.call.reviewers_per_application,
        any(one.status in OUTSTANDING for one in others),
    )


def complete_if_enough(application: Application, now: datetime) -> list[Assignment] | None:
    """`complete`, once enough reviews are in; None while they are not. The caller holds the application's lock."""
    found = progress(application, now)
    return complete(application, found) if found.is_enough else None


def complete(application: Application, found: Progress) -> list[Assignment]:
    """Make the application reviewed, end what is not needed any more, and answer that for `tell_of_completion`.

    It comes before the first act that is recorded: who has the head of the history waits for no row any more.
    """
    application.status = target(APPLICATION_TRANSITIONS, application.status, "complete_review")
    left = [one for one in of_application(application) if one.status in OUTSTANDING] if found.is_anybody_left else []
    _end(left)
    return left


def _end(outstanding: Iterable[Assignment]) -> None:
    """What was handed in and opened again is not lost to who is late with writing it anew."""
    for one in outstanding:
        if one.is_open_again:
            review_versions.restore(one)
        else:
            one.status = target(TRANSITIONS, one.status, "close")


def end_all(application: Application) -> tuple[list[Assignment], list[Assignment]]:
    """End what is still asked of reviewers, and close the reviews that are in; answers those that were waited for, and
    all that ended.

    As `complete`, it comes before the first act that is recorded, and the caller holds the locks.
    """
    found = of_application(application)
    left = [one for one in found if one.status in OUTSTANDING]
    _end(left)
    handed_in = [one for one in found if one.status is AssignmentStatus.SUBMITTED]
    for one in handed_in:
        one.status = target(TRANSITIONS, one.status, "close")
    return left, sorted({*left, *handed_in}, key=lambda one: one.id)


def tell_of_completion(application: Application, left: list[Assignment], *, actor: Actor, now: datetime) -> None:
    """Record and tell that the application is reviewed; who is `left` and not needed any more is told so."""
    db.session.flush()
    audit.record(actor, "application.complete_review", application, now)
    for one in left:
        if one.status is AssignmentStatus.SUBMITTED:
            review_versions.record_restored(one, actor, now)
            message = N_("All reviews are in: yours was not submitted anew, so it counts as you had submitted it.")
        else:
            audit.record(actor, "assignment.close", one, now, application=application.id)
            message = N_("All reviews are in: the one you were asked for is not needed any more.")
        notifications.tell([one.reviewer_id], message, one, now)
    notifications.tell_holders(Role.SECRETARY, application, N_("All reviews of %(number)s are in."), now)


def of_reviewer(reviewer: User) -> list[Assignment]:
    """A reviewer's assignments, the nearest day first."""
    query = (
        db.select(Assignment)
        .where(Assignment.reviewer_id == reviewer.id)
        .options(
            db.joinedload(Assignment.application).joinedload(Application.association),
            db.joinedload(Assignment.application).joinedload(Application.call),
            db.joinedload(Assignment.review),
        )
        .order_by(Assignment.due_on, Assignment.id)
    )
    return list(db.session.scalars(query))


def waiting_for_answer(reviewer: User, assignment_id: int | None) -> Assignment | None:
    """The request of this id, if it is `reviewer` who has yet to answer it."""
    if assignment_id is None:
        return None
    query = db.select(Assignment).where(
        Assignment.id == assignment_id,
        Assignment.reviewer_id == reviewer.id,
        Assignment.status == AssignmentStatus.PROPOSED,
    )
    found: Assignment | None = db.session.scalar(query.options(db.joinedload(Assignment.application)))
    return found


def of_application(application: Application) -> list[Assignment]:
    query = (
        db.select(Assignment)
        .where(Assignment.application_id == application.id)
        .options(db.joinedload(Assignment.reviewer), db.joinedload(Assignment.review))
        .order_by(Assignment.id)
    )
    return list(db.session.scalars(query))


def _tell_secretary(assignment: Assignment, message: str, now: datetime) -> None:
    # The message leads to the application: the assignment's own page is the reviewer's alone.
    application = assignment.application
    notifications.tell_holders(Role.SECRETARY, application, message, now)


def submitted_reviews(application: Application) -> list[Review]:
    """The submitted reviews of those who still hold the assignment."""
    query = (
        db.select(Review)
        .join(Review.assignment)
        .where(Assignment.application_id == application.id, IS_COUNTED)
        .order_by(Review.id)
    )
    return list(db.session.scalars(query))
