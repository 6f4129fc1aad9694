"""What is measured where a call selects: both methods, and the price of each rule, in a process of its own each.

`python -m benchmarks.selection APPLICATIONS whole|partial` prints what one such process took.
"""

import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from fractions import Fraction

from flask import Flask

from app.services import selection, selection_solver
from app.services.selection import Candidate, Cap, Line, Rules, Share
from benchmarks.measure import Figure

APPLICATIONS = 2_000
SOM = 100
AYIL_OKMOTUS, RAYONS = 450, 40
OBLASTS = 3
FUNDED = 0.1
"""The money covers this part of what is asked for."""


def selecting(_app: Flask, _floor: float) -> Iterator[Figure]:
    """Seconds of CPU for both methods, for the prices of all rules, and the most memory the process held."""
    for kind, suffix in (("whole", ""), ("partial", "-partial")):
        command = [sys.executable, "-m", "benchmarks.selection", str(APPLICATIONS), kind]
        done = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1])
        yield Figure(f"selection{suffix}", done["seconds"], "s CPU", 2, None, APPLICATIONS, "none")
        yield Figure(f"selection{suffix}-prices", done["with prices"], "s CPU", None, None, APPLICATIONS, "none")
        yield Figure(f"selection{suffix}-missing", done["missing"], "points", None, None, APPLICATIONS, "none")
        yield Figure(f"selection{suffix}-memory", done["megabytes"], "MB", 500, None, APPLICATIONS, "none")


def made(count: int, *, partial: bool) -> tuple[list[Candidate], Rules]:
    """A call under ten rules: three caps, three shares, the thresholds, four lines of two funds and what these have."""
    chance = random.Random(4)
    candidates = []
    for number in range(count):
        oblast = chance.randrange(OBLASTS)
        candidates.append(
            Candidate(
                id=number,
                value=Fraction(chance.randrange(3500, 9800)),
                asked=chance.randrange(20, 101) * 5_000 * SOM,
                lines=(oblast, OBLASTS),
                oblast_id=oblast,
                ayil_okmotu_id=oblast * 150 + chance.randrange(150),
                applicant_id=chance.randrange(count * 3 // 4),
                is_first_time=chance.random() < 0.4,
                is_women_led=chance.random() < 0.3,
                is_youth_led=chance.random() < 0.2,
            )
        )
    candidates = [one._replace(passes=one.value >= 6000) for one in sorted(candidates, key=lambda one: -one.value)]
    together = int(sum(one.asked for one in candidates) * FUNDED)
    lines = (*(Line(oblast, 1, together // 5) for oblast in range(OBLASTS)), Line(OBLASTS, 2, together * 2 // 5))
    rules = Rules(
        lines,
        {1: together // 2, 2: together * 2 // 5},
        {Cap.OBLAST: count // 30, Cap.AYIL_OKMOTU: 1, Cap.APPLICANT: 1},
        {Share.FIRST_TIME: 50, Share.WOMEN_LED: 40, Share.YOUTH_LED: 25},
        partial_awards=partial,
        least=100_000 * SOM,
    )
    return candidates, rules


def main(count: int, kind: str) -> None:
    """Select once and print seconds, megabytes and by how many points a better selection could still be better."""
    candidates, rules = made(count, partial=kind == "partial")
    selection_solver.best(candidates[:20], rules)  # the solver is loaded
    start = time.process_time()
    straight = selection.down_the_list(candidates, rules)
    optimum = selection_solver.best(candidates, rules, straight)
    seconds = time.process_time() - start
    selection_solver.prices(candidates, rules, optimum)
    missing = 0.0 if optimum.is_proven else (optimum.bound - float(optimum.selection.value)) / 100
    print(
        json.dumps(
            {
                "seconds": round(seconds, 2),
                "with prices": round(time.process_time() - start, 2),
                "missing": round(missing, 2),
                "megabytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
                "selected": [len(straight.awards), len(optimum.selection.awards)],
                "value": [round(float(straight.value) / 100, 2), round(float(optimum.selection.value) / 100, 2)],
            }
        )
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
