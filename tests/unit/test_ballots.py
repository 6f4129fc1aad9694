"""Who may vote, what an open and a secret vote record, who dissents, and which decisions depart from the ranking."""

from types import SimpleNamespace

import pytest

from app.services import ballots
from app.services.ballots import Ballot, Counts, DissentInput
from app.services.errors import AlreadyUsedError, DomainError, IncompleteError
from models.calls import VoteRule
from models.council_sessions import CouncilSession, VoteChoice, quorum_of

FOR, AGAINST, ABSTAINED = VoteChoice.FOR, VoteChoice.AGAINST, VoteChoice.ABSTAINED
VOTERS = [SimpleNamespace(id=number, display_name=f"Мүчө {number}") for number in (1, 2, 3)]
NONE = Counts(0, 0, 0)


def test_an_open_vote_is_counted_from_the_ballots():
    cast = [Ballot(1, FOR), Ballot(2, FOR), Ballot(3, ABSTAINED)]
    assert ballots.count(VoteRule.OPEN, cast, Counts(9, 9, 9), VOTERS) == (2, 0, 1)


@pytest.mark.parametrize(
    ("cast", "error"),
    [
        ([Ballot(1, FOR), Ballot(2, FOR)], IncompleteError),
        ([Ballot(1, FOR), Ballot(2, FOR), Ballot(3, FOR), Ballot(4, FOR)], DomainError),
        ([Ballot(1, FOR), Ballot(2, FOR), Ballot(3, FOR), Ballot(3, AGAINST)], AlreadyUsedError),
        ([], IncompleteError),
    ],
)
def test_an_open_vote_has_each_voter_once_and_nobody_else(cast, error):
    with pytest.raises(DomainError) as refusal:
        ballots.count(VoteRule.OPEN, cast, NONE, VOTERS)
    assert type(refusal.value) is error


@pytest.mark.parametrize(("votes", "carries"), [((2, 1, 0), True), ((1, 1, 1), False), ((0, 0, 3), False)])
def test_a_decision_needs_more_votes_for_it_than_against(votes, carries):
    assert Counts(*votes).carries is carries
    if carries:
        assert ballots.must_carry(Counts(*votes)) is None
    else:
        with pytest.raises(DomainError) as refusal:
            ballots.must_carry(Counts(*votes))
        assert refusal.value.field == "votes_for"


def test_a_secret_vote_has_numbers_and_no_names():
    assert ballots.count(VoteRule.SECRET, [], Counts(2, 0, 1), VOTERS) == (2, 0, 1)
    for cast, counted in (([Ballot(1, FOR)], NONE), ([], Counts(2, 1, 1)), ([], Counts(-1, 2, 0))):
        with pytest.raises(DomainError):
            ballots.count(VoteRule.SECRET, cast, counted, VOTERS)


@pytest.mark.parametrize(
    ("seats", "in_room", "is_enough"), [(6, 3, False), (5, 3, True), (3, 1, False), (19, 10, True)]
)
def test_more_than_half_of_the_seats_are_in_the_room(seats, in_room, is_enough):
    session = CouncilSession(seats=seats)
    assert (in_room >= quorum_of(seats)) is is_enough is (2 * in_room > seats)
    if is_enough:
        assert ballots.must_have_quorum(session, VOTERS[:1] * in_room) is None
    else:
        with pytest.raises(DomainError):
            ballots.must_have_quorum(session, VOTERS[:1] * in_room)


@pytest.mark.parametrize(
    ("rule", "dissents", "is_taken"),
    [
        (VoteRule.OPEN, [DissentInput(1, "Жок")], True),
        (VoteRule.SECRET, [DissentInput(1, "Жок", True)], True),
        (VoteRule.SECRET, [DissentInput(1, "Жок")], False),
        (VoteRule.OPEN, [DissentInput(4, "Жок")], False),
        (VoteRule.OPEN, [DissentInput(1, " ")], False),
        (VoteRule.OPEN, [DissentInput(1, "Жок"), DissentInput(1, "Жок")], False),
        (VoteRule.OPEN, [DissentInput(1, "ж" * 2001)], False),
    ],
)
def test_who_dissents_says_why_and_is_named_by_own_wish_alone(rule, dissents, is_taken):
    if is_taken:
        assert ballots.check_dissents(rule, dissents, [], VOTERS) is None
    else:
        with pytest.raises(DomainError):
            ballots.check_dissents(rule, dissents, [], VOTERS)


@pytest.mark.parametrize(("choice", "is_taken"), [(FOR, False), (AGAINST, True), (ABSTAINED, True)])
def test_who_votes_for_a_decision_does_not_dissent_from_it(choice, is_taken):
    cast, dissents = [Ballot(1, choice), Ballot(2, FOR)], [DissentInput(1, "Жок")]
    if is_taken:
        assert ballots.check_dissents(VoteRule.OPEN, dissents, cast, VOTERS) is None
        return
    with pytest.raises(DomainError) as refusal:
        ballots.check_dissents(VoteRule.OPEN, dissents, cast, VOTERS)
    assert refusal.value.parameters == {"name": "Мүчө 1"} and refusal.value.field == "dissenter"
