"""The minutes of a village meeting as an empty A4 form, with a list of those present. Numbered as the page's fields."""

from dataclasses import dataclass
from datetime import date, datetime

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Table

from app.localisation import N_, date_text, percent_text, use_locale
from app.localisation import gettext as _
from app.services import questions
from app.services.applications import meetings
from app.services.fixed_parts import FieldKind
from models.applications import Application
from models.base import Texts, text_in
from models.calls import QuorumOf
from reports import credits
from reports.binding import Paper, build
from reports.credits import Credit
from reports.drawings import INK, LINE
from reports.pages import (
    BODY,
    SMALL,
    WIDTH,
    demonstration_note,
    facts,
    gap,
    heading,
    new_page,
    one_page,
    signatures,
    small,
    text,
    title,
)

TITLE = N_("Minutes of the village meeting")
QUORUMS = {
    QuorumOf.HOUSEHOLDS: N_("At least %(percent)s of the households of the village have to be represented."),
    QuorumOf.ADULTS: N_("At least %(percent)s of the adults of the village have to come."),
}
DECISION, DECISION_LINES = "decision", 6
PEOPLE = 32  # rows of the list of those present


@dataclass(frozen=True)
class MeetingFormData:
    """What is printed on the empty form. The meeting may be held from `earliest_on` on (None: any day)."""

    number: str
    project: str
    association: Texts
    ayil_okmotu: Texts
    call: Texts
    quorum_of: QuorumOf
    quorum_percent: int
    earliest_on: date | None
    made_at: datetime
    fields: tuple[tuple[str, str, str], ...]
    """(key, number in the form, label as a message id) of what is written by hand."""
    credits: tuple[Credit, ...]


def gather(application: Application, now: datetime) -> MeetingFormData:
    """What the call asks of the meeting, and whose it is."""
    call, association = application.call, application.association
    part = questions.form_of(call).fixed("meeting")
    return MeetingFormData(
        number=application.number,
        project=application.title,
        association=association.names,
        ayil_okmotu=association.ayil_okmotu.names,
        call=dict(call.title),
        quorum_of=call.quorum_of,
        quorum_percent=call.quorum_percent,
        earliest_on=meetings.earliest_day(call),
        made_at=now,
        fields=tuple(
            (field.key, part.numbers[field.key], field.label)
            for field in part.fields
            if field.kind is not FieldKind.FILE
        ),
        credits=credits.of_call(call),
    )


def to_pdf(data: MeetingFormData, locale: str, *, demonstration: bool = False) -> bytes:
    """Two A4 pages in `locale`: the minutes, and the list of those present."""
    with use_locale(locale):
        paper = Paper(
            title=_(TITLE),
            number=data.number,
            locale=locale,
            dated_at=data.made_at,
            credits=data.credits,
            note=demonstration_note(demonstration),
        )
        return build(paper, [one_page(_minutes(data, locale)), *new_page(), *_people()])


def _minutes(data: MeetingFormData, locale: str) -> list[Flowable]:
    percent = percent_text(data.quorum_percent)
    return [
        *title(_(TITLE), _("Fill in with a pen and in block letters. Then it is typed in, or its photo is attached.")),
        facts(
            [
                (_("Application"), f"{data.number} · {data.project}" if data.project else data.number),
                (_("Association"), f"{text_in(data.association, locale)}, {text_in(data.ayil_okmotu, locale)}"),
                (_("Call"), text_in(data.call, locale)),
                (_("Quorum"), _(QUORUMS[data.quorum_of], percent=percent)),
            ]
        ),
        gap(6),
        _lines(data),
        gap(2),
        small(_("The votes together are the people present. The meeting agrees when more than half vote for.")),
        gap(2),
        signatures([_("Who led the meeting"), _("Who wrote the minutes")]),
    ]


def _lines(data: MeetingFormData) -> Flowable:
    cells, heights = [], []
    earliest = f" ({_('not before %(day)s', day=date_text(data.earliest_on))})" if data.earliest_on else ""
    for key, number, label in data.fields:
        words = f"{number} {_(label)}" + (earliest if key == "held_on" else "")
        cells.append([text(words, BODY), ""])
        heights.append((DECISION_LINES * 7 if key == DECISION else 10.2) * mm)
    block = Table(cells, colWidths=[WIDTH * 0.4, WIDTH * 0.6], rowHeights=heights, hAlign="LEFT")
    block.setStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("LEFTPADDING", (0, 0), (0, -1), 3),
            ("BOX", (0, 0), (-1, -1), 0.6, INK),
            ("INNERGRID", (0, 0), (-1, -1), 0.4, LINE),
        ]
    )
    return block


def _people() -> list[Flowable]:
    head = [text(words, SMALL) for words in ("№", _("Full name"), _("Household (street and house)"), _("Signature"))]
    rows = [head, *([text(str(number), SMALL), "", "", ""] for number in range(1, PEOPLE + 1))]
    widths = [WIDTH * share for share in (0.07, 0.41, 0.3, 0.22)]
    block = Table(rows, colWidths=widths, rowHeights=[6.4 * mm] * len(rows), hAlign="LEFT")
    block.setStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("BOX", (0, 0), (-1, -1), 0.6, INK),
            ("INNERGRID", (0, 0), (-1, -1), 0.4, LINE),
        ]
    )
    return [
        heading(_("Who was present")),
        small(_("Print this page as often as needed. It stays with the association.")),
        block,
    ]
