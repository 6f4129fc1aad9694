"""Scores: weighted totals, thresholds and ranks. Pure integer arithmetic in hundredths of a point.

Rule (domain.md section 5): total = Σ weight × level / 5, at most 100; pass: total >= 60 and no section
below half of its weight. weight × level / 5 points are weight × level × 20 hundredths, so nothing is rounded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import lcm

LEVELS = (1, 2, 3, 4, 5)


def section_score(weight: int, level: int) -> int:
    """Hundredths of a point that `level` (1-5, or a sum of such) earns on a criterion of `weight` points."""
    return weight * level * 20


def total(levels: Mapping[str, int], weights: Mapping[str, int]) -> int:
    """The total of one review in hundredths of a point; `levels` and `weights` are keyed by criterion."""
    return section_score(1, sum([weight * levels[key] for key, weight in weights.items()]))


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
        key: part_of(section_score(weight, sum([levels[key] for levels in reviews])), count)
        for key, weight in weights.items()
    }
    mean = part_of(sum(totals), count)
    return Standing(application_id, mean, sections, count, max(totals) - min(totals) if totals else 0)


@lru_cache(maxsize=4096)  # sums of few levels: the applications of a call have the same ones again and again
def part_of(whole: int, count: int) -> Fraction:
    """The exact mean of `count` values that add up to `whole`; zero where there is none."""
    return Fraction(whole, count) if count else Fraction(0)


def passes(one: Standing, weak: Sequence[str], pass_total: int) -> bool:
    """Whether the total reaches its threshold (points), and every section does: none is `weak`."""
    return not weak and one.mean >= pass_total * 100


def weak_sections(one: Standing, weights: Mapping[str, int], pass_section_percent: int) -> list[str]:
    """Criteria whose mean is below the threshold share (percent) of their weight."""
    found = ((key, one.sections[key], weight * pass_section_percent) for key, weight in weights.items())
    return [key for key, mean, least in found if mean.numerator < least * mean.denominator]


def ranked(
    standings: Sequence[Standing], order: Sequence[str], scores: Mapping[int, Fraction] | None = None
) -> list[tuple[int, Standing]]:
    """(rank, standing) from best to worst by the mean, or by these `scores` of the applications.

    Ties go by the published order of criteria; true ties share a rank.
    """

    values = {
        one.application_id: (
            scores[one.application_id] if scores else one.mean,
            *(one.sections[criterion] for criterion in order),
        )
        for one in standings
    }
    shared = lcm(*{value.denominator for of_it in values.values() for value in of_it})
    keys = {  # as whole numbers of one denominator they are compared many times faster, and as exactly
        one: [-value.numerator * (shared // value.denominator) for value in of_it] for one, of_it in values.items()
    }
    rows = sorted(standings, key=lambda one: (keys[one.application_id], one.application_id))
    result: list[tuple[int, Standing]] = []
    for position, one in enumerate(rows, start=1):
        same = bool(result) and keys[result[-1][1].application_id] == keys[one.application_id]
        result.append((result[-1][0] if same else position, one))
    return result
