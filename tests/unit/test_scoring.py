"""Scores: totals, thresholds and ranks, without rounding."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from app.services import scoring

WEIGHTS = {
    "relevance": 20,
    "viability": 25,
    "coinvestment": 20,
    "capacity": 10,
    "jobs": 15,
    "sustainability": 10,
}
levels = st.fixed_dictionaries({key: st.integers(1, 5) for key in WEIGHTS})


def all_at(level):
    return dict.fromkeys(WEIGHTS, level)


def test_the_best_levels_give_100_points_and_the_worst_20():
    assert scoring.total(all_at(5), WEIGHTS) == 100_00
    assert scoring.total(all_at(1), WEIGHTS) == 20_00


@given(levels)
def test_total_is_sum_of_weight_times_level_by_five(given_levels):
    exact = sum(Fraction(WEIGHTS[key] * level, 5) for key, level in given_levels.items())
    assert Fraction(scoring.total(given_levels, WEIGHTS), 100) == exact


def test_threshold_is_met_at_exactly_60_points():
    one = scoring.standing(1, [all_at(3)], WEIGHTS)
    assert scoring.passes(one, scoring.weak_sections(one, WEIGHTS, 50), 60)


def test_a_section_below_half_fails_whatever_the_total():
    weak = {**all_at(5), "capacity": 2}  # 4 of 10 points: below half
    one = scoring.standing(1, [weak], WEIGHTS)
    assert one.mean == 94_00
    assert scoring.weak_sections(one, WEIGHTS, 50) == ["capacity"]
    assert not scoring.passes(one, scoring.weak_sections(one, WEIGHTS, 50), 60)


def test_mean_and_spread_of_two_reviews_are_exact():
    one = scoring.standing(7, [all_at(4), {**all_at(4), "capacity": 5}], WEIGHTS)
    assert one.mean == Fraction(80_00 + 82_00, 2)
    assert one.spread == 2_00


def test_ties_go_by_the_published_order_of_criteria():
    # Both total 80 points; the second is better on relevance, which stands first.
    first = scoring.standing(1, [{**all_at(4), "relevance": 3, "coinvestment": 5}], WEIGHTS)
    second = scoring.standing(2, [{**all_at(4), "relevance": 5, "coinvestment": 3}], WEIGHTS)
    order = scoring.ranked([first, second], list(WEIGHTS))
    assert [(rank, one.application_id) for rank, one in order] == [(1, 2), (2, 1)]


def test_true_ties_share_a_rank_and_the_next_is_skipped():
    rows = [scoring.standing(number, [all_at(level)], WEIGHTS) for number, level in ((1, 4), (2, 4), (3, 3))]
    assert [rank for rank, _one in scoring.ranked(rows, list(WEIGHTS))] == [1, 1, 3]


@given(st.lists(st.lists(levels, min_size=1, max_size=3), min_size=1, max_size=12), st.randoms())
def test_ranks_do_not_depend_on_the_order_of_rows(reviews, random):
    rows = [scoring.standing(number, one, WEIGHTS) for number, one in enumerate(reviews)]
    expected = scoring.ranked(rows, list(WEIGHTS))
    random.shuffle(rows)
    assert scoring.ranked(rows, list(WEIGHTS)) == expected
    means = [one.mean for _rank, one in expected]
    assert means == sorted(means, reverse=True)
