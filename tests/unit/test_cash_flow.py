"""The business plan's arithmetic: what comes in, goes out and is left, month by month."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from app.services.cash_flow import (
    AS_PLANNED,
    LONGEST_PAYBACK,
    MONTHS,
    SCENARIOS,
    Movement,
    Plan,
    Sale,
    Scenario,
    outcome,
    sensitivity,
)

SUMMER = tuple(Decimal(100 if month in (6, 7, 8) else 0) for month in range(1, 13))
DAIRY = Plan(
    first_month=3,
    sales_from=4,
    opening_cash=0,
    sales=(Sale(price=40_00, unit_cost=30_00, volumes=(Decimal(1000),) * 12),),
    running_costs=((4_000_00,) * 12,),
    investment=(Movement(1, 60_000_00), Movement(2, 30_000_00)),
    financing=(Movement(1, 50_000_00), Movement(3, 40_000_00)),
    invested=96_000_00,  # 6 000 som of it given in kind
)


def test_a_dairy_month_by_month():
    found = outcome(DAIRY)
    assert len(found.months) == MONTHS
    assert [month.closing for month in found.months[:5]] == [-10_000_00, -40_000_00, 0, 6_000_00, 12_000_00]
    assert found.months[0].calendar == 3 and found.months[10].calendar == 1  # March, then January
    assert found.worst.number == 2 and found.lacking == 40_000_00
    assert found.year_sales == 480_000_00 and found.year_surplus == 72_000_00
    assert found.margin == Fraction(15, 100)
    assert found.break_even == 4
    assert found.payback == 19  # sixteen months of 6 000 som from the fourth month on


def test_a_season_is_counted_in_its_own_months():
    plan = replace(
        DAIRY, first_month=1, sales_from=1, sales=(Sale(100_00, 20_00, SUMMER),), running_costs=((500_00,) * 12,)
    )
    found = outcome(plan)
    assert [month.number for month in found.months if month.sales] == [6, 7, 8, 18, 19, 20]
    assert found.break_even == 6  # five months of rent are earned back by the first summer month
    assert found.year_surplus == 3 * 8_000_00 - 12 * 500_00


def test_what_never_sells_never_breaks_even_and_never_pays_back():
    found = outcome(replace(DAIRY, sales=(), running_costs=()))
    assert (found.margin, found.break_even, found.payback) == (None, None, None)


def test_a_loss_has_no_break_even():
    found = outcome(replace(DAIRY, running_costs=((20_000_00,) * 12,)))
    assert found.break_even is None and found.payback is None and found.year_surplus < 0


def test_sensitivity_tries_the_three_scenarios_and_the_plan_first():
    found = sensitivity(DAIRY)
    assert [one.scenario for one in found] == [AS_PLANNED, *SCENARIOS]
    assert [one.year_surplus for one in found] == [72_000_00, -24_000_00, 48_000_00, -9_600_00]


def test_payback_beyond_the_plan_is_looked_for_and_given_up_after_twenty_years():
    slow = replace(DAIRY, invested=600_000_00)
    assert outcome(slow).payback == 103  # a hundred months of 6 000 som
    assert outcome(replace(DAIRY, invested=LONGEST_PAYBACK * 6_000_00)).payback is None


def test_what_is_earned_behind_the_plan_goes_on_by_full_years():
    slow = outcome(replace(DAIRY, invested=600_000_00, first_month=1, sales=(Sale(100_00, 20_00, SUMMER),)))
    assert slow.earned_by_month[-1] == slow.earned(MONTHS)
    assert slow.earned(MONTHS + 5) == slow.earned(MONTHS) - 5 * 4_000_00  # January to May: rent alone
    assert slow.earned(MONTHS + 6) == slow.earned(MONTHS + 5) + 8_000_00 - 4_000_00


volumes = st.lists(st.decimals(0, 5000, places=3), min_size=12, max_size=12).map(tuple)
sales = st.builds(Sale, price=st.integers(1, 10**7), unit_cost=st.integers(0, 10**7), volumes=volumes)
movements = st.lists(st.builds(Movement, st.integers(1, MONTHS), st.integers(1, 10**9)), max_size=5).map(tuple)
plans = st.builds(
    Plan,
    first_month=st.integers(1, 12),
    sales_from=st.integers(1, MONTHS),
    opening_cash=st.integers(0, 10**9),
    sales=st.lists(sales, max_size=3).map(tuple),
    running_costs=st.lists(st.lists(st.integers(0, 10**8), min_size=12, max_size=12).map(tuple), max_size=3).map(tuple),
    investment=movements,
    financing=movements,
    invested=st.integers(0, 10**10),
)


@given(plans)
def test_no_tyiyn_is_lost_between_the_first_month_and_the_last(plan):
    months = outcome(plan).months
    moved = sum(one.amount for one in plan.financing) - sum(one.amount for one in plan.investment)
    assert months[-1].closing == plan.opening_cash + moved + sum(month.surplus for month in months)


@given(plans, st.integers(1, 12))
def test_a_full_year_is_the_same_whenever_it_begins(plan, month):
    first, second = outcome(plan), outcome(replace(plan, first_month=month, sales_from=1))
    assert (first.year_sales, first.year_costs) == (second.year_sales, second.year_costs)
    whole = second.months[:12]
    assert sum(one.surplus for one in whole) == first.year_surplus


@given(plans, st.integers(1, 99))
def test_a_lower_price_or_a_higher_cost_never_earns_more(plan, percent):
    planned = outcome(plan)
    for scenario in (Scenario(price=percent), Scenario(cost=200 - percent)):
        worse = outcome(plan, scenario)
        assert worse.year_surplus <= planned.year_surplus
        assert worse.worst.closing <= planned.worst.closing
        if worse.payback is not None and planned.payback is not None:
            assert worse.payback >= planned.payback


@given(plans)
def test_break_even_is_the_month_after_the_last_one_behind(plan):
    found, earned = outcome(plan), 0
    for month in found.months:
        earned += month.surplus
        if month.number >= plan.sales_from and found.break_even is not None and month.number >= found.break_even:
            assert earned >= 0
        if found.break_even is not None and month.number == found.break_even - 1 >= plan.sales_from:
            assert earned < 0


@given(plans)
def test_payback_is_the_first_month_by_which_everything_is_earned_back(plan):
    found = outcome(plan)
    if found.payback is not None and found.payback <= MONTHS:
        assert sum(month.surplus for month in found.months[: found.payback]) >= plan.invested


@given(plans)
def test_payback_is_where_what_is_earned_passes_what_is_invested(plan):
    found = outcome(plan)
    assert found.year_sales - found.year_making - found.year_running == found.year_surplus
    assert found.earned(MONTHS + 12) - found.earned(MONTHS) == found.year_surplus
    if found.payback is not None:
        assert found.earned(found.payback) >= plan.invested
