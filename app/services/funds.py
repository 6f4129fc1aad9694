"""Donors and funds: money received, promised to grants, paid and spent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.clock import bishkek_day
from app.localisation import N_
from app.services import audit, ledger, notifications, rates
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, DomainError, LimitExceededError
from models.base import BASE_CURRENCY, db, lock
from models.funds import Donor, Emblem, Fund, FundInstalment
from models.ledger import AccountKind, EventKind
from models.users import Role


@dataclass(frozen=True)
class Position:
    """Where a fund's money stands, in tyiyn. received = available + committed + advanced + spent."""

    received: int
    available: int
    committed: int
    advanced: int
    spent: int

    @property
    def disbursed(self) -> int:
        return self.advanced + self.spent


def create_donor(code: str, names: Mapping[str, str], emblem: Emblem, *, actor: Actor, now: datetime) -> Donor:
    donor = Donor(code=code, name_ky=names["ky"], name_ru=names["ru"], name_en=names["en"], emblem=emblem)
    db.session.add(donor)
    db.session.flush()
    audit.record(actor, "donor.create", donor, now, code=code)
    return donor


def create(
    donor: Donor,
    code: str,
    names: Mapping[str, str],
    *,
    currency: str,
    amount: int,
    starts_on: date,
    ends_on: date,
    purpose: Mapping[str, str],
    statement: Mapping[str, str],
    actor: Actor,
    now: datetime,
) -> Fund:
    """Open a fund of `amount` minor units. It holds nothing until an instalment is received."""
    if amount <= 0:
        raise DomainError(N_("The amount must be more than zero."), field="amount")
    fund = Fund(
        code=code,
        donor=donor,
        name_ky=names["ky"],
        name_ru=names["ru"],
        name_en=names["en"],
        currency=currency,
        amount=amount,
        starts_on=starts_on,
        ends_on=ends_on,
        purpose=dict(purpose),
        statement=dict(statement),
    )
    db.session.add(fund)
    db.session.flush()
    audit.record(actor, "fund.create", fund, now, code=code, amount=amount, currency=currency)
    return fund


def receive(
    fund: Fund, amount: int, *, received_on: date, bank_reference: str, actor: Actor, now: datetime
) -> FundInstalment:
    """Record money that came from the donor, in the fund's currency, at the rate of the day it came.

    Raises `LimitExceededError` beyond the fund's amount, `AlreadyUsedError` for a bank reference recorded before.
    """
    lock(fund)
    if amount <= 0:
        raise DomainError(N_("The amount must be more than zero."), field="amount")
    if received_on > bishkek_day(now):
        raise DomainError(N_("The day lies in the future."), field="received_on")
    reference = "".join(bank_reference.split()).upper()
    if any(one.bank_reference == reference for one in fund.instalments):
        raise AlreadyUsedError(N_("This bank reference has been recorded already."), field="bank_reference")
    if sum(one.amount for one in fund.instalments) + amount > fund.amount:
        raise LimitExceededError(N_("This is more than the donor's agreement says."), field="amount")
    rate = rates.rate_for(fund.currency, received_on)
    in_som = rates.in_som(amount, fund.currency, rate)
    donor_side = ledger.account(AccountKind.DONOR, currency=fund.currency, fund_id=fund.id)
    available = ledger.account(AccountKind.AVAILABLE, fund_id=fund.id)
    if fund.currency == BASE_CURRENCY:
        legs = [ledger.Leg(donor_side, available, amount)]
    else:
        legs = [
            ledger.Leg(donor_side, ledger.account(AccountKind.EXCHANGE, currency=fund.currency), amount),
            ledger.Leg(ledger.account(AccountKind.EXCHANGE), available, in_som),
        ]
    event = ledger.post(
        EventKind.FUND_RECEIVED,
        legs,
        actor=actor,
        now=now,
        value_on=received_on,
        fund_id=fund.id,
        rate_id=rate.id if rate else None,
    )
    instalment = FundInstalment(
        fund=fund,
        amount=amount,
        currency=fund.currency,
        rate=rate,
        amount_kgs=in_som,
        received_on=received_on,
        bank_reference=reference,
        recorded_by_id=actor.user_id,
        recorded_at=now,
        event_id=event.id,
    )
    db.session.add(instalment)
    db.session.flush()
    audit.record(actor, "fund.receive", fund, now, amount=amount, amount_kgs=in_som, event=event.id)
    notifications.tell(
        notifications.holders(Role.SECRETARY),
        N_("Money for the fund %(fund)s has been received."),
        fund,
        now,
        fund=fund.code,
    )
    return instalment


def position(fund: Fund) -> Position:
    """Where the fund's money stands now."""
    kinds = (AccountKind.AVAILABLE, AccountKind.COMMITTED, AccountKind.ADVANCED)
    held = ledger.balances(kinds, fund_id=fund.id)
    spent = ledger.balances((AccountKind.SPENT,), fund_id=fund.id)[AccountKind.SPENT]
    received = sum(one.amount_kgs for one in fund.instalments)
    return Position(
        received=received,
        available=held[AccountKind.AVAILABLE],
        committed=held[AccountKind.COMMITTED],
        advanced=held[AccountKind.ADVANCED],
        spent=spent,
    )


def listed(among: Any) -> list[Fund]:
    """The funds of `among` (a SELECT of those somebody sees) by code, with donor and instalments."""
    query = among.options(db.joinedload(Fund.donor), db.selectinload(Fund.instalments)).order_by(Fund.code)
    return list(db.session.scalars(query))


def by_code(code: str) -> Fund | None:
    return db.session.scalar(db.select(Fund).where(Fund.code == code))
