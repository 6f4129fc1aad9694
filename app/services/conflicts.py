"""Ties between who judges and who applies: declared by the reviewer, or known to the programme."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from app.localisation import N_
from app.services.actors import Actor
from app.services.errors import SeparationOfDutyError
from models.applications import Application
from models.associations import Association, Membership
from models.base import db
from models.places import Village
from models.reviews import Assignment, Conflict
from models.users import User

# Made once: every review that comes in asks them.
_MEMBERS_AROUND = (
    db.select(Membership.person_id)
    .join(Association, Association.id == Membership.association_id)
    .where(Association.ayil_okmotu_id == db.bindparam("ayil_okmotu"), Membership.until_on.is_(None))
)
_TIES = db.select(
    db.select(Village.ayil_okmotu_id).where(Village.id == db.bindparam("village")).scalar_subquery(),
    _MEMBERS_AROUND.where(Membership.person_id == db.bindparam("person")).exists(),
    db.select(Conflict.kind)
    .where(Conflict.application_id == db.bindparam("application"), Conflict.user_id == db.bindparam("user"))
    .order_by(Conflict.id.desc())
    .limit(1)
    .scalar_subquery(),
)
"""Where a reviewer lives, whether they belong to a neighbouring association, which interest they declared last."""


def hindrance(application: Application, reviewer: User) -> str:
    """Why `reviewer` may not judge `application` (a message id), or an empty text."""
    asked = {
        "village": reviewer.person.village_id,
        "person": reviewer.person_id,
        "user": reviewer.id,
        "application": application.id,
        "ayil_okmotu": application.association.ayil_okmotu_id,
    }
    ayil_okmotu_id, is_neighbour, kind = db.session.execute(_TIES, asked).one()
    return _hindrance(
        application, reviewer, ayil_okmotu_id, is_neighbour=bool(is_neighbour), has_interest=kind is not None
    )


def must_be_unhindered(assignment: Assignment) -> None:
    """Refuse a reviewer whose tie to the applicant arose after the assignment, with `SeparationOfDutyError`."""
    problem = hindrance(assignment.application, assignment.reviewer)
    if problem:
        raise SeparationOfDutyError(problem)


def without_ties(application: Application, reviewers: Sequence[User]) -> list[User]:
    """Those of `reviewers` whom nothing hinders from judging `application`; two queries for all of them."""
    neighbours, interested = _neighbours(application), _interested(application)
    return [
        one
        for one in reviewers
        if not _hindrance(
            application,
            one,
            one.person.village.ayil_okmotu_id if one.person.village else None,
            is_neighbour=one.person_id in neighbours,
            has_interest=one.id in interested,
        )
    ]


def _neighbours(application: Application) -> set[int]:
    """The people who are members of an association of the applicant's ayil okmotu."""
    return set(db.session.scalars(_MEMBERS_AROUND, {"ayil_okmotu": application.association.ayil_okmotu_id}))


def _interested(application: Application) -> set[int]:
    """The users whose latest declaration on `application` names an interest."""
    return {user_id for user_id, latest in declarations(application).items() if latest.kind is not None}


def _hindrance(
    application: Application, reviewer: User, ayil_okmotu_id: int | None, *, is_neighbour: bool, has_interest: bool
) -> str:
    """The first tie found; `ayil_okmotu_id` is where the reviewer lives."""
    association = application.association
    if ayil_okmotu_id == association.ayil_okmotu_id:
        return N_("The reviewer lives in the same ayil okmotu.")
    if is_neighbour:
        return N_("The reviewer is a member of an association of the same ayil okmotu.")
    if reviewer.association_ids & {association.id} or reviewer.centre_ids & {association.centre_id}:
        return N_("The reviewer acts for the applicant.")
    if has_interest:
        return N_("The reviewer has declared an interest.")
    return ""


def declared_conflict(application: Application, user: User) -> Conflict | None:
    """The latest declaration of `user` on `application`, when it names an interest."""
    query = (
        db.select(Conflict)
        .where(Conflict.application_id == application.id, Conflict.user_id == user.id)
        .order_by(Conflict.id.desc())
        .limit(1)
    )
    latest: Conflict | None = db.session.scalar(query)
    return latest if latest is not None and latest.kind is not None else None


def declarations(application: Application) -> Mapping[int, Conflict]:
    """The latest declaration on `application` by user id."""
    query = db.select(Conflict).where(Conflict.application_id == application.id).order_by(Conflict.id)
    return {one.user_id: one for one in db.session.scalars(query)}


TIE = N_("You have a tie to this applicant, by place, register or declaration: somebody else has to do this.")


class Ties(NamedTuple):
    """What a person of the office has a part in: the associations by place or register, and single applications."""

    association_ids: frozenset[int]
    application_ids: frozenset[int]

    def __bool__(self) -> bool:
        return bool(self.association_ids or self.application_ids)

    def has(self, application: Application) -> bool:
        return application.association_id in self.association_ids or application.id in self.application_ids

    def free(self, association_id: Any, application_id: Any) -> list[Any]:
        """The conditions on two columns that a row is none of them."""
        conditions = []
        if self.association_ids:
            conditions.append(association_id.not_in(self.association_ids))
        if self.application_ids:
            conditions.append(application_id.not_in(self.application_ids))
        return conditions


_OWN_PLACES = (
    db.select(Association.ayil_okmotu_id)
    .join(Membership, Membership.association_id == Association.id)
    .where(Membership.person_id == db.bindparam("person"), Membership.until_on.is_(None))
    .union_all(db.select(Village.ayil_okmotu_id).where(Village.id == db.bindparam("village")))
)
_LATEST = db.select(db.func.max(Conflict.id)).where(Conflict.user_id == db.bindparam("user"))
_ALL_TIES = (  # made once: every page of the screening list asks it
    db.select(Association.id, db.null())
    .where(
        Association.ayil_okmotu_id.in_(_OWN_PLACES)
        | Association.id.in_(db.bindparam("associations", expanding=True))
        | Association.centre_id.in_(db.bindparam("centres", expanding=True))
    )
    .union_all(
        db.select(db.null(), Conflict.application_id).where(
            Conflict.id.in_(_LATEST.group_by(Conflict.application_id)), Conflict.kind.is_not(None)
        )
    )
)


def ties_of(user: User) -> Ties:
    """Whom `user` may not decide about, by the same rules as `hindrance`, in one query for all applications."""
    asked = {
        "village": user.person.village_id,
        "person": user.person_id,
        "user": user.id,
        "associations": list(user.association_ids),
        "centres": list(user.centre_ids),
    }
    found = db.session.execute(_ALL_TIES, asked).all()
    return Ties(
        frozenset(int(row[0]) for row in found if row[0] is not None),
        frozenset(int(row[1]) for row in found if row[1] is not None),
    )


def must_have_no_tie(application: Application, actor: Actor, ties: Ties | None = None) -> None:
    """Refuse who decides on an applicant from the own place, or with a declared interest: `SeparationOfDutyError`.

    `ties` are those of the actor, when they were read for many applications.
    """
    if hindrance(application, actor.user) if ties is None else ties.has(application):
        raise SeparationOfDutyError(TIE)
