"""Statements on the web: the tables a page shows of one, and the same as a file."""

import io
from collections.abc import Callable, Mapping

from flask import Response, send_file

from app.web.presentation import is_demonstration, subject_url
from reports import statements
from reports.statements import Statement, Subject, Table

ROWS_SHOWN = 200
"""So many rows of a table stand on a page; its files have all."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMS: Mapping[str, tuple[str, Callable[[Statement], bytes]]] = {
    "pdf": ("application/pdf", lambda one: statements.to_pdf(one, demonstration=is_demonstration())),
    "xlsx": (XLSX, lambda one: statements.to_xlsx(one, demonstration=is_demonstration())),
    "csv": ("text/csv", statements.to_csv),
}
"""{form: (media type, what makes it)}."""
Row = tuple[list[str], str]
"""The texts of a row, and the address of what it is about or ""."""


def shown_tables(whole: Statement) -> list[tuple[Table, list[Row], list[str] | None]]:
    """(table, the rows a page shows of it, its total row or None) of each table."""
    return [(one, _rows(one), _footer(one)) for one in whole.tables]


def _rows(table: Table) -> list[Row]:
    subjects = [*table.subjects, *([None] * (len(table.rows) - len(table.subjects)))]
    shown = zip(table.rows[:ROWS_SHOWN], subjects, strict=False)
    return [([statements.shown(cell) for cell in row], _href(subject)) for row, subject in shown]


def _href(subject: Subject | None) -> str:
    return subject_url(f"{subject.noun}:{subject.id}") or "" if subject else ""


def _footer(table: Table) -> list[str] | None:
    if table.total is None:
        return None
    return [statements.shown(cell) if cell is not None else "" for cell in table.total]


def statement_file(whole: Statement, form: str, name: str) -> Response:
    """The statement as a file in one of `FORMS`; to its `name` come the language and the ending."""
    media_type, make = FORMS[form]
    called = f"{name}-{whole.reader.locale}.{form}"
    return send_file(io.BytesIO(make(whole)), mimetype=media_type, as_attachment=True, download_name=called, max_age=0)
