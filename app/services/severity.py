"""Severity: what each reviewer adds to or takes from every score, and the scores without it. Plain arithmetic.

Model: score = mean + application + reviewer + rest, the last three random and independent (a mixed model). Its
variances are found by REML (Patterson and Thompson 1971), its effects are the best linear unbiased predictions of
Henderson's equations (1975). Applications are absorbed first, so that what is left to solve is as large as the number
of reviewers.
Everything here is in points, 0 to 100.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import scipy  # its parts are loaded where they are first used: every process would load a second of them else
from numpy.typing import NDArray

Array = NDArray[Any]
LEVEL = 0.90
"""Of so many applications the true score lies in the interval."""
_LEAST, _MOST = -14.0, 9.0
"""Bounds of the logarithms of the variance ratios."""
_NONE = -7.0
"""Below it a variance counts as none: with 6 points of chance in a review these are 0.2 points."""
_WHERE_IT_IS_FLAT: Any = {"ftol": 1e-13, "gtol": 1e-6}
"""How near the best is looked for: near nothing the likelihood is flat, and who stops early counts a variance that is
none there, or the other way round, by the rounding of the last digit."""
_THIN = 6
DECIMALS = 4
"""With so many decimals mean, shrinkage and severities are printed, and scores that rank are made of them."""


class Given(NamedTuple):
    """One review: who judged what, and its total in points."""

    application_id: int
    reviewer_id: int
    points: float


class Caution(StrEnum):
    """Why the adjusted scores say less than they seem to."""

    PANELS = "panels"
    """Groups of reviewers that judged nothing in common: between them only the averages are compared."""
    THIN = "thin"
    """Hardly more reviews than applications and reviewers together: severity cannot be told from quality."""
    EVEN = "even"
    """No difference in severity is to be seen: adjusted is the mean, drawn to the middle."""
    ALIKE = "alike"
    """The reviews differ, but not by application: adjusted, all are worth the same."""


@dataclass(frozen=True)
class AdjustedScore:
    """One application's score without the severity of its reviewers. `rank_range`: what the intervals allow."""

    application_id: int
    score: float
    standard_error: float
    low: float
    high: float
    rank_range: tuple[int, int]


@dataclass(frozen=True)
class Severity:
    """So many points a reviewer gives more (or, below zero, less) than the others would."""

    reviewer_id: int
    points: float
    standard_error: float
    reviews: int


@dataclass(frozen=True)
class Variances:
    """Squared points: between applications, between reviewers, and what is left."""

    applications: float
    reviewers: float
    rest: float


@dataclass(frozen=True)
class Fit:
    """The model for the reviews of one call. `panels`: the reviewers of each unconnected group, the largest first."""

    mean: float
    variances: Variances
    scores: Mapping[int, AdjustedScore]
    severities: Mapping[int, Severity]
    panels: tuple[frozenset[int], ...]
    cautions: frozenset[Caution]

    @property
    def shrinkage(self) -> float | None:
        """λ: so many reviews the mean of all weighs beside an application's own; None where nothing else counts."""
        of_applications = self.variances.applications
        return self.variances.rest / of_applications if of_applications else None

    @property
    def can_rank(self) -> bool:
        """Whether there is enough to rank by: severity can be told from quality, and the applications apart."""
        return self.shrinkage is not None and not self.cautions & {Caution.THIN, Caution.ALIKE}

    def ranking_score(self, totals: Mapping[int, int]) -> Fraction:
        """The adjusted score of one application in hundredths of a point, exactly as it is made by hand.

        `totals` are {reviewer: total of the review, hundredths of a point}; mean μ, shrinkage λ and severities are
        taken as they are printed: μ + Σ(total − μ − severity of the reviewer) / (n + λ). Asked where it `can_rank`.
        """
        mean, shrinkage = printed(self.mean) * 100, printed(self.shrinkage or 0)
        severities = sum([printed(self.severities[one].points) for one in totals], Fraction(0))
        rest = sum(totals.values()) - len(totals) * mean - 100 * severities
        return mean + rest / (len(totals) + shrinkage)


@lru_cache(maxsize=1024)  # a ranking asks for the same few figures once for every review
def printed(number: float) -> Fraction:
    """A figure of the model as it is printed, exactly."""
    return Fraction(round(number, DECIMALS)).limit_denominator(10**DECIMALS)


def fit(reviews: tuple[Given, ...]) -> Fit | None:
    """Fit the model; None while there are not two applications, two reviewers and one application judged twice."""
    design = _Design(reviews)
    if min(len(design.applications), len(design.reviewers)) < 2 or design.count == len(design.applications):
        return None
    ratios = design.most_likely()
    solved = design.solve(*ratios)
    variance = solved.deviance / (design.count - 1)
    scores, errors = design.scores(solved, variance)
    severities, severity_errors = design.severities(solved, variance)
    half = scipy.special.stdtrit(design.freedom(solved), (1 + LEVEL) / 2) * errors  # the quantile of Student's t
    best, worst = _rank_ranges(scores - half, scores + half)
    panels = design.panels()
    return Fit(
        float(solved.mean),
        Variances(ratios[0] * variance, ratios[1] * variance, variance),
        {
            int(one): AdjustedScore(
                int(one),
                float(scores[place]),
                float(errors[place]),
                float(scores[place] - half[place]),
                float(scores[place] + half[place]),
                (int(best[place]), int(worst[place])),
            )
            for place, one in enumerate(design.applications)
        },
        {
            int(one): Severity(
                int(one), float(severities[place]), float(severity_errors[place]), int(design.per_reviewer[place])
            )
            for place, one in enumerate(design.reviewers)
        },
        panels,
        frozenset(_cautions(design, ratios, panels)),
    )


def _cautions(design: "_Design", ratios: tuple[float, float], panels: Sequence[frozenset[int]]) -> list[Caution]:
    found = []
    if len(panels) > 1:
        found.append(Caution.PANELS)
    if design.count - len(design.applications) - len(design.reviewers) + len(panels) < _THIN:
        found.append(Caution.THIN)
    if ratios[1] == 0:
        found.append(Caution.EVEN)
    if ratios[0] == 0:
        found.append(Caution.ALIKE)
    return found


def _rank_ranges(low: Array, high: Array) -> tuple[Array, Array]:
    """Best and worst rank of each: who lies wholly above, and who wholly below."""
    above = len(low) - np.searchsorted(np.sort(low), high, side="right")
    below = np.searchsorted(np.sort(high), low, side="left")
    return above + 1, len(low) - below


class _Solved(NamedTuple):
    """The equations solved for one pair of ratios. `inverse`: of the mean and the reviewers, applications absorbed."""

    mean: float
    reviewers: Array
    weights: Array
    inverse: Array
    deviance: float


class _Design:
    """Who judged what, as arrays: applications and reviewers are numbered from 0 in the order of their ids."""

    def __init__(self, reviews: Sequence[Given]) -> None:
        self.count = len(reviews)
        points = np.array([one.points for one in reviews], float)
        self.applications, rows = np.unique([one.application_id for one in reviews], return_inverse=True)
        self.reviewers, columns = np.unique([one.reviewer_id for one in reviews], return_inverse=True)
        shape = (len(self.applications), len(self.reviewers))
        self.judged = scipy.sparse.coo_array((np.ones(self.count), (rows, columns)), shape=shape).tocsr()
        self.per_application = np.bincount(rows, minlength=shape[0]).astype(float)
        self.per_reviewer = np.bincount(columns, minlength=shape[1]).astype(float)
        self.centre = float(points.mean()) if self.count else 0.0  # sums of squares stay small
        self.points = points - self.centre
        self.of_application = np.bincount(rows, self.points, shape[0])
        self.of_reviewer = np.bincount(columns, self.points, shape[1])
        self._pair_up()

    def _pair_up(self) -> None:
        """Each application's pairs of reviewers: where two of them meet the equations have an entry."""
        judged = self.judged
        start, length = judged.indptr[:-1], np.diff(judged.indptr)
        times = np.repeat(length, length)
        first = np.repeat(np.arange(judged.nnz), times)
        offset = np.arange(len(first)) - np.repeat(np.cumsum(times) - times, times)
        second = np.repeat(np.repeat(start, length), times) + offset
        self.pair_of = np.repeat(np.repeat(np.arange(len(length)), length), times)
        self.pair = judged.indices[first], judged.indices[second]
        self.pair_times = judged.data[first] * judged.data[second]

    def most_likely(self) -> tuple[float, float]:
        """Variance of applications and of reviewers as multiples of the rest, by REML."""
        bounds = [(_LEAST, _MOST)] * 2
        found = scipy.optimize.minimize(
            self._likelihood, np.zeros(2), method="L-BFGS-B", bounds=bounds, options=_WHERE_IT_IS_FLAT
        )
        applications, reviewers = (float(np.exp(one)) if one > _NONE else 0.0 for one in found.x)
        return applications, reviewers

    def _likelihood(self, logs: Array) -> float:
        """Minus twice the logarithm of the restricted likelihood, but for a constant; the rest's variance profiled."""
        applications, reviewers = np.exp(logs)
        matrix, right, weights = self._absorbed(applications, reviewers)
        factor = scipy.linalg.cholesky(matrix, lower=True, check_finite=False)
        half = scipy.linalg.solve_triangular(factor, right, lower=True, check_finite=False)
        deviance = self.points @ self.points - weights @ self.of_application**2 - half @ half
        determinant = np.log1p(self.per_application * applications).sum() + 2 * np.log(np.diag(factor)).sum()
        return float((self.count - 1) * np.log(max(deviance, 1e-9)) + determinant)

    def _absorbed(self, applications: float, reviewers: float) -> tuple[Array, Array, Array]:
        """Equations of the mean and the reviewers, each reviewer's scaled by the root of the ratio, and the weights."""
        weights = applications / (1 + self.per_application * applications)
        size, root = len(self.reviewers), np.sqrt(reviewers)
        common = np.bincount(
            self.pair[0] * size + self.pair[1], self.pair_times * weights[self.pair_of], size * size
        ).reshape(size, size)
        matrix = np.empty((size + 1, size + 1))
        matrix[0, 0] = (self.per_application / (1 + self.per_application * applications)).sum()
        matrix[0, 1:] = matrix[1:, 0] = root * (self.per_reviewer - self.judged.T @ (weights * self.per_application))
        matrix[1:, 1:] = reviewers * (np.diag(self.per_reviewer) - common) + np.eye(size)
        right = np.empty(size + 1)
        right[0] = self.points.sum() - weights @ (self.per_application * self.of_application)
        right[1:] = root * (self.of_reviewer - self.judged.T @ (weights * self.of_application))
        return matrix, right, weights

    def solve(self, applications: float, reviewers: float) -> _Solved:
        matrix, right, weights = self._absorbed(applications, reviewers)
        scale = np.append(1.0, np.full(len(self.reviewers), np.sqrt(reviewers)))
        inverse = scipy.linalg.inv(matrix, check_finite=False)
        found = inverse @ right
        deviance = self.points @ self.points - weights @ self.of_application**2 - right @ found
        effects = scale * found
        return _Solved(
            effects[0] + self.centre, effects[1:], weights, scale[:, None] * inverse * scale, max(float(deviance), 1e-9)
        )

    def scores(self, solved: _Solved, variance: float) -> tuple[Array, Array]:
        """Mean and effect of each application, and the standard error of its prediction."""
        mean, weights = solved.mean - self.centre, solved.weights
        rest = self.of_application - self.per_application * mean - self.judged @ solved.reviewers
        return solved.mean + weights * rest, np.sqrt(variance * self._spread(solved))

    def _spread(self, solved: _Solved) -> Array:
        """Variance of each prediction as a multiple of the rest."""
        weights = solved.weights
        kept = 1 - weights * self.per_application
        corner, edge = solved.inverse[0, 0], solved.inverse[0, 1:]
        beside = self.judged @ edge
        block = solved.inverse[1:, 1:]
        among = np.bincount(self.pair_of, self.pair_times * block[self.pair], len(self.applications))
        spread = corner * kept**2 - 2 * weights * kept * beside + weights**2 * among + weights
        return np.maximum(spread, 0)

    def freedom(self, solved: _Solved) -> Array:
        """Degrees of freedom of each score's error, by Satterthwaite (1946).

        How severe its reviewers are is known from their number, the rest from the reviews that are left over.
        """
        of_rest = solved.weights
        of_reviewers = np.maximum(self._spread(solved) - of_rest, 0)
        left = max(self.count - len(self.applications) - len(self.reviewers) + 1, 1)
        share = of_reviewers**2 / (len(self.reviewers) - 1) + of_rest**2 / left
        return (of_reviewers + of_rest) ** 2 / (share + 1e-12)

    def severities(self, solved: _Solved, variance: float) -> tuple[Array, Array]:
        """Effect of each reviewer and the standard error of its prediction."""
        return solved.reviewers, np.sqrt(variance * np.maximum(np.diag(solved.inverse)[1:], 0))

    def panels(self) -> tuple[frozenset[int], ...]:
        met = self.judged.T @ self.judged
        count, labels = scipy.sparse.csgraph.connected_components(met, directed=False)
        groups = [frozenset(int(one) for one in self.reviewers[labels == label]) for label in range(count)]
        return tuple(sorted(groups, key=lambda group: (-len(group), min(group))))
