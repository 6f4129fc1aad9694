"""Holding a price against the register: likeness of words, the nearest item, how far a price lies off. Pure."""

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


@lru_cache(maxsize=16_384)
def trigrams(text: str) -> frozenset[str]:
    """Every three letters in a row of the folded words, each word with two blanks before it and one behind."""
    words = "".join(letter if letter.isalnum() else " " for letter in fold(text)).split()
    return frozenset(padded[at : at + 3] for word in words for padded in (f"  {word} ",) for at in range(len(word) + 1))


def likeness(one: str, other: str) -> float:
    """The share of trigrams two texts have in common, of those either has: 0 (nothing) to 1 (the same words)."""
    return _share(trigrams(one), trigrams(other))


def _share(first: frozenset[str], second: frozenset[str]) -> float:
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
        self._by_units: dict[tuple[str, ...], list[tuple[frozenset[str], Listed]]] = {}
        for listed in items:
            named = self._by_units.setdefault(listed.units, [])
            named += [(trigrams(name), listed) for name in listed.names]
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
        wanted, best = trigrams(item), None
        best_key = (LIKE_ENOUGH, False)
        fewest, most = len(wanted) * LIKE_ENOUGH, len(wanted) / LIKE_ENOUGH
        for units, named in self._by_units.items():
            if not any(same_unit(unit, known) for known in units):
                continue
            for letters, listed in named:
                if not fewest <= len(letters) <= most:
                    continue  # too few or too many trigrams to be like enough, whichever they are
                key = (_share(wanted, letters), listed.is_local)
                if key > best_key or (best is None and key == best_key):
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
