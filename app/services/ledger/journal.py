"""The journal: events with their transfers by value day, and one account with what it held after each transfer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, literal, tuple_, union_all

from app.services.ledger.balances import DAY
from models.base import db
from models.ledger import EventKind, LedgerAccount, LedgerEvent, Transfer
from models.turnovers import Turnover

Place = tuple[date, int]
"""Where a page ends: the value day and the number of its last entry."""


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


def journal(wanted: JournalFilter = EVERYTHING, *, before: Place | None = None, limit: int = 60) -> list[LedgerEvent]:
    """The newest events first, by value day, with their transfers and accounts."""
    query = wanted.of(db.select(LedgerEvent)).order_by(LedgerEvent.value_on.desc(), LedgerEvent.id.desc()).limit(limit)
    if before is not None:
        query = query.where(tuple_(LedgerEvent.value_on, LedgerEvent.id) < before)
    return list(db.session.scalars(query.options(*_WITH_LEGS)))


_LEGS = db.selectinload(LedgerEvent.transfers)
_WITH_LEGS = (_LEGS.joinedload(Transfer.debit_account), _LEGS.joinedload(Transfer.credit_account))


def event(event_id: int) -> LedgerEvent | None:
    """One event with its transfers and accounts."""
    return db.session.scalar(db.select(LedgerEvent).where(LedgerEvent.id == event_id).options(*_WITH_LEGS))


def reversal_of(event: LedgerEvent) -> LedgerEvent | None:
    """The event that reverses this one, if any."""
    return db.session.scalar(db.select(LedgerEvent).where(LedgerEvent.reverses_id == event.id))


# One account ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """One transfer as an account sees it: `amount` positive when it came, `balance` what is held after it."""

    event: LedgerEvent
    transfer: Transfer
    other: LedgerAccount
    amount: int
    balance: int


def entries(
    account: LedgerAccount,
    *,
    starts_on: date | None = None,
    ends_on: date | None = None,
    before: Place | None = None,
    limit: int = 60,
) -> list[Entry]:
    """The newest transfers of an account first, by value day. It costs the same however many there are."""
    found = _moves(account.id, starts_on, ends_on, before, limit)
    if not found:
        return []
    held = balance_at(account, (found[0].value_on, found[0].id))
    rows = {one.id: one for one in db.session.scalars(_transfers([one.id for one in found]))}
    result = []
    for move in found:
        transfer = rows[move.id]
        came = transfer.debit_account_id == account.id
        other = transfer.credit_account if came else transfer.debit_account
        amount = transfer.amount if came else -transfer.amount
        result.append(Entry(transfer.event, transfer, other, amount, held))
        held -= amount
    return result


def _transfers(ids: Sequence[int]) -> Select[Any]:
    query = db.select(Transfer).where(Transfer.id.in_(ids))
    neighbours = (Transfer.event, Transfer.debit_account, Transfer.credit_account)
    return query.options(*(db.joinedload(one, innerjoin=True) for one in neighbours))


def _moves(
    account_id: int, starts_on: date | None, ends_on: date | None, before: Place | None, limit: int
) -> list[Any]:
    """(value_on, id) of the newest transfers of an account: those of each side from its own index, then the newest."""
    sides = []
    for side in (Transfer.debit_account_id, Transfer.credit_account_id):
        one = db.select(Transfer.value_on, Transfer.id).where(side == account_id)
        if starts_on is not None:
            one = one.where(Transfer.value_on >= starts_on)
        if ends_on is not None:
            one = one.where(Transfer.value_on <= ends_on)
        if before is not None:
            one = one.where(tuple_(Transfer.value_on, Transfer.id) < before)
        newest = one.order_by(Transfer.value_on.desc(), Transfer.id.desc()).limit(limit).subquery()
        sides.append(db.select(newest))
    both = union_all(*sides).subquery()
    return list(db.session.execute(db.select(both).order_by(both.c.value_on.desc(), both.c.id.desc()).limit(limit)))


def balance_at(account: LedgerAccount, place: Place) -> int:
    """What an account held after the transfer at `place`: whole months before it, then its own month up to it."""
    day = place[0]
    month = day.replace(day=1)
    held = _scalar(
        db.select(func.sum(Turnover.debited - Turnover.credited)).where(
            Turnover.account_id == account.id, Turnover.month < month
        )
    )
    for side, sign in ((Transfer.debit_account_id, 1), (Transfer.credit_account_id, -1)):
        within = db.select(func.sum(Transfer.amount)).where(side == account.id, Transfer.value_on >= month)
        held += sign * _scalar(within.where(tuple_(Transfer.value_on, Transfer.id) <= place))
    return held


def balance_on(account: LedgerAccount, day: date) -> int:
    """What an account held at the end of a day, by value day."""
    return balance_at(account, (day + DAY, 0))


def _scalar(query: Select[Any]) -> int:
    return int(db.session.scalar(query) or 0)


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
