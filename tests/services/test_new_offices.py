"""An office given today decides about no money today, and those who hold one hear of it at once."""

from datetime import timedelta

import pytest

from app import clock
from app.localisation import use_locale
from app.services import lost_devices, notifications, tranches, user_accounts
from app.services.actors import Actor
from app.services.errors import SeparationOfDutyError
from models.grants import TrancheStatus
from models.lost_devices import IdentityCheck
from models.users import Role
from tests.support.accounts import enrol


@pytest.fixture(autouse=True)
def in_english():
    with use_locale("en"):
        yield


def opened(programme, role, username):
    admin, now = Actor(programme.administrator), clock.now()
    user, _code = user_accounts.open_account("Асанова Айпери", username, role, actor=admin, now=now)
    return Actor(user)


@pytest.mark.either_database
def test_who_opens_two_accounts_does_not_pay_with_them_on_the_same_day(programme):
    tranche = programme.make_tranche("requested")
    one, other = (opened(programme, Role.FINANCE, name) for name in ("kassir.c", "kassir.d"))
    with pytest.raises(SeparationOfDutyError, match="less than a day ago"):
        tranches.prepare(tranche, actor=one, now=clock.now())
    tranches.prepare(tranche, actor=Actor(programme.finance), now=clock.now())
    with pytest.raises(SeparationOfDutyError, match="less than a day ago"):
        tranches.approve(tranche, actor=other, now=clock.now())
    later = clock.now() + timedelta(days=1, seconds=1)
    tranches.approve(tranche, actor=other, now=later)
    assert tranche.status is TrancheStatus.APPROVED


def test_those_in_the_office_the_secretary_and_the_administrators_hear_of_it(programme):
    second = programme.make_user(Role.ADMINISTRATOR)
    told = (programme.finance, programme.secretary, second)
    opened(programme, Role.FINANCE, "kassir.c")
    for user in told:
        assert any("gave the account %(username)s an office" in one.message for one in notifications.inbox(user)), user
    assert not notifications.inbox(programme.administrator)
    opened(programme, Role.REVIEWER, "reviewer.x")
    assert len([one for one in notifications.inbox(second) if "an office" in one.message]) == 1


def test_an_administrator_of_today_takes_no_factor_away(programme):
    enrol(programme.finance)
    lost = lost_devices.begin(
        programme.finance,
        IdentityCheck.PASSPORT,
        reason="Телефон жоголду",
        actor=Actor(programme.administrator),
        now=clock.now(),
    )
    new = opened(programme, Role.ADMINISTRATOR, "admin.zwei")
    with pytest.raises(SeparationOfDutyError, match="less than a day ago"):
        lost_devices.confirm(lost, actor=new, now=clock.now())
    lost_devices.confirm(lost, actor=Actor(programme.secretary), now=clock.now())
