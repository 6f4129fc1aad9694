"""The match and the tranche split: exact integer arithmetic in tyiyn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.match import co_investment_due, grant_carried, split_tranches

amounts = st.integers(min_value=0, max_value=10**12)
ratios = st.integers(min_value=1, max_value=1000)


def test_one_to_one():
    assert grant_carried(400_000_00, 100) == 400_000_00
    assert co_investment_due(400_000_00, 100) == 400_000_00


def test_one_to_two_needs_half():
    assert co_investment_due(400_000_01, 200) == 200_000_01  # rounded up: half a tyiyn less would not carry it


@given(amounts, ratios)
def test_what_is_due_carries_the_grant_and_one_tyiyn_less_does_not(grant, percent):
    due = co_investment_due(grant, percent)
    assert grant_carried(due, percent) >= grant
    if due:
        assert grant_carried(due - 1, percent) < grant


@given(amounts, amounts, ratios)
def test_more_verified_money_never_carries_less(first, second, percent):
    low, high = sorted((first, second))
    assert grant_carried(low, percent) <= grant_carried(high, percent)


@given(amounts, ratios)
def test_never_above_ratio_times_verified(verified, percent):
    assert grant_carried(verified, percent) * 100 <= verified * percent


percent_lists = st.lists(st.integers(1, 60), min_size=1, max_size=6).map(
    lambda parts: [*parts[:-1], 100 - sum(parts[:-1])]
)


@given(st.integers(min_value=1000, max_value=10**12), percent_lists.filter(lambda parts: min(parts) > 0))
def test_tranches_total_the_award_to_the_tyiyn(award, percents):
    parts = split_tranches(award, percents)
    assert sum(parts) == award
    for part, percent in zip(parts, percents, strict=True):
        assert abs(part - award * percent / 100) < len(parts) + 1


def test_the_last_tranche_takes_the_remainder():
    assert split_tranches(100_01, [40, 40, 20]) == [40_00, 40_00, 20_01]


@pytest.mark.parametrize("percents", [[40, 40], [100, 0], [], [120, -20]])
def test_percentages_that_do_not_total_100_are_refused(percents):
    with pytest.raises(ValueError):
        split_tranches(1_000_00, percents)


def test_an_award_too_small_to_split_is_refused():
    with pytest.raises(ValueError):
        split_tranches(1, [40, 40, 20])
