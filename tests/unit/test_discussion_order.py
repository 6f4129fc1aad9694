"""The order of discussion: everybody once, never more movements than down the ranking, the fewest for few groups."""

from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from app.services.discussion_order import EXACT, Item, discussion_order, movements

PEOPLE = st.frozensets(st.integers(1, 6), max_size=4)


def items_of(sets: list[frozenset[int]]) -> list[Item]:
    return [Item(100 + place, people, place + 1) for place, people in enumerate(sets)]


def walked(items: list[Item]) -> list[frozenset[int]]:
    recused = {one.key: one.recused for one in items}
    return [recused[key] for key in discussion_order(items)]


@given(st.lists(PEOPLE, max_size=40))
@settings(max_examples=150, deadline=None)
def test_everybody_once_and_never_worse_than_the_ranking(sets):
    items = items_of(sets)
    order = discussion_order(items)
    assert sorted(order) == [one.key for one in items]
    assert movements(walked(items)) <= movements(sets)
    assert order == discussion_order(items[::-1])


@given(st.lists(PEOPLE, max_size=6))
@settings(max_examples=60, deadline=None)
def test_few_groups_have_the_fewest_movements_there_are(sets):
    assert movements(walked(items_of(sets))) == min(map(movements, permutations(sets)))


def test_a_member_leaves_once_and_the_better_rank_comes_first():
    kin, free = frozenset({7}), frozenset[int]()
    items = items_of([free, kin, free, kin, free])
    assert discussion_order(items) == [100, 102, 104, 101, 103]
    assert (movements(walked(items)), movements(one.recused for one in items)) == (2, 4)


def test_without_recusals_it_is_the_ranking():
    items = items_of([frozenset()] * 5)
    assert discussion_order(items[::-1]) == [100, 101, 102, 103, 104]
    assert discussion_order([]) == []


def test_many_groups_are_ordered_well():
    """A chain in which each group shares all but one person with the next, shuffled: found again exactly."""
    chain = [frozenset(range(start, start + 4)) for start in range(20)]
    assert len(chain) > EXACT
    shuffled = [chain[place * 7 % 20] for place in range(20)]
    assert movements(walked(items_of(shuffled))) == movements(chain)
