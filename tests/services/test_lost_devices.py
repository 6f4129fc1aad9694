"""Lost phones: two people, neither of them the user, and the database says the same."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app import clock
from app.services import desks, lost_devices, second_factors, user_accounts, user_sessions
from app.services.actors import Actor
from app.services.errors import (
    AlreadyUsedError,
    DomainError,
    IncompleteError,
    SeparationOfDutyError,
    WrongTransitionError,
)
from models.base import db
from models.lost_devices import IdentityCheck, LostDevice, LostDeviceStatus
from models.notifications import Notification
from models.users import Role, User, UserSession
from tests.factories import Programme
from tests.support.accounts import SEAL, code_for, enrol, knock

SEEN = IdentityCheck.PASSPORT
WHY = "Телефон сууга түшүп кетти"


@pytest.fixture
def owner(programme: Programme) -> User:
    """A finance officer with a second factor; administrator and secretary are there."""
    assert programme.administrator and programme.secretary
    enrol(programme.finance)
    return programme.finance


@contextmanager
def refused(kind: type[DomainError], words: str) -> Iterator[None]:
    """The refusal says so, whatever the language in force."""
    with pytest.raises(kind) as found:
        yield
    assert words in found.value.message


def begun(programme: Programme, owner: User) -> LostDevice:
    return lost_devices.begin(owner, SEEN, reason=WHY, actor=Actor(programme.administrator), now=clock.now())


def told(user: User) -> list[str]:
    return list(db.session.scalars(db.select(Notification.message).where(Notification.user_id == user.id)))


def test_reported_checked_and_confirmed_by_two_others(programme: Programme, owner: User) -> None:
    _session, token = user_sessions.begin(owner, browser="", now=clock.now(), second_step_at=clock.now())
    lost = lost_devices.report(owner, now=clock.now())
    assert lost_devices.report(owner, now=clock.now()) is lost
    for one in (programme.administrator, programme.secretary):
        assert any("Make sure who asks" in text for text in told(one))
        assert "Make sure who has lost the phone" in [task.text for task in desks.tasks_for(one, clock.now())]
    lost_devices.check(lost, SEEN, reason=WHY, actor=Actor(programme.secretary), now=clock.now())
    assert second_factors.of_user(owner) is not None
    tasks = [task.text for task in desks.tasks_for(programme.administrator, clock.now())]
    assert "Confirm that the phone is lost" in tasks
    assert "Confirm that the phone is lost" not in [t.text for t in desks.tasks_for(programme.secretary, clock.now())]
    lost_devices.confirm(lost, actor=Actor(programme.administrator), now=clock.now())
    db.session.expire_all()
    assert second_factors.of_user(owner) is None
    assert user_sessions.live(token, clock.now()) is None
    anew, _token = knock(owner.username)
    assert isinstance(anew, UserSession) and anew.second_step_at is None
    with pytest.raises(SeparationOfDutyError, match=r"\d"):
        user_accounts.must_not_be_reset(Actor(owner), clock.now() + timedelta(hours=23))
    assert any("taken away" in text for text in told(owner))
    for again in (lost_devices.confirm, lambda one, **by: lost_devices.refuse(one, reason=WHY, **by)):
        with pytest.raises(WrongTransitionError):
            again(lost, actor=Actor(programme.administrator), now=clock.now())


def test_nobody_acts_twice_and_nobody_for_oneself(programme: Programme, owner: User) -> None:
    lost = begun(programme, owner)
    with refused(SeparationOfDutyError, "Somebody else"):
        lost_devices.confirm(lost, actor=Actor(programme.administrator), now=clock.now())
    enrol(programme.secretary)
    own = lost_devices.report(programme.secretary, now=clock.now())
    for act in (
        lambda: lost_devices.check(own, SEEN, reason=WHY, actor=Actor(programme.secretary), now=clock.now()),
        lambda: lost_devices.refuse(own, reason=WHY, actor=Actor(programme.secretary), now=clock.now()),
    ):
        with refused(SeparationOfDutyError, "your own phone"):
            act()
    assert lost_devices.obstacle(own, programme.secretary) and lost_devices.obstacle(lost, programme.administrator)


def test_a_reason_is_given_and_one_is_open_at_a_time(programme: Programme, owner: User) -> None:
    by = {"actor": Actor(programme.administrator), "now": clock.now()}
    db.session.commit()
    with pytest.raises(IncompleteError):
        lost_devices.begin(owner, SEEN, reason="  ", **by)
    db.session.rollback()
    lost = begun(programme, owner)
    with pytest.raises(AlreadyUsedError):
        begun(programme, owner)
    lost_devices.refuse(lost, reason=WHY, **by)
    assert any(text.startswith("Your second factor stays") for text in told(owner))
    assert begun(programme, owner).status is LostDeviceStatus.CHECKED
    with refused(DomainError, "no second factor"):
        lost_devices.report(programme.make_user(Role.MONITOR), now=clock.now())


def test_a_phone_set_up_since_is_not_taken_away(programme: Programme, owner: User) -> None:
    lost = begun(programme, owner)
    now = clock.now() + timedelta(minutes=5)
    secret = second_factors.demonstration_secret(owner.username)
    code = code_for(owner, now=now)
    second_factors.set_up(owner, secret, code, seal=SEAL, now=now)
    with refused(DomainError, "not there any more"):
        lost_devices.confirm(lost, actor=Actor(programme.secretary), now=now)
    assert second_factors.of_user(owner) is not None


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("status = 'confirmed', closed_by_id = checked_by_id, closed_at = checked_at", "confirmed_by_another"),
        ("status = 'confirmed', closed_by_id = user_id, closed_at = checked_at", "not_closed_by_oneself"),
        ("checked_by_id = user_id", "not_checked_by_oneself"),
        ("reason = NULL", "checked_whole"),
        ("status = 'refused'", "closed_whole"),
        ("status = 'reported'", "checked_with_day"),
    ],
)
def test_the_database_refuses_one_person_alone(programme: Programme, owner: User, change: str, rule: str) -> None:
    begun(programme, owner)
    with pytest.raises(IntegrityError, match=re.compile(rule)):
        db.session.execute(sa.text(f"UPDATE lost_devices SET {change}"))
