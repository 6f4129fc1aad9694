"""Resource centres: one in each ayil okmotu, with its hours, its phone and the people who run it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from app.localisation import N_, sort_key
from app.services import audit, dictations, notifications, users
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, DomainError
from app.services.workflow import reason_given
from models.associations import Association
from models.base import Texts, db, lock
from models.centres import Centre
from models.places import AyilOkmotu, Oblast, Rayon
from models.users import Role, RoleAssignment, User

Hours = Mapping[str, Sequence[str]]
"""{"1": ("09:00", "17:00"), …} by ISO weekday; a day that is not in it is closed."""


def open_(
    ayil_okmotu: AyilOkmotu,
    names: Mapping[str, str],
    *,
    actor: Actor | None,
    now: datetime,
    hours: Hours | None = None,
    address: str = "",
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
        hours={day: list(window) for day, window in (hours or {}).items()},
        address=address,
        phone=users.checked_phone(phone),
    )
    db.session.add(centre)
    db.session.flush()
    audit.record(actor, "centre.open", centre, now)
    return centre


def change(centre: Centre, names: Mapping[str, str], *, actor: Actor, now: datetime) -> None:
    """Change the names. The ayil okmotu stays: another one has another centre."""
    centre.name_ky, centre.name_ru, centre.name_en = names["ky"], names["ru"], names["en"]
    db.session.flush()
    audit.record(actor, "centre.change", centre, now)


def keep(
    centre: Centre,
    hours: Hours,
    *,
    hours_note: str,
    address: str,
    phone: str | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Say when the centre is open, where it is and how to call it. `hours` as in `Centre.hours`.

    Raises `DomainError` at the field `day_1` … `day_7` for a day that ends before it begins.
    """
    for day, (opens, closes) in hours.items():
        if opens >= closes:
            raise DomainError(N_("The centre closes after it opens."), field=f"day_{day}")
    centre.phone = users.checked_phone(phone)
    centre.hours = {day: list(window) for day, window in sorted(hours.items())}
    centre.hours_note, centre.address = hours_note.strip(), address.strip()
    db.session.flush()
    audit.record(actor, "centre.keep", centre, now)


def move(association: Association, centre: Centre, *, reason: str, actor: Actor, now: datetime) -> None:
    """Give an association to another centre: its operators act for it from now on, those of the old one cannot.

    What the old centre was writing ends. Both centres and the members are told. Raises `IncompleteError` without a
    reason, `DomainError` when it belongs to that centre already.
    """
    lock(association)
    old = association.centre
    if old.id == centre.id:
        raise DomainError(N_("The association belongs to this centre already."), field="centre")
    text = reason_given(reason)
    for dictation in dictations.open_of(association, locked=True):
        dictations.end(dictation, actor=actor, now=now)
    told = notifications.people_of(association)
    association.centre = centre
    db.session.flush()
    audit.record(actor, "association.move", association, now, centre=centre.id, old_centre=old.id, reason=text)
    told = sorted({*told, *notifications.people_of(association)})
    message = N_("%(association)s belongs to %(centre)s now, no more to %(old)s: %(reason)s")
    names = {"association": {"name": association.names}, "centre": {"name": centre.names}, "old": {"name": old.names}}
    notifications.tell(told, message, association, now, reason=text, **names)


def listed(seen: Any = None) -> list[Centre]:
    """Centres under the condition `seen` (of `policy.visible`; every one without it), in Kyrgyz order."""
    query = db.select(Centre).options(db.joinedload(Centre.ayil_okmotu))
    if seen is not None:
        query = query.where(seen)
    return sorted(db.session.scalars(query), key=lambda centre: sort_key(centre.name_ky))


def for_call(oblast_ids: Collection[int]) -> list[Centre]:
    """The centres that help with a call: those of its oblasts, of every oblast when none is named."""
    query = db.select(Centre).join(Centre.ayil_okmotu).join(AyilOkmotu.rayon)
    if oblast_ids:
        query = query.where(Rayon.oblast_id.in_(oblast_ids))
    found = db.session.scalars(query.options(db.contains_eager(Centre.ayil_okmotu)))
    return sorted(found, key=lambda centre: sort_key(centre.name_ky))


class OblastCentres(NamedTuple):
    """An oblast and its centres, by id and name in the three languages: for a list to choose from."""

    id: int
    names: Texts
    centres: list[tuple[int, Texts]]


_BY_OBLAST = (  # made once: plain columns, because lists ask it on every page
    db.select(
        Oblast.id, Oblast.name_ky, Oblast.name_ru, Oblast.name_en,
        Centre.id, Centre.name_ky, Centre.name_ru, Centre.name_en,
    )
    .select_from(Centre)
    .join(Centre.ayil_okmotu)
    .join(AyilOkmotu.rayon)
    .join(Rayon.oblast)
)  # fmt: skip


def by_oblast() -> list[OblastCentres]:
    """Every oblast with a centre, in Kyrgyz order, as its centres are."""
    found: dict[int, OblastCentres] = {}
    rows = sorted(db.session.execute(_BY_OBLAST), key=lambda row: (sort_key(row[1]), sort_key(row[5])))
    for oblast_id, oblast_ky, oblast_ru, oblast_en, centre_id, ky, ru, en in rows:
        names = {"ky": oblast_ky, "ru": oblast_ru, "en": oblast_en}
        oblast = found.setdefault(oblast_id, OblastCentres(oblast_id, names, []))
        oblast.centres.append((centre_id, {"ky": ky, "ru": ru, "en": en}))
    return list(found.values())


def association_counts() -> dict[int, int]:
    """{centre id: how many associations belong to it}; a centre without any is not in it."""
    query = db.select(Association.centre_id, db.func.count()).where(~Association.is_test)
    query = query.group_by(Association.centre_id)
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
