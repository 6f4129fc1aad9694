"""The arithmetic of moving money within a budget; amounts in tyiyn. Knows no database.

Finance lets a shift pass alone while no more than a quarter of a heading has moved since the agreement (domain issue
"Agreement and tranches": over 25 % of a heading needs approval).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

LIMIT_PERCENT = 25


@dataclass(frozen=True)
class Moved:
    """How much of a heading has moved since the agreement, this shift included: `amount` of `of`, its plan then."""

    heading: str
    amount: int
    of: int

    @property
    def is_over_limit(self) -> bool:
        return self.amount * 100 > self.of * LIMIT_PERCENT


def totals(amounts: Iterable[tuple[str, int]]) -> dict[str, int]:
    """{name: sum of its amounts}."""
    found: Counter[str] = Counter()
    for name, amount in amounts:
        found[name] += amount
    return dict(found)


def moved(agreed: Mapping[str, int], before: Iterable[Mapping[str, int]], now: Mapping[str, int]) -> list[Moved]:
    """What has moved of each heading that this shift changes.

    `agreed` is the plan of each heading in the agreement, `before` the change each earlier shift made to it, `now` the
    change this one makes. Moving there and back counts twice: it is the plan that moves. Shifts that leave a heading's
    sum as it is move nothing of it.
    """
    earlier = list(before)
    return [
        Moved(heading, abs(change) + sum(abs(one.get(heading, 0)) for one in earlier), agreed.get(heading, 0))
        for heading, change in now.items()
        if change
    ]


def is_over_limit(found: Iterable[Moved]) -> bool:
    """Whether more than a quarter of the smaller heading concerned has moved: of any, for the smaller is among them."""
    return any(one.is_over_limit for one in found)
