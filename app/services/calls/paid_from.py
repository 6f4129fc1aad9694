"""From which allocation of its call an application is paid."""

from collections.abc import Iterable, Sequence

from app.localisation import N_, Money
from app.services.calls.allocations import Standing
from app.services.errors import DomainError, LimitExceededError
from models.allocations import Allocation
from models.applications import Application


def fitting(application: Application, found: Iterable[Standing]) -> list[Standing]:
    """Those of its call's `standings` an application can be paid from, in the order in which they are spent."""
    oblast_id = application.association.ayil_okmotu.rayon.oblast_id
    own = [one for one in found if one.allocation.is_for(oblast_id, application.theme_id)]
    return sorted(own, key=lambda one: narrowest_first(one.allocation))


def narrowest_first(allocation: Allocation) -> tuple[bool, bool, int]:
    """What is for one oblast goes before what is for all, then what is for one theme."""
    return allocation.oblast_id is None, allocation.theme_id is None, allocation.id


def choose(found: Sequence[Standing], amount: int, wanted_id: int | None = None) -> Allocation:
    """The first of the `fitting` allocations that has `amount` (tyiyn) left; or the one wanted, if it has.

    Raises `DomainError` when none or not the one wanted fits, `LimitExceededError` with what is left.
    """
    if not found:
        raise DomainError(N_("The call has no money for this oblast and theme."), field="amount")
    among = [one for one in found if wanted_id in (None, one.allocation.id)]
    if not among:
        raise DomainError(N_("This application cannot be paid from there."), field="allocation")
    chosen = next((one.allocation for one in among if one.left >= amount), None)
    if chosen is not None:
        return chosen
    most = max(0, *(one.left for one in among))
    if len(among) > 1:
        message = N_("None of the %(count)s allocations for this application has so much left: at most %(left)s.")
        raise LimitExceededError(message, field="amount", count=len(among), left=Money(most))
    raise LimitExceededError(N_("Only %(left)s are left to award."), field="amount", left=Money(most))
