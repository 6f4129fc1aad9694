"""The ranking of a call: score by its rule, thresholds, order; one query a table, whatever the number of rows.

Which score ranks (the mean, or the one adjusted for severity) the call has said before it opened; thresholds are held
against the mean in either case.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, NamedTuple

from sqlalchemy import Select

from app.services import call_scores
from app.services.application_lists import LISTED, ListedApplication
from app.services.call_scores import CallScores, Levels
from app.services.conflicts import Ties
from app.services.severity import AdjustedScore, Fit
from models.applications import Application, ApplicationStatus
from models.base import db
from models.calls import Call, CallStatus, RanksBy
from models.council_sessions import Decision
from models.reviews import IS_COUNTED, Assignment, Review

RANKED = (
    ApplicationStatus.REVIEWED,
    ApplicationStatus.SELECTED,
    ApplicationStatus.RESERVE,
    ApplicationStatus.REJECTED,
    ApplicationStatus.GRANT_OFFERED,
)


IS_RANKED = Application.status.in_(RANKED) | (
    (Application.status == ApplicationStatus.WITHDRAWN) & Application.decided_at.is_not(None)
)
"""Whose grant was declined stays where the Council saw it: without its reviews all other scores would move."""
_APPLICATIONS = LISTED.where(Application.call_id == db.bindparam("call_id"), IS_RANKED)


class RankedApplication(NamedTuple):
    """One row: rank, exact score that ranks and exact mean (both in hundredths of a point), whether it passes, which
    sections are weak, running total."""

    rank: int
    application_id: int
    application: ListedApplication
    score: Fraction
    mean: Fraction
    spread: int
    reviews: int
    passes: bool
    weak: Sequence[str]
    cumulative: int
    totals: Mapping[int, int]
    """{reviewer id: total of the review, hundredths of a point}."""
    adjusted: AdjustedScore | None = None
    """What it would be without the severity of its reviewers; None while there is too little to tell."""

    @property
    def marks(self) -> list[float]:
        """The total of each review in points."""
        return sorted(total / 100 for total in self.totals.values())

    @property
    def points(self) -> int:
        """The score that ranks in hundredths of a point, rounded half up for show; ranks use the exact one."""
        return _rounded(self.score)

    @property
    def mean_points(self) -> int:
        """The mean in the same way."""
        return _rounded(self.mean)


@dataclass(frozen=True)
class Ranking:
    """The reviewed applications of a call from best to worst, and the severity of those who judged them."""

    rows: list[RankedApplication]
    scores: CallScores
    fit: Fit | None

    @property
    def levels(self) -> Levels:
        return self.scores.levels

    @property
    def by(self) -> RanksBy:
        """Which score ranks: the call's, but the mean where there is too little to adjust."""
        return self.scores.by


def _rounded(value: Fraction) -> int:
    """The nearest whole number, a half up: in whole numbers it takes a fifth of the time."""
    whole, parts = value.numerator, value.denominator
    return (2 * whole + parts) // (2 * parts)


def of_call(call: Call, without: Collection[int] = ()) -> Ranking:
    """The ranking with the levels it is made of; severity is looked for only where it decides.

    `cumulative` adds up what passing ones ask for. For a reader who has a tie to some of the applications it is made
    `without` them: their places would tell.
    """
    found = map(ListedApplication._make, db.session.execute(_APPLICATIONS, {"call_id": call.id}))
    applications = {one.id: one for one in found if one.id not in without}
    scores = call_scores.of(call, applications)
    rows: list[RankedApplication] = []
    cumulative = 0
    for place in scores.places:
        one = place.standing
        application = applications[one.application_id]
        cumulative += application.grant_requested if place.passes else 0
        rows.append(
            RankedApplication(
                place.rank,
                one.application_id,
                application,
                place.score,
                one.mean,
                one.spread,
                one.reviews,
                place.passes,
                place.weak,
                cumulative,
                scores.totals[one.application_id],
            )
        )
    return Ranking(rows, scores, scores.ranking_fit)


def rank(call: Call, without: Collection[int] = ()) -> list[RankedApplication]:
    """The rows of `of_call`."""
    return of_call(call, without).rows


def with_severities(call: Call, without: Collection[int] = ()) -> Ranking:
    """`of_call` with the severity of each reviewer, and every score adjusted for it beside the mean."""
    found = of_call(call, without)
    fit = found.scores.fit
    if fit is None:
        return found
    return replace(found, rows=[row._replace(adjusted=_adjusted(fit, row)) for row in found.rows], fit=fit)


def _adjusted(fit: Fit, row: RankedApplication) -> AdjustedScore | None:
    """What is shown is what would rank, to the last decimal."""
    found = fit.scores.get(row.application_id)
    return replace(found, score=float(fit.ranking_score(row.totals) / 100)) if found and fit.can_rank else found


def far_apart(call: Call, ties: Ties) -> list[Application]:
    """Those of `far_apart_ids` by number, without what the reader has a tie to."""
    query = db.select(Application).where(
        Application.id.in_(far_apart_ids(call)), *ties.free(Application.association_id, Application.id)
    )
    return list(db.session.scalars(query.options(db.joinedload(Application.association)).order_by(Application.number)))


def all_far_apart(ties: Ties) -> list[Application]:
    """`far_apart` of every open call, call by call: what the office is to ask a further reviewer for."""
    reviewed = db.select(Application.call_id).where(Application.status == ApplicationStatus.REVIEWED)
    calls = db.session.scalars(
        db.select(Call).where(Call.status == CallStatus.OPEN, Call.id.in_(reviewed)).order_by(Call.id)
    )
    return [one for call in calls.all() for one in far_apart(call, ties)]


def far_apart_ids(call: Call) -> set[int]:
    """Reviewed, undecided applications of an open call whose few reviews differ too much: from their totals alone."""
    return _far_apart(call, _SPREADS.where(Application.call_id == db.bindparam("id_")), call.id)


def needs_another(application: Application) -> bool:
    """Whether this one application is among `far_apart_ids` of its call: reads its own reviews alone."""
    if application.status is not ApplicationStatus.REVIEWED:
        return False
    return bool(_far_apart(application.call, _SPREAD, application.id))


_SPREADS = (
    db.select(
        Assignment.application_id, db.func.max(Review.total) - db.func.min(Review.total), db.func.count(Review.id)
    )
    .join(Review, Review.assignment_id == Assignment.id)
    .join(Application, Application.id == Assignment.application_id)
    .where(Application.status == ApplicationStatus.REVIEWED, IS_COUNTED)
    .where(~db.select(Decision.id).where(Decision.application_id == Application.id).exists())
    .group_by(Assignment.application_id)
)
_SPREAD = _SPREADS.where(Application.id == db.bindparam("id_"))


def _far_apart(call: Call, query: Select[Any], id_: int) -> set[int]:
    if call.status is not CallStatus.OPEN:
        return set()
    return {row[0] for row in db.session.execute(query, {"id_": id_}) if is_far_apart(row[1], row[2], call)}


def is_far_apart(spread: int, reviews: int, call: Call) -> bool:
    return spread > call.spread_points * 100 and reviews <= call.reviewers_per_application
