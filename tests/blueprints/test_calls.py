"""Calls: prepared, weighted, opened and frozen by the secretary; read by everybody, without an account too."""

import json
from datetime import timedelta

import pytest

from app import clock
from app.localisation import gettext, use_locale
from app.services import calls
from app.services.actors import Actor
from app.services.errors import DomainError
from models.base import db
from models.calls import Call, CallStatus, QuorumOf, RanksBy, usual_match_terms
from models.users import Role
from tests.factories import SOM
from tests.support.pages import form_fields, text_of
from tests.support.queries import count

TYPED = {
    "code": "2027-spring",
    "title_ky": "Жазгы сынак",
    "title_ru": "Весенний конкурс",
    "title_en": "Spring call",
    "opens_on": "20.10.2026",
    "closes_on": "30.11.2026",
    "budget": "2 000 000",
    "grant_floor": "100 000",
    "grant_ceiling": "500 000,50",
}


@pytest.fixture
def secretary(client, programme):
    assert programme.fund
    return client.sign_in(programme.secretary).speak("en")


def test_a_call_is_prepared_with_days_in_bishkek_money_in_tyiyn_and_the_default_rubric(secretary):
    answer = secretary.submit("/calls/new", **TYPED)
    assert answer.status_code == 303
    call = db.session.scalars(db.select(Call)).one()
    assert answer.location == f"/calls/{call.id}"
    assert call.opens_at.isoformat() == "2026-10-19T18:00:00+00:00"
    assert call.closes_at.isoformat() == "2026-11-30T17:59:59+00:00"
    assert (call.budget, call.grant_floor, call.grant_ceiling) == (2_000_000_00, 100_000_00, 500_000_50)
    assert (call.match_percent, call.status) == (100, CallStatus.DRAFT)
    assert len(call.criteria) == 6 and sum(one.weight for one in call.criteria) == 100
    page = text_of(secretary.get(answer.location).text)
    assert "Spring call" in page and "Monday, 30 Nov 2026, 23:59" in page


SECTIONS = {
    "texts": {"code": "2027-a", "closes_on": "20.11.2026", "summary_ru": "Проекты сёл", "title_en": "Other"},
    "money": {"grant_ceiling": "600 000", "tranche_percents": "50%, 50%", "accounting_percent": "90"},
    "match": {"match_percent": "150", "in_kind_counts": "y"},
    "eligibility": {"running_grants": "1", "co_investment_percent": "30", "founded_months": "12"},
    "meeting": {"quorum_percent": "60", "quorum_of": "adults"},
    "reviewers": {"expected_applications": "20", "reviewers_per_application": "3", "review_load": "7"},
    "decision": {"pass_total": "70", "pass_section_percent": "40", "spread_points": "15", "most_per_oblast": "4"}
    | {"most_per_applicant": "1", "first_time_percent": "30", "women_led_percent": "20", "youth_led_percent": "10"}
    | {"ranks_by": "adjusted"},
    "timetable": {
        "screening_ends_on": "01.12.2026",
        "reviews_end_on": "10.12.2026",
        "council_sits_on": "20.12.2026",
        "first_payment_on": "20.01.2027",
    },
}


@pytest.mark.parametrize("section", SECTIONS)
def test_each_section_is_a_page_of_its_own_and_keeps_what_is_typed(secretary, programme, section):
    call = programme.make_call(is_open=False, timetable=[None] * 4)
    others = [name for name in SECTIONS if name != section]
    before = {name: dict(form_fields(secretary.get(f"/calls/{call.id}/sections/{name}").text)) for name in others}
    here = f"/calls/{call.id}/sections/{section}"
    answer = secretary.submit(here, **SECTIONS[section])
    assert (answer.status_code, answer.location) == (303, f"/calls/{call.id}")
    kept = form_fields(secretary.get(here).text)
    for name, text in SECTIONS[section].items():
        assert kept[name].replace(" ", "").removesuffix(",00") == {"50%, 50%": "50/50"}.get(text, text).replace(" ", "")
    for name in others:
        after = form_fields(secretary.get(f"/calls/{call.id}/sections/{name}").text)
        changing = ("csrf_token", "idempotency_key", "version")
        assert {key: after[key] for key in after if key not in changing} == {
            key: text for key, text in before[name].items() if key not in changing
        }
    assert secretary.get(f"/calls/{call.id}/sections/no-such").status_code == 404


def test_two_sections_are_changed_at_once_but_not_one_twice(secretary, programme):
    call = programme.make_call(is_open=False)
    texts, match = (f"/calls/{call.id}/sections/{name}" for name in ("texts", "match"))
    typed = dict(form_fields(secretary.get(texts).text)) | {"title_en": "Mine"}
    assert secretary.submit(match, match_percent="200").status_code == 303
    assert secretary.post(texts, data=typed).status_code == 303
    again = dict(form_fields(secretary.get(texts).text))
    assert secretary.submit(texts, title_en="The other's").status_code == 303
    assert secretary.post(texts, data=again | {"title_en": "Mine again"}).status_code == 409


def test_the_checklist_shows_figures_and_leads_to_what_mends_it(secretary, programme):
    call = programme.make_call(is_open=False, expected_applications=11, timetable=[None] * 4)
    assert len(programme.reviewers) == 2
    calls.set_weights(call, {call.criteria[0].id: 30}, actor=Actor(programme.secretary), now=clock.now())
    page = secretary.get(f"/calls/{call.id}").text
    text = text_of(page).replace("\N{NO-BREAK SPACE}", " ")
    assert "11 applications × 2 reviewers each = 22 reviews. Possible: 2 reviewers × 10 reviews = 20." in text
    assert "The weights add up to 110, not to 100." in text and "Set every day" in text
    assert "Free in the funds: 100 000 000 som; budget of the call: 5 000 000 som." in text
    for place in ("criteria", "sections/reviewers", "sections/timetable", "allocations"):
        assert f'href="/calls/{call.id}/{place}"' in page
    assert f"/calls/{call.id}/open" not in page
    secretary.submit(f"/calls/{call.id}/sections/reviewers", expected_applications="10")
    secretary.submit(f"/calls/{call.id}/sections/timetable", **SECTIONS["timetable"])
    secretary.submit(f"/calls/{call.id}/weights", **{f"weight_{call.criteria[0].id}": "20"})
    assert f"/calls/{call.id}/open" in secretary.get(f"/calls/{call.id}").text


def test_the_checklist_reads_the_form_and_the_papers(secretary, programme):
    call = programme.make_call(is_open=False)
    assert "Questions: 11." in text_of(secretary.get(f"/calls/{call.id}").text)
    form = json.loads(call.form)
    part = next(one for one in form["parts"] if one.get("questions"))
    part["questions"][0]["label"]["en"] = " "
    call.form = json.dumps(form)
    papers = [dict(one) for one in call.required_documents]
    papers[0]["text"] = papers[0]["text"] | {"ky": ""}
    call.required_documents = papers
    db.session.commit()
    page = secretary.get(f"/calls/{call.id}").text
    text = text_of(page)
    assert f"A text of the part “{part['title']['en']}” is not there in all three languages." in text
    assert f'href="/calls/{call.id}/form"' in page and f'href="/calls/{call.id}/form#papers"' in page
    assert f"Papers asked for: {len(papers)}" in text
    found = {one.section for one in calls.checklist(call) if not one.met}
    assert {"form", "papers"} <= found
    with pytest.raises(DomainError):
        calls.open_(call, actor=Actor(programme.secretary), now=clock.now())


SELECTING = {
    "most_per_applicant": 2,
    "first_time_percent": 30,
    "women_led_percent": 25,
    "youth_led_percent": 10,
    "ranks_by": RanksBy.ADJUSTED,
    "partial_awards": False,
}


def test_how_a_call_selects_is_published_and_frozen_with_it(secretary, programme):
    call = programme.make_call(**SELECTING)
    page = text_of(secretary.speak("en").get(f"/open-calls/{call.id}").text)
    for said in (
        "at least 30 %",
        "at least 25 %",
        "at least 10 %",
        "is not awarded",
        "the score adjusted for severity",
    ):
        assert said in page, said
    with pytest.raises(DomainError):
        calls.change(
            call, {"ranks_by": RanksBy.MEAN}, section="decision", actor=Actor(programme.secretary), now=clock.now()
        )
    with pytest.raises(DomainError):
        programme.amend(call, first_time_percent=5)


def test_a_call_is_made_from_an_earlier_one(secretary, programme):
    source = programme.make_past_call(
        match_percent=150, pass_total=70, quorum_percent=33, quorum_of=QuorumOf.ADULTS, **SELECTING
    )
    programme.amend(source, title={"ky": "Жаңы", "ru": "Новый", "en": "Named anew"})
    here = f"/calls/{source.id}/clone"
    typed = {"code": "2027-next", "opens_on": "01.02.2027", "closes_on": "01.03.2027"}
    assert "This code is taken." in text_of(secretary.submit(here, **(typed | {"code": source.code})).text)
    answer = secretary.submit(here, **typed)
    made = db.session.scalars(db.select(Call).where(Call.code == "2027-next")).one()
    assert (answer.status_code, answer.location) == (303, f"/calls/{made.id}")
    page = text_of(secretary.get(answer.location).text)
    assert "Made from an earlier call: look again at" in page and "Set every day" in page
    assert (made.status, made.amendment_count, made.opened_at) == (CallStatus.DRAFT, 0, None)
    assert (made.match_percent, made.pass_total, made.title["en"]) == (150, 70, "Named anew")
    assert (made.quorum_percent, made.quorum_of) == (33, QuorumOf.ADULTS)
    assert {name: getattr(made, name) for name in SELECTING} == SELECTING
    assert (made.form, made.required_documents) == (source.form, source.required_documents)
    assert made.screening_ends_on is None and source.screening_ends_on is not None
    assert [(one.key, one.weight, one.title, one.anchors) for one in made.criteria] == [
        (one.key, one.weight, one.title, one.anchors) for one in source.criteria
    ]
    assert not {one.id for one in made.criteria} & {one.id for one in source.criteria}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"budget": "much"}, "Enter a number, for example 1 250,50."),
        ({"budget": "-1"}, "The amount must be zero or more and believable."),
        ({"budget": "999999999999999"}, "The amount must be zero or more and believable."),
        ({"grant_floor": "-5"}, "The amount must be zero or more and believable."),
        ({"grant_ceiling": "100 000"}, "The ceiling must be higher than the floor."),
        ({"budget": "400 000"}, "The budget must be at least one grant at the ceiling."),
        ({"closes_on": "19.10.2026"}, "The deadline must lie after the opening."),
        ({"closes_on": "31.02.2027"}, "Enter a day as DD.MM.YYYY."),
        ({"code": "весна"}, "Use Latin letters, digits and hyphens only."),
        ({"title_ru": ""}, "Fill this in."),
        ({"fund": "777"}, "Not a valid choice."),
    ],
)
def test_what_does_not_fit_is_said_at_the_field_and_nothing_typed_is_lost(secretary, changes, message):
    answer = secretary.submit("/calls/new", **(TYPED | changes))
    assert answer.status_code == 422
    assert message in text_of(answer.text)
    kept = form_fields(answer.text)
    for name, text in (TYPED | changes).items():
        if name != "fund":
            assert kept[name] == text
    assert count(Call) == 0


@pytest.mark.parametrize(
    ("section", "changes", "message"),
    [
        ("match", {"match_percent": "0"}, "The match must be more than zero and believable."),
        ("money", {"tranche_percents": "50 / 40"}, "The tranches add up to 90 %, not to 100 %."),
        ("money", {"tranche_percents": "half"}, "Enter whole numbers one after the other, as in 40 / 40 / 20."),
        ("money", {"tranche_percents": "100 / 0"}, "A grant is paid in one to six tranches of at least 1 %."),
        (
            "money",
            {"tranche_percents": "20 20 20 10 10 10 10"},
            "A grant is paid in one to six tranches of at least 1 %.",
        ),
        ("money", {"tranche_percents": ""}, "Fill this in."),
        ("money", {"accounting_percent": "101"}, "Enter a whole number from 0 to 100."),
        ("decision", {"pass_total": "-1"}, "Enter a whole number from 0 to 100."),
        ("decision", {"pass_section_percent": "4,5"}, "Enter a whole number, for example 12."),
        ("reviewers", {"reviewers_per_application": "1"}, "Two to five reviewers judge an application."),
        ("meeting", {"quorum_percent": "0"}, "Enter a whole number from 1 to 100."),
        ("decision", {"spread_points": "101"}, "Enter a whole number from 0 to 100."),
        ("decision", {"most_per_oblast": "0"}, "Enter a whole number from 1 to 10000."),
        ("decision", {"most_per_applicant": "-1"}, "Enter a whole number from 1 to 10000."),
        ("decision", {"first_time_percent": "101"}, "Enter a whole number from 1 to 100."),
        ("decision", {"women_led_percent": "0"}, "Enter a whole number from 1 to 100."),
        ("decision", {"youth_led_percent": "many"}, "Enter a whole number, for example 12."),
        ("reviewers", {"review_load": "0"}, "Enter a whole number from 1 to 10000."),
        ("reviewers", {"expected_applications": "-3"}, "Enter a whole number from 0 to 10000."),
        ("eligibility", {"co_investment_percent": "101"}, "Enter a whole number from 0 to 100."),
        ("eligibility", {"founded_months": "-1"}, "Enter a whole number from 0 to 600."),
        ("timetable", {"screening_ends_on": "01.01.2020"}, "The days must follow one another, after the deadline."),
        ("timetable", {"council_sits_on": "31.11.2026"}, "Enter a day as DD.MM.YYYY."),
        ("texts", {"closes_on": "30.12.2026"}, "The days must follow one another, after the deadline."),
        ("texts", {"title_ru": ""}, "Fill this in."),
    ],
)
def test_a_section_says_what_does_not_fit(secretary, programme, section, changes, message):
    call = programme.make_call(is_open=False)
    answer = secretary.submit(f"/calls/{call.id}/sections/{section}", **changes)
    assert answer.status_code == 422 and message in text_of(answer.text)
    kept = form_fields(answer.text)
    assert all(kept[name] == text for name, text in changes.items())


def test_a_refusal_is_said_in_the_language_of_the_page(secretary):
    secretary.speak("ru")
    answer = secretary.submit("/calls/new", **(TYPED | {"grant_ceiling": "1"}))
    with use_locale("ru"):
        told = gettext("The ceiling must be higher than the floor.")
    assert told in text_of(answer.text)


def test_the_same_form_sent_twice_makes_one_call(secretary):
    data = dict(form_fields(secretary.get("/calls/new").text)) | TYPED
    first, second = secretary.post("/calls/new", data=data), secretary.post("/calls/new", data=data)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    assert count(Call) == 1
    assert secretary.post("/calls/new", data=data | {"code": "other"}).status_code == 409


def test_a_stale_form_shows_both_texts(secretary, programme):
    call = programme.make_call(is_open=False)
    data = dict(form_fields(secretary.get(f"/calls/{call.id}/sections/texts").text))
    assert secretary.submit(f"/calls/{call.id}/sections/texts", title_en="The other's title").status_code == 303
    answer = secretary.post(f"/calls/{call.id}/sections/texts", data=data | {"title_en": "My own title"})
    assert answer.status_code == 409
    assert "My own title" in answer.text and "The other&#39;s title" in answer.text
    db.session.expire_all()
    assert call.title["en"] == "The other's title"


def test_weights_are_saved_and_a_call_opens_only_when_they_add_up(secretary, programme):
    call = programme.make_call(is_open=False)
    first = call.criteria[0].id
    page = secretary.submit(f"/calls/{call.id}/weights", **{f"weight_{first}": "0"})
    assert page.status_code == 422 and "A weight is a whole number from 1 to 100." in text_of(page.text)
    assert secretary.submit(f"/calls/{call.id}/weights", **{f"weight_{first}": "21"}).status_code == 303
    page = secretary.get(f"/calls/{call.id}")
    assert "The weights add up to 101, not to 100." in text_of(page.text)
    assert f"/calls/{call.id}/open" not in page.text
    answer = secretary.post(f"/calls/{call.id}/open", data=form_fields(page.text))
    assert answer.status_code == 303
    assert "The weights add up to 101, not to 100." in text_of(secretary.get(answer.location).text)
    db.session.expire_all()
    assert call.status is CallStatus.DRAFT


def test_an_open_call_is_frozen(secretary, programme):
    call = programme.make_call(is_open=False)
    late = dict(form_fields(secretary.get(f"/calls/{call.id}/sections/texts").text))
    page = secretary.get(f"/calls/{call.id}")
    data = form_fields(page.text, f"/calls/{call.id}/open")
    assert secretary.post(f"/calls/{call.id}/open", data=data).status_code == 303
    db.session.expire_all()
    assert call.status is CallStatus.OPEN
    answer = secretary.post(f"/calls/{call.id}/sections/texts", data=late | {"title_en": "Too late"})
    assert answer.status_code == 422
    assert "An open call is frozen: it cannot be changed any more." in text_of(answer.text)
    assert secretary.get(f"/calls/{call.id}/sections/texts").location == f"/calls/{call.id}"
    cancel = secretary.post(f"/calls/{call.id}/cancel", data=data)
    assert cancel.status_code == 409  # the key of another form
    db.session.expire_all()
    assert call.status is CallStatus.OPEN and call.title["en"] != "Too late"


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SECRETARY])
def test_nobody_else_prepares_calls(client, programme, role):
    call = programme.make_call(is_open=False)
    client.sign_in(programme.user_of(role))
    assert client.get("/calls/new").status_code == 403
    assert client.get(f"/calls/{call.id}/sections/texts").status_code == 403
    assert client.get(f"/calls/{call.id}").status_code == (200 if role is Role.COUNCIL_CHAIR else 404)


def test_everybody_reads_open_calls_without_an_account(client, programme):
    shown, hidden = programme.call, programme.make_call(is_open=False)
    client.speak("en")
    page = client.get("/open-calls")
    assert page.status_code == 200 and f"/open-calls/{shown.id}" in page.text
    assert f"/open-calls/{hidden.id}" not in page.text
    assert shown.title["en"] in client.get(f"/open-calls/{shown.id}").text
    assert client.get(f"/open-calls/{hidden.id}").status_code == 404
    with clock.at(shown.closes_at + timedelta(seconds=1)):
        assert "No call is open now" in text_of(client.get("/open-calls").text)


def test_a_cancelled_call_is_gone_for_the_public(client, programme):
    call = programme.make_call(is_open=False)
    calls.cancel(call, actor=Actor(programme.secretary), now=clock.now())
    assert client.get(f"/open-calls/{call.id}").status_code == 404


MATCH = {
    "match_percent": "100",
    "percent_graduate": "150",
    "first_stage": "200 000",
    "beyond_percent": "200",
    "remittance_share": "25",
    "grant_share": "60",
    "in_kind_counts": "y",
    "in_kind_most": "20",
}


def test_the_match_rule_is_kept_and_said_in_plain_words_with_examples(secretary, programme):
    """A plain form; the call page and the public page say the same sentences."""
    call = programme.make_call(is_open=False)
    here = f"/calls/{call.id}/sections/match"
    assert secretary.submit(here, **MATCH).status_code == 303
    wanted = {"percents": {"graduate": 150}, "first_stage": 200_000 * SOM, "beyond_percent": 200, "in_kind_most": 20}
    assert call.match_terms == usual_match_terms() | wanted | {"remittance_share": 25, "grant_share": 60}
    page = text_of(secretary.get(here).text)
    for said in (
        "For 100 000 som of verified co-investment the grant is at most 100 000 som.",
        "For 400 000 som of verified co-investment the grant is at most 500 000 som.",
        "Of it at least 50 000 som come from remittances.",
        "An association that has completed a grant before gets up to 150 som for each 100 som.",
    ):
        assert said in page, said
    rules = text_of(secretary.get(f"/calls/{call.id}").text)
    assert "This holds for the first 200 000 som of co-investment; beyond it each 100 som bring up to 200 som." in rules
    assert "Goods and labour count up to 20 % of the co-investment that counts." in rules


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"beyond_percent": "200"}, "A second stage needs both"),
        ({"remittance_share": "60", "grant_share": "50"}, "The shares add up to 110 %"),
        ({"in_kind_most": "20"}, "A limit needs goods and labour to count."),
        ({"percent_women_led": "0"}, "The match must be more than zero and believable."),
    ],
)
def test_a_match_rule_that_contradicts_itself_is_refused_at_its_field(secretary, programme, changes, message):
    call = programme.make_call(is_open=False)
    answer = secretary.submit(f"/calls/{call.id}/sections/match", **changes)
    assert answer.status_code == 422 and message in text_of(answer.text)
    assert call.match_terms == usual_match_terms()
