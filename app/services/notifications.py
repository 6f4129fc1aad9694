"""Telling people: a message is written in the same transaction as what it tells of."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from app.localisation import as_json
from app.services import conflicts
from app.services.audit import subject_of
from models.applications import Application
from models.associations import Association
from models.base import db
from models.grants import Grant
from models.notifications import Notification
from models.users import Role, RoleAssignment, User

_TELL = db.insert(Notification.__table__).inline()  # without objects: nobody changes a message


def tell(users: Iterable[int], message: str, subject: object, now: datetime, **parameters: Any) -> None:
    """Write `message` (an English message id) to each user id once."""
    kept = {key: as_json(value) for key, value in parameters.items()}
    name = subject if isinstance(subject, str) else subject_of(subject)
    written = {"message": message, "parameters": kept, "subject": name, "created_at": now}
    rows = [{"user_id": user_id, **written} for user_id in sorted(set(users))]
    if rows:
        db.session.connection().execute(_TELL, rows)


def tell_association(subject: Application | Grant, message: str, now: datetime, **parameters: Any) -> None:
    """Tell those who act for the association of an application or a grant; `message` may name its %(number)s."""
    tell(people_of(subject.association), message, subject, now, number=subject.number, **parameters)


def tell_holders(role: Role, subject: Application | Grant, message: str, now: datetime, **parameters: Any) -> None:
    """Tell those who hold `role` of an application or a grant; `message` may name its %(number)s.

    Who would judge it, or keeps the office, and has a tie to it hears nothing of it.
    """
    application = subject if isinstance(subject, Application) else subject.application
    people = free_holders(application, role) if role in conflicts.KEPT_FROM_TIES else holders(role)
    tell(people, message, subject, now, number=subject.number, **parameters)


_HOLDERS = (  # made once: most messages ask it
    db.select(RoleAssignment.user_id)
    .join(User, User.id == RoleAssignment.user_id)
    .where(
        RoleAssignment.role == db.bindparam("role", type_=RoleAssignment.role.type),
        RoleAssignment.ended_at.is_(None),
        User.disabled_at.is_(None),
    )
)


def holders(role: Role) -> list[int]:
    """Ids of the enabled users who hold `role` now."""
    with db.session.no_autoflush:  # who gives a role flushes it
        return list(db.session.scalars(_HOLDERS, {"role": role}))


def free_holders(application: Application, *roles: Role) -> set[int]:
    """Ids of the enabled users who hold one of `roles` now and have no tie to `application`."""
    return conflicts.free_among(application, {one for role in roles for one in holders(role)})


_PEOPLE = db.select(RoleAssignment.user_id).where(  # made once, as `_HOLDERS`
    RoleAssignment.ended_at.is_(None),
    (RoleAssignment.association_id == db.bindparam("association_id"))
    | (RoleAssignment.centre_id == db.bindparam("centre_id")),
)


def people_of(association: Association) -> list[int]:
    """Ids of the users who act for an association: its members with an account and its centre's operators."""
    return list(db.session.scalars(_PEOPLE, {"association_id": association.id, "centre_id": association.centre_id}))


def people_of_each(associations: Iterable[Association]) -> dict[int, set[int]]:
    """{association id: ids of those `people_of` names}, in one query."""
    centres = {one.id: one.centre_id for one in associations}
    query = db.select(RoleAssignment.user_id, RoleAssignment.association_id, RoleAssignment.centre_id).where(
        RoleAssignment.ended_at.is_(None),
        RoleAssignment.association_id.in_(centres) | RoleAssignment.centre_id.in_(set(centres.values())),
    )
    held = db.session.execute(query).all()
    return {
        association_id: {user_id for user_id, own, of_centre in held if own == association_id or of_centre == centre_id}
        for association_id, centre_id in centres.items()
    }


_UNREAD = db.select(db.func.count()).where(  # made once: every page asks it
    Notification.user_id == db.bindparam("user_id"), Notification.read_at.is_(None)
)


def unread_count(user: User) -> int:
    return int(db.session.scalar(_UNREAD, {"user_id": user.id}) or 0)


def inbox(user: User, before_id: int | None = None, limit: int = 60) -> list[Notification]:
    """The newest notifications first."""
    query = db.select(Notification).where(Notification.user_id == user.id)
    if before_id is not None:
        query = query.where(Notification.id < before_id)
    return list(db.session.scalars(query.order_by(Notification.id.desc()).limit(limit)))


def mark_all_read(user: User, now: datetime) -> None:
    db.session.execute(
        db.update(Notification)
        .where(Notification.user_id == user.id, Notification.read_at.is_(None))
        .values(read_at=now)
        .execution_options(synchronize_session=False)
    )
