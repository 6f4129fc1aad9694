"""Ties between who judges and who applies: known, declared, or found and confirmed.

There is one definition of a tie (`_ties`); whoever asks about one application, one person or a whole call asks it.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from app.localisation import N_
from app.services.actors import Actor
from app.services.errors import SeparationOfDutyError
from models.agenda_items import RecusalGround
from models.applications import Application
from models.associations import Association, Membership
from models.base import db
from models.calls import Call
from models.detected_conflicts import ConflictVerdict, DetectedConflict
from models.people import Person
from models.places import Village
from models.reviews import Assignment, Conflict
from models.users import Role, RoleAssignment, User

REASONS = (
    N_("The reviewer lives in the same ayil okmotu."),
    N_("The reviewer is a member of an association of the same ayil okmotu."),
    N_("The reviewer acts for the applicant."),
    N_("The reviewer has declared an interest."),
    N_("A conflict of interest was found and confirmed."),
)
"""Why somebody may not judge, the first that holds is said; `_ties` gives the places in this list."""
_PLACE, _MEMBERSHIP, _ROLE, _DECLARED, _DETECTED = range(len(REASONS))
GROUNDS = (
    RecusalGround.PLACE,
    RecusalGround.MEMBERSHIP,
    RecusalGround.ROLE,
    RecusalGround.DECLARED,
    RecusalGround.DETECTED,
)
"""What a session records of each of `REASONS`."""


class ApplicationLike(Protocol):
    """An application, whole or as lists have it: who has handed in which."""

    @property
    def id(self) -> int: ...

    @property
    def association_id(self) -> int: ...


KEPT_FROM_TIES = (Role.REVIEWER, Role.SECRETARY, Role.COUNCIL_CHAIR, Role.MONITOR)
"""Who judges, keeps the office or monitors: with a tie they see and do nothing about an application or its grant."""
TIE = N_("You have a tie to this applicant, by place, register or declaration: somebody else has to do this.")

Condition = Callable[[Any], Any]


def _everything(_column: Any) -> Any:
    return db.true()


def _ties(of_user: Condition, of_association: Condition, of_application: Condition) -> Any:
    """The one definition of a tie: (user, place in `REASONS`, association or null, application or null).

    A tie by place, register or role is one to the association, whatever it applies for. A declared or confirmed one
    is to the application it was said of and to the others of its applicant in the call, since one that was withdrawn
    may be handed in anew; the latest declaration counts. The conditions get the column by which it is looked for.
    """
    nothing = db.cast(db.null(), db.BigInteger)
    own = db.aliased(Association)

    def to_association(reason: int, user: Any) -> Any:
        columns = (user, db.literal(reason), Association.id, nothing)
        return db.select(*columns).where(of_user(user), of_association(Association.id))

    def by_role() -> Any:
        return to_association(_ROLE, RoleAssignment.user_id).where(RoleAssignment.ended_at.is_(None))

    said_of, tied = db.aliased(Application), db.aliased(Application)

    def to_applicant(kept: Any, reason: int) -> Any:
        return (
            db.select(kept.user_id, db.literal(reason), nothing, tied.id)
            .join(said_of, said_of.id == kept.application_id)
            .join(tied, (tied.call_id == said_of.call_id) & (tied.association_id == said_of.association_id))
            .where(of_user(kept.user_id), of_application(tied.id))
        )

    later = db.aliased(Conflict)
    overtaken = db.exists().where(
        later.application_id == Conflict.application_id, later.user_id == Conflict.user_id, later.id > Conflict.id
    )
    return db.union_all(
        to_association(_PLACE, User.id)
        .join(Person, Person.id == User.person_id)
        .join(Village, Village.id == Person.village_id)
        .join(Association, Association.ayil_okmotu_id == Village.ayil_okmotu_id),
        to_association(_MEMBERSHIP, User.id)
        .join(Membership, (Membership.person_id == User.person_id) & Membership.until_on.is_(None))
        .join(own, own.id == Membership.association_id)
        .join(Association, Association.ayil_okmotu_id == own.ayil_okmotu_id),
        by_role().join(Association, Association.id == RoleAssignment.association_id),
        by_role().join(Association, Association.centre_id == RoleAssignment.centre_id),
        to_applicant(Conflict, _DECLARED).where(Conflict.kind.is_not(None), ~overtaken),
        to_applicant(DetectedConflict, _DETECTED).where(DetectedConflict.verdict == ConflictVerdict.CONFIRMED),
    )


def _is(name: str) -> Condition:
    return lambda column: column == db.bindparam(name, type_=db.BigInteger)


def _one_of(name: str) -> Condition:
    return lambda column: column.in_(db.bindparam(name, expanding=True, type_=db.BigInteger))


# Made once: every review that comes in asks the first, every page of the screening list the second.
_OF_PAIR = _ties(_is("user"), _is("association"), _is("application"))
_OF_USER = _ties(_is("user"), _everything, _everything)
_OF_ANY = _ties(_one_of("users"), _everything, _everything)
_OF_MANY = _ties(_one_of("users"), _one_of("associations"), _one_of("applications"))
_TO_APPLICATION = _ties(_one_of("users"), _is("association"), _is("application"))


def hindrance(application: Application, reviewer: User) -> str:
    """Why `reviewer` may not judge `application` (a message id), or an empty text; one query."""
    asked = {"user": reviewer.id, "association": application.association_id, "application": application.id}
    reasons = [row[1] for row in db.session.execute(_OF_PAIR, asked)]
    return REASONS[min(reasons)] if reasons else ""


def must_be_unhindered(assignment: Assignment) -> None:
    """Refuse a reviewer whose tie to the applicant arose after the assignment, with `SeparationOfDutyError`."""
    problem = hindrance(assignment.application, assignment.reviewer)
    if problem:
        raise SeparationOfDutyError(problem)


def without_ties(application: Application, reviewers: Sequence[User]) -> list[User]:
    """Those of `reviewers` whom nothing hinders from judging `application`; one query for all of them."""
    free = free_among(application, [one.id for one in reviewers])
    return [one for one in reviewers if one.id in free]


def free_among(application: ApplicationLike, user_ids: Iterable[int]) -> set[int]:
    """Those of these users who have no tie to `application`; one query for all of them."""
    users = set(user_ids)
    asked = {"users": list(users), "association": application.association_id, "application": application.id}
    return users - {row[0] for row in db.session.execute(_TO_APPLICATION, asked)}


def declarations(application: Application) -> Mapping[int, Conflict]:
    """The latest declaration on `application` by user id."""
    query = db.select(Conflict).where(Conflict.application_id == application.id).order_by(Conflict.id)
    return {one.user_id: one for one in db.session.scalars(query)}


class Ties(NamedTuple):
    """What a person has a part in: the associations by place or register, and single applications."""

    association_ids: frozenset[int]
    application_ids: frozenset[int]

    def __bool__(self) -> bool:
        return bool(self.association_ids or self.application_ids)

    def has(self, application: Application) -> bool:
        return application.association_id in self.association_ids or application.id in self.application_ids

    def free_associations(self, association_id: Any) -> list[Any]:
        """The conditions on a column that nothing of its association is theirs, of whatever application."""
        applicants = db.select(Application.association_id).where(Application.id.in_(self.application_ids))
        return [association_id.not_in(self.association_ids), association_id.not_in(applicants)] if self else []

    def without(self, association_ids: Collection[int], application_ids: Collection[int]) -> "Ties":
        """The others."""
        return Ties(self.association_ids - set(association_ids), self.application_ids - set(application_ids))

    def free(self, association_id: Any, application_id: Any) -> list[Any]:
        """The conditions on two columns that a row is none of them."""
        conditions = []
        if self.association_ids:
            conditions.append(association_id.not_in(self.association_ids))
        if self.application_ids:
            conditions.append(application_id.not_in(self.application_ids))
        return conditions

    def among(self, association_id: Any, application_id: Any) -> Any:
        """The condition on two columns that a row is one of them."""
        return association_id.in_(self.association_ids) | application_id.in_(self.application_ids)


NO_TIES = Ties(frozenset(), frozenset())


def ties_of(user: User) -> Ties:
    """Whom `user` may not decide about, by the same rule as `hindrance`, in one query for all applications."""
    return _gathered(db.session.execute(_OF_USER, {"user": user.id}))


def ties_of_any(users: Iterable[User]) -> Ties:
    """What at least one of `users` has a part in; one query for all of them."""
    return _gathered(db.session.execute(_OF_ANY, {"users": [one.id for one in users]}))


def _gathered(rows: Iterable[Any]) -> Ties:
    found = list(rows)
    return Ties(
        frozenset(int(row[2]) for row in found if row[2] is not None),
        frozenset(int(row[3]) for row in found if row[3] is not None),
    )


def grounds(applications: Iterable[ApplicationLike], user_ids: Iterable[int]) -> dict[int, dict[int, RecusalGround]]:
    """{application: {user: why this person has a part in it}} of all these; one query."""
    by_id = {one.id: one for one in applications}
    found: dict[int, dict[int, RecusalGround]] = {one: {} for one in by_id}
    of_association: dict[int, list[int]] = defaultdict(list)
    for one in by_id.values():
        of_association[one.association_id].append(one.id)
    asked = {"users": list(user_ids), "associations": list(of_association), "applications": list(by_id)}
    for user_id, reason, association_id, application_id in sorted(
        db.session.execute(_OF_MANY, asked), key=lambda row: -row[1]
    ):  # of several reasons the first of the list stays
        for key in [application_id] if application_id is not None else of_association[association_id]:
            found[key][user_id] = GROUNDS[reason]
    return found


def kept_from(user: User) -> Ties:
    """What is left out of the lists `user` reads: the ties of who judges, keeps the office or monitors.

    Nobody is kept from what they write themselves, for the own association or as its centre.
    """
    if not user.has_role(*KEPT_FROM_TIES):
        return NO_TIES
    ties = ties_of(user)
    if not ties or not (user.association_ids or user.centre_ids):
        return ties
    own = db.select(Association.id).where(
        Association.id.in_(user.association_ids) | Association.centre_id.in_(user.centre_ids)
    )
    written = db.select(Application.id).where(
        Application.id.in_(ties.application_ids), Application.association_id.in_(own)
    )
    return ties.without(db.session.scalars(own).all(), db.session.scalars(written).all())


def closed_to(user: User, call: Call) -> frozenset[int]:
    """The applications of `call` that `user` has a tie to: no file, score or count of them is shown to this person."""
    ties = ties_of(user)
    if not ties:
        return frozenset()
    tied = ties.among(Application.association_id, Application.id)
    return frozenset(db.session.scalars(db.select(Application.id).where(Application.call_id == call.id, tied)))


def must_have_no_tie(application: Application, actor: Actor, ties: Ties | None = None) -> None:
    """Refuse who decides on an applicant from the own place, or with a declared interest: `SeparationOfDutyError`.

    `ties` are those of the actor, when they were read for many applications.
    """
    if hindrance(application, actor.user) if ties is None else ties.has(application):
        raise SeparationOfDutyError(TIE)
