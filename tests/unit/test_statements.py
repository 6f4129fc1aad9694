"""Statements: what of each payment is not accounted for, how old it is, which month comes when."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.statements.advances import AGES, age_of, open_parts
from reports.statements.payments_ahead import month_of
from reports.statements.pledges import month_after

AMOUNTS = st.lists(st.integers(1, 10**9), min_size=1, max_size=6)


@given(AMOUNTS, st.data())
def test_the_open_parts_add_up_and_lie_in_the_last_payments(amounts: list[int], data: st.DataObject) -> None:
    advanced = data.draw(st.integers(0, sum(amounts)))
    parts = open_parts(amounts, advanced)
    assert sum(parts) == advanced
    assert all(0 <= part <= amount for part, amount in zip(parts, amounts, strict=True))
    partly = [place for place, part in enumerate(parts) if part]
    assert partly == list(range(len(amounts) - len(partly), len(amounts))), "the first are accounted for first"
    assert all(parts[place] == amounts[place] for place in partly[1:]), "at most one is accounted for in part"


@pytest.mark.parametrize(("amounts", "advanced", "parts"), [([100, 50], 200, [150, 50]), ([100], -5, [0]), ([], 5, [])])
def test_what_is_beyond_the_payments_is_not_lost(amounts: list[int], advanced: int, parts: list[int]) -> None:
    assert open_parts(amounts, advanced) == parts


def test_every_age_has_its_place() -> None:
    found = [age_of(days) for days in (0, 30, 31, 60, 61, 90, 91, 180, 181, 10_000)]
    texts = [text for _most, text in AGES]
    assert found == [texts[place] for place in (0, 0, 1, 1, 2, 2, 3, 3, 4, 4)]


def test_months_go_over_the_year() -> None:
    assert month_after(date(2026, 11, 1), 2) == date(2027, 1, 1)
    assert month_after(date(2026, 1, 1), 11) == date(2026, 12, 1)
    assert month_of(date(2026, 1, 31), date(2026, 11, 23)) == date(2026, 11, 1), "what is overdue is paid now"
    assert month_of(date(2026, 12, 31), date(2026, 11, 23)) == date(2026, 12, 1)
