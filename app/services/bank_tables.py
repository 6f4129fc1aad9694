"""A bank's or channel's statement as a table, CSV or XLSX: its cells, and what its columns mean.

What the columns mean is said once by a person (`Layout`) and remembered by the words of the head.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from openpyxl import load_workbook

from app.localisation import EXPONENTS, N_, fold
from app.services import bank_files, csv_rows, workbooks
from app.services.bank_files import BankFile, FileRow
from app.services.errors import DomainError, IncompleteError, LimitExceededError
from app.services.workbooks import Bounds
from models.bank_statements import BankFileForm
from models.base import BASE_CURRENCY, canonical_json, fingerprint

MOST_COLUMNS = 60
HEAD_WITHIN = 30
"""The head stands within so many rows: banks write who, what and when above it."""
LONGEST_CELL = 1000
NO_TABLE = N_("This is no bank statement that can be read. Take camt.053, MT940, CSV or XLSX.")
TOO_LARGE = N_("The file is too large for a bank statement.")
BOUNDS = Bounds(
    bytes=bank_files.LARGEST,
    part=24 * 1024 * 1024,
    unpacked=32 * 1024 * 1024,
    parts=200,
    sheets=20,
    cells=1024,
    elements_of_part=800_000,
    elements=1_000_000,
    too_large=TOO_LARGE,
    no_workbook=NO_TABLE,
)


class Column(StrEnum):
    """What a column means."""

    DAY = "day"
    AMOUNT = "amount"
    CAME = "came"
    WENT = "went"
    CURRENCY = "currency"
    REFERENCE = "reference"
    NAME = "name"
    ACCOUNT = "account"
    TEXT = "text"


class Encoding(StrEnum):
    """How the letters of a CSV file are written."""

    UTF_8 = "utf-8"
    CP1251 = "cp1251"


class DayFormat(StrEnum):
    """How days are written; the value is what `strptime` reads."""

    DOTS = "%d.%m.%Y"
    SHORT_DOTS = "%d.%m.%y"
    ISO = "%Y-%m-%d"
    SLASHES = "%d/%m/%Y"
    AMERICAN = "%m/%d/%Y"


class DecimalMark(StrEnum):
    """What stands before the fraction of an amount."""

    COMMA = ","
    POINT = "."


@dataclass(frozen=True)
class Layout:
    """What the columns mean: {meaning: number of the column, from 0}; `head` is the number of the head's row, from 0.

    `currency` counts where no column names one. Amounts stand in one column with a sign, or in two (came, went).
    """

    columns: Mapping[Column, int]
    head: int
    day: DayFormat = DayFormat.DOTS
    mark: DecimalMark = DecimalMark.COMMA
    encoding: Encoding = Encoding.UTF_8
    currency: str = BASE_CURRENCY

    def settings(self) -> dict[str, Any]:
        """All but the columns, as it is kept."""
        return {
            "head": self.head,
            "day": self.day.value,
            "mark": self.mark.value,
            "encoding": self.encoding.value,
            "currency": self.currency,
        }


def layout_of(columns: Mapping[str, int], settings: Mapping[str, Any]) -> Layout:
    """What was kept, as a layout."""
    return Layout(
        columns={Column(name): number for name, number in columns.items()},
        head=settings["head"],
        day=DayFormat(settings["day"]),
        mark=DecimalMark(settings["mark"]),
        encoding=Encoding(settings["encoding"]),
        currency=settings["currency"],
    )


def must_be_whole(layout: Layout, width: int) -> None:
    """Raise `IncompleteError` at the field of what a statement cannot do without."""
    columns = layout.columns
    if Column.DAY not in columns:
        raise IncompleteError(N_("Say which column has the day."), field="day_column")
    has_two = Column.CAME in columns or Column.WENT in columns
    if (Column.AMOUNT in columns) == has_two:
        raise IncompleteError(
            N_("Say either in which column the amount stands with its sign, or in which two what came and what went."),
            field="amount_column",
        )
    if layout.currency not in EXPONENTS:
        raise IncompleteError(N_("Choose the currency of the account."), field="currency")
    if not 0 <= layout.head < HEAD_WITHIN or any(number >= width for number in columns.values()):
        raise DomainError(N_("The file has no such column or row. Look at the table again."), field="head")


Cell = str | Decimal | date | None
Table = list[list[Cell]]


def table(content: bytes, form: BankFileForm, encoding: Encoding | None = None, most: int | None = None) -> Table:
    """The cells, row by row; of `most` rows at most, else of all. Raises `DomainError` for what is no table."""
    most = most or bank_files.MOST_ROWS + HEAD_WITHIN
    if form is BankFileForm.XLSX:
        return _sheet(content, most)
    text = _decoded(content, encoding or guessed_encoding(content))
    rows: Table = []
    try:
        for cells in csv_rows.read(csv_rows.lines_of(text), _delimiter(text)):
            if len(rows) >= most:
                break
            rows.append([_undone(one) for one in cells[:MOST_COLUMNS]])
    except csv.Error as error:
        raise DomainError(NO_TABLE, field="upload") from error
    return rows


def guessed_encoding(content: bytes) -> Encoding:
    """UTF-8 where the bytes are; else what accounting programmes of the region write."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return Encoding.CP1251
    return Encoding.UTF_8


def _decoded(content: bytes, encoding: Encoding) -> str:
    if b"\0" in content:
        raise DomainError(NO_TABLE, field="upload")
    return content.decode("utf-8-sig" if encoding is Encoding.UTF_8 else "cp1251", "replace")


def _delimiter(text: str) -> str:
    begin = text[:20_000]
    return max(";\t,|", key=begin.count) if any(one in begin for one in ";\t,|") else ";"


def _undone(cell: str) -> str:
    """Without the apostrophe that keeps a spreadsheet from taking a text for a formula."""
    text = cell[1:] if cell.startswith("'") and cell[1:2] in csv_rows.FORMULA else cell
    return text.strip()[:LONGEST_CELL]


def _sheet(content: bytes, most: int) -> Table:
    """The cells of the first sheet that has any. Values alone: what a formula came to when the file was saved."""
    try:
        harmless = workbooks.bounded(content, BOUNDS)
        book = load_workbook(io.BytesIO(harmless), read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets:
            sheet.reset_dimensions()
            rows = [
                [_value(one) for one in row]
                for row in sheet.iter_rows(max_row=most, max_col=MOST_COLUMNS, values_only=True)
            ]
            if any(cell is not None for row in rows for cell in row):
                return rows
    except DomainError:
        raise
    except Exception as error:  # whatever a parser of foreign bytes raises
        raise DomainError(NO_TABLE, field="upload") from error
    raise DomainError(N_("The file has no rows."), field="upload")


def _value(value: Any) -> Cell:
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int | float):
        number = Decimal(repr(value))
        return number.quantize(Decimal("0.000001")).normalize() if number.is_finite() and abs(number) < 10**15 else None
    return _undone(str(value)) or None


def shown(cell: Cell) -> str:
    """A cell as a person reads it."""
    if cell is None:
        return ""
    if isinstance(cell, date):
        return f"{cell:%d.%m.%Y}"
    return format(cell, "f") if isinstance(cell, Decimal) else cell


def head_key(row: Sequence[Cell]) -> str:
    """The SHA-256 of the words of a head, by which its layout is remembered."""
    return fingerprint(canonical_json([fold(shown(one)) for one in row if shown(one)]))


def guessed_head(rows: Sequence[Sequence[Cell]]) -> int:
    """The number of the row that looks like a head: the first with as many words as any, and at least three."""
    counts = [sum(bool(re.search(r"[^\W\d_]", shown(one))) for one in row) for row in rows[:HEAD_WITHIN]]
    most = max(counts, default=0)
    return next((place for place, count in enumerate(counts) if count >= min(3, most) and count * 2 > most), 0)


_MEANT: tuple[tuple[Column, tuple[str, ...]], ...] = (
    (Column.CAME, ("кредит", "credit", "приход", "поступ", "киреше", "зачисл")),
    (Column.WENT, ("дебет", "debit", "расход", "списан", "чыгаша")),
    (Column.DAY, ("дата", "date", "кун", "күн")),
    (Column.CURRENCY, ("валюта", "currency")),
    (Column.AMOUNT, ("сумма", "amount", "жалпы")),
    (Column.REFERENCE, ("референс", "reference", "номер", "№", "mtcn", "rrn", "код операции", "document")),
    (Column.ACCOUNT, ("счет", "счёт", "эсеп", "account", "iban")),
    (Column.NAME, ("отправитель", "контрагент", "плательщик", "получатель", "name", "sender", "жонотуучу", "аты")),
    (Column.TEXT, ("назначение", "описание", "details", "purpose", "description", "максаты", "комментарий")),
)
"""Words in a head by which a column is guessed; a person looks at the guess before it counts."""


def guessed(head: Sequence[Cell]) -> dict[Column, int]:
    """What the columns may mean, by the words of the head."""
    found: dict[Column, int] = {}
    for number, cell in enumerate(head):
        words = fold(shown(cell))
        meant = next((column for column, signs in _MEANT if any(fold(one) in words for one in signs)), None)
        if words and meant is not None and meant not in found:
            found[meant] = number
    if Column.CAME in found and Column.WENT in found:
        found.pop(Column.AMOUNT, None)
    elif Column.AMOUNT in found:
        found.pop(Column.CAME, None)
        found.pop(Column.WENT, None)
    return found


def read(content: bytes, form: BankFileForm, layout: Layout) -> BankFile:
    """The movements of a table; a row that cannot be read carries its number in the file and why."""
    rows = table(content, form, layout.encoding)
    bank_files.must_be_few(len(rows) - layout.head - 1)
    file = BankFile(form)
    reader = _RowReader(layout)
    for number, cells in enumerate(rows[layout.head + 1 :], start=layout.head + 2):
        if not any(shown(one) for one in cells):
            continue
        try:
            file.rows.append(reader.read(number, cells))
        except DomainError as refusal:
            file.refuse(number, refusal)
    return file


@dataclass
class _RowReader:
    """Reads rows of one layout."""

    layout: Layout
    known: dict[str, date] = field(default_factory=dict)

    def read(self, number: int, cells: Sequence[Cell]) -> FileRow:
        """Raises `DomainError` with the reason."""
        code = self._text(cells, Column.CURRENCY).upper() or self.layout.currency
        currency = {"СОМ": BASE_CURRENCY, "SOM": BASE_CURRENCY}.get(code, code)
        return FileRow(
            line=number,
            on=self._day(cells),
            amount=bank_files.minor(self._amount(cells), currency),
            currency=currency,
            reference=bank_files.cut(self._text(cells, Column.REFERENCE), "reference"),
            name=bank_files.cut(self._text(cells, Column.NAME), "name"),
            account=bank_files.cut(self._text(cells, Column.ACCOUNT), "account"),
            text=bank_files.cut(self._text(cells, Column.TEXT), "text"),
        )

    def _cell(self, cells: Sequence[Cell], column: Column) -> Cell:
        place = self.layout.columns.get(column)
        return cells[place] if place is not None and place < len(cells) else None

    def _text(self, cells: Sequence[Cell], column: Column) -> str:
        return shown(self._cell(cells, column))

    def _day(self, cells: Sequence[Cell]) -> date:
        cell = self._cell(cells, Column.DAY)
        if isinstance(cell, date):
            return cell
        text = shown(cell).split(" ")[0].split("T")[0]
        if text not in self.known:
            try:
                self.known[text] = datetime.strptime(text, self.layout.day).date()  # noqa: DTZ007 - a day has no zone
            except ValueError as error:
                raise DomainError(N_("“%(text)s” is no day."), text=text[:40]) from error
        return self.known[text]

    def _amount(self, cells: Sequence[Cell]) -> Decimal:
        if Column.AMOUNT in self.layout.columns:
            return self._number(self._cell(cells, Column.AMOUNT))
        came, went = (
            self._number(cell) if shown(cell := self._cell(cells, column)) else Decimal(0)
            for column in (Column.CAME, Column.WENT)
        )
        if came and went:
            raise DomainError(N_("The row says both that money came and that it went."))
        return came or -abs(went)

    def _number(self, cell: Cell) -> Decimal:
        if isinstance(cell, Decimal):
            return cell
        text = "".join(sign for sign in shown(cell) if not sign.isspace() and sign not in "'’\u202f\u00a0")
        other = "." if self.layout.mark is DecimalMark.COMMA else ","
        plain = re.sub(r"(?i)(сом|som|kgs)\.?$", "", text).replace(other, "").replace(self.layout.mark.value, ".")
        if plain.startswith("(") and plain.endswith(")"):
            plain = f"-{plain[1:-1]}"
        if not re.fullmatch(r"[-+−]?[0-9]{1,16}(\.[0-9]{1,6})?", plain):
            raise DomainError(N_("“%(text)s” is no amount of money."), text=shown(cell)[:40])
        try:
            return Decimal(plain.replace("−", "-"))
        except InvalidOperation as error:
            raise DomainError(N_("“%(text)s” is no amount of money."), text=shown(cell)[:40]) from error


def form_of(content: bytes) -> BankFileForm:
    """What kind of file it is, by its content. Raises `DomainError` for none that is read."""
    if len(content) > bank_files.LARGEST:
        most = bank_files.LARGEST // 1024 // 1024
        raise LimitExceededError(N_("The file is larger than %(most)s MB."), field="upload", most=most)
    begin = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if begin.startswith(b"PK\x03\x04"):
        return BankFileForm.XLSX
    if begin.startswith(b"<") or content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return BankFileForm.CAMT
    if re.search(rb"(?m)^:20:", begin) and b":61:" in content:
        return BankFileForm.MT940
    if not begin or b"\0" in content or begin.startswith((b"%PDF", b"\xd0\xcf\x11\xe0")):
        raise DomainError(NO_TABLE, field="upload")
    return BankFileForm.CSV
