"""A call opens once everything adds up, and is frozen from then on; or it is given up."""

from collections.abc import Mapping
from datetime import datetime

from app.localisation import N_, Money
from app.services import audit, call_forms, funds, notifications
from app.services.actors import Actor
from app.services.errors import DomainError, IncompleteError, LimitExceededError
from app.services.workflow import Transition, target
from models.applications import Application, ApplicationStatus
from models.base import LOCALES, db, lock
from models.calls import Call, CallStatus
from models.council_sessions import CouncilSession, Decision, DecisionOutcome, SessionStatus
from models.users import Role

TRANSITIONS: Mapping[tuple[CallStatus, str], Transition] = {
    (CallStatus.DRAFT, "open"): Transition(
        CallStatus.OPEN,
        N_("Council secretary"),
        N_("weights total 100; texts in three languages; budget covered by the fund"),
    ),
    (CallStatus.DRAFT, "cancel"): Transition(CallStatus.CANCELLED, N_("Council secretary")),
    (CallStatus.OPEN, "decide"): Transition(
        CallStatus.DECIDED, N_("Council chair"), N_("deadline past; the session's protocol signed")
    ),
}


def obstacles(call: Call) -> list[DomainError]:
    """What still keeps the call from opening; an empty list when it may open."""
    found: list[DomainError] = []
    total = sum(criterion.weight for criterion in call.criteria)
    if total != 100:
        found.append(IncompleteError(N_("The weights add up to %(total)s, not to 100."), total=total))
    for texts, problem in (
        (call.title, N_("The title is not there in all three languages.")),
        (call.summary, N_("The summary is not there in all three languages.")),
    ):
        if not all(texts.get(code, "").strip() for code in LOCALES):
            found.append(IncompleteError(problem))
    for criterion in call.criteria:
        if not all(criterion.anchors.get(str(level), {}).get(code) for level in range(1, 6) for code in LOCALES):
            found.append(
                IncompleteError(
                    N_("The levels of “%(criterion)s” are not described in all three languages."),
                    criterion={"name": criterion.title},
                )
            )
    found += call_forms.problems(call)
    free = free_budget(call)
    if call.budget > free:
        found.append(
            LimitExceededError(
                N_("The fund has %(free)s free, the call needs %(budget)s."),
                free=Money(free),
                budget=Money(call.budget),
            )
        )
    return found


def free_budget(call: Call) -> int:
    """What the fund can still give to this call, in tyiyn.

    Available, less what is awarded and not granted yet, less what other open calls may still award.
    """
    in_open_sessions = (
        db.select(db.func.coalesce(db.func.sum(Decision.amount), 0))
        .join(CouncilSession, CouncilSession.id == Decision.session_id)
        .where(CouncilSession.call_id == Call.id, CouncilSession.status == SessionStatus.OPEN)
        .correlate(Call)
        .scalar_subquery()
    )
    others = db.select(db.func.coalesce(db.func.sum(Call.budget - in_open_sessions), 0)).where(
        Call.fund_id == call.fund_id, Call.id != call.id, Call.status == CallStatus.OPEN
    )
    undecided = int(db.session.scalar(others) or 0)
    return funds.position(call.fund).available - pending_awards(call.fund_id) - undecided


def pending_awards(fund_id: int) -> int:
    """Awards of the fund not yet committed by a grant, in tyiyn: of open sessions, and signed ones not granted."""
    query = (
        db.select(db.func.coalesce(db.func.sum(Decision.amount), 0))
        .join(CouncilSession, CouncilSession.id == Decision.session_id)
        .join(Call, Call.id == CouncilSession.call_id)
        .join(Application, Application.id == Decision.application_id)
        .where(
            Call.fund_id == fund_id,
            Decision.outcome == DecisionOutcome.SELECTED,
            (CouncilSession.status == SessionStatus.OPEN) | (Application.status == ApplicationStatus.SELECTED),
        )
    )
    return int(db.session.scalar(query) or 0)


def open_(call: Call, *, actor: Actor, now: datetime) -> None:
    """Open the call to applications; from now on it is frozen.

    Raises `IncompleteError` with the first obstacle, `DomainError` when the deadline is past.
    """
    lock(call)
    lock(call.fund)  # two calls on one fund open one after the other
    new_status = target(TRANSITIONS, call.status, "open")
    if call.is_past_deadline(now):
        raise DomainError(N_("The deadline is past."), field="closes_on")
    for obstacle in obstacles(call):
        raise obstacle
    call.status, call.opened_at = new_status, now
    db.session.flush()
    audit.record(actor, "call.open", call, now)
    members = notifications.holders(Role.MEMBER) + notifications.holders(Role.OPERATOR)
    notifications.tell(
        members,
        N_("The call “%(call)s” is open until %(day)s."),
        call,
        now,
        call={"name": call.title},
        day=call.closes_at,
    )


def cancel(call: Call, *, actor: Actor, now: datetime) -> None:
    lock(call)
    call.status = target(TRANSITIONS, call.status, "cancel")
    db.session.flush()
    audit.record(actor, "call.cancel", call, now)
