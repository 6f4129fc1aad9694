"""Receipt checks: the receipts that wait, one after another, for the second person who verifies them."""

from collections.abc import Mapping

from app.localisation import N_, gettext
from app.services import conflicts
from app.services.errors import DomainError, IncompleteError
from models.base import db
from models.contributions import Check, Contribution, ContributionKind, ContributionStatus
from models.grants import Grant
from models.users import User

FAULTS: Mapping[Check, str] = {
    Check.LEGIBLE: N_("The receipt cannot be read, or something on it was altered."),
    Check.AMOUNT: N_("Amount or currency on the receipt are not those recorded."),
    Check.DAY: N_("The day on the receipt is not the one recorded."),
    Check.SENDER: N_("The sender is neither a member of the association nor kin of one."),
    Check.UNUSED: N_("The receipt has been used for something else."),
    Check.ARRIVED: N_("The association does not have the money or the goods."),
}
GOODS_FAULTS: Mapping[Check, str] = {
    Check.LEGIBLE: N_("The photo does not show these goods or this work."),
    Check.AMOUNT: N_("Quantity or price of one are not right."),
    Check.DAY: N_("It was given or done on another day than the one recorded."),
    Check.SENDER: N_("The giver belongs neither to the village nor to the association."),
    Check.UNUSED: N_("It has been counted for something else."),
    Check.ARRIVED: N_("The association does not have the goods, or the work is not done."),
}
"""What the association reads when a check does not hold: of money, and of goods and labour."""


def faults_of(contribution: Contribution) -> Mapping[Check, str]:
    """What can be found wrong with it, message ids by check."""
    return GOODS_FAULTS if contribution.kind is ContributionKind.IN_KIND else FAULTS


def waiting(user: User) -> list[int]:
    """The ids of the recorded contributions `user` may verify, the oldest first: no own recording and no tie."""
    free = conflicts.ties_of(user).free(Grant.association_id, Grant.application_id)
    query = db.select(Contribution.id).join(Contribution.grant)
    query = query.where(
        Contribution.status == ContributionStatus.RECORDED, Contribution.recorded_by_id != user.id, *free
    )
    return list(db.session.scalars(query.order_by(Contribution.id)))


def following(ids: list[int], after: int) -> int | None:
    """The one that comes after `after`; behind the last one the first; None when none waits."""
    return next((one for one in ids if one > after), ids[0] if ids else None)


def preceding(ids: list[int], before: int) -> int | None:
    """The one that comes before `before`; None in front of the first."""
    return next((one for one in reversed(ids) if one < before), None)


def refusal(contribution: Contribution, fault: Check | None, words: str) -> str:
    """The reason made of the check that does not hold and what was typed, in the language of who refuses.

    Raises `IncompleteError` when neither was given.
    """
    parts = [gettext(faults_of(contribution)[fault])] if fault else []
    reason = " ".join([*parts, words.strip()]).strip()
    if not reason:
        raise IncompleteError(N_("Choose what does not fit, or write it."), field="words")
    return reason


def must_not_be_refused(fault: Check | None, words: str) -> None:
    """Raise `DomainError` when what is to be verified carries a reason to refuse it."""
    if fault or words.strip():
        raise DomainError(N_("You gave a reason to refuse. Take it away, or refuse the receipt."), field="words")
