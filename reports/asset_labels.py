"""Labels of assets: two beside one another on A4, each with number, who paid and a QR code that leads to its page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Table, TableStyle

from app.localisation import N_
from app.localisation import gettext as _
from models.assets import Asset
from models.base import Texts, text_in
from models.grants import Grant
from reports import credits, papers
from reports.credits import Credit
from reports.drawings import INK, INK_SOFT, LINE, QrCode, draw_emblem
from reports.pages import WIDTH, text, title
from reports.typesetting import BOLD, REGULAR, wrap

TITLE = N_("Labels of what was bought")
ACROSS = 2
HIGH, INSET, CODE, EMBLEM = 44 * mm, 4 * mm, 25 * mm, 9 * mm


@dataclass(frozen=True)
class Sticker:
    """One label; a thing of several has as many, counted from 1."""

    number: str
    name: str
    serial_number: str
    count: str
    address: str


@dataclass(frozen=True)
class LabelsData:
    """The labels of one grant."""

    number: str
    made_at: datetime
    association: Texts
    stickers: Sequence[Sticker]
    credits: Sequence[Credit]
    sha256: str = ""


def gather(grant: Grant, rows: Sequence[Asset], addresses: Mapping[int, str], now: datetime) -> LabelsData:
    """Of `rows`; `addresses` are those of their pages, by id."""
    stickers = [
        Sticker(
            one.number,
            one.name,
            one.serial_number,
            f"{place} / {one.quantity}" if one.quantity > 1 else "",
            addresses[one.id],
        )
        for one in rows
        for place in range(1, one.quantity + 1)
    ]
    return LabelsData(grant.number, now, grant.association.names, stickers, (credits.of_fund(grant.fund),))


def to_pdf(data: LabelsData, locale: str, *, demonstration: bool = False) -> bytes:
    """A4 pages in `locale`."""
    return papers.to_pdf(data, TITLE, data.made_at, lambda: _story(data, locale), locale, demonstration=demonstration)


def _story(data: LabelsData, locale: str) -> list[Flowable]:
    lead = _("Cut along the lines and put each on what it names, where it can be seen.")
    if not data.stickers:
        return [*title(_(TITLE), lead), text(_("Nothing is entered yet"))]
    wide = WIDTH / ACROSS
    cells = [_Label(one, data, wide, locale) for one in data.stickers]
    rows = [cells[at : at + ACROSS] for at in range(0, len(cells), ACROSS)]
    rows[-1] += [""] * (ACROSS - len(rows[-1]))  # type: ignore[list-item]
    grid = Table(rows, colWidths=[wide] * ACROSS, rowHeights=[HIGH] * len(rows))
    nothing = ("PADDING", (0, 0), (-1, -1), 0)
    grid.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 0.5, LINE, None, (3, 2)), nothing]))
    return [*title(_(TITLE), lead), grid]


class _Label(Flowable):
    """Emblem and statement above; below what it is, its number and the code."""

    def __init__(self, sticker: Sticker, data: LabelsData, width: float, locale: str) -> None:
        super().__init__()
        self.sticker, self.data, self.locale = sticker, data, locale
        self.width, self.height = width, HIGH

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        canvas, credit = self.canv, self.data.credits[0]
        top, right = self.height - INSET, self.width - INSET
        emblem = draw_emblem(canvas, credit.emblem, INSET, top - EMBLEM, EMBLEM)
        beside = INSET + emblem + (2.5 * mm if emblem else 0)
        self._lines(text_in(credit.statement, self.locale), BOLD, 7.5, beside, top - 6, right - beside, 3)
        code = QrCode(self.sticker.address, CODE)
        code.canv = canvas
        canvas.saveState()
        canvas.translate(right - CODE, INSET - 1 * mm)
        code.draw()
        canvas.restoreState()
        room, below = right - CODE - 3 * mm - INSET, top - EMBLEM - 6 * mm
        canvas.setFillColor(INK)
        canvas.setFont(BOLD, 15)
        canvas.drawString(INSET, below, self.sticker.number)
        below = self._lines(self.sticker.name, REGULAR, 9, INSET, below - 12, room, 2)
        words = text_in(self.data.association, self.locale)
        below = self._lines(words, REGULAR, 7.5, INSET, below, room, 2)
        marks = [one for one in (self.sticker.serial_number, self.sticker.count) if one]
        canvas.setFillColor(INK_SOFT)
        self._lines(" · ".join([self.data.number, *marks]), REGULAR, 7.5, INSET, below, room, 1)

    def _lines(self, words: str, font: str, size: float, left: float, top: float, room: float, most: int) -> float:
        """Write `words` from `top` down; give where the next line begins."""
        self.canv.setFont(font, size)
        for line in wrap(words, font, size, room, most=most) if words else []:
            self.canv.drawString(left, top, line)
            top -= 1.25 * size
        return top
