"""The form on paper: every field by its number, nothing lost of what is typed, nothing over anything else."""

import io
from decimal import Decimal
from itertools import count

import pytest
from pypdf import PdfReader

from app import clock
from app.labels import label_text
from app.localisation import LOCALE_CODES, date_text, money, number_text, use_locale
from app.localisation import gettext as _
from app.services import applications, questions, themes
from app.services.actors import Actor
from app.services.applications import business_plans, meetings
from app.services.questions import NumberedPart
from models.applications import Application, ApplicationStatus, BudgetHeading, Payer
from models.base import db
from models.calls import usual_match_terms
from reports import paper_forms, paper_pages
from tests.factories import SOM, Programme

S = ApplicationStatus
ACROSS, DOWN = 12, 4.5  # points: two lines that begin nearer to each other than this lie over one another


def words(pdf: bytes) -> str:
    """The text of all pages, no-break spaces made plain, in one line."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).replace("\u00a0", " ").split())


def plain(text: str) -> str:
    return " ".join(text.replace("\u00a0", " ").split())


def numbered(application: Application, locale: str) -> list[str]:
    """Every field of the form with its number and label, as the page says it."""
    form = questions.form_of(application.call)
    with use_locale(locale):
        return [
            one
            for part in form.parts
            for one in (
                [f"{part.numbers[field.key]} {_(field.label)}" for field in part.fields]
                if isinstance(part, NumberedPart)
                else [question.numbered_in(locale) for question in part.questions]
            )
        ]


def printed(application: Application, locale: str = "en", *, shows_names: bool = True) -> bytes:
    data = paper_forms.gather(application, clock.now(), shows_names=shows_names)
    return paper_pages.to_pdf(data, locale, demonstration=True)


def text_starts(pdf: bytes) -> list[list[tuple[float, float]]]:
    """Where each line of text begins, page by page: (x, y) in points."""
    found = []
    for page in PdfReader(io.BytesIO(pdf)).pages:
        here: list[tuple[float, float]] = []

        def note(operator: bytes, _operands: object, cm: list[float], tm: list[float], into=here) -> None:  # type: ignore[no-untyped-def]
            if operator in (b"Tj", b"TJ"):
                x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
                into.append((x, tm[4] * cm[1] + tm[5] * cm[3] + cm[5]))

        page.extract_text(visitor_operand_before=note)
        found.append(here)
    return found


def overlaps(pdf: bytes) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    return [
        (one, other)
        for starts in text_starts(pdf)
        for at, one in enumerate(starts)
        for other in starts[at + 1 :]
        if abs(one[0] - other[0]) < ACROSS and 0.05 < abs(one[1] - other[1]) < DOWN
    ]


@pytest.fixture
def long(programme: Programme) -> Application:
    """A draft in which every text is as long as it may be, each of its words another one."""
    application = programme.make_application(S.DRAFT)
    actor, now, number = Actor(programme.chair_of(application.association)), clock.now(), count(1)

    def fill(limit: int) -> str:
        text = ""
        while len(text) + 8 <= limit:
            text += f"сөз{next(number):04d} "
        return text.strip()

    for section in questions.form_of(application.call).sections:
        answers = {one.key: fill(one.letters) for one in section.questions}
        applications.save_section(application, section.key, answers, actor=actor, now=now)
    applications.add_budget_line(
        application,
        heading=BudgetHeading.WORKS,
        item="Ж" * 200,
        unit="өлчөмбирдиги" * 3,
        quantity=Decimal("12345.678"),
        unit_cost=1_234_56,
        payer=Payer.COMMUNITY,
        actor=actor,
        now=now,
    )
    business_plans.save_sale_line(
        application,
        None,
        product=fill(200),
        buyers=fill(400),
        unit="литр",
        price=40 * SOM,
        unit_cost=0,
        volumes=[Decimal("123456.789")] * 12,
        actor=actor,
        now=now,
    )
    business_plans.save_running_cost(
        application, None, item=fill(200), amounts=[99_999_999_99] * 12, actor=actor, now=now
    )
    meetings.record(application, programme.minutes(clock.bishkek_day(now), decision=fill(2000)), actor=actor, now=now)
    db.session.expire(application)
    return application


@pytest.mark.parametrize("locale", LOCALE_CODES)
def test_the_empty_form_names_every_field_in_order_with_its_number(programme: Programme, locale: str) -> None:
    draft = programme.make_application(S.DRAFT, is_complete=False)
    pdf = paper_pages.to_pdf(paper_forms.gather_empty(draft.call, clock.now()), locale)
    text = words(pdf)
    places = [text.index(plain(one)) for one in numbered(draft, locale)]
    assert places == sorted(places)
    assert draft.number not in text and draft.call.code in text
    with use_locale(locale):
        assert all(plain(_(word)) in text for word in ("Signatures", "Chair of the association"))
        assert all(plain(label_text(one)) in text for one in Payer)
        assert "KZT" in text and plain(_("Kazakhstan")) in text


def test_the_room_grows_with_the_limit_of_a_question(programme: Programme) -> None:
    data = paper_forms.gather_empty(programme.call, clock.now())
    assert data.answers is None and data.open_parts == set(data.form.by_key)
    pages = [len(page.extract_text()) for page in PdfReader(io.BytesIO(paper_pages.to_pdf(data, "ky"))).pages]
    lines = sum(-(-one.letters // 60) for one in data.form.questions)
    assert len(pages) > lines * 7.5 / 249  # millimetres of a page


@pytest.mark.parametrize("locale", LOCALE_CODES)
@pytest.mark.parametrize("status", [S.DRAFT, S.SUBMITTED])
def test_the_filled_form_names_every_field_too(programme: Programme, locale: str, status: ApplicationStatus) -> None:
    application = programme.make_application(status)
    text = words(printed(application, locale))
    assert [one for one in numbered(application, locale) if plain(one) not in text] == []
    assert application.number in text and application.call.code in text
    with use_locale(locale):
        assert plain(_("Demonstration data: people, associations and money are invented.")) in text


def test_the_filled_form_holds_everything(programme: Programme) -> None:
    application = programme.make_application(S.SUBMITTED)
    text = words(printed(application, "en"))
    meeting, plan = application.meeting, business_plans.contents(application)
    assert meeting is not None
    with use_locale("en"):
        wanted = [
            *application.answers.values(),
            *(one.item for one in application.budget_lines),
            *(money(one.unit_cost) for one in application.budget_lines),
            *(f"{one.product} {one.buyers} {one.unit} {money(one.price)}" for one in plan.sales),
            *(" ".join(number_text(value) for value in one.by_month) for one in plan.sales),
            *(one.item for one in plan.costs),
            *(money(one.amount) for one in plan.financing),
            *(f"{one.activity} {one.first_month} {one.last_month} {one.responsible}" for one in plan.steps),
            *(f"{one.remitter_name} No Russia" for one in applications.pledges_of(application)),
            *(one.indicator.title_in("en") for one in application.targets),
            *(meeting.place, meeting.led_by, meeting.decision, date_text(meeting.held_on)),
            label_text(BudgetHeading.EQUIPMENT),
        ]
    assert [one for one in wanted if plain(one) not in text] == []


@pytest.mark.parametrize("locale", LOCALE_CODES)
def test_long_texts_are_neither_cut_nor_over_one_another(long: Application, locale: str) -> None:
    pdf = printed(long, locale)
    text = words(pdf)
    typed = " ".join([*long.answers.values(), long.meeting.decision if long.meeting else ""])
    typed += " " + " ".join(f"{one.product} {one.buyers}" for one in business_plans.contents(long).sales)
    assert len(typed.split()) > 1500
    assert [word for word in typed.split() if word not in text] == []
    assert text.count("Ж") >= 200
    assert overlaps(pdf) == []
    assert all(0 < x < 842 and 0 < y < 842 for starts in text_starts(pdf) for x, y in starts)


def test_only_what_the_page_offers_can_be_ticked(programme: Programme) -> None:
    text = words(paper_pages.to_pdf(paper_forms.gather_empty(programme.call, clock.now()), "en"))
    assert text.count("Goods and labour (in kind)") == paper_pages.ROWS["budget"]  # no money in the financing
    assert text.count("Cash of the village") == paper_pages.ROWS["budget"] + paper_pages.ROWS["financing"]
    assert "Signed agreement" not in text


def test_the_themes_there_is_money_for_can_be_ticked(programme: Programme) -> None:
    call, water = programme.call, programme.theme("water")
    everything = words(paper_pages.to_pdf(paper_forms.gather_empty(call, clock.now()), "en"))
    assert all(plain(one.name_en) in everything for one in themes.listed())
    draft = programme.make_application(S.DRAFT)
    assert "2.1 What is the project mainly about? Livestock, milk, bees and fish 3. " in words(printed(draft))
    narrowed = programme.make_call(is_open=False)
    narrowed.allocations[0].theme = water
    db.session.flush()
    offered = words(paper_pages.to_pdf(paper_forms.gather_empty(narrowed, clock.now()), "en"))
    assert "Water and irrigation" in offered and "Village tourism" not in offered


def test_nothing_lies_over_anything_on_the_empty_form(programme: Programme) -> None:
    for locale in LOCALE_CODES:
        assert overlaps(paper_pages.to_pdf(paper_forms.gather_empty(programme.call, clock.now()), locale)) == []


def test_names_are_nowhere_in_the_data_of_who_may_not_see_them(programme: Programme) -> None:
    application = programme.make_application(S.SUBMITTED)
    meeting = application.meeting
    assert meeting is not None
    names = [meeting.led_by, meeting.written_by, *(one.remitter_name for one in applications.pledges_of(application))]
    data = paper_forms.gather(application, clock.now(), shows_names=False)
    text = words(paper_pages.to_pdf(data, "en"))
    assert not [name for name in names if name in text or name in repr(data)]
    assert text.count("not shown") == 5
    assert [one for one in numbered(application, "en") if plain(one) not in text] == []
    assert all(name in words(printed(application)) for name in names)


def test_a_submitted_form_leaves_no_room_and_a_draft_does(programme: Programme) -> None:
    submitted, draft = programme.make_application(S.SUBMITTED), programme.make_application(S.DRAFT)
    room = "The same every month as in January"
    assert room not in words(printed(submitted)) and room in words(printed(draft))


def test_the_same_data_give_the_same_bytes(programme: Programme) -> None:
    draft = programme.make_application(S.DRAFT)
    assert printed(draft, "ky") == printed(draft, "ky")


def test_the_empty_form_says_the_match_rule_before_the_budget(programme: Programme) -> None:
    terms = usual_match_terms() | {"remittance_share": 25, "grant_share": 50}
    call = programme.make_call(is_open=False, match_terms=terms)
    text = words(paper_pages.to_pdf(paper_forms.gather_empty(call, clock.now()), "en"))
    assert "The grant carries at most 50 % of the whole project." in text
