"""The ranking of a call: score by its rule, thresholds, order; one query a table, whatever the number of rows.

Which score ranks (the mean, or the one adjusted for severity) the call has said before it opened; thresholds are held
against the mean in either case.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from sqlalchemy import ColumnElement

from app.services import scoring, severity
from app.services.reviews import weights_of
from app.services.severity import AdjustedScore, Fit, Given
from models.applications import Application, ApplicationStatus
from models.associations import Association
from models.base import db
from models.calls import Call, CallStatus, Criterion, RanksBy
from models.council_sessions import Decision
from models.reviews import Assignment, AssignmentStatus, Review, ReviewStatus, Score

RANKED = (
    ApplicationStatus.REVIEWED,
    ApplicationStatus.SELECTED,
    ApplicationStatus.RESERVE,
    ApplicationStatus.REJECTED,
    ApplicationStatus.GRANT_OFFERED,
)


_IS_RANKED = Application.status.in_(RANKED) | (
    (Application.status == ApplicationStatus.WITHDRAWN) & Application.decided_at.is_not(None)
)
"""Whose grant was declined stays where the Council saw it: without its reviews all other scores would move."""
LEAN = [
    db.defer(getattr(Application, name))
    for name in ("search_text", "created_by_id", "created_at", "signed_off_by_id", "signed_off_at", "screened_at")
]
LEAN_ASSOCIATION = [db.defer(getattr(Association, name)) for name in ("search_text", "sort_key", "founded_on")]
"""What a ranking of hundreds does without: read when it is asked for."""
Levels = Mapping[int, Mapping[int, Mapping[str, int]]]
"""{application: {reviewer: {criterion key: level}}}."""


@dataclass(frozen=True)
class RankedApplication:
    """One row: rank, exact score that ranks and exact mean (both in hundredths of a point), whether it passes, which
    sections are weak, running total."""

    rank: int
    application: Application
    score: Fraction
    mean: Fraction
    spread: int
    reviews: int
    passes: bool
    weak: list[str]
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
        return math.floor(self.score + Fraction(1, 2))

    @property
    def mean_points(self) -> int:
        """The mean in the same way."""
        return math.floor(self.mean + Fraction(1, 2))


@dataclass(frozen=True)
class Ranking:
    """The reviewed applications of a call from best to worst, and the severity of those who judged them."""

    rows: list[RankedApplication]
    levels: Levels
    fit: Fit | None
    by: RanksBy
    """Which score ranks: the call's, but the mean where there is too little to adjust."""


def rank(call: Call, without: Collection[int] = ()) -> list[RankedApplication]:
    """The ranking; severity is looked for only where it decides. `cumulative` adds up what passing ones ask for.

    For a reader who has a tie to some of the applications it is made `without` them: their places would tell.
    """
    return in_order(call, without).rows


def of_call(call: Call, without: Collection[int] = ()) -> Ranking:
    """The same with what each score is adjusted for the severity of its reviewers."""
    found = in_order(call, without)
    fit = found.fit or _fit({row.application.id: row.totals for row in found.rows})
    if fit is None:
        return found
    return replace(found, rows=[replace(row, adjusted=_adjusted(fit, row)) for row in found.rows], fit=fit)


def _fit(totals: Mapping[int, Mapping[int, int]]) -> Fit | None:
    """The model for {application: {reviewer: total}}."""
    given = (Given(one, reviewer, total / 100) for one, of_it in totals.items() for reviewer, total in of_it.items())
    return severity.fit(tuple(sorted(given)))


def _adjusted(fit: Fit, row: RankedApplication) -> AdjustedScore | None:
    """What is shown is what would rank, to the last decimal."""
    found = fit.scores.get(row.application.id)
    return replace(found, score=float(fit.ranking_score(row.totals) / 100)) if found and fit.can_rank else found


def in_order(call: Call, without: Collection[int] = ()) -> Ranking:
    """The same with the levels it is made of, and the severities where they rank."""
    query = (
        db.select(Application)
        .where(Application.call_id == call.id, _IS_RANKED, Application.id.not_in(without))
        .options(*LEAN, db.joinedload(Application.association).options(*LEAN_ASSOCIATION))
    )
    applications = {one.id: one for one in db.session.scalars(query)}
    weights = weights_of(call.criteria)
    levels = _levels(Application.call_id == call.id)
    standings = [
        scoring.standing(application_id, list(levels[application_id].values()), weights)
        for application_id in applications
    ]
    totals = {
        one: {reviewer: scoring.total(given, weights) for reviewer, given in levels[one].items()}
        for one in applications
    }
    fit = _fit(totals) if call.ranks_by is RanksBy.ADJUSTED else None
    by = RanksBy.ADJUSTED if fit and fit.can_rank else RanksBy.MEAN
    scores = {one.application_id: one.mean for one in standings}
    if fit and by is RanksBy.ADJUSTED:
        scores = {one: fit.ranking_score(of_it) if of_it else Fraction(0) for one, of_it in totals.items()}
    rows: list[RankedApplication] = []
    cumulative = 0
    for place, one in scoring.ranked(standings, list(weights), scores):
        application = applications[one.application_id]
        weak = scoring.weak_sections(one, weights, call.pass_section_percent)
        passing = scoring.passes(one, weak, call.pass_total)
        cumulative += application.grant_requested if passing else 0
        rows.append(
            RankedApplication(
                place,
                application,
                scores[application.id],
                one.mean,
                one.spread,
                one.reviews,
                passing,
                weak,
                cumulative,
                totals[application.id],
            )
        )
    return Ranking(rows, levels, fit, by)


def far_apart(call: Call) -> list[Application]:
    """Reviewed, undecided applications of an open call whose few reviews differ too much, from best to worst."""
    if call.status is not CallStatus.OPEN:
        return []
    decided = set(
        db.session.scalars(db.select(Decision.application_id).join(Application).where(Application.call_id == call.id))
    )
    return [
        row.application
        for row in rank(call)
        if row.application.status is ApplicationStatus.REVIEWED
        and row.application.id not in decided
        and is_far_apart(row.spread, row.reviews, call)
    ]


def needs_another(application: Application) -> bool:
    """Whether this one application is among `far_apart` of its call: reads its own reviews alone."""
    call = application.call
    if application.status is not ApplicationStatus.REVIEWED or call.status is not CallStatus.OPEN:
        return False
    if db.session.scalar(db.select(Decision.id).where(Decision.application_id == application.id)) is not None:
        return False
    reviews = list(_levels(Application.id == application.id)[application.id].values())
    one = scoring.standing(application.id, reviews, weights_of(call.criteria))
    return is_far_apart(one.spread, one.reviews, call)


def is_far_apart(spread: int, reviews: int, call: Call) -> bool:
    return spread > call.spread_points * 100 and reviews <= call.reviewers_per_application


def _levels(which: ColumnElement[bool]) -> dict[int, dict[int, dict[str, int]]]:
    """Every counted review of these applications."""
    query = (
        db.select(Assignment.application_id, Assignment.reviewer_id, Criterion.key, Score.level)
        .join(Review, Review.assignment_id == Assignment.id)
        .join(Score, (Score.review_id == Review.id) & (Score.submission == Review.submission))
        .join(Criterion, Criterion.id == Score.criterion_id)
        .join(Application, Application.id == Assignment.application_id)
        .where(
            which,
            _IS_RANKED,
            Assignment.status.in_([AssignmentStatus.SUBMITTED, AssignmentStatus.CLOSED]),
            Review.status == ReviewStatus.SUBMITTED,
        )
    )
    result: dict[int, dict[int, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for application_id, reviewer_id, key, level in db.session.connection().execute(query).all():  # thousands of rows
        result[application_id][reviewer_id][key] = level
    return result
