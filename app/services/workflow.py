"""The visible table form of a life cycle: (status, action) -> who, guard, next status."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.localisation import N_
from app.services.errors import IncompleteError, WrongTransitionError

GIVE_REASON = N_("Give the reason.")
ASSOCIATION_READS_REASON = N_("Give the reason: the association will read it.")
REVIEWER_READS_REASON = N_("Give the reason: the reviewer will read it.")


@dataclass(frozen=True)
class Transition:
    """One row: where the action leads, whose act it is and which guard is checked (both for people to read)."""

    to: StrEnum
    who: str
    guard: str = ""


Transitions = Mapping[tuple[Any, str], Transition]
"""Keyed by (status of the noun's own enum, action)."""


def leads_on(table: Transitions, status: StrEnum, action: str) -> bool:
    """Whether `action` can be done in `status`."""
    return (status, action) in table


def target(table: Transitions, status: StrEnum, action: str) -> Any:
    """The status that `action` leads to from `status`.

    Raises `WrongTransitionError` when the table has no such row.
    """
    row = table.get((status, action))
    if row is None:
        raise WrongTransitionError(
            N_(
                "This cannot be done now: it has been done already, or an earlier step is missing. "
                "Look at the page again."
            )
        )
    return row.to


def allowed(table: Transitions, status: StrEnum) -> list[str]:
    """The actions possible from `status`, in the table's order."""
    return [action for (source, action) in table if source == status]


def reason_given(reason: str, problem: str = GIVE_REASON) -> str:
    """The reason without blanks around it. Raises `IncompleteError` with `problem` at its field when there is none."""
    if not reason.strip():
        raise IncompleteError(problem, field="reason")
    return reason.strip()
