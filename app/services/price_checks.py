"""Holding a price against the register: likeness of words, the nearest item, how far a price lies off. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from app.localisation import fold

LIKE_ENOUGH = Fraction(1, 2)
"""From here on two texts are taken for the same item."""


@dataclass(frozen=True)
class Listed:
    """An item of the register: its names and units in the languages, its range in tyiyn; local before general."""

    names: tuple[str, ...]
    units: tuple[str, ...]
    low: int
    usual: int
    high: int
    is_local: bool = False


@lru_cache(maxsize=16_384)
def trigrams(text: str) -> frozenset[str]:
    """Every three letters in a row of the folded words, each word with two blanks before it and one behind."""
    words = "".join(letter if letter.isalnum() else " " for letter in fold(text)).split()
    return frozenset(padded[at : at + 3] for word in words for padded in (f"  {word} ",) for at in range(len(word) + 1))


@lru_cache(maxsize=65_536)
def likeness(one: str, other: str) -> Fraction:
    """The trigrams two texts share of those either has: 0 (nothing in common) to 1 (the same words)."""
    first, second = trigrams(one), trigrams(other)
    both = len(first & second)
    return Fraction(both, len(first) + len(second) - both) if both else Fraction(0)


def same_unit(one: str, other: str) -> bool:
    """Whether two units are written alike: "шт." and "штука" are, "м" and "м2" are not."""
    first, second = (fold(text).replace(".", "").replace(" ", "") for text in (one, other))
    if not first or not second:
        return False
    shorter, longer = sorted((first, second), key=len)
    return first == second or (longer.isalpha() and len(shorter) > 1 and longer.startswith(shorter))


def nearest(item: str, unit: str, register: Iterable[Listed]) -> Listed | None:
    """The item of the register that is most like `item` and counted in the same unit; None when none is like enough.

    Of equally like ones the local one is taken.
    """
    found = [
        (max(likeness(item, name) for name in listed.names), listed.is_local, -number, listed)
        for number, listed in enumerate(register)
        if any(same_unit(unit, known) for known in listed.units)
    ]
    best = max(found, key=lambda one: one[:3], default=None)
    return best[3] if best and best[0] >= LIKE_ENOUGH else None


def percent_off(cost: int, low: int, high: int) -> int:
    """How far `cost` lies above `high` (positive) or below `low` (negative), in percent of that end; 0 in between.

    Rounded away from nothing: what lies outside never counts as 0.
    """
    if cost > high:
        return -(-(cost - high) * 100 // high)
    if cost < low:
        return (cost - low) * 100 // low
    return 0
