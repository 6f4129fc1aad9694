"""Holding a price against the register: likeness, the nearest item, how far off."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.price_checks import LIKE_ENOUGH, Listed, Register, likeness, percent_off, same_unit

WORDS = st.text(alphabet="абвгдөүң ,-1", max_size=40)
TYIYN = st.integers(min_value=1, max_value=10**10)


def listed(name: str, unit: str = "даана", *, is_local: bool = False) -> Listed:
    return Listed((name,), (unit, "шт."), 90, 100, 120, is_local)


@given(WORDS, WORDS)
def test_likeness_is_the_same_both_ways_and_between_none_and_all(one: str, other: str) -> None:
    assert likeness(one, other) == likeness(other, one)
    assert 0 <= likeness(one, other) <= 1


@given(WORDS)
def test_a_text_is_like_itself_however_it_is_written(text: str) -> None:
    if any(letter.isalnum() for letter in text):
        assert likeness(text, text.upper().replace("Ө", "О").replace("Ү", "У").replace("Ң", "Н")) == 1


def test_texts_of_other_words_are_not_alike() -> None:
    assert likeness("", "") == 0
    assert likeness("Сүт муздаткыч", "Трактор") < 0.1
    assert likeness("Сүт муздаткыч", "Сут муздаткыч, 1000 литр") > LIKE_ENOUGH


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("шт.", "штука", True),
        ("даана", "ДААНА", True),
        ("кв. м", "кв.м", True),
        ("м", "м2", False),
        ("т", "туп", False),
        ("кг", "күн", False),
        ("", "кг", False),
    ],
)
def test_units(one: str, other: str, is_same: bool) -> None:
    assert same_unit(one, other) is same_unit(other, one) is is_same


ITEMS = st.lists(
    st.tuples(
        st.sampled_from(("сут бак", "сут бак 2", "муз бак", "сут", "бак сут")),
        st.sampled_from(("кг", "л")),
        st.booleans(),
    ),
    max_size=8,
)


@given(ITEMS, st.sampled_from(("сут бак", "сут", "бак", "муз", "трактор")), st.sampled_from(("кг", "л", "даана")))
def test_the_nearest_is_what_looking_at_every_item_finds(
    items: list[tuple[str, str, bool]], wanted: str, unit: str
) -> None:
    entered = [Listed((name,), (of,), 1, 2, 3, is_local) for name, of, is_local in items]
    best = None
    for one in entered:
        value = likeness(wanted, one.names[0])
        if unit in one.units and value >= LIKE_ENOUGH:
            key = (value, one.is_local)
            if best is None or key > best[0]:
                best = (key, one)
    assert Register(entered).nearest(wanted, unit) is (best[1] if best else None)


def test_the_nearest_item_is_counted_in_the_same_unit_and_the_local_one_goes_before() -> None:
    everywhere, local = listed("Сүт муздаткыч, 1000 литр"), listed("Сүт муздаткыч, 1000 литр", is_local=True)
    other_unit, other = listed("Сүт муздаткыч", "комплект"), listed("Сүт бөлгүч")
    register = Register([other, everywhere, local, Listed(other_unit.names, ("комплект",), 1, 2, 3)])
    assert register.nearest("сут муздаткыч", "шт") is local
    assert register.nearest("Сүт муздаткыч", "литр") is None
    assert register.nearest("Трактор", "даана") is None
    assert Register([]).nearest("Трактор", "даана") is None


@given(st.lists(st.tuples(WORDS, st.booleans()), max_size=12), WORDS)
def test_nothing_in_the_register_is_nearer_than_the_nearest(items: list[tuple[str, bool]], wanted: str) -> None:
    entries = [listed(name, is_local=local) for name, local in items]
    found = Register(entries).nearest(wanted, "даана")
    most = max(((likeness(wanted, one.names[0]), one.is_local) for one in entries), default=(0.0, False))
    if found is None:
        assert most[0] < LIKE_ENOUGH
    else:
        assert (likeness(wanted, found.names[0]), found.is_local) == most


@given(TYIYN, TYIYN, TYIYN)
def test_what_lies_in_the_range_is_not_off_and_what_does_not_is(cost: int, one: int, other: int) -> None:
    low, high = sorted((one, other))
    off = percent_off(cost, low, high)
    assert (off > 0, off < 0) == (cost > high, cost < low)
    if cost > high:
        assert (off - 1) * high < (cost - high) * 100 <= off * high
    if cost < low:
        assert off >= -100 and -off * low >= (low - cost) * 100 > (-off - 1) * low


def test_how_far_off() -> None:
    assert [percent_off(cost, 80, 100) for cost in (128, 101, 100, 80, 79, 40)] == [28, 1, 0, 0, -2, -50]
