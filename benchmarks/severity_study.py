"""`python -m benchmarks.severity_study`: calls with a known truth, judged by severe and lenient reviewers.

Prints, as the table kept in docs/severity-study.md, how well the raw mean and the adjusted score find the true order
(Kendall's tau), and how often the true score lies in the 90 % interval.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.stats import kendalltau

from app.services.severity import LEVEL, Given, fit

CALLS = 200
QUALITY, REST = 8.0, 6.0
"""Standard deviations in points: of what applications are worth, and of what a review adds by chance."""


@dataclass(frozen=True)
class Panel:
    """How a call is judged. `severity`: standard deviation of the reviewers' severity in points."""

    applications: int
    reviewers: int
    each: int
    severity: float


@dataclass(frozen=True)
class Result:
    """Means over the calls; `errors` their standard errors."""

    raw: float
    adjusted: float
    coverage: float
    error: float


PANELS = [
    Panel(applications, reviewers, each, severity)
    for applications, reviewers in ((21, 7), (63, 15), (200, 40))
    for each in (2, 3)
    for severity in (0.0, 3.0, 6.0, 10.0)
]


def study(panel: Panel, calls: int, seed: int) -> Result:
    """Judge so many calls and hold what is found against the truth."""
    random = np.random.default_rng(seed)
    rows = np.array(list(_calls(panel, calls, random)))
    raw, adjusted, covered = rows.mean(axis=0)
    return Result(raw, adjusted, covered, float(rows[:, 2].std(ddof=1) / np.sqrt(calls)))


def _calls(panel: Panel, calls: int, random: np.random.Generator) -> Iterator[tuple[float, float, float]]:
    for _call in range(calls):
        truth = 60 + random.normal(0, QUALITY, panel.applications)
        severities = random.normal(0, panel.severity, panel.reviewers)
        reviews = [
            Given(one, int(judge), float(truth[one] + severities[judge] + random.normal(0, REST)))
            for one in range(panel.applications)
            for judge in random.choice(panel.reviewers, panel.each, replace=False)
        ]
        found = fit(tuple(reviews))
        assert found is not None
        raw = np.bincount([one.application_id for one in reviews], [one.points for one in reviews])
        rows = [found.scores[one] for one in range(panel.applications)]
        covered = np.mean([row.low <= value <= row.high for row, value in zip(rows, truth, strict=True)])
        # Where the model sees no difference between applications every order is as good: tau is 0.
        adjusted = np.nan_to_num(kendalltau([row.score for row in rows], truth)[0])
        yield kendalltau(raw, truth)[0], adjusted, float(covered)


def main() -> int:
    print(f"| applications | reviewers | each | severity | τ raw | τ adjusted | in the {LEVEL:.0%} interval |")
    print("|---:|---:|---:|---:|---:|---:|---:|")
    for number, panel in enumerate(PANELS):
        one = study(panel, CALLS, seed=2026 + number)
        print(
            f"| {panel.applications} | {panel.reviewers} | {panel.each} | {panel.severity:g} | {one.raw:.3f} | "
            f"{one.adjusted:.3f} | {one.coverage:.1%} ± {1.96 * one.error:.1%} |",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
