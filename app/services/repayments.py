"""Repayments: an association pays back what it did not spend of its grant; the fund has it again."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from app.clock import bishkek_day
from app.localisation import N_, Money
from app.services import associations, audit, ledger, notifications, tranches, user_accounts
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, DomainError, IncompleteError, LimitExceededError
from app.services.references import reference_key
from app.services.workflow import ASSOCIATION_READS_REASON, reason_given
from models.base import db, lock, lock_name
from models.grants import RUNNING, Grant, GrantStatus
from models.ledger import AccountKind, EventKind
from models.repayments import Repayment
from models.users import Role

SOURCES = (AccountKind.RECOVERABLE, AccountKind.ADVANCED)
"""Where money that comes back is taken from: first what was claimed."""
MAY_COME_FROM = RUNNING | {GrantStatus.COMPLETED, GrantStatus.TERMINATED}


def unspent(grant: Grant) -> int:
    """What was paid to the association and neither accounted for nor paid back nor given up, in tyiyn."""
    return sum(ledger.balances(SOURCES, grant_id=grant.id).values())


def of_grant(grant: Grant) -> list[Repayment]:
    """What came back, the first one first."""
    return list(db.session.scalars(db.select(Repayment).where(Repayment.grant_id == grant.id).order_by(Repayment.id)))


def by_grant(grant_ids: Iterable[int]) -> Mapping[int, int]:
    """{grant: what came back, in tyiyn} of those of these grants of which something did."""
    query = db.select(Repayment.grant_id, db.func.sum(Repayment.amount)).group_by(Repayment.grant_id)
    query = query.where(Repayment.grant_id.in_(list(grant_ids)), Repayment.reversal_event_id.is_(None))
    return {row[0]: int(row[1]) for row in db.session.execute(query)}


def repayment_of(grant: Grant, repayment_id: int) -> Repayment | None:
    return next((one for one in of_grant(grant) if one.id == repayment_id), None)


def record(
    grant: Grant, *, amount: int, paid_on: date, bank_reference: str, reason: str, actor: Actor, now: datetime
) -> Repayment:
    """Record money that came back on the programme's account: claimed or advanced, it is available in the fund.

    What is paid back counts as accounted for, so a tranche may be settled by it. Raises `LimitExceededError` beyond
    what is unspent, `AlreadyUsedError` for a bank reference in use, `SeparationOfDutyError` for who belongs to the
    association.
    """
    user_accounts.must_not_be_reset(actor, now)
    lock(grant)
    associations.must_not_act_for(grant.association, actor)
    if grant.status not in MAY_COME_FROM:
        raise DomainError(N_("Nothing has been paid on this grant that could come back."))
    left = unspent(grant)
    if not 0 < amount <= left:
        raise LimitExceededError(
            N_("At most %(left)s can come back: that is paid and not accounted for."), field="amount", left=Money(left)
        )
    if not grant.starts_on <= paid_on <= bishkek_day(now):
        raise DomainError(N_("The day must lie between the start of the grant and today."), field="paid_on")
    reason, reference = reason_given(reason, ASSOCIATION_READS_REASON), "".join(bank_reference.split()).upper()
    _must_be_new(reference)
    lock(grant.fund)
    event = ledger.post(
        EventKind.TRANCHE_RETURNED,
        _legs(grant, amount),
        actor=actor,
        now=now,
        value_on=paid_on,
        grant_id=grant.id,
        fund_id=grant.fund_id,
        reason=reason,
    )
    repayment = Repayment(
        grant_id=grant.id,
        amount=amount,
        paid_on=paid_on,
        bank_reference=reference,
        bank_reference_key=reference_key(reference),
        reason=reason,
        event_id=event.id,
        recorded_by_id=actor.user_id,
        recorded_at=now,
    )
    db.session.add(repayment)
    db.session.flush()
    audit.record(actor, "grant.take_repayment", grant, now, amount=amount, event=event.id, reason=reason)
    message, given = N_("%(amount)s of %(number)s came back: %(reason)s"), {"amount": Money(amount), "reason": reason}
    notifications.tell_association(grant, message, now, **given)
    for role in (Role.FINANCE, Role.MONITOR):
        notifications.tell_holders(role, grant, message, now, **given)
    tranches.settle(grant, actor=actor, now=now)
    return repayment


def _legs(grant: Grant, amount: int) -> list[ledger.Leg]:
    """Claimed money first, then what is only advanced."""
    available, legs = ledger.account(AccountKind.AVAILABLE, fund_id=grant.fund_id), []
    held = ledger.balances(SOURCES, grant_id=grant.id)
    for kind in SOURCES:
        part = min(amount, held[kind])
        if part:
            legs.append(ledger.Leg(ledger.account(kind, fund_id=grant.fund_id, grant_id=grant.id), available, part))
        amount -= part
    return legs


def reverse(repayment: Repayment, *, reason: str, actor: Actor, now: datetime) -> None:
    """It was recorded by mistake: the ledger answers it by its reverse, and the bank's reference is free again.

    A tranche whose accounts rested on it waits for its accounts again. Raises `DomainError` for a grant that was
    completed with it, `LimitExceededError` when the fund has promised the money to others, `AlreadyUsedError` for one
    that is reversed.
    """
    grant = repayment.grant
    user_accounts.must_not_be_reset(actor, now)
    lock(grant)
    lock(repayment)
    associations.must_not_act_for(grant.association, actor)
    if repayment.is_reversed:
        raise AlreadyUsedError(N_("This has been reversed already."))
    if grant.status is GrantStatus.COMPLETED:
        raise DomainError(N_("The grant was completed with this money: it cannot be taken out of its accounts."))
    reason = reason_given(reason, ASSOCIATION_READS_REASON)
    lock(grant.fund)
    reversal = ledger.reverse(repayment.event_id, actor=actor, now=now, value_on=bishkek_day(now), reason=reason)
    repayment.reversal_event_id, repayment.reversal_reason = reversal.id, reason
    db.session.flush()
    audit.record(
        actor, "grant.reverse_repayment", grant, now, amount=repayment.amount, event=reversal.id, reason=reason
    )
    tranches.reopen(grant, actor=actor, now=now)
    message = N_("Money of %(number)s said to be paid back was recorded by mistake: %(amount)s. %(reason)s")
    given = {"amount": Money(repayment.amount), "reason": reason}
    notifications.tell_association(grant, message, now, **given)
    notifications.tell_holders(Role.FINANCE, grant, message, now, **given)


def _must_be_new(reference: str) -> None:
    """Refuse a payment that is booked already; the refusal names the grant."""
    key = reference_key(reference)
    if not key:
        raise IncompleteError(N_("Enter the bank's reference."), field="bank_reference")
    lock_name(f"repayment {key}")
    query = db.select(Grant.number).join(Repayment, Repayment.grant_id == Grant.id)
    known = db.session.scalar(query.where(Repayment.bank_reference_key == key, Repayment.reversal_event_id.is_(None)))
    if known is not None:
        text = N_("This bank reference has been recorded already: grant %(number)s.")
        raise AlreadyUsedError(text, field="bank_reference", number=known)
