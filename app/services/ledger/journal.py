"""The journal: events with their transfers by value day, and one account with what it held after each transfer."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, func, literal, tuple_, union_all

from app.services.ledger.accounts import NamedAccount, named
from app.services.ledger.balances import DAY
from models.base import db
from models.ledger import EventKind, LedgerAccount, LedgerEvent, Transfer
from models.turnovers import Turnover

Place = tuple[date, int]
"""Where a page ends: the value day and the number of its last entry."""
SOME = 500


def value_days(event_ids: Collection[int]) -> dict[int, date]:
    """{event: the day on which its money moved}, read some hundred at a time."""
    found: dict[int, date] = {}
    ids = sorted(event_ids)
    for start in range(0, len(ids), SOME):
        query = db.select(LedgerEvent.id, LedgerEvent.value_on).where(LedgerEvent.id.in_(ids[start : start + SOME]))
        found |= {row[0]: row[1] for row in db.session.execute(query)}
    return found


def place_text(value_on: date, number: int) -> str:
    """A place as the address of the next page has it."""
    return f"{value_on.isoformat()}.{number}"


@dataclass(frozen=True)
class JournalFilter:
    """What of the journal is wanted; None: everything. Days are value days, both included.

    `without_grants`: nothing of these, since the reader has a tie to who was given them.
    """

    fund_id: int | None = None
    grant_id: int | None = None
    kind: EventKind | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    without_grants: frozenset[int] = frozenset()

    def of(self, query: Select[Any]) -> Select[Any]:
        """The query, narrowed."""
        for column, value in (
            (LedgerEvent.fund_id, self.fund_id),
            (LedgerEvent.grant_id, self.grant_id),
            (LedgerEvent.kind, self.kind),
        ):
            if value is not None:
                query = query.where(column == value)
        if self.starts_on is not None:
            query = query.where(LedgerEvent.value_on >= self.starts_on)
        if self.ends_on is not None:
            query = query.where(LedgerEvent.value_on <= self.ends_on)
        if self.without_grants:
            theirs = LedgerEvent.grant_id.in_(self.without_grants)
            query = query.where(LedgerEvent.grant_id.is_(None) | ~theirs)
        return query


EVERYTHING = JournalFilter()


@dataclass(frozen=True)
class JournalLeg:
    """One transfer of an entry."""

    credit: NamedAccount
    debit: NamedAccount
    currency: str
    amount: int


@dataclass(frozen=True)
class JournalEntry:
    """One event in plain columns, with its transfers."""

    id: int
    kind: EventKind
    value_on: date
    reason: str
    actor_id: int
    grant_id: int | None
    legs: list[JournalLeg] = field(default_factory=list)


_ENTRY = (
    LedgerEvent.id,
    LedgerEvent.kind,
    LedgerEvent.value_on,
    LedgerEvent.reason,
    LedgerEvent.actor_id,
    LedgerEvent.grant_id,
)
_EVENTS = db.bindparam("events", expanding=True, type_=db.BigInteger)
_LEGS = (
    db.select(
        Transfer.event_id,
        Transfer.credit_account_id,
        Transfer.debit_account_id,
        Transfer.currency,
        Transfer.amount,
    )
    .where(Transfer.event_id.in_(_EVENTS))
    .order_by(Transfer.id)
)


def journal(wanted: JournalFilter = EVERYTHING, *, before: Place | None = None, limit: int = 60) -> list[JournalEntry]:
    """The newest entries first, by value day, with their transfers; three queries however many there are."""
    query = wanted.of(db.select(*_ENTRY)).order_by(LedgerEvent.value_on.desc(), LedgerEvent.id.desc()).limit(limit)
    if before is not None:
        query = query.where(tuple_(LedgerEvent.value_on, LedgerEvent.id) < before)
    entries = {row[0]: JournalEntry(*row) for row in db.session.execute(query)}
    legs = db.session.execute(_LEGS, {"events": list(entries)}).all()
    accounts = named(one for row in legs for one in row[1:3])
    for event_id, credit, debit, currency, amount in legs:
        entries[event_id].legs.append(JournalLeg(accounts[credit], accounts[debit], currency, amount))
    return list(entries.values())


def reversal_of(event: LedgerEvent) -> LedgerEvent | None:
    """The event that reverses this one, if any."""
    return db.session.scalar(db.select(LedgerEvent).where(LedgerEvent.reverses_id == event.id))


# One account ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """One transfer as an account sees it: `amount` positive when it came, `balance` what is held after it."""

    transfer_id: int
    value_on: date
    amount: int
    event_id: int
    kind: EventKind
    reason: str
    actor_id: int
    other: NamedAccount
    balance: int

    @property
    def place(self) -> Place:
        return self.value_on, self.transfer_id


def entries(
    account: LedgerAccount,
    *,
    starts_on: date | None = None,
    ends_on: date | None = None,
    before: Place | None = None,
    limit: int = 60,
) -> list[Entry]:
    """The newest transfers of an account first, by value day. It costs the same however many there are."""
    asked: dict[str, Any] = {"account": account.id, "limit": limit, "starts_on": starts_on, "ends_on": ends_on}
    if before is not None:
        asked |= {"day": before[0], "number": before[1]}
    given = {name: value for name, value in asked.items() if value is not None}
    found = db.session.execute(_moves(frozenset(given)), given).all()
    accounts = named(row.other_id for row in found)
    held = balance_at(account, (found[0].value_on, found[0].id)) if found else 0
    result = []
    for id_, value_on, amount, other_id, event_id, kind, reason, actor_id in found:
        result.append(Entry(id_, value_on, amount, event_id, kind, reason, actor_id, accounts[other_id], held))
        held -= amount
    return result


@lru_cache
def _moves(given: frozenset[str]) -> Select[Any]:
    """The newest transfers of an account with their events: those of each side from its own index, then of both.

    Made once for what is given (`starts_on`, `ends_on`; `day` and `number` for what lies before that place).
    """
    sides = []
    for side, other, sign in (
        (Transfer.debit_account_id, Transfer.credit_account_id, 1),
        (Transfer.credit_account_id, Transfer.debit_account_id, -1),
    ):
        columns = (Transfer.id, Transfer.value_on, (sign * Transfer.amount).label("amount"), other.label("other_id"))
        one = db.select(*columns, Transfer.event_id).where(side == db.bindparam("account"))
        if "starts_on" in given:
            one = one.where(Transfer.value_on >= db.bindparam("starts_on"))
        if "ends_on" in given:
            one = one.where(Transfer.value_on <= db.bindparam("ends_on"))
        if "day" in given:
            one = one.where(tuple_(Transfer.value_on, Transfer.id) < tuple_(*_PLACE))
        newest = one.order_by(Transfer.value_on.desc(), Transfer.id.desc()).limit(db.bindparam("limit"))
        sides.append(db.select(newest.subquery()))
    both = union_all(*sides).subquery()
    query = db.select(
        both.c.id, both.c.value_on, both.c.amount, both.c.other_id, both.c.event_id,
        LedgerEvent.kind, LedgerEvent.reason, LedgerEvent.actor_id,
    ).join(LedgerEvent, LedgerEvent.id == both.c.event_id)  # fmt: skip
    return query.order_by(both.c.value_on.desc(), both.c.id.desc()).limit(db.bindparam("limit"))


_PLACE = db.bindparam("day", type_=Transfer.value_on.type), db.bindparam("number", type_=db.BigInteger)
_HELD_BEFORE = db.select(func.sum(Turnover.debited - Turnover.credited)).where(
    Turnover.account_id == db.bindparam("account"), Turnover.month < db.bindparam("month")
)
_MOVED_SINCE = tuple(
    db.select(func.sum(Transfer.amount)).where(
        side == db.bindparam("account"),
        Transfer.value_on >= db.bindparam("month"),
        tuple_(Transfer.value_on, Transfer.id) <= tuple_(*_PLACE),
    )
    for side in (Transfer.debit_account_id, Transfer.credit_account_id)
)


def balance_at(account: LedgerAccount, place: Place) -> int:
    """What an account held after the transfer at `place`: whole months before it, then its own month up to it."""
    asked = {"account": account.id, "month": place[0].replace(day=1), "day": place[0], "number": place[1]}
    before = db.session.scalar(_HELD_BEFORE, {"account": account.id, "month": asked["month"]})
    came, went = (db.session.scalar(one, asked) for one in _MOVED_SINCE)
    return int(before or 0) + int(came or 0) - int(went or 0)


def balance_on(account: LedgerAccount, day: date) -> int:
    """What an account held at the end of a day, by value day."""
    return balance_at(account, (day + DAY, 0))


# For files ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class JournalRow:
    """One transfer with its event, in plain columns: what a file of many has a line of."""

    event_id: int
    transfer_id: int
    kind: EventKind
    value_on: date
    occurred_at: Any
    actor_id: int
    fund_id: int | None
    grant_id: int | None
    rate_id: int | None
    reverses_id: int | None
    reason: str
    debit_account_id: int
    credit_account_id: int
    currency: str
    amount: int


_COLUMNS = (
    LedgerEvent.id,
    Transfer.id,
    LedgerEvent.kind,
    LedgerEvent.value_on,
    LedgerEvent.occurred_at,
    LedgerEvent.actor_id,
    LedgerEvent.fund_id,
    LedgerEvent.grant_id,
    LedgerEvent.rate_id,
    LedgerEvent.reverses_id,
    LedgerEvent.reason,
    Transfer.debit_account_id,
    Transfer.credit_account_id,
    Transfer.currency,
    Transfer.amount,
)
BATCH = 2000


def count(wanted: JournalFilter = EVERYTHING) -> int:
    """How many transfers a file of these would have."""
    query = wanted.of(db.select(func.count(Transfer.id)).join(LedgerEvent, LedgerEvent.id == Transfer.event_id))
    return int(db.session.scalar(query) or 0)


def batches(wanted: JournalFilter = EVERYTHING) -> Iterator[list[JournalRow]]:
    """Every transfer of these events, the oldest first, so many at a time."""
    ordered = db.select(*_COLUMNS).join(Transfer, Transfer.event_id == LedgerEvent.id)
    ordered = wanted.of(ordered).order_by(LedgerEvent.value_on, LedgerEvent.id, Transfer.id).limit(BATCH)
    place: Any = None
    while True:
        query = ordered
        if place is not None:
            day, event_id, transfer_id = place
            after = tuple_(LedgerEvent.value_on, LedgerEvent.id) > (day, event_id)
            same = (LedgerEvent.value_on == day) & (LedgerEvent.id == event_id) & (Transfer.id > transfer_id)
            query = query.where(LedgerEvent.value_on >= literal(day), after | same)
        batch = [JournalRow(*row) for row in db.session.execute(query)]
        if batch:
            yield batch
        if len(batch) < BATCH:
            return
        place = batch[-1].value_on, batch[-1].event_id, batch[-1].transfer_id
