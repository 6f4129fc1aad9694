"""The selection of highest value that the rules of a call allow, and the price of each rule. Plain arithmetic.

A 0/1 program: one unknown for each application and line it can be paid from, where less than what is asked may be
awarded one more for what is taken off. First its relaxation is solved: what an application would cost there (its
reduced cost) says which ones no selection can do without or with if it is to beat the one down the list. Only the rest
goes to the solver (HiGHS). The same input gives the same answer: no clock decides.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import scipy  # its parts are loaded where they are first used
from numpy.typing import NDArray

from app.services.selection import (
    COUNTS_FOR,
    PLACE_OF,
    Award,
    Candidate,
    Cap,
    Line,
    Rules,
    Selection,
    Share,
    down_the_list,
    problems,
    value_of,
)

Array = NDArray[Any]


@dataclass(frozen=True)
class Effort:
    """How hard to look: so many unknowns go to the solver (first and, when the proof needs it, again), and so many
    branches it looks at."""

    cores: tuple[int, ...]
    nodes: int


THOROUGH = Effort((300, 900), 500)
QUICK = Effort((120,), 100)
"""For the prices, each of which is a selection of its own; a usual call is within it."""
EQUAL = 1e-6
"""Values (hundredths of a point) that differ by less are the same to the solver."""


@dataclass(frozen=True)
class Optimum:
    """The best selection found; `bound`: no selection is worth more (hundredths of a point).

    `is_proven`: there is none better. `hindrances` of the selection are empty: it follows no list.
    """

    selection: Selection
    bound: float
    is_proven: bool


@dataclass(frozen=True)
class Price:
    """What a rule costs: value gained (hundredths of a point) if it were not there, who would come in and who go out.

    `rule`: a cap, a share or, None, the thresholds.
    """

    rule: Cap | Share | None
    gained: Fraction
    come_in: tuple[int, ...]
    go_out: tuple[int, ...]
    is_proven: bool


def best(
    candidates: Sequence[Candidate], rules: Rules, start: Selection | None = None, effort: Effort = THOROUGH
) -> Optimum:
    """The selection of highest value; never worse than straight down the list, nor than `start`."""
    found = max(
        (one for one in (down_the_list(candidates, rules), start) if one is not None), key=lambda one: one.value
    )
    possible = [one for one in candidates if one.lines and (one.passes or not rules.has_thresholds)]
    program = _Program(possible, rules)
    if not program.unknowns:
        return Optimum(found, float(found.value), True)
    relaxed = program.relax()
    if relaxed is None:
        return Optimum(found, float(sum(one.value for one in possible)), False)
    guided = down_the_list(program.by_cost(relaxed, possible), rules)
    if guided.value > found.value:
        found = Selection(guided.awards, {}, guided.value)
    chosen, limit, is_proven = program.search(relaxed, float(found.value), effort)
    awards = _exact(possible, chosen, rules)
    if awards is not None and not problems(possible, awards, rules):
        better = Selection(awards, {}, value_of(possible, awards))
        found = max(found, better, key=lambda one: one.value)
    return Optimum(found, max(limit, float(found.value)), is_proven)


def prices(candidates: Sequence[Candidate], rules: Rules, optimum: Optimum) -> list[Price]:
    """The price of every cap and share and of the thresholds."""
    before = set(optimum.selection.awards)
    given: list[Cap | Share | None] = [*rules.caps, *rules.shares, *([None] if rules.has_thresholds else [])]
    found = []
    for rule in given:
        if _can_cost(candidates, rules, rule):
            free = best(candidates, rules.without(rule), optimum.selection, QUICK)
        else:
            free = optimum
        after = set(free.selection.awards)
        order = [one.id for one in candidates]
        found.append(
            Price(
                rule,
                free.selection.value - optimum.selection.value,
                tuple(one for one in order if one in after - before),
                tuple(one for one in order if one in before - after),
                free.is_proven and optimum.is_proven,
            )
        )
    return found


def _can_cost(candidates: Sequence[Candidate], rules: Rules, rule: Cap | Share | None) -> bool:
    """Whether the rule can keep anybody out."""
    if rule is None:
        return not all(one.passes for one in candidates)
    if isinstance(rule, Cap):
        return max(Counter(map(PLACE_OF[rule], [*rules.taken, *candidates])).values(), default=0) > rules.caps[rule]
    return not all(COUNTS_FOR[rule](one) for one in candidates)


class _Relaxed:
    """The program without 0/1: its solution, and what each unknown costs there."""

    def __init__(self, found: Any) -> None:
        self.value = -float(found.fun)
        self.chosen: Array = found.x
        self.costs: Array = found.lower.marginals + found.upper.marginals


class _Program:
    """Unknowns in pairs (application, line), in their order; with partial awards as many again for what is taken off.

    Amounts are in the largest unit that measures all of them, so that they are small whole numbers.
    """

    def __init__(self, candidates: Sequence[Candidate], rules: Rules) -> None:
        self.rules = rules
        self.unknowns = [(place, line) for place, one in enumerate(candidates) for line in one.lines]
        self.size = len(self.unknowns)
        if not self.size:
            return
        self.owner = np.array([place for place, _line in self.unknowns])
        owners = [candidates[place] for place, _line in self.unknowns]
        unit = math.gcd(*(one.asked for one in owners), rules.least if rules.partial_awards else 0)
        self.unit = max(unit, 1)
        self.asked = np.array([one.asked // self.unit for one in owners], float)
        least = np.array([rules.least_for(one) for one in owners]) / self.unit
        self.room = self.asked - least
        values = np.array([float(one.value) for one in owners])
        self.is_partial = rules.partial_awards and bool((self.room > 0).any())
        self.worth = np.concatenate([values, -values / self.asked]) if self.is_partial else values
        self._rows: list[tuple[Array, Array, float]] = []
        self._each_once()
        self._money(rules.lines)
        self._caps(owners)
        self._shares(owners)
        self.matrix, self.most = self._together()

    def _row(self, places: Array, factors: Array, most: float) -> None:
        self._rows.append((places, factors, most))

    def _each_once(self) -> None:
        for places in _groups(self.owner):
            if len(places) > 1:
                self._row(places, np.ones(len(places)), 1)

    def _money(self, lines: Sequence[Line]) -> None:
        line_of = np.array([line for _place, line in self.unknowns])
        fund_of = {one.id: one.fund_id for one in lines}
        of_fund = np.array([fund_of[line] for _place, line in self.unknowns])
        sides = [(line_of == one.id, one.left) for one in lines]
        sides += [(of_fund == fund_id, has) for fund_id, has in self.rules.funds.items()]
        for among, has in sides:
            places = np.flatnonzero(among)
            most = max(has, 0) / self.unit if self.is_partial else max(has, 0) // self.unit
            if self.asked[places].sum() > most:
                factors = self.asked[places]
                if self.is_partial:
                    places, factors = (
                        np.concatenate([places, places + self.size]),
                        np.concatenate([factors, -np.ones(len(places))]),
                    )
                self._row(places, factors, most)

    def _caps(self, owners: Sequence[Candidate]) -> None:
        for cap, most in self.rules.caps.items():
            taken = Counter(map(PLACE_OF[cap], self.rules.taken))
            for places in _groups(np.array([PLACE_OF[cap](one) for one in owners])):
                more = max(0, most - taken[PLACE_OF[cap](owners[places[0]])])
                if len(np.unique(self.owner[places])) > more:
                    self._row(places, np.ones(len(places)), more)

    def _shares(self, owners: Sequence[Candidate]) -> None:
        everyone = np.arange(self.size)
        for share, percent in self.rules.shares.items():
            counts = np.array([COUNTS_FOR[share](one) for one in owners], float)
            taken = sum(100 * COUNTS_FOR[share](one) - percent for one in self.rules.taken)
            self._row(everyone, percent - 100 * counts, taken)

    def _together(self) -> tuple[Any, Array]:
        if self.is_partial:
            for place in range(self.size):  # nothing is taken off what is not awarded, and no more than there is room
                self._row(np.array([place, place + self.size]), np.array([-self.room[place], 1.0]), 0)
        if not self._rows:
            self._row(np.array([0]), np.ones(1), 1)
        lengths = [len(places) for places, _factors, _most in self._rows]
        matrix = scipy.sparse.csc_array(
            (
                np.concatenate([factors for _places, factors, _most in self._rows]),
                (
                    np.repeat(np.arange(len(lengths)), lengths),
                    np.concatenate([places for places, _factors, _most in self._rows]),
                ),
            ),
            shape=(len(lengths), len(self.worth)),
        )
        return matrix, np.array([most for _places, _factors, most in self._rows], float)

    def relax(self) -> _Relaxed | None:
        upper = np.concatenate([np.ones(self.size), np.full(len(self.worth) - self.size, np.inf)])
        bounds = np.column_stack([np.zeros(len(self.worth)), upper])
        found = scipy.optimize.linprog(-self.worth, A_ub=self.matrix, b_ub=self.most, bounds=bounds, method="highs-ds")
        return _Relaxed(found) if found.success else None

    def by_cost(self, relaxed: _Relaxed, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The applications in the order in which the relaxation wants them."""
        costs = np.full(len(candidates), np.inf)
        np.minimum.at(costs, self.owner, relaxed.costs[: self.size])
        shares = np.bincount(self.owner, relaxed.chosen[: self.size], len(candidates))
        return [candidates[place] for place in np.lexsort((np.arange(len(candidates)), -shares, costs))]

    def search(self, relaxed: _Relaxed, known: float, effort: Effort) -> tuple[list[tuple[int, int]], float, bool]:
        """(application, line) of those selected, the value nothing exceeds, and whether this is proven to be the best.

        An unknown whose reduced cost is more than what can still be gained keeps its side: of the others as many as
        `effort` says are looked at, those with the smallest cost.
        """
        costs = np.abs(relaxed.costs[: self.size])
        chosen: list[tuple[int, int]] = []
        for most in effort.cores:
            core = most // 3 if self.is_partial else most  # each has a second unknown and a row of its own then
            gain = max(relaxed.value - known, 0.0) + EQUAL
            width = gain if self.size <= core else min(gain, float(np.partition(costs, core)[core]))
            values, value, bound, is_done = self._branch(relaxed, costs > width, effort.nodes)
            if values is not None and value >= known - EQUAL:
                known, chosen = max(known, value), [self.unknowns[place] for place in np.flatnonzero(values > 0.5)]
            if relaxed.value - known <= width + EQUAL:  # nobody outside could have made it better
                return chosen, min(bound, relaxed.value) if is_done else relaxed.value, is_done
        return chosen, relaxed.value, False

    def _branch(self, relaxed: _Relaxed, keeps: Array, nodes: int) -> tuple[Array | None, float, float, bool]:
        """Solve for those that do not keep their side: the unknowns, their value, the bound, whether it is done."""
        is_in = relaxed.chosen[: self.size] > 0.5
        there = ~keeps | is_in
        lower = np.zeros(len(self.worth))
        lower[: self.size][keeps & is_in] = 1
        upper = np.concatenate([np.ones(self.size), np.full(len(self.worth) - self.size, np.inf)])
        whole = np.concatenate([np.ones(self.size), np.zeros(len(self.worth) - self.size)])
        which = np.flatnonzero(np.concatenate([there, there]) if self.is_partial else there)
        if not len(which):
            return np.zeros(self.size), 0.0, 0.0, True
        found = scipy.optimize.milp(
            -self.worth[which],
            constraints=scipy.optimize.LinearConstraint(self.matrix[:, which], -np.inf, self.most),
            integrality=whole[which],
            bounds=scipy.optimize.Bounds(lower[which], upper[which]),
            options={"mip_rel_gap": 0, "node_limit": nodes},
        )
        if found.x is None:
            return None, 0.0, 0.0, found.status == 2  # none is possible with these kept
        values = np.zeros(len(self.worth))
        values[which] = found.x
        return values[: self.size], -float(found.fun), -float(found.mip_dual_bound), found.status == 0


def _groups(keys: Array) -> list[Array]:
    """The places of each key, in the order of the keys."""
    order = np.argsort(keys, kind="stable")
    _unique, starts = np.unique(keys[order], return_index=True)
    return np.split(order, starts[1:])


def _exact(candidates: Sequence[Candidate], chosen: Sequence[tuple[int, int]], rules: Rules) -> dict[int, Award] | None:
    """Whole tyiyn for those selected: all get what they ask for, less what lines and funds do not have.

    It is taken off where a tyiyn is worth least, first within each line, then within each fund. None: too much is
    missing.
    """
    line_of = {candidates[place].id: line for place, line in chosen}
    selected = sorted((candidates[place] for place, _line in chosen), key=lambda one: one.value / one.asked)
    amounts = {one.id: one.asked for one in selected}
    fund_of = {one.id: one.fund_id for one in rules.lines}
    of_line: dict[int, list[Candidate]] = defaultdict(list)
    of_fund: dict[int, list[Candidate]] = defaultdict(list)
    for one in selected:
        of_line[line_of[one.id]].append(one)
        of_fund[fund_of[line_of[one.id]]].append(one)
    sides = [(of_line[one.id], one.left) for one in rules.lines]
    sides += [(of_fund[fund_id], has) for fund_id, has in rules.funds.items()]
    for among, has in sides:
        missing = sum(amounts[one.id] for one in among) - has
        for one in among:
            less = max(0, min(missing, amounts[one.id] - rules.least_for(one)))
            amounts[one.id] -= less
            missing -= less
        if missing > 0:
            return None
    return {one.id: Award(line_of[one.id], amounts[one.id]) for one in candidates if one.id in amounts}
