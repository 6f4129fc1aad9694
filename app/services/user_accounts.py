"""Opening accounts: the person, the account with its first code and the first role in one act."""

from collections.abc import Iterable
from datetime import datetime

from app.localisation import fold
from app.services import associations, users
from app.services.actors import Actor
from models.associations import Association, Membership
from models.base import db
from models.centres import Centre
from models.funds import Donor
from models.people import Person
from models.users import Role, RoleAssignment, User


def open_account(
    full_name: str,
    username: str,
    role: Role,
    *,
    actor: Actor,
    now: datetime,
    phone: str | None = None,
    scope_id: int | None = None,
) -> tuple[User, str]:
    """Open an account with its first role over `scope_id` (see `give_role`). Returns it with the first code.

    A member of the association with this name is that person: nobody is registered twice.
    """
    association = db.session.get(Association, scope_id) if role is Role.MEMBER and scope_id else None
    person = _member_called(full_name, association) if association else None
    if person is None:
        person = associations.register_person(full_name, now=now, actor=actor)
    user, code = users.create(person, username, actor=actor, now=now, phone=phone)
    give_role(user, role, scope_id=scope_id, actor=actor, now=now)
    return user, code


def give_role(user: User, role: Role, *, scope_id: int | None, actor: Actor, now: datetime) -> RoleAssignment:
    """Give a role over a scope: the id of an association for members, a centre for operators, a donor for donors."""
    return users.grant_role(
        user,
        role,
        actor=actor,
        now=now,
        association=db.session.get(Association, scope_id) if role is Role.MEMBER and scope_id else None,
        centre=db.session.get(Centre, scope_id) if role is Role.OPERATOR and scope_id else None,
        donor=db.session.get(Donor, scope_id) if role is Role.DONOR and scope_id else None,
    )


def open_for_member(
    membership: Membership, username: str, *, actor: Actor, now: datetime, phone: str | None = None
) -> tuple[User, str]:
    """Open an account for a member of an association. Returns it with the first code."""
    user, code = users.create(membership.person, username, actor=actor, now=now, phone=phone)
    users.grant_role(user, Role.MEMBER, actor=actor, now=now, association=membership.association)
    return user, code


def members_without_account(centre_ids: Iterable[int]) -> list[Membership]:
    """Current members of the associations of these centres who have no account, by association."""
    query = (
        db.select(Membership)
        .join(Membership.association)
        .where(Association.centre_id.in_(list(centre_ids)), Membership.until_on.is_(None))
        .where(Membership.person_id.not_in(db.select(User.person_id)))
        .options(db.joinedload(Membership.person), db.contains_eager(Membership.association))
        .order_by(Association.sort_key, Membership.id)
    )
    return list(db.session.scalars(query))


def _member_called(full_name: str, association: Association) -> Person | None:
    """The one current member with this name."""
    name = fold(full_name)
    people = [held.person for held in association.memberships if held.is_current and held.person.folded_name == name]
    return people[0] if len(people) == 1 else None
