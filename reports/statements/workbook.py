"""A statement as a workbook: a sheet for each table, amounts as numbers in major units."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from app.localisation import Money, date_text, use_locale
from reports.pages import demonstration_note
from reports.sheets import Heading, Sheets, Value, csv_of, major, money_format
from reports.statements.data import Cell, Statement, Table, shown

WIDTH = 62  # characters over all columns
LEAST = 12


def to_xlsx(statement: Statement, *, demonstration: bool = False) -> bytes:
    """The workbook in its reader's language; facts and notes stand over the first table."""
    reader = statement.reader
    with use_locale(reader.locale):
        credit = statement.credits[0] if statement.credits else None
        sheets = Sheets(statement.title, reader.now, credit, reader.locale)
        head = [statement.title, f"{statement.about} · {date_text(reader.day)}"]
        said = [f"{label}: {shown(value)}" for label, value in statement.facts]
        for number, table in enumerate(statement.tables):
            first = [*said, *statement.notes, demonstration_note(demonstration)] if number == 0 else []
            intro = [line for line in (*head, *first, table.title, table.note) if line]
            total = [_value(cell) for cell in table.total] if table.total is not None else None
            sheets.add(table.title, _headings(table), _rows(table), total, intro=intro)
        return sheets.save()


def to_csv(statement: Statement) -> bytes:
    """The first table alone, which is what the statement is about."""
    with use_locale(statement.reader.locale):
        table = statement.tables[0]
        return csv_of(_headings(table), _rows(table))


def _headings(table: Table) -> list[Heading]:
    together = sum(column.share for column in table.columns)
    return [
        Heading(column.title, max(LEAST, round(2 * WIDTH * column.share / together)), _format(table, place))
        for place, column in enumerate(table.columns)
    ]


def _format(table: Table, place: int) -> str:
    """The format of a column's numbers: of its money where it has one currency, else two decimals."""
    if not table.columns[place].numeric:
        return ""
    currencies = {cell.currency for row in table.rows if isinstance(cell := row[place], Money)}
    return money_format(currencies.pop()) if len(currencies) == 1 else "#,##0.00"


def _rows(table: Table) -> Iterable[Sequence[Value]]:
    return ([_value(cell) for cell in row] for row in table.rows)


def _value(cell: Cell) -> Value:
    if isinstance(cell, Money):
        return major(cell.amount, cell.currency)
    return cell if cell is None or isinstance(cell, int | date | Decimal) else shown(cell)
