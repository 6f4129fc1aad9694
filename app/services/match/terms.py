"""The match rule as a call and a grant keep it: read, and checked before it is kept."""

from collections.abc import Mapping
from typing import Any, Protocol

from app.localisation import N_
from app.services.errors import DomainError
from app.services.match.arithmetic import MatchRule

HIGHEST_AMOUNT = 100_000_000_00  # tyiyn: a hundred million som is no village project
HIGHEST_MATCH = 1000  # percent
PERCENT = range(1, 101)
PERCENTAGES = ("remittance_share", "community_share", "grant_share", "in_kind_most", "remittance_least")


class Kept(Protocol):
    """A call or a grant: what it keeps of its match rule."""

    match_percent: Any
    in_kind_counts: Any
    match_terms: Any


def rule_of(kept: Kept, *, percent: int | None = None, most: int | None = None) -> MatchRule:
    """The rule of a call or a grant, of at most `most` tyiyn; `percent` for an applicant with a ratio of its own."""
    terms = {name: value for name, value in kept.match_terms.items() if name != "percents"}
    return MatchRule(
        percent=kept.match_percent if percent is None else percent,
        in_kind_counts=kept.in_kind_counts,
        most=most,
        **terms,
    )


def check(match_percent: int, in_kind_counts: bool, terms: Mapping[str, Any]) -> None:
    """Raises `DomainError` at what is out of its range or contradicts the rest; `terms` as `Call.match_terms`."""
    ratios = {f"percent_{kind}": percent for kind, percent in terms["percents"].items()}
    ratios |= {"match_percent": match_percent, "beyond_percent": terms["beyond_percent"]}
    for field, percent in ratios.items():
        if percent is not None and not 0 < percent <= HIGHEST_MATCH:
            raise DomainError(N_("The match must be more than zero and believable."), field=field)
    for field in PERCENTAGES:
        if terms[field] not in (None, *PERCENT):
            raise DomainError(N_("Enter a whole number from 1 to 100."), field=field)
    if terms["first_stage"] is not None and not 0 < terms["first_stage"] <= HIGHEST_AMOUNT:
        raise DomainError(N_("The amount must be more than zero and believable."), field="first_stage")
    if (terms["first_stage"] is None) != (terms["beyond_percent"] is None):
        missing = "first_stage" if terms["first_stage"] is None else "beyond_percent"
        raise DomainError(
            N_("A second stage needs both: up to where the first goes, and what holds then."), field=missing
        )
    if terms["grant_share"] == 100:
        raise DomainError(N_("A grant that carries the whole project asks for no co-investment."), field="grant_share")
    shares = [terms[name] or 0 for name in ("remittance_share", "community_share", "grant_share")]
    if sum(shares) > 100:
        field = next(name for name in ("grant_share", "community_share", "remittance_share") if terms[name])
        raise DomainError(
            N_("The shares add up to %(total)s %%: more than the project."), field=field, total=sum(shares)
        )
    if terms["community_share"] and not terms["community_counts"]:
        text = N_("The village cannot be asked for a share with money that does not count.")
        raise DomainError(text, field="community_share")
    if terms["in_kind_most"] is not None and not in_kind_counts:
        raise DomainError(N_("A limit needs goods and labour to count."), field="in_kind_most")
