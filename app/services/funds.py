"""Funds: received from donors, promised to grants, paid and spent; what was agreed is in `fund_agreements`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.clock import bishkek_day
from app.localisation import N_, Money
from app.services import audit, ledger, notifications, rates
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, DomainError, IncompleteError, LimitExceededError
from app.services.references import reference_key
from models.applications import BudgetHeading
from models.base import BASE_CURRENCY, db, lock, lock_name
from models.funds import Fund, FundInstalment
from models.ledger import AccountKind, EventKind
from models.users import Role

PLACES = (
    *(AccountKind.AVAILABLE, AccountKind.INDIRECT, AccountKind.COMMITTED, AccountKind.ADVANCED),
    *(AccountKind.RECOVERABLE, AccountKind.WRITTEN_OFF, AccountKind.SPENT),
)
"""The accounts in which a fund's money lies, in the order of `Position`."""
LARGEST_ROUNDING = 100  # tyiyn: a bank that credits a sum further off has changed at another rate


@dataclass(frozen=True)
class Position:
    """Where a fund's money stands, in tyiyn: `received` is all the other parts together.

    Of what associations have, `recoverable` is claimed back; `written_off` was claimed and given up. Once the fund is
    closed, `given_back` is with the donor again and `indirect` was kept for the programme's own costs.
    """

    received: int
    given_back: int
    available: int
    indirect: int
    committed: int
    advanced: int
    recoverable: int
    written_off: int
    spent: int

    @property
    def disbursed(self) -> int:
        """What associations have or had: paid, less what they paid back."""
        return self.advanced + self.recoverable + self.written_off + self.spent

    @property
    def accounted(self) -> int:
        """What the ledger says about all that was received; `flask verify` compares the two."""
        return self.given_back + self.available + self.indirect + self.committed + self.disbursed


@dataclass(frozen=True)
class HeldBack:
    """What of the money received the agreement keeps from grants, in tyiyn, rounded down."""

    indirect: int
    contingency: int

    @property
    def total(self) -> int:
        return self.indirect + self.contingency


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
    must_be_open(fund)
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


def must_be_open(fund: Fund) -> None:
    """Refuse to change what is over."""
    if fund.is_closed:
        raise DomainError(N_("The fund is closed."))


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
    held = ledger.balances_of_funds(PLACES, [fund.id for fund in funds])
    return {
        fund.id: Position(
            sum(one.amount_kgs for one in fund.instalments), fund.given_back, *(held[fund.id][kind] for kind in PLACES)
        )
        for fund in funds
    }


def pays_for(fund: Fund) -> frozenset[BudgetHeading]:
    """The kinds of cost its grants may pay."""
    return frozenset(BudgetHeading(one) for one in fund.eligible_headings)


def held_back(funds: Iterable[Fund]) -> Mapping[int, HeldBack]:
    """What the agreement of each fund keeps from grants, by the fund's id."""
    found = {fund.id: fund for fund in funds}
    keeping = [fund.id for fund in found.values() if fund.indirect_percent or fund.contingency_percent]
    received: dict[int, int] = {}
    if keeping:  # one query more only where an agreement keeps something
        query = db.select(FundInstalment.fund_id, db.func.sum(FundInstalment.amount_kgs))
        query = query.where(FundInstalment.fund_id.in_(keeping)).group_by(FundInstalment.fund_id)
        received = {fund_id: int(amount) for fund_id, amount in db.session.execute(query)}
    return {key: _held_back(fund, received.get(key, 0)) for key, fund in found.items()}


def _held_back(fund: Fund, received: int) -> HeldBack:
    return HeldBack(received * fund.indirect_percent // 100, received * fund.contingency_percent // 100)


def listed(among: Any) -> list[Fund]:
    """The funds of `among` (a SELECT of those somebody sees) by code, with donor and instalments."""
    query = among.options(db.joinedload(Fund.donor), db.selectinload(Fund.instalments)).order_by(Fund.code)
    return list(db.session.scalars(query))


def choices(among: Any, locale: str) -> list[tuple[int, str]]:
    """(id, what a list to choose from says) of the funds of `among`, by code."""
    return [(one.id, f"{one.code}: {one.name(locale)}") for one in listed(among)]


def by_code(code: str) -> Fund | None:
    return db.session.scalar(db.select(Fund).where(Fund.code == code))
