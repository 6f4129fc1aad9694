"""Which contributions are near alike, and which money comes back: plain arithmetic, no database.

Nothing here says that something is wrong: a sign asks a person to look (domain.md section 5).
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

ALIKE_WITHIN = timedelta(days=3)
ROUND_WITHIN = timedelta(days=14)


@dataclass(frozen=True)
class Received:
    """A contribution as it is compared; amounts in minor units, `sender` folded, `is_cash` false for goods."""

    id: int
    grant_id: int
    kind: str
    sender: str
    currency: str
    amount: int
    amount_kgs: int
    on: date
    is_cash: bool


@dataclass(frozen=True)
class Paid:
    """An expenditure as it is compared; `supplier` folded, `amount` in tyiyn."""

    id: int
    grant_id: int
    supplier: str
    amount: int
    on: date


@dataclass(frozen=True)
class Twins:
    """Two contributions that may be one: the same kind and sender, an amount in common, at most three days apart."""

    later_id: int
    earlier_id: int
    same_amount: bool
    same_som: bool


@dataclass(frozen=True)
class Circle:
    """Money in and out of one grant within 14 days: to the one who sent it, or as much as came."""

    contribution_id: int
    expenditure_id: int
    same_name: bool
    same_amount: bool


def are_twins(one: Received, other: Received) -> Twins | None:
    """The pair, when the two may be one."""
    if one.id == other.id or one.kind != other.kind or one.sender != other.sender:
        return None
    if abs(one.on - other.on) > ALIKE_WITHIN:
        return None
    same_amount = (one.currency, one.amount) == (other.currency, other.amount)
    same_som = one.amount_kgs == other.amount_kgs
    if not (same_amount or same_som):
        return None
    return Twins(max(one.id, other.id), min(one.id, other.id), same_amount, same_som)


def twins(entries: Iterable[Received]) -> list[Twins]:
    """Every pair that may be one, the newest first."""
    by_sender: dict[tuple[str, str], list[Received]] = defaultdict(list)
    for entry in entries:
        by_sender[entry.kind, entry.sender].append(entry)
    found = (pair for group in by_sender.values() for pair in _twins_among(group))
    return sorted(found, key=lambda pair: (pair.later_id, pair.earlier_id), reverse=True)


def _twins_among(group: Sequence[Received]) -> Iterator[Twins]:
    """Of one sender: only those within the days are compared at all."""
    ordered = sorted(group, key=lambda one: one.on)
    for place, one in enumerate(ordered, start=1):
        end = bisect_right(ordered, one.on + ALIKE_WITHIN, key=lambda later: later.on)
        yield from (pair for other in ordered[place:end] if (pair := are_twins(one, other)))


def is_circle(one: Received, paid: Paid) -> Circle | None:
    """The circle, when what came and what was paid may be the same money."""
    if not one.is_cash or one.grant_id != paid.grant_id or abs(one.on - paid.on) > ROUND_WITHIN:
        return None
    same_name, same_amount = one.sender == paid.supplier, one.amount_kgs == paid.amount
    return Circle(one.id, paid.id, same_name, same_amount) if same_name or same_amount else None


def circles(received: Iterable[Received], spent: Iterable[Paid]) -> list[Circle]:
    """Every circle, the newest contribution first; `spent` holds what was paid in cash."""
    by_grant: dict[int, list[Paid]] = defaultdict(list)
    for paid in spent:
        by_grant[paid.grant_id].append(paid)
    for of_grant in by_grant.values():
        of_grant.sort(key=lambda one: one.on)
    found = (circle for one in received for circle in _circles_of(one, by_grant.get(one.grant_id, ())))
    return sorted(found, key=lambda circle: (circle.contribution_id, circle.expenditure_id), reverse=True)


def _circles_of(one: Received, spent: Sequence[Paid]) -> Iterator[Circle]:
    start = bisect_left(spent, one.on - ROUND_WITHIN, key=lambda paid: paid.on)
    end = bisect_right(spent, one.on + ROUND_WITHIN, key=lambda paid: paid.on)
    yield from (circle for paid in spent[start:end] if (circle := is_circle(one, paid)))
