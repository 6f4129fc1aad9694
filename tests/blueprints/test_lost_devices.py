"""Lost phones on the pages: reported at the door, looked into by one, confirmed by another."""

import pytest

from app import clock
from app.services import lost_devices, second_factors
from models.base import db
from models.lost_devices import IdentityCheck, LostDevice, LostDeviceStatus
from models.users import Role, User, UserSession
from tests.factories import PASSWORD, Programme
from tests.support.accounts import enrol
from tests.support.clients import Client
from tests.support.pages import text_of

REPORT = "/sign-in/lost-phone"
WHY = "Сууга түшүп кетти"


@pytest.fixture
def owner(programme: Programme) -> User:
    """A finance officer with a second factor; administrator and secretary are there."""
    assert programme.administrator and programme.secretary
    enrol(programme.finance)
    return programme.finance


def knock(client: Client, user: User):
    return client.submit("/sign-in", action="/sign-in", name=user.username, password=PASSWORD)


def office(client: Client, user: User) -> Client:
    """Another browser, somebody of the office signed in."""
    made = client.application.test_client()
    assert isinstance(made, Client)
    return made.sign_in(user).speak("en")


def test_from_the_door_to_another_phone(client: Client, programme: Programme, owner: User) -> None:
    client.speak("en")
    assert client.get(REPORT).location == "/sign-in"  # nobody without the password
    knock(client, owner)
    assert client.submit(REPORT, action=REPORT).location == REPORT
    page = client.get(REPORT)
    assert "Go to the administrator with your passport" in text_of(page.text)
    (lost,) = db.session.scalars(db.select(LostDevice)).all()
    here = f"/lost-phones/{lost.id}"
    secretary, administrator = office(client, programme.secretary), office(client, programme.administrator)
    assert here in secretary.get("/").text and here in administrator.get("/").text
    answer = secretary.submit(f"{here}/check", way="", reason="")
    assert answer.status_code == 422
    assert secretary.submit(f"{here}/check", way="passport", reason=WHY).location == here
    page = secretary.get(here)
    assert "Somebody else confirms" in text_of(page.text) and f"{here}/confirm" not in page.text
    assert here not in secretary.get("/").text
    assert WHY in administrator.get(here).text
    assert client.get("/sign-in/code").status_code == 200  # nothing has changed yet
    assert administrator.submit(here, action=f"{here}/confirm").status_code == 303
    db.session.expire_all()
    assert lost.status is LostDeviceStatus.CONFIRMED
    assert second_factors.of_user(owner) is None
    assert client.get("/sign-in/code").location == "/sign-in"
    knock(client, owner)
    assert client.get("/").location == "/account/second-factor"


def test_an_administrator_begins_and_the_same_one_cannot_confirm(
    client: Client, programme: Programme, owner: User
) -> None:
    first = office(client, programme.administrator)
    account = f"/people/{owner.id}"
    assert "codes from the phone, since 12" in text_of(first.get(account).text)
    assert f"{account}/lost-phone" in first.get(account).text
    here = first.submit(f"{account}/lost-phone", way="known_in_person", reason=WHY).location
    assert "see how it stands" in text_of(first.get(account).text)
    page = first.get(here)
    token = {"csrf_token": page.text.split('name="csrf_token" value="')[1].split('"')[0]}
    key = page.text.split('name="idempotency_key" value="')
    form = {**token, **({"idempotency_key": key[1].split('"')[0]} if len(key) > 1 else {})}
    first.post(f"{here}/confirm", data=form)
    db.session.expire_all()
    assert second_factors.of_user(owner) is not None
    other = office(client, programme.secretary)
    assert other.submit(f"{here}/refuse", reason="Паспорту жок").location == here
    assert "Паспорту жок" in first.get(here).text
    assert "refused" in text_of(first.get("/lost-phones").text)


def test_the_owner_reads_about_it_and_decides_nothing(client: Client, programme: Programme) -> None:
    secretary = programme.secretary
    enrol(secretary)
    by = {"actor": None, "now": clock.now()}
    lost = lost_devices.report(secretary, now=by["now"])
    browser = office(client, secretary)
    page = browser.get(f"/lost-phones/{lost.id}")
    assert "This is your own phone" in text_of(page.text)
    assert "/check" not in page.text and "/refuse" not in page.text
    answer = browser.submit(f"/lost-phones/{lost.id}/check", way=IdentityCheck.PASSPORT.value, reason=WHY)
    assert answer.status_code == 422


def test_who_has_a_second_factor_is_seen_in_the_list(client: Client, programme: Programme, owner: User) -> None:
    programme.make_user(Role.MONITOR)
    page = text_of(office(client, programme.administrator).get("/people").text)
    assert page.count("second factor") == 1
    assert db.session.scalars(db.select(UserSession)).one().second_step_at is not None
