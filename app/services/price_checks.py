"""Holding a price against the register: likeness of words, the nearest item, how far a price lies off. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from app.localisation import fold

MOST_REMEMBERED = 10_000
LIKE_ENOUGH = 0.5
"""The share of trigrams in common from which on two texts are taken for the same item."""


@dataclass(frozen=True)
class Listed:
    """An item of the register: its names and units in the languages, its range in tyiyn; local before general."""

    names: tuple[str, ...]
    units: tuple[str, ...]
    low: int
    usual: int
    high: int
    is_local: bool = False


@lru_cache(maxsize=512)
def trigrams(text: str) -> frozenset[str]:
    """Every three letters in a row of the folded words, each word with two blanks before it and one behind."""
    words = "".join(letter if letter.isalnum() else " " for letter in fold(text)).split()
    return frozenset(padded[at : at + 3] for word in words for padded in (f"  {word} ",) for at in range(len(word) + 1))


def likeness(one: str, other: str) -> float:
    """The share of trigrams two texts have in common, of those either has: 0 (nothing) to 1 (the same words)."""
    first, second = trigrams(one), trigrams(other)
    both = len(first & second)
    return both / (len(first) + len(second) - both) if both else 0.0


@lru_cache(maxsize=4_096)
def _unit_key(unit: str) -> str:
    return fold(unit).replace(".", "").replace(" ", "")


@lru_cache(maxsize=16_384)
def same_unit(one: str, other: str) -> bool:
    """Whether two units are written alike: "шт." and "штука" are, "м" and "м2" are not."""
    shorter, longer = sorted((_unit_key(one), _unit_key(other)), key=len)
    return bool(shorter) and (
        shorter == longer or (longer.isalpha() and len(shorter) > 1 and longer.startswith(shorter))
    )


class Register:
    """The items of a register, to find the nearest one among those counted in the same unit."""

    def __init__(self, items: Iterable[Listed]) -> None:
        self._named: list[tuple[int, Listed]] = []  # (how many trigrams, item) of every name, in the order entered
        self._places: dict[tuple[str, ...], dict[str, list[int]]] = {}  # {units: {trigram: places in _named}}
        for listed in items:
            places = self._places.setdefault(listed.units, {})
            for name in listed.names:
                letters = trigrams(name)
                for one in letters:
                    places.setdefault(one, []).append(len(self._named))
                self._named.append((len(letters), listed))
        self._found: dict[tuple[str, str], Listed | None] = {}

    def nearest(self, item: str, unit: str) -> Listed | None:
        """The item most like `item` and counted in the same unit; None when none is like enough.

        Of equally like ones the local one is taken, else the one entered first. What was found is remembered.
        """
        if (item, unit) not in self._found:
            if len(self._found) >= MOST_REMEMBERED:
                self._found.clear()
            self._found[item, unit] = self._nearest(item, unit)
        return self._found[item, unit]

    def _nearest(self, item: str, unit: str) -> Listed | None:
        wanted = trigrams(item)
        common: Counter[int] = Counter()
        for units, places in self._places.items():
            if any(same_unit(unit, known) for known in units):
                for one in wanted:
                    common.update(places.get(one, ()))
        best, best_key, length = None, (0.0, False, 0), len(wanted)
        fewest = length * LIKE_ENOUGH
        for place, both in common.items():
            if both < fewest:
                continue  # not like enough, however short the name is
            count, listed = self._named[place]
            key = (both / (length + count - both), listed.is_local, -place)
            if key[0] >= LIKE_ENOUGH and key > best_key:
                best, best_key = listed, key
        return best


def percent_off(cost: int, low: int, high: int) -> int:
    """How far `cost` lies above `high` (positive) or below `low` (negative), in percent of that end; 0 in between.

    Rounded away from nothing: what lies outside never counts as 0.
    """
    if cost > high:
        return -(-(cost - high) * 100 // high)
    if cost < low:
        return (cost - low) * 100 // low
    return 0
