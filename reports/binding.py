"""Papers made into a PDF: A4 pages with header, emblem and footer; several papers in one file, each with its own.

The same data give the same bytes (ReportLab's `invariant`).
"""

import io
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reportlab import rl_config
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    PageTemplate,
    Paragraph,
)

from app.localisation import datetime_text, use_locale
from app.localisation import gettext as _
from reports import credits
from reports.credits import Credit
from reports.drawings import FELT, INK, INK_SOFT, LINE, draw_mark, draw_ornament
from reports.pages import FOOTER, HEADER, HEADING, MARGIN, SUBHEADING, new_page
from reports.typesetting import BOLD, REGULAR, clean, wrap

rl_config.useA85 = 0  # bytes as letters are a quarter more of them, on a slow line


@dataclass(frozen=True)
class Paper:
    """What every page of one document carries. `credits` say who pays; `note` stands in red under the header.

    `across` goes in large pale letters from corner to corner, over what is printed.
    """

    title: str
    number: str
    locale: str
    dated_at: datetime
    sha256: str = ""
    credits: Sequence[Credit] = ()
    note: str = ""
    across: str = ""


@dataclass(frozen=True)
class Part:
    """One of several papers in one file; in its outline it is `entry`, under `under`."""

    paper: Paper
    story: Sequence[Flowable]
    under: str = ""
    entry: str = ""


class _NumberedCanvas(Canvas):
    """Keeps the pages back until the number of each part's is known, then writes header and footer on each."""

    def __init__(self, *args: Any, parts: Sequence[Part], counts_through: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._parts = parts
        self._counts_through = counts_through
        self._part = 0
        self._kept: list[dict[str, Any]] = []

    def begin(self, part: int) -> None:
        """From this page on it is that part."""
        self._part = part

    def showPage(self) -> None:
        self._kept.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        totals = Counter(state["_part"] for state in self._kept)
        done: Counter[int] = Counter()
        for page, state in enumerate(self._kept, start=1):
            self.__dict__.update(state)
            done[self._part] += 1
            part = self._parts[self._part]
            if part.entry and done[self._part] == 1:
                self._enter(part)
            number, total = done[self._part], totals[self._part]
            with use_locale(part.paper.locale):
                _furnish(self, part.paper, *((page, len(self._kept)) if self._counts_through else (number, total)))
            super().showPage()
        super().save()

    def _enter(self, part: Part) -> None:
        """This page stands in the outline: the first of its group opens the group."""
        is_first = self._part == 0 or self._parts[self._part - 1].under != part.under
        for level, words in enumerate((part.under, part.entry)):
            if level or is_first:
                key = f"{level}-{self._part}"  # an outline knows its entries by their places in the file
                self.bookmarkPage(key)
                self.addOutlineEntry(clean(words), key, level)


class _Begin(Flowable):
    """Takes no room: says on the page it stands on whose page it is."""

    _ZEROSIZE = 1

    def __init__(self, part: int) -> None:
        super().__init__()
        self._part = part

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return 0, 0

    def draw(self) -> None:
        self.canv.begin(self._part)


def build(paper: Paper, story: Sequence[Flowable]) -> bytes:
    """The PDF of `story` with the header and footer of `paper` on every page."""
    return _built(f"{paper.title} {paper.number}".strip(), paper.title, paper.locale, [Part(paper, story)])


def bind(title: str, number: str, locale: str, parts: Sequence[Part]) -> bytes:
    """One PDF of several papers: each begins on a new page, with its own header, footer and count of pages."""
    return _built(f"{title} {number}", title, locale, parts)


def in_several_languages(parts: Sequence[Part]) -> bytes:
    """One paper told in several languages, one after the other: the pages are counted through."""
    first = parts[0].paper
    return _built(f"{first.title} {first.number}".strip(), first.title, first.locale, parts, counts_through=True)


def _built(name: str, subject: str, locale: str, parts: Sequence[Part], *, counts_through: bool = False) -> bytes:
    target = io.BytesIO()

    def canvas(filename: Any, **kwargs: Any) -> _NumberedCanvas:
        return _NumberedCanvas(filename, parts=parts, counts_through=counts_through, **kwargs)

    document = BaseDocTemplate(
        target,
        pagesize=A4,
        title=clean(name),
        author="Ashar",
        creator="Ashar",
        producer="Ashar",
        subject=clean(subject),
        lang=locale,
        initialFontName=REGULAR,
        invariant=1,
        pageCompression=1,
    )
    templates = []
    for kind, size in (("portrait", A4), ("landscape", landscape(A4))):
        frame = Frame(
            MARGIN, FOOTER, size[0] - 2 * MARGIN, size[1] - HEADER - FOOTER,
            leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0, id=kind,
        )  # fmt: skip
        templates.append(PageTemplate(id=kind, frames=[frame], pagesize=size))
    document.addPageTemplates(templates)
    story: list[Flowable] = []
    for place, part in enumerate(parts):
        story += [*(new_page() if place else ()), _Begin(place), *_with_heads_kept(part.story)]
    document.build(story, canvasmaker=canvas)
    return target.getvalue()


def _with_heads_kept(story: Sequence[Flowable]) -> list[Flowable]:
    """A heading goes to the next page when only a line or two of what follows would fit under it."""
    result: list[Flowable] = []
    for block in story:
        if isinstance(block, Paragraph) and block.style in (HEADING, SUBHEADING):
            result.append(CondPageBreak(30 * mm if block.style is HEADING else 24 * mm))
        result.append(block)
    return result


def _furnish(canvas: Any, paper: Paper, number: int, total: int) -> None:
    width, height = canvas._pagesize
    right, top = width - MARGIN, height - 9 * mm
    draw_mark(canvas, MARGIN, top - 8.5 * mm, 8.5 * mm)
    canvas.setFillColor(INK)
    canvas.setFont(BOLD, 15)
    canvas.drawString(MARGIN + 11 * mm, top - 6.4 * mm, "Ашар")
    credits.draw(canvas, paper.credits, MARGIN + 36 * mm, right, top, paper.locale)
    draw_ornament(canvas, MARGIN, top - 11.5 * mm, width - 2 * MARGIN)
    if paper.note:
        canvas.setFillColor(FELT)
        canvas.setFont(BOLD, 7.5)
        canvas.drawString(MARGIN, top - 15.3 * mm, wrap(paper.note, BOLD, 7.5, width - 2 * MARGIN, most=1)[0])
    canvas.setStrokeColor(LINE)
    canvas.setLineWidth(0.6)
    canvas.line(MARGIN, 14.5 * mm, right, 14.5 * mm)
    canvas.setFillColor(INK_SOFT)
    canvas.setFont(REGULAR, 7.5)
    page = _("Page %(number)s of %(total)s", number=number, total=total)
    canvas.drawRightString(right, 10.5 * mm, page)
    room = right - MARGIN - stringWidth(page, REGULAR, 7.5) - 10
    name = f"{paper.title} · {paper.number}" if paper.number else paper.title
    canvas.drawString(MARGIN, 10.5 * mm, wrap(name, REGULAR, 7.5, room, most=1)[0])
    below = [datetime_text(paper.dated_at)]
    if paper.sha256:
        below.append(f"SHA-256 {paper.sha256[:8]}…{paper.sha256[-8:]}")
    canvas.drawString(MARGIN, 7 * mm, " · ".join(below))
    if paper.across:
        _draw_across(canvas, clean(paper.across), width, height)


def _draw_across(canvas: Any, words: str, width: float, height: float) -> None:
    """From the lower left to the upper right, as large as the page lets it; what is under it stays readable."""
    size = 0.72 * math.hypot(width, height) / stringWidth(words, BOLD, 1)
    size = min(size, 110)
    canvas.saveState()
    canvas.setFillColor(FELT)
    canvas.setFillAlpha(0.13)
    canvas.setFont(BOLD, size)
    canvas.translate(width / 2, height / 2)
    canvas.rotate(math.degrees(math.atan2(height, width)))
    canvas.drawCentredString(0, -size / 3, words)
    canvas.restoreState()
