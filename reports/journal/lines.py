"""The lines of a journal file: one for each transfer, with what its accounts, grant and people are called."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func

from app.services import grants, ledger, users
from app.services.ledger import JournalFilter, JournalRow, NamedAccount
from models.base import db
from models.funds import Fund
from models.grants import Grant
from models.ledger import EventKind, LedgerAccount
from models.turnovers import Turnover


@dataclass(frozen=True)
class Line:
    """One transfer; `amount` in minor units of `currency`."""

    event_id: int
    transfer_id: int
    value_on: date
    occurred_at: datetime
    kind: EventKind
    debit: NamedAccount
    credit: NamedAccount
    fund: str | None
    grant: str | None
    currency: str
    amount: int
    who: str
    reason: str
    reverses_id: int | None


def lines(wanted: JournalFilter) -> Iterator[Line]:
    """Every transfer of what is wanted, the oldest value day first; names are looked up a batch at a time."""
    accounts: dict[int, NamedAccount] = {}
    people: dict[int, str] = {}
    for batch in ledger.batches(wanted):
        accounts = _accounts(batch, accounts)
        unknown = {row.actor_id for row in batch} - people.keys()
        people |= users.names_of(unknown) if unknown else {}
        numbers = grants.numbers_of(row.grant_id for row in batch)
        codes = _codes(batch)
        for row in batch:
            yield Line(
                row.event_id,
                row.transfer_id,
                row.value_on,
                row.occurred_at,
                row.kind,
                accounts[row.debit_account_id],
                accounts[row.credit_account_id],
                codes.get(row.fund_id),
                numbers.get(row.grant_id) if row.grant_id is not None else None,
                row.currency,
                row.amount,
                people.get(row.actor_id, ""),
                row.reason,
                row.reverses_id,
            )


def balances() -> Iterator[tuple[NamedAccount, str, int]]:
    """(account, currency, what it holds in minor units) of every account that takes transfers."""
    control = db.aliased(LedgerAccount)
    query = (
        db.select(*_NAMED, LedgerAccount.currency, func.sum(Turnover.debited - Turnover.credited))
        .join(Turnover, Turnover.account_id == LedgerAccount.id)
        .outerjoin(Fund, Fund.id == LedgerAccount.fund_id)
        .outerjoin(Grant, Grant.id == LedgerAccount.grant_id)
        .where(~db.select(control.id).where(control.control_id == LedgerAccount.id).exists())
        .group_by(*_NAMED, LedgerAccount.currency)
        .order_by(LedgerAccount.id)
    )
    for *named, currency, held in db.session.execute(query):
        yield NamedAccount(*named), currency, int(held)


_NAMED = ledger.named_columns(LedgerAccount, Fund, Grant)


def _accounts(batch: Iterable[JournalRow], known: Mapping[int, NamedAccount]) -> dict[int, NamedAccount]:
    """Those of this batch; of the batch before only those that are in this one too are kept."""
    ids = {one for row in batch for one in (row.debit_account_id, row.credit_account_id)}
    return {one: known[one] for one in ids & known.keys()} | dict(ledger.named(ids - known.keys()))


def _codes(batch: Iterable[Any]) -> Mapping[int | None, str]:
    ids = {row.fund_id for row in batch} - {None}
    return {row[0]: row[1] for row in db.session.execute(db.select(Fund.id, Fund.code).where(Fund.id.in_(ids)))}
