"""Associations, their members and payout accounts."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from app.clock import bishkek_day
from app.localisation import N_, fold, sort_key
from app.services import audit, conflicts, notifications, user_sessions, users
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, DomainError, SeparationOfDutyError
from models.associations import Association, AssociationKind, Membership, MembershipRole
from models.base import db, lock_name
from models.centres import Centre
from models.grants import Grant
from models.people import MigrantStatus, Person, Sex
from models.places import AyilOkmotu, Village
from models.users import Role, User

NEW_IN_OFFICE: Mapping[MembershipRole, str] = {
    MembershipRole.CHAIR: N_("%(association)s has another chair: look at its members."),
    MembershipRole.TREASURER: N_("%(association)s has another treasurer: look at its members."),
}
LEFT_OFFICE: Mapping[MembershipRole, str] = {
    MembershipRole.CHAIR: N_("The chair of %(association)s is no member any more."),
    MembershipRole.TREASURER: N_("The treasurer of %(association)s is no member any more."),
}


def register_person(
    full_name: str,
    *,
    now: datetime,
    actor: Actor | None = None,
    sex: Sex | None = None,
    birth_year: int | None = None,
    phone: str | None = None,
    migrant_status: MigrantStatus = MigrantStatus.NONE,
    village: Village | None = None,
    consented: bool = True,
) -> Person:
    """Register one human. The name is one field as in the passport."""
    name = " ".join(full_name.split())
    if len(name) < 2:
        raise DomainError(N_("Write the full name as in the passport."), field="full_name")
    person = Person(
        full_name=name,
        folded_name=fold(name),
        sex=sex,
        birth_year=birth_year,
        phone=phone,
        migrant_status=migrant_status,
        village=village,
        consented_at=now if consented else None,
    )
    db.session.add(person)
    db.session.flush()
    audit.record(actor, "person.register", person, now)
    return person


def found(
    kind: AssociationKind,
    names: Mapping[str, str],
    *,
    ayil_okmotu: AyilOkmotu,
    centre: Centre,
    village: Village | None,
    founded_on: date | None,
    actor: Actor | None,
    now: datetime,
) -> Association:
    """Register an association of a village or of an ayil okmotu: each has one.

    Raises `AlreadyUsedError` that names the association there is already, `DomainError` for a village that is
    missing or of another ayil okmotu and for a day in the future.
    """
    if kind is AssociationKind.VILLAGE and (village is None or village.ayil_okmotu_id != ayil_okmotu.id):
        raise DomainError(N_("Choose a village of this ayil aymak."), field="village")
    if kind is AssociationKind.AYIL_OKMOTU:
        village = None
        lock_name(f"association of ayil okmotu {ayil_okmotu.id}")  # the database keeps one a village, not one here
    there = existing(ayil_okmotu, village)
    if there is not None:
        text = N_("This village has an association already: %(association)s.")
        if village is None:
            text = N_("This ayil aymak has an association already: %(association)s.")
        raise AlreadyUsedError(text, field="village" if village else "kind", association={"name": there.names})
    _check_founding(founded_on, now)
    association = Association(kind=kind, ayil_okmotu=ayil_okmotu, village=village, centre=centre, founded_on=founded_on)
    set_names(association, names)
    db.session.add(association)
    db.session.flush()
    audit.record(actor, "association.found", association, now)
    return association


def change(
    association: Association,
    names: Mapping[str, str],
    *,
    founded_on: date | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Change names and founding day. Kind and place stay; the centre changes by `centres.move`."""
    _check_founding(founded_on, now)
    set_names(association, names)
    association.founded_on = founded_on
    db.session.flush()
    audit.record(actor, "association.change", association, now)


def existing(ayil_okmotu: AyilOkmotu, village: Village | None) -> Association | None:
    """The association of the village; without one, that of the ayil okmotu."""
    query = db.select(Association).where(Association.ayil_okmotu_id == ayil_okmotu.id)
    if village is not None:
        return db.session.scalar(query.where(Association.village_id == village.id))
    query = query.where(Association.kind == AssociationKind.AYIL_OKMOTU, ~Association.is_test)
    return db.session.scalar(query.limit(1))


def of_centre(centre: Centre) -> list[Association]:
    """The associations of a centre: that of the ayil okmotu first, then the villages' in Kyrgyz order."""
    query = db.select(Association).where(Association.centre_id == centre.id, ~Association.is_test)
    return sorted(
        db.session.scalars(query.order_by(Association.sort_key, Association.id)),
        key=lambda one: one.kind is not AssociationKind.AYIL_OKMOTU,
    )


def _check_founding(founded_on: date | None, now: datetime) -> None:
    if founded_on is not None and founded_on > bishkek_day(now):
        raise DomainError(N_("The day lies in the future."), field="founded_on")


def set_names(association: Association, names: Mapping[str, str]) -> None:
    place = association.ayil_okmotu
    association.name_ky, association.name_ru, association.name_en = names["ky"], names["ru"], names["en"]
    association.search_text = fold(" ".join((*names.values(), place.name_ky, place.name_ru, place.name_en)))
    association.sort_key = sort_key(names["ky"])


def add_member(
    association: Association,
    person: Person,
    role: MembershipRole,
    *,
    since_on: date,
    actor: Actor | None,
    now: datetime,
) -> Membership:
    """Enter a member with a role. Where somebody else was chair or treasurer before, the others hear of the change.

    Raises `AlreadyUsedError` for a person who is a member already, or for a second chair or treasurer.
    """
    for held in association.memberships:
        if held.is_current and held.person_id == person.id:
            raise AlreadyUsedError(N_("This person is a member already."), field="person")
        if held.is_current and held.role is role and role in (MembershipRole.CHAIR, MembershipRole.TREASURER):
            raise AlreadyUsedError(N_("The association has somebody in this office already."), field="role")
    membership = Membership(association=association, person=person, role=role, since_on=since_on)
    db.session.add(membership)
    db.session.flush()
    audit.record(actor, "association.add_member", association, now, person=person.id, role=role.value)
    if any(held.role is role and not held.is_current for held in association.memberships):
        _tell_of_office(membership, NEW_IN_OFFICE, now)
    return membership


def _tell_of_office(membership: Membership, messages: Mapping[MembershipRole, str], now: datetime) -> None:
    """Who acts for the association and the secretary hear who signs for it and its money: nobody slips in."""
    message, association = messages.get(membership.role), membership.association
    if message is not None:
        told = notifications.people_of(association) + notifications.holders(Role.SECRETARY)
        notifications.tell(told, message, association, now, association={"name": association.names})


def enrol(
    association: Association,
    full_name: str,
    role: MembershipRole,
    *,
    sex: Sex | None,
    birth_year: int | None,
    migrant_status: MigrantStatus,
    since_on: date,
    actor: Actor,
    now: datetime,
    phone: str | None = None,
) -> Membership:
    """Register a person of the association's village and enter the membership in one act."""
    if since_on > bishkek_day(now):
        raise DomainError(N_("The day lies in the future."), field="since_on")
    number = users.checked_phone(phone)
    person = register_person(
        full_name,
        now=now,
        actor=actor,
        sex=sex,
        birth_year=birth_year,
        phone=number,
        migrant_status=migrant_status,
        village=association.village,
    )
    return add_member(association, person, role, since_on=since_on, actor=actor, now=now)


def end_membership(membership: Membership, *, on: date, actor: Actor, now: datetime) -> None:
    """End a membership and, with it, what the person's account may do for the association.

    The account is signed out everywhere, so the next request is refused; other roles stay. The person is told, and of
    a chair or treasurer the others too.
    Raises `AlreadyUsedError` when it has ended already.
    """
    if membership.until_on is not None:
        raise AlreadyUsedError(N_("This membership has ended already."))
    membership.until_on = on
    db.session.flush()
    audit.record(actor, "association.end_membership", membership.association, now, person=membership.person_id)
    _end_rights(membership, actor, now)
    _tell_of_office(membership, LEFT_OFFICE, now)


def _end_rights(membership: Membership, actor: Actor, now: datetime) -> None:
    user = db.session.scalar(db.select(User).where(User.person_id == membership.person_id))
    association = membership.association
    if user is None or association.id not in user.association_ids:
        return
    for held in user.assigned_roles:
        if held.association_id == association.id and held.ended_at is None:
            held.ended_at = now  # also the own one: who leaves an association does not wait for an administrator
    ended = user_sessions.end_all(user, now=now)
    audit.record(actor, "user.end_role", user, now, role=Role.MEMBER.value, association=association.id, sessions=ended)
    message = N_("Your membership of %(association)s has ended: your account does not act for it any more.")
    notifications.tell([user.id], message, association, now, association={"name": association.names})


def must_not_act_for(association: Association, actor: Actor) -> None:
    """Who verifies, pays, accepts or screens has no part in the association it is about.

    Raises `SeparationOfDutyError` for a current member of it, and for who holds a role for it or for its centre.
    """
    user = actor.user
    belongs = any(held.is_current and held.person_id == user.person_id for held in association.memberships)
    if belongs or association.id in user.association_ids or association.centre_id in user.centre_ids:
        raise SeparationOfDutyError(
            N_("You belong to %(association)s or act for it: somebody else has to do this."),
            association={"name": association.names},
        )


def must_be_free(grant: Grant, actor: Actor) -> None:
    """Refuse who belongs to the association of a grant or has a tie to it: `SeparationOfDutyError`.

    Each verb by which the programme decides about a grant's money or work asks this.
    """
    must_not_act_for(grant.association, actor)
    conflicts.must_have_no_tie(grant.application, actor)


def chair_of(association: Association) -> Person | None:
    """Who chairs the association now."""
    chairs = (one for one in association.memberships if one.is_current and one.role is MembershipRole.CHAIR)
    return next((one.person for one in chairs), None)


def is_chair(association: Association, person: Person) -> bool:
    """Whether `person` chairs `association` now."""
    return any(
        held.is_current and held.role is MembershipRole.CHAIR and held.person_id == person.id
        for held in association.memberships
    )


def chair_name(association: Association) -> str:
    """Who chairs the association now, or nobody."""
    chairs = (held for held in association.memberships if held.is_current and held.role is MembershipRole.CHAIR)
    return next((held.person.full_name for held in chairs), "")


def membership_of(association: Association, membership_id: int) -> Membership | None:
    return next((one for one in association.memberships if one.id == membership_id), None)


def to_apply_for(association_ids: frozenset[int], centre_ids: frozenset[int]) -> list[Association]:
    """The associations somebody may write an application for: own ones and those of own centres."""
    own = Association.id.in_(association_ids) | Association.centre_id.in_(centre_ids)
    query = db.select(Association).where(own, ~Association.is_test).order_by(Association.sort_key, Association.id)
    return list(db.session.scalars(query))


def listed(seen: Any, text: str = "", *, after_id: int | None = None, limit: int = 60) -> list[Association]:
    """Associations under the condition `seen` (of `policy.visible`) after another one, in Kyrgyz order.

    Two may have one name, so the order goes by name and id, and so does the place a page begins at.
    """
    query = db.select(Association).where(seen, ~Association.is_test)
    last = db.session.get(Association, after_id) if after_id is not None else None
    if last is not None:
        query = query.where(db.tuple_(Association.sort_key, Association.id) > (last.sort_key, last.id))
    if text.strip():
        query = query.where(Association.search_text.contains(fold(text), autoescape=True))
    query = query.options(db.joinedload(Association.ayil_okmotu)).order_by(Association.sort_key, Association.id)
    return list(db.session.scalars(query.limit(limit)))


def search(text: str, limit: int = 60) -> list[Association]:
    """Associations by name or place in any language or spelling, in Kyrgyz order."""
    query = db.select(Association).where(~Association.is_test).order_by(Association.sort_key).limit(limit)
    if text.strip():
        query = query.where(Association.search_text.contains(fold(text), autoescape=True))
    return list(db.session.scalars(query))
