"""What of ours may stand on a bank statement, as it is compared with its rows: read in plain columns."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from app.services import ledger, statement_matching
from app.services.references import reference_key
from app.services.statement_matching import Record
from models.associations import Association, PayoutAccount
from models.bank_statements import BankStatement
from models.base import BASE_CURRENCY, db
from models.contributions import Contribution, ContributionKind, ContributionStatus
from models.funds import Donor, Fund, FundInstalment
from models.grants import PAID, Grant, Tranche
from models.payment_batches import Payment, PaymentStatus
from models.repayments import OPEN, Repayment

COUNTING = (ContributionStatus.RECORDED, ContributionStatus.VERIFIED)
AROUND = timedelta(days=90)
"""Records so far from the days of a statement are held against it: a reference may be found late."""


class Way(StrEnum):
    """What a row does with a payment of ours: makes it, brings it back, or lets it arrive at the association's."""

    MADE = "made"
    BACK = "back"
    ARRIVED = "arrived"


def key_of(kind: str, row_id: int, event_id: int = 0, way: Way = Way.MADE) -> str:
    """The name of a record: its kind, what the row does with it, its id, and by which event of the ledger it moved."""
    return f"{kind}:{way.value}:{row_id}:{event_id}"


def around(statement: BankStatement) -> list[Record]:
    """Everything of ours that may stand on the statement. On that of a channel: contributions by it alone."""
    if statement.first_on is None or statement.last_on is None:
        return []
    first, last = statement.first_on - AROUND, statement.last_on + AROUND
    of_channel = [] if statement.channel_id is None else [Contribution.channel_id == statement.channel_id]
    came = contributions(Contribution.sent_on.between(first, last), *of_channel)
    if statement.channel_id is not None:
        return came
    own = reference_key(statement.account)
    return [
        *came,
        *instalments(FundInstalment.received_on.between(first, last)),
        *repayments(Repayment.paid_on.between(first, last)),
        *tranches(own, first, last),
        *payments(own, Payment.value_on.between(first, last)),
    ]


def contributions(*conditions: Any) -> list[Record]:
    query = db.select(
        *(Contribution.id, Contribution.sent_on, Contribution.amount, Contribution.currency),
        *(Contribution.reference_key, Contribution.sender_name),
    ).where(Contribution.status.in_(COUNTING), Contribution.kind != ContributionKind.IN_KIND, *conditions)
    return [
        Record(
            key=key_of("contribution", row.id),
            on=row.sent_on,
            amount=row.amount,
            currency=row.currency,
            is_in=True,
            keys=frozenset({row.reference_key} if row.reference_key else ()),
            marks=statement_matching.marks([row.sender_name]),
        )
        for row in db.session.execute(query)
    ]


def instalments(*conditions: Any) -> list[Record]:
    names = (Donor.name_ky, Donor.name_ru, Donor.name_en)
    query = (
        db.select(
            *(FundInstalment.id, FundInstalment.received_on, FundInstalment.amount, FundInstalment.currency),
            *(FundInstalment.bank_reference, *names),
        )
        .join(Fund, Fund.id == FundInstalment.fund_id)
        .join(Donor, Donor.id == Fund.donor_id)
        .where(*conditions)
    )
    return [
        Record(
            key=key_of("instalment", row.id),
            on=row.received_on,
            amount=row.amount,
            currency=row.currency,
            is_in=True,
            keys=frozenset({reference_key(row.bank_reference)}),
            marks=statement_matching.marks([row.name_ky, row.name_ru, row.name_en]),
        )
        for row in db.session.execute(query)
    ]


def repayments(*conditions: Any) -> list[Record]:
    """What associations paid back, also while nobody has confirmed it: the row is what the second person looks for."""
    names = (Association.name_ky, Association.name_ru, Association.name_en)
    query = (
        db.select(Repayment.id, Repayment.paid_on, Repayment.amount, Repayment.bank_reference_key, *names)
        .join(Grant, Grant.id == Repayment.grant_id)
        .join(Association, Association.id == Grant.association_id)
        .where(Repayment.status.in_(OPEN), *conditions)
    )
    return [
        Record(
            key=key_of("repayment", row.id),
            on=row.paid_on,
            amount=row.amount,
            currency=BASE_CURRENCY,
            is_in=True,
            keys=frozenset({row.bank_reference_key}),
            marks=statement_matching.marks([row.name_ky, row.name_ru, row.name_en]),
        )
        for row in db.session.execute(query)
    ]


_PAYEE = (*(PayoutAccount.number, PayoutAccount.holder, Association.name_ky, Association.name_ru, Association.name_en),)


def _moved(kind: str, row: Any, event_id: int, on: date, account_key: str) -> list[Record]:
    """The payment and the same payment coming back; on a statement of the payee's own account, its arrival alone."""
    keys = frozenset(reference_key(one) for one in (row.bank_reference, row.end_to_end_id) if one)
    is_payees = bool(account_key) and account_key == reference_key(row.number)
    names = [row.holder, row.name_ky, row.name_ru, row.name_en]
    marks = frozenset() if is_payees else statement_matching.marks(names, [reference_key(row.number)])
    return [
        Record(
            key=key_of(kind, row.id, event_id, way),
            on=on,
            amount=row.amount,
            currency=BASE_CURRENCY,
            is_in=way is not Way.MADE,
            keys=keys,
            marks=marks,
            is_return=way is Way.BACK,
        )
        for way in ((Way.ARRIVED,) if is_payees else (Way.MADE, Way.BACK))
    ]


def tranches(account_key: str, first: date, last: date, *conditions: Any) -> list[Record]:
    """Releases that count as paid, by the reference of the bank and the name of the payment on a list."""
    query = (
        db.select(
            *(Tranche.id, Tranche.amount, Tranche.event_id, Tranche.bank_reference, *_PAYEE),
            Payment.end_to_end_id,
        )
        .join(Grant, Grant.id == Tranche.grant_id)
        .join(Association, Association.id == Grant.association_id)
        .join(PayoutAccount, PayoutAccount.id == Tranche.payout_account_id)
        .outerjoin(Payment, (Payment.tranche_id == Tranche.id) & (Payment.status == PaymentStatus.CONFIRMED))
        .where(Tranche.status.in_(PAID), *conditions)
    )
    rows = db.session.execute(query).all()
    days = ledger.value_days({row.event_id for row in rows})
    found: list[Record] = []
    for row in rows:
        on = days[row.event_id]
        if first <= on <= last:
            found += _moved("tranche", row, row.event_id, on, account_key)
    return found


def payments(account_key: str, *conditions: Any) -> list[Record]:
    """Payments of a list that came back: the tranche has forgotten them."""
    query = (
        db.select(
            *(Payment.id, Payment.amount, Payment.value_on, Payment.bank_reference),
            *(Payment.end_to_end_id, *_PAYEE),
        )
        .join(PayoutAccount, PayoutAccount.id == Payment.payout_account_id)
        .join(Association, Association.id == PayoutAccount.association_id)
        .where(Payment.status == PaymentStatus.RETURNED, *conditions)
    )
    found: list[Record] = []
    for row in db.session.execute(query):
        found += _moved("payment", row, 0, row.value_on, account_key)
    return found
