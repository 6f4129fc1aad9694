"""What the agreement, the protocol and the receipt have in common: numbered papers fixed by a hash."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from reportlab.platypus import Flowable

from app.localisation import gettext as _
from app.localisation import use_locale
from reports.binding import Paper, Part, build, in_several_languages
from reports.credits import Credit
from reports.pages import demonstration_note


class Printed(Protocol):
    """Data of a paper: its number, its hash (empty while nothing is fixed), and who pays."""

    @property
    def number(self) -> str: ...

    @property
    def sha256(self) -> str: ...

    @property
    def credits(self) -> Sequence[Credit]: ...


def to_pdf(
    data: Printed,
    title: str,
    dated_at: datetime,
    story: Callable[[], Sequence[Flowable]],
    locale: str,
    *,
    demonstration: bool,
    note: str = "",
    across: str = "",
) -> bytes:
    """A4 pages in `locale`; `title` is a message id, `story` is told in that language.

    `note` (a message id) stands in red on every page, in the place of that of the demonstration programme; `across`
    (one too) in large pale letters from corner to corner.
    """
    with use_locale(locale):
        paper = paper_of(data, title, dated_at, locale, demonstration=demonstration, note=note, across=across)
        return build(paper, story())


def to_pdf_in(
    data: Printed,
    title: str,
    dated_at: datetime,
    story: Callable[[str], Sequence[Flowable]],
    locales: Sequence[str],
    *,
    demonstration: bool,
) -> bytes:
    """As `to_pdf`, told in each of `locales`, one after the other on pages that are counted through."""
    parts = []
    for locale in locales:
        with use_locale(locale):
            paper = paper_of(data, title, dated_at, locale, demonstration=demonstration)
            parts.append(Part(paper, story(locale)))
    return in_several_languages(parts)


def paper_of(
    data: Printed, title: str, dated_at: datetime, locale: str, *, demonstration: bool, note: str = "", across: str = ""
) -> Paper:
    """What every page carries, in the language that is spoken now, `locale`; the texts are message ids."""
    return Paper(
        title=_(title),
        number=data.number,
        locale=locale,
        dated_at=dated_at,
        sha256=data.sha256,
        credits=data.credits,
        note=_(note) if note else demonstration_note(demonstration),
        across=_(across) if across else "",
    )
