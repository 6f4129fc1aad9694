"""In what decisions depart from the selection straight down the ranked list."""

from fractions import Fraction
from types import SimpleNamespace

from app.services import departures
from app.services.departures import Departure, DepartureKind
from app.services.selection import Candidate, Cap, Hindrance, Line, Rules, down_the_list
from app.services.selections import Proposal
from models.council_sessions import DecisionOutcome

SELECTED, REJECTED = DecisionOutcome.SELECTED, DecisionOutcome.REJECTED
K = DepartureKind


def proposal(*ranked, money=200, **rules):
    """A call of 200 whose applications ask for 100 each; `ranked` are (rank, oblast, whether it passes)."""
    candidates = [
        Candidate(place, Fraction(100 - rank), 100, (1,), oblast, place, place, passes=passes)
        for place, (rank, oblast, passes) in enumerate(ranked, start=1)
    ]
    rows = [
        SimpleNamespace(rank=rank, application_id=place, application=SimpleNamespace(number=f"A-{place}"))
        for place, (rank, *_rest) in enumerate(ranked, start=1)
    ]
    found = Rules((Line(1, 1, money),), {1: money}, **rules)
    return Proposal(SimpleNamespace(rows=rows), [], candidates, candidates, found, down_the_list(candidates, found))


def decided(*outcomes):
    return [
        SimpleNamespace(application_id=place, outcome=SELECTED if amount else REJECTED, amount=amount)
        for place, amount in enumerate(outcomes, start=1)
    ]


def test_what_keeps_to_the_list_departs_in_nothing():
    keeps = departures.of_decisions(proposal((1, 1, True), (2, 1, False), (3, 1, True)), decided(100, None, 100))
    assert keeps == {}
    assert departures.of_decisions(proposal(), []) == {}


def test_each_decision_is_held_against_what_the_list_gives():
    """The first is passed over for the fourth, the third gets less; the second does not pass, and stays out."""
    call = proposal((1, 1, True), (2, 1, False), (3, 1, True), (4, 1, True))
    assert departures.of_decisions(call, decided(None, None, 60, 100)) == {
        1: [Departure(K.WOULD_BE_SELECTED, 100)],
        3: [Departure(K.OTHER_AMOUNT, 100), Departure(K.BEFORE, number="A-1")],
        4: [Departure(K.WOULD_NOT_BE, why=Hindrance.MONEY), Departure(K.BEFORE, number="A-1")],
    }


def test_who_gets_what_the_list_gives_does_not_depart_by_one_that_was_passed_over():
    call = proposal((1, 1, True), (2, 1, True), (3, 1, True))
    assert departures.of_decisions(call, decided(None, 100, 100)) == {
        1: [Departure(K.WOULD_BE_SELECTED, 100)],
        3: [Departure(K.WOULD_NOT_BE, why=Hindrance.MONEY), Departure(K.BEFORE, number="A-1")],
    }


def test_a_cap_is_no_departure_and_its_breach_is():
    """The second of the oblast is passed over by rule: whoever goes before it departs in nothing."""
    call = proposal((1, 1, True), (2, 1, True), (3, 2, True), caps={Cap.OBLAST: 1})
    assert departures.of_decisions(call, decided(100, None, 100)) == {}
    assert departures.of_decisions(call, decided(100, 100, None)) == {
        2: [Departure(K.WOULD_NOT_BE, why=Hindrance.OBLAST)],
        3: [Departure(K.WOULD_BE_SELECTED, 100)],
    }


def test_of_the_same_rank_any_may_go_first():
    call = proposal((1, 1, True), (1, 1, True), money=100)
    assert departures.of_decisions(call, decided(None, 100)) == {
        1: [Departure(K.WOULD_BE_SELECTED, 100)],
        2: [Departure(K.WOULD_NOT_BE, why=Hindrance.MONEY)],
    }


def test_nothing_is_said_of_what_is_closed_to_the_reader():
    call = proposal((1, 1, True), (2, 1, True), (3, 1, True))
    found = departures.of_decisions(call, decided(None, 100, 100), closed=[1])
    assert found == {3: [Departure(K.WOULD_NOT_BE, why=Hindrance.MONEY)]}


def test_what_is_frozen_is_read_again():
    for one in (Departure(K.WOULD_BE_SELECTED, 100), Departure(K.WOULD_NOT_BE, why=Hindrance.OBLAST)):
        assert departures.read(one.in_words()) == one
