"""What was verified of the co-investment of a grant, and whether it carries what was paid on it. Tyiyn."""

from app.services import match
from app.services.match import Verified
from models.base import db
from models.contributions import Contribution, ContributionStatus
from models.grants import Grant

_VERIFIED = (  # made once: every gate and every page of a grant asks it
    db.select(Contribution.kind, db.func.sum(Contribution.amount_kgs))
    .where(Contribution.grant_id == db.bindparam("grant_id"), Contribution.status == ContributionStatus.VERIFIED)
    .group_by(Contribution.kind)
)


def of(grant: Grant) -> Verified:
    """Verified amounts in tyiyn by kind."""
    found = db.session.execute(_VERIFIED, {"grant_id": grant.id})
    return Verified(**{kind.value: int(amount) for kind, amount in found})


def carry_what_was_paid(grant: Grant) -> bool:
    """Whether the match lets so much be paid as was paid: a reversal can take that away afterwards."""
    paid = sum(one.amount for one in grant.tranches if one.is_paid)
    return paid <= match.carried(match.rule_of(grant), of(grant))
