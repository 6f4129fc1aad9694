"""Which rows of a bank statement stand for which records of ours: plain arithmetic, no database.

A row and a record fit *exactly* when reference, amount and currency are the same and their days at most three apart.
They fit *likely* when the reference is the same and something else is not, or when amount and currency are the same,
the days at most three apart and the names near. Each row is given one record at most and each record to one row, the
best pair first; the order in which rows and records come changes nothing. A person decides about every pair.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from app.services.people_matching import firm_key, name_keys
from models.bank_statements import Likeness

WITHIN = timedelta(days=3)
RETURNED_WITHIN = timedelta(days=60)
"""A bank brings back a payment so many days after it was made at most."""
SHORTEST_ACCOUNT = 8
MOST_NEIGHBOURS = 50
"""Records of one name, amount and currency within the days that a row is held against: more say nothing."""


class Difference(StrEnum):
    """What of a row and its record is not the same."""

    REFERENCE = "reference"
    NO_REFERENCE = "no_reference"
    AMOUNT = "amount"
    CURRENCY = "currency"
    DAY = "day"


@dataclass(frozen=True)
class Entry:
    """A row as it is compared. `row` names it; `amount` in minor units, always above 0; `is_in`: money came."""

    row: int
    on: date
    amount: int
    currency: str
    is_in: bool
    keys: frozenset[str]
    marks: frozenset[str]


@dataclass(frozen=True)
class Record:
    """Something of ours that moved money. `key` names it.

    `keys` are its references as they are compared, `marks` those of the names and accounts of the other side. Of one
    that `is_return` the day is that of the payment which came back, and only its reference finds it.
    """

    key: str
    on: date
    amount: int
    currency: str
    is_in: bool
    keys: frozenset[str]
    marks: frozenset[str]
    is_return: bool = False


@dataclass(frozen=True)
class Pair:
    """A row, the record it may stand for, how well they fit and what differs."""

    row: int
    key: str
    likeness: Likeness
    differs: tuple[Difference, ...]


def marks(names: Iterable[str], accounts: Iterable[str] = ()) -> frozenset[str]:
    """What the other side is known by: names in any spelling and order, and whole account numbers."""
    numbers = (f"account {one}" for one in accounts if len(one) >= SHORTEST_ACCOUNT)
    return frozenset().union(*map(_marks_of_name, names), numbers)


@lru_cache(maxsize=50_000)  # a register has few names, a statement the same ones again and again
def _marks_of_name(name: str) -> frozenset[str]:
    firm = firm_key(name)
    return name_keys(name) | ({f"firm {firm}"} if firm else set())


def compare(entry: Entry, record: Record) -> Pair | None:
    """How a row and a record fit; None when they do not."""
    if entry.is_in != record.is_in:
        return None
    same_reference = not entry.keys.isdisjoint(record.keys)
    same_amount, same_currency = entry.amount == record.amount, entry.currency == record.currency
    is_near = _is_near(entry, record)
    if same_reference:
        differs = tuple(
            what
            for what, same in (
                (Difference.AMOUNT, same_amount),
                (Difference.CURRENCY, same_currency),
                (Difference.DAY, is_near),
            )
            if not same
        )
        return Pair(entry.row, record.key, Likeness.LIKELY if differs else Likeness.EXACT, differs)
    if record.is_return or not (same_amount and same_currency and is_near) or entry.marks.isdisjoint(record.marks):
        return None
    has_both = bool(entry.keys and record.keys)
    differs = (Difference.REFERENCE if has_both else Difference.NO_REFERENCE,)
    return Pair(entry.row, record.key, Likeness.LIKELY, differs)


def _is_near(entry: Entry, record: Record) -> bool:
    if record.is_return:
        return timedelta(0) <= entry.on - record.on <= RETURNED_WITHIN
    return abs(entry.on - record.on) <= WITHIN


def match(entries: Sequence[Entry], records: Sequence[Record], rejected: frozenset[tuple[int, str]]) -> list[Pair]:
    """The best pairs, each row and each record once, in the order of the rows; `rejected` are (row, key) that a person
    has refused."""
    among = _Records(records)
    found: list[tuple[tuple[int, int, int, str], Pair]] = []
    for entry in entries:
        for record in among.near(entry):
            pair = None if (entry.row, record.key) in rejected else compare(entry, record)
            if pair is not None:
                found.append((_rank(pair, entry, record), pair))
    found.sort(key=lambda one: one[0])
    rows: set[int] = set()
    keys: set[str] = set()
    taken = []
    for _rank_of, pair in found:
        if pair.row not in rows and pair.key not in keys:
            rows.add(pair.row)
            keys.add(pair.key)
            taken.append(pair)
    return sorted(taken, key=lambda pair: pair.row)


_WORSE = {Difference.DAY: 1, Difference.NO_REFERENCE: 2, Difference.REFERENCE: 3, Difference.AMOUNT: 4}


def _rank(pair: Pair, entry: Entry, record: Record) -> tuple[int, int, int, str]:
    """The lower, the better; never the same for two pairs."""
    worst = sum(_WORSE.get(one, 5) for one in pair.differs)
    return worst, abs((entry.on - record.on).days), entry.row, record.key


class _Records:
    """Records by what finds them: reference, or amount, currency, side and a mark of the name, by day."""

    def __init__(self, records: Iterable[Record]) -> None:
        self.by_reference: dict[str, list[Record]] = defaultdict(list)
        self.by_name: dict[tuple[int, str, bool, str], list[Record]] = defaultdict(list)
        for record in sorted(records, key=lambda one: (one.on, one.key)):
            for key in record.keys:
                self.by_reference[key].append(record)
            for mark in () if record.is_return else record.marks:
                self.by_name[record.amount, record.currency, record.is_in, mark].append(record)

    def near(self, entry: Entry) -> Iterator[Record]:
        """Records that may fit, each once."""
        seen: set[str] = set()
        groups = [self.by_reference.get(key, []) for key in entry.keys]
        for mark in entry.marks:
            group = self.by_name.get((entry.amount, entry.currency, entry.is_in, mark), [])
            begin = bisect_left(group, entry.on - WITHIN, key=lambda one: one.on)
            end = bisect_right(group, entry.on + WITHIN, key=lambda one: one.on)
            groups.append(group[begin : min(end, begin + MOST_NEIGHBOURS)])
        for group in groups:
            for record in group:
                if record.key not in seen:
                    seen.add(record.key)
                    yield record
