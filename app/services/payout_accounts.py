"""Payout accounts of associations: proposed by one person, confirmed by another, told to who held office before."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from app.localisation import N_
from app.services import associations, audit, notifications, user_accounts
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, DomainError, SeparationOfDutyError
from app.services.workflow import ASSOCIATION_READS_REASON, reason_given
from models.account_objections import ObjectionVerdict
from models.associations import Association, PayoutAccount
from models.base import db, lock
from models.users import Role


def lock_all(*associations: Association) -> None:
    """Read the accounts anew and keep them as they are until the transaction ends."""
    for association in sorted(set(associations), key=lambda one: one.id):
        lock(association)
        db.session.expire(association, ["payout_accounts"])  # asked for below: a refresh would read it whole
    for account in sorted((one for of in set(associations) for one in of.payout_accounts), key=lambda one: one.id):
        lock(account)


def account_of(association: Association, account_id: int) -> PayoutAccount | None:
    return next((one for one in association.payout_accounts if one.id == account_id), None)


def hold(account: PayoutAccount) -> DomainError | None:
    """What keeps money from a confirmed account whatever the hour: an objection, or that nobody of before was told."""
    objection = account.open_objection
    if objection is not None:
        text = N_("Somebody objected to this account on %(day)s. It is held until the objection is settled.")
        return DomainError(text, day=objection.raised_at)
    if account.owes_notice:
        return DomainError(
            N_("The change of account has not been told yet to who held office in the association before it.")
        )
    return None


def propose(
    association: Association, *, bank: str, number: str, holder: str, actor: Actor, now: datetime
) -> PayoutAccount:
    """Propose the account money goes to; a second person has to confirm it. It takes the place of open proposals.

    Where the association has an account already, this is a change: who held office before it has to be told.
    Raises `AlreadyUsedError` while an objection waits to be settled.
    """
    digits = "".join(number.split())
    if not (8 <= len(digits) <= 34 and digits.isalnum()):
        raise DomainError(N_("An account number has 8 to 34 letters and digits."), field="number")
    lock_all(association)
    for other in association.payout_accounts:
        _must_not_be_objected_to(other)
        if other.is_open:
            other.closed_at = now
            audit.record(actor, "payout_account.supersede", other, now, association=association.id)
    account = PayoutAccount(
        association=association,
        bank=bank.strip(),
        number=digits,
        holder=holder.strip(),
        replaces=association.payout_account,
        proposed_by_id=actor.user_id,
        proposed_at=now,
    )
    db.session.add(account)
    db.session.flush()
    audit.record(actor, "payout_account.propose", account, now, association=association.id)
    message = N_("A payout account of %(association)s is proposed: a finance officer has to confirm it.")
    if account.replaces is not None:
        message = N_(
            "Another payout account of %(association)s is proposed in the place of the one it has. "
            "Is this wrong? Open the page of the association and object."
        )
    tell(account, notifications.holders(Role.FINANCE), message, now)
    return account


def confirm(account: PayoutAccount, *, actor: Actor, now: datetime) -> None:
    """Confirm a proposed account; the one before it is closed.

    Raises `SeparationOfDutyError` when the same person proposed it, told its change or belongs to the association,
    `AlreadyUsedError` when it was confirmed, refused or followed by a newer one, or while an objection to it waits.
    """
    user_accounts.must_not_be_reset(actor, now)
    lock_all(account.association)
    associations.must_not_act_for(account.association, actor)
    if account.proposed_by_id == actor.user_id:
        raise SeparationOfDutyError(N_("You proposed this account: another person has to confirm it."))
    if any(one.recorded_by_id == actor.user_id for one in account.notices):
        raise SeparationOfDutyError(
            N_("You noted that the change was told: another person has to confirm the account.")
        )
    _check_open(account)
    _must_not_be_objected_to(account)
    for other in account.association.payout_accounts:
        if other.is_current:
            other.closed_at = now
            audit.record(actor, "payout_account.close", other, now, association=account.association_id)
    db.session.flush()
    account.confirmed_by_id, account.confirmed_at = actor.user_id, now
    db.session.flush()
    audit.record(actor, "payout_account.confirm", account, now, association=account.association_id)
    message = N_("The payout account of %(association)s is confirmed: grants are paid to it from now on.")
    if account.replaces_id is not None:
        message = N_(
            "The changed payout account of %(association)s is confirmed: grants are paid to it after 72 hours, "
            "once who held office before has been told."
        )
    tell(account, [account.proposed_by_id], message, now)


def refuse(account: PayoutAccount, *, reason: str, actor: Actor, now: datetime) -> None:
    """Refuse a proposed account with a reason, which the association is told; the account of now stays.

    Raises `AlreadyUsedError` when it is not open any more, or while an objection waits: that one settles it.
    """
    lock_all(account.association)
    _check_open(account)
    _must_not_be_objected_to(account)
    reason = reason_given(reason, ASSOCIATION_READS_REASON)
    account.closed_at = now
    db.session.flush()
    audit.record(actor, "payout_account.refuse", account, now, association=account.association_id, reason=reason)
    message = N_("The proposed payout account of %(association)s was refused: %(reason)s")
    tell(account, [account.proposed_by_id], message, now, reason=reason)


def take_back(account: PayoutAccount, *, actor: Actor, now: datetime) -> None:
    """An objection was right: the account is closed, and the one it took the place of is the association's again.

    One that an objection has closed does not come back: the one before it does. The caller holds the locks of
    `lock_all`.
    """
    before, was_current = account.replaces, account.is_current
    while before is not None and any(
        one.settled_at is not None and one.verdict == ObjectionVerdict.UPHOLD for one in before.objections
    ):
        before = before.replaces
    account.closed_at = now
    db.session.flush()
    audit.record(actor, "payout_account.take_back", account, now, association=account.association_id)
    if was_current and before is not None:
        before.closed_at = None
        db.session.flush()
        audit.record(actor, "payout_account.restore", before, now, association=account.association_id)


def _must_not_be_objected_to(account: PayoutAccount) -> None:
    if account.open_objection is not None:
        raise AlreadyUsedError(N_("Somebody objected to this change of account: first the objection is settled."))


def _check_open(account: PayoutAccount) -> None:
    if account.confirmed_at is not None:
        raise AlreadyUsedError(N_("This account has been confirmed already."))
    if not account.is_open:
        raise AlreadyUsedError(
            N_("This proposal is not open any more: it was refused, or a newer one has taken its place.")
        )


def tell(account: PayoutAccount, others: Iterable[int], message: str, now: datetime, **parameters: Any) -> None:
    """A change of account is told to everybody who acts for the association, whoever made it, and to `others`."""
    association = account.association
    people = [*notifications.people_of(association), *others]
    notifications.tell(people, message, association, now, association={"name": association.names}, **parameters)
