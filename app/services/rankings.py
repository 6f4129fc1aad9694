"""The ranking of a call: mean of the reviews, thresholds, order; one query a table, whatever the number of rows."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from sqlalchemy import ColumnElement

from app.services import scoring, severity
from app.services.reviews import weights_of
from app.services.severity import AdjustedScore, Fit, Given
from models.applications import Application, ApplicationStatus
from models.base import db
from models.calls import Call, CallStatus, Criterion
from models.council_sessions import Decision
from models.reviews import Assignment, AssignmentStatus, Review, ReviewStatus, Score

RANKED = (
    ApplicationStatus.REVIEWED,
    ApplicationStatus.SELECTED,
    ApplicationStatus.RESERVE,
    ApplicationStatus.REJECTED,
    ApplicationStatus.GRANT_OFFERED,
)


Levels = Mapping[int, Mapping[int, Mapping[str, int]]]
"""{application: {reviewer: {criterion key: level}}}."""


@dataclass(frozen=True)
class RankedApplication:
    """One row: rank, exact mean (hundredths of a point), whether it passes, which sections are weak, running total."""

    rank: int
    application: Application
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
        """The mean in hundredths of a point, rounded half up for show; ranks use the exact mean."""
        return int(self.mean + Fraction(1, 2))


@dataclass(frozen=True)
class Ranking:
    """The reviewed applications of a call from best to worst, and the severity of those who judged them."""

    rows: list[RankedApplication]
    levels: Levels
    fit: Fit | None


def rank(call: Call, without: Collection[int] = ()) -> list[RankedApplication]:
    """The ranking, before severity is looked for; `cumulative` adds up what passing ones ask for.

    For a reader who has a tie to some of the applications it is made `without` them: their places would tell.
    """
    return _rank(call, without)[0]


def of_call(call: Call, without: Collection[int] = ()) -> Ranking:
    """The same with what each score is adjusted for the severity of its reviewers."""
    rows, levels = _rank(call, without)
    given = (
        Given(row.application.id, reviewer, total / 100)
        for row in rows
        for reviewer, total in sorted(row.totals.items())
    )
    fit = severity.fit(tuple(sorted(given)))
    adjusted = fit.scores if fit else {}
    return Ranking([replace(row, adjusted=adjusted.get(row.application.id)) for row in rows], levels, fit)


def _rank(call: Call, without: Collection[int]) -> tuple[list[RankedApplication], Levels]:
    query = (
        db.select(Application)
        .where(Application.call_id == call.id, Application.status.in_(RANKED), Application.id.not_in(without))
        .options(db.joinedload(Application.association))
    )
    applications = {one.id: one for one in db.session.scalars(query)}
    weights = weights_of(call.criteria)
    levels = _levels(Application.call_id == call.id)
    standings = [
        scoring.standing(application_id, list(levels[application_id].values()), weights)
        for application_id in applications
    ]
    rows: list[RankedApplication] = []
    cumulative = 0
    for place, one in scoring.ranked(standings, list(weights)):
        application = applications[one.application_id]
        passing = scoring.passes(one, weights, call.pass_total, call.pass_section_percent)
        cumulative += application.grant_requested if passing else 0
        rows.append(
            RankedApplication(
                place,
                application,
                one.mean,
                one.spread,
                one.reviews,
                passing,
                scoring.weak_sections(one, weights, call.pass_section_percent),
                cumulative,
                {reviewer: scoring.total(given, weights) for reviewer, given in levels[application.id].items()},
            )
        )
    return rows, levels


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
            Application.status.in_(RANKED),
            Assignment.status.in_([AssignmentStatus.SUBMITTED, AssignmentStatus.CLOSED]),
            Review.status == ReviewStatus.SUBMITTED,
        )
    )
    result: dict[int, dict[int, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for application_id, reviewer_id, key, level in db.session.execute(query):
        result[application_id][reviewer_id][key] = level
    return result
