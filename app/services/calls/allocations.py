"""Allocations: which fund gives how much of a call's budget, for which oblast and theme, and what is left of it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CompoundSelect, Select

from app.localisation import N_, Money, money
from app.services import audit, funds, ledger
from app.services.actors import Actor
from app.services.calls.set_up import HIGHEST_BUDGET, must_be_draft
from app.services.errors import AlreadyUsedError, DomainError, LimitExceededError
from models.allocations import Allocation, title
from models.applications import Application, ApplicationStatus, BudgetHeading
from models.base import db, lock
from models.calls import Call, CallStatus
from models.council_sessions import CouncilSession, Decision, DecisionOutcome, SessionStatus
from models.funds import Fund
from models.ledger import AccountKind
from models.places import Oblast
from models.reserves import Promotion
from models.themes import Theme

MOST = 20


@dataclass(frozen=True)
class AllocationInput:
    """What an allocation is to be: from which fund, for which oblast and theme (None: for every one), in tyiyn."""

    fund: Fund
    oblast: Oblast | None
    theme: Theme | None
    amount: int

    @property
    def key(self) -> tuple[int, int | None, int | None]:
        """What is there once in a call."""
        return self.fund.id, self.oblast.id if self.oblast else None, self.theme.id if self.theme else None

    def in_words(self) -> dict[str, Any]:
        """As the function `in_words` has those that are there."""
        return _words(self.fund, self.oblast, self.theme, self.amount)


@dataclass(frozen=True)
class Standing:
    """How an allocation stands, in tyiyn: awarded from it so far, and what its fund has free of awards."""

    allocation: Allocation
    awarded: int
    fund_has: int

    @property
    def left(self) -> int:
        """What may still be awarded from it alone; allocations of one fund share what the fund has."""
        return min(self.allocation.amount - self.awarded, self.fund_has)


# While the call is a draft -----------------------------------------------------------------------------------


def save(
    call: Call,
    allocation: Allocation | None,
    *,
    fund: Fund,
    oblast: Oblast | None,
    amount: int,
    theme: Theme | None = None,
    actor: Actor,
    now: datetime,
) -> Allocation:
    """Set all that an allocation of a draft call says, or add one (None); the budget follows. `amount` is in tyiyn.

    Raises as `must_fit` does, `LimitExceededError` also when the budget is too small for one grant.
    """
    lock(call)
    must_be_draft(call)
    others = [one for one in of(call) if one is not allocation]
    must_fit(call, AllocationInput(fund, oblast, theme, amount), others, floor=call.grant_floor)
    _must_suffice(call, amount + sum(one.amount for one in others), "amount")
    if allocation is None:
        allocation = Allocation(call_id=call.id)
        db.session.add(allocation)
    allocation.fund, allocation.oblast, allocation.theme, allocation.amount = fund, oblast, theme, amount
    _follow(call)
    audit.record(
        actor,
        "call.save_allocation",
        call,
        now,
        allocation=allocation.id,
        fund=fund.id,
        oblast=oblast.id if oblast else None,
        theme=theme.names if theme else None,
        amount=amount,
    )
    return allocation


def must_fit(
    call: Call, wanted: AllocationInput, others: Sequence[Allocation], *, floor: int, prefix: str = ""
) -> None:
    """Refuse an allocation that cannot stand beside the `others` of a call whose smallest grant is `floor` (tyiyn).

    Raises `AlreadyUsedError` when there is one from this fund for this oblast and theme, `LimitExceededError` for one
    too many, `DomainError` at the field that does not fit; `prefix` stands before the names of the fields.
    """
    if len(others) >= MOST:
        raise LimitExceededError(N_("A call has at most %(most)s allocations."), most=MOST)
    if wanted.fund.is_closed:
        raise DomainError(N_("The fund is closed."), field=f"{prefix}fund")
    if call.status is CallStatus.OPEN and set(headings_paid(call)) - funds.pays_for(wanted.fund):
        message = N_("This fund does not pay for all that the call pays for: applicants count on it.")
        raise DomainError(message, field=f"{prefix}fund")
    if any((one.fund_id, one.oblast_id, one.theme_id) == wanted.key for one in others):
        message = N_("This fund is on the list already: change its amount there.")
        raise AlreadyUsedError(message, field=f"{prefix}fund")
    if wanted.oblast is not None and not _may_apply(call, wanted.oblast):
        raise DomainError(N_("No village of this oblast may apply in the call."), field=f"{prefix}oblast")
    if not 0 < wanted.amount <= HIGHEST_BUDGET:
        raise DomainError(N_("The amount must be more than zero and believable."), field=f"{prefix}amount")
    if wanted.amount < floor:
        message = N_("One grant is at least %(floor)s: an allocation cannot be less.")
        raise LimitExceededError(message, field=f"{prefix}amount", floor=Money(floor))


def remove(call: Call, allocation: Allocation, *, actor: Actor, now: datetime) -> None:
    """Take an allocation off a draft call. Raises `LimitExceededError` when too little stays."""
    lock(call)
    must_be_draft(call)
    _must_suffice(call, sum(one.amount for one in of(call) if one is not allocation), None)
    allocation_id = allocation.id
    db.session.delete(allocation)
    _follow(call)
    audit.record(actor, "call.remove_allocation", call, now, allocation=allocation_id)


def _must_suffice(call: Call, budget: int, field: str | None) -> None:
    if budget < call.grant_ceiling:
        raise LimitExceededError(
            N_("Together %(budget)s would be left: less than the largest grant, %(ceiling)s."),
            field=field,
            budget=Money(budget),
            ceiling=Money(call.grant_ceiling),
        )
    if budget > HIGHEST_BUDGET:
        raise DomainError(N_("The amount must be more than zero and believable."), field=field)


def _follow(call: Call) -> None:
    """The budget is the sum; the fund that gives most (the first of equals) leads."""
    db.session.flush()
    db.session.expire(call, ["allocations"])
    call.budget = sum(one.amount for one in call.allocations)
    given: dict[int, int] = {}
    for one in call.allocations:
        given[one.fund_id] = given.get(one.fund_id, 0) + one.amount
    leading = max(given, key=lambda fund_id: given[fund_id])
    call.fund = next(one.fund for one in call.allocations if one.fund_id == leading)
    db.session.flush()


def _may_apply(call: Call, oblast: Oblast) -> bool:
    return not call.eligibility["oblasts"] or oblast.id in call.eligibility["oblasts"]


# Reading -----------------------------------------------------------------------------------------------------


def of(call: Call) -> list[Allocation]:
    """The allocations of a call as they are now, in the order in which they were entered."""
    return list(db.session.scalars(_OF_CALL, {"call_id": call.id}))


_OF_CALL = (  # made once, as every page of a session asks for them
    db.select(Allocation)
    .where(Allocation.call_id == db.bindparam("call_id"))
    .order_by(Allocation.id)
    .execution_options(populate_existing=True)
)


def one_of(call: Call, allocation_id: int) -> Allocation | None:
    return next((one for one in call.allocations if one.id == allocation_id), None)


def in_words(found: Iterable[Allocation], amounts: Mapping[int, int] | None = None) -> list[dict[str, Any]]:
    """Allocations as frozen data keep them: [{fund, oblast or None, theme or None: names, amount in tyiyn}].

    `amounts` are other amounts by id.
    """
    return [_words(one.fund, one.oblast, one.theme, (amounts or {}).get(one.id, one.amount)) for one in found]


def _words(fund: Fund, oblast: Oblast | None, theme: Theme | None, amount: int) -> dict[str, Any]:
    return {
        "fund": fund.names,
        "oblast": oblast.names if oblast else None,
        "theme": theme.names if theme else None,
        "amount": amount,
    }


def in_text(words: Mapping[str, Any], locale: str) -> str:
    """One of `in_words` for a list: fund, oblast, theme (what is older had none), amount."""
    return f"{title(words['fund'], words['oblast'], words.get('theme'), locale)}: {money(words['amount'])}"


def themes_paid(call: Call, oblast_id: int | None = None) -> set[int] | None:
    """The themes (ids) for which villages of an oblast (None: of any) can be paid; None for every theme.

    Where there is no money at all yet, no theme is left out.
    """
    own = [one for one in of(call) if oblast_id is None or one.oblast_id in (None, oblast_id)]
    named = {one.theme_id for one in own if one.theme_id is not None}
    return named if named and all(one.theme_id is not None for one in own) else None


def headings_paid(call: Call) -> list[BudgetHeading]:
    """The kinds of cost a grant of this call may pay: those that every fund giving to it pays for."""
    given = [funds.pays_for(fund) for fund in funds_of(call)]
    return [one for one in BudgetHeading if all(one in paid for paid in given)]


def funds_of(call: Call) -> list[Fund]:
    """The funds that give to a call, in the order of their ids."""
    return sorted({one.fund for one in of(call)}, key=lambda fund: fund.id)


def lock_funds(call: Call, *more: Fund) -> None:
    """Take the locks of every fund that gives to a call, and of `more`, in the order of their ids.

    Their money is promised and awarded one after the other.
    """
    for fund in sorted({*funds_of(call), *more}, key=lambda fund: fund.id):
        lock(fund)


def promised(call: Call, fund: Fund, amounts: Mapping[int, int] | None = None) -> int:
    """What a call may still award from a fund by its allocations, in tyiyn; `amounts` are other amounts by id."""
    mine = [one for one in of(call) if one.fund_id == fund.id]
    spent = _awarded(call)
    return sum((amounts or {}).get(one.id, one.amount) - spent.get(one.id, 0) for one in mine)


def free(fund: Fund, *, beside: Call) -> int:
    """What a fund can still promise to a call, in tyiyn.

    Available, less what the agreement keeps from grants, what is awarded and not granted yet, and what other open
    calls may still award.
    """
    available = funds.position(fund).available - funds.held_back([fund])[fund.id].total
    return available - pending_awards([fund.id])[fund.id] - promised_elsewhere([fund.id], beside=beside)[fund.id]


def promised_elsewhere(fund_ids: Iterable[int], *, beside: Call | None = None) -> Mapping[int, int]:
    """What open calls (but the one `beside`) may still award from each of these funds, in tyiyn."""
    wanted = list(fund_ids)
    awarded = (
        db.select(db.func.coalesce(db.func.sum(Decision.amount), 0))
        .where(Decision.allocation_id == Allocation.id)
        .correlate(Allocation)
        .scalar_subquery()
    )
    others = (
        db.select(Allocation.fund_id, db.func.sum(Allocation.amount - awarded))
        .join(Call, Call.id == Allocation.call_id)
        .where(Allocation.fund_id.in_(wanted), Call.status == CallStatus.OPEN)
        .group_by(Allocation.fund_id)
    )
    if beside is not None:
        others = others.where(Call.id != beside.id)
    return dict.fromkeys(wanted, 0) | _added_up(others)


_OF_FUNDS = Allocation.fund_id.in_(db.bindparam("fund_ids", expanding=True))
_PENDING = db.union_all(
    db.select(Allocation.fund_id, db.func.sum(Decision.amount))
    .join(Allocation, Allocation.id == Decision.allocation_id)
    .join(CouncilSession, CouncilSession.id == Decision.session_id)
    .join(Application, Application.id == Decision.application_id)
    .where(
        _OF_FUNDS,
        Decision.outcome == DecisionOutcome.SELECTED,
        # signed, it stays reviewed until its letter is sent
        (CouncilSession.status == SessionStatus.OPEN)
        | Application.status.in_([ApplicationStatus.REVIEWED, ApplicationStatus.SELECTED]),
    )
    .group_by(Allocation.fund_id),
    db.select(Allocation.fund_id, db.func.sum(Promotion.amount))
    .join(Allocation, Allocation.id == Promotion.allocation_id)
    .join(Application, Application.id == Promotion.application_id)
    .where(_OF_FUNDS, Application.status == ApplicationStatus.SELECTED)
    .group_by(Allocation.fund_id),
)
_AWARDED = db.union_all(
    *(
        db.select(model.allocation_id, db.func.sum(model.amount))
        .join(Allocation, Allocation.id == model.allocation_id)
        .join(Application, Application.id == model.application_id)
        .where(Allocation.call_id == db.bindparam("call_id"), Application.status != ApplicationStatus.WITHDRAWN)
        .group_by(model.allocation_id)
        for model in (Decision, Promotion)
    )
)


def pending_awards(fund_ids: Iterable[int]) -> Mapping[int, int]:
    """Awards not yet committed by a grant, in tyiyn by fund: of open sessions, and signed ones not granted."""
    wanted = list(fund_ids)
    return dict.fromkeys(wanted, 0) | _added_up(_PENDING, fund_ids=wanted)


def _awarded(call: Call) -> Mapping[int, int]:
    """{allocation: what was awarded from it} of a call; a declined grant gives it back."""
    return _added_up(_AWARDED, call_id=call.id)


def _added_up(query: Select[Any] | CompoundSelect[Any], **values: Any) -> dict[int, int]:
    """The sums of the rows (key, amount) by their key."""
    found: dict[int, int] = {}
    for key, amount in db.session.execute(query, values):
        found[int(key)] = found.get(int(key), 0) + int(amount)
    return found


def standings(call: Call) -> list[Standing]:
    """How each allocation of a call stands."""
    given, spent = of(call), _awarded(call)
    fund_ids = {one.fund_id for one in given}
    held, pending = ledger.balances_of_funds([AccountKind.AVAILABLE], fund_ids), pending_awards(fund_ids)
    kept = funds.held_back(one.fund for one in given)
    has = {one: held[one][AccountKind.AVAILABLE] - kept[one].total - pending[one] for one in fund_ids}
    return [Standing(one, spent.get(one.id, 0), has[one.fund_id]) for one in given]


def seen(found: list[Standing], closed: Collection[int]) -> list[Standing]:
    """`standings` without what open sessions awarded to the applications that are `closed` to the reader.

    The sums would tell it. Only where money is short does a refusal still say how much there is.
    """
    if not closed:
        return found
    query = (
        db.select(Decision.allocation_id, Allocation.fund_id, Decision.amount)
        .join(Allocation, Allocation.id == Decision.allocation_id)
        .join(CouncilSession, CouncilSession.id == Decision.session_id)
        .where(CouncilSession.status == SessionStatus.OPEN, Decision.application_id.in_(closed))
    )
    hidden = db.session.execute(query).all()
    return [
        Standing(
            one.allocation,
            one.awarded - sum(amount for allocation, _fund, amount in hidden if allocation == one.allocation.id),
            one.fund_has + sum(amount for _allocation, fund, amount in hidden if fund == one.allocation.fund_id),
        )
        for one in found
    ]


def left(found: Iterable[Standing]) -> int:
    """What may still be awarded from all of these together, in tyiyn: of each fund no more than it has."""
    own: dict[int, int] = {}
    has: dict[int, int] = {}
    for one in found:
        own[one.allocation.fund_id] = own.get(one.allocation.fund_id, 0) + one.allocation.amount - one.awarded
        has[one.allocation.fund_id] = one.fund_has
    return sum(min(amount, has[fund_id]) for fund_id, amount in own.items())
