"""Balances: what was debited to an account less what was credited, summed from its months, never typed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, func

from models.base import BASE_CURRENCY, db
from models.ledger import AccountKind, LedgerAccount, LedgerEvent, Transfer
from models.turnovers import Turnover

DAY = timedelta(days=1)
AT_ONCE = 5_000
"""So many owners in one query: databases bound its parameters."""
_SUM = func.coalesce(func.sum(Turnover.debited - Turnover.credited), 0)


_BALANCE = db.select(_SUM).where(Turnover.account_id == db.bindparam("account_id"))  # made once: every booking asks it


def balance(of: LedgerAccount) -> int:
    """What was debited less what was credited, in minor units."""
    return int(db.session.scalar(_BALANCE, {"account_id": of.id}) or 0)


def balances(kinds: Iterable[AccountKind], *, grant_id: int) -> Mapping[AccountKind, int]:
    """Balance in tyiyn of all accounts of each kind that belong to a grant (som accounts only)."""
    return _balances(_sums_of_grants(), kinds, [grant_id])[grant_id]


def balances_of_grants(
    kinds: Iterable[AccountKind], grant_ids: Iterable[int]
) -> Mapping[int, Mapping[AccountKind, int]]:
    """As `balances` for each of these grants."""
    found: dict[int, Mapping[AccountKind, int]] = {}
    wanted, ids = list(kinds), list(grant_ids)
    for start in range(0, len(ids), AT_ONCE):
        found |= _balances(_sums_of_grants(), wanted, ids[start : start + AT_ONCE])
    return found


def balances_of_funds(kinds: Iterable[AccountKind], fund_ids: Iterable[int]) -> Mapping[int, Mapping[AccountKind, int]]:
    """As `balances` for each of these funds, in one query however many they are, and however many grants they have."""
    return _balances(_sums_of_funds(), kinds, fund_ids)


def _balances(
    query: Select[Any], kinds: Iterable[AccountKind], ids: Iterable[int]
) -> Mapping[int, Mapping[AccountKind, int]]:
    wanted, owners = list(kinds), list(ids)
    result = {one: dict.fromkeys(wanted, 0) for one in owners}
    for owner_id, kind, amount in db.session.execute(query, {"kinds": wanted, "owners": owners}):
        result[owner_id][AccountKind(kind)] = int(amount)
    return result


@cache
def _sums_of_grants() -> Select[Any]:
    return _sums(LedgerAccount.grant_id)


@cache
def _sums_of_funds() -> Select[Any]:
    return _sums(LedgerAccount.fund_id).where(LedgerAccount.control_id.is_(None))


def _sums(owner: Any) -> Select[Any]:
    """Balance by owner and kind; made once, as every page asks it."""
    return (
        db.select(owner, LedgerAccount.kind, _SUM)
        .join(Turnover, Turnover.account_id == LedgerAccount.id)
        .where(
            LedgerAccount.kind.in_(db.bindparam("kinds", expanding=True)),
            LedgerAccount.currency == BASE_CURRENCY,
            owner.in_(db.bindparam("owners", expanding=True)),
        )
        .group_by(owner, LedgerAccount.kind)
    )


def balances_of(accounts: Iterable[LedgerAccount]) -> Mapping[int, int]:
    """{account: what it holds} of these, in one query."""
    ids = [one.id for one in accounts]
    query = db.select(Turnover.account_id, _SUM).where(Turnover.account_id.in_(ids)).group_by(Turnover.account_id)
    return dict.fromkeys(ids, 0) | {row[0]: int(row[1]) for row in db.session.execute(query)}


@dataclass(frozen=True)
class Month:
    """An account in the month that begins on `first`, in minor units."""

    first: date
    opening: int
    debited: int
    credited: int

    @property
    def closing(self) -> int:
        return self.opening + self.debited - self.credited


def months_of(account: LedgerAccount, limit: int | None = None) -> list[Month]:
    """The months in which an account moved, the newest first; the newest so many, or all."""
    query = db.select(Turnover.month, Turnover.debited, Turnover.credited).where(Turnover.account_id == account.id)
    held, found = balance(account), []
    for first, debited, credited in db.session.execute(query.order_by(Turnover.month.desc()).limit(limit)):
        held -= debited - credited
        found.append(Month(first, held, debited, credited))
    return found


@dataclass(frozen=True)
class Line:
    """An account over a period, in minor units: what it held before, what moved, what it holds at the end."""

    account: LedgerAccount
    opening: int
    debited: int
    credited: int

    @property
    def closing(self) -> int:
        return self.opening + self.debited - self.credited

    @property
    def is_idle(self) -> bool:
        """Whether it has nothing and nothing moved."""
        return not (self.opening or self.debited or self.credited)


def trial_balance(currency: str, starts_on: date | None, ends_on: date, fund_id: int | None = None) -> list[Line]:
    """The accounts of a currency over the days `starts_on` (None: from the beginning) to `ends_on`, by value day.

    Accounts of grants stand together in their control accounts. Closing balances total zero; so do they at any day.
    With a fund only what belongs to it.
    """
    scope = [LedgerAccount.currency == currency, LedgerAccount.control_id.is_(None)]
    if fund_id is not None:
        scope.append(LedgerAccount.fund_id == fund_id)
    return lines(scope, starts_on, ends_on)


def lines(scope: Iterable[Any], starts_on: date | None, ends_on: date) -> list[Line]:
    """The accounts under these conditions over a period, those that are idle left out."""
    conditions = list(scope)
    before = _moved(conditions, starts_on) if starts_on else {}
    until = _moved(conditions, ends_on + DAY)
    found = []
    for account in db.session.scalars(db.select(LedgerAccount).where(*conditions).order_by(LedgerAccount.id)):
        came_before, went_before = before.get(account.id, (0, 0))
        came, went = until.get(account.id, (0, 0))
        line = Line(account, came_before - went_before, came - came_before, went - went_before)
        if not line.is_idle:
            found.append(line)
    return found


def _moved(conditions: list[Any], before: date) -> dict[int, tuple[int, int]]:
    """{account: what was debited to it and credited until the day before `before`}: whole months, then the rest."""
    month = before.replace(day=1)
    months = (
        db.select(LedgerAccount.id, func.sum(Turnover.debited), func.sum(Turnover.credited))
        .join(Turnover, Turnover.account_id == LedgerAccount.id)
        .where(*conditions, Turnover.month < month)
        .group_by(LedgerAccount.id)
    )
    debited, credited = defaultdict[int, int](int), defaultdict[int, int](int)
    for account_id, came, went in db.session.execute(months):
        debited[account_id], credited[account_id] = int(came), int(went)
    if before > month:
        for sums, side in ((debited, Transfer.debit_account_id), (credited, Transfer.credit_account_id)):
            for account_id, amount in db.session.execute(_rest(conditions, side, month, before)):
                sums[account_id] += int(amount)
    return {one: (debited[one], credited[one]) for one in debited.keys() | credited.keys()}


def _rest(conditions: list[Any], side: Any, month: date, before: date) -> Select[Any]:
    """What the days of one month moved on one side, by account and by the control account it stands in."""
    own = db.aliased(LedgerAccount)
    return (
        db.select(LedgerAccount.id, func.sum(Transfer.amount))
        .select_from(LedgerEvent)
        .join(Transfer, Transfer.event_id == LedgerEvent.id)
        .join(own, own.id == side)
        .join(LedgerAccount, LedgerAccount.id.in_((own.id, own.control_id)))
        .where(LedgerEvent.value_on >= month, LedgerEvent.value_on < before, *conditions)
        .group_by(LedgerAccount.id)
    )
