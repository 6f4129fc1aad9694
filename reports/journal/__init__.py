"""The journal as a file: a workbook, a table of text, or a text that beancount reads; row by row, in little memory."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from app.services.ledger import JournalFilter
from models.journal_exports import FileForm
from reports.journal import beancount, tables
from reports.journal.lines import Line, balances, lines

__all__ = ["Line", "lines", "write"]


def write(path: Path, form: FileForm, rows: Iterable[Line], wanted: JournalFilter, generated_at: datetime) -> int:
    """Write the lines of a filter as of an instant, in the language in force; answers how many."""
    if form is FileForm.XLSX:
        return tables.to_xlsx(path, rows, generated_at)
    if form is FileForm.CSV:
        return tables.to_csv(path, rows, generated_at)
    return beancount.write(path, rows, balances() if wanted == JournalFilter() else ())
