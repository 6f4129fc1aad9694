"""Which rate counts: held against the published order said in another way."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.services import rate_choice
from models.rates import ExchangeRate, RateSource
from reports.rates import _levels

FIRST = date(2026, 1, 25)
DAYS = 75
S = RateSource


def rate(day: int, source: RateSource) -> ExchangeRate:
    valid_on = FIRST + timedelta(days=day)
    if source is S.INFOREURO:
        valid_on = valid_on.replace(day=1)
    return ExchangeRate(currency="USD", valid_on=valid_on, nominal=1, value=Decimal(87), source=source)


lists = st.lists(st.builds(rate, st.integers(0, DAYS), st.sampled_from(S)), max_size=12)
days = st.integers(0, DAYS).map(lambda number: FIRST + timedelta(days=number))


def place(one: ExchangeRate, day: date) -> tuple[int, int, int] | None:
    """The place of a rate in the published order on a day, None when it cannot count."""
    if one.source is S.INFOREURO:
        is_of_month = (one.valid_on.year, one.valid_on.month) == (day.year, day.month)
        return (1, 0, 0) if is_of_month else None
    age = (day - one.valid_on).days
    return (0, age, [S.NBKR_DAILY, S.NBKR_WEEKLY, S.BANK, S.MANUAL].index(one.source)) if 0 <= age <= 7 else None


@given(lists, days)
def test_the_first_of_the_published_order_counts(rates: list[ExchangeRate], day: date) -> None:
    places = [found for one in rates if (found := place(one, day)) is not None]
    counting = rate_choice.counting(rates, day)
    assert (counting is None) == (not places)
    if counting is not None:
        assert place(counting, day) == min(places)
        first, last = rate_choice.span(counting)
        assert first <= day <= last


@given(lists)
def test_the_gaps_are_the_days_on_which_none_counts(rates: list[ExchangeRate]) -> None:
    last = FIRST + timedelta(days=DAYS)
    gaps = rate_choice.gaps(rates, FIRST, last)
    inside = {first + timedelta(days=number) for first, until in gaps for number in range((until - first).days + 1)}
    every = [FIRST + timedelta(days=number) for number in range(DAYS + 1)]
    assert inside == {day for day in every if rate_choice.counting(rates, day) is None}
    assert all(before[1] + timedelta(days=1) < after[0] for before, after in pairwise(gaps))


def test_the_months_of_inforeuro() -> None:
    assert rate_choice.span(rate(0, S.INFOREURO)) == (date(2026, 1, 1), date(2026, 1, 31))
    december, leap = date(2026, 12, 5), date(2028, 2, 3)
    assert (rate_choice.last_of_month(december), rate_choice.last_of_month(leap)) == (
        date(2026, 12, 31),
        date(2028, 2, 29),
    )


values = st.floats(0.0001, 1_000_000)


@given(values, values)
def test_the_levels_of_the_picture_hold_every_value(one: float, other: float) -> None:
    low, high = sorted((one, other))
    levels = _levels(low, high)
    room = levels[-1] - levels[0]
    assert 3 <= len(levels) <= 7
    assert levels[0] <= low + room * 1e-6 and high - room * 1e-6 <= levels[-1]
    steps = [after - before for before, after in pairwise(levels)]
    assert max(steps) - min(steps) <= room * 1e-6
