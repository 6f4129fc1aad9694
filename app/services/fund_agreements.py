"""What is agreed with donors: amount, period, eligible costs, what is kept from grants, by what it may change."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.labels import BUDGET_HEADINGS
from app.localisation import EXPONENTS, N_, Money
from app.services import audit, conflicts, funds, ledger
from app.services.actors import Actor
from app.services.calls import allocations
from app.services.conflicts import NO_TIES, Ties
from app.services.errors import AlreadyUsedError, DomainError, IncompleteError, LimitExceededError
from models.allocations import Allocation
from models.applications import Application, BudgetHeading, BudgetLine, Payer
from models.base import db, lock
from models.calls import Call, CallStatus
from models.council_sessions import CouncilSession, Decision, DecisionOutcome, SessionStatus
from models.funds import Donor, Fund
from models.grants import Grant, GrantStatus
from models.ledger import AccountKind
from models.users import User

HIGHEST_AGREEMENT = 100_000_000_000_00  # minor units, as for a call
UNFINISHED = (GrantStatus.OFFERED, GrantStatus.ACCEPTED, GrantStatus.ACTIVE, GrantStatus.SUSPENDED)


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
    agreement_number: str = ""
    agreed_on: date | None = None
    eligible_headings: Collection[BudgetHeading] = tuple(BudgetHeading)
    indirect_percent: int = 0
    contingency_percent: int = 0


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

    What calls and running grants count on stays: the kinds of cost they pay for, the money promised to them.
    Raises `LimitExceededError` for an amount below what came or is promised; else as `create` does.
    """
    lock(fund)
    funds.must_be_open(fund)
    _check(content, fund)
    _must_keep_its_costs(fund, content)
    _must_cover_its_promises(fund, content)
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
    if not content.eligible_headings:
        raise IncompleteError(N_("Tick at least one kind of cost."), field="eligible_headings")
    for name in ("indirect_percent", "contingency_percent"):
        if not 0 <= getattr(content, name) <= 100:
            raise DomainError(N_("A percentage lies between 0 and 100."), field=name)
    if content.indirect_percent + content.contingency_percent >= 100:
        raise LimitExceededError(N_("Nothing would be left for grants."), field="contingency_percent")


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
        "agreement_number": content.agreement_number.strip(),
        "agreed_on": content.agreed_on,
        "eligible_headings": [one.value for one in BudgetHeading if one in content.eligible_headings],
        "indirect_percent": content.indirect_percent,
        "contingency_percent": content.contingency_percent,
    }


def _must_keep_its_costs(fund: Fund, content: FundInput) -> None:
    """A kind of cost stays eligible while an open call or a grant that is not over counts on it."""
    gone = funds.pays_for(fund) - set(content.eligible_headings)
    if not gone:
        return
    message = N_("“%(heading)s” stays: an open call or a running grant counts on it.")
    open_call = db.select(Allocation.id).join(Call).where(Allocation.fund_id == fund.id, Call.status == CallStatus.OPEN)
    planned = (
        db.select(BudgetLine.heading)
        .join(Application, Application.id == BudgetLine.application_id)
        .join(Grant, Grant.application_id == Application.id)
        .where(Grant.fund_id == fund.id, Grant.status.in_(UNFINISHED))
        .where(BudgetLine.payer == Payer.GRANT, BudgetLine.heading.in_(gone))
    )
    heading = min(gone) if db.session.scalar(open_call) else db.session.scalar(planned.order_by(BudgetLine.heading))
    if heading is not None:
        raise DomainError(message, field="eligible_headings", heading={"texts": [BUDGET_HEADINGS[heading]]})


def _must_cover_its_promises(fund: Fund, content: FundInput) -> None:
    """What is kept from grants grows only out of money that no open call and no award counts on."""
    grows = content.indirect_percent > fund.indirect_percent or content.contingency_percent > fund.contingency_percent
    if not grows:
        return
    received = funds.position(fund).received
    kept = received * content.indirect_percent // 100 + received * content.contingency_percent // 100
    free = reservation_of(fund).unpromised
    if kept > free:
        message = N_("%(kept)s would be kept from grants, but only %(free)s are neither promised nor awarded.")
        raise LimitExceededError(message, field="contingency_percent", kept=Money(kept), free=Money(max(0, free)))


# What is reserved ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reservation:
    """What of a fund's available money is spoken for, in tyiyn."""

    available: int
    awarded: int
    promised: int
    held_back: funds.HeldBack

    @property
    def unpromised(self) -> int:
        """What no open call and no award counts on."""
        return self.available - self.awarded - self.promised

    @property
    def free(self) -> int:
        """What can be promised to a new call."""
        return self.unpromised - self.held_back.total


def reservation_of(fund: Fund, ties: Ties = NO_TIES) -> Reservation:
    """What of a fund's money is spoken for now: awards not granted yet, open calls, what the agreement keeps.

    For a reader with `ties` sessions that are not signed yet awarded nothing to these applicants: the sums would tell.
    """
    available = ledger.balances_of_funds([AccountKind.AVAILABLE], [fund.id])[fund.id][AccountKind.AVAILABLE]
    hidden = _awarded_to(fund, ties)
    return Reservation(
        available,
        allocations.pending_awards([fund.id])[fund.id] - sum(hidden.values()),
        allocations.promised_elsewhere([fund.id])[fund.id] + hidden.get(CallStatus.OPEN, 0),
        funds.held_back([fund])[fund.id],
    )


def _awarded_to(fund: Fund, ties: Ties) -> dict[CallStatus, int]:
    """What open sessions award to these applicants from a fund, in tyiyn, by the state of the call."""
    if not ties:
        return {}
    query = (
        db.select(Call.status, db.func.sum(Decision.amount))
        .join(Allocation, Allocation.id == Decision.allocation_id)
        .join(Call, Call.id == Allocation.call_id)
        .join(CouncilSession, CouncilSession.id == Decision.session_id)
        .join(Application, Application.id == Decision.application_id)
        .where(Allocation.fund_id == fund.id, Decision.outcome == DecisionOutcome.SELECTED)
        .where(CouncilSession.status == SessionStatus.OPEN, ties.among(Application.association_id, Application.id))
    )
    return {status: int(amount) for status, amount in db.session.execute(query.group_by(Call.status))}


def calls_paid(fund: Fund, reader: User) -> list[tuple[Call, list[allocations.Standing]]]:
    """The open calls the fund gives to, as `reader` may know them: each with its allocations from this fund.

    The one that closes first comes first.
    """
    gives = db.select(Allocation.call_id).where(Allocation.fund_id == fund.id)
    query = db.select(Call).where(Call.id.in_(gives), Call.status == CallStatus.OPEN).order_by(Call.closes_at, Call.id)
    found = []
    for call in db.session.scalars(query):
        standings = allocations.seen(allocations.standings(call), conflicts.closed_to(reader, call))
        found.append((call, [one for one in standings if one.allocation.fund_id == fund.id]))
    return found
