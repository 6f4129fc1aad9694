"""Blocks of a paper that is printed in one language, or in two beside each other.

The functions are those of `reports.pages`, but say what is to be printed instead of printing it: the same paper told
in two languages has the same blocks in the same order, so that they can be set side by side. Paragraphs stand in two
columns, tables once, with both languages in the heads and wherever a cell differs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, Table

from app.localisation import use_locale
from reports import pages
from reports.pages import BODY, HEADING, SMALL, STRONG, SUBHEADING, TITLE, WIDTH, Column


@dataclass(frozen=True)
class Words:
    """A paragraph in a style. `mark` stands before it, `names` after it: the same in every language, printed once."""

    text: str
    style: ParagraphStyle
    mark: str = ""
    names: str = ""


@dataclass(frozen=True)
class Grid:
    """A table: titles of its columns, rows, a row of totals; `print_` makes it."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    total: Sequence[str] | None
    settings: dict[str, Any]


@dataclass(frozen=True)
class Rows:
    """Pairs of label and value, printed by `print_`."""

    rows: Sequence[tuple[str, str]]
    print_: Callable[[Sequence[tuple[str, str]]], Flowable]


Block: TypeAlias = Words | Grid | Rows | Flowable
BESIDE = (HEADING, SUBHEADING, TITLE)
"""Styles of short texts: both languages stand in one line."""


def title(words: str, lead: str = "") -> list[Block]:
    return [Words(words, TITLE), *([Words(lead, pages.LEAD)] if lead else [])]


def heading(words: str) -> Block:
    return Words(words, HEADING)


def subheading(words: str) -> Block:
    return Words(words, SUBHEADING)


def text(words: str, style: ParagraphStyle = BODY) -> Block:
    return Words(words, style)


def strong(words: str) -> Block:
    return Words(words, STRONG)


def small(words: str) -> Block:
    return Words(words, SMALL)


def named(label: str, names: Sequence[str]) -> Block:
    """A label with names after it."""
    return Words(label, SMALL, names=": " + ", ".join(names))


def numbered(items: Sequence[str]) -> list[Block]:
    return [Words(words, BODY, f"{number}. ") for number, words in enumerate(items, start=1)]


def table(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], total: Sequence[str] | None = None, **settings: Any
) -> Block:
    return Grid(columns, rows, total, settings)


def facts(rows: Sequence[tuple[str, str]]) -> Block:
    return Rows(rows, pages.facts)


def big_figures(rows: Sequence[tuple[str, str]]) -> Block:
    return Rows(rows, pages.big_figures)


def signatures(lines: Sequence[str]) -> Block:
    return Rows([(line, "") for line in lines], lambda rows: pages.signatures([line for line, _empty in rows]))


def hash_block(sha256: str, words: str) -> Block:
    return Rows([(words, sha256)], lambda rows: pages.hash_block(rows[0][1], rows[0][0]))


def told(story: Callable[[str], Sequence[Block]], locales: Sequence[str]) -> list[Flowable]:
    """The story in one language, or in two (the first one is the paper's own)."""
    versions = []
    for locale in locales:
        with use_locale(locale):
            versions.append(story(locale))
    with use_locale(locales[0]):
        return [flowable for blocks in zip(*versions, strict=True) for flowable in _printed(blocks)]


def _printed(blocks: Sequence[Block]) -> list[Flowable]:
    first, second = blocks[0], blocks[-1]
    if isinstance(first, Words) and isinstance(second, Words):
        return _words(first, second)
    if isinstance(first, Grid) and isinstance(second, Grid):
        return _grid(first, second)
    if isinstance(first, Rows) and isinstance(second, Rows):
        rows = [(_both(*labels), _both(*values)) for labels, values in map(_pairs, first.rows, second.rows)]
        return [first.print_(rows)]
    return [first] if isinstance(first, Flowable) else []


def _words(first: Words, second: Words) -> list[Flowable]:
    if first.text == second.text or first.style in BESIDE or first.names:
        return [pages.text(first.mark + _both(first.text, second.text) + first.names, first.style)]
    columns = [pages.text(one.mark + one.text, one.style) for one in (first, second)]
    block = Table([columns], colWidths=[WIDTH / 2] * 2, hAlign="LEFT", splitInRow=1)
    block.setStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (0, 0), 0),
            ("RIGHTPADDING", (0, 0), (0, 0), 8),
            ("LEFTPADDING", (1, 0), (1, 0), 8),
            ("RIGHTPADDING", (1, 0), (1, 0), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 0),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
        ]
    )
    return [block]


def _grid(first: Grid, second: Grid) -> list[Flowable]:
    columns = [
        Column(_both(one.title, other.title), one.share, one.numeric)
        for one, other in zip(first.columns, second.columns, strict=True)
    ]
    rows = [_line(one, other) for one, other in zip(first.rows, second.rows, strict=True)]
    total = None if first.total is None or second.total is None else _line(first.total, second.total)
    return pages.table(columns, rows, total, **first.settings)


def _line(first: Sequence[str], second: Sequence[str]) -> list[str]:
    return [_both(one, other) for one, other in zip(first, second, strict=True)]


def _pairs(first: tuple[str, str], second: tuple[str, str]) -> tuple[tuple[str, str], tuple[str, str]]:
    return (first[0], second[0]), (first[1], second[1])


def _both(first: str, second: str) -> str:
    return first if first == second else f"{first} / {second}"
