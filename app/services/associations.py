"""Associations, their members, payout accounts and centres."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from app.clock import bishkek_day
from app.localisation import N_, fold, sort_key
from app.services import audit
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, DomainError, SeparationOfDutyError
from models.associations import Association, AssociationKind, Membership, MembershipRole, PayoutAccount
from models.base import db
from models.centres import Centre
from models.people import MigrantStatus, Person, Sex
from models.places import AyilOkmotu, Village


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


def open_centre(
    ayil_okmotu: AyilOkmotu, names: Mapping[str, str], *, actor: Actor | None, now: datetime, opening_hours: str = ""
) -> Centre:
    centre = Centre(
        ayil_okmotu=ayil_okmotu,
        name_ky=names["ky"],
        name_ru=names["ru"],
        name_en=names["en"],
        opening_hours=opening_hours,
    )
    db.session.add(centre)
    db.session.flush()
    audit.record(actor, "centre.open", centre, now)
    return centre


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
    """Register an association of a village or of an ayil okmotu."""
    association = Association(
        kind=kind,
        name_ky=names["ky"],
        name_ru=names["ru"],
        name_en=names["en"],
        ayil_okmotu=ayil_okmotu,
        village=village,
        centre=centre,
        founded_on=founded_on,
        search_text=fold(" ".join((*names.values(), ayil_okmotu.name_ky, ayil_okmotu.name_ru, ayil_okmotu.name_en))),
        sort_key=sort_key(names["ky"]),
    )
    db.session.add(association)
    db.session.flush()
    audit.record(actor, "association.found", association, now)
    return association


def add_member(
    association: Association,
    person: Person,
    role: MembershipRole,
    *,
    since_on: date,
    actor: Actor | None,
    now: datetime,
) -> Membership:
    """Enter a member with a role.

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
    return membership


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
) -> Membership:
    """Register a person of the association's village and enter the membership in one act."""
    if since_on > bishkek_day(now):
        raise DomainError(N_("The day lies in the future."), field="since_on")
    person = register_person(
        full_name,
        now=now,
        actor=actor,
        sex=sex,
        birth_year=birth_year,
        migrant_status=migrant_status,
        village=association.village,
    )
    return add_member(association, person, role, since_on=since_on, actor=actor, now=now)


def end_membership(membership: Membership, *, on: date, actor: Actor, now: datetime) -> None:
    if membership.until_on is not None:
        raise AlreadyUsedError(N_("This membership has ended already."))
    membership.until_on = on
    db.session.flush()
    audit.record(actor, "association.end_membership", membership.association, now, person=membership.person_id)


def is_chair(association: Association, person: Person) -> bool:
    """Whether `person` chairs `association` now."""
    return any(
        held.is_current and held.role is MembershipRole.CHAIR and held.person_id == person.id
        for held in association.memberships
    )


def propose_payout_account(
    association: Association, *, bank: str, number: str, holder: str, actor: Actor, now: datetime
) -> PayoutAccount:
    """Propose the account money goes to; a second person has to confirm it."""
    digits = "".join(number.split())
    if not (8 <= len(digits) <= 34 and digits.isalnum()):
        raise DomainError(N_("An account number has 8 to 34 letters and digits."), field="number")
    account = PayoutAccount(
        association=association,
        bank=bank.strip(),
        number=digits,
        holder=holder.strip(),
        proposed_by_id=actor.user_id,
        proposed_at=now,
    )
    db.session.add(account)
    db.session.flush()
    audit.record(actor, "payout_account.propose", account, now, association=association.id)
    return account


def confirm_payout_account(account: PayoutAccount, *, actor: Actor, now: datetime) -> None:
    """Confirm a proposed account; the one before it is closed.

    Raises `SeparationOfDutyError` when the same person proposed it.
    """
    if account.proposed_by_id == actor.user_id:
        raise SeparationOfDutyError(N_("You proposed this account: another person has to confirm it."))
    if account.confirmed_at is not None:
        raise AlreadyUsedError(N_("This account has been confirmed already."))
    for other in account.association.payout_accounts:
        if other.is_current:
            other.closed_at = now
    db.session.flush()
    account.confirmed_by_id, account.confirmed_at = actor.user_id, now
    db.session.flush()
    audit.record(actor, "payout_account.confirm", account, now, association=account.association_id)


def membership_of(association: Association, membership_id: int) -> Membership | None:
    return next((one for one in association.memberships if one.id == membership_id), None)


def account_of(association: Association, account_id: int) -> PayoutAccount | None:
    return next((one for one in association.payout_accounts if one.id == account_id), None)


def to_apply_for(association_ids: frozenset[int], centre_ids: frozenset[int]) -> list[Association]:
    """The associations somebody may write an application for: own ones and those of own centres."""
    own = Association.id.in_(association_ids) | Association.centre_id.in_(centre_ids)
    query = db.select(Association).where(own).order_by(Association.sort_key, Association.id)
    return list(db.session.scalars(query))


def listed(seen: Any, text: str = "", *, after: str = "", limit: int = 60) -> list[Association]:
    """Associations under the condition `seen` (of `policy.visible`) after a sort key, in Kyrgyz order."""
    query = db.select(Association).where(seen, Association.sort_key > after)
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
