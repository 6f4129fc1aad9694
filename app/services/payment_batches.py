"""Payment batches: approved tranches of a fund on one list for its bank; closed, handed over, settled one by one."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from app.clock import bishkek_day
from app.localisation import N_, Money
from app.services import (
    associations,
    audit,
    notifications,
    numbering,
    paying_accounts,
    payments,
    tranches,
    user_accounts,
)
from app.services.actors import Actor
from app.services.errors import DomainError, IncompleteError
from app.services.workflow import ASSOCIATION_READS_REASON, Transition, reason_given, target
from models.base import BASE_CURRENCY, canonical_json, db, fingerprint, lock
from models.funds import Fund
from models.grants import Grant, Tranche, TrancheStatus
from models.payment_batches import LIVE, BatchStatus, Payment, PaymentBatch
from models.users import Role

B = BatchStatus
TRANSITIONS: Mapping[tuple[BatchStatus, str], Transition] = {
    (B.OPEN, "close"): Transition(B.CLOSED, N_("Finance officer"), N_("gate open; account the same")),
    (B.OPEN, "cancel"): Transition(B.CANCELLED, N_("Finance officer"), N_("reason given")),
    (B.CLOSED, "send"): Transition(B.SENT, N_("Finance officer"), N_("gate open; account the same")),
    (B.CLOSED, "cancel"): Transition(B.CANCELLED, N_("Finance officer"), N_("reason given")),
    (B.SENT, "settle"): Transition(B.SETTLED, N_("Finance officer"), N_("the bank has paid or refused every payment")),
}
NEXT: Mapping[BatchStatus, str] = {
    B.OPEN: N_("Look through the payment list and close it"),
    B.CLOSED: N_("Hand the payment list to the bank"),
    B.SENT: N_("Enter what the bank says of the payments"),
}
"""What a list waits for."""
PAGE = 30


def payable(fund: Fund | None = None) -> list[Tranche]:
    """Approved tranches that stand on no list, in the order of their grants."""
    listed = db.select(Payment.tranche_id).where(Payment.status.in_(LIVE))
    query = (
        db.select(Tranche)
        .join(Grant, Grant.id == Tranche.grant_id)
        .where(Tranche.status == TrancheStatus.APPROVED, Tranche.id.not_in(listed))
        .options(db.contains_eager(Tranche.grant).joinedload(Grant.association), db.joinedload(Tranche.payout_account))
        .order_by(Grant.id, Tranche.sequence)
    )
    if fund is not None:
        query = query.where(Grant.fund_id == fund.id)
    return list(db.session.scalars(query))


def page(before_id: int | None = None) -> list[PaymentBatch]:
    """The newest lists first."""
    query = db.select(PaymentBatch).order_by(PaymentBatch.id.desc()).limit(PAGE)
    if before_id is not None:
        query = query.where(PaymentBatch.id < before_id)
    return list(
        db.session.scalars(query.options(db.joinedload(PaymentBatch.fund), db.selectinload(PaymentBatch.payments)))
    )


def unfinished(most: int) -> list[PaymentBatch]:
    """Lists that wait for finance, the oldest first."""
    query = db.select(PaymentBatch).where(PaymentBatch.status.in_(NEXT)).order_by(PaymentBatch.id).limit(most)
    return list(db.session.scalars(query.options(db.joinedload(PaymentBatch.fund))))


def payment_of(batch: PaymentBatch, payment_id: int) -> Payment | None:
    return next((one for one in batch.payments if one.id == payment_id), None)


def create(fund: Fund, chosen: Iterable[Tranche], *, pay_on: date, actor: Actor, now: datetime) -> PaymentBatch:
    """Begin a list with these tranches; the bank is asked to pay it on `pay_on`.

    Raises `IncompleteError` without a tranche or a confirmed account to pay from, `DomainError` for a day that is over
    or a tranche that stands on another list, `SeparationOfDutyError` for who belongs to an association on it.
    """
    user_accounts.must_not_be_reset(actor, now)
    account = paying_accounts.current(fund)
    if account is None:
        raise IncompleteError(N_("First the fund needs a confirmed account it is paid from."))
    if pay_on < bishkek_day(now):
        raise DomainError(N_("This day is over: choose today or a later one."), field="pay_on")
    found = sorted(chosen, key=lambda one: (one.grant_id, one.sequence))
    if not found:
        raise IncompleteError(N_("Choose at least one payment."), field="tranches")
    tranches.lock_to_pay(found)
    batch = PaymentBatch(
        number=numbering.next_number("PL", now.year),
        fund=fund,
        paying_account=account,
        pay_on=pay_on,
        made_by_id=actor.user_id,
        made_at=now,
    )
    db.session.add(batch)
    db.session.flush()
    audit.record(actor, "payment_batch.create", batch, now, count=len(found))
    for tranche in found:
        _put(batch, tranche, actor=actor, now=now)
    return batch


def _put(batch: PaymentBatch, tranche: Tranche, *, actor: Actor, now: datetime) -> None:
    """The caller holds what `tranches.lock_to_pay` locks."""
    payments.must_not_be_listed(tranche)
    if tranche.status is not TrancheStatus.APPROVED or tranche.grant.fund_id != batch.fund_id:
        raise DomainError(N_("Only approved payments of this fund can be put on the list."), field="tranches")
    associations.must_not_act_for(tranche.grant.association, actor)
    tranches.must_be_payable(tranche, now)
    attempt = len(payments.attempts(tranche)) + 1
    payment = Payment(
        batch=batch,
        tranche=tranche,
        payout_account=tranche.payout_account,
        amount=tranche.amount,
        end_to_end_id=f"{tranche.grant.number}-{tranche.sequence}-{attempt}",
        listed_by_id=actor.user_id,
        listed_at=now,
    )
    db.session.add(payment)
    payments.note(payment, "list", actor, now, amount=payment.amount)


def remove(batch: PaymentBatch, payment: Payment, *, actor: Actor, now: datetime) -> None:
    """Take a payment off a list that is not closed yet; its tranche stays approved."""
    lock(batch)
    lock(payment)
    if batch.status is not B.OPEN:
        raise DomainError(N_("The list is closed: it is given up as a whole, or handed to the bank."))
    payments.end(payment, "remove", actor=actor, now=now)


def close(batch: PaymentBatch, *, actor: Actor, now: datetime) -> None:
    """Close the list: from now on it says the same for ever, and the files for the bank are made from that.

    Raises `IncompleteError` for an empty list or a gate that has closed meanwhile.
    """
    user_accounts.must_not_be_reset(actor, now)
    lock(batch)
    new_status = target(TRANSITIONS, batch.status, "close")
    found = [one for one in batch.payments if one.is_live]
    if not found:
        raise IncompleteError(N_("The list is empty: nothing is to be paid."))
    _must_be_payable(batch, found, now)
    kept = canonical_json(_content_of(batch, found, now))
    batch.status, batch.content, batch.sha256 = new_status, kept, fingerprint(kept)
    batch.closed_by_id, batch.closed_at = actor.user_id, now
    db.session.flush()
    audit.record(actor, "payment_batch.close", batch, now, count=len(found), amount=batch.total, sha256=batch.sha256)


def send(batch: PaymentBatch, *, actor: Actor, now: datetime) -> None:
    """The closed list was handed to the bank.

    Raises `IncompleteError` or `DomainError` naming what has changed since it was closed: then it is given up.
    """
    user_accounts.must_not_be_reset(actor, now)
    lock(batch)
    new_status = target(TRANSITIONS, batch.status, "send")
    found = [one for one in batch.payments if one.is_live]
    _must_be_payable(batch, found, now)
    for payment in found:
        payment.status = target(payments.TRANSITIONS, payment.status, "send")
        payments.note(payment, "send", actor, now)
    batch.status, batch.sent_by_id, batch.sent_at = new_status, actor.user_id, now
    db.session.flush()
    audit.record(actor, "payment_batch.send", batch, now, count=len(found), amount=batch.total)
    message = N_("%(amount)s of %(number)s were handed to the bank to be paid to your account.")
    for payment in found:
        notifications.tell_association(payment.tranche.grant, message, now, amount=Money(payment.amount))


def cancel(batch: PaymentBatch, *, reason: str, actor: Actor, now: datetime) -> None:
    """Give up a list that was not handed over; its tranches stay approved and can be put on another one."""
    lock(batch)
    new_status = target(TRANSITIONS, batch.status, "cancel")
    reason = reason_given(reason)
    for payment in batch.payments:
        if payment.is_live:
            payments.end(payment, "remove", actor=actor, now=now)
    batch.status, batch.reason = new_status, reason
    db.session.flush()
    audit.record(actor, "payment_batch.cancel", batch, now, reason=reason)


def confirm(
    batch: PaymentBatch, payment: Payment, *, bank_reference: str, value_on: date, actor: Actor, now: datetime
) -> None:
    """The bank paid: the tranche is booked as released on the value day. Whatever the gate says by now: the money left.

    Raises as `tranches.book` does.
    """
    user_accounts.must_not_be_reset(actor, now)
    lock(batch)
    lock(payment.tranche.grant)
    lock(payment.tranche)
    lock(payment)
    reference = tranches.checked_reference(payment.tranche, bank_reference, value_on, now)
    payment.bank_reference, payment.value_on = reference, value_on
    payments.settle(payment, "confirm", actor=actor, now=now)  # while it is live, its tranche cannot change
    tranches.book(payment.tranche, reference=reference, value_on=value_on, actor=actor, now=now)
    payments.note(payment, "confirm", actor, now)
    _settle(batch, actor, now)


def fail(batch: PaymentBatch, payment: Payment, *, reason: str, actor: Actor, now: datetime) -> None:
    """The bank did not pay: another officer approves the payment anew before it goes on another list."""
    lock(batch)
    lock(payment.tranche.grant)
    lock(payment.tranche)
    lock(payment)
    reason = reason_given(reason, ASSOCIATION_READS_REASON)
    associations.must_not_act_for(payment.tranche.grant.association, actor)
    payments.end(payment, "fail", actor=actor, now=now, reason=reason)
    tranches.fail(payment.tranche, reason=reason, actor=actor, now=now)
    _settle(batch, actor, now)
    grant, parameters = payment.tranche.grant, {"amount": Money(payment.amount), "reason": reason}
    told = N_("The bank did not pay %(amount)s of %(number)s: %(reason)s")
    notifications.tell_association(grant, told, now, **parameters)
    notifications.tell_holders(Role.FINANCE, grant, told, now, **parameters)


def _settle(batch: PaymentBatch, actor: Actor, now: datetime) -> None:
    if not any(one.is_live for one in batch.payments):
        batch.status = target(TRANSITIONS, batch.status, "settle")
        db.session.flush()
        audit.record(actor, "payment_batch.settle", batch, now)


def note_download(batch: PaymentBatch, kind: str, *, sha256: str, actor: Actor, now: datetime) -> None:
    """Write down who took which file of the list. Raises `DomainError` while there is none."""
    if batch.content is None:
        raise DomainError(N_("There is no file yet: close the list first."))
    audit.record(actor, "payment_batch.download", batch, now, file=kind, sha256=sha256)


def content(batch: PaymentBatch) -> Any:
    """What the closed list says; see `_content_of` for its shape."""
    return json.loads(batch.content or "null")


def unsound() -> Iterable[str | None]:
    """What is wrong with each closed list, None for a sound one."""
    query = db.select(PaymentBatch).where(PaymentBatch.content.is_not(None)).order_by(PaymentBatch.id)
    for batch in db.session.scalars(query.options(db.selectinload(PaymentBatch.payments))):
        kept = content(batch)
        said = {one["end_to_end_id"]: one["amount"] for one in kept["payments"]}
        there = {one.end_to_end_id: one.amount for one in batch.payments}
        if fingerprint(batch.content or "") != batch.sha256:
            yield f"payment list {batch.number} does not have its hash"
        elif any(there.get(name) != amount for name, amount in said.items()) or kept["total"] != sum(said.values()):
            yield f"payment list {batch.number} says other payments than are kept"
        else:
            yield None


def _must_be_payable(batch: PaymentBatch, found: Sequence[Payment], now: datetime) -> None:
    """Nothing has happened since that keeps a payment back. Raises the obstacle, naming the grant."""
    if not batch.paying_account.is_current:
        raise DomainError(N_("The fund is paid from another account by now: give this list up and make a new one."))
    tranches.lock_to_pay([one.tranche for one in found])
    for payment in sorted(found, key=lambda one: one.tranche.grant_id):
        grant = payment.tranche.grant
        try:
            tranches.must_be_payable(payment.tranche, now)
        except DomainError as obstacle:
            raise IncompleteError(
                N_("%(number)s cannot be paid now: %(obstacle)s"), number=grant.number, obstacle=str(obstacle)
            ) from obstacle


def _content_of(batch: PaymentBatch, found: Sequence[Payment], now: datetime) -> dict[str, Any]:
    """All that the files for the bank say; amounts in tyiyn."""
    payer = batch.paying_account
    return {
        "number": batch.number,
        "fund": {"code": batch.fund.code, "names": dict(batch.fund.names)},
        "closed_at": now.isoformat(),
        "pay_on": batch.pay_on.isoformat(),
        "currency": BASE_CURRENCY,
        "payer": {"holder": payer.holder, "bank": payer.bank, "bank_code": payer.bank_code, "account": payer.number},
        "count": len(found),
        "total": sum(one.amount for one in found),
        "payments": [
            {
                "end_to_end_id": one.end_to_end_id,
                "grant": one.tranche.grant.number,
                "tranche": one.tranche.sequence,
                "association": dict(one.tranche.grant.association.names),
                "holder": one.payout_account.holder,
                "bank": one.payout_account.bank,
                "account": one.payout_account.number,
                "amount": one.amount,
            }
            for one in found
        ],
    }
