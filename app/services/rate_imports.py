"""Taking over a rate file of the National Bank: first looked at, then all its new rates are entered at one go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from app.services import rate_lists, rates
from app.services.actors import Actor
from app.services.rate_files import FileRow, RateFile
from models.rates import ExchangeRate

LONGEST_NOTE = 200


class LineState(StrEnum):
    """What would become of a row of the file."""

    NEW = "new"
    THERE = "there"
    DIFFERS = "differs"
    REFUSED = "refused"


@dataclass(frozen=True)
class Line:
    """A row of the file held against what is there: `known` is the rate of this source and day that stands already.

    `change` is by how many percent it differs from the rate that counted the day before, None when none did.
    """

    row: FileRow
    state: LineState
    known: ExchangeRate | None = None
    change: Decimal | None = None


def look(file: RateFile, *, now: datetime) -> list[Line]:
    """Each row with what would become of it. Raises `DomainError` for a day no rate can be of."""
    rates.must_be_a_day(file.day, file.source, now)
    values = {row.quote.currency: row.quote.value / row.quote.nominal for row in file.rows if row.quote}
    changes = rate_lists.changes(values, file.day)
    return [_line(file, row, changes) for row in file.rows]


def _line(file: RateFile, row: FileRow, changes: dict[str, Decimal]) -> Line:
    if row.quote is None:
        return Line(row, LineState.REFUSED)
    known, change = rates.standing(row.currency, file.day, file.source), changes.get(row.currency)
    if known is None:
        return Line(row, LineState.NEW, change=change)
    is_same = (known.nominal, known.value) == (row.quote.nominal, row.quote.value)
    return Line(row, LineState.THERE if is_same else LineState.DIFFERS, known, change)


def take(file: RateFile, note: str, *, actor: Actor | None, now: datetime) -> Sequence[ExchangeRate]:
    """Enter every new rate of the file, all or none; `note` says where it came from. Without an actor: fetched.

    Raises `DomainError` when the file has nothing new.
    """
    rates.lock_day(file.day, file.source)
    quotes = [one.row.quote for one in look(file, now=now) if one.state is LineState.NEW and one.row.quote]
    return rates.enter_all(quotes, file.day, file.source, actor=actor, now=now, source_note=note.strip()[:LONGEST_NOTE])
