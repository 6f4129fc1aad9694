"""Tranches: requested, prepared, approved by another person, released, confirmed, accounted for."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from app.clock import bishkek_day
from app.localisation import N_, Money
from app.services import (
    associations,
    audit,
    gates,
    grants,
    ledger,
    notifications,
    overrides,
    payments,
    payout_accounts,
    user_accounts,
)
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, DomainError, IncompleteError, SeparationOfDutyError
from app.services.gates import Condition
from app.services.references import reference_key
from app.services.workflow import Transition, reason_given, target
from models.base import db, lock, lock_name
from models.grants import Grant, Tranche, TrancheStatus
from models.ledger import AccountKind, EventKind
from models.users import Role

T = TrancheStatus
_CAME_BACK = frozenset({"tranche.send_back", "tranche.return"})
TRANSITIONS: Mapping[tuple[TrancheStatus, str], Transition] = {
    (T.PLANNED, "request"): Transition(T.REQUESTED, N_("Association or operator"), N_("gate open")),
    (T.REQUESTED, "prepare"): Transition(T.PREPARED, N_("Finance officer"), N_("gate open; account not new")),
    (T.REQUESTED, "send_back"): Transition(T.PLANNED, N_("Finance officer"), N_("reason given")),
    (T.PREPARED, "approve"): Transition(
        T.APPROVED, N_("Finance officer"), N_("not who prepared; gate open; account the same")
    ),
    (T.PREPARED, "send_back"): Transition(T.PLANNED, N_("Finance officer"), N_("reason given")),
    (T.APPROVED, "send_back"): Transition(T.PLANNED, N_("Finance officer"), N_("reason given")),
    (T.APPROVED, "fail"): Transition(
        T.PREPARED, N_("Finance officer"), N_("the bank did not pay what stands on its list; reason given")
    ),
    (T.APPROVED, "release"): Transition(
        T.RELEASED, N_("Finance officer"), N_("gate open; account the same; bank reference")
    ),
    (T.RELEASED, "confirm"): Transition(T.CONFIRMED, N_("Association or operator")),
    (T.CONFIRMED, "account"): Transition(
        T.ACCOUNTED, N_("Finance officer accepts expenditure"), N_("the agreement's share accounted for")
    ),
    (T.ACCOUNTED, "reopen"): Transition(
        T.CONFIRMED, N_("Finance officer reverses a repayment"), N_("the agreement's share accounted for no more")
    ),
    (T.RELEASED, "return"): Transition(T.RETURNED, N_("Finance officer"), N_("bank sent the money back; reason given")),
    (T.RETURNED, "request"): Transition(T.REQUESTED, N_("Association or operator"), N_("gate open")),
    (T.PLANNED, "drop"): Transition(T.DROPPED, N_("Finance officer"), N_("grant reduced; nothing of it is carried")),
    (T.RETURNED, "drop"): Transition(T.DROPPED, N_("Finance officer"), N_("grant reduced; nothing of it is carried")),
}


def account_obstacle(tranche: Tranche, now: datetime) -> DomainError | None:
    """Why the payment cannot go to the association's account at `now`, None when it can.

    What is prepared or approved goes to the account it was prepared for. A changed account waits 72 hours.
    """
    account = tranche.grant.association.payout_account
    if tranche.status in (T.PREPARED, T.APPROVED) and account is not tranche.payout_account:
        return DomainError(
            N_(
                "The association's account is another one than the one this payment was prepared for. "
                "Send the request back, so that it is requested and prepared anew."
            )
        )
    payable_from = account.payable_from if account else None
    if payable_from is not None and now < payable_from:
        return DomainError(
            N_("The account was changed less than 72 hours ago. It can be paid to from %(hour)s."), hour=payable_from
        )
    return None


def request(tranche: Tranche, *, actor: Actor, now: datetime) -> None:
    """The association asks for the tranche."""
    lock(tranche.grant)
    lock(tranche)
    gates.check(tranche)
    tranche.status = target(TRANSITIONS, tranche.status, "request")
    tranche.requested_by_id, tranche.requested_at = actor.user_id, now
    _undo_preparation(tranche)
    _note(tranche, "request", actor, now)
    _tell_finance(tranche, N_("A tranche of %(number)s has been requested: %(amount)s."), now)


def prepare(tranche: Tranche, *, actor: Actor, now: datetime) -> None:
    """A finance officer prepares the payment to the association's account of now; it goes to no other one.

    Raises `SeparationOfDutyError` for who requested it, belongs to the association or has a tie to it, `DomainError`
    while the account was changed less than 72 hours ago.
    """
    user_accounts.must_not_be_reset(actor, now)
    lock_to_pay([tranche])
    gates.check(tranche)
    new_status = target(TRANSITIONS, tranche.status, "prepare")
    associations.must_be_free(tranche.grant, actor)
    if tranche.requested_by_id == actor.user_id:
        raise SeparationOfDutyError(N_("You requested this tranche: another person has to prepare the payment."))
    _check_account(tranche, now)
    account = tranche.grant.association.payout_account
    tranche.status, tranche.payout_account = new_status, account
    tranche.prepared_by_id, tranche.prepared_at = actor.user_id, now
    _note(tranche, "prepare", actor, now, account=account.id if account else None)
    _tell_finance(tranche, N_("A payment of %(number)s waits for approval: %(amount)s."), now)


def send_back(tranche: Tranche, *, reason: str, actor: Actor, now: datetime) -> None:
    """Give the request back to the association with a reason."""
    lock(tranche.grant)
    lock(tranche)
    new_status = target(TRANSITIONS, tranche.status, "send_back")
    payments.must_not_be_listed(tranche)
    reason = reason_given(reason)
    tranche.status = new_status
    _undo_preparation(tranche)
    _note(tranche, "send_back", actor, now, reason=reason)
    _tell_association(tranche, N_("The request of tranche %(sequence)s was sent back: %(reason)s"), now, reason=reason)


def approve(tranche: Tranche, *, actor: Actor, now: datetime) -> None:
    """Another finance officer approves.

    Raises `SeparationOfDutyError` for who prepared it (the database refuses it too), belongs to the association or has
    a tie to it, `DomainError` when the association's account is another one than the payment was prepared for.
    """
    user_accounts.must_not_be_reset(actor, now)
    lock_to_pay([tranche])
    new_status = target(TRANSITIONS, tranche.status, "approve")
    associations.must_be_free(tranche.grant, actor)
    if tranche.prepared_by_id == actor.user_id:
        raise SeparationOfDutyError(N_("You prepared this payment: another person has to approve it."))
    gates.check(tranche)
    _check_account(tranche, now)
    tranche.status = new_status
    tranche.approved_by_id, tranche.approved_at = actor.user_id, now
    _note(tranche, "approve", actor, now, account=tranche.payout_account_id)
    _tell_finance(tranche, N_("A payment of %(number)s is approved and can be released: %(amount)s."), now)


def fail(tranche: Tranche, *, reason: str, actor: Actor, now: datetime) -> None:
    """The bank did not pay what stands on its list: what was approved is used up, another officer approves anew.

    The caller holds the locks and has ended the payment.
    """
    tranche.status = target(TRANSITIONS, tranche.status, "fail")
    tranche.approved_by_id = tranche.approved_at = None
    _note(tranche, "fail", actor, now, reason=reason)


def release(tranche: Tranche, *, bank_reference: str, value_on: date, actor: Actor, now: datetime) -> None:
    """The money was sent without a list: committed becomes advanced in the ledger.

    Raises `IncompleteError` when the gate has closed meanwhile, `DomainError` when the association's account is not
    the prepared one any more or the payment stands on a list, `AlreadyUsedError` for a bank reference in use.
    """
    user_accounts.must_not_be_reset(actor, now)
    lock_to_pay([tranche])
    target(TRANSITIONS, tranche.status, "release")
    payments.must_not_be_listed(tranche)
    associations.must_not_act_for(tranche.grant.association, actor)
    conditions = must_be_payable(tranche, now)
    reference = checked_reference(tranche, bank_reference, value_on, now)
    _book(tranche, conditions, reference=reference, value_on=value_on, actor=actor, now=now)


def lock_to_pay(rows: Sequence[Tranche]) -> None:
    """Hold all that decides whether these are paid: grants, tranches and accounts, each kind in one order.

    Two grants of one association may stand on a list: its accounts are locked once every grant is.
    """
    for grant in sorted({one.grant for one in rows}, key=lambda one: one.id):
        lock(grant)
    for tranche in sorted(rows, key=lambda one: one.id):
        lock(tranche)
    payout_accounts.lock_all(*(one.grant.association for one in rows))  # a change of account comes before or after


def must_be_payable(tranche: Tranche, now: datetime) -> list[Condition]:
    """The conditions of the gate: it is open and the account is the prepared one.

    The caller holds what `lock_to_pay` locks.
    """
    conditions = gates.check(tranche)
    _check_account(tranche, now)
    return conditions


def checked_reference(tranche: Tranche, bank_reference: str, value_on: date, now: datetime) -> str:
    """The bank's reference as it is kept. Raises a `DomainError` at the field that is missing, wrong or in use."""
    reference = "".join(bank_reference.split()).upper()
    if not reference_key(reference):
        raise IncompleteError(N_("Enter the bank's reference."), field="bank_reference")
    if value_on > bishkek_day(now) or value_on < tranche.grant.starts_on:
        raise DomainError(N_("The day must lie between the start of the grant and today."), field="value_on")
    _must_be_new(reference)
    return reference


def book(tranche: Tranche, *, reference: str, value_on: date, actor: Actor, now: datetime) -> None:
    """Book that the money left, as the bank said of a payment on a list.

    `reference` comes from `checked_reference`. Raises `SeparationOfDutyError` for who belongs to the association.
    """
    lock(tranche.grant)
    lock(tranche)
    target(TRANSITIONS, tranche.status, "release")
    associations.must_not_act_for(tranche.grant.association, actor)
    conditions = gates.gate(tranche)  # what the gate says by now: money that left is booked in any case
    _book(tranche, conditions, reference=reference, value_on=value_on, actor=actor, now=now)
    grants.stop_if_not_carried(tranche.grant, actor=actor, now=now)


def _book(
    tranche: Tranche, conditions: list[Condition], *, reference: str, value_on: date, actor: Actor, now: datetime
) -> None:
    """The caller holds the locks and has looked at the gate."""
    grant = tranche.grant
    event = ledger.post(
        EventKind.TRANCHE_RELEASED,
        [ledger.Leg(_committed(grant), _advanced(grant), tranche.amount)],
        actor=actor,
        now=now,
        value_on=value_on,
        grant_id=grant.id,
        fund_id=grant.fund_id,
    )
    tranche.status = target(TRANSITIONS, tranche.status, "release")
    tranche.bank_reference, tranche.event_id = reference, event.id
    tranche.bank_reference_key = reference_key(reference)
    tranche.released_by_id, tranche.released_at = actor.user_id, now
    overrides.end_with_payment(tranche, conditions, event.id, actor=actor, now=now)
    _note(tranche, "release", actor, now, event=event.id, amount=tranche.amount, account=tranche.payout_account_id)
    _tell_association(tranche, N_("%(amount)s of %(number)s were sent to your account."), now)


_BY_REFERENCE = db.select(Tranche.id).where(  # made once: every payment asks it
    Tranche.bank_reference_key == db.bindparam("key")
)


def _must_be_new(reference: str) -> None:
    """Refuse a payment that is booked already; the refusal names the grant and the fund."""
    key = reference_key(reference)
    lock_name(f"payment {key}")
    known_id = db.session.scalar(_BY_REFERENCE, {"key": key})
    if known_id is not None:
        known = db.session.get_one(Tranche, known_id)
        text = N_("This bank reference has been recorded already: grant %(number)s, fund %(fund)s.")
        number, fund = known.grant.number, known.grant.fund.code
        raise AlreadyUsedError(text, field="bank_reference", number=number, fund=fund)


def confirm(tranche: Tranche, *, actor: Actor, now: datetime) -> None:
    """The association has the money: its word is kept by `tranche_receipts`."""
    lock(tranche.grant)
    lock(tranche)
    tranche.status = target(TRANSITIONS, tranche.status, "confirm")
    tranche.confirmed_by_id, tranche.confirmed_at = actor.user_id, now
    _note(tranche, "confirm", actor, now)
    settle(tranche.grant, actor=actor, now=now)
    _tell_finance(tranche, N_("The association has confirmed a tranche of %(number)s: %(amount)s."), now)


def return_(tranche: Tranche, *, reason: str, actor: Actor, now: datetime) -> None:
    """The bank sent the money back: the release is reversed and the tranche can be requested anew."""
    grant = tranche.grant
    lock(grant)
    lock(tranche)
    new_status = target(TRANSITIONS, tranche.status, "return")
    reason = reason_given(reason)
    ledger.reverse(tranche.event_id or 0, actor=actor, now=now, value_on=bishkek_day(now), reason=reason)
    payments.take_back(tranche, reason=reason, actor=actor, now=now)
    tranche.status, tranche.event_id, tranche.released_at, tranche.bank_reference = new_status, None, None, None
    tranche.bank_reference_key = None
    tranche.payout_account = None
    _note(tranche, "return", actor, now, reason=reason)
    _tell_association(tranche, N_("The bank sent %(amount)s of %(number)s back: %(reason)s"), now, reason=reason)


def came_back_because(tranche: Tranche) -> str:
    """Why finance sent the last request back, or the bank the money: what the association has to mend; else ""."""
    if tranche.status not in (T.PLANNED, T.RETURNED):
        return ""
    last = next(iter(audit.latest(limit=1, subject=audit.subject_of(tranche))), None)
    told = json.loads(last.details) if last is not None and last.action in _CAME_BACK else {}
    return str(told.get("reason", ""))


def drop(tranche: Tranche, *, actor: Actor, now: datetime) -> None:
    """Nothing is left of a tranche that was not paid: its grant is being reduced. The caller holds both locks."""
    tranche.status, tranche.amount = target(TRANSITIONS, tranche.status, "drop"), 0
    overrides.lapse(tranche, actor=actor, now=now)
    _note(tranche, "drop", actor, now)


def settle(grant: Grant, *, actor: Actor, now: datetime) -> None:
    """Mark confirmed tranches as accounted for once the agreement's share is covered by accepted expenditure."""
    done = gates.accounted(grant)
    for tranche in grant.tranches:
        if tranche.status is T.CONFIRMED and done >= gates.accounting_due(grant, tranche.sequence):
            tranche.status = target(TRANSITIONS, tranche.status, "account")
            tranche.accounted_at = now
            _note(tranche, "account", actor, now)
            _tell_association(tranche, N_("Tranche %(sequence)s of %(number)s is accounted for."), now)
            tell_when_settled(grant, now)


def reopen(grant: Grant, *, actor: Actor, now: datetime) -> None:
    """Tranches wait for their accounts again where those do not cover the agreement's share any more."""
    done = gates.accounted(grant)
    for tranche in grant.tranches:
        if tranche.status is T.ACCOUNTED and done < gates.accounting_due(grant, tranche.sequence):
            tranche.status, tranche.accounted_at = target(TRANSITIONS, tranche.status, "reopen"), None
            _note(tranche, "reopen", actor, now)
            message = N_("Tranche %(sequence)s of %(number)s has to be accounted for again.")
            _tell_association(tranche, message, now)


def tell_when_settled(grant: Grant, now: datetime) -> None:
    """Tell who monitors once nothing of any tranche waits any more."""
    if all(one.is_settled for one in grant.tranches):
        message = N_("Every tranche of %(number)s is accounted for: look whether the grant can be completed.")
        notifications.tell_holders(Role.MONITOR, grant, message, now)


def _committed(grant: Grant) -> ledger.LedgerAccount:
    return ledger.account(AccountKind.COMMITTED, fund_id=grant.fund_id, grant_id=grant.id)


def _advanced(grant: Grant) -> ledger.LedgerAccount:
    return ledger.account(AccountKind.ADVANCED, fund_id=grant.fund_id, grant_id=grant.id)


def _check_account(tranche: Tranche, now: datetime) -> None:
    obstacle = account_obstacle(tranche, now)
    if obstacle is not None:
        raise obstacle


def _undo_preparation(tranche: Tranche) -> None:
    tranche.prepared_by_id = tranche.prepared_at = tranche.approved_by_id = tranche.approved_at = None
    tranche.payout_account = None


def _note(tranche: Tranche, action: str, actor: Actor, now: datetime, **details: object) -> None:
    db.session.flush()
    audit.record(actor, f"tranche.{action}", tranche, now, grant=tranche.grant_id, **details)


def _tell_finance(tranche: Tranche, message: str, now: datetime) -> None:
    notifications.tell_holders(Role.FINANCE, tranche.grant, message, now, amount=Money(tranche.amount))


def _tell_association(tranche: Tranche, message: str, now: datetime, **parameters: object) -> None:
    notifications.tell_association(
        tranche.grant, message, now, sequence=tranche.sequence, amount=Money(tranche.amount), **parameters
    )
