"""Second factors: each code once, recovery codes once, a throttle shared with passwords, secrets sealed."""

import base64
import json
import secrets
from datetime import datetime, timedelta

import pyotp
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from app import clock
from app.services import confirmations, second_factors, second_steps, sign_in_attempts, user_accounts, user_sessions
from app.services import users as accounts
from app.services.actors import Actor
from app.services.errors import DomainError, SeparationOfDutyError
from app.services.sealing import Seal, WrongKeyError
from app.services.second_factors import STEP, WrongCodeError
from app.services.second_steps import StepEndedError
from app.services.sign_in_attempts import TooManyAttemptsError
from models.audit import AuditEvent
from models.base import db
from models.notifications import Notification
from models.second_factors import PendingSignIn, RecoveryCode, SecondFactor
from models.users import Role, SignInAttempt, User, UserSession
from tests.factories import PASSWORD, Programme
from tests.support.accounts import SEAL, code_for, enrol, knock

WHERE = {"address": "192.0.2.9", "browser": "test"}


@pytest.fixture
def user(programme: Programme) -> User:
    made = programme.make_user(Role.MONITOR)
    made.recovery = enrol(made)  # type: ignore[attr-defined]
    return made


def half(user: User) -> PendingSignIn:
    begun, _token = knock(user.username)
    assert isinstance(begun, PendingSignIn)
    return begun


def finish(pending: PendingSignIn, code: str, **more):
    return second_steps.finish(pending, code, seal=SEAL, now=clock.now(), **{**WHERE, **more})


def messages(user: User) -> list[str]:
    return list(db.session.scalars(db.select(Notification.message).where(Notification.user_id == user.id)))


def attempts() -> int:
    return int(db.session.scalar(db.select(db.func.count()).select_from(SignInAttempt)) or 0)


@pytest.mark.either_database
@settings(max_examples=200, deadline=None, derandomize=True)
@given(seed=st.binary(min_size=20, max_size=20), instant=st.integers(1_000, 4_000_000_000), off=st.integers(-5, 5))
def test_a_code_counts_in_its_half_minute_and_one_before_and_after(seed: bytes, instant: int, off: int) -> None:
    """Against the library's own verification of RFC 6238."""
    secret = base64.b32encode(seed).decode()
    phone = pyotp.TOTP(secret)
    typed = phone.at(instant, counter_offset=off)
    now = datetime.fromtimestamp(instant, tz=clock.UTC)
    fits = phone.verify(typed, for_time=instant, valid_window=1)
    assert fits or abs(off) > 1
    try:
        step = second_factors._step_of(secret, typed, after=0, now=now)
    except WrongCodeError:
        assert not fits
    else:
        assert fits and abs(step - instant // STEP) <= 1


@pytest.mark.either_database
def test_the_numbers_are_those_of_the_rfc() -> None:
    """RFC 6238, appendix B, SHA-1: the last six of its eight digits."""
    secret = base64.b32encode(b"12345678901234567890").decode()
    wanted = {59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 20000000000: "353130"}
    assert {at: second_factors.code_of(secret, at // STEP) for at in wanted} == wanted


def test_password_and_code_open_a_session_and_neither_alone(user: User) -> None:
    pending = half(user)
    db.session.commit()
    assert db.session.scalars(db.select(UserSession)).first() is None
    session, token = finish(pending, code_for(user))
    assert session.second_step_at == session.confirmed_at == clock.now()
    assert user_sessions.live(token, clock.now()) is session
    with pytest.raises(StepEndedError):  # the back button: it is done already
        finish(pending, code_for(user, later=1))


def test_a_code_opens_once_and_an_older_one_never_again(user: User) -> None:
    used = code_for(user)
    finish(half(user), used)
    for code in (used, code_for(user, later=-1)):
        with pytest.raises(WrongCodeError) as refused:
            finish(half(user), code)
        assert "used already" in refused.value.message
    with pytest.raises(WrongCodeError) as refused:
        finish(half(user), code_for(user, later=4))
    assert "time of the phone" in refused.value.message
    finish(half(user), code_for(user, later=1))


def test_wrong_codes_and_wrong_passwords_are_counted_together(user: User) -> None:
    for _guess in range(second_steps.WRONG_CODES - 1):
        with pytest.raises(WrongCodeError):
            finish(half(user), "000000")
    for _guess in range(sign_in_attempts.GUESSES_PER_ACCOUNT - second_steps.WRONG_CODES):
        with pytest.raises(accounts.SignInRefusedError):
            knock(user.username, "wrong")
    pending = half(user)
    with pytest.raises(WrongCodeError):
        finish(pending, "000000")
    assert attempts() == sign_in_attempts.GUESSES_PER_ACCOUNT
    with pytest.raises(TooManyAttemptsError):
        finish(pending, code_for(user))
    with pytest.raises(TooManyAttemptsError):
        knock(user.username)


def test_five_wrong_codes_end_it_and_the_owner_is_told(user: User) -> None:
    pending = half(user)
    for _guess in range(second_steps.WRONG_CODES - 1):
        with pytest.raises(WrongCodeError):
            finish(pending, "123")
    with pytest.raises(StepEndedError):
        finish(pending, "123")
    with pytest.raises(StepEndedError):
        finish(pending, code_for(user))
    assert [text for text in messages(user) if "five wrong codes" in text]


@pytest.mark.parametrize("end", ["time", "disabled", "password", "everywhere"])
def test_half_a_sign_in_ends_with_time_and_with_every_session(programme: Programme, user: User, end: str) -> None:
    begun, token = knock(user.username)
    assert second_steps.live(token, clock.now()) is begun
    now = clock.now()
    if end == "time":
        now += second_steps.OPEN_FOR
    elif end == "disabled":
        accounts.disable(user, actor=Actor(programme.administrator), now=now)
    elif end == "password":
        accounts.change_password(user, PASSWORD, "кырк чоро манас", now=now)
    else:
        user_sessions.sign_out_everywhere(user, actor=Actor(user), now=now)
    db.session.expire_all()
    assert second_steps.live(token, now) is None
    with clock.at(now), pytest.raises(StepEndedError):
        finish(begun, code_for(user))


def test_a_recovery_code_stands_in_for_the_phone_once(user: User) -> None:
    first, second = user.recovery[:2]  # type: ignore[attr-defined]
    assert len(user.recovery) == 10  # type: ignore[attr-defined]
    finish(half(user), first.lower().replace("-", " "))
    with pytest.raises(WrongCodeError) as refused:
        finish(half(user), first)
    assert "used already" in refused.value.message
    finish(half(user), second)
    factor = second_factors.of_user(user)
    assert factor and second_factors.codes_left(factor) == 8
    assert sum("recovery code of your account was used" in text for text in messages(user)) == 2


def test_recovery_codes_of_another_and_void_ones_open_nothing(programme: Programme, user: User) -> None:
    other = programme.make_user(Role.MONITOR)
    foreign = enrol(other)
    fresh = second_factors.renew_codes(user, now=clock.now())
    for code in (foreign[0], user.recovery[0]):  # type: ignore[attr-defined]
        with pytest.raises(WrongCodeError):
            finish(half(user), code)
    finish(half(user), fresh[9])
    assert [text for text in messages(user) if "New recovery codes" in text]


def test_the_last_recovery_code_says_so(user: User) -> None:
    for code in user.recovery:  # type: ignore[attr-defined]
        second_factors.use(user, code, seal=SEAL, now=clock.now())
    assert [text for text in messages(user) if text.startswith("The last recovery code")]


def test_setting_up_again_ends_what_was_before(user: User) -> None:
    session, token = finish(half(user), code_for(user))
    _other, other_token = finish(half(user), code_for(user, later=1))
    secret, now = second_factors.new_secret(), clock.now()
    with pytest.raises(WrongCodeError):
        second_factors.set_up(user, secret, "000000", seal=SEAL, keep=session, now=now)
    assert second_factors.of_user(user) is not None
    code = second_factors.code_of(secret, second_factors.step_at(now))
    second_factors.set_up(user, secret, code, seal=SEAL, keep=session, now=now)
    db.session.expire_all()
    assert user_sessions.live(token, now) is not None
    assert user_sessions.live(other_token, now) is None
    with pytest.raises(WrongCodeError):
        second_factors.use(user, user.recovery[0], seal=SEAL, now=now)  # type: ignore[attr-defined]
    assert db.session.scalar(db.select(db.func.count()).select_from(RecoveryCode)) == 10


def test_what_a_role_needs_is_not_given_up(programme: Programme, user: User) -> None:
    second_factors.remove(user, now=clock.now())
    assert second_factors.of_user(user) is None
    assert isinstance(knock(user.username)[0], UserSession)
    enrol(programme.finance)
    with pytest.raises(DomainError):
        second_factors.remove(programme.finance, now=clock.now())
    needs = {role for role in Role if second_factors.is_required(programme.user_of(role))}
    assert needs == {Role.FINANCE, Role.SECRETARY, Role.ADMINISTRATOR}


def test_neither_database_nor_history_hold_a_secret(user: User) -> None:
    finish(half(user), user.recovery[3])  # type: ignore[attr-defined]
    secret = second_factors.demonstration_secret(user.username)
    factor = second_factors.of_user(user)
    assert factor is not None and SEAL.open(factor.secret) == secret
    written = json.dumps(
        [
            [str(value) for value in row]
            for table in ("second_factors", "recovery_codes", "pending_sign_ins", "audit_events", "notifications")
            for row in db.session.execute(sa.text(f"SELECT * FROM {table}"))
        ]
    )
    assert secret not in written
    assert not [code for code in user.recovery if code in written or code.replace("-", "") in written]  # type: ignore[attr-defined]
    assert {"user.set_up_factor", "user.use_recovery_code"} <= set(db.session.scalars(db.select(AuditEvent.action)))


def test_the_key_is_changed_without_anybody_setting_up_anew(user: User) -> None:
    newer = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    alone, both = Seal((newer,)), Seal((newer, "dGVzdHMgYWxvbmUsIHRoaXJ0eS10d28gYnl0ZXMgISE="))
    assert (second_factors.unreadable(alone), second_factors.unreadable(both)) == (1, 0)
    with pytest.raises(WrongKeyError):
        second_factors.renew_seals(seal=alone, now=clock.now())
    with pytest.raises(DomainError) as refused:
        second_factors.use(user, code_for(user), seal=alone, now=clock.now())
    assert "recovery code" in refused.value.message
    assert second_factors.renew_seals(seal=both, now=clock.now()) == 1
    assert second_factors.unreadable(alone) == 0
    second_factors.use(user, code_for(user), seal=alone, now=clock.now())


def test_proving_it_once_more_counts_for_a_quarter_of_an_hour(user: User) -> None:
    session, _token = finish(half(user), code_for(user))
    end = clock.now() + user_sessions.CONFIRMED_FOR
    assert user_sessions.is_fresh(session, end - timedelta(seconds=1))
    assert not user_sessions.is_fresh(session, end)
    with clock.at(end):
        right = accounts.check_password(user.password_hash, PASSWORD)
        for proof in ("000000", right):  # who has a second factor proves it by that
            with pytest.raises(DomainError):
                confirmations.confirm(session, proof, seal=SEAL, now=end)
        assert attempts() == 2
        confirmations.confirm(session, code_for(user), seal=SEAL, now=end)
        assert user_sessions.is_fresh(session, end)
        confirmations.confirm(session, code_for(user), seal=SEAL, now=end)  # a second click


def test_without_a_second_factor_the_password_proves_it(programme: Programme) -> None:
    user = programme.make_user(Role.OPERATOR)
    session, _token = knock(user.username)
    later = clock.now() + timedelta(hours=1)
    for _guess in range(sign_in_attempts.GUESSES_PER_ACCOUNT):
        with pytest.raises(confirmations.NotConfirmedError):
            wrong = accounts.check_password(user.password_hash, "wrong")
            confirmations.confirm(session, wrong, seal=SEAL, now=later)
    right = accounts.check_password(user.password_hash, PASSWORD)
    with pytest.raises(TooManyAttemptsError):
        confirmations.confirm(session, right, seal=SEAL, now=later)
    later += sign_in_attempts.WINDOW
    confirmations.confirm(session, right, seal=SEAL, now=later)
    assert user_sessions.is_fresh(session, later)


def test_what_the_server_takes_away_is_audited_told_and_pauses_money(user: User) -> None:
    _session, token = finish(half(user), code_for(user))
    second_factors.take_away(user, actor=None, now=clock.now())
    db.session.expire_all()
    assert user_sessions.live(token, clock.now()) is None
    assert db.session.scalars(db.select(SecondFactor)).first() is None
    with pytest.raises(SeparationOfDutyError):
        user_accounts.must_not_be_reset(Actor(user), clock.now() + timedelta(hours=23))
    user_accounts.must_not_be_reset(Actor(user), clock.now() + timedelta(hours=24, seconds=1))
    assert [text for text in messages(user) if "taken away" in text]


def test_the_database_keeps_one_factor_an_account(user: User) -> None:
    factor = SecondFactor(user_id=user.id, secret="x", last_step=1, set_up_at=clock.now())
    db.session.add(factor)
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()


def test_half_sign_ins_of_yesterday_are_forgotten(user: User) -> None:
    half(user)
    assert second_steps.forget_old(clock.now()) == 0
    assert second_steps.forget_old(clock.now() + timedelta(days=2)) == 1
