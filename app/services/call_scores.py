"""The scores of a call: worked out of its counted reviews once, and again only when other reviews count.

A session asks for them with each of its pages, hundreds of times after the last review is in. Which reviews count is
asked every time; what they scored is append-only, so the same ones have the same scores for ever.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from threading import Lock
from typing import Any

from sqlalchemy import ColumnElement

from app.services import scoring, severity
from app.services.scoring import Standing
from app.services.severity import Fit, Given
from models.applications import Application
from models.base import db
from models.calls import Call, Criterion, RanksBy
from models.reviews import IS_COUNTED, Assignment, Review, Score

Levels = Mapping[int, Mapping[int, Mapping[str, int]]]
"""{application: {reviewer: {criterion key: level}}}."""
Totals = Mapping[int, Mapping[int, int]]
"""{application: {reviewer: total of the review, hundredths of a point}}."""
_Row = tuple[int, int, int, str, int]
"""Application, reviewer, which submission of the review; key of a criterion, and the level given."""
_COUNTED = (
    db.select(
        Assignment.application_id,
        Assignment.reviewer_id,
        Review.submission,
        Review.id,
        Review.total,
        db.type_coerce(Review.submitted_at, db.String).label("submitted_at"),  # to be compared, never shown
    )
    .join(Review, Review.assignment_id == Assignment.id)
    .join(Application, Application.id == Assignment.application_id)
    .where(Application.call_id == db.bindparam("call_id"), IS_COUNTED)
    .order_by(Review.id)
)


@dataclass(frozen=True)
class Place:
    """One application's rank and scores; whether it passes, and which sections are weak."""

    rank: int
    standing: Standing
    score: Fraction
    passes: bool
    weak: Sequence[str]


@dataclass(frozen=True)
class CallScores:
    """Applications from best to worst with all that is told by. Requests share it: nothing of it is ever changed."""

    levels: Levels
    totals: Totals
    places: Sequence[Place]
    ranking_fit: Fit | None
    """The severities, where they rank."""
    by: RanksBy
    """Which score ranks: the call's, but the mean where there is too little to adjust."""

    @cached_property
    def fit(self) -> Fit | None:
        """The severities of the reviewers; None while there is too little to tell."""
        return self.ranking_fit or fitted(self.totals)


def fitted(totals: Totals) -> Fit | None:
    """The model of severity for these totals."""
    given = (Given(one, reviewer, total / 100) for one, of_it in totals.items() for reviewer, total in of_it.items())
    return severity.fit(tuple(sorted(given)))


def of(call: Call, application_ids: Iterable[int]) -> CallScores:
    """The scores of these applications of a call, those without a review last."""
    wanted = tuple(sorted(application_ids))
    counted = tuple(map(tuple, db.session.connection().execute(_COUNTED, {"call_id": call.id}).all()))
    rules = (call.ranks_by, call.pass_total, call.pass_section_percent, tuple(call.weights.items()))
    key = (call.id, rules, wanted, counted)
    found = _found(key)
    if found is None:
        rows = _rows(Application.call_id == call.id)
        found = _worked_out(call, wanted, rows)
        if {one[:3] for one in rows} == {one[:3] for one in counted}:  # else one came between the two looks
            _keep(key, found)
    return found


_Key = tuple[int, Any, tuple[int, ...], tuple[Any, ...]]
"""Call, its rules, the applications and the reviews that count."""


def _found(key: _Key) -> CallScores | None:
    """What is kept for this key; it is then the last one that makes room."""
    with _LOCK:
        found = _kept.get(key)
        if found is not None and found is not next(reversed(_kept.values())):
            _kept[key] = _kept.pop(key)
    return found


def _keep(key: _Key, found: CallScores) -> None:
    with _LOCK:
        _kept[key] = found
        size = sum(map(_size, _kept))
        while size > MOST_KEPT and len(_kept) > 1:
            oldest = next(iter(_kept))
            size -= _size(oldest)
            del _kept[oldest]


def _size(key: _Key) -> int:
    _call, _rules, wanted, counted = key
    return len(wanted) + len(counted)


MOST_KEPT = 100_000
"""So many applications and reviews in all: some 70 MB. The scores asked for last are kept however many they are; each
reader with other ties has ranks, and so scores, of the own."""
_LOCK, _kept = Lock(), dict[_Key, CallScores]()


def forget() -> None:
    """Keep nothing any more: for who goes on with another database at the same address."""
    with _LOCK:
        _kept.clear()


def _worked_out(call: Call, wanted: Sequence[int], rows: Iterable[_Row]) -> CallScores:
    weights, read = call.weights, _by_application(rows)
    levels = {one: read.get(one, {}) for one in wanted}
    standings = [scoring.standing(one, list(of_it.values()), weights) for one, of_it in levels.items()]
    totals = {
        one: {reviewer: scoring.total(given, weights) for reviewer, given in of_it.items()}
        for one, of_it in levels.items()
    }
    fit = fitted(totals) if call.ranks_by is RanksBy.ADJUSTED else None
    by = RanksBy.ADJUSTED if fit and fit.can_rank else RanksBy.MEAN
    scores = {one.application_id: one.mean for one in standings}
    if fit and by is RanksBy.ADJUSTED:
        scores = {one: fit.ranking_score(of_it) if of_it else Fraction(0) for one, of_it in totals.items()}
    places = []
    for rank, one in scoring.ranked(standings, list(weights), scores):
        weak = scoring.weak_sections(one, weights, call.pass_section_percent)
        passes = scoring.passes(one, weak, call.pass_total)
        places.append(Place(rank, one, scores[one.application_id], passes, weak))
    return CallScores(levels, totals, places, fit, by)


def levels_of(which: ColumnElement[bool]) -> dict[int, dict[int, dict[str, int]]]:
    """What every counted review of these applications gave, as `Levels`."""
    return _by_application(_rows(which))


def _rows(which: ColumnElement[bool]) -> Sequence[_Row]:
    query = (
        db.select(Assignment.application_id, Assignment.reviewer_id, Review.submission, Criterion.key, Score.level)
        .join(Review, Review.assignment_id == Assignment.id)
        .join(Score, (Score.review_id == Review.id) & (Score.submission == Review.submission))
        .join(Criterion, Criterion.id == Score.criterion_id)
        .join(Application, Application.id == Assignment.application_id)
        .where(which, IS_COUNTED)
    )
    found = db.session.connection().execute(query)
    return [(one, reviewer, submission, key, level) for one, reviewer, submission, key, level in found]


def _by_application(rows: Iterable[_Row]) -> dict[int, dict[int, dict[str, int]]]:
    found: dict[int, dict[int, dict[str, int]]] = {}
    for application_id, reviewer_id, _submission, key, level in rows:  # thousands of rows
        found.setdefault(application_id, {}).setdefault(reviewer_id, {})[key] = level
    return found
