"""Who judges what, as a flow of least cost: arithmetic only, without a database.

Each application sends as many units as it lacks reviewers; a unit goes over a pair that is allowed to a reviewer and
over one of their places on, or is left over at a price that no detour is worth: so as few as can be are left over, and
among all such answers the cheapest is found. Places of one reviewer cost more and more, which balances the work.

The solver's library is heavy: a process loads it with its first plan, not at its start.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

EXACT = 1_000_000
"""Up to so many pairs all of them are looked at; of more only the cheapest of each application."""
CHEAPEST = 40
FULL_LOAD = 60
"""What the last place of a reviewer costs; the others in proportion, so that who may do more is given more."""


class NotSolvedError(Exception):
    """The solver gave no answer: never with costs and places of a sane size, since every problem has one."""


@dataclass(frozen=True)
class Problem:
    """`wanted` reviewers more for each application; `limits` and present `loads` of each reviewer.

    `costs` (applications × reviewers, whole, not negative) of each pair and whether it is `allowed`.
    """

    wanted: Any
    limits: Any
    loads: Any
    costs: Any
    allowed: Any

    @property
    def places(self) -> Any:
        """So many more each reviewer can take."""
        return np.maximum(self.limits - self.loads, 0)


@dataclass(frozen=True)
class Matching:
    """`pairs`: [(application, reviewer)] by their places in the problem; `lacking`: how many each application lacks.

    `is_exact` is False when not every pair was looked at: none is left over that need not be, but it may cost more.
    """

    pairs: list[tuple[int, int]]
    lacking: Any
    is_exact: bool


@dataclass(frozen=True)
class Shortage:
    """Why some are left over: the smallest set of limits that holds them back.

    `barred`: applications for which too few reviewers are allowed at all. `full`: reviewers who are at their limit and
    could take `places` more between them. Both are places in the problem.
    """

    barred: list[int]
    full: list[int]
    places: int


def solve(problem: Problem) -> Matching:
    """As few as can be are left over, at the least cost."""
    count = problem.allowed.shape[1]
    breadth = count if problem.allowed.size <= EXACT else min(CHEAPEST, count)
    while True:
        chosen = _solved(problem, _arcs(problem, breadth))
        matching = Matching(
            [(int(one), int(other)) for one, other in chosen],
            problem.wanted - np.bincount(chosen[:, 0], minlength=len(problem.wanted)),
            breadth == count,
        )
        if breadth == count or not _can_be_mended(problem, matching):
            return matching
        breadth = min(2 * breadth, count)


def _arcs(problem: Problem, breadth: int) -> Any:
    """The pairs to look at, a row [application, reviewer] each: the `breadth` cheapest allowed of each application."""
    wanted = problem.wanted > 0
    if breadth == problem.allowed.shape[1]:
        return np.argwhere(problem.allowed & wanted[:, None])
    kept = []
    for start in range(0, len(wanted), 1000):
        rows = np.arange(start, min(start + 1000, len(wanted)))
        count = problem.allowed.shape[1]
        # Of equal ones each application begins with another: else all would look at the same few reviewers.
        turn = (np.arange(count)[None, :] + rows[:, None] * 7919) % count
        keys = np.where(problem.allowed[rows], problem.costs[rows].astype(np.int64) * count + turn, np.iinfo("i8").max)
        nearest = np.argpartition(keys, breadth - 1, axis=1)[:, :breadth]
        pairs = np.stack([np.repeat(rows, breadth), nearest.ravel()], axis=1)
        kept.append(pairs[problem.allowed[pairs[:, 0], pairs[:, 1]] & wanted[pairs[:, 0]]])
    return np.concatenate(kept)


def _solved(problem: Problem, arcs: Any) -> Any:
    """The pairs of `arcs` that carry a unit."""
    applications, reviewers = problem.allowed.shape
    sink, places = applications + reviewers, problem.places
    costs = problem.costs[arcs[:, 0], arcs[:, 1]].astype(np.int64)
    dearest = int(costs.max(initial=0))
    nobody = (reviewers + 1) * (dearest + 1) + FULL_LOAD  # above any detour: it meets each reviewer once
    each = np.repeat(np.arange(reviewers), places)  # one arc for each place of a reviewer
    nth = np.arange(len(each)) - np.repeat(np.cumsum(places) - places, places)
    place_costs = FULL_LOAD * (problem.loads[each] + nth + 1) // np.maximum(problem.limits[each], 1)
    ones = np.ones(len(arcs) + len(each), dtype=np.int64)
    flow = import_module("ortools.graph.python.min_cost_flow").SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(
        np.concatenate([arcs[:, 0], applications + each, np.arange(applications)]).astype(np.int32),
        np.concatenate([applications + arcs[:, 1], np.full(len(each) + applications, sink)]).astype(np.int32),
        np.concatenate([ones, problem.wanted]).astype(np.int64),
        np.concatenate([costs, place_costs, np.full(applications, nobody)]).astype(np.int64),
    )
    supplies = np.concatenate([problem.wanted, np.zeros(reviewers), [-problem.wanted.sum()]]).astype(np.int64)
    flow.set_nodes_supplies(np.arange(sink + 1, dtype=np.int32), supplies)
    if flow.solve() != flow.OPTIMAL:
        raise NotSolvedError  # asking for the flows now would end the process
    return arcs[flow.flows(np.arange(len(arcs), dtype=np.int32)) > 0].reshape(-1, 2)


def shortage(problem: Problem, matching: Matching) -> Shortage | None:
    """Why some are left over; None when nothing is."""
    if not matching.lacking.any():
        return None
    _applications, full = _reached(problem, matching)
    # What no limit would mend is missing by the bars alone; the rest are places of those that lead no further.
    too_few = np.maximum(problem.wanted - problem.allowed.sum(axis=1), 0)
    barred = [int(one) for one in np.flatnonzero(too_few)]
    return Shortage(barred, [int(one) for one in full], int(matching.lacking.sum() - too_few.sum()))


def _can_be_mended(problem: Problem, matching: Matching) -> bool:
    """Whether somebody has a place for what is left over, over pairs that were not looked at."""
    if not matching.lacking.any():
        return False
    _applications, reviewers = _reached(problem, matching)
    taken = np.bincount([reviewer for _one, reviewer in matching.pairs], minlength=len(problem.limits))
    return bool((problem.places - taken)[reviewers].any())


def _reached(problem: Problem, matching: Matching) -> tuple[Any, Any]:
    """What can be exchanged with what is left over: a mask of applications, and the reviewers they lead to.

    From an application to every reviewer who is allowed and does not have it, and from a reviewer back to all they
    have.
    """
    has = np.zeros(problem.allowed.shape, dtype=bool)
    if matching.pairs:
        has[tuple(np.array(matching.pairs).T)] = True
    applications, reviewers = matching.lacking > 0, np.zeros(len(problem.limits), dtype=bool)
    fresh = np.flatnonzero(applications)
    while len(fresh):
        leads = (problem.allowed[fresh] & ~has[fresh]).any(axis=0) & ~reviewers
        reviewers |= leads
        back = has[:, leads].any(axis=1) & ~applications
        applications |= back
        fresh = np.flatnonzero(back)
    return applications, np.flatnonzero(reviewers)
