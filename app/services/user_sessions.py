"""Sessions of signed-in browsers: begun by a sign-in, known by their token, ended one by one or all at once."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from app.services import audit
from app.services.actors import Actor
from models.base import db, fingerprint
from models.people import Person
from models.users import RoleAssignment, User, UserSession

SESSION_LENGTH = timedelta(days=14)


def begin(user: User, *, browser: str, now: datetime) -> tuple[UserSession, str]:
    """A session for `user`, who has proved who they are. Returns it and its token (kept only as a hash)."""
    token = secrets.token_urlsafe(32)
    session = UserSession(
        user=user, token_hash=fingerprint(token), created_at=now, expires_at=now + SESSION_LENGTH, browser=browser[:200]
    )
    db.session.add(session)
    db.session.flush()
    audit.record(Actor(user), "user.sign_in", user, now)
    return session, token


_LIVE_SESSION = (  # made once: every request asks it
    db.select(UserSession)
    .where(UserSession.token_hash == db.bindparam("token_hash"))
    .options(
        db.load_only(UserSession.user_id, UserSession.expires_at, UserSession.revoked_at),
        db.joinedload(UserSession.user, innerjoin=True).options(
            db.load_only(User.person_id, User.locale, User.must_change_password, User.disabled_at, User.version),
            db.joinedload(User.person, innerjoin=True).load_only(Person.full_name, Person.village_id, Person.version),
            db.joinedload(User.assigned_roles).load_only(
                RoleAssignment.role,
                RoleAssignment.association_id,
                RoleAssignment.centre_id,
                RoleAssignment.donor_id,
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
    """Revoke every live session of `user` but `keep`; how many ended. The caller writes the audit row."""
    query = db.update(UserSession).where(UserSession.user_id == user.id, UserSession.revoked_at.is_(None))
    if keep is not None:
        query = query.where(UserSession.id != keep.id)
    result: Any = db.session.execute(query.values(revoked_at=now))
    return int(result.rowcount)
