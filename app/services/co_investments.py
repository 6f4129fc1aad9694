"""What the verified co-investment of a grant carries by its match rule, and what is still missing. Tyiyn."""

from dataclasses import dataclass
from typing import Any

from app.localisation import N_, Money
from app.services import match, verified_co_investments
from app.services.errors import DomainError
from app.services.match import Due, Line, Unlocked, Verified
from models.contributions import ContributionKind
from models.grants import Grant, Tranche


def missing(grant: Grant, through: int, verified: Verified) -> Due:
    """The further co-investment that is needed for so much of the grant, with so much verified."""
    return match.further_due(match.rule_of(grant), through, verified)


def shortfall(grant: Grant, through: int, verified: Verified) -> DomainError:
    """What is verified of what is due for so much of the grant, and what is missing, of whom."""
    rule, lacking = match.rule_of(grant), missing(grant, through, verified)
    figures: dict[str, Any] = {
        "verified": Money(sum(match.counted(rule, verified))),
        "due": Money(match.due(rule, through).total),
        "missing": Money(lacking.total),
    }
    if not lacking.remittance and not lacking.community:
        return DomainError(N_("Verified: %(verified)s of %(due)s due; missing: %(missing)s."), **figures)
    text = N_(
        "Verified: %(verified)s of %(due)s due; missing: %(missing)s, of it at least %(sent)s from remittances "
        "and %(village)s in cash of the village."
    )
    return DomainError(text, sent=Money(lacking.remittance), village=Money(lacking.community), **figures)


@dataclass(frozen=True)
class MatchArithmetic:
    """The match of a grant, amounts in tyiyn. `next_` is the first tranche that waits to be paid (None: none does).

    `counted` is what counts of the verified co-investment, `carried` the grant it carries, `due` and `missing` what
    everything through `next_` needs in all and still; `lines` the same line by line.
    """

    verified: Verified
    counted: int
    carried: int
    paid: int
    next_: Tranche | None
    due: Due
    missing: Due
    lines: list[Line]


def match_of(grant: Grant) -> MatchArithmetic:
    """The arithmetic a page shows: award, ratio, what is verified, what it carries, what the next tranche needs."""
    rule, verified = match.rule_of(grant, most=grant.amount), verified_co_investments.of(grant)
    paid = sum(one.amount for one in grant.tranches if one.is_paid)
    next_ = next((one for one in grant.tranches if not one.is_paid and not one.is_settled), None)
    last = next_.sequence if next_ else len(grant.tranches)
    through = sum(one.amount for one in grant.tranches if one.sequence <= last)
    sequence = next_.sequence if next_ else None
    return MatchArithmetic(
        verified=verified,
        counted=sum(match.counted(rule, verified)),
        carried=match.carried(rule, verified),
        paid=paid,
        next_=next_,
        due=match.due(rule, through),
        missing=match.further_due(rule, through, verified),
        lines=match.lines(rule, verified, award=grant.amount, paid=paid, through=through, next_=sequence),
    )


def unlocked_by(grant: Grant, kind: ContributionKind, amount: int) -> Unlocked:
    """What a further contribution of `amount` tyiyn would carry, were it verified."""
    rule = match.rule_of(grant, most=grant.amount)
    parts = [one.amount for one in grant.tranches]
    return match.unlocked(rule, verified_co_investments.of(grant), kind.value, amount, parts)
