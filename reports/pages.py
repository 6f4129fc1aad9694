"""The PDF kit: the few blocks every document is made of; `reports.binding` makes pages of them.

Lengths are in points. Texts are plain: nothing a person typed is ever read as markup.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import Color
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import (
    Flowable,
    KeepInFrame,
    KeepTogether,
    NextPageTemplate,
    PageBreak,
    Paragraph,
    Spacer,
    Table,
)

from app.localisation import EXPONENTS, number_text, plain_amount
from app.localisation import gettext as _
from reports.drawings import FELT, INK, INK_SOFT, LINE, SUNKEN
from reports.typesetting import BOLD, REGULAR, clean, wrap

MARGIN = 18 * mm
HEADER, FOOTER = 29 * mm, 19 * mm
WIDTH = A4[0] - 2 * MARGIN
WIDTH_LANDSCAPE = A4[1] - 2 * MARGIN
CHUNK = 400  # rows a table: splitting a table costs the square of its rows

TITLE = ParagraphStyle("title", fontName=BOLD, fontSize=19, leading=24, textColor=INK, spaceAfter=3)
LEAD = ParagraphStyle("lead", fontName=REGULAR, fontSize=11, leading=15.5, textColor=INK_SOFT, spaceAfter=8)
HEADING = ParagraphStyle(
    "heading", fontName=BOLD, fontSize=12.5, leading=16.5, textColor=INK, spaceBefore=13, spaceAfter=5
)
SUBHEADING = ParagraphStyle(
    "subheading", fontName=BOLD, fontSize=9.5, leading=13, textColor=INK, spaceBefore=7, spaceAfter=3
)
BODY = ParagraphStyle("body", fontName=REGULAR, fontSize=9.5, leading=13.8, textColor=INK, spaceAfter=4)
STRONG = ParagraphStyle("strong", parent=BODY, fontName=BOLD)
SMALL = ParagraphStyle("small", parent=BODY, fontSize=8, leading=11.4, textColor=INK_SOFT)
NUMBERED = ParagraphStyle("numbered", parent=BODY, leftIndent=16, bulletIndent=0, spaceAfter=4)
FIGURE = ParagraphStyle("figure", fontName=BOLD, fontSize=13, leading=17, textColor=INK)


@dataclass(frozen=True)
class Column:
    """A column of a table: its title, its share of the width, and whether it holds numbers (set to the right)."""

    title: str
    share: float
    numeric: bool = False


# Blocks -----------------------------------------------------------------------------------------------------------


def text(words: str, style: ParagraphStyle = BODY) -> Paragraph:
    """A paragraph of plain text; line breaks are kept."""
    return Paragraph(escape(clean(words)).replace("\n", "<br/>"), style)


def title(words: str, lead: str = "") -> list[Flowable]:
    """The document's title with an optional line under it."""
    return [text(words, TITLE), *([text(lead, LEAD)] if lead else [])]


def heading(words: str) -> Paragraph:
    return text(words, HEADING)


def subheading(words: str) -> Paragraph:
    return text(words, SUBHEADING)


def small(words: str) -> Paragraph:
    return text(words, SMALL)


def gap(height: float = 6) -> Spacer:
    return Spacer(1, height)


def numbered(items: Iterable[str]) -> list[Flowable]:
    """Numbered paragraphs."""
    return [
        Paragraph(escape(clean(words)).replace("\n", "<br/>"), NUMBERED, bulletText=f"{number}.")
        for number, words in enumerate(items, start=1)
    ]


def together(blocks: Sequence[Flowable]) -> KeepTogether:
    """Blocks that stay on one page when they fit on one."""
    return KeepTogether(list(blocks))


def one_page(blocks: Sequence[Flowable]) -> Flowable:
    """Blocks on one page, made smaller when they are too many."""
    return KeepInFrame(WIDTH, A4[1] - HEADER - FOOTER - 1, list(blocks), mode="shrink")


def new_page(orientation: str = "portrait") -> list[Flowable]:
    """Go on on a new page, "portrait" or "landscape"."""
    return [NextPageTemplate(orientation), PageBreak()]


def facts(rows: Sequence[tuple[str, str]], width: float = WIDTH, label_share: float = 0.34) -> Flowable:
    """A list of labels and values."""
    cells = [[text(label, SMALL), text(value, BODY)] for label, value in rows]
    block = Table(
        cells or [["", ""]], colWidths=[width * label_share, width * (1 - label_share)], splitInRow=1, hAlign="LEFT"
    )
    block.setStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 6),
            ("TOPPADDING", (0, 0), (-1, -1), 2.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
        ]
    )
    return block


def big_figures(items: Sequence[tuple[str, str]], across: int = 3, width: float = WIDTH) -> Flowable:
    """Large figures with their labels, `across` in a row."""
    cells: list[list[Any]] = []
    for start in range(0, len(items), across):
        row = [[text(label, SMALL), text(value, FIGURE)] for label, value in items[start : start + across]]
        cells.append([*row, *([""] * (across - len(row)))])
    block = Table(cells, colWidths=[width / across] * across, hAlign="LEFT")
    block.setStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("BACKGROUND", (0, 0), (-1, -1), SUNKEN),
            ("INNERGRID", (0, 0), (-1, -1), 4, Color(1, 1, 1)),
            ("LEFTPADDING", (0, 0), (-1, -1), 8),
            ("TOPPADDING", (0, 0), (-1, -1), 5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 5),
        ]
    )
    return block


def table(
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    total: Sequence[str] | None = None,
    *,
    width: float = WIDTH,
    size: float = 8,
    empty: str = "",
    most_lines: int = 12,
) -> list[Flowable]:
    """A table whose head repeats on every page; cells are texts, broken to the column's width.

    `most_lines` bounds a cell: a longer text ends in an ellipsis. Without rows, `empty` is said instead.
    """
    if not rows:
        return [text(empty or _("There is nothing to show yet."), SMALL)]
    shares = sum(column.share for column in columns)
    widths = [width * column.share / shares for column in columns]
    size = _size_of_sums(columns, widths, rows if total is None else [*rows, total], size)
    head_size = size_of_head(columns, widths, size - 0.5)
    head = [_cell(column.title, BOLD, head_size, room - 7, 6) for column, room in zip(columns, widths, strict=True)]
    body = [
        [_cell(value, REGULAR, size, room - 7, most_lines) for value, room in zip(row, widths, strict=True)]
        for row in rows
    ]
    if total is not None:
        body.append([_cell(value, BOLD, size, room - 7, 4) for value, room in zip(total, widths, strict=True)])
    parts: list[Flowable] = []
    for start in range(0, len(body), CHUNK):
        chunk = body[start : start + CHUNK]
        last = start + CHUNK >= len(body)
        block = Table([head, *chunk], colWidths=widths, repeatRows=1, hAlign="LEFT")
        block.setStyle(_table_style(columns, size, head_size, total is not None and last))
        parts.append(block)
    return parts


def size_of_head(columns: Sequence[Column], widths: Sequence[float], size: float) -> float:
    """The size, at most `size`, at which no word of the head has to be cut (not below 5.5)."""
    words = [(word, room) for column, room in zip(columns, widths, strict=True) for word in column.title.split()]
    while size > 5.5 and any(stringWidth(clean(word), BOLD, size) > room - 7 for word, room in words):
        size -= 0.25
    return size


def _size_of_sums(
    columns: Sequence[Column], widths: Sequence[float], rows: Sequence[Sequence[str]], size: float
) -> float:
    """The size, at most `size`, at which every sum stands in one line (not below 5.5): a sum is never broken."""
    for number, (column, room) in enumerate(zip(columns, widths, strict=True)):
        if column.numeric:
            longest = max(stringWidth(clean(row[number]), BOLD, 1) for row in rows)
            while size > 5.5 and longest * size > room - 7:
                size -= 0.25
    return size


def _cell(value: str, font: str, size: float, room: float, most: int) -> str:
    return "\n".join(wrap(value, font, size, room, most))


def _table_style(columns: Sequence[Column], size: float, head_size: float, has_total: bool) -> list[tuple[Any, ...]]:
    style: list[tuple[Any, ...]] = [
        ("FONT", (0, 0), (-1, -1), REGULAR, size, size * 1.36),
        ("TEXTCOLOR", (0, 0), (-1, -1), INK),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 3.5),
        ("RIGHTPADDING", (0, 0), (-1, -1), 3.5),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3.5),
        ("LINEBELOW", (0, 1), (-1, -1), 0.4, LINE),
        ("FONT", (0, 0), (-1, 0), BOLD, head_size, head_size * 1.3),
        ("BACKGROUND", (0, 0), (-1, 0), SUNKEN),
        ("VALIGN", (0, 0), (-1, 0), "BOTTOM"),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, FELT),
    ]
    for index, column in enumerate(columns):
        if column.numeric:
            style.append(("ALIGN", (index, 0), (index, -1), "RIGHT"))
    if has_total:
        style.append(("FONT", (0, -1), (-1, -1), BOLD, size, size * 1.36))
        style.append(("LINEABOVE", (0, -1), (-1, -1), 0.8, INK))
    return style


def signatures(lines: Sequence[str], width: float = WIDTH) -> Flowable:
    """Lines to sign on: name, signature, date under each; `lines` say who signs."""
    cells = []
    for who in lines:
        cells.append([text(who, BODY), "", "", ""])
        cells.append(["", *(text(words, SMALL) for words in (_("name"), _("signature"), _("date")))])
    block = Table(cells, colWidths=[width * 0.34, width * 0.28, width * 0.22, width * 0.16], hAlign="LEFT")
    style: list[tuple[Any, ...]] = [
        ("NOSPLIT", (0, 0), (-1, -1)),
        ("VALIGN", (0, 0), (-1, -1), "BOTTOM"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ]
    for index in range(len(lines)):
        style.append(("TOPPADDING", (0, 2 * index), (-1, 2 * index), 15))
        style.append(("BOTTOMPADDING", (0, 2 * index), (-1, 2 * index), 0))
        style.append(("TOPPADDING", (0, 2 * index + 1), (-1, 2 * index + 1), 0))
        for column in (1, 2, 3):
            style.append(("LINEBELOW", (column, 2 * index), (column, 2 * index), 0.6, INK))
    block.setStyle(style)
    return block


def hash_block(sha256: str, words: str) -> Flowable:
    """A SHA-256 in full, in groups of eight, with what it is the hash of."""
    groups = "\u00a0 ".join(sha256[start : start + 8] for start in range(0, len(sha256), 8))
    return text(f"{words}\n{groups}", SMALL)


# Figures in columns -----------------------------------------------------------------------------------------------


def amount_texts(amounts: Sequence[int | None], currency: str = "KGS") -> list[str]:
    """Minor units as people read them in a column: all with fractions or all without; None is a dash."""
    values = [None if amount is None else plain_amount(amount, currency) for amount in amounts]
    whole = all(value is None or value == value.to_integral_value() for value in values)
    decimals = 0 if whole else EXPONENTS[currency]
    return ["–" if value is None else number_text(value, decimals) for value in values]


def value_text(value: Decimal | None) -> str:
    """A result's value, or that it was not collected (never a zero in its place)."""
    return _("not collected") if value is None else number_text(value)


def demonstration_note(demonstration: bool) -> str:
    """The line printed on every page of papers of the demonstration programme."""
    return _("Demonstration data: people, associations and money are invented.") if demonstration else ""
