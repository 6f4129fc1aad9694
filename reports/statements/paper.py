"""A statement on paper: A4, its tables one under the other; a short one on one page."""

from reportlab.platypus import Flowable

from app.localisation import date_text, use_locale
from app.localisation import gettext as _
from reports import pages
from reports.binding import Paper, build
from reports.pages import demonstration_note, facts, gap, heading, one_page, signatures, small, title
from reports.statements.data import Statement, Table, shown


def to_pdf(statement: Statement, *, demonstration: bool = False) -> bytes:
    """The statement as A4 pages in its reader's language."""
    reader = statement.reader
    with use_locale(reader.locale):
        paper = Paper(
            title=statement.title,
            number=_("%(whose)s, %(day)s", whose=statement.about, day=date_text(reader.day)),
            locale=reader.locale,
            dated_at=reader.now,
            credits=statement.credits,
            note=demonstration_note(demonstration),
        )
        story = _story(statement)
        return build(paper, [one_page(story)] if statement.short else story)


def _story(statement: Statement) -> list[Flowable]:
    story: list[Flowable] = [*title(statement.title, statement.about)]
    if statement.facts:
        story += [facts([(label, shown(value)) for label, value in statement.facts]), gap(4)]
    for one in statement.tables:
        story += [heading(one.title), *_table(one)]
    story += [gap(4), *(small(note) for note in statement.notes)]
    if statement.signers:
        story += [gap(8), signatures(statement.signers)]
    return story


def _table(one: Table) -> list[Flowable]:
    columns = [pages.Column(column.title, column.share, column.numeric) for column in one.columns]
    rows = [[shown(cell) for cell in row] for row in one.rows]
    total = [shown(cell) if cell is not None else "" for cell in one.total] if one.total is not None else None
    parts = pages.table(columns, rows, total, empty=one.empty)
    return [*parts, *([gap(2), small(one.note)] if one.note else [])]
