"""The one order of locks (docs/architecture.md): acts that meet wait for one another, none of them is ended by it.

On PostgreSQL alone: on SQLite one writes at a time. Each test makes two acts meet where both have a lock and want one.
"""

from datetime import timedelta
from threading import Event
from time import sleep

import pytest

from app import clock
from app.services import (
    applications,
    assignment_candidates,
    assignment_plans,
    assignments,
    audit,
    conflict_detection,
    decisions,
    interests,
    review_deadlines,
    reviews,
)
from app.services.actors import Actor
from app.services.decisions import Motion
from app.services.reviews import Judgement
from models.applications import Application
from models.assignment_plans import AssignmentPlan
from models.base import db, lock
from models.calls import Call
from models.council_sessions import CouncilSession, DecisionOutcome
from models.interests import InterestKind
from models.reviews import Assignment, AssignmentStatus
from models.users import Role, User
from tests.conftest import NOW
from tests.factories import TEXT
from tests.reliability.test_parallel import at_once

pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


def test_a_plan_is_applied_while_the_council_decides_and_neither_dies_of_it(app, programme, monkeypatch):
    """Each has its first lock when it wants the next one: taken in two orders, one of them would be ended."""
    call = programme.make_past_call()
    application = programme.make_application("reviewed", call=call)
    session = programme.make_session(call, now=NOW)
    by, day = Actor(programme.secretary), clock.bishkek_day(NOW) + timedelta(days=9)
    third = programme.make_user(Role.REVIEWER)
    plan = assignment_candidates.plan(application, third, due_on=day, actor=by, now=NOW)
    plan_id, session_id, application_id, secretary = plan.id, session.id, application.id, programme.secretary.id
    db.session.commit()
    begun, holds_application = Event(), Event()
    take = assignment_plans._locked

    def locked(ids):
        begun.set()
        holds_application.wait(5)
        return take(ids)

    def lock_slowly(row):
        if isinstance(row, Call):
            begun.wait(5)
            holds_application.set()
        lock(row)

    monkeypatch.setattr(assignment_plans, "_locked", locked)
    monkeypatch.setattr(decisions, "lock", lock_slowly)
    motion = Motion(DecisionOutcome.REJECTED, amount=None, reason=TEXT, votes_for=3)

    def act(number: int) -> None:
        actor = Actor(db.session.get_one(User, secretary))
        if number:
            assignment_plans.apply(db.session.get_one(AssignmentPlan, plan_id), actor=actor, now=NOW)
        else:
            decided = db.session.get_one(Application, application_id)
            decisions.decide(db.session.get_one(CouncilSession, session_id), decided, motion, actor=actor, now=NOW)

    assert at_once(app, 2, act) == {"done": 1, "ChangedMeanwhileError": 1}


def test_an_interest_is_entered_while_somebody_submits(app, programme, monkeypatch):
    """Both hold what people are found by against each other, and both want the head of the history."""
    application, reviewer = programme.make_application("signed_off"), programme.make_user(Role.REVIEWER)
    application_id, user_id, chair = application.id, reviewer.id, programme.chair_of(application.association).id
    db.session.commit()
    holds, search, record = Event(), conflict_detection._search, audit.record

    def slowly(*found):
        holds.set()
        sleep(0.5)  # whoever enters the interest has begun by then
        return search(*found)

    def recorded(*what, **details):
        entry = record(*what, **details)
        if what[1] == "interest.declare":
            sleep(0.5)  # with the head of the history
        return entry

    monkeypatch.setattr(conflict_detection, "_search", slowly)
    monkeypatch.setattr(audit, "record", recorded)

    def act(number: int) -> None:
        if number:
            holds.wait(5)
            actor = Actor(db.session.get_one(User, user_id))
            interests.declare(
                InterestKind.BUSINESS, name="Ак-Булак", relation="", register_number="", actor=actor, now=NOW
            )
        else:
            actor = Actor(db.session.get_one(User, chair))
            applications.submit(db.session.get_one(Application, application_id), actor=actor, now=NOW)

    assert at_once(app, 2, act) == {"done": 2}


def test_the_last_review_comes_in_while_who_is_late_gets_time(app, programme, monkeypatch):
    """The review would end the late one, which the other act holds; both want the head of the history."""
    application = programme.make_application("in_review")
    programme.assign(application, programme.make_user(Role.REVIEWER), now=NOW - timedelta(days=30))
    first, second, late = assignments.of_application(application)
    for one in (first, second, late):
        assignments.declare(one, None, actor=Actor(one.reviewer), now=NOW - timedelta(days=20))
    judgements = {one.key: Judgement(4, TEXT) for one in application.call.criteria}
    reviews.submit(first, judgements, "", actor=Actor(first.reviewer), now=NOW)
    second_id, late_id, call_id, secretary = second.id, late.id, application.call_id, programme.secretary.id
    day = clock.bishkek_day(NOW) + timedelta(days=9)
    db.session.commit()
    holds, move = Event(), review_deadlines._move

    def slowly(*moved):
        holds.set()
        sleep(0.5)  # the review has come in by then
        return move(*moved)

    monkeypatch.setattr(review_deadlines, "_move", slowly)

    def act(number: int) -> None:
        if number:
            actor = Actor(db.session.get_one(User, secretary))
            review_deadlines.extend_late(db.session.get_one(Call, call_id), due_on=day, actor=actor, now=NOW)
        else:
            holds.wait(5)
            found = db.session.get_one(Assignment, second_id)
            reviews.submit(found, judgements, "", actor=Actor(found.reviewer), now=NOW)

    assert at_once(app, 2, act) == {"done": 2}
    db.session.expire_all()
    kept = db.session.get_one(Assignment, late_id)
    assert (kept.status, kept.due_on) == (AssignmentStatus.ACCEPTED, day)
