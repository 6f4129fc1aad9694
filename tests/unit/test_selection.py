"""Selection: down the list and the best there is; every rule is kept, brute force finds nothing better."""

from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.services.selection import (
    Award,
    Candidate,
    Cap,
    Hindrance,
    Line,
    Rules,
    Share,
    down_the_list,
    problems,
    value_of,
)
from app.services.selection_solver import best, prices
from models.applications import Application
from models.calls import Call

SOM = 100


def one(number: int, value: int, asked: int, lines: tuple[int, ...] = (1,), **more: object) -> Candidate:
    facts = {"oblast_id": 1, "ayil_okmotu_id": number, "applicant_id": number} | more
    return Candidate(number, Fraction(value), asked, lines, **facts)  # type: ignore[arg-type]


def rules_of(*left: int, **more: object) -> Rules:
    lines = tuple(Line(number, 1, has) for number, has in enumerate(left, start=1))
    return Rules(lines, more.pop("funds", {1: sum(left)}), **more)  # type: ignore[arg-type]


@st.composite
def cases(draw: st.DrawFn, most: int = 7, partial: bool = False) -> tuple[list[Candidate], Rules]:
    """A small call: a few applications, three lines of two funds, any of the rules; some were selected before."""
    number, before = draw(st.integers(1, most)), draw(st.integers(0, 2))
    candidates = [
        Candidate(
            place,
            Fraction(draw(st.integers(40, 100)) * 100, draw(st.sampled_from([1, 2, 3]))),
            draw(st.integers(1, 6)) * 1000,
            tuple(sorted(draw(st.sets(st.integers(1, 3), max_size=2)))),
            draw(st.integers(1, 2)),
            draw(st.integers(1, 3)),
            draw(st.integers(1, 4)),
            draw(st.booleans()),
            draw(st.booleans()),
            draw(st.booleans()),
            draw(st.integers(0, 4)) > 0,
        )
        for place in range(number + before)
    ]
    taken = tuple(candidates[number:])
    candidates = sorted(candidates[:number], key=lambda one: (-one.value, one.id))
    lines = tuple(Line(place, 1 + place // 3, draw(st.integers(0, 12)) * 500) for place in (1, 2, 3))
    caps = {cap: draw(st.integers(1, 3)) for cap in Cap if draw(st.booleans())}
    shares = {share: draw(st.integers(1, 100)) for share in Share if draw(st.booleans())}
    funds = {1: draw(st.integers(0, 20)) * 500, 2: draw(st.integers(0, 12)) * 500}
    least = draw(st.integers(1, 6)) * 500
    rules = Rules(lines, funds, caps, shares, draw(st.booleans()), partial, least, taken)
    return candidates, replace(rules, taken=()) if problems([], {}, rules) else rules


def brute_force(candidates: list[Candidate], rules: Rules) -> Fraction:
    """The highest value of all selections there are (whole awards)."""
    highest = Fraction(0)
    for chosen in product(*((None, *one.lines) for one in candidates)):
        awards = {
            candidate.id: Award(line, candidate.asked)
            for candidate, line in zip(candidates, chosen, strict=True)
            if line is not None
        }
        value = value_of(candidates, awards)
        if value > highest and not problems(candidates, awards, rules):
            highest = value
    return highest


@settings(max_examples=40, deadline=None)
@given(cases())
def test_the_best_is_what_brute_force_finds(case: tuple[list[Candidate], Rules]) -> None:
    candidates, rules = case
    found = best(candidates, rules)
    assert found.is_proven and found.selection.value == brute_force(candidates, rules)
    assert problems(candidates, found.selection.awards, rules) == []


def test_nine_applications_too() -> None:
    candidates = [
        one(number, 9000 - 130 * number, (2, 3, 4)[number % 3] * 100, (1, 2) if number % 4 else (2,))
        for number in range(9)
    ]
    rules = rules_of(600, 800, caps={Cap.OBLAST: 5}, shares={Share.FIRST_TIME: 1})
    candidates = [
        each._replace(**{"is_first_time": each.id % 5 == 0, "ayil_okmotu_id": each.id % 4}) for each in candidates
    ]
    assert best(candidates, rules).selection.value == brute_force(candidates, rules)


@settings(max_examples=40, deadline=None)
@given(st.booleans().flatmap(lambda partial: cases(most=20, partial=partial)))
def test_every_rule_is_kept_and_the_best_is_not_worse(case: tuple[list[Candidate], Rules]) -> None:
    candidates, rules = case
    straight = down_the_list(candidates, rules)
    found = best(candidates, rules)
    for selection in (straight, found.selection):
        assert problems(candidates, selection.awards, rules) == []
        assert selection.value == value_of(candidates, selection.awards)
    assert found.selection.value >= straight.value and found.bound >= float(found.selection.value)
    assert straight.awards.keys() | straight.hindrances.keys() == {each.id for each in candidates}
    assert not straight.awards.keys() & straight.hindrances.keys()
    assert best(candidates, rules) == found


@settings(max_examples=15, deadline=None)
@given(st.booleans().flatmap(lambda partial: cases(most=12, partial=partial)))
def test_no_rule_has_a_price_below_nothing(case: tuple[list[Candidate], Rules]) -> None:
    candidates, rules = case
    found = best(candidates, rules)
    for price in prices(candidates, rules, found):
        assert price.gained >= 0
        free = best(candidates, rules.without(price.rule))
        assert float(found.selection.value + price.gained) == pytest.approx(float(free.selection.value))
        assert not set(price.come_in) & set(found.selection.awards)
        assert set(price.go_out) <= set(found.selection.awards)


def test_each_one_passed_over_has_its_reason() -> None:
    candidates = [
        one(1, 9000, 300, ayil_okmotu_id=1),
        one(2, 8900, 100, ayil_okmotu_id=1),
        one(3, 8800, 500),
        one(4, 8700, 200),
        one(5, 8600, 100, passes=False),
        one(6, 8500, 100, ()),
        one(7, 8400, 100, oblast_id=2),
    ]
    found = down_the_list(candidates, rules_of(600, caps={Cap.AYIL_OKMOTU: 1, Cap.OBLAST: 2}))
    assert list(found.awards) == [1, 4, 7]
    assert found.hindrances == {
        2: Hindrance.AYIL_OKMOTU,
        3: Hindrance.MONEY,
        5: Hindrance.THRESHOLDS,
        6: Hindrance.OBLAST,
    }


def test_the_last_one_gets_the_rest_where_partial_awards_are_allowed() -> None:
    candidates = [one(1, 9000, 300), one(2, 8000, 300), one(3, 7000, 100)]
    whole = down_the_list(candidates, rules_of(450))
    assert {number: award.amount for number, award in whole.awards.items()} == {1: 300, 3: 100}
    partly = down_the_list(candidates, rules_of(450, partial_awards=True, least=100))
    assert {number: award.amount for number, award in partly.awards.items()} == {1: 300, 2: 150}
    too_little = down_the_list(candidates, rules_of(450, partial_awards=True, least=200))
    assert {number: award.amount for number, award in too_little.awards.items()} == {1: 300, 3: 100}


def test_the_best_takes_two_small_ones_for_a_large_one() -> None:
    candidates = [one(1, 9000, 400), one(2, 8000, 200), one(3, 7000, 200)]
    rules = rules_of(400)
    assert list(down_the_list(candidates, rules).awards) == [1]
    found = best(candidates, rules)
    assert set(found.selection.awards) == {2, 3} and found.is_proven


def test_a_share_makes_the_last_ones_give_way() -> None:
    candidates = [one(1, 9000, 100), one(2, 8000, 100), one(3, 7000, 100, is_women_led=True)]
    found = down_the_list(candidates, rules_of(200, shares={Share.WOMEN_LED: 50}))
    assert list(found.awards) == [1, 3] and found.hindrances == {2: Hindrance.WOMEN_LED}
    (price, thresholds) = prices(
        candidates, rules := rules_of(200, shares={Share.WOMEN_LED: 50}), best(candidates, rules)
    )
    assert (price.rule, price.gained, price.come_in, price.go_out) == (Share.WOMEN_LED, 1000, (2,), (3,))
    assert thresholds.gained == 0


def test_who_was_selected_before_counts_for_caps_and_shares() -> None:
    before = (one(8, 9900, 300, oblast_id=1), one(9, 9800, 300, oblast_id=2, is_women_led=True))
    candidates = [one(1, 9000, 100, oblast_id=1), one(2, 8000, 100, oblast_id=2), one(3, 7000, 100, oblast_id=3)]
    rules = rules_of(300, caps={Cap.OBLAST: 1}, taken=before)
    found = down_the_list(candidates, rules)
    assert list(found.awards) == [3] and set(found.hindrances.values()) == {Hindrance.OBLAST}
    assert set(best(candidates, rules).selection.awards) == {3}
    rules = rules_of(300, shares={Share.WOMEN_LED: 30}, taken=before)
    assert list(down_the_list(candidates, rules).awards) == [1]  # one of three, of four it would be too few
    assert set(best(candidates, rules).selection.awards) == {1}


def test_a_share_that_those_selected_before_put_out_of_reach() -> None:
    before = tuple(one(10 + number, 9900, 300) for number in range(5))
    candidates = [one(1, 9000, 100), one(2, 8000, 100, is_women_led=True)]
    rules = rules_of(300, shares={Share.WOMEN_LED: 50}, taken=before)
    found = down_the_list(candidates, rules)
    assert list(found.awards) == [2] and found.hindrances == {1: Hindrance.WOMEN_LED}
    optimum = best(candidates, rules)
    assert set(optimum.selection.awards) == {2} and not optimum.is_proven and optimum.bound == 17_000


def test_lines_of_one_fund_share_what_it_has() -> None:
    candidates = [one(1, 9000, 300, (1,)), one(2, 8000, 300, (2,)), one(3, 7000, 100, (2,))]
    rules = rules_of(300, 300, funds={1: 400})
    assert list(down_the_list(candidates, rules).awards) == [1, 3]
    assert set(best(candidates, rules).selection.awards) == {1, 3}


@pytest.mark.parametrize("left", [0, -5])
def test_without_money_nobody_is_selected(left: int) -> None:
    candidates = [one(1, 9000, 300)]
    assert best(candidates, rules_of(left)).selection.awards == {}
    assert down_the_list(candidates, rules_of(left, partial_awards=True)).awards == {}
    assert best([], rules_of(left)).selection.awards == {}


@pytest.mark.parametrize(
    ("asked", "partial", "most", "least"),
    [(800, True, 500, 100), (300, True, 300, 100), (50, True, 50, 50), (800, False, 500, 500), (300, False, 300, 300)],
)
def test_the_list_awards_as_much_and_as_little_as_the_council_may(
    asked: int, partial: bool, most: int, least: int
) -> None:
    call = Call(grant_floor=100, grant_ceiling=500, partial_awards=partial)
    application = Application(call=call, grant_requested=asked)
    assert (application.most_awardable, application.least_awardable) == (most, least)
    candidate, rules = one(1, 9000, most), rules_of(900, partial_awards=partial, least=call.grant_floor)
    assert rules.least_for(candidate) == least
    assert Call(grant_floor=0, grant_ceiling=500, partial_awards=True).least_for(50) == 1
