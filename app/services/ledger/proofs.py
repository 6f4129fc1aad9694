"""What `flask verify` asks of the ledger."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import CompoundSelect, Select, String, cast, func, literal, union_all

from app.services.ledger.accounts import CAN_SPEND
from models import turnovers
from models.base import db
from models.ledger import LedgerAccount, Transfer
from models.turnovers import Turnover


def currency_totals() -> Mapping[str, int]:
    """The sum of all balances per currency, from the transfers: zero in every currency, or the ledger is broken."""
    result: dict[str, int] = {}
    for side, sign in ((Transfer.debit_account_id, 1), (Transfer.credit_account_id, -1)):
        rows = db.session.execute(
            db.select(LedgerAccount.currency, func.sum(Transfer.amount))
            .join(Transfer, side == LedgerAccount.id)
            .group_by(LedgerAccount.currency)
        )
        for currency, amount in rows:
            result[currency] = result.get(currency, 0) + sign * int(amount)
    return result


def holders() -> int:
    """How many accounts hold money: those that `overdrawn` looks at."""
    query = db.select(func.count()).where(LedgerAccount.kind.in_([kind.value for kind in CAN_SPEND]))
    return int(db.session.scalar(query) or 0)


def overdrawn() -> list[tuple[LedgerAccount, int]]:
    """Accounts that hold money and are below zero, from the transfers: there must be none."""
    credit = db.select(Transfer.credit_account_id.label("id"), func.sum(Transfer.amount).label("out")).group_by(
        Transfer.credit_account_id
    )
    debit = db.select(Transfer.debit_account_id.label("id"), func.sum(Transfer.amount).label("into")).group_by(
        Transfer.debit_account_id
    )
    outgoing, incoming = credit.subquery(), debit.subquery()
    held = func.coalesce(incoming.c.into, 0) - outgoing.c.out
    rows = db.session.execute(
        db.select(LedgerAccount, held)
        .join(outgoing, outgoing.c.id == LedgerAccount.id)
        .outerjoin(incoming, incoming.c.id == LedgerAccount.id)
        .where(held < 0, LedgerAccount.kind.in_([kind.value for kind in CAN_SPEND]))
    )
    return [(row[0], int(row[1])) for row in rows]


def months() -> int:
    """How many months of accounts are kept."""
    return int(db.session.scalar(db.select(func.count()).select_from(Turnover)) or 0)


@dataclass(frozen=True)
class Difference:
    """A month of an account that is not what was moved: so much (minor units) is kept too much, or too little."""

    account: LedgerAccount
    month: date
    debited: int
    credited: int


def wrong_turnovers() -> Iterator[Difference]:
    """Months that differ from the transfers of their account, or, of a control account, from those it controls."""
    for query in (_against_transfers(), _against_controlled()):
        for account_id, month, debited, credited in db.session.execute(query):
            day = month if isinstance(month, date) else date.fromisoformat(month)
            yield Difference(db.session.get_one(LedgerAccount, account_id), day, int(debited), int(credited))


def _against_transfers() -> Select[Any]:
    month = turnovers.month_of(Transfer.value_on, db.engine.dialect.name)
    kept = db.select(
        Turnover.account_id, cast(Turnover.month, String).label("month"), Turnover.debited, Turnover.credited
    ).where(Turnover.account_id.not_in(_CONTROLS))
    sides = [
        db.select(side, cast(month, String), *sums).group_by(side, month)
        for side, sums in (
            (Transfer.debit_account_id, (-func.sum(Transfer.amount), literal(0))),
            (Transfer.credit_account_id, (literal(0), -func.sum(Transfer.amount))),
        )
    ]
    return _differing(union_all(kept, *sides))


def _against_controlled() -> Select[Any]:
    month = cast(Turnover.month, String)
    kept = db.select(Turnover.account_id, month.label("month"), Turnover.debited, Turnover.credited)
    kept = kept.where(Turnover.account_id.in_(_CONTROLS))
    controlled = (
        db.select(LedgerAccount.control_id, month, -func.sum(Turnover.debited), -func.sum(Turnover.credited))
        .join(Turnover, Turnover.account_id == LedgerAccount.id)
        .where(LedgerAccount.control_id.is_not(None))
        .group_by(LedgerAccount.control_id, Turnover.month)
    )
    return _differing(union_all(kept, controlled))


_CONTROLS = db.select(LedgerAccount.control_id).where(LedgerAccount.control_id.is_not(None))


def _differing(parts: CompoundSelect[Any]) -> Select[Any]:
    both = parts.subquery()
    debited, credited = func.sum(both.c.debited), func.sum(both.c.credited)
    query = db.select(both.c.account_id, both.c.month, debited, credited).group_by(both.c.account_id, both.c.month)
    return query.having((debited != 0) | (credited != 0)).order_by(both.c.account_id, both.c.month)
