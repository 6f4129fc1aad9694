"""Scores: weighted totals, thresholds and ranks. Pure integer arithmetic in hundredths of a point.

Rule (domain.md section 5): total = Σ weight × level / 5, at most 100; pass: total >= 60 and no section
below half of its weight. weight × level / 5 points are weight × level × 20 hundredths, so nothing is rounded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

LEVELS = (1, 2, 3, 4, 5)


def section_score(weight: int, level: int) -> int:
    """Hundredths of a point that `level` (1-5) earns on a criterion of `weight` points."""
    return weight * level * 20


def total(levels: Mapping[str, int], weights: Mapping[str, int]) -> int:
    """The total of one review in hundredths of a point; `levels` and `weights` are keyed by criterion."""
    return sum(section_score(weights[key], levels[key]) for key in weights)


@dataclass(frozen=True)
class Standing:
    """One application's scores. `mean` in hundredths of a point; `sections` the mean hundredths per criterion."""

    application_id: int
    mean: Fraction
    sections: Mapping[str, Fraction]
    reviews: int
    spread: int


def standing(application_id: int, reviews: Sequence[Mapping[str, int]], weights: Mapping[str, int]) -> Standing:
    """Mean over `reviews` (each {criterion: level}) with the spread between the highest and lowest total."""
    totals = [total(levels, weights) for levels in reviews]
    count = len(reviews)
    sections = {
        key: Fraction(sum(section_score(weights[key], levels[key]) for levels in reviews), count)
        if count
        else Fraction(0)
        for key in weights
    }
    mean = Fraction(sum(totals), count) if count else Fraction(0)
    return Standing(application_id, mean, sections, count, max(totals) - min(totals) if totals else 0)


def passes(one: Standing, weights: Mapping[str, int], pass_total: int, pass_section_percent: int) -> bool:
    """Whether total and every section reach their thresholds (points, and percent of the section's weight)."""
    return one.mean >= pass_total * 100 and not weak_sections(one, weights, pass_section_percent)


def weak_sections(one: Standing, weights: Mapping[str, int], pass_section_percent: int) -> list[str]:
    """Criteria whose mean is below the threshold share of their weight."""
    return [key for key, weight in weights.items() if one.sections[key] < weight * pass_section_percent]


def ranked(
    standings: Sequence[Standing], order: Sequence[str], scores: Mapping[int, Fraction] | None = None
) -> list[tuple[int, Standing]]:
    """(rank, standing) from best to worst by the mean, or by these `scores` of the applications.

    Ties go by the published order of criteria; true ties share a rank.
    """

    def key(one: Standing) -> tuple[Fraction, ...]:
        return (scores[one.application_id] if scores else one.mean, *(one.sections[criterion] for criterion in order))

    rows = sorted(standings, key=lambda one: (*(-part for part in key(one)), one.application_id))
    result: list[tuple[int, Standing]] = []
    for position, one in enumerate(rows, start=1):
        same = bool(result) and key(result[-1][1]) == key(one)
        result.append((result[-1][0] if same else position, one))
    return result
