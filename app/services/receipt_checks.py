"""Receipt checks: the receipts that wait, one after another, for the second person who verifies them."""

from app.localisation import N_
from app.services import conflicts
from app.services.errors import DomainError, IncompleteError
from models.base import db
from models.contributions import Check, Contribution, ContributionStatus
from models.grants import Grant
from models.users import User


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


def must_say_why(fault: Check | None, words: str) -> None:
    """Raise `IncompleteError` when what is to be refused says neither which check does not hold nor anything else."""
    if fault is None and not words.strip():
        raise IncompleteError(N_("Choose what does not fit, or write it."), field="words")


def must_not_be_refused(fault: Check | None, words: str) -> None:
    """Raise `DomainError` when what is to be verified carries a reason to refuse it."""
    if fault or words.strip():
        raise DomainError(N_("You gave a reason to refuse. Take it away, or refuse the receipt."), field="words")
