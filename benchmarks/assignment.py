"""What is measured where applications are shared out: the flow alone, at two sizes, in a process of its own each.

`python -m benchmarks.assignment APPLICATIONS REVIEWERS` prints what one such process took.
"""

import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib import import_module

from flask import Flask

from app.services.assignment_facts import Asked, Judge
from benchmarks.measure import Figure
from models.applications import ApplicationStatus
from models.reviewers import Leaning

EACH = 3
AYIL_OKMOTUS, RAYONS, THEMES = 450, 40, 12
"""About as many as there are in the country, and in the list of themes."""
SPARE = 1.3
"""The reviewers can judge so many times what is asked of them."""
SIZES = (("", 2_000, 101, 2), ("-large", 20_000, 600, 30))


def sharing_out(_app: Flask, _floor: float) -> Iterator[Figure]:
    """Seconds from the facts to the pairs, and the most memory the process held."""
    for name, applications, reviewers, goal in SIZES:
        command = [sys.executable, "-m", "benchmarks.assignment", str(applications), str(reviewers)]
        done = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        assert done["pairs"] == EACH * applications, "nobody is left over"
        yield Figure(f"assignment{name}", done["seconds"], "s", goal, None, applications, "none")
        yield Figure(f"assignment{name}-memory", done["megabytes"], "MB", 500, None, applications, "none")


def _asked(number: int, chance: random.Random, reviewers: int) -> Asked:
    ayil_okmotu = chance.randrange(AYIL_OKMOTUS)
    interested = frozenset(one for one in (chance.randrange(reviewers * 3) for _ in range(4)) if one < reviewers)
    return Asked(
        id=number,
        number=f"A-{number}",
        status=ApplicationStatus.ELIGIBLE,
        association_id=number,
        centre_id=ayil_okmotu // 10,
        ayil_okmotu_id=ayil_okmotu,
        rayon_id=ayil_okmotu * RAYONS // AYIL_OKMOTUS,
        language=chance.choices(("ky", "ru", "en"), (80, 18, 2))[0],
        theme_id=chance.randrange(THEMES),
        interested=interested,
    )


def _judge(number: int, chance: random.Random, applications: int, limit: int) -> Judge:
    homes = frozenset(chance.sample(range(AYIL_OKMOTUS), 2))
    return Judge(
        id=number,
        limit=max(1, round(limit * chance.uniform(0.6, 1.4))),
        load=0,
        ayil_okmotu_ids=homes,
        rayon_ids=frozenset(one * RAYONS // AYIL_OKMOTUS for one in homes),
        languages=frozenset(chance.choice((("ky",), ("ky", "ru"), ("ky", "ru", "en")))),
        theme_ids=frozenset(chance.sample(range(THEMES), 3)),
        leanings={theme: chance.choice(list(Leaning)) for theme in chance.sample(range(THEMES), 3)},
        judged=dict.fromkeys(chance.sample(range(applications), min(20, applications)), 1),
    )


def main(applications: int, reviewers: int) -> None:
    """Share out once and print seconds, megabytes and pairs."""
    chance = random.Random(1)
    limit = round(EACH * applications * SPARE / reviewers)
    made = [_asked(number, chance, reviewers) for number in range(applications)]
    panel = [_judge(number, chance, applications, limit) for number in range(reviewers)]
    assignment_costs = import_module("app.services.assignment_costs")  # here as in the application: late
    start = time.perf_counter()
    shared = assignment_costs.share(made, [EACH] * applications, panel)
    seconds = round(time.perf_counter() - start, 2)
    megabytes = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    print(json.dumps({"seconds": seconds, "megabytes": megabytes, "pairs": len(shared.pairs)}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
