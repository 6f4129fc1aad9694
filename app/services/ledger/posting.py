"""Booking: the only writer of transfers. A wrong event is answered by its reverse."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.localisation import N_
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, LimitExceededError
from app.services.ledger.accounts import CAN_SPEND
from app.services.ledger.balances import balance
from models.base import db, lock_numbers
from models.ledger import EventKind, LedgerAccount, LedgerEvent, Transfer


@dataclass(frozen=True)
class Leg:
    """One movement: `amount` minor units from `source` to `destination`."""

    source: LedgerAccount
    destination: LedgerAccount
    amount: int


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

    Raises `LimitExceededError` when an account that holds money (not one of the outside world) would go below zero.
    Accounts are locked in the order of their ids, so that two bookings neither pass each other nor wait in a circle.
    """
    moves = list(legs)
    _lock(moves)
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
    for leg in moves:
        if leg.source.currency != leg.destination.currency:
            raise ValueError("a transfer has one currency")
        db.session.add(
            Transfer(
                event_id=event.id,
                debit_account_id=leg.destination.id,
                credit_account_id=leg.source.id,
                currency=leg.source.currency,
                amount=leg.amount,
                value_on=value_on,
                actor_id=actor.user_id,
            )
        )
        sources[leg.source.id] = leg.source
    db.session.flush()
    for source in sources.values():
        if source.kind in CAN_SPEND and balance(source) < 0:
            raise LimitExceededError(N_("There is not enough money on the account for this."))
    return event


def _lock(legs: Sequence[Leg]) -> None:
    """Hold the accounts that are moved, and those that control them, until the transaction ends."""
    touched = {one for leg in legs for one in (leg.source, leg.destination)}
    controls = {one.control_id for one in touched if one.control_id is not None}
    lock_numbers("ledger account", sorted({one.id for one in touched} | controls))


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
