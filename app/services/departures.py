"""Decisions that depart from the ranking. Plain comparison."""

from collections.abc import Sequence
from typing import NamedTuple

from models.council_sessions import DecisionOutcome


class Decided(NamedTuple):
    """One decision: its application, the place in the ranking (none: not ranked), whether it passes, the outcome."""

    key: int
    rank: int | None
    passes: bool
    outcome: DecisionOutcome


def departures(decided: Sequence[Decided]) -> dict[int, list[int]]:
    """{application: those it changed places with}: selected before better ones that pass, or passed over by worse ones.

    Applications of the same rank may be taken in any order.
    """
    ranked = [(one.rank, one) for one in decided if one.rank is not None and one.passes]
    found: dict[int, list[int]] = {}
    for rank, one in ranked:
        is_selected = one.outcome is DecisionOutcome.SELECTED
        crossed = [
            other.key
            for place, other in ranked
            if (other.outcome is DecisionOutcome.SELECTED) is not is_selected
            and (place < rank if is_selected else place > rank)
        ]
        if crossed:
            found[one.key] = crossed
    return found
