"""The arithmetic of moving money within a budget."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.services import budget_shifts
from app.services.budget_shifts import Moved
from tests.support.databases import FULL

AMOUNTS = st.dictionaries(st.sampled_from("abcd"), st.integers(1, 10**9), min_size=2)
CHANGES = st.dictionaries(st.sampled_from("abcd"), st.integers(-(10**8), 10**8))
EXAMPLES = settings(max_examples=1000 if FULL else 60, deadline=None)


@pytest.mark.parametrize(("amount", "over"), [(25, False), (26, True)])
def test_a_quarter_of_the_smaller_heading_is_the_limit(amount: int, over: bool) -> None:
    found = budget_shifts.moved({"big": 1000, "small": 100}, [], {"big": -amount, "small": amount})
    assert found == [Moved("big", amount, 1000), Moved("small", amount, 100)]
    assert budget_shifts.is_over_limit(found) is over


def test_earlier_shifts_count_and_moving_back_counts_again() -> None:
    agreed = {"a": 100, "b": 100}
    first = {"a": -20, "b": 20}
    assert not budget_shifts.is_over_limit(budget_shifts.moved(agreed, [], first))
    for now in (first, {"a": 20, "b": -20}):
        assert budget_shifts.is_over_limit(budget_shifts.moved(agreed, [first], now))


def test_within_a_heading_nothing_of_it_moves_and_a_heading_without_a_plan_is_over() -> None:
    assert budget_shifts.moved({"a": 100}, [{"a": 90}], {"a": 0}) == []
    assert budget_shifts.is_over_limit(budget_shifts.moved({"a": 100}, [], {"a": -1, "new": 1}))


@EXAMPLES
@given(agreed=AMOUNTS, before=st.lists(CHANGES, max_size=4), now=CHANGES)
def test_cutting_a_shift_into_steps_passes_no_limit(agreed, before, now) -> None:
    """However it is cut, what has moved in all stays; in two halves the second is held to both."""
    half = {name: change // 2 for name, change in now.items()}
    rest = {name: change - half[name] for name, change in now.items()}
    whole = {one.heading: one.amount for one in budget_shifts.moved(agreed, before, now)}
    second = {one.heading: one.amount for one in budget_shifts.moved(agreed, [*before, half], rest)}
    assert all(second[name] == amount for name, amount in whole.items() if name in second)
    assert whole.keys() <= second.keys() | {name for name in now if rest[name] == 0}
