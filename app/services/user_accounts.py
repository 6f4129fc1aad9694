"""Opening accounts: the person, the account with its first code and the first role in one act."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from app.localisation import N_, fold
from app.services import associations, audit, notifications, users
from app.services.actors import Actor
from app.services.errors import SeparationOfDutyError
from models.associations import Association, Membership
from models.audit import AuditEvent
from models.base import db
from models.centres import Centre
from models.funds import Donor
from models.people import Person
from models.users import Role, RoleAssignment, User

TOLD_OFFICES = (Role.FINANCE, Role.SECRETARY, Role.COUNCIL_CHAIR, Role.MONITOR)
OFFICES = (*TOLD_OFFICES, Role.ADMINISTRATOR)
UNTRUSTED = timedelta(hours=24)


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
    """Give a role over a scope: the id of an association for members, a centre for operators, a donor for donors.

    A new office is told at once to everybody else in it, to the secretary and to the administrators: two offices in
    one hand would decide where two people have to.
    """
    given = users.grant_role(
        user,
        role,
        actor=actor,
        now=now,
        association=db.session.get(Association, scope_id) if role is Role.MEMBER and scope_id else None,
        centre=db.session.get(Centre, scope_id) if role is Role.OPERATOR and scope_id else None,
        donor=db.session.get(Donor, scope_id) if role is Role.DONOR and scope_id else None,
    )
    if role in OFFICES:
        told = {one for office in (role, Role.SECRETARY, Role.ADMINISTRATOR) for one in notifications.holders(office)}
        message = N_("%(actor)s gave the account %(username)s an office. If nobody asked for it, say so.")
        others = told - {user.id, actor.user_id}
        notifications.tell(others, message, user, now, actor=actor.user.display_name, username=user.username)
    return given


def open_for_member(
    membership: Membership, username: str, *, actor: Actor, now: datetime, phone: str | None = None
) -> tuple[User, str]:
    """Open an account for a member of an association. Returns it with the first code."""
    user, code = users.create(membership.person, username, actor=actor, now=now, phone=phone)
    users.grant_role(user, Role.MEMBER, actor=actor, now=now, association=membership.association)
    return user, code


def issue_code(user: User, *, actor: Actor, now: datetime) -> str:
    """Give `user` a new first code, see `users.issue_code`.

    Whoever issues it could sign in with it, so that of an office is told at once to the owner, to everybody else
    in that office and to the Council's secretary.
    """
    code = users.issue_code(user, actor=actor, now=now)
    offices = [role for role in TOLD_OFFICES if user.has_role(role)]
    if offices:
        told = {user.id, *(one for role in (*offices, Role.SECRETARY) for one in notifications.holders(role))}
        message = N_("%(actor)s issued a new first code for the account %(username)s. If nobody asked for it, say so.")
        notifications.tell(told, message, user, now, actor=actor.user.display_name, username=user.username)
        audit.record(actor, "user.tell_of_code", user, now, told=sorted(told))
    return code


def must_not_be_reset(actor: Actor, now: datetime) -> None:
    """Refuse who got a new first code, the only office or no second factor by somebody else less than a day ago.

    Who did it may be signing in, so whoever opens accounts does not pay alone on the same day. Raises
    `SeparationOfDutyError` with the time it ends.
    """
    done = _done_since(actor.user, ("user.take_factor_away", "user.issue_code"), now - UNTRUSTED)
    taken_at = max((one.happened_at for one in done if one.action == "user.take_factor_away"), default=None)
    if taken_at is not None:
        raise SeparationOfDutyError(
            N_("The second factor of your account was taken away by others: you can pay again from %(from)s."),
            **{"from": taken_at + UNTRUSTED},
        )
    issued_at = reset_by_another(actor.user, now) if done else None
    if issued_at is not None:
        raise SeparationOfDutyError(
            N_("Somebody else issued a new first code for your account: you can pay again from %(from)s."),
            **{"from": issued_at + UNTRUSTED},  # type: ignore[arg-type]
        )
    given_at = _office_given_at(actor.user, now - UNTRUSTED)
    if given_at is not None:
        raise SeparationOfDutyError(
            N_("Your office was given to you less than a day ago: this waits until %(from)s."),
            **{"from": given_at + UNTRUSTED},  # type: ignore[arg-type]
        )


def _office_given_at(user: User, after: datetime) -> datetime | None:
    """When somebody gave `user` an office, where no office is held since before `after`; a server's command apart."""
    held = [one for one in user.assigned_roles if one.ended_at is None and one.role in OFFICES]
    if not held or any(one.granted_at <= after or one.granted_by_id is None for one in held):
        return None
    return min(one.granted_at for one in held)


def reset_by_another(user: User, now: datetime) -> datetime | None:
    """When somebody else issued the latest new first code of the last day for `user`; None when nobody did."""
    return _done_by_another(user, ("user.issue_code",), max(now - UNTRUSTED, user.created_at))


def known_to_another(user: User, now: datetime) -> bool:
    """Whether somebody else may know the code of `user`: who opened the account or issued its code a day ago or less.

    Unlike `must_not_be_reset`, the opening counts: whoever opens an account can choose its first password.
    """
    made = _done_by_another(user, ("user.create", "user.issue_code"), now - UNTRUSTED)
    return user.must_change_password or made is not None


def _done_by_another(user: User, actions: tuple[str, ...], after: datetime) -> datetime | None:
    """When another person last did one of these to the account; what a command on the server did does not count."""
    done = (one.happened_at for one in _done_since(user, actions, after) if one.actor_id is not None)
    return max(done, default=None)


_DONE_SINCE = db.select(AuditEvent.action, AuditEvent.happened_at, AuditEvent.actor_id).where(  # every payment asks it
    AuditEvent.subject == db.bindparam("subject"),
    AuditEvent.action.in_(db.bindparam("actions", expanding=True)),
    AuditEvent.actor_id.is_distinct_from(db.bindparam("user_id")),
    AuditEvent.happened_at > db.bindparam("after"),
)


def _done_since(user: User, actions: tuple[str, ...], after: datetime) -> Sequence[Any]:
    """What others, or a command on the server (without an actor), did to the account after this time.

    Rows of (action, happened_at, actor_id).
    """
    asked = {"subject": audit.subject_of(user), "actions": actions, "user_id": user.id, "after": after}
    return db.session.execute(_DONE_SINCE, asked).all()


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
