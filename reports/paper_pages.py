"""The pages of the application form: questions with room by their limit, tables, choices with boxes, signatures."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable

from app.labels import COUNTRIES, country_text, currency_text, label_text
from app.localisation import (
    EXPONENTS,
    N_,
    deadline_text,
    money,
    ngettext,
    use_locale,
)
from app.localisation import gettext as _
from app.services import consents
from app.services.fixed_parts import Field, FieldKind
from app.services.questions import NumberedPart, Question, RequiredDocument, Section
from models.base import text_in
from reports.binding import Paper, build
from reports.pages import (
    WIDTH,
    WIDTH_LANDSCAPE,
    Column,
    demonstration_note,
    facts,
    gap,
    heading,
    new_page,
    numbered,
    signatures,
    small,
    subheading,
    table,
    text,
    title,
    together,
)
from reports.paper_forms import PaperFormData, Row
from reports.paper_values import BY_MONTH, blank, known
from reports.pen_fields import Boxes, Cell, Year, card, cell, grid, lines_for, pairs, ruled

TITLE = N_("Application form")
K = FieldKind
SHARES: Mapping[FieldKind, float] = {
    K.LINE: 3.0,
    K.TEXT: 3.6,
    K.CHOICE: 2.9,
    K.YES_NO: 1.3,
    K.COUNT: 1.1,
    K.QUANTITY: 1.2,
    K.AMOUNT: 1.6,
    K.PLAN_MONTH: 1.1,
    K.DAY: 1.7,
    K.COUNTRY: 1.8,
    K.CURRENCY: 1.2,
    K.INDICATOR: 6.0,
    K.THEME: 6.0,
    K.PRICE: 1.9,
    K.FILE: 2.4,
}
"""How wide a column is beside others."""
SHORT_LINE, SHARE_OF_SHORT = 40, 1.3
ROWS: Mapping[str, int] = {"budget": 10, "sales": 4, "costs": 6, "financing": 6, "steps": 8, "pledges": 8}
FEWEST, MORE = 3, 2
"""Rows left for what is added by hand to rows that are there already; rows of a part not in `ROWS`."""
LINES_OF_TEXT = 6
ROOM_FOR_TEXT, ROOM_FOR_TABLE = 45 * mm, 75 * mm
"""A part begins on the next page when less than this is left."""
UPRIGHT = frozenset({"meeting", "theme"})
"""Fixed parts that stand on an upright page; tables lie across."""
HINTS: Mapping[tuple[str, str], str] = {
    ("budget", "item"): N_("For example: milk cooler, 500 litres"),
    ("budget", "price"): N_("If it is goods and labour (in kind): unit and price are then filled in from the list."),
    ("budget", "unit"): N_("For example: piece, kg, metre, day"),
    ("budget", "month"): N_("When it is paid: 1 is the first month of the plan, 24 the last."),
    ("business_plan", "sales_from"): N_("1 is the first month of the plan, 24 the last."),
    ("sales", "unit_cost"): N_(
        "What you pay for one before it is sold: raw material, fodder, packing. 0 when nothing."
    ),
    ("costs", "item"): N_("For example: wages, electricity, transport"),
    ("financing", "month"): N_("1 is the first month of the plan, 24 the last."),
    ("steps", "first_month"): N_("1 is the first month of the plan, 24 the last."),
    ("beneficiaries", "women"): N_(
        "Count everybody once who uses the service, gets the work or sells through the project in its first full year."
    ),
    ("beneficiaries", "young"): N_(
        "How many of all these; 0 when there are none. One person may belong to several groups."
    ),
    ("pledges", "remitter_name"): N_("Full name, or another name if the person wants to stay unknown."),
    ("pledges", "monthly_capacity"): N_("In the same currency. Ask the person: a promise above it is pointed out."),
}
"""What the page says beside a field, where a pen needs it too."""


def to_pdf(data: PaperFormData, locale: str, *, demonstration: bool = False) -> bytes:
    """The form as A4 pages in `locale`; tables lie across the page."""
    with use_locale(locale):
        call = f"{data.code} {text_in(data.call, locale)}"
        paper = Paper(
            title=_(TITLE),
            number=f"{data.number} · {call}" if data.number else call,
            locale=locale,
            dated_at=data.made_at,
            credits=data.credits,
            note=demonstration_note(demonstration),
        )
        return build(paper, _story(data, locale))


def _story(data: PaperFormData, locale: str) -> list[Flowable]:
    parts, orientation = _parts(data, locale)
    if data.hides_names:
        return [*_cover(data, locale), *parts]
    return [*_cover(data, locale), *parts, *(new_page() if orientation != "portrait" else []), *_signed()]


def written_story(data: PaperFormData, locale: str) -> list[Flowable]:
    """The parts of the form with what stands in them, from an upright page to an upright page: for another paper."""
    parts, orientation = _parts(data, locale)
    return [*parts, *(new_page() if orientation != "portrait" else [])]


def _parts(data: PaperFormData, locale: str) -> tuple[list[Flowable], str]:
    """The parts, and how the page lies on which they end."""
    story: list[Flowable] = []
    orientation = "portrait"
    for part in data.form.parts:
        wanted = "portrait" if isinstance(part, Section) or part.key in UPRIGHT else "landscape"
        if wanted != orientation:
            story += new_page(wanted)
            orientation = wanted
        is_table = not isinstance(part, Section) and part.key in data.open_parts
        room = ROOM_FOR_TABLE if is_table else ROOM_FOR_TEXT
        story += [CondPageBreak(room), heading(part.numbered_in(locale))]
        if isinstance(part, Section):
            story += _questions(part, data, locale)
        else:
            story += _fixed(part, data, locale)
    return story, orientation


def _cover(data: PaperFormData, locale: str) -> list[Flowable]:
    call = (_("Call"), f"{text_in(data.call, locale)} ({data.code})")
    deadline = (_("Deadline"), deadline_text(data.closes_at))
    if data.association is None or data.ayil_okmotu is None or data.centre is None:
        blanks = (_("Association"), _("Village and ayil aymak"), _("Who filled this in, phone"), _("Resource centre"))
        lead = _("Fill in with a pen and in block letters. Then it is typed in, or its photo is attached.")
        return [*title(_(TITLE), lead), facts([call, deadline]), gap(6), pairs([(one, "") for one in blanks]), *_how()]
    rows = [
        (_("Application"), f"{data.number} · {data.project}" if data.project else data.number),
        (_("Association"), f"{text_in(data.association, locale)}, {text_in(data.ayil_okmotu, locale)}"),
        (_("Resource centre"), text_in(data.centre, locale)),
        call,
        deadline,
    ]
    lead = _("What the application holds on the day that stands below. What changes later is not on this paper.")
    return [*title(_(TITLE), lead), facts(rows), *(_how() if data.open_parts else [])]


def _how() -> list[Flowable]:
    return [
        subheading(_("How to fill it in")),
        *numbered(
            [
                _("Answer what you know. What is left empty is asked at the resource centre."),
                _("Put a cross into the box that fits. Write money in som unless a currency is asked for."),
                _("If the rows are too few, print the page once more and put it behind."),
                _("The numbers before the fields are those on the screen: the operator types in the same order."),
            ]
        ),
    ]


# Questions -----------------------------------------------------------------------------------------------------------


def _questions(section: Section, data: PaperFormData, locale: str) -> list[Flowable]:
    story: list[Flowable] = []
    for question in section.questions:
        answer = (data.answers or {}).get(question.key, "").strip()
        label = subheading(question.numbered_in(locale))
        if answer:
            story += [label, text(answer)]
        elif section.key in data.open_parts:
            story += _asked(question, label, locale)
        else:
            story += [label, small(_("not answered"))]
    return story


def _asked(question: Question, label: Flowable, locale: str) -> list[Flowable]:
    count = lines_for(question.letters)
    if question.words:
        longest = ngettext("at most %(num)s word", "at most %(num)s words", question.words)
    else:
        longest = ngettext("at most %(num)s letter", "at most %(num)s letters", question.limit)
    hint = small(f"{question.hint_in(locale)} ({longest})".strip())
    first = min(count, FEWEST)
    rest = [ruled(count - first)] if count > first else []
    return [together([label, hint, ruled(first)]), *rest, gap(4)]


# Fixed parts ---------------------------------------------------------------------------------------------------------


def _fixed(part: NumberedPart, data: PaperFormData, locale: str) -> list[Flowable]:
    width = WIDTH if part.key in UPRIGHT else WIDTH_LANDSCAPE
    is_open = part.key in data.open_parts
    if not part.is_table:
        return _single(part, data, width, locale)
    rows = [_texts(part, row, data, locale) for row in data.rows_of(part)]
    blanks = BLANKS.get(part.key, _blanks)(part, data, locale) if is_open else []
    if not rows and not blanks:
        return [small(_("Nothing is entered."))]
    before = _hints(part, data) if is_open else []
    if is_open and part.key == "budget":
        before = [small(" ".join(str(one) for one in data.match)), *before]
    after = _rates(data, locale) if is_open and part.key == "budget" else []
    return [*before, *_table(part, [*rows, *blanks], width), *after]


def _table(part: NumberedPart, rows: Sequence[Mapping[str, Any]], width: float) -> list[Flowable]:
    plain = [field for field in part.fields if field.kind not in BY_MONTH]
    columns = [Column(_numbered(part, field), _share(field)) for field in plain]
    cells = [[row[field.key] for field in plain] for row in rows]
    by_month = next((field for field in part.fields if field.kind in BY_MONTH), None)
    if by_month is None:
        return [grid(columns, cells, width)]
    label = _numbered(part, by_month)
    return [card(columns, line, Year(label, row[by_month.key]), width) for line, row in zip(cells, rows, strict=True)]


def _numbered(part: NumberedPart, field: Field) -> str:
    return f"{part.numbers[field.key]} {_(field.label)}"


def _share(field: Field) -> float:
    return SHARE_OF_SHORT if field.kind is K.LINE and field.limit <= SHORT_LINE else SHARES[field.kind]


def _hints(part: NumberedPart, data: PaperFormData) -> list[Flowable]:
    said = [
        f"{part.numbers[field.key]}: {words}"
        for field in part.fields
        if (words := _hint(part, field)) and field.key not in data.hidden_in(part)
    ]
    consent = []
    if part.key == "pledges":
        consent = [text(f"{_('Read this to the person')}: {_(consents.TEXTS[consents.CURRENT])}")]
    return [*([small("\n".join(said))] if said else []), *consent]


def _hint(part: NumberedPart, field: Field) -> str:
    if field.kind is K.COUNTRY:
        return ", ".join(country_text(code) for code in COUNTRIES)
    if field.kind is K.CURRENCY:
        return ", ".join(currency_text(code) for code in EXPONENTS)
    words = HINTS.get((part.key, field.key), "")
    return _(words) if words else ""


def _rates(data: PaperFormData, locale: str) -> list[Flowable]:
    if not data.rates:
        return []
    rows = [
        (
            text_in(one.item, locale),
            text_in(one.unit, locale),
            text_in(one.oblast, locale) if one.oblast else _("everywhere"),
            money(one.amount),
        )
        for one in data.rates
    ]
    columns = [
        Column(_("What"), 4),
        Column(_("Unit"), 1.4),
        Column(_("Oblast"), 2),
        Column(_("Price of one"), 1.6, numeric=True),
    ]
    return [subheading(_("Rates for goods and labour (in kind)")), *table(columns, rows, width=WIDTH_LANDSCAPE)]


# Rows ----------------------------------------------------------------------------------------------------------------


def _texts(part: NumberedPart, row: Row, data: PaperFormData, locale: str) -> dict[str, Any]:
    hidden = data.hidden_in(part)
    return {
        field.key: cell(_("not shown")) if field.key in hidden else known(field, row, locale) for field in part.fields
    }


def _blank_row(part: NumberedPart, **said: Any) -> dict[str, Any]:
    return {field.key: said.get(field.key, blank(part, field)) for field in part.fields}


def _blanks(part: NumberedPart, data: PaperFormData, _locale: str) -> list[dict[str, Any]]:
    there = len(data.rows_of(part))
    count = max(ROWS.get(part.key, MORE) - there, FEWEST if there else MORE)
    return [_blank_row(part) for _number in range(count)]


def _results_left(part: NumberedPart, data: PaperFormData, locale: str) -> list[dict[str, Any]]:
    promised = [row["indicator"] for row in data.rows_of(part)]
    left = [one for one in data.indicators if one not in promised]
    return [_blank_row(part, indicator=cell(text_in(one, locale))) for one in left]


def _papers_left(part: NumberedPart, data: PaperFormData, locale: str) -> list[dict[str, Any]]:
    there = {row["kind"] for row in data.rows_of(part)}
    left = [one for one in data.asked if one.kind not in there]
    named = [_blank_row(part, kind=cell(_asked_for(one, locale))) for one in left]
    return [*named, *(_blank_row(part) for _number in range(MORE))]


def _asked_for(one: RequiredDocument, locale: str) -> str:
    needed = _("Always") if one.is_required else _("If you have it")
    return f"{label_text(one.kind)}: {one.text_in(locale)} ({needed})"


BLANKS: Mapping[str, Callable[[NumberedPart, PaperFormData, str], list[dict[str, Any]]]] = {
    "targets": _results_left,
    "documents": _papers_left,
}
"""Parts whose rows for the pen name what is asked for."""


# Parts that are there once -------------------------------------------------------------------------------------------


def _single(part: NumberedPart, data: PaperFormData, width: float, locale: str) -> list[Flowable]:
    rows, is_open = data.rows_of(part), part.key in data.open_parts
    if not rows and not is_open:
        return [small(_("Nothing is entered."))]
    said = _texts(part, rows[0], data, locale) if rows else {}
    short = [(field, said.get(field.key) or _empty(part, field, data, locale)) for field in part.fields]
    story: list[Flowable] = []
    kept: list[tuple[str, Cell]] = []
    for field, value in short:
        if field.kind is K.TEXT and not said:
            story += [pairs(kept, width), _written(part, field)]
            kept = []
        else:
            kept.append((_labelled(part, field) if is_open else _numbered(part, field), value))
    return [*story, pairs(kept, width)]


def _empty(part: NumberedPart, field: Field, data: PaperFormData, locale: str) -> Cell:
    if field.kind is K.THEME:
        return Boxes([text_in(one, locale) for one in data.themes], across=2, size=8)
    return blank(part, field)


def _labelled(part: NumberedPart, field: Field) -> str:
    words = _hint(part, field)
    return f"{_numbered(part, field)} ({words})" if words else _numbered(part, field)


def _written(part: NumberedPart, field: Field) -> Flowable:
    return together([subheading(_numbered(part, field)), ruled(min(lines_for(field.limit), LINES_OF_TEXT)), gap(8)])


def _signed() -> list[Flowable]:
    return [
        together(
            [
                heading(_("Signatures")),
                small(_("We have read this form or heard it read. What stands in it is what we want to apply with.")),
                signatures([_("Chair of the association"), _("Who filled in the form"), _("Operator of the centre")]),
            ]
        )
    ]
