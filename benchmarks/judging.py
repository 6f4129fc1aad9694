"""What judging costs beside the pages: the severity of the reviewers of very many applications."""

from collections.abc import Iterator

import numpy as np
from flask import Flask

from app.services.severity import Given, fit
from benchmarks.measure import DATABASE, Cpu, Figure

APPLICATIONS, REVIEWERS, EACH, RUNS = 20_000, 600, 3, 5


def severity_fit(_app: Flask, floor: float) -> Iterator[Figure]:
    """The model fitted to three reviews of each of 20,000 applications by 600 reviewers."""
    seconds = []
    for seed in range(RUNS):
        random = np.random.default_rng(seed)
        quality, severity = random.normal(60, 8, APPLICATIONS), random.normal(0, 6, REVIEWERS)
        reviews = tuple(
            Given(one, int(judge), float(quality[one] + severity[judge] + random.normal(0, 6)))
            for one in range(APPLICATIONS)
            for judge in random.choice(REVIEWERS, EACH, replace=False)
        )
        start = Cpu.now()
        fit(reviews)
        seconds.append((Cpu.now() - start) / 1000)
    yield Figure("severity-fit", round(sorted(seconds)[RUNS // 2], 2), "s CPU", 3, round(floor, 2), RUNS, DATABASE[0])
