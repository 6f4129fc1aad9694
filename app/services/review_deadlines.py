"""The last day of a review: nothing is handed in after it, unless the secretary gives more time.

The day is the one its reviewer was told (`Assignment.due_on`), in Bishkek; the one in the timetable of the call is for
the applicants.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select

from app.clock import bishkek_day
from app.localisation import N_
from app.services import assignments, audit, conflicts, notifications, review_versions, standing_decisions
from app.services.actors import Actor
from app.services.assignment_transitions import TRANSITIONS, must_be_a_day_ahead
from app.services.conflicts import Ties
from app.services.errors import DomainError, WrongTransitionError
from app.services.workflow import REVIEWER_READS_REASON, reason_given, target
from models.applications import Application
from models.base import db, lock, lock_all
from models.calls import Call
from models.reviews import OUTSTANDING, Assignment


def extend(assignment: Assignment, *, due_on: date, actor: Actor, now: datetime) -> None:
    """Give the reviewer until the end of `due_on`, and tell them. An earlier day than before is refused.

    Raises `SeparationOfDutyError` for who has a tie to the applicant, `WrongTransitionError` when nothing is waited
    for, `DomainError` while the Council discusses the application and once it has decided.
    """
    application = assignment.application
    lock(application)
    lock(assignment)
    conflicts.must_have_no_tie(application, actor)
    if assignment.status not in OUTSTANDING:
        raise WrongTransitionError(N_("This review is not waited for: it is handed in, given back or ended."))
    standing_decisions.must_not_be_there(application)
    must_be_a_day_ahead(due_on, now)
    if due_on <= assignment.due_on:
        raise DomainError(N_("Give a day after %(day)s, the one so far."), field="due_on", day=assignment.due_on)
    _move([assignment], due_on, actor, now)


def extend_late(call: Call, *, due_on: date, actor: Actor, now: datetime) -> int:
    """Give everybody who is late in a call until the end of `due_on`; so many reviews get more time.

    What the actor has a tie to and what is decided is left out. Raises `DomainError` when nothing
    is left.
    """
    must_be_a_day_ahead(due_on, now)
    today, ties = bishkek_day(now), conflicts.ties_of(actor.user)
    # Applications first, as whoever ends one of these reviews takes them; what is late under them stays so until then.
    ids = _late(today, ties).where(Application.call_id == call.id).with_only_columns(Application.id)
    held = lock_all(Application, Application.id.in_(ids))
    late = [one for one in late_of(call, today, ties, anew=True) if one.application_id in held]
    if not late:
        raise DomainError(N_("Nobody is late in this call."))
    _move(late, due_on, actor, now)
    return len(late)


def _move(found: Sequence[Assignment], due_on: date, actor: Actor, now: datetime) -> None:
    """Each assignment has its row in the history; each reviewer gets one message."""
    before = {one.id: one.due_on for one in found}
    for one in found:
        one.due_on, one.reminded_on = due_on, bishkek_day(now)  # they are told the day today
    db.session.flush()
    own = defaultdict(list)
    for one in found:
        audit.record(
            actor,
            "assignment.extend",
            one,
            now,
            application=one.application_id,
            due_before=before[one.id].isoformat(),
            due_on=due_on.isoformat(),
        )
        own[one.reviewer_id].append(one)
    for reviewer_id, rows in sorted(own.items()):
        message = N_("You have more time for so many reviews: %(count)s, until the end of %(day)s.")
        subject: object = rows[0] if len(rows) == 1 else "reviews:all"
        notifications.tell([reviewer_id], message, subject, now, count=len(rows), day=due_on)


def late_of(call: Call, today: date, ties: Ties, *, anew: bool = False) -> list[Assignment]:
    """What is late in a call and could get more time from somebody with these ties, in the order of its days.

    `anew`: as others have left it by now.
    """
    query = (
        _late(today, ties)
        .where(Application.call_id == call.id)
        .options(db.contains_eager(Assignment.application).joinedload(Application.association))
        .order_by(Assignment.id)
    )
    if anew:
        query = query.execution_options(populate_existing=True)
    found: list[Assignment] = list(db.session.scalars(query.options(db.joinedload(Assignment.reviewer))))
    return sorted(found, key=lambda one: one.due_on)


def late_calls(today: date, ties: Ties) -> list[tuple[Call, int]]:
    """The calls in which somebody with these ties could give more time, with how many reviews are late in each."""
    query = _late(today, ties).with_only_columns(Application.call_id, db.func.count()).group_by(Application.call_id)
    counts = {int(row[0]): int(row[1]) for row in db.session.execute(query)}
    calls = db.session.scalars(db.select(Call).where(Call.id.in_(counts)).order_by(Call.id))
    return [(one, counts[one.id]) for one in calls]


def _late(today: date, ties: Ties) -> Select[Any]:
    return (
        db.select(Assignment)
        .join(Assignment.application)
        .where(Assignment.status.in_(OUTSTANDING), Assignment.due_on < today)
        .where(~standing_decisions.on(Application.id).exists())
        .where(*ties.free(Application.association_id, Application.id))
    )


def release(assignment: Assignment, *, reason: str, actor: Actor, now: datetime) -> None:
    """Go on without a review that was taken and is late: it is ended with a reason its reviewer reads.

    One that had been handed in and was opened again counts as it was handed in: nobody's score is dropped this way.
    The draft stays kept. When the reviews that are in are enough, the application is reviewed. Raises `DomainError`
    while its last day is not over, `SeparationOfDutyError` for who has a tie to the applicant.
    """
    application = assignment.application
    lock(application)
    lock(assignment)
    action = "restore" if assignment.is_open_again else "release"
    new_status = target(TRANSITIONS, assignment.status, action)
    conflicts.must_have_no_tie(application, actor)
    if not assignment.is_late_on(bishkek_day(now)):
        raise DomainError(N_("The last day of this review is not over: wait for it, or ask its reviewer."))
    text = reason_given(reason, REVIEWER_READS_REASON)
    if action == "restore":
        review_versions.restore(assignment)
        message = N_("Your review was not submitted anew, so it counts as you had submitted it: %(reason)s")
    else:
        assignment.status, assignment.decline_reason = new_status, text
        message = N_("Your review is late, and the secretary goes on without it: %(reason)s")
    db.session.flush()
    left = assignments.complete_if_enough(application, now)
    if action == "restore":
        review_versions.record_restored(assignment, actor, now, reason=text)
    else:
        audit.record(actor, "assignment.release", assignment, now, application=application.id, reason=text)
    notifications.tell([assignment.reviewer_id], message, assignment, now, reason=text)
    if left is not None:
        assignments.tell_of_completion(application, left, actor=actor, now=now)
