"""What every statement is made of: facts, tables and notes in one language, gathered once for page and files."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from app.localisation import Money, date_text, money, number_text
from reports.credits import Credit

Cell = str | int | date | Decimal | Money | None
"""Money is in minor units of its currency, a Decimal has two decimals; None: there is nothing to say."""
NOTHING = "—"


@dataclass(frozen=True)
class Reader:
    """Who a statement is gathered for: the moment, its day in Bishkek, the language.

    `without` are the grants the reader has a tie to: nothing of them is told.
    """

    now: datetime
    day: date
    locale: str
    without: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Column:
    """A column: its title, its share of the width, and whether it holds numbers."""

    title: str
    share: float
    numeric: bool = False


@dataclass(frozen=True)
class Subject:
    """The row behind a line: the noun of its page and its id."""

    noun: str
    id: int


@dataclass(frozen=True)
class Table:
    """One table; `empty` is said instead of no rows, `subjects` are what its rows are about, in their order."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    empty: str
    total: Sequence[Cell] | None = None
    subjects: Sequence[Subject | None] = ()
    note: str = ""


@dataclass(frozen=True)
class Statement:
    """A whole statement. `about` says whose it is; `name` is its file's, without an ending.

    `signers` say who signs it on paper; what is `short` is set on one page.
    """

    title: str
    about: str
    name: str
    reader: Reader
    facts: Sequence[tuple[str, Cell]]
    tables: Sequence[Table]
    notes: Sequence[str] = ()
    credits: Sequence[Credit] = ()
    signers: Sequence[str] = field(default_factory=tuple)
    short: bool = False


def shown(cell: Cell) -> str:
    """A cell as people read it in the language in force."""
    if cell is None:
        return NOTHING
    if isinstance(cell, Money):
        return money(cell.amount, cell.currency)
    if isinstance(cell, date):
        return date_text(cell)
    if isinstance(cell, Decimal):
        return number_text(cell, 2)
    return number_text(cell) if isinstance(cell, int) else cell


def som(amounts: Sequence[int]) -> Money:
    """The sum of amounts in tyiyn."""
    return Money(sum(amounts))
