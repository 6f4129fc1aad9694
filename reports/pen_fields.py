"""Fields to be filled in with a pen: boxes to tick, ruled lines, tables with room in their rows.

Lengths are in points. What is already known stands in the same places as text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Table

from app.localisation import MONTHS
from app.localisation import gettext as _
from reports.drawings import INK, INK_SOFT, LINE, SUNKEN
from reports.pages import BODY, SMALL, WIDTH, Column, size_of_head, text
from reports.typesetting import BOLD, REGULAR, wrap

LINE_HEIGHT = 7.5 * mm
LETTERS_A_LINE = 60  # of a hand that writes clearly, on a line as wide as the page
ROW_HEIGHT = 9 * mm
CELL = ParagraphStyle("cell", parent=BODY, fontSize=8, leading=10.6, spaceAfter=0)
TIGHT = ParagraphStyle("tight", parent=CELL, fontSize=7.5, leading=9.6)
Cell: TypeAlias = str | Flowable


class Boxes(Flowable):
    """A box before each of the choices, in `across` columns from top to bottom."""

    def __init__(self, choices: Sequence[str], *, across: int = 1, size: float = 7) -> None:
        super().__init__()
        self._choices, self._across, self._size = list(choices), across, size
        self._cells: list[list[str]] = []

    def wrap(self, room: float, _height: float) -> tuple[float, float]:
        self._column = room / self._across
        self._cells = [wrap(one, REGULAR, self._size, self._column - self._size - 6) for one in self._choices]
        self._down = -(-len(self._cells) // self._across)
        step = self._size * 1.25
        self._rows = [
            max(len(self._cells[at]) for at in range(row, len(self._cells), self._down)) * step + 3
            for row in range(self._down)
        ]
        return room, sum(self._rows)

    def draw(self) -> None:
        step, top = self._size * 1.25, sum(self._rows)
        for at, lines in enumerate(self._cells):
            x = at // self._down * self._column
            y = top - sum(self._rows[: at % self._down])
            self.canv.setStrokeColor(INK)
            self.canv.setLineWidth(0.6)
            self.canv.rect(x + 0.5, y - self._size - 0.8, self._size, self._size)
            self.canv.setFillColor(INK)
            self.canv.setFont(REGULAR, self._size)
            for number, line in enumerate(lines):
                self.canv.drawString(x + self._size + 4, y - self._size + 0.4 - step * number, line)


def lines_for(limit: int) -> int:
    """How many lines a text of `limit` letters needs."""
    return max(1, -(-limit // LETTERS_A_LINE))


def ruled(count: int, width: float = WIDTH) -> Flowable:
    """Empty lines to write on; they go on on the next page."""
    block = Table([[""]] * count, colWidths=[width], rowHeights=[LINE_HEIGHT] * count, hAlign="LEFT")
    block.setStyle([("LINEBELOW", (0, 0), (-1, -1), 0.5, INK_SOFT)])
    return block


def day_blank() -> Flowable:
    """Where a day is written: day, month, year."""
    return text("____ . ____ . 20____", SMALL)


def cell(words: str) -> Flowable:
    return text(words, CELL)


def grid(columns: Sequence[Column], rows: Sequence[Sequence[Cell]], width: float) -> Flowable:
    """A table whose head repeats on every page; a row without any text has room for a hand."""
    shares = sum(column.share for column in columns)
    widths = [width * column.share / shares for column in columns]
    size = size_of_head(columns, widths, 7.5)
    head = ["\n".join(wrap(one.title, BOLD, size, room - 7)) for one, room in zip(columns, widths, strict=True)]
    heights = [_height(row, widths) for row in rows]
    block = Table([head, *rows], colWidths=widths, rowHeights=[None, *heights], repeatRows=1, hAlign="LEFT")
    block.setStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("VALIGN", (0, 0), (-1, 0), "BOTTOM"),
            ("FONT", (0, 0), (-1, 0), BOLD, size, size * 1.3),
            ("TEXTCOLOR", (0, 0), (-1, 0), INK),
            ("BACKGROUND", (0, 0), (-1, 0), SUNKEN),
            ("LEFTPADDING", (0, 0), (-1, -1), 3.5),
            ("RIGHTPADDING", (0, 0), (-1, -1), 3.5),
            ("TOPPADDING", (0, 0), (-1, -1), 3),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
            ("BOX", (0, 0), (-1, -1), 0.6, INK),
            ("INNERGRID", (0, 0), (-1, -1), 0.4, LINE),
        ]
    )
    return block


def _height(row: Sequence[Cell], widths: Sequence[float]) -> float | None:
    """None (as high as its texts) for a row that is known; else what a hand needs, or more."""
    if all(isinstance(one, Flowable) and getattr(one, "style", None) is CELL for one in row):
        return None
    needed = [
        one.wrap(room - 7, A4[1])[1] + 7 for one, room in zip(row, widths, strict=True) if not isinstance(one, str)
    ]
    return max(ROW_HEIGHT, *needed, 0)


def pairs(rows: Sequence[tuple[str, Cell]], width: float = WIDTH) -> Flowable:
    """Labels with what is known or room for it beside them."""
    cells = [[text(label, CELL), value] for label, value in rows]
    widths = [width * 0.4, width * 0.6]
    block = Table(
        cells,
        colWidths=widths,
        rowHeights=[_height(row, widths) for row in cells],
        splitInRow=1,
        hAlign="LEFT",
    )
    block.setStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("LEFTPADDING", (0, 0), (-1, -1), 4),
            ("RIGHTPADDING", (0, 0), (-1, -1), 3),  # together what the height of a row reckons with
            ("BOX", (0, 0), (-1, -1), 0.6, INK),
            ("INNERGRID", (0, 0), (-1, -1), 0.4, LINE),
        ]
    )
    return block


@dataclass(frozen=True)
class Year:
    """Twelve values, January first (none: room for them), under their numbered label."""

    label: str
    values: Sequence[str]


def card(columns: Sequence[Column], row: Sequence[Cell], year: Year, width: float) -> Flowable:
    """One row of a table that has a value for each month: its fields, and the months below them."""
    months = [text(_(name), TIGHT) for name in MONTHS]
    values: list[Any] = [text(value, TIGHT) for value in year.values] or [""] * len(MONTHS)
    same: list[Cell] = [] if year.values else [Boxes([_("The same every month as in January")])]
    under = Table([[text(year.label, CELL), *same]], colWidths=[width * 0.6, *([width * 0.4] if same else [])])
    under.setStyle([("LEFTPADDING", (0, 0), (-1, -1), 3.5), ("BOTTOMPADDING", (0, 0), (-1, -1), 1)])
    strip = Table(
        [months, values],
        colWidths=[width / len(MONTHS)] * len(MONTHS),
        rowHeights=[None, None if year.values else ROW_HEIGHT],
    )
    strip.setStyle(
        [
            ("BOX", (0, 0), (-1, -1), 0.6, INK),
            ("INNERGRID", (0, 0), (-1, -1), 0.4, LINE),
            ("LEFTPADDING", (0, 0), (-1, -1), 2),
            ("RIGHTPADDING", (0, 0), (-1, -1), 1),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ]
    )
    block = Table([[grid(columns, [row], width)], [under], [strip]], colWidths=[width], hAlign="LEFT")
    block.setStyle(
        [
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 0),
            ("BOTTOMPADDING", (0, 0), (-1, -2), 0),
            ("BOTTOMPADDING", (0, -1), (-1, -1), 9),
            ("NOSPLIT", (0, 0), (-1, -1)),
        ]
    )
    return block
