"""Reminding who is late: each once a day, and nobody else."""

from datetime import timedelta

import pytest

from app import clock
from app.services import reminders, review_deadlines
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError
from models.applications import ApplicationStatus
from models.audit import AuditEvent
from models.base import db
from models.notifications import Notification

pytestmark = pytest.mark.database


@pytest.fixture
def late(programme):
    """Two late ones of the first reviewer, one of the second that is not."""
    long_ago = clock.now() - timedelta(days=30)
    made = [
        programme.make_application(ApplicationStatus.ELIGIBLE, association=programme.make_association())
        for _ in range(2)
    ]
    programme.assign(made[0], programme.reviewers[1])
    return [programme.assign(one, programme.reviewers[0], now=long_ago) for one in made]


def told(user):
    query = db.select(Notification).where(Notification.user_id == user.id, Notification.subject == "reviews:all")
    return db.session.scalars(query).all()


def test_who_is_late_is_told_once_a_day(programme, late):
    first, second = programme.reviewers
    by = {"actor": Actor(programme.secretary), "now": clock.now()}
    assert reminders.remind_late(**by) == 1
    (message,) = told(first)
    assert message.parameters["count"] == 2 and not told(second)
    act = db.session.scalars(db.select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert (act.action, act.subject) == ("assignment.remind", "assignments:late")
    with pytest.raises(AlreadyUsedError):
        reminders.remind_late(**by)
    assert reminders.remind_late(actor=by["actor"], now=by["now"] + timedelta(days=1)) == 1
    assert len(told(first)) == 2


def test_what_got_more_time_is_not_reminded_of(programme, late):
    by, day = {"actor": Actor(programme.secretary), "now": clock.now()}, clock.bishkek_day(clock.now())
    review_deadlines.extend_late(programme.call, due_on=day + timedelta(days=3), **by)
    with pytest.raises(AlreadyUsedError):
        reminders.remind_late(actor=Actor(programme.secretary), now=clock.now())
