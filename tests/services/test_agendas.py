"""The agenda, who is out of the room, the votes and the dissents of a session."""

import json
from datetime import timedelta

import pytest

from app import clock
from app.services import agendas, assignment_facts, assignments, council_sessions, decisions
from app.services import applications as applications_
from app.services.actors import Actor
from app.services.ballots import Ballot, DissentInput
from app.services.decisions import Motion
from app.services.errors import (
    AlreadyUsedError,
    DomainError,
    LimitExceededError,
    SeparationOfDutyError,
    WrongTransitionError,
)
from models.agenda_items import AgendaStatus, RecusalGround
from models.applications import ApplicationStatus
from models.base import db
from models.calls import VoteRule
from models.council_sessions import AgendaOrder, DecisionOutcome, VoteChoice
from models.reviews import ConflictKind
from models.users import Role
from tests.factories import SOM, TEXT
from tests.support.shelf import kept

pytestmark = pytest.mark.either_database

A = AgendaStatus
SELECTED, REJECTED = DecisionOutcome.SELECTED, DecisionOutcome.REJECTED
FOR, AGAINST, ABSTAINED = VoteChoice.FOR, VoteChoice.AGAINST, VoteChoice.ABSTAINED


@pytest.fixture
def call(programme):
    return programme.make_past_call(vote_rule=VoteRule.OPEN)


@pytest.fixture
@kept
def applications(programme, call):
    return [programme.make_application("reviewed", call=call) for _ in range(3)]


@pytest.fixture
@kept
def session(programme, call, applications):
    """Chair, both reviewers and one more member of five seats; the fifth is not there."""
    member = programme.make_user(Role.REVIEWER)
    programme.make_user(Role.REVIEWER)
    return programme.make_session(call, member)


def motion(session, choices=(FOR, FOR, FOR, FOR), *, voters=None, outcome=SELECTED, **more):
    people = session.present if voters is None else voters
    cast = [Ballot(one.id, choice) for one, choice in zip(people, choices, strict=False)]
    amount = 200_000 * SOM if outcome is SELECTED else None
    return Motion(outcome, amount=amount, reason=TEXT, ballots=cast, **more)


def order_of(session):
    return list(agendas.items_of(session))


def test_the_agenda_groups_recusals_until_the_first_discussion(programme, session, applications, by):
    first, second, third = (one.id for one in applications)
    assert order_of(session) == [first, second, third]
    out = session.present[3]
    programme.tie(applications[0], out)
    programme.tie(applications[2], out)
    came = list(session.present)
    council_sessions.record_attendance(session, came, **by)
    assert order_of(session) in ([second, first, third], [first, third, second])
    agendas.discuss(session, applications[1], **by)
    agendas.put_back(session, applications[1], **by)
    before = order_of(session)
    programme.tie(applications[1], out)
    council_sessions.record_attendance(session, came, **by)
    assert order_of(session) == before


def test_the_secretary_moves_and_sorts(session, applications, by):
    first, second, third = (one.id for one in applications)
    agendas.move(session, applications[2], 1, **by)
    assert order_of(session) == [third, first, second] and session.agenda_order is AgendaOrder.BY_HAND
    agendas.move(session, applications[2], 2, without={first}, **by)  # seen: third, second
    assert order_of(session) == [first, second, third]
    for place in (0, 4, -1):
        with pytest.raises(LimitExceededError):
            agendas.move(session, applications[0], place, **by)
    agendas.move(session, applications[2], 1, **by)
    agendas.sort(session, AgendaOrder.RANKED, **by)
    assert order_of(session) == [first, second, third]
    agendas.discuss(session, applications[0], **by)
    with pytest.raises(DomainError, match="Талкууну күткөн"):
        agendas.move(session, applications[0], 2, **by)


def test_one_application_at_a_time(session, applications, by):
    item = agendas.discuss(session, applications[0], **by)
    assert item.status is A.DISCUSSED
    with pytest.raises(AlreadyUsedError):
        agendas.discuss(session, applications[1], **by)
    with pytest.raises(AlreadyUsedError):
        decisions.decide(session, applications[1], motion(session), **by)
    decisions.decide(session, applications[0], motion(session), **by)
    assert item.status is A.DECIDED and agendas.under_discussion(session) is None
    with pytest.raises(WrongTransitionError):
        agendas.discuss(session, applications[0], **by)


def test_what_is_discussed_stays_reviewed_until_its_discussion_is_closed(programme, session, applications, by):
    """Else it would be on no list of the session, and nothing else could be discussed or decided."""
    discussed, due_on = applications[0], clock.bishkek_day(by["now"]) + timedelta(days=9)
    agendas.discuss(session, discussed, **by)
    reviewer = programme.make_user(Role.REVIEWER)
    acts = [
        lambda: programme.reopen(assignments.of_application(discussed)[0]),
        lambda: applications_.withdraw(
            discussed, reason=TEXT, actor=Actor(programme.chair_of(discussed.association)), now=by["now"]
        ),
        lambda: assignments.assign(discussed, reviewer, due_on=due_on, **by),
    ]
    for act in acts:
        with pytest.raises(DomainError, match="талкуулап"):
            act()
    assert discussed.id not in {one.id for one in assignment_facts.asked(session.call)}
    agendas.put_back(session, discussed, **by)
    acts[0]()
    assert discussed.status is ApplicationStatus.IN_REVIEW
    with pytest.raises(DomainError, match="Бааланган"):
        agendas.discuss(session, discussed, **by)
    agendas.discuss(session, applications[1], **by)


def test_who_has_a_tie_is_out_of_the_room_and_it_is_kept(programme, session, applications, by):
    kin = session.present[3]
    programme.tie(applications[0], kin)
    neighbour = session.present[2]
    neighbour.person.village = applications[0].association.village
    db.session.flush()
    item = agendas.discuss(session, applications[0], **by)
    assert {one.user_id: one.ground for one in item.recusals} == {
        kin.id: RecusalGround.DECLARED,
        neighbour.id: RecusalGround.PLACE,
    }
    assert decisions.voters_on(session, applications[0]) == session.present[:2]
    with pytest.raises(DomainError, match="кворум жок"):
        decisions.decide(session, applications[0], motion(session, voters=session.present[:2]), **by)
    late = programme.make_user(Role.REVIEWER)
    programme.tie(applications[0], late)
    session.seats = 6
    council_sessions.record_attendance(session, [*session.present, late], **by)
    assert late.id in {one.user_id for one in item.recusals}


def test_somebody_says_so_in_the_session(session, applications, by):
    member, application = session.present[3], applications[0]
    with pytest.raises(DomainError):
        agendas.recuse(session, application, member, ConflictKind.BUSINESS, **by)
    item = agendas.discuss(session, application, **by)
    agendas.recuse(session, application, member, ConflictKind.BUSINESS, **by)
    assert [(one.ground, one.kind) for one in item.recusals] == [(RecusalGround.SAID, ConflictKind.BUSINESS)]
    assert item.status is A.DISCUSSED and member not in decisions.voters_on(session, application)
    with pytest.raises(AlreadyUsedError):
        agendas.recuse(session, application, member, ConflictKind.BUSINESS, **by)


def test_a_reviewer_s_recusal_voids_the_review_and_the_application_waits(programme, session, applications, by):
    application, reviewer = applications[0], programme.reviewers[0]
    item = agendas.discuss(session, application, **by)
    agendas.recuse(session, application, reviewer, ConflictKind.KINSHIP, **by)
    assert application.status is ApplicationStatus.IN_REVIEW and item.status is A.WAITING
    with pytest.raises(DomainError):
        agendas.discuss(session, application, **by)


def test_votes_are_recorded_by_name(session, applications, by):
    decision = decisions.decide(session, applications[0], motion(session, (FOR, FOR, AGAINST, ABSTAINED)), **by)
    assert (decision.votes_for, decision.votes_against, decision.abstentions) == (2, 1, 1)
    assert [(one.user_id, one.choice) for one in decision.votes] == list(
        zip([one.id for one in session.present], (FOR, FOR, AGAINST, ABSTAINED), strict=True)
    )
    assert decision.present == [one.id for one in session.present]


def test_a_secretary_with_a_tie_neither_opens_nor_decides(programme, session, applications, by):
    programme.tie(applications[0], programme.secretary)
    for act in (
        lambda: agendas.discuss(session, applications[0], **by),
        lambda: decisions.decide(session, applications[0], motion(session), **by),
    ):
        with pytest.raises(SeparationOfDutyError):
            act()


def test_who_has_left_does_not_vote_and_what_was_decided_stays(session, applications, by):
    everybody = session.present
    before = decisions.decide(session, applications[0], motion(session), **by)
    council_sessions.change_presence(session, everybody[3], False, **by)
    assert session.present == everybody[:3]
    with pytest.raises(DomainError):
        decisions.decide(session, applications[1], motion(session, voters=everybody), **by)
    after = decisions.decide(session, applications[1], motion(session), **by)
    assert (before.present, after.present) == ([one.id for one in everybody], [one.id for one in everybody[:3]])
    with pytest.raises(AlreadyUsedError):
        council_sessions.change_presence(session, everybody[3], False, **by)
    council_sessions.change_presence(session, everybody[2], False, **by)
    with pytest.raises(DomainError, match="кворум жок"):
        decisions.decide(session, applications[2], motion(session), **by)
    council_sessions.change_presence(session, everybody[3], True, **by)
    assert decisions.decide(session, applications[2], motion(session), **by).votes_for == 3


def test_notes_and_dissents_are_kept_and_nothing_after_the_signature(programme, session, applications, by):
    dissent = DissentInput(session.present[2].id, "Сатуу рыногу жок.")
    for one in applications:
        agendas.discuss(session, one, **by)
        agendas.note(session, one, "Жол жок, бирок суу бар.", in_protocol=True, **by)
        agendas.note(session, one, "Катчы үчүн гана.", in_protocol=False, **by)
        decisions.decide(session, one, motion(session, (FOR, FOR, AGAINST, FOR), dissents=[dissent]), **by)
    protocol = council_sessions.sign(session, actor=Actor(programme.council_chair), now=clock.now())
    row = json.loads(protocol.content)["decisions"][0]
    assert row["notes"] == ["Жол жок, бирок суу бар."]
    assert row["dissents"] == [{"name": session.present[2].display_name, "reason": "Сатуу рыногу жок."}]
    assert [one["choice"] for one in row["ballots"]] == ["for", "for", "against", "for"]
    for act in (
        lambda: agendas.note(session, applications[0], TEXT, in_protocol=False, **by),
        lambda: agendas.move(session, applications[0], 1, **by),
        lambda: agendas.sort(session, AgendaOrder.RANKED, **by),
        lambda: council_sessions.change_presence(session, session.present[0], False, **by),
        lambda: decisions.decide(session, applications[0], motion(session), **by),
    ):
        with pytest.raises(DomainError, match="кол коюлган"):
            act()
