"""What an event was booked for: the instalment, grant, tranche, contribution or expenditure behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.base import db
from models.contributions import Contribution
from models.expenditures import Expenditure
from models.funds import FundInstalment
from models.grants import Grant, Tranche
from models.ledger import EventKind, LedgerEvent


@dataclass(frozen=True)
class Origin:
    """The row behind an event: the noun of its pages, its id, and the number a person knows it by."""

    noun: str
    id: int
    name: str


_BOOKED_BY: Mapping[EventKind, tuple[Any, Any]] = {
    EventKind.FUND_RECEIVED: (FundInstalment, FundInstalment.event_id),
    EventKind.TRANCHE_RELEASED: (Tranche, Tranche.event_id),
    EventKind.CONTRIBUTION_VERIFIED: (Contribution, Contribution.event_id),
    EventKind.EXPENDITURE_ACCEPTED: (Expenditure, Expenditure.event_id),
}


def origin(event: LedgerEvent) -> Origin | None:
    """What an event was booked for; that of a reversal is that of what it reverses.

    None for a payment that came back: its tranche may have been paid anew since, and the grant stands for it.
    """
    booked = event if event.reverses_id is None else db.session.get_one(LedgerEvent, event.reverses_id)
    table, column = _BOOKED_BY.get(booked.kind, (None, None))
    row = db.session.scalar(db.select(table).where(column == booked.id)) if table is not None else None
    if isinstance(row, FundInstalment):
        return Origin("funds", row.fund_id, row.bank_reference)
    if isinstance(row, Tranche):
        return Origin("tranches", row.id, f"{row.grant.number}, {row.sequence}")
    if isinstance(row, Contribution):
        return Origin("contributions", row.id, row.reference or row.grant.number)
    if isinstance(row, Expenditure):
        return Origin("expenditures", row.id, row.document_number)
    if booked.grant_id is not None:
        return Origin("grants", booked.grant_id, db.session.get_one(Grant, booked.grant_id).number)
    return None
