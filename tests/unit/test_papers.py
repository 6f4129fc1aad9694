"""Until when a paper counts: what stands on it, and how old the call lets it be."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.papers import PaperState, later, state_of, valid_until
from models.documents import Document

DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 12, 5), 1, date(2027, 1, 5)),
        (date(2026, 5, 31), 18, date(2027, 11, 30)),
        (date(2026, 5, 31), 0, date(2026, 5, 31)),
    ],
)
def test_months_later(day: date, months: int, then: date) -> None:
    assert later(day, months) == then


@given(DAYS, st.integers(1, 60))
def test_months_later_is_later_and_never_in_the_month_after(day: date, months: int) -> None:
    then = later(day, months)
    assert (then.year * 12 + then.month) - (day.year * 12 + day.month) == months
    assert then.day <= day.day and timedelta(27 * months) < then - day < timedelta(32 * months)


@given(DAYS, st.none() | DAYS, st.none() | DAYS, st.none() | st.integers(1, 60))
def test_a_paper_counts_until_the_first_of_its_last_days(
    today: date, dated_on: date | None, expires_on: date | None, months: int | None
) -> None:
    paper = Document(dated_on=dated_on, expires_on=expires_on)
    until, state = valid_until(paper, months), state_of(paper, today, months)
    if until is not None:
        assert until in (expires_on, later(dated_on, months) if dated_on and months else None)
        assert (until < today) == (state is PaperState.EXPIRED)
    else:
        assert state in (PaperState.ATTACHED, PaperState.UNDATED)
    assert (state is PaperState.UNDATED) <= bool(months and dated_on is None)
