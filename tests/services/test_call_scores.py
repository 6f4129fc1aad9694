"""Scores of a call are worked out once: the same reviews have the same ones, other reviews are seen at once."""

from datetime import timedelta
from threading import Thread

import pytest

from app import clock
from app.services import assignments, call_scores, rankings, reviews
from app.services.actors import Actor
from app.services.reviews import Judgement
from models.applications import ApplicationStatus
from models.base import db
from models.calls import RanksBy
from models.reviews import Assignment
from tests.factories import TEXT


@pytest.fixture
def application(programme):
    return programme.make_application(ApplicationStatus.REVIEWED)


def marks(application):
    [row] = [one for one in rankings.rank(application.call) if one.application_id == application.id]
    return row.marks


def test_the_same_reviews_are_not_worked_out_again(application, programme):
    call = application.call
    other = programme.make_application(ApplicationStatus.REVIEWED, call=call)
    first = call_scores.of(call, [application.id, other.id])
    assert call_scores.of(call, [other.id, application.id]) is first
    assert call_scores.of(call, [application.id]) is not first
    call_scores.forget()
    again = call_scores.of(call, [application.id, other.id])
    assert again is not first
    assert again == first


def test_a_review_that_is_opened_and_handed_in_again_is_seen(application, programme):
    assert marks(application) == [80, 80]
    assignment = assignments.of_application(application)[0]
    programme.reopen(assignment)
    assert application.id not in [one.application_id for one in rankings.rank(application.call)]  # in review again
    judgements = {one.key: Judgement(1, TEXT) for one in application.call.criteria}
    later = clock.now() + timedelta(minutes=1)
    reviews.submit(assignment, judgements, TEXT, actor=Actor(assignment.reviewer), now=later)
    assert marks(application) == [20, 80]


def test_what_was_rolled_back_leaves_nothing_behind(application, programme):
    """The next review may get the number of the one that never was."""
    assignment = assignments.of_application(application)[0]
    programme.reopen(assignment)
    db.session.commit()
    for minutes, level in ((1, 1), (2, 5)):
        judgements = {one.key: Judgement(level, TEXT) for one in application.call.criteria}
        now = clock.now() + timedelta(minutes=minutes)
        reviews.submit(assignment, judgements, TEXT, actor=Actor(assignment.reviewer), now=now)
        assert marks(application) == sorted([20 * level, 80])
        if level == 1:
            db.session.rollback()
    assert marks(application) == [80, 100]


def test_another_rule_of_the_call_is_another_ranking(application):
    call = application.call
    found = call_scores.of(call, [application.id])
    for name, value in (("pass_total", 90), ("pass_section_percent", 95), ("ranks_by", RanksBy.ADJUSTED)):
        with db.session.no_autoflush:
            before = getattr(call, name)
            setattr(call, name, value)
            assert call_scores.of(call, [application.id]) is not found, name
            setattr(call, name, before)
    assert call_scores.of(call, [application.id]) is found


def test_no_more_is_kept_than_there_is_room_for(application, monkeypatch):
    """One application and its two reviews are three; what was not asked for longest makes room."""
    monkeypatch.setattr(call_scores, "MOST_KEPT", 2 * 3 + 4)
    call, three = application.call, [application.id]
    first = call_scores.of(call, three)
    second = call_scores.of(call, [application.id, 10_001])
    assert call_scores.of(call, three) is first
    third = call_scores.of(call, [application.id, 10_002])
    assert call_scores.of(call, three) is first and call_scores.of(call, [application.id, 10_002]) is third
    assert call_scores.of(call, [application.id, 10_001]) is not second
    large = call_scores.of(call, [application.id, *range(20_000, 20_020)])
    assert call_scores.of(call, [application.id, *range(20_000, 20_020)]) is large
    assert len(call_scores._kept) == 1


def test_what_is_handed_in_between_two_looks_is_not_kept(app, database, application, programme, monkeypatch):
    """The reviews that count are read, then what they scored: on PostgreSQL somebody's review may come between."""
    if database.kind == "sqlite":
        pytest.skip("there whoever writes waits until all has been read")
    call, assignment = application.call, assignments.of_application(application)[0]
    programme.reopen(assignment)
    db.session.commit()
    assignment_id, later, rows = assignment.id, clock.now() + timedelta(minutes=1), call_scores._rows

    def hand_in():
        with app.app_context():
            one = db.session.get(Assignment, assignment_id)
            low = {each.key: Judgement(1, TEXT) for each in one.application.call.criteria}
            reviews.submit(one, low, TEXT, actor=Actor(one.reviewer), now=later)
            db.session.commit()

    def after_another(*given):
        other = Thread(target=hand_in)
        other.start()
        other.join()
        return rows(*given)

    with monkeypatch.context() as at_that_moment:
        at_that_moment.setattr(call_scores, "_rows", after_another)
        call_scores.of(call, [application.id])
    db.session.commit()
    programme.reopen(db.session.get(Assignment, assignment_id), now=later + timedelta(minutes=1))
    db.session.commit()
    [(_application, totals)] = call_scores.of(call, [application.id]).totals.items()
    assert assignment.reviewer_id not in totals
