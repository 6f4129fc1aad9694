"""The second step of signing in: the password was right, the code of the phone is still to come."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from app.localisation import N_
from app.services import audit, notifications, second_factors, sign_in_attempts, user_sessions
from app.services.errors import DomainError
from app.services.sealing import Seal
from app.services.second_factors import WrongCodeError
from models.base import db, fingerprint, lock, lock_name
from models.second_factors import PendingSignIn
from models.users import User, UserSession

OPEN_FOR = timedelta(minutes=10)
WRONG_CODES = 5
"""Wrong codes after which one begins again with the password: whoever guesses has that password."""


class StepEndedError(DomainError):
    """Too late, or too many wrong codes: the sign-in begins anew."""


def begin(user: User, *, now: datetime) -> tuple[PendingSignIn, str]:
    """Half a sign-in of `user`, who gave the right password. Returns it and its token (kept only as a hash)."""
    token = secrets.token_urlsafe(32)
    pending = PendingSignIn(user=user, token_hash=fingerprint(token), begun_at=now, expires_at=now + OPEN_FOR)
    db.session.add(pending)
    db.session.flush()
    return pending, token


def live(token: str, now: datetime) -> PendingSignIn | None:
    """The half sign-in of a token: None once it is done, ended or too old, or its account is disabled."""
    query = db.select(PendingSignIn).where(PendingSignIn.token_hash == fingerprint(token))
    found: PendingSignIn | None = db.session.scalar(query)
    return found if found is not None and _is_live(found, now) else None


def finish(
    pending: PendingSignIn, code: str, *, seal: Seal, address: str, browser: str, now: datetime
) -> tuple[UserSession, str]:
    """Open the session that password and code open. Returns it and its token.

    Wrong codes count in the throttle of passwords, and the fifth ends the half sign-in. Raises
    `TooManyAttemptsError`, `WrongCodeError`, or `StepEndedError` when one has to begin anew: what was counted is
    flushed and the caller commits it.
    """
    user = pending.user
    account_key, address_key = user_sessions.account_key(user), fingerprint(address)
    lock_name(f"sign-in {account_key}")
    lock(pending)
    if not _is_live(pending, now) or second_factors.of_user(user) is None:
        raise StepEndedError(N_("This took too long, or it was done in another window. Sign in again."))
    sign_in_attempts.throttle(account_key, address_key, now)
    try:
        second_factors.use(user, code, seal=seal, now=now)
    except WrongCodeError as wrong:
        sign_in_attempts.note(account_key, address_key, now)
        _count_wrong(pending, now)
        if pending.ended_at is not None:
            raise StepEndedError(N_("Five codes did not fit. Sign in again with your password.")) from wrong
        raise
    pending.ended_at = now
    return user_sessions.begin(user, browser=browser, now=now, second_step_at=now)


def forget_old(now: datetime) -> int:
    """Drop half sign-ins of yesterday and before; returns how many."""
    result: Any = db.session.execute(db.delete(PendingSignIn).where(PendingSignIn.begun_at < now - timedelta(days=1)))
    return int(result.rowcount)


def _is_live(pending: PendingSignIn, now: datetime) -> bool:
    return pending.ended_at is None and pending.expires_at > now and pending.user.disabled_at is None


def _count_wrong(pending: PendingSignIn, now: datetime) -> None:
    pending.wrong_codes += 1
    if pending.wrong_codes >= WRONG_CODES:
        pending.ended_at = now
        audit.record(None, "user.miss_second_step", pending.user, now)
        message = N_(
            "Somebody gave your password and then five wrong codes. If it was not you, change your password now."
        )
        notifications.tell([pending.user_id], message, pending.user, now)
    db.session.flush()
