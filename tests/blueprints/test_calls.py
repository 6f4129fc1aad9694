"""Calls: prepared, weighted, opened and frozen by the secretary; read by everybody, without an account too."""

from datetime import timedelta

import pytest

from app import clock
from app.localisation import gettext, use_locale
from app.services import calls
from app.services.actors import Actor
from models.base import db
from models.calls import Call, CallStatus
from models.users import Role
from tests.support.pages import form_fields, text_of
from tests.support.queries import count

TYPED = {
    "code": "2027-spring",
    "title_ky": "Жазгы сынак",
    "title_ru": "Весенний конкурс",
    "title_en": "Spring call",
    "summary_ky": "Айыл долбоорлору",
    "summary_ru": "Проекты сёл",
    "summary_en": "Village projects",
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


def test_the_usual_rules_stand_in_the_form_and_others_can_be_typed(secretary):
    rules = (
        "tranche_percents",
        "accounting_percent",
        "reviewers_per_application",
        "pass_total",
        "pass_section_percent",
    )
    form = form_fields(secretary.get("/calls/new").text)
    assert [form[name] for name in rules] == ["40 / 40 / 20", "80", "2", "60", "50"] and "in_kind_counts" not in form
    typed = dict(zip(rules, ("50%, 50%", "90", "3", "70", "40"), strict=True)) | {"in_kind_counts": "y"}
    answer = secretary.submit("/calls/new", **TYPED, **typed)
    assert answer.status_code == 303
    call = db.session.scalars(db.select(Call)).one()
    assert [getattr(call, name) for name in rules] == [[50, 50], 90, 3, 70, 40] and call.in_kind_counts
    kept = form_fields(secretary.get(f"{answer.location}/edit").text)
    assert kept["tranche_percents"] == "50 / 50" and kept["in_kind_counts"] == "y"
    page = text_of(secretary.get(answer.location).text).replace("\N{NO-BREAK SPACE}", " ")
    assert "2 instalments: 50 % + 50 %" in page and "3 reviewers" in page and "70 of 100 points" in page


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
        ({"match_percent": "0"}, "The match must be more than zero and believable."),
        ({"tranche_percents": "50 / 40"}, "The tranches add up to 90 %, not to 100 %."),
        ({"tranche_percents": "half"}, "Enter whole numbers one after the other, as in 40 / 40 / 20."),
        ({"tranche_percents": "100 / 0"}, "A grant is paid in one to six tranches of at least 1 %."),
        ({"tranche_percents": "20 20 20 10 10 10 10"}, "A grant is paid in one to six tranches of at least 1 %."),
        ({"tranche_percents": ""}, "Fill this in."),
        ({"accounting_percent": "101"}, "Enter a whole number from 0 to 100."),
        ({"pass_total": "-1"}, "Enter a whole number from 0 to 100."),
        ({"pass_section_percent": "4,5"}, "At most 0 digits after the comma."),
        ({"reviewers_per_application": "1"}, "Two to five reviewers judge an application."),
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
    data = dict(form_fields(secretary.get(f"/calls/{call.id}/edit").text))
    assert secretary.submit(f"/calls/{call.id}/edit", title_en="The other's title").status_code == 303
    answer = secretary.post(f"/calls/{call.id}/edit", data=data | {"title_en": "My own title"})
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
    page = secretary.get(f"/calls/{call.id}")
    data = form_fields(page.text, f"/calls/{call.id}/open")
    assert secretary.post(f"/calls/{call.id}/open", data=data).status_code == 303
    db.session.expire_all()
    assert call.status is CallStatus.OPEN
    answer = secretary.submit(f"/calls/{call.id}/edit", title_en="Too late")
    assert answer.status_code == 422
    assert "An open call is frozen: it cannot be changed any more." in text_of(answer.text)
    cancel = secretary.post(f"/calls/{call.id}/cancel", data=data)
    assert cancel.status_code == 409  # the key of another form
    db.session.expire_all()
    assert call.status is CallStatus.OPEN and call.title["en"] != "Too late"


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SECRETARY])
def test_nobody_else_prepares_calls(client, programme, role):
    call = programme.make_call(is_open=False)
    client.sign_in(programme.user_of(role))
    assert client.get("/calls/new").status_code == 403
    assert client.get(f"/calls/{call.id}/edit").status_code == 403
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
