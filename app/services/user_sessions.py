"""Sessions of signed-in browsers: begun by a sign-in, known by their token, ended one by one or all at once."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from app.services import audit
from app.services.actors import Actor
from models.base import db, fingerprint
from models.people import Person
from models.second_factors import PendingSignIn
from models.users import RoleAssignment, User, UserSession

SESSION_LENGTH = timedelta(days=14)
CONFIRMED_FOR = timedelta(minutes=15)
"""How long somebody counts as having proved who they are, for money, roles and lists of people (design rule 7)."""


def begin(
    user: User, *, browser: str, now: datetime, second_step_at: datetime | None = None
) -> tuple[UserSession, str]:
    """A session for `user`, who has proved who they are. Returns it and its token (kept only as a hash).

    `second_step_at` is when a second factor was given, None where the account has none.
    """
    token = secrets.token_urlsafe(32)
    session = UserSession(
        user=user,
        token_hash=fingerprint(token),
        created_at=now,
        expires_at=now + SESSION_LENGTH,
        browser=browser[:200],
        confirmed_at=now,
        second_step_at=second_step_at,
    )
    db.session.add(session)
    db.session.flush()
    audit.record(Actor(user), "user.sign_in", user, now)
    return session, token


_LIVE_SESSION = (  # made once: every request asks it
    db.select(UserSession)
    .where(UserSession.token_hash == db.bindparam("token_hash"))
    .options(
        db.load_only(
            UserSession.user_id,
            UserSession.expires_at,
            UserSession.revoked_at,
            UserSession.confirmed_at,
            UserSession.second_step_at,
        ),
        db.joinedload(UserSession.user, innerjoin=True).options(
            db.load_only(User.person_id, User.locale, User.must_change_password, User.disabled_at, User.version),
            db.joinedload(User.person, innerjoin=True).load_only(Person.full_name, Person.village_id, Person.version),
            db.joinedload(User.assigned_roles).load_only(
                RoleAssignment.role,
                RoleAssignment.association_id,
                RoleAssignment.centre_id,
                RoleAssignment.donor_id,
                RoleAssignment.granted_at,
                RoleAssignment.ended_at,
            ),
        ),
    )
)
"""Only what a request asks of its user: the rest of the four rows is read where a page shows it."""


def live(token: str, now: datetime) -> UserSession | None:
    """The live session of a token, with its user, person and roles: None once revoked, expired or disabled."""
    found = db.session.execute(_LIVE_SESSION, {"token_hash": fingerprint(token)})
    session: UserSession | None = found.unique().scalar_one_or_none()
    if session is None or session.revoked_at or session.expires_at < now or session.user.disabled_at:
        return None
    return session


def is_fresh(session: UserSession, now: datetime) -> bool:
    """Whether its user has proved who they are in the last quarter of an hour."""
    return session.confirmed_at > now - CONFIRMED_FOR


def renew_token(session: UserSession) -> str:
    """Another token for a session that may do more now; the one before it opens nothing."""
    token = secrets.token_urlsafe(32)
    session.token_hash = fingerprint(token)
    return token


def account_key(user: User) -> str:
    """What failed attempts to be `user` are counted under."""
    return fingerprint(f"user:{user.id}")


def of_user(user: User, now: datetime) -> list[UserSession]:
    query = db.select(UserSession).where(
        UserSession.user_id == user.id, UserSession.revoked_at.is_(None), UserSession.expires_at > now
    )
    return list(db.session.scalars(query.order_by(UserSession.id.desc())))


def sign_out(session: UserSession, *, now: datetime) -> None:
    session.revoked_at = now
    audit.record(Actor(session.user), "user.sign_out", session.user, now)


def sign_out_everywhere(user: User, *, actor: Actor, now: datetime) -> None:
    audit.record(actor, "user.sign_out_everywhere", user, now, sessions=end_all(user, now=now))


def end_all(user: User, *, now: datetime, keep: UserSession | None = None) -> int:
    """Revoke every live session of `user` but `keep`, and what is half signed in; how many sessions ended.

    The caller writes the audit row.
    """
    half = db.update(PendingSignIn).where(PendingSignIn.user_id == user.id, PendingSignIn.ended_at.is_(None))
    db.session.execute(half.values(ended_at=now))
    query = db.update(UserSession).where(UserSession.user_id == user.id, UserSession.revoked_at.is_(None))
    if keep is not None:
        query = query.where(UserSession.id != keep.id)
    result: Any = db.session.execute(query.values(revoked_at=now))
    return int(result.rowcount)
