"""The arithmetic of the match: integers in tyiyn, rounded down once for what a grant is, up once for what is due.

The rule (domain.md section 5): grant <= ratio × verified co-investment, and whatever else the call asks for: other
ratios beyond a first stage, required shares of the whole project, a limit on goods and labour. The ratio is a
percentage: 100 means 1:1, 200 means two som of grant for each som of co-investment.

The whole project of a grant is the grant and the co-investment due for it, no more: what the village brings beyond
what is due never makes a share too small. So more verified money of any kind never carries less.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Verified(NamedTuple):
    """Verified co-investment by kind, in tyiyn; the names are those of `ContributionKind`."""

    remittance: int = 0
    community_cash: int = 0
    in_kind: int = 0

    def plus(self, kind: str, amount: int) -> "Verified":
        """With `amount` more of a kind."""
        return self._replace(**{kind: getattr(self, kind) + amount})


@dataclass(frozen=True)
class MatchRule:
    """How much grant is carried. Percentages are whole; None: not set. The defaults are those of domain.md section 5.

    `percent` holds for the first `first_stage` tyiyn of co-investment, `beyond_percent` for what lies beyond (both or
    none are set). Shares are percentages of the whole project: remittances and the village itself (its cash, with
    goods and labour where they count) carry at least theirs, the grant at most its. Goods and labour make at most
    `in_kind_most` percent of what counts; remittances at least `remittance_least` percent of the co-investment due.
    `most` is the largest grant whatever is verified.
    """

    percent: int = 100
    first_stage: int | None = None
    beyond_percent: int | None = None
    remittance_share: int | None = None
    community_share: int | None = None
    grant_share: int | None = None
    community_counts: bool = True
    in_kind_counts: bool = False
    in_kind_most: int | None = None
    remittance_least: int | None = None
    most: int | None = None


class Due(NamedTuple):
    """Co-investment due for a grant, in tyiyn: in all, at least from remittances, at least from the village."""

    total: int
    remittance: int = 0
    community: int = 0


class Limit(NamedTuple):
    """The largest grant (tyiyn) by one part of the rule. `base`: the figure it is reckoned from."""

    key: str
    base: int
    amount: int


class Unlocked(NamedTuple):
    """What further money would do: the grant carried then, how much more that is, which tranches it covers anew."""

    carried: int
    more: int
    tranches: tuple[int, ...]


# What counts ------------------------------------------------------------------------------------------------


def counted(rule: MatchRule, verified: Verified) -> Verified:
    """What of the verified money counts, by kind."""
    community = verified.community_cash if rule.community_counts else 0
    in_kind = verified.in_kind if rule.in_kind_counts else 0
    if rule.in_kind_most is not None and rule.in_kind_most < 100:
        cash = verified.remittance + community
        in_kind = min(in_kind, cash * rule.in_kind_most // (100 - rule.in_kind_most))
    return Verified(verified.remittance, community, in_kind)


def community_counted(found: Verified) -> int:
    """What the village itself brings of the money that counts."""
    return found.community_cash + found.in_kind


# What it carries --------------------------------------------------------------------------------------------


def limits(rule: MatchRule, verified: Verified) -> list[Limit]:
    """The largest grant by each part of the rule that is set; the smallest of them is carried."""
    found = counted(rule, verified)
    total, community = sum(found), community_counted(found)
    by_ratio = [Limit("ratio", total, _by_ratio(rule, total))]
    if rule.grant_share is not None:
        by_ratio.append(Limit("grant_share", total, _by_grant_share(rule, total)))
    others = []
    if rule.remittance_share:
        others.append(_by_project("remittance_share", rule, found.remittance, rule.remittance_share))
    if rule.community_share:
        others.append(_by_project("community_share", rule, community, rule.community_share))
    if rule.remittance_least:
        matched = found.remittance * 100 // rule.remittance_least
        others.append(Limit("remittance_least", matched, _by_co_investment(rule, matched)))
    if rule.most is not None:
        others.append(Limit("most", rule.most, rule.most))
    return by_ratio + others


def carried(rule: MatchRule, verified: Verified) -> int:
    """The largest grant that verified co-investment carries: the smallest of its `limits`."""
    return min(one.amount for one in limits(rule, verified))


def carried_at_best(rule: MatchRule, total: int) -> int:
    """The largest grant that so much co-investment carries when it comes from who has to bring it."""
    most = _by_co_investment(rule, total)
    return _largest(most if rule.most is None else min(most, rule.most), lambda grant: due(rule, grant).total <= total)


def _by_ratio(rule: MatchRule, total: int) -> int:
    if rule.first_stage is None or rule.beyond_percent is None:
        return total * rule.percent // 100
    first = min(total, rule.first_stage)
    return (first * rule.percent + (total - first) * rule.beyond_percent) // 100


def _by_grant_share(rule: MatchRule, total: int) -> int:
    share = rule.grant_share or 0
    return total * share // (100 - share)


def _by_co_investment(rule: MatchRule, total: int) -> int:
    """By everything that is reckoned from the co-investment in all."""
    by_ratio = _by_ratio(rule, total)
    return by_ratio if rule.grant_share is None else min(by_ratio, _by_grant_share(rule, total))


def _by_project(key: str, rule: MatchRule, brought: int, share: int) -> Limit:
    """By a required share: what was brought is at least `share` percent of the whole project."""
    whole = brought * 100 // share
    return Limit(key, whole, _largest(whole, lambda grant: grant + _due_in_all(rule, grant) <= whole))


def _largest(most: int, fits: Callable[[int], bool]) -> int:
    """The largest number from 0 to `most` that fits, where every smaller one fits too."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low


# What is due ------------------------------------------------------------------------------------------------


def due(rule: MatchRule, grant: int) -> Due:
    """The smallest co-investment that carries `grant` (`most` apart): the inverse of `carried`."""
    total = _due_in_all(rule, grant)
    whole = grant + total
    remittance = max(_part(whole, rule.remittance_share), _part(total, rule.remittance_least))
    community = _part(whole, rule.community_share)
    return Due(max(total, remittance + community), remittance, community)


def further_due(rule: MatchRule, grant: int, verified: Verified) -> Due:
    """The smallest further co-investment in cash that is needed for `grant` beside what is verified.

    `total` of it, `remittance` at least from remittances and `community` at least in cash of the village; the rest of
    any kind of cash that counts.
    """
    wanted, found = due(rule, grant), counted(rule, verified)
    in_kind = verified.in_kind if rule.in_kind_counts else 0
    most = 100 if rule.in_kind_most is None else rule.in_kind_most
    remittance = max(0, wanted.remittance - found.remittance)
    sent = found.remittance + remittance
    cash = found.community_cash
    if wanted.community:  # goods and labour count beside the cash, as far as their limit goes
        limited = _up(wanted.community * (100 - most) - most * sent, 100)
        cash = max(cash, wanted.community - in_kind, limited)
    needed = _due_in_all(rule, grant)
    least = max(needed - in_kind, _up(needed * (100 - most), 100))
    rest = max(0, least - sent - cash)
    community = cash - found.community_cash
    return Due(remittance + community + rest, remittance, community)


def _due_in_all(rule: MatchRule, grant: int) -> int:
    """By ratio and the share of the grant, before the shares of the others."""
    by_ratio = _due_by_ratio(rule, grant)
    if rule.grant_share is None:
        return by_ratio
    return max(by_ratio, _up(grant * (100 - rule.grant_share), rule.grant_share))


def _due_by_ratio(rule: MatchRule, grant: int) -> int:
    first = rule.first_stage
    if first is None or rule.beyond_percent is None or grant * 100 <= first * rule.percent:
        return _up(grant * 100, rule.percent)
    return first + _up(grant * 100 - first * rule.percent, rule.beyond_percent)


def _part(whole: int, percent: int | None) -> int:
    return _up(whole * percent, 100) if percent else 0


def _up(number: int, by: int) -> int:
    """The quotient, rounded up."""
    return -(-number // by)


# Tranches ---------------------------------------------------------------------------------------------------


def split_tranches(award: int, percents: Sequence[int]) -> list[int]:
    """Split `award` tyiyn by `percents`; the last takes the rounding remainder, so the parts total the award.

    Raises `ValueError` when the percentages do not total 100, or when a part would be empty.
    """
    if sum(percents) != 100 or not percents or min(percents) <= 0:
        raise ValueError("tranche percentages must be positive and total 100")
    parts = [award * percent // 100 for percent in percents[:-1]]
    parts.append(award - sum(parts))
    if min(parts) <= 0:
        raise ValueError("the award is too small to be split")
    return parts


def unlocked(rule: MatchRule, verified: Verified, kind: str, amount: int, parts: Sequence[int]) -> Unlocked:
    """What a further contribution of `amount` tyiyn of a kind would do to a grant paid in `parts`.

    `tranches` are the sequences (from 1) of those that are covered then and were not before.
    """
    before, then = carried(rule, verified), carried(rule, verified.plus(kind, amount))
    covered = []
    through = 0
    for sequence, part in enumerate(parts, start=1):
        through += part
        if before < through <= then:
            covered.append(sequence)
    return Unlocked(then, then - before, tuple(covered))


def prorated(parts: Sequence[int], paid: int, carried: int) -> list[int]:
    """The parts of an award of which only `carried` tyiyn are carried: the last ones give way first.

    `paid` tyiyn have left already and stay, so the first parts do that add up to them. A part may become 0.
    """
    left = max(paid, min(carried, sum(parts)))
    reduced = []
    for part in parts:
        reduced.append(min(part, left))
        left -= reduced[-1]
    return reduced
