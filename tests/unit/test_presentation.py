"""How many entries of the navigation stand in one row."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web.presentation import in_one_row

OPERATORS = ("Иш тактам", "Сынактар", "Арыздар", "Гранттар", "Баалар", "Ассоциациялар", "Башкалардын атынан жазылган")


def test_few_and_short_ones_are_all_there() -> None:
    assert in_one_row(OPERATORS, "Дагы") == len(OPERATORS)


def test_what_has_no_room_is_behind_more() -> None:
    assert in_one_row((*OPERATORS, "Ресурстук борборлор", "Адамдар"), "Дагы") == len(OPERATORS)
    assert in_one_row((*OPERATORS, "Борбор"), "Дагы") == len(OPERATORS) + 1  # itself as wide as the word for the others


@pytest.mark.parametrize("more", ["More", "Ещё", "Дагы"])
@given(labels=st.lists(st.text(min_size=1, max_size=30), max_size=20))
def test_a_longer_name_never_makes_room(labels: list[str], more: str) -> None:
    count = in_one_row(tuple(labels), more)
    assert 0 <= count <= len(labels)
    longer = [label + "а" for label in labels]
    assert in_one_row(tuple(longer), more) <= count
