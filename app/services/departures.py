"""Departures: in what decisions of the Council depart from the selection straight down the ranked list.

There is one rule of it. Who decides is told before the decision is recorded, the pages of a session mark it, and the
protocol prints it beside the reason.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.localisation import N_, Money
from app.services.decision_lists import MadeDecision
from app.services.errors import DomainError
from app.services.rankings import RankedApplication
from app.services.selection import Hindrance
from app.services.selection_rules import HINDRANCES
from app.services.selections import Proposal
from models.council_sessions import Decision, DecisionOutcome


class DepartureKind(StrEnum):
    WOULD_BE_SELECTED = "would_be_selected"
    WOULD_NOT_BE = "would_not_be"
    OTHER_AMOUNT = "other_amount"
    BEFORE = "before"
    CHANGED_PLACES = "changed_places"
    """Of protocols from before the rules of the call counted: by rank alone."""


@dataclass(frozen=True)
class Departure:
    """One way in which a decision departs from the list.

    `amount` (tyiyn): what it would get; `why` it would not be selected; `number` of the one it goes before.
    """

    kind: DepartureKind
    amount: int | None = None
    why: Hindrance | None = None
    number: str | None = None

    def in_words(self) -> dict[str, Any]:
        """As frozen data keep it."""
        why = self.why.value if self.why else None
        return {"kind": self.kind.value, "amount": self.amount, "why": why, "number": self.number}


def read(words: Mapping[str, Any] | str) -> Departure:
    """One of `in_words`, or the number that stands in older protocols."""
    if isinstance(words, str):
        return Departure(DepartureKind.CHANGED_PLACES, number=words)
    why = Hindrance(words["why"]) if words["why"] else None
    return Departure(DepartureKind(words["kind"]), words["amount"], why, words["number"])


def of_motion(
    proposal: Proposal, application_id: int, amount: int | None, passed_by: Collection[int] = ()
) -> list[Departure]:
    """In what one decision departs from the list; an empty list: in nothing.

    `amount` (tyiyn) is awarded to the application, None: it is not selected. `passed_by` are applications of the call
    that are decided and not selected.
    """
    return _of(proposal, application_id, amount, _passed_by(proposal, passed_by))


def of_decisions(
    proposal: Proposal,
    decisions: Iterable[Decision | MadeDecision],
    closed: Collection[int] = (),
    also: Collection[int] = (),
) -> dict[int, list[Departure]]:
    """{application: in what its decision departs}, of those that do; nothing about those `closed` to the reader.

    `also` are applications of the call that other sessions have decided and not selected.
    """
    seen = [one for one in decisions if one.application_id not in closed]
    passed_by = {one.application_id for one in seen if one.outcome is not DecisionOutcome.SELECTED}
    passed_by |= set(also) - set(closed)
    rows = _passed_by(proposal, passed_by)
    found = {one.application_id: _of(proposal, one.application_id, one.amount, rows) for one in seen}
    return {key: said for key, said in found.items() if said}


def sentences(found: Iterable[Departure]) -> list[DomainError]:
    """Departures as they are told."""
    said = []
    for one in found:
        if one.kind is DepartureKind.WOULD_BE_SELECTED:
            message = N_("Down the ranked list it would be selected, with %(amount)s.")
            said.append(DomainError(message, amount=Money(one.amount or 0)))
        elif one.kind is DepartureKind.OTHER_AMOUNT:
            said.append(DomainError(N_("Down the ranked list it would get %(amount)s."), amount=Money(one.amount or 0)))
        elif one.kind is DepartureKind.BEFORE:
            message = N_("It goes before %(number)s, which is ahead of it in the ranking and is not selected.")
            said.append(DomainError(message, number=one.number))
        elif one.kind is DepartureKind.CHANGED_PLACES:
            said.append(DomainError(N_("It changed places with %(number)s in the ranking."), number=one.number))
        else:
            said.append(DomainError(N_("Down the ranked list it would not be selected.")))
            said.append(DomainError(HINDRANCES[one.why or Hindrance.THRESHOLDS]))
    return said


def _passed_by(proposal: Proposal, passed_by: Collection[int]) -> list[RankedApplication]:
    """Those that the list would select and the Council has not, from best to worst."""
    awards = proposal.straight.awards
    return [row for row in proposal.ranking.rows if row.application_id in passed_by and row.application_id in awards]


def _of(
    proposal: Proposal, application_id: int, amount: int | None, passed_by: Iterable[RankedApplication]
) -> list[Departure]:
    award, row = proposal.straight.awards.get(application_id), proposal.by_id.get(application_id)
    if amount is None:
        return [Departure(DepartureKind.WOULD_BE_SELECTED, award.amount)] if award else []
    found = []
    if award is None:
        why = proposal.straight.hindrances.get(application_id, Hindrance.THRESHOLDS)
        found.append(Departure(DepartureKind.WOULD_NOT_BE, why=why))
    elif award.amount != amount:
        found.append(Departure(DepartureKind.OTHER_AMOUNT, award.amount))
    if not found:  # it gets what the list gives it: whom it goes before departs, and says why once
        return []
    ahead = [one for one in passed_by if row is not None and one.rank < row.rank]
    return found + [Departure(DepartureKind.BEFORE, number=one.application.number) for one in ahead]
