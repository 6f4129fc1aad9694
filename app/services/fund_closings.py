"""Closing a fund: everything awarded is over, what is left went back to the donor, and two people say so."""

from collections.abc import Mapping
from datetime import date, datetime

from app.clock import bishkek_day
from app.localisation import N_, Money
from app.services import audit, fund_agreements, funds, ledger, notifications, user_accounts
from app.services.actors import Actor
from app.services.errors import (
    AlreadyUsedError,
    DomainError,
    IncompleteError,
    LimitExceededError,
    SeparationOfDutyError,
)
from app.services.references import reference_key
from app.services.workflow import Transition, reason_given, target
from models.base import BASE_CURRENCY, db, lock, lock_name
from models.fund_closings import ClosingStatus, FundClosing
from models.funds import Fund
from models.grants import Grant
from models.ledger import AccountKind, EventKind
from models.users import Role

S = ClosingStatus
TRANSITIONS: Mapping[tuple[ClosingStatus, str], Transition] = {
    (S.PROPOSED, "approve"): Transition(
        S.APPROVED, N_("Council chair or finance officer"), N_("not who proposed; nothing promised, paid ahead or owed")
    ),
    (S.PROPOSED, "refuse"): Transition(
        S.REFUSED, N_("Council chair or finance officer"), N_("not who proposed; reason given")
    ),
}


def of_fund(fund: Fund) -> list[FundClosing]:
    """Every proposal there was, the first one first."""
    query = db.select(FundClosing).where(FundClosing.fund_id == fund.id).order_by(FundClosing.id)
    return list(db.session.scalars(query))


def closing_of(fund: Fund, closing_id: int) -> FundClosing | None:
    return next((one for one in of_fund(fund) if one.id == closing_id), None)


def obstacle(fund: Fund) -> DomainError | None:
    """What keeps the fund open, None when it can be closed."""
    if fund.is_closed:
        return DomainError(N_("The fund is closed."))
    going = db.select(Grant.number).where(Grant.fund_id == fund.id, Grant.status.in_(fund_agreements.UNFINISHED))
    number = db.session.scalar(going.order_by(Grant.number).limit(1))
    if number is not None:
        return DomainError(N_("The grant %(number)s is not over yet."), number=number)
    reserved = fund_agreements.reservation_of(fund)
    spoken_for = reserved.awarded + reserved.promised
    if spoken_for:
        return DomainError(N_("%(amount)s are promised to open calls or awarded."), amount=Money(spoken_for))
    position = funds.position(fund)
    for held, text in (
        (position.committed, N_("%(amount)s are committed to grants and not paid.")),
        (position.advanced, N_("%(amount)s are paid to associations and not accounted for.")),
        (position.recoverable, N_("%(amount)s are claimed back and not paid yet.")),
    ):
        if held:
            return DomainError(text, amount=Money(held))
    return None


def most_kept(fund: Fund) -> int:
    """What the programme may keep for its indirect costs, in tyiyn."""
    return min(funds.held_back([fund])[fund.id].indirect, funds.position(fund).available)


def propose(
    fund: Fund,
    *,
    kept: int,
    amount: int,
    paid_on: date | None,
    bank_reference: str,
    reason: str,
    actor: Actor,
    now: datetime,
) -> FundClosing:
    """Propose to close the fund: `kept` tyiyn stay with the programme, `amount` of its currency went to the donor.

    `kept` is for indirect costs, at most what the agreement keeps for them; `amount` is in minor units of the fund's
    currency and was paid for all the rest.

    Raises `DomainError` for what `obstacle` names, `LimitExceededError` beyond the indirect costs agreed,
    `IncompleteError` where money is left and its payment is not named,
    `AlreadyUsedError` for a bank reference in use or while another proposal waits.
    """
    lock(fund)
    problem = obstacle(fund)
    if problem is not None:
        raise problem
    if any(one.status is S.PROPOSED for one in of_fund(fund)):
        raise AlreadyUsedError(N_("It is proposed already to close this fund: somebody has to decide first."))
    left = funds.position(fund).available
    most = most_kept(fund)
    if not 0 <= kept <= most:
        text = N_("The agreement keeps at most %(most)s for indirect costs.")
        raise LimitExceededError(text, field="kept", most=Money(most))
    reference = _checked(fund, left - kept, amount, paid_on, bank_reference, now)
    closing = FundClosing(
        fund=fund,
        left_kgs=left,
        kept_kgs=kept,
        amount=amount,
        currency=fund.currency,
        paid_on=paid_on if amount else None,
        bank_reference=reference,
        bank_reference_key=reference_key(reference) or None,
        reason=reason_given(reason),
        proposed_by_id=actor.user_id,
        proposed_at=now,
    )
    db.session.add(closing)
    db.session.flush()
    audit.record(actor, "fund_closing.propose", closing, now, amount_kgs=closing.back_kgs, reason=closing.reason)
    message = N_("It is proposed to close the fund %(fund)s. Another person has to decide.")
    for role in (Role.FINANCE, Role.COUNCIL_CHAIR):
        notifications.tell(notifications.holders(role), message, fund, now, fund=fund.code)
    return closing


def approve(closing: FundClosing, *, actor: Actor, now: datetime) -> None:
    """Close the fund: what is left is the donor's again. It cannot be undone.

    Raises `SeparationOfDutyError` for who proposed it, `DomainError` when the fund has other money left by now.
    """
    user_accounts.must_not_be_reset(actor, now)
    fund = closing.fund
    lock(fund)
    lock(closing)
    new_status = target(TRANSITIONS, closing.status, "approve")
    _must_not_be_own(closing, actor)
    problem = obstacle(fund)
    if problem is not None:
        raise problem
    if funds.position(fund).available != closing.left_kgs:
        raise DomainError(N_("Meanwhile the fund has another sum left: refuse this proposal and have it made anew."))
    closing.event_id = _book(closing, actor, now) if closing.left_kgs else None
    closing.status, closing.decided_by_id, closing.decided_at = new_status, actor.user_id, now
    fund.closed_on, fund.given_back = bishkek_day(now), closing.back_kgs
    db.session.flush()
    audit.record(actor, "fund_closing.approve", closing, now, amount_kgs=closing.back_kgs, event=closing.event_id)
    message = N_("The fund %(fund)s is closed. Back to the donor: %(amount)s.")
    told = {"fund": fund.code, "amount": Money(closing.amount, closing.currency)}
    for role in (Role.FINANCE, Role.SECRETARY, Role.COUNCIL_CHAIR):
        notifications.tell(notifications.holders(role), message, fund, now, **told)


def refuse(closing: FundClosing, *, reason: str, actor: Actor, now: datetime) -> None:
    """The fund stays open. Raises `SeparationOfDutyError` for who proposed it."""
    lock(closing.fund)
    lock(closing)
    new_status = target(TRANSITIONS, closing.status, "refuse")
    _must_not_be_own(closing, actor)
    closing.answer = reason_given(reason)
    closing.status, closing.decided_by_id, closing.decided_at = new_status, actor.user_id, now
    db.session.flush()
    audit.record(actor, "fund_closing.refuse", closing, now, reason=closing.answer)
    message = N_("The fund %(fund)s stays open: %(reason)s")
    told = {"fund": closing.fund.code, "reason": closing.answer}
    notifications.tell(notifications.holders(Role.FINANCE), message, closing.fund, now, **told)


def _book(closing: FundClosing, actor: Actor, now: datetime) -> int:
    """From what is available: kept, and to the donor, through the exchange where the fund has another currency."""
    fund = closing.fund
    available = ledger.account(AccountKind.AVAILABLE, fund_id=fund.id)
    donor = ledger.account(AccountKind.DONOR, currency=fund.currency, fund_id=fund.id)
    legs = []
    if closing.kept_kgs:
        legs.append(ledger.Leg(available, ledger.account(AccountKind.INDIRECT, fund_id=fund.id), closing.kept_kgs))
    if closing.amount and fund.currency == BASE_CURRENCY:
        legs.append(ledger.Leg(available, donor, closing.amount))
    elif closing.amount:
        legs.append(ledger.Leg(available, ledger.account(AccountKind.EXCHANGE), closing.back_kgs))
        legs.append(ledger.Leg(ledger.account(AccountKind.EXCHANGE, currency=fund.currency), donor, closing.amount))
    return ledger.post(
        EventKind.FUND_CLOSED,
        legs,
        actor=actor,
        now=now,
        value_on=closing.paid_on or bishkek_day(now),
        fund_id=fund.id,
        reason=closing.reason,
    ).id


def _checked(fund: Fund, rest: int, amount: int, paid_on: date | None, bank_reference: str, now: datetime) -> str:
    """The bank's reference as it is kept, "" where nothing goes back. Refuses at the field that does not fit."""
    if not rest:
        if amount or bank_reference.strip():
            raise DomainError(N_("Nothing is left to go back: leave the payment out."), field="amount")
        return ""
    received = sum(one.amount for one in fund.instalments)
    if not 0 < amount <= received or (fund.currency == BASE_CURRENCY and amount != rest):
        raise DomainError(
            N_("All the rest goes back: enter what the bank paid to the donor for %(left)s."),
            field="amount",
            left=Money(rest),
        )
    first = min(one.received_on for one in fund.instalments)
    if paid_on is None or not first <= paid_on <= bishkek_day(now):
        raise DomainError(N_("The day must lie between the first instalment and today."), field="paid_on")
    reference = "".join(bank_reference.split()).upper()
    key = reference_key(reference)
    if not key:
        raise IncompleteError(N_("Enter the bank's reference."), field="bank_reference")
    lock_name(f"donor's payment {key}")
    used = db.select(Fund.code).join(FundClosing).where(FundClosing.bank_reference_key == key)
    known = db.session.scalar(used.where(FundClosing.status != S.REFUSED))
    if known is not None:
        text = N_("This bank reference has been recorded already: fund %(fund)s.")
        raise AlreadyUsedError(text, field="bank_reference", fund=known)
    return reference


def _must_not_be_own(closing: FundClosing, actor: Actor) -> None:
    if closing.proposed_by_id == actor.user_id:
        raise SeparationOfDutyError(N_("You proposed this: another person has to decide."))
