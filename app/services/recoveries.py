"""Recoveries: money an association had and must pay back. Claimed, lifted or given up by two people each.

What is claimed lies on an account of its own until it is paid back (`repayments`), and keeps further money back.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from app.clock import bishkek_day
from app.localisation import N_, Money
from app.services import associations, audit, ledger, notifications, user_accounts
from app.services.actors import Actor
from app.services.errors import (
    AlreadyUsedError,
    DomainError,
    IncompleteError,
    LimitExceededError,
    SeparationOfDutyError,
)
from app.services.workflow import ASSOCIATION_READS_REASON, Transition, reason_given, target
from models.base import db, lock
from models.grants import RUNNING, Grant, GrantStatus
from models.ledger import AccountKind, EventKind
from models.recoveries import Recovery, RecoveryKind, RecoveryStatus
from models.users import Role

S, K, A = RecoveryStatus, RecoveryKind, AccountKind
TRANSITIONS: Mapping[tuple[RecoveryStatus, str], Transition] = {
    (S.PROPOSED, "approve"): Transition(S.APPROVED, N_("Council chair or finance officer"), N_("not who proposed")),
    (S.PROPOSED, "refuse"): Transition(
        S.REFUSED, N_("Council chair or finance officer"), N_("not who proposed; reason given")
    ),
}
MAY_BE_OF = RUNNING | {GrantStatus.TERMINATED}
TIME_TO_PAY = timedelta(days=30)
"""What an association has when a grant ends early, and what a page proposes."""
_MOVES: Mapping[RecoveryKind, tuple[AccountKind, AccountKind, EventKind]] = {
    K.CLAIM: (A.ADVANCED, A.RECOVERABLE, EventKind.RECOVERY_CLAIMED),
    K.LIFT: (A.RECOVERABLE, A.ADVANCED, EventKind.RECOVERY_LIFTED),
    K.WRITE_OFF: (A.RECOVERABLE, A.WRITTEN_OFF, EventKind.WRITTEN_OFF),
}
_TOLD: Mapping[RecoveryKind, str] = {
    K.CLAIM: N_("%(amount)s of %(number)s are claimed back, to be paid until %(day)s: %(reason)s"),
    K.LIFT: N_("%(amount)s of %(number)s are not claimed back any more: %(reason)s"),
    K.WRITE_OFF: N_("%(amount)s of %(number)s that were claimed back are given up: %(reason)s"),
}


def of_grant(grant: Grant) -> list[Recovery]:
    """Every proposal there was, the first one first."""
    query = db.select(Recovery).where(Recovery.grant_id == grant.id).order_by(Recovery.id)
    return list(db.session.scalars(query))


def recovery_of(grant: Grant, recovery_id: int) -> Recovery | None:
    return next((one for one in of_grant(grant) if one.id == recovery_id), None)


def held(grant: Grant) -> Mapping[AccountKind, int]:
    """What is advanced, claimed back and given up of a grant, in tyiyn."""
    return ledger.balances((A.ADVANCED, A.RECOVERABLE, A.WRITTEN_OFF), grant_id=grant.id)


def most(grant: Grant, kind: RecoveryKind) -> int:
    """The largest amount a proposal of this kind may have, in tyiyn."""
    return held(grant)[_MOVES[kind][0]]


def propose(
    grant: Grant,
    kind: RecoveryKind,
    *,
    amount: int,
    reason: str,
    actor: Actor,
    now: datetime,
    due_on: date | None = None,
    decision: str = "",
) -> Recovery:
    """Propose to claim back what is advanced, or to lift or give up what is claimed back; another person decides.

    `due_on` belongs to a claim, `decision` (of the Council, as people cite it) to a write-off. Raises
    `LimitExceededError` beyond what is there, `AlreadyUsedError` while another proposal waits.
    """
    lock(grant)
    associations.must_be_free(grant, actor)
    if grant.status not in MAY_BE_OF:
        raise DomainError(N_("Nothing has been paid on this grant that could come back."))
    if any(one.status is S.PROPOSED for one in of_grant(grant)):
        raise AlreadyUsedError(N_("A proposal about this money waits already: somebody has to decide first."))
    _must_be_there(grant, kind, amount)
    if kind is K.CLAIM and (due_on is None or due_on < bishkek_day(now)):
        raise DomainError(N_("Until when is it to be paid back? The day cannot lie in the past."), field="due_on")
    if kind is K.WRITE_OFF and not decision.strip():
        raise IncompleteError(N_("Name the decision of the Council this rests on."), field="decision")
    recovery = Recovery(
        grant=grant,
        kind=kind,
        amount=amount,
        due_on=due_on if kind is K.CLAIM else None,
        decision=decision.strip() if kind is K.WRITE_OFF else "",
        reason=reason_given(reason, ASSOCIATION_READS_REASON),
        proposed_by_id=actor.user_id,
        proposed_at=now,
    )
    db.session.add(recovery)
    _note(recovery, "propose", actor, now, amount=amount, reason=recovery.reason)
    message = N_("Another person has to decide about %(amount)s of %(number)s: %(reason)s")
    for role in (Role.FINANCE, Role.COUNCIL_CHAIR):
        notifications.tell_holders(role, grant, message, now, amount=Money(amount), reason=recovery.reason)
    return recovery


def approve(recovery: Recovery, *, actor: Actor, now: datetime) -> None:
    """Move the money. Raises `SeparationOfDutyError` for who proposed it, `LimitExceededError` when less is left."""
    user_accounts.must_not_be_reset(actor, now)
    grant = recovery.grant
    lock(grant)
    lock(recovery)
    target(TRANSITIONS, recovery.status, "approve")
    _must_not_be_own(recovery, actor)
    associations.must_be_free(grant, actor)
    _must_be_there(grant, recovery.kind, recovery.amount)
    _decide(recovery, actor, now)


def refuse(recovery: Recovery, *, reason: str, actor: Actor, now: datetime) -> None:
    """Nothing moves. Raises `SeparationOfDutyError` for who proposed it."""
    lock(recovery.grant)
    lock(recovery)
    new_status = target(TRANSITIONS, recovery.status, "refuse")
    _must_not_be_own(recovery, actor)
    associations.must_be_free(recovery.grant, actor)
    recovery.answer = reason_given(reason)
    recovery.status, recovery.decided_by_id, recovery.decided_at = new_status, actor.user_id, now
    _note(recovery, "refuse", actor, now, reason=recovery.answer)
    message = N_("What was proposed about %(amount)s of %(number)s is refused: %(reason)s")
    told = {"amount": Money(recovery.amount), "reason": recovery.answer}
    notifications.tell_holders(Role.FINANCE, recovery.grant, message, now, **told)


def claim_at_the_end(grant: Grant, *, reason: str, proposed_by_id: int, actor: Actor, now: datetime) -> None:
    """An early end that two people decided claims back all that is advanced. The caller holds the grant's lock."""
    amount = most(grant, K.CLAIM)
    if not amount:
        return
    recovery = Recovery(
        grant=grant,
        kind=K.CLAIM,
        amount=amount,
        due_on=bishkek_day(now) + TIME_TO_PAY,
        reason=reason,
        proposed_by_id=proposed_by_id,
        proposed_at=now,
    )
    _decide(recovery, actor, now)


def _decide(recovery: Recovery, actor: Actor, now: datetime) -> None:
    grant = recovery.grant
    source, destination, kind = _MOVES[recovery.kind]
    lock(grant.fund)
    event = ledger.post(
        kind,
        [
            ledger.Leg(
                ledger.account(source, fund_id=grant.fund_id, grant_id=grant.id),
                ledger.account(destination, fund_id=grant.fund_id, grant_id=grant.id),
                recovery.amount,
            )
        ],
        actor=actor,
        now=now,
        value_on=bishkek_day(now),
        grant_id=grant.id,
        fund_id=grant.fund_id,
        reason=recovery.reason,
    )
    recovery.status, recovery.event_id = S.APPROVED, event.id
    recovery.decided_by_id, recovery.decided_at = actor.user_id, now
    db.session.add(recovery)
    _note(recovery, "approve", actor, now, amount=recovery.amount, event=event.id)
    told = {"amount": Money(recovery.amount), "reason": recovery.reason, "day": recovery.due_on}
    notifications.tell_association(grant, _TOLD[recovery.kind], now, **told)
    for role in (Role.FINANCE, Role.MONITOR):
        notifications.tell_holders(role, grant, _TOLD[recovery.kind], now, **told)


def _must_be_there(grant: Grant, kind: RecoveryKind, amount: int) -> None:
    left = most(grant, kind)
    if not 0 < amount <= left:
        raise LimitExceededError(N_("At most %(left)s can be moved so now."), field="amount", left=Money(left))


def _must_not_be_own(recovery: Recovery, actor: Actor) -> None:
    if recovery.proposed_by_id == actor.user_id:
        raise SeparationOfDutyError(N_("You proposed this: another person has to decide."))


def _note(recovery: Recovery, action: str, actor: Actor, now: datetime, **details: object) -> None:
    db.session.flush()
    audit.record(actor, f"recovery.{action}", recovery, now, grant=recovery.grant_id, **details)
