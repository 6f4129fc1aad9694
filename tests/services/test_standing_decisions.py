"""What a decision rests on stays while it stands; once an appeal against it is upheld it is judged as before."""

import json
from datetime import timedelta

import pytest

from app import clock
from app.services import (
    agendas,
    assignment_candidates,
    assignment_plans,
    assignments,
    conflicts,
    council_sessions,
    decisions,
    desks,
    interests,
    letters,
    new_decisions,
    reviewers,
    verification,
    workloads,
)
from app.services.actors import Actor
from app.services.decisions import Motion
from app.services.errors import DomainError
from models.applications import ApplicationStatus
from models.council_sessions import DecisionOutcome
from models.reviews import AssignmentStatus, ConflictKind
from models.users import Role
from reports import letter as paper
from tests.factories import TEXT
from tests.services.test_new_decisions import decide, judged, sit_again, uphold

pytestmark = pytest.mark.either_database

A, D = ApplicationStatus, DecisionOutcome


@pytest.fixture
def rejected(programme):
    return judged(programme)[D.REJECTED]


def points(letter):
    return [one.points for one in paper.gather(letter, clock.now()).marks]


def ask(programme, application, reviewer, by):
    """By hand, as the secretary's page does it: a plan of the one pair, applied."""
    due_on = clock.bishkek_day(clock.now()) + timedelta(days=7)
    plan = assignment_candidates.plan(application, reviewer, due_on=due_on, **by)
    assignment_plans.apply(plan, **by)
    return assignments.of_application(application)[-1]


@pytest.mark.database
def test_an_interest_said_in_the_new_session_voids_the_review_and_another_reviewer_judges(programme, rejected, by):
    first = letters.readable(rejected, is_office=True)
    kept = (first.decision.session.protocol.content, points(first))
    uphold(programme, rejected)
    session = sit_again(programme, rejected)
    agendas.discuss(session, rejected, **by)
    agendas.recuse(session, rejected, programme.reviewers[0], ConflictKind.KINSHIP, **by)
    states = [one.status for one in assignments.of_application(rejected)]
    assert states == [AssignmentStatus.RECUSED, AssignmentStatus.CLOSED]
    assert rejected.status is A.IN_REVIEW and agendas.under_discussion(session) is None
    with pytest.raises(DomainError):
        decide(programme, session, rejected, D.RESERVE)
    tasks = {(one.text, one.arguments.get("application_id")) for one in desks.tasks_for(programme.secretary, by["now"])}
    assert ("Assign reviewers", rejected.id) in tasks

    further = programme.make_user(Role.REVIEWER)
    free = [
        one.reviewer for one in assignment_candidates.of_application(rejected, conflicts.NO_TIES) if not one.problem
    ]
    assert free == [further] and rejected.call in reviewers.calls_to_judge()
    asked = ask(programme, rejected, further, by)
    interests.confirm(rejected.call, actor=Actor(further), now=clock.now())
    programme.review(asked, level=5)
    assert rejected.status is A.REVIEWED
    with pytest.raises(DomainError):
        programme.sign(session)  # it waits for a decision again
    decisions.decide(session, rejected, Motion(D.RESERVE, None, TEXT, 2), **by)
    programme.sign(session)
    rows = {one["number"]: one for one in json.loads(session.protocol.content)["ranking"]}
    assert [one["total"] for one in rows[rejected.number]["reviews"]] == [10000, 6000]
    second = letters.readable(rejected, is_office=True)
    assert second is not first and sum(points(second)) == 8000
    assert (first.decision.session.protocol.content, points(first)) == kept and sum(points(first)) == 6000
    assert asked.status is AssignmentStatus.CLOSED and rejected.call not in reviewers.calls_to_judge()
    assert not any(one.findings for one in verification.run(programme.storage))


def test_a_conflict_known_before_it_is_taken_up_leaves_the_review_out_too(programme, rejected, by):
    programme.tie(rejected, programme.reviewers[0])  # the first decision stood when it was said: nothing changed then
    assignments.void(rejected, programme.reviewers[0], **by)
    assert len(assignments.submitted_reviews(rejected)) == 2
    uphold(programme, rejected)
    assignments.void(rejected, programme.reviewers[1], **by)  # confirmed before it is on an agenda
    assert len(assignments.submitted_reviews(rejected)) == 1 and rejected.status is A.REJECTED
    session = sit_again(programme, rejected)
    assert rejected.status is A.IN_REVIEW and assignments.submitted_reviews(rejected) == []
    assert list(new_decisions.on_the_agenda(session)) == [rejected.id]
    assert [row[0] for row in workloads.lacking(conflicts.NO_TIES)] == [rejected]


def test_while_a_decision_stands_no_review_is_void_and_nobody_is_asked(programme, rejected, by):
    further = programme.make_user(Role.REVIEWER)
    due_on = clock.bishkek_day(clock.now()) + timedelta(days=7)

    def nothing_changes():
        assignments.void(rejected, programme.reviewers[0], **by)
        assert len(assignments.submitted_reviews(rejected)) == 2
        assert assignment_candidates.of_application(rejected, conflicts.NO_TIES) == []
        with pytest.raises(DomainError):
            assignments.assign(rejected, further, due_on=due_on, **by)
        with pytest.raises(DomainError):
            assignment_candidates.plan(rejected, further, due_on=due_on, **by)
        with pytest.raises(DomainError):
            interests.confirm(rejected.call, actor=Actor(further), now=clock.now())

    nothing_changes()
    uphold(programme, rejected)
    session = sit_again(programme, rejected)
    decide(programme, session, rejected, D.REJECTED)
    nothing_changes()  # decided anew
    council_sessions.sign(session, actor=Actor(programme.council_chair), now=clock.now())
    nothing_changes()  # the letter is held
    programme.send_letters(session)
    nothing_changes()
