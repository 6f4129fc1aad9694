"""The order in which applications are discussed so that recused members leave the room least often. Plain arithmetic.

Whoever is recused from two applications that follow each other stays outside. So applications with the same recused
people stand together, and what is left to find is the order of these groups: a shortest round trip from the full room
through all of them and back, where the way between two groups is the number of people who leave or enter.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

Group = frozenset[int]
EXACT = 8
"""Up to so many groups every order is compared; above, a good one is looked for."""
_ROOM: Group = frozenset()


class Item(NamedTuple):
    """One application: its id, the people recused from it, and its place in the ranking."""

    key: int
    recused: Group
    rank: int


def movements(sets: Iterable[Group]) -> int:
    """How often somebody leaves or enters the room when items with these recused people follow each other."""
    way = [_ROOM, *sets, _ROOM]
    return sum(len(one ^ other) for one, other in pairwise(way))


def discussion_order(items: Sequence[Item]) -> list[int]:
    """The keys of `items` in the order of discussion: fewest movements, and among equals the better rank first."""
    groups: dict[Group, list[Item]] = defaultdict(list)
    for one in sorted(items, key=lambda item: (item.rank, item.key)):
        groups[one.recused].append(one)
    found = list(groups)  # in the order of their best ranks
    is_small = len(found) <= EXACT
    tour = _shortest(found) if is_small else min(_improved(_nearest(found)), _improved(found), key=movements)
    place = {group: number for number, group in enumerate(found)}
    if movements(tour) == movements(tour[::-1]):  # the same way back: the better rank first
        tour = min(tour, tour[::-1], key=lambda way: [place[group] for group in way])
    return [one.key for group in tour for one in groups[group]]


def _shortest(groups: Sequence[Group]) -> list[Group]:
    """The best order of few groups, by Held and Karp (1962); of equal ones the first by place."""
    count = len(groups)
    best: dict[tuple[int, int], tuple[int, tuple[int, ...]]] = {
        (1 << last, last): (len(groups[last]), (last,)) for last in range(count)
    }
    for visited in range(1, 1 << count):
        for last in range(count):
            if (visited, last) not in best:
                continue
            so_far, way = best[visited, last]
            for following in range(count):
                if visited >> following & 1:
                    continue
                key = visited | 1 << following, following
                option = so_far + len(groups[last] ^ groups[following]), (*way, following)
                best[key] = min(best.get(key, option), option)
    ends = [
        (so_far + len(groups[last]), way)
        for (visited, last), (so_far, way) in best.items()
        if visited == (1 << count) - 1
    ]
    return [groups[one] for one in min(ends)[1]] if ends else []


def _nearest(groups: Sequence[Group]) -> list[Group]:
    """Always on to the group that the fewest movements lead to."""
    left, tour, here = list(groups), [], _ROOM
    while left:
        here = min(left, key=lambda group: len(here ^ group))
        left.remove(here)
        tour.append(here)
    return tour


def _improved(tour: Sequence[Group]) -> list[Group]:
    """Turn parts of the way round while that saves movements (2-opt)."""
    way, is_better = [_ROOM, *tour, _ROOM], True
    while is_better:
        is_better = False
        for start in range(1, len(way) - 2):
            for end in range(start + 1, len(way) - 1):
                before = len(way[start - 1] ^ way[start]) + len(way[end] ^ way[end + 1])
                after = len(way[start - 1] ^ way[end]) + len(way[start] ^ way[end + 1])
                if after < before:
                    way[start : end + 1] = way[start : end + 1][::-1]
                    is_better = True
    return way[1:-1]
