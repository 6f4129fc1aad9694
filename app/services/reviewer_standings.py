"""How the reviewers of a call judged: severity, spread, agreement; and which levels each criterion got."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from statistics import mean, pstdev

from app.services import scoring, users
from app.services.rankings import Ranking
from app.services.severity import Severity


@dataclass(frozen=True)
class ReviewerStanding:
    """One reviewer in one call, in points. `agreement`: how far from the others of the same applications, on average.

    `spread` is the standard deviation of the totals given; None of a single review, `agreement` where nobody else
    judged, `severity` where there is too little to tell.
    """

    reviewer_id: int
    name: str
    reviews: int
    mean: float
    spread: float | None
    agreement: float | None
    severity: Severity | None


def of(ranking: Ranking) -> list[ReviewerStanding]:
    """The reviewers from the severest on."""
    given: dict[int, list[int]] = defaultdict(list)
    apart: dict[int, list[float]] = defaultdict(list)
    for row in ranking.rows:
        for reviewer, total in row.totals.items():
            given[reviewer].append(total)
            others = [other for one, other in row.totals.items() if one != reviewer]
            if others:
                apart[reviewer].append(abs(total - mean(others)) / 100)
    names = users.names_of(given)
    severities = ranking.fit.severities if ranking.fit else {}
    found = [
        ReviewerStanding(
            reviewer,
            names[reviewer],
            len(totals),
            mean(totals) / 100,
            pstdev(totals) / 100 if len(totals) > 1 else None,
            mean(apart[reviewer]) if apart[reviewer] else None,
            severities.get(reviewer),
        )
        for reviewer, totals in given.items()
    ]
    return sorted(found, key=lambda one: (one.severity.points if one.severity else one.mean, one.name))


@dataclass(frozen=True)
class CriterionStanding:
    """How often each level was given on one criterion, and the mean level."""

    key: str
    counts: Mapping[int, int]
    mean: Fraction


def by_criterion(ranking: Ranking, keys: Collection[str]) -> list[CriterionStanding]:
    """The criteria in the order of `keys`; none while nothing is judged."""
    counts: dict[str, Counter[int]] = {key: Counter() for key in keys}
    for row in ranking.rows:
        for levels in ranking.levels[row.application.id].values():
            for key, level in levels.items():
                counts[key][level] += 1
    return [
        CriterionStanding(
            key,
            {level: found[level] for level in scoring.LEVELS},
            Fraction(sum(level * count for level, count in found.items()), found.total()),
        )
        for key, found in counts.items()
        if found
    ]
