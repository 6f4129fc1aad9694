"""What the Council cannot decide: below the thresholds, without a majority for it, without a reason that says why."""

import pytest

from app import clock
from app.services import assignments, council_sessions, decisions
from app.services.actors import Actor
from app.services.ballots import Ballot
from app.services.decisions import Motion
from app.services.errors import DomainError, IncompleteError
from models.applications import ApplicationStatus
from models.calls import VoteRule
from models.council_sessions import DecisionOutcome, VoteChoice
from tests.factories import SOM, TEXT

D = DecisionOutcome
ASKED = 200_000 * SOM
SHORT = "Башка арыз бир кыйла күчтүү."


def judged(programme, call, level):
    application = programme.make_application(ApplicationStatus.IN_REVIEW, call=call)
    for one in assignments.of_application(application):
        programme.review(one, level=level)
    return application


@pytest.fixture
def call(programme):
    return programme.make_past_call()


def decide(programme, session, application, outcome, reason=TEXT, votes=(3, 0, 0)):
    motion = Motion(outcome, ASKED if outcome is D.SELECTED else None, reason, *votes)
    return decisions.decide(session, application, motion, actor=Actor(programme.secretary), now=clock.now())


@pytest.mark.parametrize(("outcome", "says"), [(D.SELECTED, "тандоого"), (D.RESERVE, "резервдик тизмеге")])
def test_below_the_thresholds_nothing_but_a_rejection_is_decided(programme, call, outcome, says):
    weak = judged(programme, call, 2)
    session = programme.make_session(call)
    with pytest.raises(DomainError, match=says) as refusal:
        decide(programme, session, weak, outcome)
    assert refusal.value.field == "outcome"
    assert decide(programme, session, weak, D.REJECTED).outcome is D.REJECTED


@pytest.mark.parametrize("outcome", list(D))
@pytest.mark.parametrize("votes", [(0, 3, 0), (1, 1, 1), (0, 0, 3)])
def test_every_decision_needs_more_votes_for_it_than_against_it(programme, call, outcome, votes):
    application = judged(programme, call, 4)
    session = programme.make_session(call)
    with pytest.raises(DomainError) as refusal:
        decide(programme, session, application, outcome, votes=votes)
    assert refusal.value.field == "votes_for" and refusal.value.parameters == {"ayes": votes[0], "noes": votes[1]}
    assert decide(programme, session, application, outcome, votes=(1, 0, 2)).votes_for == 1


@pytest.mark.parametrize(("outcome", "level"), [(D.REJECTED, 4), (D.RESERVE, 4)])
def test_what_departs_from_the_ranked_list_says_why_at_length(programme, call, outcome, level):
    application = judged(programme, call, level)
    session = programme.make_session(call)
    for short in ("Жок", SHORT, f"  {SHORT}{' ' * 40}"):
        with pytest.raises(IncompleteError) as refusal:
            decide(programme, session, application, outcome, short)
        assert refusal.value.field == "reason"
    assert refusal.value.parameters["least"] == 40 and "200" in refusal.value.parameters["departures"]
    assert decide(programme, session, application, outcome, "ж" * 40).outcome is outcome


def test_what_is_not_selected_says_why_in_more_than_a_word(programme, call):
    """Down the list a weak one is rejected anyway: its applicant still reads why."""
    weak, best = judged(programme, call, 2), judged(programme, call, 5)
    session = programme.make_session(call)
    with pytest.raises(IncompleteError) as refusal:
        decide(programme, session, weak, D.REJECTED, "Жок")
    assert (refusal.value.field, refusal.value.parameters) == ("reason", {"least": 10})
    assert decide(programme, session, weak, D.REJECTED, SHORT).reason == SHORT
    assert decide(programme, session, best, D.SELECTED, "Мыкты").reason == "Мыкты"


def test_a_reason_is_held_against_the_list_as_who_records_it_sees_it(programme):
    """Whoever has a tie to another application is not told by a refusal how that one stands."""
    call = programme.make_past_call(budget=200_000 * SOM, grant_ceiling=200_000 * SOM)
    best, second = judged(programme, call, 5), judged(programme, call, 4)
    programme.tie(best, programme.secretary)
    session = programme.make_session(call)
    assert decide(programme, session, second, D.SELECTED, SHORT).outcome is D.SELECTED


def test_without_an_open_session_reviews_or_a_quorum_nothing_can_be_decided(programme, call):
    application, other = judged(programme, call, 4), programme.make_application("in_review", call=call)
    session = programme.make_session(call)
    assert decisions.hindrance(session, application) is None
    missing = decisions.hindrance(session, other)
    assert missing.parameters == {"wanted": 2, "done": 0, "awaited": 2}
    council_sessions.record_attendance(session, session.present[:1], actor=Actor(programme.secretary), now=clock.now())
    assert decisions.hindrance(session, application).parameters == {"room": 1, "needed": 2}


def test_an_open_vote_for_a_rejection_is_a_vote_for_the_decision(programme):
    call = programme.make_past_call(vote_rule=VoteRule.OPEN)
    application = judged(programme, call, 2)
    session = programme.make_session(call)
    for choice in (VoteChoice.AGAINST, VoteChoice.FOR):
        cast = [Ballot(one.id, choice) for one in session.present]
        motion = Motion(D.REJECTED, None, TEXT, ballots=cast)
        by = {"actor": Actor(programme.secretary), "now": clock.now()}
        if choice is VoteChoice.AGAINST:
            with pytest.raises(DomainError, match="макул"):
                decisions.decide(session, application, motion, **by)
        else:
            assert decisions.decide(session, application, motion, **by).votes_for == 3
