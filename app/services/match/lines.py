"""The arithmetic of the match line by line: what a page and a paper print, each line with how it comes about."""

from dataclasses import replace
from typing import NamedTuple

from app.localisation import N_, Money
from app.services.errors import DomainError
from app.services.match.arithmetic import Limit, MatchRule, Verified, carried, counted, due, further_due, limits

COUNTS = N_("counts")
APART = N_("shown apart, does not count")


class Line(NamedTuple):
    """One line: what it is, how it comes about, the amount in tyiyn; `is_result` for what the lines before lead to."""

    text: DomainError
    how: DomainError
    amount: int
    is_result: bool = False


def lines(rule: MatchRule, verified: Verified, *, award: int, paid: int, through: int, next_: int | None) -> list[Line]:
    """From the award to what is missing. `through` is the grant up to and with tranche `next_`, the first not paid.

    Without a `next_` every tranche is paid, and the last lines say what was due for all of them.
    """
    found = counted(rule, verified)
    grant = carried(rule, verified)
    parts = limits(rule, verified)
    said = [
        Line(DomainError(N_("Award")), DomainError(N_("the award in force")), award),
        *_kinds(rule, verified, found),
        Line(
            DomainError(N_("Co-investment that counts")),
            DomainError(N_("the sum of what counts")),
            sum(found),
            is_result=True,
        ),
        *(_of_limit(rule, one) for one in parts if one.key != "most"),
        Line(
            DomainError(N_("Grant this co-investment carries")),
            DomainError(N_("the smallest of the lines above, and no more than the award"))
            if len(parts) > 2
            else DomainError(N_("the line above, and no more than the award")),
            grant,
            is_result=True,
        ),
        Line(DomainError(N_("Grant paid so far")), DomainError(N_("tranches that left the bank")), paid),
    ]
    return said if next_ is None else said + _needed(rule, verified, through, next_)


def _kinds(rule: MatchRule, verified: Verified, found: Verified) -> list[Line]:
    goods = DomainError(COUNTS if rule.in_kind_counts else APART)
    if rule.in_kind_counts and rule.in_kind_most is not None:
        goods = DomainError(
            N_("%(counted)s of it count: at most %(percent)s %% of what counts"),
            counted=Money(found.in_kind),
            percent=rule.in_kind_most,
        )
    return [
        Line(DomainError(N_("Remittances, verified")), DomainError(COUNTS), verified.remittance),
        Line(
            DomainError(N_("Cash of the village, verified")),
            DomainError(COUNTS if rule.community_counts else APART),
            verified.community_cash,
        ),
        Line(DomainError(N_("Goods and labour, verified")), goods, verified.in_kind),
    ]


def _of_limit(rule: MatchRule, limit: Limit) -> Line:
    """The grant by one part of the rule, with the figures it is reckoned from."""
    return Line(DomainError(_LIMITS[limit.key]), _how(rule, limit), limit.amount)


_LIMITS = {
    "ratio": N_("Grant by the ratio"),
    "grant_share": N_("Grant by its share of the whole project"),
    "remittance_share": N_("Grant by the share of the remittances"),
    "community_share": N_("Grant by the share of the village"),
    "remittance_least": N_("Grant by the least part of the remittances"),
}


def _how(rule: MatchRule, limit: Limit) -> DomainError:
    base = Money(limit.base)
    if limit.key == "ratio":
        first = rule.first_stage
        if first is None or limit.base <= first:
            return DomainError(N_("%(counted)s × %(percent)s %%"), counted=base, percent=rule.percent)
        return DomainError(
            N_("%(first)s × %(percent)s %% + %(beyond)s × %(more)s %%"),
            first=Money(first),
            percent=rule.percent,
            beyond=Money(limit.base - first),
            more=rule.beyond_percent,
        )
    if limit.key == "grant_share":
        share = rule.grant_share or 0
        return DomainError(N_("%(counted)s × %(grant)s ÷ %(rest)s"), counted=base, grant=share, rest=100 - share)
    if limit.key == "remittance_least":
        return DomainError(
            N_("remittances ÷ %(percent)s %% = %(matched)s of co-investment; the grant for it"),
            percent=rule.remittance_least,
            matched=base,
        )
    if limit.key == "remittance_share":
        text = N_("remittances ÷ %(percent)s %% = a project of %(whole)s; the grant in it")
        return DomainError(text, percent=rule.remittance_share, whole=base)
    text = N_("what the village brings ÷ %(percent)s %% = a project of %(whole)s; the grant in it")
    return DomainError(text, percent=rule.community_share, whole=base)


def _needed(rule: MatchRule, verified: Verified, through: int, next_: int) -> list[Line]:
    """What the next tranche needs, and what is missing of it."""
    wanted, missing = due(rule, through), further_due(rule, through, verified)
    found = [
        Line(
            DomainError(N_("Grant through tranche %(number)s"), number=next_),
            DomainError(N_("this and the tranches before")),
            through,
        ),
        Line(
            DomainError(N_("Co-investment due for tranche %(number)s"), number=next_),
            DomainError(N_("%(through)s ÷ %(percent)s %%"), through=Money(through), percent=rule.percent)
            if replace(rule, most=None) == MatchRule(percent=rule.percent, in_kind_counts=rule.in_kind_counts)
            else DomainError(N_("the least that carries %(grant)s"), grant=Money(through)),
            wanted.total,
        ),
    ]
    if wanted.remittance:
        text = DomainError(N_("Of it from remittances, at least"))
        found.append(Line(text, DomainError(N_("by the rule of the call")), wanted.remittance))
    if wanted.community:
        text = DomainError(N_("Of it from the village itself, at least"))
        found.append(Line(text, DomainError(N_("by the rule of the call")), wanted.community))
    found.append(
        Line(DomainError(N_("Missing")), DomainError(N_("due less what counts")), missing.total, is_result=True)
    )
    if missing.remittance and missing.remittance != missing.total:
        text = DomainError(N_("Of it from remittances, at least"))
        found.append(Line(text, DomainError(N_("due less what was sent")), missing.remittance))
    if missing.community and missing.community != missing.total:
        text = DomainError(N_("Of it in cash of the village, at least"))
        found.append(Line(text, DomainError(N_("due less what the village has brought")), missing.community))
    return found
