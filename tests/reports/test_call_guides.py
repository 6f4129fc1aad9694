"""The guide of a call: what it says, in three languages, and that its example keeps to the match rule."""

from datetime import date

import pytest

from app import clock
from app.labels import label_text
from app.localisation import LOCALE_CODES, date_text, money, use_locale
from app.services import centres, eligibility, questions
from app.services.actors import Actor
from reports import call_guides
from reports.opening_hours import hours_text
from tests.factories import SOM, Programme
from tests.reports.test_paper_forms import overlaps, plain, words


@pytest.mark.parametrize("locale", LOCALE_CODES)
def test_the_guide_says_everything_the_page_of_the_call_says(programme: Programme, locale: str) -> None:
    call, centre = programme.call, programme.association.centre
    hours = {str(day): ("09:00", "17:00") for day in range(1, 6)} | {"6": ("10:00", "13:00")}
    actor = Actor(programme.administrator)
    centres.keep(
        centre, hours, hours_note="Түшкү тыныгуу", address="Ленин көчөсү 5", phone="+996 555 123456",
        actor=actor, now=clock.now(),
    )  # fmt: skip
    pdf = call_guides.to_pdf(call_guides.gather(call, clock.now()), locale, demonstration=True)
    text = words(pdf)
    with use_locale(locale):
        wanted = [
            *(call.title_in(locale), call.summary_in(locale), call.fund.name(locale), call.code),
            *(money(amount) for amount in (call.grant_floor, call.grant_ceiling, call.budget)),
            *(criterion.title_in(locale) for criterion in call.criteria),
            *(criterion.anchor_in(level, locale) for criterion in call.criteria for level in range(1, 6)),
            *(part.numbered_in(locale) for part in questions.form_of(call).parts),
            *(label_text(paper.kind) for paper in questions.documents_of(call)),
            *(centre.name(locale), "09:00–17:00", "10:00–13:00", "Түшкү тыныгуу", "Ленин көчөсү 5", centre.phone or ""),
        ]
    assert [one for one in wanted if not one or plain(one) not in text] == []
    assert overlaps(pdf) == []


def test_who_may_apply_and_what_happens_when_are_the_call_s_own(programme: Programme) -> None:
    """No sentence is said of every call that holds for most."""
    rules = {"running_grants": 2, "co_investment_percent": 30, "founded_months": 18, "oblasts": []}
    days = [date(2027, 2, 1), date(2027, 2, 15), date(2027, 3, 1), date(2027, 3, 20)]
    set_ = programme.make_call(is_open=False, eligibility=rules, timetable=days)
    bare = programme.make_call(is_open=False)
    bare.screening_ends_on = bare.reviews_end_on = bare.council_sits_on = bare.first_payment_on = None
    said, usual = (words(call_guides.to_pdf(call_guides.gather(one, clock.now()), "en")) for one in (set_, bare))
    with use_locale("en"):
        wanted = [*(str(rule) for rule in eligibility.statements(set_)), *(date_text(day) for day in days)]
        others = [str(rule) for rule in eligibility.statements(bare)]
    assert [one for one in wanted if plain(one) not in said] == []
    assert [one for one in others if plain(one) not in usual] == []
    assert [one for one in map(plain, wanted[-4:]) if one in usual] == []
    assert plain("At most 2 grants of the association still run.") in said
    assert plain("no grant still running") in usual and plain("no grant still running") not in said


def test_a_divided_budget_stands_in_the_guide_an_undivided_one_does_not(programme: Programme) -> None:
    other, osh = programme.make_fund(), programme.oblast("KG-O")
    other.name_en = "Mountain fund"
    divided, whole = programme.make_call(also=[(other, osh, 700_000 * SOM)]), programme.make_call()
    text, plain_text = (
        words(call_guides.to_pdf(call_guides.gather(one, clock.now()), "en")) for one in (divided, whole)
    )
    with use_locale("en"):
        wanted = ["How the budget is divided", "Mountain fund", "Osh oblast", *map(money, (700_000_00, 5_700_000_00))]
    assert [one for one in wanted if plain(one) not in text] == []
    assert plain(wanted[0]) not in plain_text


@pytest.mark.parametrize(("percent", "sent", "grant"), [(100, 300_000, 300_000), (200, 150_000, 300_000)])
def test_the_examples_keep_to_the_match_rule(programme: Programme, percent: int, sent: int, grant: int) -> None:
    call = programme.make_call(is_open=False, match_percent=percent)
    data = call_guides.gather(call, clock.now())
    assert data.examples[1] == (sent * SOM, grant * SOM)
    assert max(grant for _sent, grant in data.examples) == call.grant_ceiling
    assert all(grant <= sent * percent // 100 for sent, grant in data.examples)
    assert data.examples[-1][0] > data.examples[-2][0]


def test_days_with_the_same_hours_are_named_together() -> None:
    hours = {"1": ["09:00", "17:00"], "2": ["09:00", "17:00"], "4": ["09:00", "17:00"], "6": ["10:00", "12:00"]}
    with use_locale("en"):
        assert hours_text(hours).split("\n") == [
            "Monday – Tuesday: 09:00–17:00",
            "Thursday: 09:00–17:00",
            "Saturday: 10:00–12:00",
        ]
        assert hours_text({}) == "Nobody has entered the hours yet."
