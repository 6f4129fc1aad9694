"""Paying accounts: which account of the programme a fund is paid from; changed by two officers."""

import re
from collections.abc import Mapping
from datetime import datetime

from app.localisation import N_
from app.services import audit, notifications, user_accounts
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, DomainError, SeparationOfDutyError
from app.services.workflow import reason_given
from models.base import db, lock
from models.funds import Fund
from models.paying_accounts import PayingAccount
from models.users import Role

SWIFT = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?")
"""A bank's international code, as ISO 20022 writes it (BICFIDec2014Identifier)."""
CLEARING = re.compile(r"[0-9]{6}")
"""A bank's code in the payment systems of the Kyrgyz Republic: six digits."""


def of_fund(fund: Fund) -> list[PayingAccount]:
    """Every account there has been, the newest first."""
    query = db.select(PayingAccount).where(PayingAccount.fund_id == fund.id).order_by(PayingAccount.id.desc())
    return list(db.session.scalars(query))


def current(fund: Fund) -> PayingAccount | None:
    """The account the fund is paid from now."""
    query = db.select(PayingAccount).where(
        PayingAccount.fund_id == fund.id, PayingAccount.confirmed_at.is_not(None), PayingAccount.closed_at.is_(None)
    )
    return db.session.scalar(query)


def current_by_fund() -> Mapping[int, PayingAccount]:
    """{fund id: the account it is paid from now}."""
    query = db.select(PayingAccount).where(PayingAccount.confirmed_at.is_not(None), PayingAccount.closed_at.is_(None))
    return {one.fund_id: one for one in db.session.scalars(query)}


def account_of(fund: Fund, account_id: int) -> PayingAccount | None:
    return next((one for one in of_fund(fund) if one.id == account_id), None)


def propose(
    fund: Fund, *, bank: str, bank_code: str, number: str, holder: str, actor: Actor, now: datetime
) -> PayingAccount:
    """Propose the account a fund is paid from; it takes the place of an open proposal.

    `bank_code` is the bank's code: six digits within the country, or the international one; "" where it is not known.
    Raises `DomainError` at the field that does not fit.
    """
    user_accounts.must_not_be_reset(actor, now)
    digits, code = "".join(number.split()).upper(), "".join(bank_code.split()).upper()
    if not (8 <= len(digits) <= 34 and digits.isascii() and digits.isalnum()):
        raise DomainError(N_("An account number has 8 to 34 letters and digits."), field="number")
    if code and not (SWIFT.fullmatch(code) or CLEARING.fullmatch(code)):
        raise DomainError(N_("A bank's code has six digits, or eight or eleven letters and digits."), field="bank_code")
    lock(fund)
    for other in of_fund(fund):
        if other.is_open:
            other.closed_at = now
            audit.record(actor, "paying_account.supersede", other, now, fund=fund.id)
    account = PayingAccount(
        fund=fund,
        bank=bank.strip(),
        bank_code=code,
        number=digits,
        holder=holder.strip(),
        proposed_by_id=actor.user_id,
        proposed_at=now,
    )
    db.session.add(account)
    db.session.flush()
    audit.record(actor, "paying_account.propose", account, now, fund=fund.id)
    _tell(account, N_("An account the fund %(fund)s is paid from is proposed: another officer has to confirm it."), now)
    return account


def confirm(account: PayingAccount, *, actor: Actor, now: datetime) -> None:
    """Another officer confirms; the account before it is closed. Open lists stay with theirs and have to be given up.

    Raises `SeparationOfDutyError` for who proposed it, `AlreadyUsedError` when the proposal is not open any more.
    """
    user_accounts.must_not_be_reset(actor, now)
    lock(account.fund)
    lock(account)
    if account.proposed_by_id == actor.user_id:
        raise SeparationOfDutyError(N_("You proposed this account: another person has to confirm it."))
    _check_open(account)
    for other in of_fund(account.fund):
        if other.is_current:
            other.closed_at = now
            db.session.flush()
            audit.record(actor, "paying_account.close", other, now, fund=account.fund_id)
    account.confirmed_by_id, account.confirmed_at = actor.user_id, now
    db.session.flush()
    audit.record(actor, "paying_account.confirm", account, now, fund=account.fund_id)
    _tell(account, N_("The account the fund %(fund)s is paid from is confirmed."), now)


def refuse(account: PayingAccount, *, reason: str, actor: Actor, now: datetime) -> None:
    """Refuse a proposal with a reason; the account of now stays."""
    lock(account.fund)
    lock(account)
    _check_open(account)
    reason = reason_given(reason)
    account.closed_at = now
    db.session.flush()
    audit.record(actor, "paying_account.refuse", account, now, fund=account.fund_id, reason=reason)
    _tell(account, N_("The proposed account of the fund %(fund)s was refused: %(reason)s"), now, reason=reason)


def _check_open(account: PayingAccount) -> None:
    if not account.is_open:
        raise AlreadyUsedError(
            N_("This proposal is not open any more: it was confirmed or refused, or a newer one has taken its place.")
        )


def _tell(account: PayingAccount, message: str, now: datetime, **parameters: object) -> None:
    notifications.tell(
        notifications.holders(Role.FINANCE), message, account.fund, now, fund=account.fund.code, **parameters
    )
