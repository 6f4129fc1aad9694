"""Payments on lists for the bank, as tranches meet them: which one holds a tranche, what becomes of it."""

from collections.abc import Mapping
from datetime import datetime

from app.localisation import N_
from app.services import audit
from app.services.actors import Actor
from app.services.errors import DomainError
from app.services.workflow import Transition, target
from models.base import db
from models.grants import Tranche
from models.payment_batches import LIVE, Payment, PaymentStatus

P = PaymentStatus
TRANSITIONS: Mapping[tuple[PaymentStatus, str], Transition] = {
    (P.LISTED, "remove"): Transition(P.REMOVED, N_("Finance officer"), N_("list not handed to the bank")),
    (P.LISTED, "send"): Transition(P.SENT, N_("Finance officer"), N_("gate open; account the same")),
    (P.SENT, "confirm"): Transition(P.CONFIRMED, N_("Finance officer"), N_("bank reference and value day")),
    (P.SENT, "fail"): Transition(P.FAILED, N_("Finance officer"), N_("bank did not pay; reason given")),
    (P.CONFIRMED, "return"): Transition(
        P.RETURNED, N_("Finance officer"), N_("bank sent the money back; reason given")
    ),
}


_LIVE = db.select(Payment).where(  # made once: every act on a payment asks it
    Payment.tranche_id == db.bindparam("tranche_id"), Payment.status.in_(LIVE)
)


def live(tranche: Tranche) -> Payment | None:
    """The payment that holds the tranche now: on a list, not paid and not failed."""
    return db.session.scalar(_LIVE, {"tranche_id": tranche.id})


def must_not_be_listed(tranche: Tranche) -> None:
    """Raises `DomainError` naming the list the tranche stands on. The caller holds the tranche's lock."""
    payment = live(tranche)
    if payment is not None:
        raise DomainError(
            N_("This payment stands on the list %(number)s for the bank: take it off there first."),
            number=payment.batch.number,
        )


def attempts(tranche: Tranche) -> list[Payment]:
    """Every payment of the tranche there has been through a list, the first one first."""
    query = db.select(Payment).where(Payment.tranche_id == tranche.id).order_by(Payment.id)
    return list(db.session.scalars(query.options(db.joinedload(Payment.batch))))


def end(payment: Payment, action: str, *, actor: Actor, now: datetime, reason: str = "") -> None:
    """Note what became of the payment. The caller holds the locks and has a reason where one is needed."""
    settle(payment, action, actor=actor, now=now, reason=reason)
    note(payment, action, actor, now, reason=reason or None)


def settle(payment: Payment, action: str, *, actor: Actor, now: datetime, reason: str = "") -> None:
    """As `end`, while the caller has locks yet to take: the audit row is written after those, with `note`."""
    payment.status = target(TRANSITIONS, payment.status, action)
    payment.reason, payment.ended_by_id, payment.ended_at = reason, actor.user_id, now
    db.session.flush()


def note(payment: Payment, action: str, actor: Actor, now: datetime, **details: object) -> None:
    """Write the audit row of an act on a payment."""
    db.session.flush()
    audit.record(
        actor, f"payment.{action}", payment, now, batch=payment.batch_id, grant=payment.tranche.grant_id, **details
    )


def take_back(tranche: Tranche, *, reason: str, actor: Actor, now: datetime) -> None:
    """The bank sent the money of the tranche back: so did the payment on a list, where there was one."""
    query = db.select(Payment).where(Payment.tranche_id == tranche.id, Payment.status == P.CONFIRMED)
    payment = db.session.scalar(query)
    if payment is not None:
        end(payment, "return", actor=actor, now=now, reason=reason)
