"""The match rule in words: sentences a call, a guide and an agreement print, and plain examples."""

from collections.abc import Mapping
from typing import Any

from app.localisation import N_, Money
from app.services.errors import DomainError
from app.services.match.arithmetic import Due, MatchRule, Verified, carried, carried_at_best, due
from app.services.match.terms import Kept
from models.calls import ApplicantType

OWN_RATIOS: Mapping[ApplicantType, str] = {
    ApplicantType.GRADUATE: N_(
        "An association that has completed a grant before gets up to %(grant)s som for each 100 som."
    ),
    ApplicantType.WOMEN_LED: N_("An association led by a woman gets up to %(grant)s som for each 100 som."),
    ApplicantType.YOUTH_LED: N_("An association led by a young person gets up to %(grant)s som for each 100 som."),
    ApplicantType.AYIL_OKMOTU: N_("The association of an ayil okmotu gets up to %(grant)s som for each 100 som."),
}


def sentences(kept: Kept) -> list[DomainError]:
    """The rule of a call or a grant, a sentence each; that of a grant names no other applicants."""
    first = DomainError(
        N_("For each 100 som from remittances the grant gives up to %(grant)s som."), grant=kept.match_percent
    )
    return [first, *further_sentences(kept.match_terms)]


def further_sentences(terms: Mapping[str, Any]) -> list[DomainError]:
    """What the rule says beside its ratio; `terms` as `Call.match_terms`."""
    rule = MatchRule(in_kind_counts=True, **{name: value for name, value in terms.items() if name != "percents"})
    said = [
        DomainError(text, grant=terms["percents"][kind.value])
        for kind, text in OWN_RATIOS.items()
        if kind.value in terms["percents"]
    ]
    if len(terms["percents"]) > 1:
        said.append(DomainError(N_("To whom more than one of these applies, the highest holds.")))
    if rule.first_stage is not None:
        text = N_(
            "This holds for the first %(first)s of co-investment; beyond it each 100 som bring up to %(grant)s som."
        )
        said.append(DomainError(text, first=Money(rule.first_stage), grant=rule.beyond_percent))
    shares = (
        (rule.remittance_share, N_("Remittances carry at least %(percent)s %% of the whole project.")),
        (rule.community_share, N_("The village itself carries at least %(percent)s %% of the whole project.")),
        (rule.grant_share, N_("The grant carries at most %(percent)s %% of the whole project.")),
        (rule.remittance_least, N_("At least %(percent)s %% of the co-investment comes from remittances.")),
    )
    said += [DomainError(text, percent=percent) for percent, text in shares if percent]
    if not rule.community_counts:
        said.append(DomainError(N_("Cash of the village is shown, but does not count toward the co-investment.")))
    return said + ([goods(rule)] if rule.in_kind_most is not None else [])


def goods(rule: MatchRule) -> DomainError:
    """What becomes of goods and labour."""
    if not rule.in_kind_counts:
        return DomainError(N_("Goods and labour are shown, but do not count toward the co-investment."))
    if rule.in_kind_most is None:
        return DomainError(N_("Goods and labour count toward the co-investment."))
    return DomainError(
        N_("Goods and labour count up to %(percent)s %% of the co-investment that counts."), percent=rule.in_kind_most
    )


def shares_of(wanted: Due) -> list[DomainError]:
    """From whom the co-investment due must come, when the rule says so."""
    said = []
    if wanted.remittance:
        text = N_("Of it at least %(sent)s come from remittances.")
        said.append(DomainError(text, sent=Money(wanted.remittance)))
    if wanted.community:
        text = N_("Of it at least %(village)s come from the village itself.")
        said.append(DomainError(text, village=Money(wanted.community)))
    return said


EXAMPLE = 100_000_00
"""Tyiyn: what the plain example reckons with."""


def examples(rule: MatchRule) -> list[DomainError]:
    """What so much verified co-investment brings at most, and what of it comes from whom."""
    said = []
    for total in (EXAMPLE, 4 * EXAMPLE):
        grant = carried_at_best(rule, total)
        text = N_("For %(total)s of verified co-investment the grant is at most %(grant)s.")
        said.append(DomainError(text, total=Money(total), grant=Money(grant)))
        said += shares_of(due(rule, grant))
    if rule.in_kind_counts and rule.in_kind_most is not None:
        brought = Verified(remittance=EXAMPLE, in_kind=EXAMPLE)
        text = N_(
            "For %(total)s from remittances and goods and labour of the same worth the grant is at most %(grant)s."
        )
        said.append(DomainError(text, total=Money(EXAMPLE), grant=Money(carried(rule, brought))))
    return said
