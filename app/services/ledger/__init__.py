"""The ledger: accounts, bookings, balances, the journal and what proves them. Its tables are touched here alone."""

from app.services.ledger.accounts import CAN_SPEND, Scope, account, controlled, of_grant, order, scopes
from app.services.ledger.balances import Line, balance, balances, balances_of_funds, lines, trial_balance
from app.services.ledger.journal import (
    Entry,
    JournalFilter,
    JournalRow,
    Place,
    balance_on,
    count,
    entries,
    event,
    journal,
    reversal_of,
    rows,
)
from app.services.ledger.posting import Leg, post, reverse
from app.services.ledger.proofs import currency_totals, holders, months, overdrawn, wrong_turnovers
from models.ledger import LedgerAccount, LedgerEvent

__all__ = [
    "CAN_SPEND",
    "Entry",
    "JournalFilter",
    "JournalRow",
    "LedgerAccount",
    "LedgerEvent",
    "Leg",
    "Line",
    "Place",
    "Scope",
    "account",
    "balance",
    "balance_on",
    "balances",
    "balances_of_funds",
    "controlled",
    "count",
    "currency_totals",
    "entries",
    "event",
    "holders",
    "journal",
    "lines",
    "months",
    "of_grant",
    "order",
    "overdrawn",
    "post",
    "reversal_of",
    "reverse",
    "rows",
    "scopes",
    "trial_balance",
    "wrong_turnovers",
]
