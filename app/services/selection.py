"""Selection: who gets money under the rules of a call, straight down the ranked list. Plain arithmetic.

A selection awards amounts (tyiyn) from budget lines: allocations, several of which may draw on one fund. Its value is
the sum of the scores that rank, a partial award counting for its part. The other method, the highest value that the
rules allow, is `app.services.selection_solver`; both keep to the same `Rules`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from models.calls import least_award


@dataclass(frozen=True)
class Line:
    """A budget line: what is left of it, from which fund."""

    id: int
    fund_id: int
    left: int


class Candidate(NamedTuple):
    """One application. `value`: the score that ranks it; `lines`: those it can be paid from, in their order."""

    id: int
    value: Fraction
    asked: int
    lines: tuple[int, ...]
    oblast_id: int
    ayil_okmotu_id: int
    applicant_id: int
    is_first_time: bool = False
    is_women_led: bool = False
    is_youth_led: bool = False
    passes: bool = True


class Cap(StrEnum):
    """Of what at most so many are selected."""

    OBLAST = "oblast"
    AYIL_OKMOTU = "ayil_okmotu"
    APPLICANT = "applicant"


class Share(StrEnum):
    """Of what at least so many percent of those selected are."""

    FIRST_TIME = "first_time"
    WOMEN_LED = "women_led"
    YOUTH_LED = "youth_led"


class Hindrance(StrEnum):
    """What keeps an application from being selected."""

    THRESHOLDS = "thresholds"
    OBLAST = Cap.OBLAST.value
    AYIL_OKMOTU = Cap.AYIL_OKMOTU.value
    APPLICANT = Cap.APPLICANT.value
    FIRST_TIME = Share.FIRST_TIME.value
    WOMEN_LED = Share.WOMEN_LED.value
    YOUTH_LED = Share.YOUTH_LED.value
    NO_LINE = "no_line"
    DECLINED = "declined"
    MONEY = "money"


PLACE_OF: Mapping[Cap, Callable[[Candidate], int]] = {
    Cap.OBLAST: lambda one: one.oblast_id,
    Cap.AYIL_OKMOTU: lambda one: one.ayil_okmotu_id,
    Cap.APPLICANT: lambda one: one.applicant_id,
}
COUNTS_FOR: Mapping[Share, Callable[[Candidate], bool]] = {
    Share.FIRST_TIME: lambda one: one.is_first_time,
    Share.WOMEN_LED: lambda one: one.is_women_led,
    Share.YOUTH_LED: lambda one: one.is_youth_led,
}


@dataclass(frozen=True)
class Rules:
    """The rules of a call; `funds` is what each fund can give in all, `least` the smallest partial award (tyiyn).

    `taken` were selected before and stay: caps and shares count them, lines and funds are without their money.
    """

    lines: tuple[Line, ...]
    funds: Mapping[int, int]
    caps: Mapping[Cap, int] = field(default_factory=dict)
    shares: Mapping[Share, int] = field(default_factory=dict)
    has_thresholds: bool = True
    partial_awards: bool = False
    least: int = 1
    taken: tuple[Candidate, ...] = ()

    def without(self, one: Cap | Share | None) -> "Rules":
        """The same rules but for one cap or share, or for the thresholds (None)."""
        if one is None:
            return replace(self, has_thresholds=False)
        return replace(
            self,
            caps={cap: most for cap, most in self.caps.items() if cap is not one},
            shares={share: percent for share, percent in self.shares.items() if share is not one},
        )

    def least_for(self, candidate: Candidate) -> int:
        """The smallest amount that may be awarded to it."""
        return least_award(candidate.asked, self.least, partial_awards=self.partial_awards)


@dataclass(frozen=True)
class Award:
    """So much (tyiyn) from this line."""

    line_id: int
    amount: int


@dataclass(frozen=True)
class Selection:
    """Who gets what, and what keeps each of the others from it."""

    awards: Mapping[int, Award]
    hindrances: Mapping[int, Hindrance]
    value: Fraction


def value_of(candidates: Iterable[Candidate], awards: Mapping[int, Award]) -> Fraction:
    """The scores of those who get money; a partial award counts for its part."""
    parts = ((one, awards[one.id].amount) for one in candidates if one.id in awards)
    return sum((one.value * Fraction(amount, one.asked) for one, amount in parts), Fraction(0))


class Purse:
    """What lines and funds still have while a list is walked."""

    def __init__(self, rules: Rules) -> None:
        self._line = {one.id: one.left for one in rules.lines}
        self._fund_of = {one.id: one.fund_id for one in rules.lines}
        self._fund = dict(rules.funds)

    def left(self, line_id: int) -> int:
        return min(self._line[line_id], self._fund[self._fund_of[line_id]])

    def pay(self, award: Award) -> None:
        self._line[award.line_id] -= award.amount
        self._fund[self._fund_of[award.line_id]] -= award.amount

    def award_for(self, candidate: Candidate, rules: Rules) -> Award | None:
        """From the first line with enough left; else, if allowed, what is left where most is."""
        richest, most = 0, 0
        for line_id in candidate.lines:
            left = self.left(line_id)
            if left >= candidate.asked:
                return Award(line_id, candidate.asked)
            if left > most:  # of equals the first
                richest, most = line_id, left
        if not rules.partial_awards or not most:
            return None
        return Award(richest, most) if most >= rules.least_for(candidate) else None


class Counts:
    """How many are selected so far by place, held against the caps."""

    def __init__(self, rules: Rules, selected: Iterable[Candidate] = ()) -> None:
        self._caps = rules.caps
        self._held: Counter[tuple[Cap, int]] = Counter()
        for one in (*rules.taken, *selected):
            self.add(one)

    def add(self, candidate: Candidate) -> None:
        self._held.update((cap, PLACE_OF[cap](candidate)) for cap in self._caps)

    def full(self, candidate: Candidate) -> Cap | None:
        """The first cap that one more would break."""
        for cap, most in self._caps.items():
            if self._held[cap, PLACE_OF[cap](candidate)] >= most:
                return cap
        return None


def found_for(candidate: Candidate, rules: Rules, purse: Purse, counts: Counts) -> Award | Hindrance:
    """What one gets beside those that `purse` and `counts` know of, or what keeps it from being selected; shares
    apart."""
    if rules.has_thresholds and not candidate.passes:
        return Hindrance.THRESHOLDS
    cap = counts.full(candidate)
    if cap is not None:
        return Hindrance(cap.value)
    if not candidate.lines:
        return Hindrance.NO_LINE
    return purse.award_for(candidate, rules) or Hindrance.MONEY


def down_the_list(candidates: Sequence[Candidate], rules: Rules) -> Selection:
    """Straight down the ranked list, each gets what it asks for while caps and money last.

    Where a share is not reached at the end, the last one selected that does not count for it makes room, and below it
    only those that count are taken; so on until each share is reached, or only what was taken before stands against
    it.
    """
    barred: dict[Share, int] = {}
    """{share: the place in the list from which on only those that count for it are taken}."""
    asked = dict(rules.shares)
    while True:
        found = _walk(candidates, rules, barred)
        selected = [(place, one) for place, one in enumerate(candidates) if one.id in found.awards]
        share = unmet_share([*rules.taken, *(one for _place, one in selected)], asked)
        if share is None:
            return found
        places = [place for place, one in selected if not COUNTS_FOR[share](one)]
        if places:
            barred[share] = max(places)
        else:
            del asked[share]


def _walk(candidates: Sequence[Candidate], rules: Rules, barred: Mapping[Share, int]) -> Selection:
    purse, counts = Purse(rules), Counts(rules)
    awards: dict[int, Award] = {}
    hindrances: dict[int, Hindrance] = {}
    for place, one in enumerate(candidates):
        found = found_for(one, rules, purse, counts)
        if barred and isinstance(found, Award):
            share = next((s for s, start in barred.items() if place >= start and not COUNTS_FOR[s](one)), None)
            found = Hindrance(share.value) if share else found
        if isinstance(found, Hindrance):
            hindrances[one.id] = found
            continue
        purse.pay(found)
        counts.add(one)
        awards[one.id] = found
    return Selection(awards, hindrances, value_of(candidates, awards))


def unmet_share(selected: Sequence[Candidate], shares: Mapping[Share, int]) -> Share | None:
    """The first of these shares that the selected do not reach."""
    for share, percent in shares.items():
        if 100 * sum(COUNTS_FOR[share](one) for one in selected) < percent * len(selected):
            return share
    return None


def problems(candidates: Sequence[Candidate], awards: Mapping[int, Award], rules: Rules) -> list[Hindrance]:
    """Which rules these awards break; an empty list when none."""
    selected = [one for one in candidates if one.id in awards]
    everyone = [*rules.taken, *selected]
    found = []
    if rules.has_thresholds and not all(one.passes for one in selected):
        found.append(Hindrance.THRESHOLDS)
    for cap, most in rules.caps.items():
        if max(Counter(map(PLACE_OF[cap], everyone)).values(), default=0) > most:
            found.append(Hindrance(cap.value))
    share = unmet_share(everyone, rules.shares)
    if share is not None:
        found.append(Hindrance(share.value))
    if any(awards[one.id].line_id not in one.lines for one in selected):
        found.append(Hindrance.NO_LINE)
    purse = Purse(rules)
    for award in awards.values():
        purse.pay(award)
    is_covered = all(purse.left(one.id) >= 0 for one in rules.lines)
    if not is_covered or any(not rules.least_for(one) <= awards[one.id].amount <= one.asked for one in selected):
        found.append(Hindrance.MONEY)
    return found
