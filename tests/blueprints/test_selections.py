"""The selection page: two methods, prices, what if, how far; and what a decision that departs from it says."""

import pytest

from app import clock
from app.services import assignments, decisions, rankings, selections
from app.services.actors import Actor
from app.services.decisions import Motion
from app.services.errors import LimitExceededError
from models.base import db
from models.council_sessions import DecisionOutcome
from models.people import Sex
from models.users import Role
from tests.factories import SOM, TEXT
from tests.support.pages import text_of
from tests.support.shelf import kept

SELECTED, REJECTED = DecisionOutcome.SELECTED, DecisionOutcome.REJECTED


@pytest.fixture
def call(programme):
    """Money for two of what three applications ask for."""
    return programme.make_past_call(budget=500_000 * SOM, partial_awards=False)


@pytest.fixture
@kept
def ranked(programme, call):
    """Three applications, judged 5, 4 and 3; each asks for 200 000 som."""
    return [programme.judged(call, level) for level in (5, 4, 3)]


def motion(outcome=SELECTED, amount=200_000 * SOM):
    return Motion(outcome, amount if outcome is SELECTED else None, TEXT, 3, 0, 0)


def page_of(client, programme, call, query="", status=200):
    answer = client.sign_in(programme.secretary).speak("en").get(f"/selections/{call.id}{query}")
    assert answer.status_code == status
    return text_of(answer.text)


def test_both_methods_stand_side_by_side_with_reasons_and_prices(client, programme, call, ranked):
    page = page_of(client, programme, call)
    assert "Selected down the list 2 180.00 points" in page and "Selected for the highest value 2 180.00 points" in page
    assert "Down the list 400 000 som of 500 000 som are awarded" in page.replace("\xa0", " ")
    assert "What is left is not enough for it." in page
    assert "The thresholds: costs nothing" in page
    assert f"/selections/{call.id}" in client.get(f"/rankings/{call.id}").text


def test_other_figures_show_who_moves_and_store_nothing(client, programme, call, ranked):
    line = call.allocations[0].id
    query = f"?line_{line}=700000&application=0"
    page = page_of(client, programme, call, query)
    assert f"comes in: {ranked[2].title or ranked[2].number}" in page and "goes out" not in page
    page = page_of(client, programme, call, f"?line_{line}=500000&application={ranked[0].id}&amount=400000")
    assert f"goes out: {ranked[1].title or ranked[1].number}" in page
    page = page_of(client, programme, call, f"?line_{line}=500000&application=0&oblast=1")
    assert "So many as are allowed are selected in its oblast." in page
    assert "comes in" not in page_of(client, programme, call)
    db.session.expire_all()
    assert call.allocations[0].amount == 500_000 * SOM and call.most_per_oblast is None


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("&oblast=-1", "Enter a whole number from 1 to 10000."),
        ("&women_led=101", "Enter a whole number from 1 to 100."),
        ("&amount=-5", "The amount must be zero or more and believable."),
        ("&application=999999", "Not a valid choice."),
        ("&application=x", "Invalid Choice: could not coerce."),
    ],
)
def test_bad_figures_are_refused_at_their_field(client, programme, call, ranked, query, message):
    line = call.allocations[0].id
    assert message in page_of(client, programme, call, f"?line_{line}=500000{query}", status=422)


def test_an_empty_budget_is_refused(client, programme, call, ranked):
    assert "Fill this in." in page_of(client, programme, call, f"?line_{call.allocations[0].id}=", status=422)


def test_how_far_one_is_from_the_line_and_which_level_would_change_it(client, programme, call, ranked):
    page = page_of(client, programme, call, f"?application={ranked[2].id}")
    assert "To be selected it needs place 2 in the list: 20.00 points are missing" in page
    assert "No single level, raised by one, would bring it over." in page
    near = programme.judged(call, 4)
    one = assignments.of_application(near)[0]
    page = page_of(client, programme, call, f"?application={near.id}")
    assert "One level more" in page and one.reviewer.display_name in page and "from level 4 to 5" in page
    raised = selections.one_level_more(call, selections.of_call(call), near.id)
    assert len(raised) == 2 * len(call.criteria)
    assert "It is selected down the list." in page_of(client, programme, call, f"?application={ranked[0].id}")


def test_who_has_a_tie_sees_it_made_without_that_application(client, programme, call, ranked):
    programme.tie(ranked[0], programme.secretary)
    page = page_of(client, programme, call)
    assert "1 application is left out for you" in page and ranked[0].number not in page
    assert "What is left is not enough for it." not in page
    assert "How far is it" not in page_of(client, programme, call, f"?application={ranked[0].id}")


@pytest.mark.parametrize("role", [Role.MEMBER, Role.OPERATOR, Role.REVIEWER, Role.DONOR, Role.FINANCE])
def test_nobody_but_the_office_sees_it(client, programme, call, ranked, role):
    assert client.sign_in(programme.user_of(role)).get(f"/selections/{call.id}").status_code == 403


def test_who_leads_and_who_is_new_comes_from_the_registers(programme, call, ranked):
    found = {one.id: one for one in selections.of_call(call).candidates}
    assert all(one.is_first_time and not one.is_women_led and not one.is_youth_led for one in found.values())
    chair = programme.chair_of(ranked[0].association).person
    year = clock.bishkek_day(call.closes_at).year
    chair.sex, chair.birth_year = Sex.FEMALE, year - 28
    one = next(one for one in selections.of_call(call).candidates if one.id == ranked[0].id)
    assert one.is_women_led and one.is_youth_led
    chair.birth_year = year - 29
    one = next(one for one in selections.of_call(call).candidates if one.id == ranked[0].id)
    assert one.is_women_led and not one.is_youth_led


def test_a_decision_that_departs_from_the_list_is_told_before_it_is_recorded(client, programme, call, ranked):
    session = programme.make_session(call)

    def said(application, wanted):
        return [one.message for one in decisions.departs(session, application, wanted)]

    first, second, third = ranked
    assert said(first, motion()) == [] and said(third, motion(REJECTED)) == []
    assert "would be selected" in said(first, motion(REJECTED))[0]
    assert "would not be selected" in said(third, motion())[0]
    actor, now = Actor(programme.secretary), clock.now()
    decisions.decide(session, second, motion(REJECTED), actor=actor, now=now)
    assert any("ahead of it" in one for one in said(third, motion()))
    assert decisions.departs(session, third, motion(), closed=[second.id]) == []  # without it the list has room
    assert decisions.departs(session, third, motion(), closed=[third.id]) == []
    typed = {"outcome": "selected", "amount": "200000", "votes_for": "3", "votes_against": "0"}
    typed |= {"abstentions": "0", "reason": TEXT, "check": "1"}
    client.sign_in(programme.secretary).speak("en")
    here = f"/council/{session.id}/decide/{third.id}"
    page = text_of(client.submit(here, **typed).text)
    assert "This departs from the ranked list" in page and second.number in page
    answer = client.submit(here, **(typed | {"reason": " "}))
    assert answer.status_code == 422 and "Fill this in." in text_of(answer.text)


def test_without_partial_awards_the_council_awards_what_is_asked_for_or_nothing(programme, call, ranked):
    session = programme.make_session(call)
    with pytest.raises(LimitExceededError) as refusal:
        decisions.check(session, ranked[0], motion(amount=150_000 * SOM))
    assert refusal.value.field == "amount"
    row, allocation = decisions.check(session, ranked[0], motion())
    assert allocation is not None and row.rank == rankings.rank(call)[0].rank
