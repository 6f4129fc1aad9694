"""Likeness of texts and names: bounds, symmetry, the same as counting by hand, and bands that find the pairs."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.localisation import fold
from app.services.likeness import BANDS, THRESHOLD, bands, likeness, mark, packed, shingles, unpacked

WORDS = st.lists(
    st.sampled_from(("суу", "жол", "кой", "үй", "кызматкерлер", "айылдык", "сатуу", "алуу", "ашар", "жер")), max_size=30
)
TEXTS = WORDS.map(" ".join)


def by_hand(one: str, other: str) -> float:
    """Every run of three stems of both, compared one by one."""
    runs = []
    for text in (one, other):
        stems = [word[:5] for word in fold(text).split()]
        found: list[list[str]] = []
        for place in range(len(stems) - 2):
            if stems[place : place + 3] not in found:
                found.append(stems[place : place + 3])
        runs.append(found)
    common = sum(run in runs[1] for run in runs[0])
    together = len(runs[0]) + len(runs[1]) - common
    return common / together if together else 0.0


@given(TEXTS, TEXTS)
def test_as_counted_by_hand_between_0_and_1_and_the_same_both_ways(one: str, other: str) -> None:
    value = likeness(shingles(one), shingles(other))
    assert value == by_hand(one, other) == likeness(shingles(other), shingles(one))
    assert 0 <= value <= 1


@given(TEXTS)
def test_a_text_is_like_itself(text: str) -> None:
    assert likeness(shingles(text), shingles(text)) == (1.0 if len(text.split()) >= 3 else 0.0)
    assert bands(shingles(text)) == bands(shingles(f"  {text.upper()}!"))


@given(st.frozensets(st.integers(0, 2**32 - 1), max_size=200))
def test_what_is_stored_is_read_back(numbers: frozenset[int]) -> None:
    assert unpacked(packed(numbers)) == numbers
    assert len(packed(numbers)) == 4 * len(numbers)


def test_spelling_numbers_and_endings_do_not_matter() -> None:
    one = "Айылдыктардын сүтүн 34 сомго кабыл алабыз, күнүнө үч жолу."
    other = "айылдыктарга сутун 38 сомго кабыл алабыз күнүнө уч жолу"
    assert likeness(shingles(one), shingles(other)) == pytest.approx(
        by_hand(one.replace("34 ", "").replace(",", "").replace(".", ""), other.replace("38 ", ""))
    )
    assert likeness(shingles(one), shingles(other)) > THRESHOLD


def test_the_order_of_sentences_does_not_matter() -> None:
    one = "Үч үй бирге иштейт. Сүттү заводго беребиз! Ким карайт, ким төлөйт?"
    other = "Ким карайт, ким төлөйт? Үч үй бирге иштейт. Сүттү заводго беребиз."
    assert likeness(shingles(one), shingles(other)) == 1


def test_bands_are_marks_the_database_can_keep() -> None:
    made = bands(shingles("бир эки үч төрт беш"))
    assert len(made) == BANDS and all(0 <= one < 2**63 for one in made)
    assert bands(shingles("бир эки")) == []
    assert mark("pin", "1") != mark("phone", "1")


def test_texts_at_the_threshold_share_a_band() -> None:
    """2,000 pairs, each of 360 trigrams with a likeness of 0.6 to 0.65: the recall is printed."""
    chance = Random("bands")
    shared = 0
    for _pair in range(2000):
        numbers = [chance.getrandbits(32) for _number in range(450)]
        one, other = frozenset(numbers[:360]), frozenset(numbers[90:450])
        assert THRESHOLD <= likeness(one, other) <= 0.65
        shared += bool(set(bands(one)) & set(bands(other)))
    print(f"pairs at the threshold that share a band: {shared} of 2000")
    assert shared >= 1985
