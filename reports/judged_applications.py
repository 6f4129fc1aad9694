"""What is judged, below the rubric of a reviewer's sheet: all that the page of the review shows, to be read offline."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.labels import country_text, label_text
from app.localisation import gettext, money, number_text
from app.services import applications, papers, questions
from models.applications import Application
from reports.sheets import (
    BOLD_FONT,
    DAY_FORMAT,
    HEAD_FILL,
    HEAD_FONT,
    TITLE_FONT,
    TOP,
    TOTAL_EDGE,
    Value,
    fit_height,
    major,
    put,
)

COLUMNS = "BCDEFG"


def write(sheet: Any, application: Application, row: int, locale: str, now: datetime) -> None:
    """From `row` on: facts, answers, budget, co-investment, targets, names of the documents. Amounts are numbers."""
    applications.read(application)
    put(sheet, f"B{row}", gettext("The application")).font = TITLE_FONT
    row += 1
    for part in (_facts, _answers, _budget, _pledges, _targets):
        row = part(sheet, application, row, locale)
    _documents(sheet, application, row, now)


def _facts(sheet: Any, application: Application, row: int, locale: str) -> int:
    village, theme = application.association.village, application.theme
    facts = [
        (gettext("Village"), village.name(locale) if village else gettext("all villages of the ayil aymak")),
        (gettext("Theme of the project"), theme.name(locale) if theme else gettext("not chosen")),
        (gettext("Asked for"), money(application.grant_requested)),
        (gettext("Total cost"), money(application.total_cost)),
    ]
    for name, text in facts:
        _line(sheet, row, name, text)
        row += 1
    return row + 1


def _answers(sheet: Any, application: Application, row: int, locale: str) -> int:
    answers = application.answers
    for section in questions.form_of(application.call).sections:
        put(sheet, f"B{row}", section.numbered_in(locale)).font = HEAD_FONT
        for question in section.questions:
            row += 1
            _line(sheet, row, question.numbered_in(locale), answers.get(question.key) or gettext("not answered"))
        row += 2
    return row


def _budget(sheet: Any, application: Application, row: int, _locale: str) -> int:
    columns = [
        (gettext("Item"), ""),
        (gettext("Kind of cost"), ""),
        (gettext("Quantity"), ""),
        (gettext("Paid by"), ""),
        (gettext("Amount"), _soms()),
    ]
    rows: list[Sequence[Value]] = [
        (
            one.item,
            label_text(one.heading),
            f"{number_text(one.quantity)} {one.unit} × {money(one.unit_cost)}",
            label_text(one.payer),
            major(one.amount),
        )
        for one in application.budget_lines
    ]
    total = (gettext("Total"), "", "", "", major(application.total_cost))
    return _table(sheet, row, gettext("Budget"), columns, rows, gettext("No budget lines."), total)


def _pledges(sheet: Any, application: Application, row: int, _locale: str) -> int:
    pledges = applications.pledges_of(application)
    columns = [
        (gettext("From"), ""),
        (gettext("By"), DAY_FORMAT),
        (gettext("In foreign money"), ""),
        (gettext("Amount"), _soms()),
    ]
    rows: list[Sequence[Value]] = [
        (
            country_text(one.country),
            one.due_on,
            "" if one.currency == "KGS" else money(one.amount, one.currency),
            major(one.amount_kgs),
        )
        for one in pledges
    ]
    total = (gettext("Total"), None, "", major(sum(one.amount_kgs for one in pledges)))
    return _table(sheet, row, gettext("Promised co-investment"), columns, rows, gettext("No pledges."), total)


def _targets(sheet: Any, application: Application, row: int, locale: str) -> int:
    columns = [(gettext("Indicator"), ""), (gettext("Now"), ""), (gettext("Target"), "")]
    rows = [(one.indicator.title_in(locale), one.baseline, one.target) for one in application.targets]
    return _table(sheet, row, gettext("Targets"), columns, rows, gettext("No targets."))


def _documents(sheet: Any, application: Application, row: int, now: datetime) -> None:
    """Their names alone: the files stay on the site."""
    put(sheet, f"B{row}", gettext("Documents")).font = HEAD_FONT
    found = papers.readable_pages(application, now=now)
    for one in found:
        row += 1
        _line(sheet, row, label_text(one.kind), one.filename)
    if not found:
        put(sheet, f"B{row + 1}", gettext("No documents."))


def _soms() -> str:
    """The number format of an amount with its unit, in the language in force."""
    return f'#,##0.00" {gettext("som")}"'


def _line(sheet: Any, row: int, name: str, text: str) -> None:
    """A name, and beside it a text over the joined cells, in a row high enough for it."""
    put(sheet, f"B{row}", name).alignment = TOP
    sheet.merge_cells(f"C{row}:I{row}")
    put(sheet, f"C{row}", text).alignment = TOP
    fit_height(sheet, row, [(name, _width(sheet, "B")), (text, sum(_width(sheet, one) for one in "CDEFGHI"))])


def _width(sheet: Any, column: str) -> int:
    return int(sheet.column_dimensions[column].width)


def _table(
    sheet: Any,
    row: int,
    title: str,
    columns: Sequence[tuple[str, str]],
    rows: Sequence[Sequence[Value]],
    nothing: str,
    total: Sequence[Value] = (),
) -> int:
    """Title, head, rows and total from `row` on, or that there is nothing; answers the row below.

    `columns`: the heading and the number format ("" for texts) of each.
    """
    put(sheet, f"B{row}", title).font = HEAD_FONT
    if not rows:
        put(sheet, f"B{row + 1}", nothing)
        return row + 3
    lines = [[heading for heading, _format in columns], *rows, *([total] if total else [])]
    for place, values in enumerate(lines):
        row += 1
        texts = [(one, column) for column, one in zip(COLUMNS, values, strict=False) if isinstance(one, str)]
        fit_height(sheet, row, [(text, _width(sheet, column)) for text, column in texts])
        for column, (_heading, number_format), value in zip(COLUMNS, columns, values, strict=False):
            cell = put(sheet, f"{column}{row}", value)
            cell.alignment = TOP
            cell.number_format = number_format or cell.number_format
            if place == 0:
                cell.font, cell.fill = HEAD_FONT, HEAD_FILL
            elif place > len(rows):
                cell.font, cell.border = BOLD_FONT, TOTAL_EDGE
    return row + 2
