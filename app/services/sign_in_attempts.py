"""Failed sign-ins, and the throttle that counts them: per account and per address, shared by all processes."""

from datetime import datetime, timedelta
from typing import Any

from app.localisation import N_
from app.services.errors import LimitExceededError
from models.base import db
from models.users import SignInAttempt

WINDOW = timedelta(minutes=5)
GUESSES_PER_ACCOUNT = 10
GUESSES_PER_ADDRESS = 100  # a village centre signs in thirty people from one address


class TooManyAttemptsError(LimitExceededError):
    """The throttle holds for some minutes."""


def throttle(account_key: str, address_key: str, now: datetime) -> None:
    """Refuse the guess beyond ten an account (hundred an address) in five minutes."""
    since = now - WINDOW
    counts = (
        (SignInAttempt.account_key == account_key, GUESSES_PER_ACCOUNT),
        (SignInAttempt.address_key == address_key, GUESSES_PER_ADDRESS),
    )
    for condition, limit in counts:
        query = db.select(db.func.count()).where(condition, SignInAttempt.attempted_at > since)
        if int(db.session.scalar(query) or 0) >= limit:
            raise TooManyAttemptsError(N_("Too many attempts. Wait five minutes, then try again."))


def note(account_key: str, address_key: str, now: datetime) -> None:
    """Keep a failed attempt; the caller commits it."""
    db.session.add(SignInAttempt(account_key=account_key, address_key=address_key, attempted_at=now))
    db.session.flush()


def forget_old(now: datetime) -> int:
    """Drop attempts that no throttle counts any more; returns how many."""
    result: Any = db.session.execute(db.delete(SignInAttempt).where(SignInAttempt.attempted_at < now - 2 * WINDOW))
    return int(result.rowcount)
