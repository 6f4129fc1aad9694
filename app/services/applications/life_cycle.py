"""The life cycle from sign-off to submission and withdrawal, with the snapshot of what was handed in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.localisation import N_, Money
from app.services import (
    audit,
    conflict_detection,
    dictations,
    duplicates,
    notifications,
    own_codes,
    papers,
    questions,
    signatures,
    standing_decisions,
)
from app.services.actors import Actor
from app.services.applications import beneficiaries, budget_lines, business_plans, meetings, themes
from app.services.applications.drafts import renew
from app.services.applications.snapshots import stamp_of, take_snapshot
from app.services.assignment_transitions import TRANSITIONS as ASSIGNMENT_TRANSITIONS
from app.services.associations import chair_of, is_chair
from app.services.dictations import Confirmation
from app.services.errors import (
    ChangedMeanwhileError,
    DomainError,
    IncompleteError,
    LimitExceededError,
    SeparationOfDutyError,
)
from app.services.workflow import Transition, leads_on, reason_given, target
from models.applications import (
    Application,
    ApplicationStatus,
    Payer,
    Snapshot,
)
from models.base import db, lock
from models.calls import CallStatus
from models.council_sessions import Decision
from models.dictations import ConfirmationWay
from models.reviews import OUTSTANDING, Assignment
from models.users import Role

S = ApplicationStatus
_ASSIGN_GUARD = N_("reviewer of another ayil okmotu, no conflict")
_ANEW_GUARD = N_("an appeal is upheld; onto the agenda of an open session of the call")
_OFF_GUARD = N_("decided before, not decided anew yet; off the agenda again, reason given")
TRANSITIONS: Mapping[tuple[ApplicationStatus, str], Transition] = {
    (S.DRAFT, "sign_off"): Transition(
        S.SIGNED_OFF,
        N_("Association's chair"),
        N_("every part filled in; the village meeting with quorum agreed, its minutes attached"),
    ),
    (S.DRAFT, "decline"): Transition(S.DRAFT, N_("Association's chair"), N_("reason given")),
    (S.SIGNED_OFF, "reopen"): Transition(S.DRAFT, N_("Association or operator")),
    (S.SIGNED_OFF, "submit"): Transition(S.SUBMITTED, N_("Association or operator"), N_("call open at this second")),
    (S.SUBMITTED, "return"): Transition(S.RETURNED, N_("Council secretary"), N_("reason given")),
    (S.RESUBMITTED, "return"): Transition(S.RETURNED, N_("Council secretary"), N_("reason given")),
    (S.RETURNED, "return"): Transition(S.RETURNED, N_("Council secretary"), N_("reason given")),
    (S.RETURNED, "sign_off"): Transition(S.RETURNED, N_("Association's chair"), N_("every part filled in")),
    (S.RETURNED, "decline"): Transition(S.RETURNED, N_("Association's chair"), N_("reason given")),
    (S.RETURNED, "resubmit"): Transition(
        S.RESUBMITTED, N_("Association or operator"), N_("signed off anew; the call not decided yet")
    ),
    (S.SUBMITTED, "find_eligible"): Transition(S.ELIGIBLE, N_("Council secretary"), N_("every rule met")),
    (S.RESUBMITTED, "find_eligible"): Transition(S.ELIGIBLE, N_("Council secretary"), N_("every rule met")),
    (S.SUBMITTED, "find_ineligible"): Transition(S.INELIGIBLE, N_("Council secretary"), N_("reason given")),
    (S.RESUBMITTED, "find_ineligible"): Transition(S.INELIGIBLE, N_("Council secretary"), N_("reason given")),
    (S.RETURNED, "find_ineligible"): Transition(S.INELIGIBLE, N_("Council secretary"), N_("not mended in time")),
    (S.ELIGIBLE, "assign"): Transition(S.IN_REVIEW, N_("Council secretary"), _ASSIGN_GUARD),
    (S.IN_REVIEW, "assign"): Transition(S.IN_REVIEW, N_("Council secretary"), _ASSIGN_GUARD),
    (S.REVIEWED, "assign"): Transition(S.IN_REVIEW, N_("Council secretary"), _ASSIGN_GUARD),
    (S.IN_REVIEW, "complete_review"): Transition(
        S.REVIEWED, N_("Reviewer"), N_("the call's number of reviews submitted")
    ),
    (S.REVIEWED, "void_review"): Transition(
        S.IN_REVIEW, N_("Council secretary"), N_("a review is void, and too few are left")
    ),
    (S.REVIEWED, "reopen_review"): Transition(
        S.IN_REVIEW, N_("Council secretary"), N_("a review is reopened; the Council has not decided")
    ),
    (S.REVIEWED, "select"): Transition(
        S.SELECTED,
        N_("Council session"),
        N_("quorum; amount within ceiling, allocation and fund; protocol signed; letter sent"),
    ),
    (S.REVIEWED, "reserve"): Transition(
        S.RESERVE, N_("Council session"), N_("quorum; reason given; protocol signed; letter sent")
    ),
    (S.REVIEWED, "reject"): Transition(
        S.REJECTED, N_("Council session"), N_("quorum; reason given; protocol signed; letter sent")
    ),
    (S.SELECTED, "offer_grant"): Transition(
        S.GRANT_OFFERED, N_("Finance officer"), N_("protocol signed; fund covers the amount")
    ),
    (S.GRANT_OFFERED, "decline_grant"): Transition(
        S.WITHDRAWN, N_("Association's chair"), N_("grant not accepted yet; reason given")
    ),
    (S.REJECTED, "decide_anew"): Transition(S.REVIEWED, N_("Council secretary"), _ANEW_GUARD),
    (S.RESERVE, "decide_anew"): Transition(S.REVIEWED, N_("Council secretary"), _ANEW_GUARD),
    (S.REVIEWED, "back_to_rejected"): Transition(S.REJECTED, N_("Council secretary"), _OFF_GUARD),
    (S.IN_REVIEW, "back_to_rejected"): Transition(S.REJECTED, N_("Council secretary"), _OFF_GUARD),
    (S.REVIEWED, "back_to_reserve"): Transition(S.RESERVE, N_("Council secretary"), _OFF_GUARD),
    (S.IN_REVIEW, "back_to_reserve"): Transition(S.RESERVE, N_("Council secretary"), _OFF_GUARD),
    (S.RESERVE, "promote"): Transition(
        S.SELECTED, N_("Council chair"), N_("next by rule; amount within caps, allocation and what a grant set free")
    ),
} | {
    (status, "withdraw"): Transition(S.WITHDRAWN, N_("Association or operator"), N_("before the decision"))
    for status in (S.DRAFT, S.SIGNED_OFF, S.SUBMITTED, S.RETURNED, S.RESUBMITTED, S.ELIGIBLE, S.IN_REVIEW, S.REVIEWED)
}


@dataclass(frozen=True)
class Gap:
    """Something that is missing before sign-off: the part of the form it belongs to and what to do."""

    part: str  # its key in the call's form
    problem: DomainError


@dataclass(frozen=True)
class Held:
    """What stands beside an application's own rows: the plan and the papers."""

    plan: business_plans.Contents
    papers: Sequence[papers.Paper]


def held_by(application: Application, now: datetime) -> Held:
    """The plan and the papers of an application, with the state each paper has `now`."""
    return Held(business_plans.contents(application), papers.of(application, now=now))


def gaps(application: Application, now: datetime, held: Held | None = None) -> list[Gap]:
    """What is missing before sign-off, in the order of the form; empty when the application is complete.

    Of one that was returned only what was asked for: the rest was complete on that day (what was not, is asked for
    with it), and nobody could mend what has run out since. `held` is what was read before for the same page.
    """
    asked = application.asked_parts
    return [gap for gap in lacking(application, now, held) if asked is None or gap.part in asked]


def lacking(application: Application, now: datetime, held: Held | None = None) -> list[Gap]:
    """What is missing in the whole application, in the order of the form."""
    held = held or held_by(application, now)
    found: list[Gap] = []
    answers, form = application.answers, questions.form_of(application.call)
    for section in form.sections:
        for question in questions.missing_in(section, answers):
            found.append(
                Gap(
                    section.key,
                    IncompleteError(N_("Not answered yet: %(question)s"), question={"name": question.numbered}),
                )
            )
    found += [Gap("theme", problem) for problem in themes.gaps(application)]
    call, grant = application.call, application.amount_paid_by(Payer.GRANT)
    if not application.budget_lines:
        found.append(Gap("budget", IncompleteError(N_("The budget has no lines yet."))))
    elif not call.grant_floor <= grant <= call.grant_ceiling or grant == 0:
        found.append(
            Gap(
                "budget",
                LimitExceededError(
                    N_("The grant asked for is %(grant)s; the call gives %(floor)s to %(ceiling)s."),
                    grant=Money(grant),
                    floor=Money(call.grant_floor),
                    ceiling=Money(call.grant_ceiling),
                ),
            )
        )
    pledged, planned = application.remittance_pledged, application.amount_paid_by(Payer.REMITTANCE)
    found += [Gap("budget", budget_lines.not_paid(heading)) for heading in budget_lines.ineligible(application)]
    if pledged == 0:
        found.append(Gap("pledges", IncompleteError(N_("Nobody has promised co-investment yet."))))
    elif pledged < planned:
        found.append(
            Gap(
                "pledges",
                IncompleteError(
                    N_("Pledged are %(pledged)s; the budget counts on %(planned)s from remittances."),
                    pledged=Money(pledged),
                    planned=Money(planned),
                ),
            )
        )
    found += [Gap(part, problem) for part, problem in business_plans.gaps(application, held.plan)]
    found += [Gap("beneficiaries", problem) for problem in beneficiaries.gaps(application)]
    if not application.targets:
        found.append(Gap("targets", IncompleteError(N_("Promise at least one result."))))
    found += [Gap("meeting", problem) for problem in meetings.gaps(application)]
    found += [Gap("documents", problem) for problem in papers.gaps(application.call, held.papers)]
    places = {part.key: place for place, part in enumerate(form.parts)}
    return sorted(found, key=lambda gap: places[gap.part])


def has_step(application: Application, action: str) -> bool:
    """Whether `action` leads anywhere from where the application stands."""
    return leads_on(TRANSITIONS, application.status, action)


def sign_off(
    application: Application,
    *,
    actor: Actor,
    now: datetime,
    seen: str | None = None,
    confirmation: Confirmation | None = None,
) -> None:
    """The association's chair stands by the application, and with it by all that the centre wrote in it.

    Raises `IncompleteError` with the first gap, `SeparationOfDutyError` for anybody but the chair. An operator
    records the sign-off with the chair's own `confirmation`, that of a dry run without; on paper that names the receipt
    of the application as it stands. Where the centre wrote, an account it has just opened signs nothing off. `seen` is
    the `stamp_of` what the person was shown: `ChangedMeanwhileError` when it is another one now.
    """
    lock(application)
    new_status = target(TRANSITIONS, application.status, "sign_off")
    for gap in gaps(application, now):
        raise gap.problem
    confirmation = _confirmed(application, confirmation, actor)
    stamp = stamp_of(application)
    _must_be_as_seen(stamp, seen)
    if confirmation:
        signatures.must_be_of_the_receipt(application, confirmation, stamp)
    waiting = dictations.waiting_of(application, actor.dictation)
    if waiting and actor.on_behalf_of is None:
        own_codes.must_be_ones_own(actor.user, now)
    application.status = new_status
    application.signed_off_by_id, application.signed_off_at = actor.user_id, now
    signatures.sign(application, confirmation, stamp, actor=actor, now=now)
    kept = {"person": confirmation.person.id, "way": confirmation.way.value} if confirmation else {}
    audit.record(actor, "application.sign_off", application, now, sha256=stamp, **kept)
    if confirmation:
        dictations.confirm_with_sign_off(application, waiting, confirmation, actor=actor, now=now)
    notifications.tell_association(application, N_("The application %(number)s is signed off."), now)


def _confirmed(application: Application, confirmation: Confirmation | None, actor: Actor) -> Confirmation | None:
    """Whose word the sign-off is, and how it was given; None in a dry run, whose association has no people."""
    if actor.on_behalf_of is not None:
        if application.is_test:
            return None
        return dictations.must_be_of_the_chair(confirmation, application.association)
    if not is_chair(application.association, actor.user.person):
        raise SeparationOfDutyError(N_("Only the chair of the association can sign off."))
    return Confirmation(actor.user.person, ConfirmationWay.SIGN_OFF)


def decline(application: Application, *, reason: str, actor: Actor, now: datetime) -> None:
    """The chair does not stand by it: the writers are told why and go on; the reason stays in the trail.

    Raises `SeparationOfDutyError` for anybody but the chair; an operator records what the chair said.
    """
    lock(application)
    new_status = target(TRANSITIONS, application.status, "decline")
    if actor.on_behalf_of is None and not is_chair(application.association, actor.user.person):
        raise SeparationOfDutyError(N_("Only the chair of the association can sign off or decline."))
    text = reason_given(reason)
    application.status = new_status
    application.signed_off_by_id = application.signed_off_at = None
    chair = chair_of(application.association) if actor.on_behalf_of else actor.user.person
    signatures.decline(application, chair, text, stamp_of(application), actor=actor, now=now)
    audit.record(actor, "application.decline", application, now, reason=text)
    message = N_("The chair did not sign off the application %(number)s: %(reason)s")
    notifications.tell_association(application, message, now, reason=text)


def reopen(application: Application, *, actor: Actor, now: datetime) -> None:
    """Take back a sign-off to change something; the chair then signs off anew."""
    lock(application)
    application.status = target(TRANSITIONS, application.status, "reopen")
    application.signed_off_by_id = application.signed_off_at = None
    db.session.flush()
    audit.record(actor, "application.reopen", application, now)
    notifications.tell(
        notifications.people_of(application.association),
        N_("The application %(number)s can be changed again: the chair signs it off anew."),
        application,
        now,
        number=application.number,
    )


def submit(application: Application, *, actor: Actor, now: datetime, seen: str | None = None) -> Snapshot:
    """Hand in. What was handed in is kept as an immutable snapshot with its hash.

    Raises `LimitExceededError` one second after the deadline, `IncompleteError` when something is missing,
    `ChangedMeanwhileError` as `sign_off` does.
    """
    lock(application)
    again = application.status is S.RETURNED
    new_status = target(TRANSITIONS, application.status, "resubmit" if again else "submit")
    if application.is_test:
        if application.call.status is not CallStatus.DRAFT:
            raise LimitExceededError(N_("A dry run is made before the call opens."))
    elif not again and not application.call.is_open_at(now):
        raise LimitExceededError(
            N_("The deadline was %(deadline)s. The application is kept, but it cannot be submitted."),
            deadline=application.call.closes_at,
        )
    if again and application.call.status is not CallStatus.OPEN:
        raise LimitExceededError(N_("The call has been decided: the application cannot be submitted any more."))
    if again and application.signed_off_at is None:
        raise IncompleteError(N_("The chair has to sign off the changed application first."))
    for gap in gaps(application, now):
        raise gap.problem
    stamp = stamp_of(application)
    _must_be_as_seen(stamp, seen)
    signatures.must_fit(application, stamp)
    renew(application)
    application.status, application.submitted_at = new_status, now
    snapshot = take_snapshot(application, actor=actor, now=now)
    duplicates.keep(application, now=now)
    conflict_detection.keep(application, now=now)
    audit.record(actor, "application.submit", application, now, snapshot=snapshot.sequence, sha256=snapshot.sha256)
    message = N_("The application %(number)s has been submitted.")
    notifications.tell_association(application, message, now)
    if application.is_test:
        message = N_("The dry run %(number)s is submitted: look at the checklist of the call.")
        call, number = application.call, application.number
        notifications.tell(notifications.holders(Role.SECRETARY), message, call, now, number=number)
    else:
        notifications.tell_holders(Role.SECRETARY, application, message, now)
    return snapshot


def _must_be_as_seen(stamp: str, seen: str | None) -> None:
    if seen not in (None, stamp):
        raise ChangedMeanwhileError(N_("It changed since you opened the page: look again. Nothing was done."))


def must_be_undecided(application: Application) -> None:
    """Refuse while the Council has decided and the letter is not sent: the decision stands in the protocol."""
    query = db.select(Decision.id).where(Decision.application_id == application.id).limit(1)
    if db.session.scalar(query) is not None:
        raise DomainError(N_("The Council is dealing with this application: nothing can be changed until it has met."))


def withdraw(application: Application, *, reason: str, actor: Actor, now: datetime) -> None:
    """Withdraw before the decision; its reviewers are told. The association may apply anew while the call is open."""
    lock(application)
    new_status = target(TRANSITIONS, application.status, "withdraw")
    text = reason_given(reason)
    must_be_undecided(application)
    standing_decisions.must_not_be_discussed(application)
    application.status = new_status
    outstanding = db.select(Assignment).where(
        Assignment.application_id == application.id, Assignment.status.in_(OUTSTANDING)
    )
    left = list(db.session.scalars(outstanding.order_by(Assignment.id).with_for_update()))
    for assignment in left:
        assignment.status = target(ASSIGNMENT_TRANSITIONS, assignment.status, "close")
    db.session.flush()
    audit.record(actor, "application.withdraw", application, now, assignments=[one.id for one in left], reason=text)
    for assignment in left:
        notifications.tell(
            [assignment.reviewer_id],
            N_("The application you were asked to judge was withdrawn: nothing is left to do."),
            assignment,
            now,
        )
    if not application.is_test:
        message = N_("The application %(number)s was withdrawn: %(reason)s")
        notifications.tell_holders(Role.SECRETARY, application, message, now, reason=text)
