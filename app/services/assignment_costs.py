"""Which pairs of an application and a reviewer are barred, what the others cost, and how they are shared out.

Arithmetic only, without a database.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from app.services import matching
from app.services.assignment_facts import Asked, Judge
from app.services.assignment_reasons import BARS, COSTS, EARLIER, MOST_EARLIER, Bar
from app.services.matching import Problem
from models.reviewers import Leaning


@dataclass(frozen=True)
class Unmet:
    """An application that gets too few: how many it lacks and, when nobody else is left, what bars how many."""

    application_id: int
    lacks: int
    is_barred: bool
    bars: Mapping[Bar, int]


@dataclass(frozen=True)
class Shared:
    """`pairs` of application and user ids; what is `unmet`, and the `full` reviewers (ids) who lack `places`."""

    pairs: list[tuple[int, int]]
    unmet: list[Unmet] = field(default_factory=list)
    full: list[int] = field(default_factory=list)
    places: int = 0


def share(applications: Sequence[Asked], wanted: Sequence[int], judges: Sequence[Judge]) -> Shared:
    """Give each application the reviewers it is `wanted` to get more, as far as limits and bars allow."""
    if not applications or not judges:
        left = [Unmet(one.id, count, True, {}) for one, count in zip(applications, wanted, strict=True) if count]
        return Shared([], left)
    bars = _bars(applications, judges)
    problem = Problem(
        wanted=np.array(wanted, dtype=np.int64),
        limits=np.array([one.limit for one in judges], dtype=np.int64),
        loads=np.array([one.load for one in judges], dtype=np.int64),
        costs=_costs(applications, judges),
        allowed=bars == 0,
    )
    found = matching.solve(problem)
    pairs = [(applications[row].id, judges[column].id) for row, column in found.pairs]
    why = matching.shortage(problem, found)
    if why is None:
        return Shared(pairs)
    unmet = [
        Unmet(applications[row].id, int(found.lacking[row]), row in why.barred, _counted(bars[row]))
        for row in map(int, np.flatnonzero(found.lacking))
    ]
    return Shared(pairs, unmet, [judges[column].id for column in why.full], why.places)


def _counted(bars: Any) -> dict[Bar, int]:
    """How many reviewers each bar keeps from an application."""
    counts = np.bincount(bars, minlength=len(BARS) + 1)[1:]
    return {bar: int(count) for bar, count in zip(BARS, counts, strict=True) if count}


def _bars(applications: Sequence[Asked], judges: Sequence[Judge]) -> Any:
    """The place in `BARS`, from 1, of the first that keeps a reviewer from an application; 0 for none."""
    places = {one.id: column for column, one in enumerate(judges)}
    masks = {
        Bar.UNAVAILABLE: np.broadcast_to(np.array([one.limit == 0 for one in judges]), _shape(applications, judges)),
        Bar.INTEREST: _named([one.interested for one in applications], places),
        Bar.AYIL_OKMOTU: _within([one.ayil_okmotu_id for one in applications], [one.ayil_okmotu_ids for one in judges]),
        Bar.ACTS_FOR: _within([one.association_id for one in applications], [one.association_ids for one in judges])
        | _within([one.centre_id for one in applications], [one.centre_ids for one in judges]),
        Bar.RAYON: _within([one.rayon_id for one in applications], [one.rayon_ids for one in judges]),
        Bar.ASKED: _named([one.asked for one in applications], places),
    }
    found = np.zeros(_shape(applications, judges), dtype=np.int8)
    for number, bar in enumerate(BARS, start=1):
        found[(found == 0) & masks[bar]] = number
    return found


def _costs(applications: Sequence[Asked], judges: Sequence[Judge]) -> Any:
    """The cost of every pair, as `assignment_reasons.reasons_of` tells it in words."""
    languages, themes = [one.language for one in applications], [one.theme_id for one in applications]
    total = np.zeros(_shape(applications, judges), dtype=np.int16)  # there are millions of pairs: nothing wider

    def add(mask: Any, cost: int) -> None:
        total[np.broadcast_to(mask, total.shape)] += cost

    is_silent = np.array([one.languages is None for one in judges])
    reads = _within(languages, [one.languages or () for one in judges])
    add(is_silent, COSTS["language", "unsaid"])
    add(~reads & ~is_silent, COSTS["language", "reads_not"])
    unsaid = np.array([not one.theme_ids for one in judges]) | np.array([one is None for one in themes])[:, None]
    knows = _within(themes, [one.theme_ids or () for one in judges])
    add(unsaid, COSTS["theme", "unsaid"])
    add(~knows & ~unsaid, COSTS["theme", "knows_not"])
    wishes, rather_not = (
        _within(themes, [[key for key, said in (one.leanings or {}).items() if said is leaning] for one in judges])
        for leaning in (Leaning.WISH, Leaning.RATHER_NOT)
    )
    add(rather_not, COSTS["leaning", "rather_not"])
    add(~wishes & ~rather_not, COSTS["leaning", "none"])
    earlier = _numbers([one.association_id for one in applications], [one.judged or {} for one in judges])
    total += np.minimum(earlier, MOST_EARLIER) * np.int16(EARLIER)
    return total


def _shape(applications: Sequence[Asked], judges: Sequence[Judge]) -> tuple[int, int]:
    return len(applications), len(judges)


def _named(users: Iterable[Collection[int]], places: Mapping[int, int]) -> Any:
    """Which reviewers each application names."""
    rows = [[places[one] for one in named if one in places] for named in users]
    found = np.zeros((len(rows), len(places)), dtype=bool)
    for row, columns in enumerate(rows):
        found[row, columns] = True
    return found


def _within(values: Sequence[Any], sets: Sequence[Collection[Any]]) -> Any:
    """Whose set holds the value of each application; None is in nobody's."""
    return _numbers(values, [dict.fromkeys(one, 1) for one in sets]) > 0


def _numbers(values: Sequence[Any], tables: Sequence[Mapping[Any, int]]) -> Any:
    """What each reviewer's table says of the value of each application, 0 for nothing."""
    codes = {value: code for code, value in enumerate(dict.fromkeys(values))}
    by_code = np.zeros((len(codes), len(tables)), dtype=np.int16)
    for column, table in enumerate(tables):
        for value, number in table.items():
            if value in codes and value is not None:
                by_code[codes[value], column] = number
    return by_code[np.array([codes[value] for value in values])]
