"""The ledger: the only writer of transfers. Balances are sums, a wrong event is answered by its reverse."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Select
from sqlalchemy.exc import IntegrityError

from app.localisation import N_
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, LimitExceededError
from models.base import BASE_CURRENCY, db
from models.ledger import WORLD, AccountKind, EventKind, LedgerAccount, LedgerEvent, Transfer

CAN_SPEND = frozenset(set(AccountKind) - WORLD)


@dataclass(frozen=True)
class Leg:
    """One movement: `amount` minor units from `source` to `destination`."""

    source: LedgerAccount
    destination: LedgerAccount
    amount: int


def account(
    kind: AccountKind,
    *,
    currency: str = BASE_CURRENCY,
    fund_id: int | None = None,
    grant_id: int | None = None,
    heading: str | None = None,
) -> LedgerAccount:
    """The account of that kind and scope; it is opened when it does not exist yet."""
    scope = "/".join(
        part
        for part in (
            f"fund:{fund_id}" if fund_id else "",
            f"grant:{grant_id}" if grant_id else "",
            f"heading:{heading}" if heading else "",
        )
        if part
    )
    query = db.select(LedgerAccount).where(
        LedgerAccount.kind == kind, LedgerAccount.scope_key == scope, LedgerAccount.currency == currency
    )
    found = db.session.scalar(query)
    if found is None:
        try:
            with db.session.begin_nested():
                found = LedgerAccount(
                    kind=kind, currency=currency, scope_key=scope, fund_id=fund_id, grant_id=grant_id, heading=heading
                )
                db.session.add(found)
        except IntegrityError:  # another transaction opened it a moment ago
            found = db.session.scalars(query).one()
    return found


def post(
    kind: EventKind,
    legs: Iterable[Leg],
    *,
    actor: Actor,
    now: datetime,
    value_on: date,
    grant_id: int | None = None,
    fund_id: int | None = None,
    rate_id: int | None = None,
    reverses: LedgerEvent | None = None,
    reason: str = "",
) -> LedgerEvent:
    """Write one event with its transfers.

    Raises `LimitExceededError` when an account that holds money (not one of the outside world) would go
    below zero. The caller holds the lock on the fund or grant whose accounts are moved.
    """
    event = LedgerEvent(
        kind=kind,
        occurred_at=now,
        value_on=value_on,
        actor_id=actor.user_id,
        grant_id=grant_id,
        fund_id=fund_id,
        rate_id=rate_id,
        reverses_id=reverses.id if reverses else None,
        reason=reason,
    )
    db.session.add(event)
    db.session.flush()
    sources = {}
    for leg in legs:
        if leg.source.currency != leg.destination.currency:
            raise ValueError("a transfer has one currency")
        db.session.add(
            Transfer(
                event_id=event.id,
                debit_account_id=leg.destination.id,
                credit_account_id=leg.source.id,
                currency=leg.source.currency,
                amount=leg.amount,
            )
        )
        sources[leg.source.id] = leg.source
    db.session.flush()
    for source in sources.values():
        if source.kind in CAN_SPEND and balance(source) < 0:
            raise LimitExceededError(N_("There is not enough money on the account for this."))
    return event


def reverse(event_id: int, *, actor: Actor, now: datetime, value_on: date, reason: str) -> LedgerEvent:
    """Answer an event by the opposite transfers. Each event can be reversed once.

    Raises `AlreadyUsedError` when it was reversed before, `LimitExceededError` when the money has moved on.
    """
    event = db.session.get_one(LedgerEvent, event_id)
    if db.session.scalar(db.select(LedgerEvent.id).where(LedgerEvent.reverses_id == event.id)) is not None:
        raise AlreadyUsedError(N_("This has been reversed already."))
    accounts = {one.id: one for one in _accounts_of(event)}
    legs = [
        Leg(accounts[transfer.debit_account_id], accounts[transfer.credit_account_id], transfer.amount)
        for transfer in event.transfers
    ]
    return post(
        EventKind.REVERSAL,
        legs,
        actor=actor,
        now=now,
        value_on=value_on,
        grant_id=event.grant_id,
        fund_id=event.fund_id,
        rate_id=event.rate_id,
        reverses=event,
        reason=reason,
    )


def _accounts_of(event: LedgerEvent) -> Iterable[LedgerAccount]:
    ids = {one.debit_account_id for one in event.transfers} | {one.credit_account_id for one in event.transfers}
    return db.session.scalars(db.select(LedgerAccount).where(LedgerAccount.id.in_(ids)))


def balance(of: LedgerAccount) -> int:
    """What was debited less what was credited, in minor units."""
    return _sum(Transfer.debit_account_id, of.id) - _sum(Transfer.credit_account_id, of.id)


def _sum(column: object, account_id: int) -> int:
    query = db.select(db.func.coalesce(db.func.sum(Transfer.amount), 0)).where(column == account_id)
    return int(db.session.scalar(query))


def balances(kinds: Iterable[AccountKind], *, grant_id: int) -> Mapping[AccountKind, int]:
    """Balance in tyiyn of all accounts of each kind that belong to a grant (som accounts only)."""
    return _balances(kinds, LedgerAccount.grant_id, [grant_id])[grant_id]


def balances_of_funds(kinds: Iterable[AccountKind], fund_ids: Iterable[int]) -> Mapping[int, Mapping[AccountKind, int]]:
    """As `balances` for each of these funds, in two queries however many they are."""
    return _balances(kinds, LedgerAccount.fund_id, fund_ids)


def _balances(kinds: Iterable[AccountKind], owner: Any, ids: Iterable[int]) -> Mapping[int, Mapping[AccountKind, int]]:
    wanted, owners = list(kinds), list(ids)
    result = {one: dict.fromkeys(wanted, 0) for one in owners}
    for query, sign in _sums_by(owner):
        for owner_id, kind, amount in db.session.execute(query, {"kinds": wanted, "owners": owners}):
            result[owner_id][AccountKind(kind)] += sign * int(amount)
    return result


@cache
def _sums_by(owner: Any) -> list[tuple[Select[Any], int]]:
    """What came in and what went out by owner and kind, each with its sign: made once, as every page asks them."""
    chosen = (
        db.select(LedgerAccount.id, LedgerAccount.kind, owner.label("owner_id"))
        .where(
            LedgerAccount.kind.in_(db.bindparam("kinds", expanding=True)),
            LedgerAccount.currency == BASE_CURRENCY,
            owner.in_(db.bindparam("owners", expanding=True)),
        )
        .subquery()
    )
    return [
        (
            db.select(chosen.c.owner_id, chosen.c.kind, db.func.sum(Transfer.amount))
            .join(Transfer, column == chosen.c.id)
            .group_by(chosen.c.owner_id, chosen.c.kind),
            sign,
        )
        for column, sign in ((Transfer.debit_account_id, 1), (Transfer.credit_account_id, -1))
    ]


def trial_balance() -> Mapping[str, int]:
    """The sum of all balances per currency: zero in every currency, or the ledger is broken."""
    result: dict[str, int] = {}
    for column, sign in ((Transfer.debit_account_id, 1), (Transfer.credit_account_id, -1)):
        rows = db.session.execute(
            db.select(LedgerAccount.currency, db.func.sum(Transfer.amount))
            .join(Transfer, column == LedgerAccount.id)
            .group_by(LedgerAccount.currency)
        )
        for currency, amount in rows:
            result[currency] = result.get(currency, 0) + sign * int(amount)
    return result


def holders() -> int:
    """How many accounts hold money: those that `overdrawn` looks at."""
    query = db.select(db.func.count()).where(LedgerAccount.kind.in_([kind.value for kind in CAN_SPEND]))
    return int(db.session.scalar(query) or 0)


def overdrawn() -> list[tuple[LedgerAccount, int]]:
    """Accounts that hold money and are below zero: there must be none."""
    credit = db.select(Transfer.credit_account_id.label("id"), db.func.sum(Transfer.amount).label("out")).group_by(
        Transfer.credit_account_id
    )
    debit = db.select(Transfer.debit_account_id.label("id"), db.func.sum(Transfer.amount).label("into")).group_by(
        Transfer.debit_account_id
    )
    outgoing, incoming = credit.subquery(), debit.subquery()
    held = db.func.coalesce(incoming.c.into, 0) - outgoing.c.out
    rows = db.session.execute(
        db.select(LedgerAccount, held)
        .join(outgoing, outgoing.c.id == LedgerAccount.id)
        .outerjoin(incoming, incoming.c.id == LedgerAccount.id)
        .where(held < 0, LedgerAccount.kind.in_([kind.value for kind in CAN_SPEND]))
    )
    return [(row[0], int(row[1])) for row in rows]


def journal(
    *, fund_id: int | None = None, grant_id: int | None = None, before_id: int | None = None, limit: int = 60
) -> list[LedgerEvent]:
    """The newest events first, of a fund or a grant, with their transfers."""
    query = db.select(LedgerEvent).order_by(LedgerEvent.id.desc()).limit(limit)
    if fund_id is not None:
        query = query.where(LedgerEvent.fund_id == fund_id)
    if grant_id is not None:
        query = query.where(LedgerEvent.grant_id == grant_id)
    if before_id is not None:
        query = query.where(LedgerEvent.id < before_id)
    legs = db.selectinload(LedgerEvent.transfers)
    query = query.options(legs.joinedload(Transfer.debit_account), legs.joinedload(Transfer.credit_account))
    return list(db.session.scalars(query))
