"""Funds: agreed with donors, received, promised to grants, paid and spent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.clock import bishkek_day
from app.localisation import EXPONENTS, N_, Money
from app.services import audit, ledger, notifications, rates
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, DomainError, IncompleteError, LimitExceededError
from app.services.references import reference_key
from models.base import BASE_CURRENCY, db, lock, lock_name
from models.funds import Donor, Fund, FundInstalment
from models.ledger import AccountKind, EventKind
from models.users import Role

HIGHEST_AGREEMENT = 100_000_000_000_00  # minor units, as for a call
LARGEST_ROUNDING = 100  # tyiyn: a bank that credits a sum further off has changed at another rate


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

    @property
    def accounted(self) -> int:
        """What the ledger says about all that was received; `flask verify` compares the two."""
        return self.available + self.committed + self.disbursed


@dataclass(frozen=True)
class FundInput:
    """What is entered for a fund. `amount` in minor units of `currency`; texts in three languages."""

    code: str
    names: Mapping[str, str]
    currency: str
    amount: int
    starts_on: date
    ends_on: date
    purpose: Mapping[str, str]
    statement: Mapping[str, str]


def create(donor: Donor, content: FundInput, *, actor: Actor, now: datetime) -> Fund:
    """Open a fund. It holds nothing until an instalment is received.

    Raises `AlreadyUsedError` for a code in use and `DomainError` at the field that does not fit.
    """
    _check(content, None)
    fund = Fund(donor=donor, **_columns(content))
    db.session.add(fund)
    db.session.flush()
    audit.record(actor, "fund.create", fund, now, code=content.code, amount=content.amount, currency=content.currency)
    return fund


def change(fund: Fund, donor: Donor, content: FundInput, *, actor: Actor, now: datetime) -> None:
    """Change a fund. Once money has come, code, donor and currency stay and the amount covers what came.

    Raises `LimitExceededError` for an amount below that; else as `create` does.
    """
    lock(fund)
    _check(content, fund)
    if fund.instalments:
        for name, is_same in (
            ("code", content.code == fund.code),
            ("donor", donor.id == fund.donor_id),
            ("currency", content.currency == fund.currency),
        ):
            if not is_same:
                raise DomainError(N_("Money has come already: this cannot be changed any more."), field=name)
        come = sum(one.amount for one in fund.instalments)
        if content.amount < come:
            raise LimitExceededError(
                N_("%(come)s has come already: the amount cannot be less."),
                field="amount",
                come=Money(come, fund.currency),
            )
    fund.donor = donor
    for name, value in _columns(content).items():
        setattr(fund, name, value)
    db.session.flush()
    audit.record(actor, "fund.change", fund, now, code=content.code, amount=content.amount, currency=content.currency)


def _check(content: FundInput, own: Fund | None) -> None:
    taken = db.session.scalar(db.select(Fund.id).where(Fund.code == content.code))
    if taken is not None and (own is None or taken != own.id):
        raise AlreadyUsedError(N_("This code is taken."), field="code")
    if content.currency not in EXPONENTS:
        raise DomainError(N_("The programme does not handle this currency."), field="currency")
    if not 0 < content.amount <= HIGHEST_AGREEMENT:
        raise DomainError(N_("The amount must be more than zero and believable."), field="amount")
    if content.ends_on < content.starts_on:
        raise DomainError(N_("The end must lie after the start."), field="ends_on")


def _columns(content: FundInput) -> dict[str, Any]:
    return {
        "code": content.code,
        "name_ky": content.names["ky"],
        "name_ru": content.names["ru"],
        "name_en": content.names["en"],
        "currency": content.currency,
        "amount": content.amount,
        "starts_on": content.starts_on,
        "ends_on": content.ends_on,
        "purpose": dict(content.purpose),
        "statement": dict(content.statement),
    }


def receive(
    fund: Fund,
    amount: int,
    *,
    received_on: date,
    bank_reference: str,
    actor: Actor,
    now: datetime,
    credited: int | None = None,
) -> FundInstalment:
    """Record money that came from the donor, in the fund's currency, at the rate of the day it came.

    `credited` is what the bank's statement says in tyiyn where it rounds otherwise than the rate does; the difference
    goes to the fund's rounding account. Raises `LimitExceededError` beyond the fund's amount or for a difference that
    is none of rounding, `AlreadyUsedError` for a bank reference recorded before, for whichever fund.
    """
    lock(fund)
    if amount <= 0:
        raise DomainError(N_("The amount must be more than zero."), field="amount")
    if received_on > bishkek_day(now):
        raise DomainError(N_("The day lies in the future."), field="received_on")
    reference = "".join(bank_reference.split()).upper()
    _must_be_new(reference)
    if sum(one.amount for one in fund.instalments) + amount > fund.amount:
        raise LimitExceededError(N_("This is more than the donor's agreement says."), field="amount")
    rate = rates.rate_for(fund.currency, received_on)
    by_rate = rates.in_som(amount, fund.currency, rate)
    in_som = by_rate if credited is None else credited
    _must_be_rounding(in_som - by_rate)
    donor_side = ledger.account(AccountKind.DONOR, currency=fund.currency, fund_id=fund.id)
    available = ledger.account(AccountKind.AVAILABLE, fund_id=fund.id)
    if fund.currency == BASE_CURRENCY:
        legs = [ledger.Leg(donor_side, available, amount)]
    else:
        legs = [
            ledger.Leg(donor_side, ledger.account(AccountKind.EXCHANGE, currency=fund.currency), amount),
            ledger.Leg(ledger.account(AccountKind.EXCHANGE), available, by_rate),
        ]
    if in_som > by_rate:
        legs.append(ledger.Leg(_rounding(fund), available, in_som - by_rate))
    elif in_som < by_rate:
        legs.append(ledger.Leg(available, _rounding(fund), by_rate - in_som))
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


def _must_be_rounding(difference: int) -> None:
    if abs(difference) > LARGEST_ROUNDING:
        raise LimitExceededError(
            N_(
                "This is %(difference)s off what the rate of the day gives, which is more than rounding. "
                "Have finance enter the bank's own rate for the day."
            ),
            field="credited",
            difference=Money(abs(difference)),
        )


def _rounding(fund: Fund) -> ledger.LedgerAccount:
    return ledger.account(AccountKind.ROUNDING, fund_id=fund.id)


def _must_be_new(reference: str) -> None:
    """Refuse a payment of a donor that is booked already; the refusal names the fund."""
    key = reference_key(reference)
    if not key:
        raise IncompleteError(N_("Enter the bank's reference."), field="bank_reference")
    lock_name(f"donor's payment {key}")  # two funds may book it at the same moment
    for known, code in db.session.execute(db.select(FundInstalment.bank_reference, Fund.code).join(Fund)):
        if reference_key(known) == key:
            text = N_("This bank reference has been recorded already: fund %(fund)s.")
            raise AlreadyUsedError(text, field="bank_reference", fund=code)


def position(fund: Fund) -> Position:
    """Where the fund's money stands now."""
    return positions([fund])[fund.id]


def positions(funds: Sequence[Fund]) -> Mapping[int, Position]:
    """Where the money of each fund stands now, by the fund's id."""
    kinds = (AccountKind.AVAILABLE, AccountKind.COMMITTED, AccountKind.ADVANCED, AccountKind.SPENT)
    held = ledger.balances_of_funds(kinds, [fund.id for fund in funds])
    return {
        fund.id: Position(sum(one.amount_kgs for one in fund.instalments), *(held[fund.id][kind] for kind in kinds))
        for fund in funds
    }


def listed(among: Any) -> list[Fund]:
    """The funds of `among` (a SELECT of those somebody sees) by code, with donor and instalments."""
    query = among.options(db.joinedload(Fund.donor), db.selectinload(Fund.instalments)).order_by(Fund.code)
    return list(db.session.scalars(query))


def choices(among: Any, locale: str) -> list[tuple[int, str]]:
    """(id, what a list to choose from says) of the funds of `among`, by code."""
    return [(one.id, f"{one.code}: {one.name(locale)}") for one in listed(among)]


def by_code(code: str) -> Fund | None:
    return db.session.scalar(db.select(Fund).where(Fund.code == code))
