"""Reminding by itself, before and after the last day, and by the button once a day; nobody else."""

from datetime import timedelta

import pytest

from app import cli, clock, jobs
from app.localisation import LOCALE_CODES, date_text, render, use_locale
from app.services import reminders, review_deadlines
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError
from models.applications import ApplicationStatus
from models.audit import AuditEvent
from models.base import db
from models.notifications import Notification
from models.users import Role
from tests.support.shelf import kept

pytestmark = pytest.mark.either_database


@pytest.fixture
@kept
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


# By itself ------------------------------------------------------------------------------------------------------------


@pytest.fixture
@kept
def asked(programme):
    """Two of the first reviewer with one last day, one of the second a day later."""
    made = [programme.make_application(ApplicationStatus.ELIGIBLE) for _ in range(2)]
    later = clock.bishkek_day(clock.now()) + timedelta(days=15)
    programme.assign(made[0], programme.reviewers[1], due_on=later)
    return [programme.assign(one, programme.reviewers[0]) for one in made]


def run(day, hour=9):
    """The repeated job at an hour of a day, twice, and who was told by it."""
    with clock.at(clock.start_of_day(day) + timedelta(hours=hour)):
        before = db.session.scalar(db.select(db.func.max(Notification.id))) or 0
        jobs.remind_reviewers()
        jobs.remind_reviewers()
        query = db.select(Notification).where(Notification.id > before).order_by(Notification.id)
        return {one.user_id: (one.message, one.parameters["count"]) for one in db.session.scalars(query)}


@pytest.mark.database
def test_reviewers_are_reminded_before_and_after_the_last_day_each_time_once(programme, asked):
    (first, second), last = [one.id for one in programme.reviewers], asked[0].due_on
    days = [last + timedelta(days=days) for days in range(-5, 4)]
    told = {(day - last).days: found for day in days if (found := run(day))}
    assert told == {
        -3: {first: (reminders.SOON, 2)},
        -2: {second: (reminders.SOON, 1)},
        1: {first: (reminders.LATE, 2)},
        2: {second: (reminders.LATE, 1)},
    }
    acts = db.session.scalars(db.select(AuditEvent).where(AuditEvent.action == "assignment.remind")).all()
    assert [(one.actor_id, one.subject) for one in acts] == [(None, "assignments:due")] * 2 + [
        (None, "assignments:late")
    ] * 2


def test_a_day_on_which_nothing_ran_is_made_up_for(asked):
    last = asked[0].due_on
    assert len(run(last)) == 2  # three days of silence before
    assert len(run(last + timedelta(days=9))) == 2


def test_who_was_just_told_another_way_is_not_reminded(programme, asked):
    by, last = {"actor": Actor(programme.secretary)}, asked[0].due_on
    short = programme.assign(
        programme.make_application(ApplicationStatus.ELIGIBLE),
        programme.make_user(Role.REVIEWER),
        due_on=clock.bishkek_day(clock.now()) + timedelta(days=2),
    )
    assert run(short.due_on - timedelta(days=1)) == {}
    morning = clock.start_of_day(last + timedelta(days=1))
    for one in asked:
        review_deadlines.extend(one, due_on=last + timedelta(days=3), now=morning, **by)
    assert programme.reviewers[0].id not in run(last + timedelta(days=1))
    assert programme.reviewers[0].id in run(last + timedelta(days=4))


def test_the_message_is_read_in_the_language_of_its_reader(asked):
    run(asked[0].due_on - timedelta(days=3))
    (message,) = told(asked[0].reviewer)
    texts = {}
    for locale in LOCALE_CODES:
        with use_locale(locale):
            texts[locale] = render(message.message, message.parameters)
            assert date_text(asked[0].due_on) in texts[locale]
    assert len(set(texts.values())) == 3


def test_the_job_is_among_the_repeated_ones(app, monkeypatch):
    registered = []
    monkeypatch.setattr(cli.Cron, "start", lambda scheduler: registered.extend(scheduler.get_jobs()))
    assert app.test_cli_runner().invoke(args=["cron"]).exit_code == 0
    (job,) = [one for one in registered if one.func_name == "app.jobs.remind_reviewers"]
    assert 0 < job.interval <= 3600 * 6  # more than once on each day
