"""What a plan of assignments goes by: which applications lack reviewers, who may judge. A few queries for all."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from app.services import rankings, reviewers, standing_decisions, workloads
from app.services.applications import TRANSITIONS
from app.services.conflicts import NO_TIES, Ties
from app.services.reviewers import Panelist
from models.applications import UNJUDGED, Application, ApplicationStatus
from models.assignment_plans import PlanMode
from models.associations import Association, Membership
from models.base import db
from models.calls import Call
from models.detected_conflicts import ConflictVerdict, DetectedConflict
from models.places import AyilOkmotu
from models.reviewers import Leaning
from models.reviews import Assignment, Conflict, Review, ReviewStatus, holds
from models.users import User

ASSIGNABLE = frozenset(status for status, action in TRANSITIONS if action == "assign")
"""The states in which a reviewer can be asked."""


@dataclass(frozen=True)
class Asked:
    """An application with what decides who may judge it, and by whom it is or was judged (user ids).

    `holding` have or did the work; `asked` were asked at any time. `interested` declared an interest last in what its
    association handed in in this call, or have one that was found and confirmed. `needs` so many reviewers in all,
    beyond the number of the call, because the reviews that are in lie far apart; else 0.
    """

    id: int
    number: str
    status: ApplicationStatus
    association_id: int
    centre_id: int
    ayil_okmotu_id: int
    rayon_id: int
    language: str
    theme_id: int | None
    holding: frozenset[int] = frozenset()
    asked: frozenset[int] = frozenset()
    interested: frozenset[int] = frozenset()
    needs: int = 0

    def wanted(self, each: int) -> int:
        """How many reviewers it is to have where the others have `each`."""
        return max(each, self.needs)

    def lacks(self, each: int, mode: PlanMode) -> int:
        """How many reviewers more it is to get."""
        if not self.needs and self.status not in (ASSIGNABLE if mode is PlanMode.TOP_UP else UNJUDGED):
            return 0
        if mode is PlanMode.REPAIR and self.asked == self.holding:
            return 0  # nobody has gone
        return max(self.wanted(each) - len(self.holding), 0)


@dataclass(frozen=True)
class Judge:
    """A reviewer with what decides on what they may judge.

    `ayil_okmotu_ids` are those they live in or belong to, `rayon_ids` those they live in or were born in. `languages`
    and `theme_ids` are None when nothing was said. `load` so many applications of the call are held already, of
    `limit`; `judged` are those of earlier calls by association.
    """

    id: int
    limit: int
    load: int
    ayil_okmotu_ids: frozenset[int] = frozenset()
    rayon_ids: frozenset[int] = frozenset()
    association_ids: frozenset[int] = frozenset()
    centre_ids: frozenset[int] = frozenset()
    languages: frozenset[str] | None = None
    theme_ids: frozenset[int] | None = None
    leanings: Mapping[int, Leaning] | None = None
    judged: Mapping[int, int] | None = None


def asked(call: Call, ids: Collection[int] | None = None) -> list[Asked]:
    """The applications of a call that reviewers can be asked for, or those of `ids` among them; the oldest first."""
    within = [Application.call_id == call.id, *([] if ids is None else [Application.id.in_(ids)])]
    query = (
        db.select(
            Application.id,
            Application.number,
            Application.status,
            Application.association_id,
            Association.centre_id,
            Association.ayil_okmotu_id,
            AyilOkmotu.rayon_id,
            Application.language,
            Application.theme_id,
        )
        .join(Application.association)
        .join(Association.ayil_okmotu)
        .where(*within, Application.status.in_(ASSIGNABLE), ~Application.is_test)
        .where(~standing_decisions.on(Application.id).exists(), Application.id.not_in(standing_decisions.DISCUSSED))
        .order_by(Application.id)
    )
    holding, everybody, interested = _judging(call)
    found = [
        Asked(*row, *(frozenset(users) for users in (holding[row[0]], everybody[row[0]], interested[row[3]])))
        for row in map(tuple, db.session.execute(query))
    ]
    further, needs = rankings.far_apart_ids(call), call.reviewers_per_application + 1
    return [replace(one, needs=needs) if one.id in further else one for one in found]


def _judging(call: Call) -> tuple[defaultdict[int, set[int]], ...]:
    """Users by application: who holds it, who was ever asked; by association: who declared an interest last or has one
    confirmed (`conflicts`)."""
    holding: defaultdict[int, set[int]] = defaultdict(set)
    everybody: defaultdict[int, set[int]] = defaultdict(set)
    interested: defaultdict[int, set[int]] = defaultdict(set)
    rows = (
        db.select(Assignment.application_id, Assignment.reviewer_id, Assignment.status, Review.status)
        .join(Assignment.application)
        .outerjoin(Review, Review.assignment_id == Assignment.id)
        .where(Application.call_id == call.id)
    )
    for application_id, reviewer_id, status, written in db.session.execute(rows):
        everybody[application_id].add(reviewer_id)
        if holds(status, written):
            holding[application_id].add(reviewer_id)
    said = (
        db.select(Application.association_id, Conflict.user_id, Conflict.kind)
        .join(Application, Application.id == Conflict.application_id)
        .where(Application.call_id == call.id)
        .order_by(Conflict.id)
    )
    for association_id, user_id, kind in db.session.execute(said):
        change = interested[association_id].discard if kind is None else interested[association_id].add
        change(user_id)
    confirmed = (
        db.select(Application.association_id, DetectedConflict.user_id)
        .join(Application, Application.id == DetectedConflict.application_id)
        .where(Application.call_id == call.id, DetectedConflict.verdict == ConflictVerdict.CONFIRMED)
    )
    for association_id, user_id in db.session.execute(confirmed):
        interested[association_id].add(user_id)
    return holding, everybody, interested


def judges(call: Call, ties: Ties = NO_TIES) -> list[Judge]:
    """Who may judge in a call, as the secretary and they themselves have said; in the order of their names.

    A plan goes by what they hold in all; who reads of it gets what they hold and have judged without the reader's
    `ties`.
    """
    panel = reviewers.panel(call)
    loads, judged, homes = workloads.held_by_reviewer(call, ties), _judged(call, ties), _memberships()
    return [_judge(one, loads.get(one.user.id, 0), judged[one.user.id], homes[one.user.person_id]) for one in panel]


def _judge(one: Panelist, load: int, judged: Mapping[int, int], belongs: set[int]) -> Judge:
    home = one.user.person.village
    return Judge(
        id=one.user.id,
        limit=one.part.most if one.part.is_available else 0,
        load=load,
        ayil_okmotu_ids=frozenset(belongs | ({home.ayil_okmotu_id} if home else set())),
        rayon_ids=frozenset(reviewers.rayon_ids(one)),
        association_ids=one.user.association_ids,
        centre_ids=one.user.centre_ids,
        languages=frozenset(one.profile.languages) if one.profile else None,
        theme_ids=one.profile.theme_ids if one.profile else None,
        leanings=one.part.leanings,
        judged=judged,
    )


def _judged(call: Call, ties: Ties) -> defaultdict[int, dict[int, int]]:
    """{user id: {association id: so many of its applications they judged in other calls}}."""
    query = (
        db.select(Assignment.reviewer_id, Application.association_id, db.func.count())
        .join(Assignment.application)
        .join(Assignment.review)
        .where(Application.call_id != call.id, Review.status == ReviewStatus.SUBMITTED)
        .where(*ties.free(Application.association_id, Application.id))
        .group_by(Assignment.reviewer_id, Application.association_id)
    )
    found: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for reviewer_id, association_id, count in db.session.execute(query):
        found[reviewer_id][association_id] = int(count)
    return found


def _memberships() -> defaultdict[int, set[int]]:
    """{person id: the ayil okmotus of the associations they are members of}, of people with an account."""
    query = (
        db.select(Membership.person_id, Association.ayil_okmotu_id)
        .join(Association, Association.id == Membership.association_id)
        .join(User, User.person_id == Membership.person_id)
        .where(Membership.until_on.is_(None))
    )
    found: defaultdict[int, set[int]] = defaultdict(set)
    for person_id, ayil_okmotu_id in db.session.execute(query):
        found[person_id].add(ayil_okmotu_id)
    return found
