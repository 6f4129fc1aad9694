"""Refusals of the domain: each says in plain words what is wrong and, where it can, how to mend it."""

from collections.abc import Iterable, Sequence
from typing import Any

from app.localisation import gettext


class DomainError(Exception):
    """A rule was broken. `message` is an English message id; `field` names the form field it belongs to, if any.

    `others` are further ones found at the same time, so that a form can show all of them at once.
    """

    def __init__(self, message: str, *, field: str | None = None, **parameters: Any) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.parameters = parameters
        self.others: Sequence[DomainError] = ()

    def __str__(self) -> str:
        return gettext(self.message, **self.parameters)


class WrongTransitionError(DomainError):
    """The thing is not in a state in which this can be done."""


class SeparationOfDutyError(DomainError):
    """The same person may not do both."""


class LimitExceededError(DomainError):
    """More than there is, or more than the rules allow."""


class AlreadyUsedError(DomainError):
    """Something that counts once was used before."""


class ChangedMeanwhileError(DomainError):
    """It is not what the person was shown any more."""


class IncompleteError(DomainError):
    """Something that must be there is missing."""


def refuse_all(problems: Iterable[DomainError]) -> None:
    """Raise the first of `problems`, which brings the others with it; do nothing when there are none."""
    found = list(problems)
    if found:
        found[0].others = found[1:]
        raise found[0]
