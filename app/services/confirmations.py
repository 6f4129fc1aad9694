"""Proving once more who one is, before money, roles, accounts and lists of people (design rule 7)."""

from datetime import datetime

from app.localisation import N_
from app.services import audit, second_factors, sign_in_attempts, user_sessions
from app.services.actors import Actor
from app.services.errors import DomainError
from app.services.sealing import Seal
from app.services.users import PasswordCheck
from models.base import db, fingerprint, lock, lock_name
from models.users import UserSession


class NotConfirmedError(DomainError):
    """The password is not right."""


def confirm(session: UserSession, proof: str | PasswordCheck, *, seal: Seal, now: datetime) -> None:
    """Note that the user of `session` has proved who they are, by a code, or by a password without a second factor.

    A second click finds it done. What fails counts in the throttle of signing in. Raises `TooManyAttemptsError`,
    `WrongCodeError` or `NotConfirmedError`: what was counted is flushed and the caller commits it.
    """
    user = session.user
    account_key, address_key = user_sessions.account_key(user), fingerprint(f"own password of {user.id}")
    lock_name(f"sign-in {account_key}")
    lock(session)
    if user_sessions.is_fresh(session, now):
        return
    sign_in_attempts.throttle(account_key, address_key, now)
    has_factor = second_factors.of_user(user) is not None
    try:
        if isinstance(proof, str):
            second_factors.use(user, proof, seal=seal, now=now)
        elif has_factor or not proof.fits or proof.against != user.password_hash:
            raise NotConfirmedError(N_("This password is not right."), field="password")
    except DomainError:
        sign_in_attempts.note(account_key, address_key, now)
        raise
    session.confirmed_at = now
    audit.record(Actor(user), "user.confirm_identity", user, now)
    db.session.flush()
