"""Signing in without a browser: what the sign-in view does, in its order."""

from datetime import datetime, timedelta

from app import clock
from app.services import second_factors, users
from app.services.sealing import Seal
from models.second_factors import PendingSignIn
from models.users import User, UserSession
from tests.factories import PASSWORD
from tests.support.databases import FACTOR_KEY

SEAL = Seal((FACTOR_KEY,))


def enter(
    name: str, password: str = PASSWORD, *, address: str = "10.0.0.1", now: datetime | None = None
) -> tuple[UserSession, str]:
    """Sign in by user name or phone; the session and its token."""
    now = now or clock.now()
    begun, token = knock(name, password, address=address, now=now)
    assert isinstance(begun, UserSession)
    return begun, token


def knock(
    name: str, password: str = PASSWORD, *, address: str = "10.0.0.1", now: datetime | None = None
) -> tuple[UserSession | PendingSignIn, str]:
    """What the password opens: a session, or half a sign-in."""
    now = now or clock.now()
    check = users.check_password(users.hash_to_check(name, address=address, now=now), password)
    return users.sign_in(name, check, address=address, browser="test", now=now)


def enrol(user: User, *, now: datetime | None = None) -> list[str]:
    """Give `user` a second factor whose codes `code_for` knows, set up an hour ago. Returns the recovery codes."""
    at = (now or clock.now()) - timedelta(hours=1)
    secret = second_factors.demonstration_secret(user.username)
    code = second_factors.code_of(secret, second_factors.step_at(at))
    return second_factors.set_up(user, secret, code, seal=SEAL, now=at)


def code_for(user: User, *, later: int = 0, now: datetime | None = None) -> str:
    """What the phone of somebody enrolled shows, so many half minutes later."""
    step = second_factors.step_at(now or clock.now()) + later
    return second_factors.code_of(second_factors.demonstration_secret(user.username), step)
