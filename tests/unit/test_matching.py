"""Sharing applications out: every limit kept, nobody barred, no other way is cheaper, and why some are left over."""

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.services import matching
from app.services.matching import Problem


@st.composite
def problems(draw, applications=5, reviewers=5, wanted=3):
    """Small ones, with loads above limits and applications nobody may judge among them."""
    rows, columns = draw(st.integers(1, applications)), draw(st.integers(1, reviewers))

    def numbers(size, most):
        return np.array(draw(st.lists(st.integers(0, most), min_size=size, max_size=size)))

    return Problem(
        wanted=numbers(rows, wanted),
        limits=numbers(columns, 4),
        loads=numbers(columns, 2),
        costs=numbers(rows * columns, 90).reshape(rows, columns),
        allowed=numbers(rows * columns, 2).reshape(rows, columns) > 0,
    )


def every_way(problem):
    """All that keeps limits and bars, pair lists."""
    columns = range(problem.allowed.shape[1])
    choices = [
        [
            chosen
            for size in range(int(wanted) + 1)
            for chosen in combinations([one for one in columns if problem.allowed[row, one]], size)
        ]
        for row, wanted in enumerate(problem.wanted)
    ]
    for way in product(*choices):
        pairs = [(row, one) for row, chosen in enumerate(way) for one in chosen]
        if all(sum(one == other for _row, other in pairs) <= problem.places[one] for one in columns):
            yield pairs


def place_cost(limit, load):
    """What it costs that a reviewer of this limit gets one more beside `load`."""
    return matching.FULL_LOAD * (load + 1) // max(limit, 1)


def cost_of(problem, pairs):
    """What a set of pairs costs, those left over apart."""
    total, loads = 0, problem.loads.copy()
    for row, column in pairs:
        total += int(problem.costs[row, column])
        total += place_cost(int(problem.limits[column]), int(loads[column]))
        loads[column] += 1
    return total


@settings(max_examples=300, deadline=None)
@given(problems())
def test_limits_and_bars_are_kept_and_nothing_is_counted_twice(problem):
    found = matching.solve(problem)
    assert len(set(found.pairs)) == len(found.pairs)
    assert all(problem.allowed[pair] for pair in found.pairs)
    rows = [row for row, _one in found.pairs]
    columns = [one for _row, one in found.pairs]
    assert (np.bincount(columns, minlength=len(problem.limits)) <= problem.places).all()
    given_to = np.bincount(rows, minlength=len(problem.wanted))
    assert (given_to + found.lacking == problem.wanted).all() and (found.lacking >= 0).all()
    assert found.is_exact


@settings(max_examples=150, deadline=None)
@given(problems(applications=3, reviewers=3, wanted=2))
def test_no_other_way_leaves_fewer_over_or_costs_less(problem):
    found = matching.solve(problem)
    ways = list(every_way(problem))
    most = max(len(pairs) for pairs in ways)
    assert len(found.pairs) == most, "left over only what must be"
    assert cost_of(problem, found.pairs) == min(cost_of(problem, pairs) for pairs in ways if len(pairs) == most)


@settings(max_examples=300, deadline=None)
@given(problems())
def test_a_shortage_names_the_limits_that_would_mend_it(problem):
    found = matching.solve(problem)
    why = matching.shortage(problem, found)
    if why is None:
        assert not found.lacking.any()
        return
    taken = np.bincount([one for _row, one in found.pairs], minlength=len(problem.limits))
    assert all(taken[one] == problem.places[one] for one in why.full)
    limits = problem.limits.copy()
    limits[why.full] = problem.loads[why.full] + problem.wanted.sum()
    relaxed = matching.solve(Problem(problem.wanted, limits, problem.loads, problem.costs, problem.allowed))
    assert found.lacking.sum() - relaxed.lacking.sum() == why.places, "so many places, and of these reviewers"
    assert list(np.flatnonzero(relaxed.lacking)) == why.barred, "the rest no limit mends"


@settings(max_examples=150, deadline=None)
@given(problems(), st.integers(1, 2))
def test_looking_at_the_cheapest_pairs_only_leaves_nothing_over_that_need_not_be(problem, breadth):
    every = matching.solve(problem)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matching, "EXACT", 0)
        patch.setattr(matching, "CHEAPEST", breadth)
        few = matching.solve(problem)
    assert len(few.pairs) == len(every.pairs)
    assert all(problem.allowed[pair] for pair in few.pairs)
    assert not few.is_exact or cost_of(problem, few.pairs) == cost_of(problem, every.pairs)


def even(rows, columns, *, wanted=2, limit=20):
    return Problem(
        wanted=np.full(rows, wanted),
        limits=np.full(columns, limit),
        loads=np.zeros(columns, dtype=int),
        costs=np.zeros((rows, columns), dtype=int),
        allowed=np.ones((rows, columns), dtype=bool),
    )


def test_work_is_balanced_by_what_each_may_do():
    problem = even(30, 6, limit=12)
    problem.limits[0] = 24
    problem.loads[1] = 4
    taken = np.bincount([one for _row, one in matching.solve(problem).pairs], minlength=6)
    after = (taken + problem.loads) / problem.limits
    assert taken.sum() == 60 and after.max() - after.min() <= 1 / 12, after


def test_few_of_many_pairs_do_not_all_look_at_the_same_reviewers(monkeypatch):
    monkeypatch.setattr(matching, "EXACT", 0)
    monkeypatch.setattr(matching, "CHEAPEST", 4)
    taken = np.bincount([one for _row, one in matching.solve(even(300, 50, limit=15)).pairs], minlength=50)
    assert taken.sum() == 600 and taken.max() <= 13, taken


def test_one_who_may_do_nothing_more_and_one_whom_nobody_may_judge():
    problem = even(2, 2, wanted=1, limit=1)
    problem.allowed[1] = False
    problem.loads[:] = 1
    found = matching.solve(problem)
    why = matching.shortage(problem, found)
    assert found.pairs == [] and list(found.lacking) == [1, 1]
    assert (why.barred, why.full, why.places) == ([1], [0, 1], 1)
