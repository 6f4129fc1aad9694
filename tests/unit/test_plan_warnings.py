"""How many months lie between two days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.plan_warnings import months_of

DAYS = st.dates(min_value=date(2020, 1, 1), max_value=date(2040, 1, 1))


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        (date(2026, 10, 12), date(2026, 10, 12), 1),
        (date(2026, 10, 12), date(2026, 11, 11), 1),
        (date(2026, 10, 12), date(2026, 11, 12), 2),
        (date(2026, 10, 12), date(2027, 1, 30), 4),
    ],
)
def test_months_begun(first: date, last: date, months: int) -> None:
    assert months_of(first, last) == months


@given(DAYS, st.integers(0, 3000))
def test_months_grow_with_the_days_and_fit_them(first: date, days: int) -> None:
    months = months_of(first, first + timedelta(days=days))
    assert months_of(first, first + timedelta(days=days + 1)) in (months, months + 1)
    assert (months - 1) * 28 <= days <= months * 31
