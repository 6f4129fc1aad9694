"""Signing in without a browser: what the sign-in view does, in its order."""

from datetime import datetime

from app import clock
from app.services import users
from models.users import UserSession
from tests.factories import PASSWORD


def enter(
    name: str, password: str = PASSWORD, *, address: str = "10.0.0.1", now: datetime | None = None
) -> tuple[UserSession, str]:
    """Sign in by user name or phone; the session and its token."""
    now = now or clock.now()
    check = users.check_password(users.hash_to_check(name, address=address, now=now), password)
    return users.sign_in(name, check, address=address, browser="test", now=now)
