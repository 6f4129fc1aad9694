"""The second step at the door, setting up, recovery codes; and rights that begin and end with them."""

import re
from datetime import timedelta

import pytest

from app import clock
from app.services import second_factors, second_steps, sign_in_attempts, users
from app.services.actors import Actor
from models.base import db
from models.second_factors import PendingSignIn
from models.users import Role, User, UserSession
from tests.conftest import NOW, Demonstration
from tests.factories import PASSWORD, Programme
from tests.support.accounts import SEAL, code_for, enrol
from tests.support.clients import Client
from tests.support.pages import form_fields, text_of

CODE = "/sign-in/code"


@pytest.fixture
def owner(programme: Programme) -> User:
    """A finance officer with a second factor."""
    enrol(programme.finance)
    return programme.finance


def knock(client: Client, user: User, **more: str):
    return client.submit("/sign-in", action="/sign-in", name=user.username, password=PASSWORD, **more)


def give(client: Client, code: str, url: str = CODE):
    return client.submit(url, action=url, code=code)


def is_inside(client: Client) -> bool:
    return client.get("/").status_code == 200


def sessions() -> list[UserSession]:
    return list(db.session.scalars(db.select(UserSession)))


def test_password_then_code_then_where_one_wanted_to_go(client: Client, owner: User) -> None:
    client.speak("ru")
    answer = knock(client, owner, next="/grants")
    assert (answer.status_code, answer.location) == (303, f"{CODE}?next=/grants")
    assert sessions() == []
    for closed in ("/", "/grants", "/account", "/account/second-factor"):
        assert client.get(closed).location.startswith("/sign-in?next=")
    page = client.get(answer.location)
    assert '<html lang="ru"' in page.text
    assert 'autocomplete="one-time-code"' in page.text and 'inputmode="numeric"' in page.text
    before = client.get_cookie("ashar")
    answer = give(client, code_for(owner), answer.location)
    assert (answer.status_code, answer.location) == (303, "/grants")
    assert client.get("/grants").status_code == 200
    assert before and before.value != client.get_cookie("ashar").value
    (session,) = sessions()
    assert session.second_step_at == NOW
    assert client.get(CODE).location == "/"  # the back button


def test_an_address_elsewhere_is_no_way_on(client: Client, owner: User) -> None:
    answer = knock(client, owner, next="https://evil.example")
    assert give(client, code_for(owner), answer.location).location == "/"


def test_a_wrong_code_says_how_to_mend_it_and_the_fifth_begins_anew(client: Client, owner: User) -> None:
    client.speak("en")
    knock(client, owner)
    for _guess in range(second_steps.WRONG_CODES - 1):
        answer = give(client, "123456")
        assert answer.status_code == 422
        assert "the time of the phone is right" in text_of(answer.text)
    answer = give(client, "123456")
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert "Five codes did not fit" in text_of(client.get("/sign-in").text)
    assert client.get(CODE).location == "/sign-in"
    assert sessions() == []


def test_codes_and_passwords_wait_together_and_another_account_does_not(
    client: Client, programme: Programme, owner: User
) -> None:
    knock(client, owner)
    guesser = client.application.test_client()
    for _guess in range(sign_in_attempts.GUESSES_PER_ACCOUNT):
        guesser.submit("/sign-in", name=owner.username, password="wrong")
    assert give(client, code_for(owner)).status_code == 429
    other = programme.make_user(Role.MONITOR)
    enrol(other)
    knock(guesser, other)
    assert give(guesser, code_for(other)).status_code == 303
    with clock.at(NOW + sign_in_attempts.WINDOW + timedelta(seconds=1)):
        assert give(client, code_for(owner)).status_code == 303


def test_a_half_sign_in_belongs_to_its_browser_and_ends_after_ten_minutes(client: Client, owner: User) -> None:
    knock(client, owner)
    stranger = client.application.test_client()
    assert stranger.get(CODE).location == "/sign-in"
    with clock.at(NOW + second_steps.OPEN_FOR - timedelta(seconds=1)):
        assert client.get(CODE).status_code == 200
        fields = form_fields(client.get(CODE).text).to_dict()
    with clock.at(NOW + second_steps.OPEN_FOR):
        answer = client.post(CODE, data={**fields, "code": code_for(owner)})
        assert answer.location == "/sign-in"
        assert not is_inside(client)


def test_two_windows_of_one_browser(client: Client, owner: User) -> None:
    """Both ask for the code; the one that comes second finds itself inside."""
    knock(client, owner)
    first = form_fields(client.get(CODE).text).to_dict()
    knock(client, owner)
    second = form_fields(client.get(CODE).text).to_dict()
    assert client.post(CODE, data={**first, "code": code_for(owner)}).location == "/"
    answer = client.post(CODE, data={**second, "code": code_for(owner, later=1)})
    assert (answer.status_code, answer.location) == (303, "/")
    assert len(sessions()) == 1
    assert is_inside(client)


def test_a_code_seen_over_a_shoulder_is_worth_nothing(client: Client, owner: User) -> None:
    knock(client, owner)
    assert give(client, code_for(owner)).status_code == 303
    thief = client.application.test_client().speak("en")
    knock(thief, owner)
    answer = give(thief, code_for(owner))
    assert answer.status_code == 422
    assert "used already" in text_of(answer.text)


def test_disabling_ends_a_half_sign_in_at_once(client: Client, programme: Programme, owner: User) -> None:
    knock(client, owner)
    users.disable(owner, actor=Actor(programme.administrator), now=clock.now())
    assert client.get(CODE).location == "/sign-in"


@pytest.mark.parametrize("role", [Role.FINANCE, Role.SECRETARY, Role.ADMINISTRATOR])
def test_who_needs_one_does_nothing_before_it_is_set_up(client: Client, programme: Programme, role: Role) -> None:
    user = programme.make_user(role)
    assert knock(client, user).location == "/"
    for address in ("/", "/grants", "/people", "/applications", "/messages"):
        answer = client.get(address)
        assert answer.status_code == 404 or answer.location == "/account/second-factor", address
    fields = form_fields(client.get("/account/second-factor").text).to_dict()
    answer = client.post("/rates/new", data={"csrf_token": fields["csrf_token"], "currency": "USD"})
    assert answer.location == "/account/second-factor"
    client.speak("en")
    page = client.get("/account/second-factor")
    assert "a password is not enough" in text_of(page.text)
    key = re.search(r"\b(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}\b", text_of(page.text))
    assert key is not None
    secret = key[0].replace(" ", "")
    assert secret in client.get("/account/second-factor").text.replace(" ", "")  # loaded again, it is the same
    assert client.submit("/account/second-factor", code="000000").status_code == 422
    token = sessions()[0].token_hash
    answer = client.submit("/account/second-factor", code=second_factors.code_of(secret, second_factors.step_at(NOW)))
    assert answer.status_code == 200
    codes = re.findall(r"<li>((?:[A-Z2-9]{4}-){3}[A-Z2-9]{4})</li>", answer.text)
    assert len(set(codes)) == 10
    assert "12 Oct" in text_of(answer.text) or "12.10.2026" in text_of(answer.text)
    db.session.expire_all()
    assert token != sessions()[0].token_hash, "it may do more now, so it is another one"
    assert is_inside(client)
    door = client.application.test_client()
    assert knock(door, user).location == CODE
    assert give(door, codes[4], f"{CODE}?with=paper").location == "/"


def test_a_first_code_comes_before_the_second_factor(client: Client, programme: Programme) -> None:
    user = programme.make_user(Role.FINANCE)
    code = users.issue_code(user, actor=Actor(programme.administrator), now=clock.now())
    client.submit("/sign-in", action="/sign-in", name=user.username, password=code)
    assert client.get("/account/second-factor").location == "/account/password"
    new = "кырк чоро манас"
    client.submit("/account/password", old_password=code, password=new, repeated=new)
    assert client.get("/").location == "/account/second-factor"


def test_a_role_given_meanwhile_asks_for_it_at_the_next_click(client: Client, programme: Programme) -> None:
    user = programme.make_user(Role.COUNCIL_CHAIR)
    knock(client, user)
    assert is_inside(client)
    users.grant_role(user, Role.FINANCE, actor=Actor(programme.administrator), now=clock.now())
    assert client.get("/").location == "/account/second-factor"


def test_others_may_have_one_and_give_it_up(client: Client, programme: Programme) -> None:
    user = programme.make_user(Role.MEMBER)
    knock(client, user)
    client.speak("en")
    assert "Your password alone opens this account" in text_of(client.get("/account").text)
    enrol(user)
    db.session.commit()
    knock(client, user)
    assert give(client, code_for(user)).status_code == 303
    page = client.get("/account")
    assert "Recovery codes left 10" in " ".join(text_of(page.text).split())
    answer = client.submit("/account", action="/account/second-factor/recovery-codes")
    assert len(re.findall(r"<li>(?:[A-Z2-9]{4}-){3}[A-Z2-9]{4}</li>", answer.text)) == 10
    assert client.submit("/account", action="/account/second-factor/remove").status_code == 303
    assert second_factors.of_user(user) is None


def test_a_session_without_the_second_step_has_no_rights_whatever_the_account_has(
    client: Client, programme: Programme, owner: User
) -> None:
    client.sign_in(owner)
    held = db.session.scalars(db.select(UserSession).order_by(UserSession.id.desc())).first()
    assert held is not None
    held.second_step_at = None
    assert client.get("/grants").location == "/account/second-factor"


def test_the_picture_is_drawn_here_and_the_policy_lets_it_be_seen(client: Client, programme: Programme) -> None:
    client.sign_in(programme.monitor)
    page = client.get("/account/second-factor")
    assert re.search(r'<img class="ash-qr" src="data:image/svg\+xml', page.text)
    assert "img-src 'self' data:" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"


def test_the_demonstration_shows_its_codes_and_only_its_own(client: Client, demo: Demonstration) -> None:
    home = client.application.config["ASHAR"].home
    finance = demo.user("finance1")
    client.speak("en").submit("/sign-in", action="/sign-in", name="finance1", password="ашар-көрсөтмө-2026")
    assert "the page itself shows the code" not in text_of(client.get(CODE).text)
    (home / "demonstration").touch()
    page = text_of(client.get(CODE).text)
    assert "the page itself shows the code" in page
    shown = re.search(r"\b\d{6}\b", page)
    assert shown and shown[0] == code_for(finance)
    assert give(client, shown[0]).location == "/"
    other = client.application.test_client()
    other.submit("/sign-in", action="/sign-in", name="finance1", password="ашар-көрсөтмө-2026")
    assert code_for(finance, later=1) in other.get(CODE).text  # the present one is used
    now, secret = clock.now(), second_factors.new_secret()
    code = second_factors.code_of(secret, second_factors.step_at(now))
    second_factors.set_up(finance, secret, code, seal=SEAL, now=now)
    other.submit("/sign-in", action="/sign-in", name="finance1", password="ашар-көрсөтмө-2026")
    page = other.get(CODE).text
    assert not re.search(r"ash-number__value", page)
    assert secret not in page


def test_pending_rows_hold_no_token(client: Client, owner: User) -> None:
    knock(client, owner)
    (pending,) = db.session.scalars(db.select(PendingSignIn)).all()
    with client.session_transaction() as held:
        assert held["second_step"] != pending.token_hash
