"""The page of a decision: what it offers, what it says is missing, and what its check and the session's page tell."""

import pytest

from app import clock
from app.services import assignments, decisions
from app.services.actors import Actor
from app.services.ballots import Ballot, DissentInput
from app.services.decisions import Motion
from models.applications import ApplicationStatus
from models.base import db
from models.calls import VoteRule
from models.council_sessions import Decision, DecisionOutcome, VoteChoice
from models.users import Role
from tests.blueprints.test_council_sessions import decision, press
from tests.factories import TEXT
from tests.support.pages import form_fields, text_of
from tests.support.queries import count

D = DecisionOutcome


@pytest.fixture
def secretary(client, programme):
    return client.sign_in(programme.secretary).speak("en")


def typed(**changes):
    return decision(**({"reason": TEXT} | changes))


def test_what_votes_are_for_stands_on_the_form_and_on_the_check(secretary, session, reviewed):
    url = f"/council/{session.id}/decide/{reviewed.id}"
    page = text_of(secretary.get(url).text)
    assert "Votes for this decision" in page and "also where it does not select" in page
    checked = text_of(press(secretary, url, "check", **typed()).text)
    assert "Votes on this decision 3 for, 0 against, 0 abstained" in checked and "Not counted" not in checked


@pytest.mark.parametrize(("ayes", "said"), [("2", "1 of those in the room who may vote is"), ("1", "2 of those")])
def test_the_check_says_who_is_in_none_of_the_numbers(secretary, session, reviewed, ayes, said):
    url = f"/council/{session.id}/decide/{reviewed.id}"
    page = text_of(press(secretary, url, "check", **typed(votes_for=ayes)).text)
    assert f"Not counted {said}" in page


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"outcome": "rejected", "reason": "Нет"}, "reason", "at least 10 characters"),
        (
            {"outcome": "rejected", "reason": "Башка арыз күчтүү."},
            "reason",
            "Down the ranked list it would be selected",
        ),
        (
            {"outcome": "rejected", "votes_for": "0", "votes_against": "3"},
            "votes_for",
            "more votes for it than against",
        ),
    ],
)
def test_a_refusal_stands_at_its_field(secretary, session, reviewed, changes, field, said):
    url = f"/council/{session.id}/decide/{reviewed.id}"
    for button in ("check", "record"):
        answer = press(secretary, url, button, **typed(**changes))
        assert answer.status_code == 422 and said in text_of(answer.text)
        assert f'id="{field}-error"' in answer.text and 'name="record"' not in answer.text
    assert count(Decision) == 0


def test_below_the_thresholds_the_page_says_what_cannot_be_decided(secretary, programme, call, session):
    weak = programme.make_application(ApplicationStatus.IN_REVIEW, call=call)
    for one in assignments.of_application(weak):
        programme.review(one, level=2)
    db.session.commit()
    url = f"/council/{session.id}/decide/{weak.id}"
    assert "it can neither be selected nor put on the reserve list" in text_of(secretary.get(url).text)
    answer = press(secretary, url, "check", **typed(outcome="reserve", amount=""))
    assert answer.status_code == 422 and "it cannot be put on the reserve list" in text_of(answer.text)


def test_what_is_back_with_its_reviewers_has_no_form_and_leads_on(app, secretary, programme, session, reviewed):
    url = f"/council/{session.id}/decide/{reviewed.id}"
    early = dict(form_fields(secretary.get(url).text).items())
    programme.reopen(assignments.of_application(reviewed)[0])
    db.session.commit()
    page = secretary.get(url).text
    assert "the call asks for 2 reviews, 1 are in, 1 are awaited" in text_of(page)
    assert f"/assignments/new/{reviewed.id}" in page or f"/{reviewed.id}/assign" in page
    assert 'name="check"' not in page and "/discuss" not in page and "/attendance" not in page
    answer = secretary.post(url, data=early | typed() | {"check": "1"})
    assert answer.status_code in (409, 422) and TEXT in answer.text, "what was typed is kept"


def test_who_is_recused_can_take_the_quorum_away(secretary, programme, session, reviewed):
    """More than half of the seats are there, but not of those who may vote: nothing is offered that will be refused."""
    for one in session.present[1:]:
        programme.tie(reviewed, one)
    db.session.commit()
    page = secretary.get(f"/council/{session.id}/decide/{reviewed.id}").text
    assert "There is no quorum for this application" in text_of(page) and "/attendance" in page
    assert 'name="check"' not in page and "/discuss" not in page


def test_nothing_is_decided_any_more_once_the_session_is_over(secretary, programme, session, reviewed):
    decide(programme, session, reviewed, VoteRule.SECRET)
    other = programme.make_application(ApplicationStatus.DRAFT, call=session.call)
    programme.sign(session)
    db.session.commit()
    page = secretary.get(f"/council/{session.id}/decide/{other.id}")
    assert 'name="check"' not in page.text


def decide(programme, session, application, rule, dissents=()):
    votes = {"votes_for": 3}
    if rule is VoteRule.OPEN:
        ours = {one.user_id for one in dissents}
        choice = {True: VoteChoice.AGAINST, False: VoteChoice.FOR}
        votes = {"ballots": [Ballot(one.id, choice[one.id in ours]) for one in session.present]}
    motion = Motion(D.REJECTED, None, TEXT, dissents=dissents, **votes)
    decisions.decide(session, application, motion, actor=Actor(programme.secretary), now=clock.now())


@pytest.mark.parametrize("rule", list(VoteRule))
def test_how_many_dissent_is_told_and_who_stands_in_the_protocol(client, programme, rule):
    call = programme.make_past_call(vote_rule=rule)
    first, second = (programme.make_application(ApplicationStatus.REVIEWED, call=call) for _ in range(2))
    session = programme.make_session(call)
    member = session.present[2]
    decide(programme, session, first, rule, [DissentInput(member.id, "Сатуу рыногу бар.", True)])
    decide(programme, session, second, rule)
    tied = programme.make_user(Role.SECRETARY)
    programme.tie(first, tied)
    db.session.commit()
    here = f"/council/{session.id}"
    page = text_of(client.sign_in(programme.secretary).speak("en").get(here).text)
    assert page.count("1 member dissents") == 1 and "Сатуу рыногу бар." not in page
    assert "Dissents 1" in text_of(client.get(f"{here}/decide/{first.id}").text)
    assert "dissents" not in text_of(client.sign_in(tied).speak("en").get(here).text)


def test_who_votes_for_a_decision_does_not_dissent_from_it(client, programme):
    call = programme.make_past_call(vote_rule=VoteRule.OPEN)
    application = programme.make_application(ApplicationStatus.REVIEWED, call=call)
    session = programme.make_session(call)
    votes = {f"vote_{one.id}": "for" for one in session.present}
    dissent = {"dissenter_1": str(session.present[2].id), "dissent_1": "Рыногу жок."}
    form = votes | dissent | {"outcome": "selected", "amount": "200 000", "reason": TEXT}
    url = f"/council/{session.id}/decide/{application.id}"
    answer = press(client.sign_in(programme.secretary).speak("en"), url, "check", **form)
    assert answer.status_code == 422
    assert f"{session.present[2].display_name} votes for this decision" in text_of(answer.text)


def test_back_in_the_browser_finds_the_amount_again(secretary, session, reviewed):
    """A field that forbids being filled in is emptied when the page is gone back to."""
    page = secretary.get(f"/council/{session.id}/decide/{reviewed.id}").text
    assert 'name="amount"' in page and 'autocomplete="off"' not in page
