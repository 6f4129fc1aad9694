"""Terminations: one person proposes that a running grant ends early, another decides; the money follows.

What is committed and not paid goes back to the fund; what was paid and is neither accounted for nor paid back is asked
of the association: claimed back (`recoveries`) until it is there (`repayments`).
"""

from collections.abc import Mapping
from datetime import datetime

from app.clock import bishkek_day
from app.localisation import N_, Money
from app.services import (
    associations,
    audit,
    grants,
    ledger,
    notifications,
    recoveries,
    repayments,
    user_accounts,
)
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, DomainError, SeparationOfDutyError
from app.services.workflow import ASSOCIATION_READS_REASON, Transition, reason_given, target
from models.base import db, lock
from models.grants import UNDER_WAY, Grant, TrancheStatus
from models.ledger import AccountKind, EventKind
from models.terminations import Termination, TerminationStatus
from models.users import Role

S = TerminationStatus
TRANSITIONS: Mapping[tuple[TerminationStatus, str], Transition] = {
    (S.PROPOSED, "approve"): Transition(
        S.APPROVED, N_("Council chair or finance officer"), N_("not who proposed; no payment under way")
    ),
    (S.PROPOSED, "refuse"): Transition(
        S.REFUSED, N_("Council chair or finance officer"), N_("not who proposed; reason given")
    ),
}


def of_grant(grant: Grant) -> list[Termination]:
    """Every proposal there was, the first one first."""
    query = db.select(Termination).where(Termination.grant_id == grant.id).order_by(Termination.id)
    return list(db.session.scalars(query))


def termination_of(grant: Grant, termination_id: int) -> Termination | None:
    return next((one for one in of_grant(grant) if one.id == termination_id), None)


def left(grant: Grant) -> tuple[int, int]:
    """(committed and not paid, paid and unspent) of a grant, in tyiyn; what is claimed back already is unspent."""
    committed = ledger.balances((AccountKind.COMMITTED,), grant_id=grant.id)[AccountKind.COMMITTED]
    return committed, repayments.unspent(grant)


def obstacle(grant: Grant) -> DomainError | None:
    """Why the grant cannot end now, None when it can."""
    if not grant.is_running:
        return DomainError(N_("Only a grant that runs can be ended early."))
    if any(one.status in UNDER_WAY or one.status is TrancheStatus.RELEASED for one in grant.tranches):
        return DomainError(N_("A payment is under way: send it back, or wait until it is confirmed or returned."))
    return None


def propose(grant: Grant, *, reason: str, actor: Actor, now: datetime) -> Termination:
    """Propose that the grant ends early. Raises `AlreadyUsedError` while another proposal waits."""
    lock(grant)
    associations.must_be_free(grant, actor)
    if not grant.is_running:
        raise DomainError(N_("Only a grant that runs can be ended early."))
    if any(one.status is S.PROPOSED for one in of_grant(grant)):
        raise AlreadyUsedError(N_("It is proposed already that this grant ends: somebody has to decide first."))
    termination = Termination(
        grant=grant,
        reason=reason_given(reason, ASSOCIATION_READS_REASON),
        proposed_by_id=actor.user_id,
        proposed_at=now,
    )
    db.session.add(termination)
    db.session.flush()
    audit.record(actor, "termination.propose", termination, now, grant=grant.id, reason=termination.reason)
    message = N_("It is proposed to end the grant %(number)s early: %(reason)s Another person has to decide.")
    for role in (Role.FINANCE, Role.COUNCIL_CHAIR):
        notifications.tell_holders(role, grant, message, now, reason=termination.reason)
    return termination


def approve(termination: Termination, *, actor: Actor, now: datetime) -> None:
    """End the grant: the commitment is the fund's again, what is unspent is asked back. It cannot be undone.

    Raises `SeparationOfDutyError` for who proposed it, `DomainError` for what `obstacle` names.
    """
    user_accounts.must_not_be_reset(actor, now)
    grant = termination.grant
    lock(grant)
    for one in grant.tranches:
        lock(one)
    lock(termination)
    new_status = target(TRANSITIONS, termination.status, "approve")
    _must_not_be_own(termination, actor)
    associations.must_be_free(grant, actor)
    problem = obstacle(grant)
    if problem is not None:
        raise problem
    ended = target(grants.TRANSITIONS, grant.status, "terminate")
    committed, advanced = left(grant)
    if committed:
        _free(grant, committed, termination.reason, actor, now)
    recoveries.claim_at_the_end(
        grant, reason=termination.reason, proposed_by_id=termination.proposed_by_id, actor=actor, now=now
    )
    grant.status, grant.suspended_reason = ended, ""
    termination.status, termination.freed, termination.to_repay = new_status, committed, advanced
    termination.decided_by_id, termination.decided_at = actor.user_id, now
    db.session.flush()
    audit.record(actor, "termination.approve", termination, now, grant=grant.id, amount=committed, to_repay=advanced)
    message = N_("The grant %(number)s is ended early: %(reason)s Unspent and to be paid back: %(amount)s.")
    told = {"reason": termination.reason, "amount": Money(advanced)}
    notifications.tell_association(grant, message, now, **told)
    for role in (Role.FINANCE, Role.MONITOR, Role.SECRETARY):
        notifications.tell_holders(role, grant, message, now, **told)


def refuse(termination: Termination, *, reason: str, actor: Actor, now: datetime) -> None:
    """The grant goes on. Raises `SeparationOfDutyError` for who proposed it."""
    lock(termination.grant)
    lock(termination)
    new_status = target(TRANSITIONS, termination.status, "refuse")
    _must_not_be_own(termination, actor)
    associations.must_be_free(termination.grant, actor)
    termination.answer = reason_given(reason)
    termination.status, termination.decided_by_id, termination.decided_at = new_status, actor.user_id, now
    db.session.flush()
    audit.record(actor, "termination.refuse", termination, now, grant=termination.grant_id, reason=termination.answer)
    message = N_("The grant %(number)s goes on: its end was proposed and refused. %(reason)s")
    notifications.tell_holders(Role.FINANCE, termination.grant, message, now, reason=termination.answer)


def _must_not_be_own(termination: Termination, actor: Actor) -> None:
    if termination.proposed_by_id == actor.user_id:
        raise SeparationOfDutyError(N_("You proposed this: another person has to decide."))


def _free(grant: Grant, amount: int, reason: str, actor: Actor, now: datetime) -> None:
    lock(grant.fund)
    ledger.post(
        EventKind.GRANT_RELEASED,
        [
            ledger.Leg(
                ledger.account(AccountKind.COMMITTED, fund_id=grant.fund_id, grant_id=grant.id),
                ledger.account(AccountKind.AVAILABLE, fund_id=grant.fund_id),
                amount,
            )
        ],
        actor=actor,
        now=now,
        value_on=bishkek_day(now),
        grant_id=grant.id,
        fund_id=grant.fund_id,
        reason=reason,
    )
