"""Signing in through the real form, first codes, leaving, and rights that end at once."""

import inspect
import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from app import clock
from app.config import Config
from app.services import sign_in_attempts, user_sessions, users
from app.services.actors import Actor
from models.audit import AuditEvent
from models.base import db, fingerprint
from models.users import Role, SignInAttempt, User, UserSession
from tests.conftest import NOW
from tests.factories import PASSWORD, Programme
from tests.support.apps import Apps
from tests.support.clients import Client
from tests.support.pages import form_fields, text_of


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
    assert session.expires_at == NOW + user_sessions.SESSION_LENGTH


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
    for _guess in range(sign_in_attempts.GUESSES_PER_ACCOUNT):
        assert enter(client, user.username, "wrong").status_code == 422
    assert enter(client, user.username, PASSWORD).status_code == 429
    assert enter(client, other.username, PASSWORD).status_code == 303
    with clock.at(NOW + sign_in_attempts.WINDOW + timedelta(seconds=1)):
        assert enter(client.sign_out(), user.username, PASSWORD).status_code == 303


def test_the_address_of_the_visitor_is_the_one_that_waits(client: Client, programme: Programme) -> None:
    user = programme.make_user()
    now, address = clock.now(), fingerprint("192.0.2.7")
    for number in range(sign_in_attempts.GUESSES_PER_ADDRESS - 1):
        sign_in_attempts.note(fingerprint(f"name:nobody{number}"), address, now)
    codes = []
    for remote, password in (("192.0.2.7", "wrong"), ("192.0.2.7", PASSWORD), ("192.0.2.8", PASSWORD)):
        client.environ_base["REMOTE_ADDR"] = remote
        codes.append(enter(client, user.username, password).status_code)
    assert codes == [422, 429, 303]


def test_guesses_made_before_a_restart_are_counted_after_it(
    client: Client, programme: Programme, config: Config, apps: Apps
) -> None:
    user = programme.make_user()
    for _guess in range(sign_in_attempts.GUESSES_PER_ACCOUNT - 1):
        assert enter(client, user.username, "wrong").status_code == 422
    started_again = apps.another(config).test_client()
    assert isinstance(started_again, Client)
    assert enter(started_again, user.username, "wrong").status_code == 422
    assert enter(started_again, user.username, PASSWORD).status_code == 429


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
    with clock.at(NOW + user_sessions.SESSION_LENGTH + timedelta(seconds=1)):
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
    assert f'<html lang="{locale}"' in client.get("/sign-in").text


def test_the_language_outlives_the_session(client: Client, programme: Programme) -> None:
    """Chosen in this browser, or the user's own: a session that ended does not turn the page into another language."""
    asks_for_english = {"Accept-Language": "en"}
    assert client.submit("/sign-in", action="/language", locale="ru", next="/sign-in").status_code == 303
    client.sign_out()
    assert '<html lang="ru"' in client.get("/sign-in", headers=asks_for_english).text
    another = client.application.test_client()
    programme.secretary.locale = "ky"
    assert enter(another, programme.secretary.username, PASSWORD).status_code == 303
    another.sign_out()
    assert '<html lang="ky"' in another.get("/sign-in", headers=asks_for_english).text


def test_a_form_sent_after_the_cookie_ended_is_answered_in_its_language(client: Client, programme: Programme) -> None:
    """Nothing else of the request is read before its token is refused."""
    for locale in ("ky", "ru", "en"):
        page = client.sign_in(programme.secretary).speak(locale).get("/account/password").text
        answer = client.sign_out().post("/account/password", data=form_fields(page))
        assert answer.status_code == 401 and f'<html lang="{locale}"' in answer.text


def test_a_language_there_is_not_changes_nothing(client: Client) -> None:
    assert client.submit("/sign-in", action="/language", locale="de", next="/sign-in").status_code == 303
    client.set_cookie("ashar-language", "de")
    assert '<html lang="ky"' in client.get("/sign-in", headers={"Accept-Language": "ky"}).text


def test_a_chosen_language_is_remembered_and_told(client: Client, programme: Programme) -> None:
    client.sign_in(programme.secretary).speak("ky")
    for _ in range(2):  # the second time nothing changes
        assert client.submit("/account", action="/language", locale="ru", next="/account").status_code == 303
    assert programme.secretary.locale == "ru"
    told = db.session.scalars(db.select(AuditEvent).where(AuditEvent.action == "user.choose_locale")).one()
    assert (told.actor_id, told.details) == (programme.secretary.id, '{"locale":"ru"}')


def test_the_trail_says_how_many_sessions_an_act_ended(client: Client, programme: Programme) -> None:
    administrator = Actor(programme.administrator)
    for act in (users.issue_code, user_sessions.sign_out_everywhere, users.disable):
        for browser in (client, client.application.test_client()):
            browser.sign_in(programme.secretary)
        act(programme.secretary, actor=administrator, now=clock.now())
    ended = [one.details for one in db.session.scalars(db.select(AuditEvent)) if "sessions" in one.details]
    assert ended == ['{"sessions":2}'] * 3


def test_a_form_sent_after_the_session_ended_gives_the_typed_text_back(client, programme):
    """From another browser everywhere signed out: nothing typed is lost, and the way back is there."""
    application = programme.make_application("draft")
    user = programme.chair_of(application.association)
    client.sign_in(user).speak("en")
    url = f"/applications/{application.id}/sections/idea"
    fields = form_fields(client.get(url).text).to_dict() | {"title": "Words that took an hour", "then": "list"}
    user_sessions.end_all(user, now=clock.now())
    answer = client.post(url, data=fields)
    assert answer.status_code == 401
    assert ">list</textarea>" not in answer.text  # which button was pressed is nothing anybody typed
    assert "Words that took an hour" in answer.text
    assert f"/sign-in?next={url.replace('/', '%2F')}" in answer.text or f"/sign-in?next={url}" in answer.text


def test_a_form_sent_without_any_cookie_gives_the_typed_text_back(app, client, programme):
    application = programme.make_application("draft")
    client.sign_in(programme.chair_of(application.association)).speak("en")
    url = f"/applications/{application.id}/sections/idea"
    fields = form_fields(client.get(url).text).to_dict() | {"title": "Words that took an hour"}
    stranger = app.test_client()
    answer = stranger.post(url, data=fields)
    assert answer.status_code == 401
    assert "Words that took an hour" in answer.text


@pytest.mark.parametrize(
    ("locale", "labels"),
    [
        ("ky", ["Квитанциядагы күн", "Сумма", "Текстиңиз 3"]),
        ("ru", ["Дата в квитанции", "Сумма", "Ваш текст 3"]),
        ("en", ["Day on the receipt", "Amount", "Your text 3"]),
    ],
)
def test_what_comes_back_says_which_field_it_stood_in(app, client, programme, locale, labels):
    """In the reader's language; what was chosen, by its code or its number, is not given back."""
    grant = programme.make_grant("active")
    client.sign_in(programme.chair_of(grant.association)).speak(locale)
    url = f"/grants/{grant.id}/contributions/new"
    fields = form_fields(client.get(url).text).to_dict() | {
        "kind": "remittance",
        "channel": "1",
        "sender_country": "RU",
        "amount": "25 000,50",
        "sent_on": "10.10.2026",
        "own_words": "Neither of a field nor of a choice",
    }
    client.sign_out()
    page = client.post(url, data=fields).text
    found = re.findall(r'for="typed-\d+">(.*?)</label>\s*<textarea[^>]*>(.*?)</textarea>', page)
    assert found == list(zip(labels, ["10.10.2026", "25 000,50", "Neither of a field nor of a choice"], strict=True))


def test_the_old_password_cannot_be_guessed_without_end(client, programme):
    user = programme.make_user(Role.REVIEWER)
    client.sign_in(user).speak("en")
    new = "эки жылкы беш тай"
    for _ in range(10):
        answer = client.submit("/account/password", old_password="wrong one", password=new, repeated=new)
        assert "The old password is not right." in answer.text
    answer = client.submit("/account/password", old_password=PASSWORD, password=new, repeated=new)
    assert answer.status_code == 422
    assert "Too many attempts" in answer.text


@pytest.mark.parametrize("target", ["//evil.example", "/\\evil.example", "https://evil.example", "//[", "/a\r\nX: y"])
def test_next_never_leads_elsewhere(client, programme, target):
    programme.make_user(Role.REVIEWER, username="guest")
    fields = form_fields(client.get("/sign-in").text).to_dict()
    answer = client.post("/sign-in", data=fields | {"name": "guest", "password": PASSWORD, "next": target})
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("url", ["/open-calls/99999999999999999999", "/open-calls?before=99999999999999999999"])
def test_numbers_no_database_holds_are_simply_not_there(client, url):
    assert client.get(url).status_code in (200, 404)


def test_a_text_with_a_nul_is_refused_plainly(client):
    fields = form_fields(client.get("/sign-in").text).to_dict()
    assert client.post("/sign-in", data=fields | {"name": "a\0b", "password": "x"}).status_code == 400


def test_when_the_database_is_away_a_plain_page_says_so(client, programme, monkeypatch):
    client.sign_in(programme.secretary)

    def away(*_arguments, **_more):
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    monkeypatch.setattr(user_sessions, "live", away)
    for url in ("/", "/open-calls", "/nowhere"):
        assert client.get(url).status_code == 503
    assert client.get("/healthz").status_code == 200
