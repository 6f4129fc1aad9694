"""Resource centres: one in each ayil okmotu, with its hours, its phone and the people who run it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.localisation import N_, sort_key
from app.services import audit, users
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError
from models.associations import Association
from models.base import db
from models.centres import Centre
from models.places import AyilOkmotu
from models.users import Role, RoleAssignment, User


def open_(
    ayil_okmotu: AyilOkmotu,
    names: Mapping[str, str],
    *,
    actor: Actor | None,
    now: datetime,
    opening_hours: str = "",
    phone: str | None = None,
) -> Centre:
    """Register the centre of an ayil okmotu.

    Raises `AlreadyUsedError` that names the centre there is already, `DomainError` for what is no phone number.
    """
    there = db.session.scalar(db.select(Centre).where(Centre.ayil_okmotu_id == ayil_okmotu.id))
    if there is not None:
        raise AlreadyUsedError(
            N_("This ayil aymak has a centre already: %(centre)s."), field="ayil_okmotu", centre={"name": there.names}
        )
    centre = Centre(
        ayil_okmotu=ayil_okmotu,
        name_ky=names["ky"],
        name_ru=names["ru"],
        name_en=names["en"],
        opening_hours=opening_hours,
        phone=users.checked_phone(phone),
    )
    db.session.add(centre)
    db.session.flush()
    audit.record(actor, "centre.open", centre, now)
    return centre


def change(
    centre: Centre,
    names: Mapping[str, str],
    *,
    actor: Actor,
    now: datetime,
    opening_hours: str = "",
    phone: str | None = None,
) -> None:
    """Change names, hours and phone. The ayil okmotu stays: another one has another centre."""
    centre.phone = users.checked_phone(phone)
    centre.name_ky, centre.name_ru, centre.name_en = names["ky"], names["ru"], names["en"]
    centre.opening_hours = opening_hours
    db.session.flush()
    audit.record(actor, "centre.change", centre, now)


def listed(seen: Any = None) -> list[Centre]:
    """Centres under the condition `seen` (of `policy.visible`; every one without it), in Kyrgyz order."""
    query = db.select(Centre).options(db.joinedload(Centre.ayil_okmotu))
    if seen is not None:
        query = query.where(seen)
    return sorted(db.session.scalars(query), key=lambda centre: sort_key(centre.name_ky))


def association_counts() -> dict[int, int]:
    """{centre id: how many associations belong to it}; a centre without any is not in it."""
    query = db.select(Association.centre_id, db.func.count()).group_by(Association.centre_id)
    return {int(centre_id): int(count) for centre_id, count in db.session.execute(query)}


def operators_of(centre: Centre) -> list[User]:
    """Who operates the centre now, the longest first."""
    query = (
        db.select(User)
        .join(RoleAssignment, RoleAssignment.user_id == User.id)
        .where(
            RoleAssignment.centre_id == centre.id,
            RoleAssignment.role == Role.OPERATOR,
            RoleAssignment.ended_at.is_(None),
            User.disabled_at.is_(None),
        )
        .order_by(RoleAssignment.id)
    )
    return list(db.session.scalars(query))
