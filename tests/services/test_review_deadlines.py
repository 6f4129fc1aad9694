"""The last day of a review: to the second, more time by the secretary, going on without who is late."""

import json
from contextlib import contextmanager
from datetime import timedelta

import pytest

from app import clock
from app.services import assignments, conflicts, rankings, review_deadlines, review_versions, reviews
from app.services.actors import Actor
from app.services.errors import DomainError, IncompleteError, SeparationOfDutyError, WrongTransitionError
from app.services.reviews import Judgement
from models.applications import ApplicationStatus
from models.audit import AuditEvent
from models.base import db
from models.notifications import Notification
from models.reviews import AssignmentStatus, Review, Score
from models.users import Role
from tests.support.queries import count
from tests.support.shelf import kept

pytestmark = pytest.mark.either_database

WHY = "Айыл жыйынында талкууланган, баары жазылган, далилдер жетиштүү."


@pytest.fixture
def application(programme):
    return programme.make_application(ApplicationStatus.IN_REVIEW)


@pytest.fixture
def asked(application):
    """The first reviewer's, taken."""
    found = assignments.of_application(application)[0]
    assignments.declare(found, None, actor=Actor(found.reviewer), now=clock.now())
    return found


@pytest.fixture
def secretary(programme):
    return Actor(programme.secretary)


def hand_in(assignment, now, level=4):
    judgements = {one.key: Judgement(level, WHY) for one in assignment.application.call.criteria}
    return reviews.submit(assignment, judgements, "", actor=Actor(assignment.reviewer), now=now)


def after(assignment, seconds=1):
    """So many seconds after the end of the last day."""
    return clock.end_of_day(assignment.due_on) + timedelta(seconds=seconds)


def day_after(assignment, days):
    return assignment.due_on + timedelta(days=days)


@contextmanager
def refusal(words):
    """A refusal of the domain that says so."""
    with pytest.raises(DomainError) as found:
        yield
    assert words in found.value.message


def told(user):
    query = db.select(Notification).where(Notification.user_id == user.id).order_by(Notification.id.desc())
    return db.session.scalars(query).first()


def acts(action):
    return db.session.scalars(db.select(AuditEvent).where(AuditEvent.action == action)).all()


def test_the_last_second_counts(asked):
    hand_in(asked, after(asked, 0))
    assert asked.status is AssignmentStatus.SUBMITTED


def test_a_second_later_nothing_is_scored_and_a_draft_is_still_kept(asked):
    late = after(asked)
    with pytest.raises(DomainError) as found:
        hand_in(asked, late)
    assert found.value.parameters == {"day": asked.due_on}
    assert (asked.status, count(Score), count(Review)) == (AssignmentStatus.ACCEPTED, 0, 0)
    reviews.save_draft(asked, {"relevance": Judgement(3, "")}, "", actor=Actor(asked.reviewer), now=late)
    assert asked.review.draft["relevance"]["level"] == 3


def test_with_more_time_it_is_handed_in_and_counts(asked, secretary):
    late, before = after(asked), asked.due_on
    review_deadlines.extend(asked, due_on=day_after(asked, 5), actor=secretary, now=late)
    hand_in(asked, after(asked, 0))
    assert asked.status is AssignmentStatus.SUBMITTED
    (act,) = acts("assignment.extend")
    assert act.actor_id == secretary.user_id and act.subject == f"assignments:{asked.id}"
    details, new = json.loads(act.details), asked.due_on.isoformat()
    assert (details["due_before"], details["due_on"]) == (before.isoformat(), new)
    message = told(asked.reviewer)
    assert (message.subject, message.parameters["day"]) == (f"assignments:{asked.id}", {"day": new})


def test_the_new_day_lies_ahead_and_after_the_one_so_far(asked, secretary):
    for days, now in ((0, clock.now()), (-1, clock.now()), (3, after(asked, 5 * 86400))):
        with pytest.raises(DomainError) as found:
            review_deadlines.extend(asked, due_on=day_after(asked, days), actor=secretary, now=now)
        assert found.value.field == "due_on"
    assert not acts("assignment.extend")


def test_who_has_a_tie_gives_no_time(programme, asked):
    neighbour = programme.make_user(
        Role.SECRETARY, person=programme.make_person("Асанова Айгүл", village=asked.application.association.village)
    )
    late, day = after(asked), day_after(asked, 5)
    with pytest.raises(SeparationOfDutyError):
        review_deadlines.extend(asked, due_on=day, actor=Actor(neighbour), now=late)
    with pytest.raises(SeparationOfDutyError):
        review_deadlines.release(asked, reason=WHY, actor=Actor(neighbour), now=late)
    with pytest.raises(DomainError):
        review_deadlines.extend_late(asked.application.call, due_on=day, actor=Actor(neighbour), now=late)
    assert review_deadlines.late_calls(clock.bishkek_day(late), conflicts.ties_of(neighbour)) == []
    assert (asked.status, acts("assignment.extend")) == (AssignmentStatus.ACCEPTED, [])


def test_what_is_handed_in_gets_no_time(programme, asked, secretary):
    hand_in(asked, clock.now())
    with pytest.raises(WrongTransitionError):
        review_deadlines.extend(asked, due_on=day_after(asked, 5), actor=secretary, now=clock.now())


def test_everybody_late_in_a_call_gets_time_at_once_and_nobody_else(programme, application, secretary):
    other = programme.make_application(ApplicationStatus.IN_REVIEW)
    early = assignments.of_application(application)
    longer = assignments.of_application(other)[0]
    longer.due_on = day_after(longer, 30)
    late = after(early[0])
    day = day_after(early[0], 5)
    assert review_deadlines.late_calls(clock.bishkek_day(late), conflicts.ties_of(programme.secretary)) == [
        (application.call, 3)
    ]
    assert review_deadlines.extend_late(application.call, due_on=day, actor=secretary, now=late) == 3
    assert [one.due_on for one in early] == [day, day] and longer.due_on != day
    assert told(programme.reviewers[1]).parameters["count"] == 2  # one message for both
    assert told(programme.reviewers[0]).parameters["count"] == 1
    assert len(acts("assignment.extend")) == 3
    with refusal("Nobody is late"):
        review_deadlines.extend_late(application.call, due_on=day, actor=secretary, now=late)


def test_a_reopened_review_has_its_own_last_day(programme, application, secretary):
    for one in assignments.of_application(application):
        programme.review(one)
    again = assignments.of_application(application)[0]
    long_after = after(again, 30 * 86400)
    review_versions.reopen(
        again, reason=WHY, due_on=clock.bishkek_day(long_after) + timedelta(days=3), actor=secretary, now=long_after
    )
    with pytest.raises(DomainError):
        hand_in(again, after(again))
    hand_in(again, after(again, 0))
    assert again.status is AssignmentStatus.SUBMITTED and again.review.submission == 2


def test_the_secretary_goes_on_without_who_is_late(programme, application, asked, secretary):
    third = programme.assign(application, programme.make_user(Role.REVIEWER))
    for one in (assignments.of_application(application)[1], third):
        programme.review(one)
    assert application.status is ApplicationStatus.IN_REVIEW  # who has taken it is waited for
    with refusal("is not over"):
        review_deadlines.release(asked, reason=WHY, actor=secretary, now=after(asked, 0))
    with pytest.raises(IncompleteError):
        review_deadlines.release(asked, reason=" ", actor=secretary, now=after(asked))
    review_deadlines.release(asked, reason=WHY, actor=secretary, now=after(asked))
    assert (asked.status, application.status) == (AssignmentStatus.CLOSED, ApplicationStatus.REVIEWED)
    assert not asked.is_holding
    assert told(asked.reviewer).parameters == {"reason": WHY}
    assert len(acts("assignment.release")) == 1


@pytest.fixture
@kept
def judged(programme, application):
    """A reviewed application with levels 5, 5 and 1; the assignment of the last one."""
    programme.assign(application, programme.make_user(Role.REVIEWER))
    rows = assignments.of_application(application)
    for one in rows:
        assignments.declare(one, None, actor=Actor(one.reviewer), now=clock.now())
    for one, level in zip(rows, (5, 5, 1), strict=True):
        hand_in(one, clock.now(), level)
    assert application.status is ApplicationStatus.REVIEWED
    return rows[-1]


def points(application):
    return next(row.mean_points for row in rankings.rank(application.call) if row.application.id == application.id)


def test_going_on_drops_no_review_that_was_handed_in(application, judged, programme, secretary):
    before, day = points(application), judged.review.submitted_at
    programme.reopen(judged)
    reviews.save_draft(judged, {"relevance": Judgement(5, "")}, "Жаңы", actor=Actor(judged.reviewer), now=clock.now())
    review_deadlines.release(judged, reason=WHY, actor=secretary, now=after(judged))
    assert (judged.status, application.status) == (AssignmentStatus.SUBMITTED, ApplicationStatus.REVIEWED)
    assert (points(application), judged.review.submitted_at) == (before, day)
    assert (judged.review.comment, judged.review.draft["relevance"]["level"]) == ("", 5)
    (act,) = acts("review.restore")
    assert json.loads(act.details)["reason"] == WHY and not acts("assignment.release")
    told_so = db.session.scalars(db.select(Notification.message).where(Notification.user_id == judged.reviewer_id))
    assert "Your review was not submitted anew, so it counts as you had submitted it: %(reason)s" in list(told_so)
    assert [one.is_restored for one in review_versions.of([judged.review])[judged.review.id]] == [True]


def test_what_was_gone_back_to_is_opened_again_and_judged_anew(application, judged, programme, secretary):
    for _ in range(2):
        programme.reopen(judged)
        review_deadlines.release(judged, reason=WHY, actor=secretary, now=after(judged))
    programme.reopen(judged)
    hand_in(judged, clock.now() + timedelta(hours=1), 4)
    versions = review_versions.of([judged.review])[judged.review.id]
    assert [one.is_restored for one in versions] == [True, True, False]
    assert {(one.before.level, one.after.level) for one in versions[2].changes} == {(1, 4)}


def test_a_further_review_does_not_drop_the_late_one_either(application, judged, programme):
    before = {one.id for one in assignments.submitted_reviews(application)}
    programme.reopen(judged)
    late = after(judged)
    further = programme.assign(application, programme.make_user(Role.REVIEWER), now=late)
    assignments.declare(further, None, actor=Actor(further.reviewer), now=late)
    hand_in(further, late)
    assert application.status is ApplicationStatus.REVIEWED
    assert {one.id for one in assignments.submitted_reviews(application)} == {*before, further.review.id}
    assert len(acts("review.restore")) == 1
