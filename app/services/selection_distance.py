"""How far an application is from the budget line: the place in the list that would bring it over. Plain arithmetic."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.services.selection import Candidate, Rules, down_the_list


@dataclass(frozen=True)
class Distance:
    """`points`: so many hundredths of a point are missing to be level with the application whose place is needed.

    `place` is that place in the list, from 1. Both None: no place in the list would do.
    """

    points: Fraction | None
    place: int | None


def distance(candidates: Sequence[Candidate], rules: Rules, candidate: Candidate) -> Distance:
    """How far one that is not selected down the list is from it, all others as they are and its thresholds reached."""
    own = next(place for place, one in enumerate(candidates) if one.id == candidate.id)
    others, passing = [one for one in candidates if one.id != candidate.id], candidate._replace(passes=True)

    def is_selected(place: int) -> bool:
        return candidate.id in down_the_list([*others[:place], passing, *others[place:]], rules).awards

    if not is_selected(0):
        return Distance(None, None)
    first, last = 0, own  # it is selected at `first`, and looked for is the last place where it is
    while first < last:
        middle = (first + last + 1) // 2
        first, last = (middle, last) if is_selected(middle) else (first, middle - 1)
    missing = others[first].value - candidate.value if first < own else Fraction(0)
    return Distance(missing, first + 1)
