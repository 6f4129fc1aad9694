"""Repayments: an association pays back what it did not spend of its grant; the fund has it again.

One person records what came, another sees it at the bank and confirms: until then the books know nothing of it.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from app.clock import bishkek_day
from app.localisation import N_, Money
from app.services import associations, audit, grants, ledger, notifications, tranches, user_accounts
from app.services.actors import Actor
from app.services.conflicts import Ties
from app.services.errors import (
    AlreadyUsedError,
    DomainError,
    IncompleteError,
    LimitExceededError,
    SeparationOfDutyError,
)
from app.services.references import reference_key
from app.services.workflow import ASSOCIATION_READS_REASON, Transition, reason_given, target
from models.base import db, lock, lock_name
from models.grants import RUNNING, Grant, GrantStatus
from models.ledger import AccountKind, EventKind
from models.repayments import OPEN, Repayment, RepaymentStatus
from models.users import Role, User

S = RepaymentStatus
_FINANCE = N_("Finance officer")
TRANSITIONS: Mapping[tuple[RepaymentStatus, str], Transition] = {
    (S.RECORDED, "confirm"): Transition(S.CONFIRMED, _FINANCE, N_("not who recorded; that much is unspent; no tie")),
    (S.RECORDED, "refuse"): Transition(S.REFUSED, _FINANCE, N_("reason given; no tie")),
    (S.CONFIRMED, "reverse"): Transition(
        S.REVERSED, _FINANCE, N_("reason given; the grant not completed, the fund has it free; no tie")
    ),
}
SOURCES = (AccountKind.RECOVERABLE, AccountKind.ADVANCED)
"""Where money that comes back is taken from: first what was claimed."""
MAY_COME_FROM = RUNNING | {GrantStatus.COMPLETED, GrantStatus.TERMINATED}


def unspent(grant: Grant) -> int:
    """What was paid to the association and neither accounted for nor paid back nor given up, in tyiyn."""
    return sum(ledger.balances(SOURCES, grant_id=grant.id).values())


def expected(grant: Grant) -> int:
    """What of the unspent money nobody has recorded as paid back yet, in tyiyn: at most that can still come."""
    query = db.select(db.func.sum(Repayment.amount)).where(
        Repayment.grant_id == grant.id, Repayment.status == S.RECORDED
    )
    return max(0, unspent(grant) - int(db.session.scalar(query) or 0))


def of_grant(grant: Grant) -> list[Repayment]:
    """What came back, the first one first."""
    return list(db.session.scalars(db.select(Repayment).where(Repayment.grant_id == grant.id).order_by(Repayment.id)))


def by_grant(grant_ids: Iterable[int]) -> Mapping[int, int]:
    """{grant: what came back, in tyiyn} of those of these grants of which something did."""
    query = db.select(Repayment.grant_id, db.func.sum(Repayment.amount)).group_by(Repayment.grant_id)
    query = query.where(Repayment.grant_id.in_(list(grant_ids)), Repayment.status == S.CONFIRMED)
    return {row[0]: int(row[1]) for row in db.session.execute(query)}


def repayment_of(grant: Grant, repayment_id: int) -> Repayment | None:
    return next((one for one in of_grant(grant) if one.id == repayment_id), None)


def waiting_for(user: User, ties: Ties) -> list[Repayment]:
    """Those another person recorded and nobody has confirmed, the oldest first; none of grants `ties` keeps away."""
    query = db.select(Repayment).where(Repayment.status == S.RECORDED, Repayment.recorded_by_id != user.id)
    query = query.where(Repayment.grant_id.not_in(grants.tied(ties))).order_by(Repayment.id)
    return list(db.session.scalars(query.options(db.joinedload(Repayment.grant).joinedload(Grant.association))))


def record(
    grant: Grant, *, amount: int, paid_on: date, bank_reference: str, reason: str, actor: Actor, now: datetime
) -> Repayment:
    """Record money that came back on the programme's account. It counts once another person has confirmed it.

    Raises `LimitExceededError` beyond what is unspent and not recorded already, `AlreadyUsedError` for a bank
    reference in use, `SeparationOfDutyError` for who belongs to the association or is tied to the applicant.
    """
    user_accounts.must_not_be_reset(actor, now)
    lock(grant)
    associations.must_be_free(grant, actor)
    if grant.status not in MAY_COME_FROM:
        raise DomainError(N_("Nothing has been paid on this grant that could come back."))
    left = expected(grant)
    if not 0 < amount <= left:
        raise LimitExceededError(
            N_("At most %(left)s can come back: that is paid and not accounted for."), field="amount", left=Money(left)
        )
    if not grant.starts_on <= paid_on <= bishkek_day(now):
        raise DomainError(N_("The day must lie between the start of the grant and today."), field="paid_on")
    reason, reference = reason_given(reason, ASSOCIATION_READS_REASON), "".join(bank_reference.split()).upper()
    _must_be_new(reference)
    repayment = Repayment(
        grant_id=grant.id,
        amount=amount,
        paid_on=paid_on,
        bank_reference=reference,
        bank_reference_key=reference_key(reference),
        reason=reason,
        recorded_by_id=actor.user_id,
        recorded_at=now,
    )
    db.session.add(repayment)
    _note(repayment, "record", actor, now, amount=amount, reason=reason)
    message = N_("Another person has to confirm that %(amount)s of %(number)s came back: %(reason)s")
    notifications.tell_holders(Role.FINANCE, grant, message, now, amount=Money(amount), reason=reason)
    return repayment


def confirm(repayment: Repayment, *, actor: Actor, now: datetime) -> None:
    """It is there: claimed or advanced, it is available in the fund.

    What is paid back counts as accounted for, so a tranche may be settled by it. Raises `SeparationOfDutyError` for
    who recorded it, `LimitExceededError` when less is unspent by now.
    """
    grant = repayment.grant
    user_accounts.must_not_be_reset(actor, now)
    lock(grant)
    lock(repayment)
    new_status = target(TRANSITIONS, repayment.status, "confirm")
    associations.must_be_free(grant, actor)
    if repayment.recorded_by_id == actor.user_id:
        raise SeparationOfDutyError(N_("You recorded this repayment: another person has to confirm it."))
    amount, left = repayment.amount, unspent(grant)
    if amount > left:
        raise LimitExceededError(
            N_("At most %(left)s can come back: that is paid and not accounted for."), left=Money(left)
        )
    lock(grant.fund)
    event = ledger.post(
        EventKind.TRANCHE_RETURNED,
        _legs(grant, amount),
        actor=actor,
        now=now,
        value_on=repayment.paid_on,
        grant_id=grant.id,
        fund_id=grant.fund_id,
        reason=repayment.reason,
    )
    repayment.status, repayment.event_id = new_status, event.id
    repayment.decided_by_id, repayment.decided_at = actor.user_id, now
    _note(repayment, "confirm", actor, now, amount=amount, event=event.id, reason=repayment.reason)
    message = N_("%(amount)s of %(number)s came back: %(reason)s")
    given = {"amount": Money(amount), "reason": repayment.reason}
    notifications.tell_association(grant, message, now, **given)
    for role in (Role.FINANCE, Role.MONITOR):
        notifications.tell_holders(role, grant, message, now, **given)
    tranches.settle(grant, actor=actor, now=now)


def refuse(repayment: Repayment, *, reason: str, actor: Actor, now: datetime) -> None:
    """It is not there, or not so: nothing moves, and the bank's reference is free again."""
    grant = repayment.grant
    lock(grant)
    lock(repayment)
    new_status = target(TRANSITIONS, repayment.status, "refuse")
    associations.must_be_free(grant, actor)
    repayment.answer = reason_given(reason)
    repayment.status, repayment.decided_at = new_status, now
    repayment.decided_by_id = actor.user_id
    _note(repayment, "refuse", actor, now, amount=repayment.amount, reason=repayment.answer)
    message = N_("That %(amount)s of %(number)s came back is not confirmed: %(reason)s")
    given = {"amount": Money(repayment.amount), "reason": repayment.answer}
    notifications.tell_holders(Role.FINANCE, grant, message, now, **given)


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
    completed with it, `LimitExceededError` when the fund has promised the money to others, `WrongTransitionError` for
    one that does not count.
    """
    grant = repayment.grant
    user_accounts.must_not_be_reset(actor, now)
    lock(grant)
    lock(repayment)
    new_status = target(TRANSITIONS, repayment.status, "reverse")
    associations.must_be_free(grant, actor)
    if grant.status is GrantStatus.COMPLETED:
        raise DomainError(N_("The grant was completed with this money: it cannot be taken out of its accounts."))
    reason = reason_given(reason, ASSOCIATION_READS_REASON)
    lock(grant.fund)
    reversal = ledger.reverse(repayment.event_id or 0, actor=actor, now=now, value_on=bishkek_day(now), reason=reason)
    repayment.status, repayment.reversal_event_id, repayment.reversal_reason = new_status, reversal.id, reason
    _note(repayment, "reverse", actor, now, amount=repayment.amount, event=reversal.id, reason=reason)
    tranches.reopen(grant, actor=actor, now=now)
    message = N_("Money of %(number)s said to be paid back was recorded by mistake: %(amount)s. %(reason)s")
    given = {"amount": Money(repayment.amount), "reason": reason}
    notifications.tell_association(grant, message, now, **given)
    notifications.tell_holders(Role.FINANCE, grant, message, now, **given)


def _note(repayment: Repayment, action: str, actor: Actor, now: datetime, **details: object) -> None:
    db.session.flush()
    audit.record(actor, f"repayment.{action}", repayment, now, grant=repayment.grant_id, **details)


def _must_be_new(reference: str) -> None:
    """Refuse a payment that is booked already; the refusal names the grant."""
    key = reference_key(reference)
    if not key:
        raise IncompleteError(N_("Enter the bank's reference."), field="bank_reference")
    lock_name(f"repayment {key}")
    query = db.select(Grant.number).join(Repayment, Repayment.grant_id == Grant.id)
    known = db.session.scalar(query.where(Repayment.bank_reference_key == key, Repayment.status.in_(OPEN)))
    if known is not None:
        text = N_("This bank reference has been recorded already: grant %(number)s.")
        raise AlreadyUsedError(text, field="bank_reference", number=known)
