"""Signing in through the real form, first codes, leaving, and rights that end at once."""

import inspect
from datetime import timedelta

import pytest
from flask import Flask

from app import clock
from app.services import users
from app.services.actors import Actor
from models.base import db
from models.users import Role, SignInAttempt, User, UserSession
from tests.conftest import NOW
from tests.factories import PASSWORD, Programme
from tests.support.clients import Client
from tests.support.pages import text_of


def enter(client: Client, name: str, password: str, url: str = "/sign-in"):
    return client.submit(url, action="/sign-in" if url == "/sign-in" else url, name=name, password=password)


def is_inside(client: Client) -> bool:
    return client.get("/account").status_code == 200


@pytest.mark.parametrize("name", ["{username}", "  {USERNAME} ", "0555 12 34 56", "+996555123456"])
def test_name_or_phone_and_password_open_the_door(client: Client, programme: Programme, name: str) -> None:
    user = programme.make_user(Role.MONITOR, phone="+996 555 123456")
    typed = name.format(username=user.username, USERNAME=user.username.upper())
    response = enter(client, typed, PASSWORD)
    assert (response.status_code, response.location) == (303, "/")
    assert is_inside(client)
    session = db.session.scalars(db.select(UserSession)).one()
    assert session.user_id == user.id
    assert session.expires_at == NOW + users.SESSION_LENGTH


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(client: Client, programme: Programme) -> None:
    response = enter(client, programme.secretary.username, PASSWORD)
    cookie = response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize("who", ["known", "unknown", "disabled"])
def test_a_refusal_does_not_say_what_was_wrong(client: Client, programme: Programme, who: str) -> None:
    user = programme.make_user()
    if who == "disabled":
        users.disable(user, actor=Actor(programme.administrator), now=clock.now())
    name = "nobody" if who == "unknown" else user.username
    client.speak("en")
    response = enter(client, name, PASSWORD if who == "disabled" else "wrong")
    assert response.status_code == 422
    assert "User name or password is not right." in text_of(response.text)
    assert f'value="{name}"' in response.text
    assert not is_inside(client)
    assert db.session.scalar(db.select(db.func.count()).select_from(SignInAttempt)) == 1


def test_the_eleventh_guess_waits_and_another_account_does_not(client: Client, programme: Programme) -> None:
    user, other = programme.make_user(), programme.make_user()
    for _guess in range(users.GUESSES_PER_ACCOUNT):
        assert enter(client, user.username, "wrong").status_code == 422
    assert enter(client, user.username, PASSWORD).status_code == 429
    assert enter(client, other.username, PASSWORD).status_code == 303
    with clock.at(NOW + users.WINDOW + timedelta(seconds=1)):
        assert enter(client.sign_out(), user.username, PASSWORD).status_code == 303


@pytest.mark.parametrize(
    ("wanted", "led_to"),
    [("/calls", "/calls"), ("https://evil.example", "/"), ("//evil.example", "/"), ("/\\evil.example", "/")],
)
def test_after_the_door_one_goes_where_one_wanted_within_the_house(
    client: Client, programme: Programme, wanted: str, led_to: str
) -> None:
    page = client.get("/sign-in", query_string={"next": wanted})
    assert page.status_code == 200
    response = enter(client, programme.secretary.username, PASSWORD)
    assert response.location == "/"
    client.sign_out()
    response = client.submit(
        "/sign-in", action="/sign-in", name=programme.secretary.username, password=PASSWORD, next=wanted
    )
    assert response.location == led_to


def first_code_of(programme: Programme) -> tuple[User, str]:
    user = programme.make_user(Role.MONITOR)
    return user, users.issue_code(user, actor=Actor(programme.administrator), now=clock.now())


def test_a_first_code_must_be_changed_before_anything_else(client: Client, programme: Programme) -> None:
    user, code = first_code_of(programme)
    assert enter(client, user.username, code).status_code == 303
    assert client.get("/").location == "/account/password"
    new = "кырк чоро манас"
    answer = client.submit("/account/password", old_password=code, password=new, repeated=new)
    assert answer.status_code == 303, text_of(answer.text)
    assert client.get("/").status_code in (200, 403)
    assert enter(client.sign_out(), user.username, new).status_code == 303


def test_a_first_code_ends_after_fourteen_days(client: Client, programme: Programme) -> None:
    user, code = first_code_of(programme)
    db.session.commit()
    with clock.at(NOW + users.CODE_LENGTH + timedelta(seconds=1)):
        assert enter(client, user.username, code).status_code == 422


def test_leaving_ends_this_browser_and_leaving_everywhere_ends_all(app: Flask, programme: Programme) -> None:
    first, second = app.test_client(), app.test_client()
    for browser in (first, second):
        enter(browser, programme.secretary.username, PASSWORD)
    assert first.submit("/account", action="/sign-out").status_code == 303
    assert not is_inside(first)
    assert is_inside(second)
    enter(first, programme.secretary.username, PASSWORD)
    assert second.submit("/account", action="/account/sign-out-everywhere").status_code == 303
    assert not is_inside(first)
    assert not is_inside(second)


def test_a_disabled_account_is_out_at_the_next_request(client: Client, programme: Programme) -> None:
    client.sign_in(programme.secretary)
    assert is_inside(client)
    users.disable(programme.secretary, actor=Actor(programme.administrator), now=clock.now())
    assert not is_inside(client)


def test_a_session_ends_after_its_time(client: Client, programme: Programme) -> None:
    enter(client, programme.secretary.username, PASSWORD)
    with clock.at(NOW + users.SESSION_LENGTH + timedelta(seconds=1)):
        assert not is_inside(client)


def test_the_hash_is_argon2id_with_the_library_s_costs() -> None:
    """The suite itself hashes cheaply: the product's own setting is read from its source."""
    source = inspect.getsource(users)
    assert "_hasher = PasswordHasher()" in source
    assert users._hasher.hash("a").startswith("$argon2id$")


@pytest.mark.parametrize("locale", ["ky", "ru", "en"])
def test_the_language_is_chosen_before_signing_in(client: Client, locale: str) -> None:
    page = client.get("/sign-in")
    assert page.status_code == 200
    answer = client.submit("/sign-in", action="/language", locale=locale, next="/sign-in")
    assert answer.location == "/sign-in"
    assert f'lang="{locale}"' in client.get("/sign-in").text
