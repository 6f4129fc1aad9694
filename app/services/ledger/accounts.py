"""The accounts of the ledger: opened when they are first needed, found again by what they belong to."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import IntegrityError

from models.base import BASE_CURRENCY, db
from models.funds import Fund
from models.grants import Grant
from models.ledger import WORLD, AccountKind, LedgerAccount

CAN_SPEND = frozenset(set(AccountKind) - WORLD)
"""Accounts that hold money: none goes below zero."""


_ACCOUNT = db.select(LedgerAccount).where(  # made once: every booking asks it
    LedgerAccount.kind == db.bindparam("kind"),
    LedgerAccount.scope_key == db.bindparam("scope"),
    LedgerAccount.currency == db.bindparam("currency"),
)


def account(
    kind: AccountKind,
    *,
    currency: str = BASE_CURRENCY,
    fund_id: int | None = None,
    grant_id: int | None = None,
    heading: str | None = None,
) -> LedgerAccount:
    """The account of that kind and scope; it is opened when it does not exist yet, with its control account."""
    scope = _scope(fund_id, grant_id, heading)
    asked = {"kind": kind, "scope": scope, "currency": currency}
    found = db.session.scalar(_ACCOUNT, asked)
    if found is not None:
        return found
    row = LedgerAccount(
        kind=kind, currency=currency, scope_key=scope, fund_id=fund_id, grant_id=grant_id, heading=heading
    )
    if grant_id is not None:
        row.association_id = db.session.get_one(Grant, grant_id).association_id
        row.control_id = account(kind, currency=currency, fund_id=fund_id, heading=heading).id
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:  # another transaction opened it a moment ago
        return db.session.scalars(_ACCOUNT, asked).one()
    return row


def _scope(fund_id: int | None, grant_id: int | None, heading: str | None) -> str:
    parts = (("fund", fund_id), ("grant", grant_id), ("heading", heading))
    return "/".join(f"{name}:{value}" for name, value in parts if value)


@dataclass(frozen=True)
class NamedAccount:
    """An account in plain columns, with the code of its fund and the number of its grant (None: it has none)."""

    id: int
    kind: AccountKind
    heading: str | None
    fund: str | None
    grant: str | None


def named_columns(account: Any, fund: Any, grant: Any) -> tuple[Any, ...]:
    """The columns of a `NamedAccount`, of aliases a query has joined."""
    return account.id, account.kind, account.heading, fund.code, grant.number


_NAMED = (
    db.select(*named_columns(LedgerAccount, Fund, Grant))
    .outerjoin(Fund, Fund.id == LedgerAccount.fund_id)
    .outerjoin(Grant, Grant.id == LedgerAccount.grant_id)
    .where(LedgerAccount.id.in_(db.bindparam("ids", expanding=True, type_=db.BigInteger)))
)


def named(ids: Iterable[int]) -> Mapping[int, NamedAccount]:
    """What these accounts are called, in one query however many they are."""
    found = db.session.execute(_NAMED, {"ids": list(set(ids))})
    return {row[0]: NamedAccount(*row) for row in found}


def is_control(account: LedgerAccount) -> bool:
    """Whether it stands for the accounts of grants of its fund."""
    query = db.select(LedgerAccount.id).where(LedgerAccount.control_id == account.id).limit(1)
    return db.session.scalar(query) is not None


def controlled(
    control: LedgerAccount, *, after_id: int = 0, limit: int, without_grants: Collection[int] = ()
) -> list[LedgerAccount]:
    """The accounts of grants behind a control account, in the order in which they were opened."""
    query = db.select(LedgerAccount).where(LedgerAccount.control_id == control.id, LedgerAccount.id > after_id)
    if without_grants:
        query = query.where(LedgerAccount.grant_id.not_in(without_grants))
    return list(db.session.scalars(query.order_by(LedgerAccount.id).limit(limit)))


def of_grant(grant: Grant) -> list[LedgerAccount]:
    """The accounts of a grant, by kind and heading."""
    query = db.select(LedgerAccount).where(LedgerAccount.grant_id == grant.id)
    return sorted(db.session.scalars(query), key=order)


def of_fund(fund: Fund, kinds: Iterable[AccountKind]) -> list[LedgerAccount]:
    """The accounts of these kinds that stand for a whole fund, by kind and heading."""
    query = db.select(LedgerAccount).where(
        LedgerAccount.fund_id == fund.id, LedgerAccount.control_id.is_(None), LedgerAccount.kind.in_(kinds)
    )
    return sorted(db.session.scalars(query), key=order)


def order(account: LedgerAccount) -> tuple[int, str, str, int]:
    """The order of a list of accounts: as money runs, then by heading and currency."""
    return list(AccountKind).index(account.kind), account.heading or "", account.currency, account.id
