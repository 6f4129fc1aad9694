"""The receipt of what an operator wrote for an association: read aloud, then signed or marked with a thumb."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Table

from app.localisation import N_, datetime_text, use_locale
from app.localisation import gettext as _
from models.base import Texts, text_in
from models.dictations import Dictation
from reports.binding import Paper, build
from reports.drawings import INK
from reports.pages import (
    SMALL,
    WIDTH,
    Column,
    demonstration_note,
    facts,
    gap,
    hash_block,
    heading,
    signatures,
    small,
    table,
    text,
    title,
    together,
)
from reports.paper_forms import PaperFormData
from reports.paper_pages import written_story

TITLE = N_("Receipt of what was written")


@dataclass(frozen=True)
class Act:
    """One act in words, with (label, value) of what is worth reading of it."""

    happened_at: datetime
    title: str
    details: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class DictationData:
    """One session: whose words, whose hands, each act in the reader's language.

    `written` is, for each application of it, the parts that were written as they stand now, and its stamp.
    """

    number: str
    association: Texts
    dictated_by: str
    typed_by: str
    began_at: datetime
    ended_at: datetime | None
    made_at: datetime
    acts: tuple[Act, ...]
    written: tuple[tuple[PaperFormData, str], ...] = ()


def gather(
    dictation: Dictation,
    number: str,
    acts: Sequence[Act],
    written: Sequence[tuple[PaperFormData, str]],
    now: datetime,
) -> DictationData:
    """The session as it stands; `number` is that of the receipt, `acts` are its audit events in words."""
    return DictationData(
        number=number,
        association=dictation.association.names,
        dictated_by=dictation.voice,
        typed_by=dictation.typed_by.display_name,
        began_at=dictation.began_at,
        ended_at=dictation.ended_at,
        made_at=now,
        acts=tuple(acts),
        written=tuple(written),
    )


def to_pdf(data: DictationData, locale: str, *, demonstration: bool = False) -> bytes:
    """A4 pages in `locale`, with a line to sign on and a box for a thumb."""
    with use_locale(locale):
        paper = Paper(
            title=_(TITLE),
            number=data.number,
            locale=locale,
            dated_at=data.made_at,
            note=demonstration_note(demonstration),
        )
        return build(paper, _story(data, locale))


def _story(data: DictationData, locale: str) -> list[Flowable]:
    until = datetime_text(data.ended_at) if data.ended_at else _("still open")
    rows = [
        (datetime_text(one.happened_at), one.title, "; ".join(f"{label}: {value}" for label, value in one.details))
        for one in data.acts
    ]
    columns = [Column(_("When"), 1.1), Column(_("What was written"), 2), Column(_("In particular"), 2.4)]
    return [
        *title(_(TITLE), _("The operator reads this aloud. Sign only what you have said yourself.")),
        facts(
            [
                (_("Number of the receipt"), data.number),
                (_("Association"), text_in(data.association, locale)),
                (_("Dictated by"), data.dictated_by),
                (_("Typed by"), data.typed_by),
                (_("From and until"), f"{datetime_text(data.began_at)} – {until}"),
            ]
        ),
        gap(6),
        *(block for form, stamp in data.written for block in _words(form, stamp, locale)),
        *([heading(_("Everything that was done, in its order"))] if data.written else []),
        *table(columns, rows, empty=_("Nothing was written.")),
        signed(_("I have heard what was written. It is what I said."), _("For the association")),
    ]


def _words(form: PaperFormData, stamp: str, locale: str) -> list[Flowable]:
    return [
        heading(f"{_('Application')} {form.number}" + (f" · {form.project}" if form.project else "")),
        small(_("The parts that were written, as they stand now. The numbers are those of the form and the screen.")),
        *written_story(form, locale),
        hash_block(stamp, _("SHA-256 of the whole application as it stood when this paper was printed:")),
    ]


def signed(words: str, who: str) -> Flowable:
    """What is declared, lines for `who` and the operator to sign on, and a box for a thumb."""
    return together([heading(words), signatures([who, _("Operator of the centre")]), gap(10), _thumb()])


def _thumb() -> Flowable:
    words = _("Who does not write puts the thumb here. The operator writes the name of the person beside it.")
    widths, height = [38 * mm, WIDTH - 38 * mm], 38 * mm
    block = Table([["", text(words, SMALL)]], colWidths=widths, rowHeights=[height], hAlign="LEFT")
    block.setStyle(
        [
            ("BOX", (0, 0), (0, 0), 0.8, INK),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("LEFTPADDING", (1, 0), (1, 0), 10),
        ]
    )
    return block
