"""Accounts: first codes, passwords, the throttle, rights that end at once."""

from datetime import timedelta

import pytest

from app import clock
from app.localisation import use_locale
from app.services import user_sessions, users
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, DomainError, SeparationOfDutyError
from app.services.sign_in_attempts import GUESSES_PER_ACCOUNT, GUESSES_PER_ADDRESS, TooManyAttemptsError
from app.services.users import SignInRefusedError
from models.base import db
from models.users import Role, User
from tests.factories import PASSWORD
from tests.support.accounts import enter


def test_user_name_and_phone_both_open_the_door(programme):
    user = programme.make_user(Role.SECRETARY, username="Бермет", phone="0555 123 456")
    assert enter(" бермет ")[0].user is user
    assert enter("+996 555 123456")[0].user is user


def test_the_eleventh_guess_in_five_minutes_is_refused_and_another_account_is_not(programme):
    programme.make_user(Role.SECRETARY, username="target")
    programme.make_user(Role.FINANCE, username="other")
    for _ in range(10):
        with pytest.raises(SignInRefusedError):
            enter("Target", "wrong password")
    with pytest.raises(TooManyAttemptsError):
        enter("target")
    assert enter("other")
    with pytest.raises(TooManyAttemptsError):
        enter("target", now=clock.now() + timedelta(minutes=4, seconds=59))
    assert enter("target", now=clock.now() + timedelta(minutes=5, seconds=1))


def test_a_hundred_guesses_over_many_names_close_one_address_and_no_other(programme):
    """Unknown names too: who tries one password on everybody never reaches the limit of an account."""
    user = programme.make_user(Role.SECRETARY, username="target")
    for number in range(GUESSES_PER_ADDRESS):
        with pytest.raises(SignInRefusedError):
            enter(f"nobody{number % 50}", "wrong password", address="10.0.0.9")
    for name in ("target", "never tried"):
        with pytest.raises(TooManyAttemptsError):
            enter(name, address="10.0.0.9")
    assert enter("target", address="10.0.0.1")[0].user is user
    assert enter("target", address="10.0.0.9", now=clock.now() + timedelta(minutes=5, seconds=1))


def test_guesses_checked_side_by_side_are_counted(programme):
    """The passwords of many requests are checked at once, outside any transaction: the throttle still holds."""
    user, now = programme.make_user(Role.SECRETARY, username="target"), clock.now()
    where = {"address": "10.0.0.1", "now": now}
    right = users.check_password(users.hash_to_check("target", **where), PASSWORD)
    wrong = users.check_password(user.password_hash, "wrong password")
    assert (right.fits, wrong.fits) == (True, False)
    for _guess in range(GUESSES_PER_ACCOUNT):
        with pytest.raises(SignInRefusedError):
            users.sign_in("target", wrong, browser="test", **where)
    with pytest.raises(TooManyAttemptsError):
        users.sign_in("target", right, browser="test", **where)
    with pytest.raises(TooManyAttemptsError):
        users.hash_to_check("target", **where)


def test_a_password_changed_while_it_was_checked_opens_nothing(programme):
    user, now = programme.make_user(Role.SECRETARY, username="target"), clock.now()
    check = users.check_password(users.hash_to_check("target", address="10.0.0.1", now=now), PASSWORD)
    users.change_password(user, PASSWORD, "another good sentence", now=now)
    with pytest.raises(SignInRefusedError):
        users.sign_in("target", check, address="10.0.0.1", browser="test", now=now)
    assert enter("target", "another good sentence")


def test_guesses_by_phone_and_by_name_count_together(programme):
    programme.make_user(Role.SECRETARY, username="target", phone="0555123456")
    for name in ("target", "0555123456") * 5:
        with pytest.raises(SignInRefusedError):
            enter(name, "wrong password")
    with pytest.raises(TooManyAttemptsError):
        enter("target")


def test_thirty_people_of_a_centre_sign_in_from_one_address(programme):
    for number in range(30):
        programme.make_user(Role.REVIEWER, username=f"person{number}")
    for number in range(30):
        with pytest.raises(SignInRefusedError):
            enter(f"person{number}", "mistyped")
        assert enter(f"person{number}")


def test_an_unknown_name_is_refused_like_a_wrong_password(programme):
    programme.make_user(Role.REVIEWER, username="known")
    refusals = []
    for name in ("known", "unknown"):
        with pytest.raises(SignInRefusedError) as refusal:
            enter(name, "wrong password")
        refusals.append(str(refusal.value))
    assert refusals[0] == refusals[1]


def test_a_first_code_must_be_changed_and_expires(programme):
    person = programme.make_person()
    user, code = users.create(person, "new", actor=None, now=clock.now())
    assert user.must_change_password
    with pytest.raises(SignInRefusedError):
        enter("new", code, now=clock.now() + timedelta(days=15))
    live, _token = enter("new", code)
    users.change_password(user, code, "жаңы сырсөз алма", now=clock.now(), keep=live)
    assert not user.must_change_password
    assert enter("new", "жаңы сырсөз алма")
    with pytest.raises(SignInRefusedError):
        enter("new", code)


def refused(person, username, **fields):
    before = db.session.scalar(db.select(db.func.count()).select_from(User))
    with pytest.raises(AlreadyUsedError) as refusal:
        users.create(person, username, actor=None, now=clock.now(), **fields)
    assert db.session.scalar(db.select(db.func.count()).select_from(User)) == before
    return refusal.value.field, str(refusal.value)


def test_nobody_gets_a_second_account_and_the_refusal_names_the_way_on(programme):
    pin = "12003198500123"
    person, twin = programme.make_person("Сапарова Айгүл"), programme.make_person("Сапарова А.")
    person.pin = twin.pin = pin
    programme.make_user(Role.SECRETARY, person=person, username="Aigul", phone="0555 123 456")
    other = programme.make_person("Башка Адам")
    with use_locale("en"):
        field, text = refused(person, "second")
        assert field == "member" and "Aigul" in text and "first code" in text
        field, text = refused(twin, "second")
        assert field == "pin" and "this PIN has an account" in text and "first code" in text
        field, text = refused(other, "second", phone="+996 555 123456")
        assert field == "phone" and "first code" in text
        field, text = refused(other, " aigul ")
        assert field == "username" and "is taken" in text and "first code" in text
    assert users.create(other, "second", actor=None, now=clock.now())


@pytest.mark.parametrize("password", ["short", "password1234", "aaaaaaaaaaaa", "my-zamira-name", "x" * 201])
def test_passwords_that_are_easy_to_guess_are_refused(programme, password):
    user = programme.make_user(Role.REVIEWER, username="zamira")
    with pytest.raises(DomainError) as refusal:
        users.change_password(user, PASSWORD, password, now=clock.now())
    assert refusal.value.field == "password"


def test_disabling_ends_every_session_at_once(programme):
    user = programme.make_user(Role.REVIEWER, username="leaving")
    tokens = [enter("leaving")[1] for _ in range(3)]
    assert all(user_sessions.live(token, clock.now()) for token in tokens)
    users.disable(user, actor=Actor(programme.administrator), now=clock.now())
    assert not any(user_sessions.live(token, clock.now()) for token in tokens)
    with pytest.raises(SignInRefusedError):
        enter("leaving")


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(programme):
    user = programme.make_user(Role.REVIEWER, username="careful")
    first, first_token = enter("careful")
    _second, second_token = enter("careful")
    users.change_password(user, PASSWORD, "башка узун сырсөз", now=clock.now(), keep=first)
    assert user_sessions.live(first_token, clock.now())
    assert user_sessions.live(second_token, clock.now()) is None


def test_a_session_expires(programme):
    programme.make_user(Role.REVIEWER, username="away")
    _live, token = enter("away")
    assert user_sessions.live(token, clock.now() + timedelta(days=15)) is None


def test_user_names_are_unique_whatever_their_case(programme):
    programme.make_user(Role.REVIEWER, username="Айгүл")
    with pytest.raises(AlreadyUsedError) as refusal:
        programme.make_user(Role.REVIEWER, username="АЙГҮЛ")
    assert refusal.value.field == "username"


def test_a_role_needs_its_scope(programme):
    user = programme.make_user(None)
    with pytest.raises(DomainError):
        users.grant_role(user, Role.OPERATOR, actor=None, now=clock.now())
    with pytest.raises(DomainError):
        users.grant_role(user, Role.SECRETARY, actor=None, now=clock.now(), centre=programme.association.centre)


APART = (
    *(
        (office, side)
        for office in ("finance", "monitor", "secretary", "council_chair")
        for side in ("member", "operator")
    ),
    ("secretary", "council_chair"),
    ("secretary", "reviewer"),
    ("council_chair", "reviewer"),
    ("secretary", "finance"),
    ("finance", "monitor"),
    ("administrator", "finance"),
    ("donor", "reviewer"),
)


def test_roles_that_are_kept_apart_are_not_given_to_one_person(programme):
    """Either way round; once the one has ended, the other may be given."""
    scopes = {
        Role.MEMBER: {"association": programme.association},
        Role.OPERATOR: {"centre": programme.association.centre},
        Role.DONOR: {"donor": programme.fund.donor},
    }
    for one, other in [*APART, *((two, one) for one, two in APART)]:
        user, scope = programme.make_user(Role(one)), scopes.get(Role(other), {})
        with pytest.raises(SeparationOfDutyError):
            users.grant_role(user, Role(other), actor=None, now=clock.now(), **scope)
        assert user.roles == {Role(one)}
        users.end_role(user.assigned_roles[0], actor=Actor(programme.administrator), now=clock.now())
        assert users.grant_role(user, Role(other), actor=None, now=clock.now(), **scope)
