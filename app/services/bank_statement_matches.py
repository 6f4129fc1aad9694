"""What the rows of bank statements stand for: proposed by arithmetic (`statement_matching`), decided by a person.

Confirming moves no money and changes no record: the row stands from then on as evidence beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from app.localisation import N_
from app.services import associations, audit, ledger, statement_matching
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, ChangedMeanwhileError, DomainError
from app.services.references import reference_key
from app.services.statement_matching import Entry, Pair, Record
from app.services.workflow import Transition, target
from models.associations import Association, PayoutAccount
from models.bank_statements import (
    BankStatement,
    BankStatementMatch,
    BankStatementRow,
    BankStatementStatus,
    Likeness,
    MatchStatus,
)
from models.base import BASE_CURRENCY, db, lock, lock_name
from models.contributions import Contribution, ContributionKind, ContributionStatus
from models.funds import Donor, Fund, FundInstalment
from models.grants import PAID, Grant, Tranche
from models.payment_batches import Payment, PaymentStatus

M = MatchStatus
_FINANCE = N_("Finance officer")
TRANSITIONS: Mapping[tuple[MatchStatus, str], Transition] = {
    (M.PROPOSED, "confirm"): Transition(M.CONFIRMED, _FINANCE, N_("row and record still fit; no tie")),
    (M.PROPOSED, "reject"): Transition(M.REJECTED, _FINANCE, N_("no tie")),
    (M.CONFIRMED, "undo"): Transition(M.PROPOSED, _FINANCE, N_("no tie")),
    (M.REJECTED, "undo"): Transition(M.PROPOSED, _FINANCE, N_("row and record are free; no tie")),
}
COUNTING = (ContributionStatus.RECORDED, ContributionStatus.VERIFIED)
AROUND = timedelta(days=90)
"""Records so far from the days of a statement are held against it: a reference may be found late."""
BATCH = 500


# Looking for ---------------------------------------------------------------------------------------------------------


def proposals(statement: BankStatement) -> list[Pair]:
    """What the rows that stand for nothing yet may stand for. Reads alone."""
    held = db.select(BankStatementMatch.row_id).where(BankStatementMatch.status == M.CONFIRMED)
    query = db.select(
        *(BankStatementRow.id, BankStatementRow.booked_on, BankStatementRow.amount, BankStatementRow.currency),
        *(BankStatementRow.reference_keys, BankStatementRow.counterparty, BankStatementRow.counterparty_account),
    ).where(BankStatementRow.statement_id == statement.id, BankStatementRow.id.not_in(held))
    entries = [
        Entry(
            row=row.id,
            on=row.booked_on,
            amount=abs(row.amount),
            currency=row.currency,
            is_in=row.amount > 0,
            keys=frozenset(row.reference_keys.split()),
            marks=statement_matching.marks([row.counterparty], [reference_key(row.counterparty_account)]),
        )
        for row in db.session.execute(query)
    ]
    if not entries:
        return []
    taken = _taken(statement)
    free = [one for one in _records(statement) if one.key not in taken]
    return statement_matching.match(entries, free, _rejected(statement))


def _taken(statement: BankStatement) -> frozenset[str]:
    """The records that a confirmed match has, or a proposal of another statement."""
    query = db.select(BankStatementMatch.record_key).join(BankStatementMatch.row)
    elsewhere = BankStatementRow.statement_id != statement.id
    is_taken = (BankStatementMatch.status == M.CONFIRMED) | ((BankStatementMatch.status == M.PROPOSED) & elsewhere)
    return frozenset(db.session.scalars(query.where(is_taken)))


def _rejected(statement: BankStatement) -> frozenset[tuple[int, str]]:
    query = db.select(BankStatementMatch.row_id, BankStatementMatch.record_key).join(BankStatementMatch.row)
    of_it = (BankStatementRow.statement_id == statement.id) & (BankStatementMatch.status == M.REJECTED)
    return frozenset((row[0], row[1]) for row in db.session.execute(query.where(of_it)))


@dataclass(frozen=True)
class Found:
    """How many proposals of each kind there are, and payments among them that came back and still count as paid."""

    exact: int
    likely: int
    returned: int


def propose(statement: BankStatement, pairs: Sequence[Pair]) -> Found:
    """Put these proposals in the place of those nobody has decided about."""
    lock_name("matches of bank statements")
    of_it = db.select(BankStatementRow.id).where(BankStatementRow.statement_id == statement.id)
    old = (BankStatementMatch.status == M.PROPOSED) & BankStatementMatch.row_id.in_(of_it)
    db.session.execute(db.delete(BankStatementMatch).where(old))
    live = BankStatementMatch.status != M.REJECTED
    taken = set(db.session.scalars(db.select(BankStatementMatch.record_key).where(live)))
    rows = set(
        db.session.scalars(db.select(BankStatementMatch.row_id).where(live, BankStatementMatch.row_id.in_(of_it)))
    )
    new = [one for one in pairs if one.key not in taken and one.row not in rows]
    if new:
        db.session.execute(db.insert(BankStatementMatch), [_as_stored(one) for one in new])
    db.session.flush()
    exact = sum(one.likeness is Likeness.EXACT for one in new)
    return Found(exact, len(new) - exact, sum(_is_return(one.key) for one in new))


_COLUMNS = {
    "contribution": "contribution_id",
    "tranche": "tranche_id",
    "payment": "payment_id",
    "instalment": "instalment_id",
}


def _is_return(key: str) -> bool:
    return key.split(":")[1] == Way.BACK


def _as_stored(pair: Pair) -> dict[str, Any]:
    kind, _way, row_id, _event = pair.key.split(":")
    return {
        **dict.fromkeys(_COLUMNS.values()),
        _COLUMNS[kind]: int(row_id),
        "row_id": pair.row,
        "record_key": pair.key,
        "is_return": _is_return(pair.key),
        "likeness": pair.likeness,
        "differs": [one.value for one in pair.differs],
        "status": M.PROPOSED,
        "version": 1,
    }


class Way(StrEnum):
    """What a row does with a payment of ours: makes it, brings it back, or lets it arrive at the association's."""

    MADE = "made"
    BACK = "back"
    ARRIVED = "arrived"


def key_of(kind: str, row_id: int, event_id: int = 0, way: Way = Way.MADE) -> str:
    """The name of a record: its kind, what the row does with it, its id, and by which event of the ledger it moved."""
    return f"{kind}:{way.value}:{row_id}:{event_id}"


# The records ---------------------------------------------------------------------------------------------------------


def _records(statement: BankStatement) -> list[Record]:
    """Everything of ours that may stand on the statement. On that of a channel: contributions by it alone."""
    if statement.first_on is None or statement.last_on is None:
        return []
    first, last = statement.first_on - AROUND, statement.last_on + AROUND
    of_channel = [] if statement.channel_id is None else [Contribution.channel_id == statement.channel_id]
    came = _contributions(Contribution.sent_on.between(first, last), *of_channel)
    if statement.channel_id is not None:
        return came
    own = reference_key(statement.account)
    return [
        *came,
        *_instalments(FundInstalment.received_on.between(first, last)),
        *_tranches(own, first, last),
        *_payments(own, Payment.value_on.between(first, last)),
    ]


def _contributions(*conditions: Any) -> list[Record]:
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


def _instalments(*conditions: Any) -> list[Record]:
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


def _tranches(account_key: str, first: date, last: date, *conditions: Any) -> list[Record]:
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


def _payments(account_key: str, *conditions: Any) -> list[Record]:
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


# Deciding ------------------------------------------------------------------------------------------------------------


def grant_of(match: BankStatementMatch) -> Grant | None:
    """The grant it is about; None for an instalment of a fund."""
    if match.contribution is not None:
        return match.contribution.grant
    tranche = match.tranche or (match.payment.tranche if match.payment else None)
    return tranche.grant if tranche else None


def _guard(match: BankStatementMatch, action: str, actor: Actor) -> MatchStatus:
    """The next status. Raises `WrongTransitionError`, and `SeparationOfDutyError` for who has a part or a tie."""
    lock_name("matches of bank statements")
    lock(match)
    status: MatchStatus = target(TRANSITIONS, match.status, action)
    grant = grant_of(match)
    if grant is not None:
        associations.must_be_free(grant, actor)
    if match.row.statement.status is not BankStatementStatus.ENTERED:
        raise DomainError(N_("The statement is being worked on. Wait a moment and look again."))
    return status


def confirm(match: BankStatementMatch, *, actor: Actor, now: datetime) -> None:
    """The row is the record's. Raises `ChangedMeanwhileError` when the two do not fit any more as they were shown."""
    status = _guard(match, "confirm", actor)
    pair = _now(match)
    if pair is None or (pair.likeness, [one.value for one in pair.differs]) != (match.likeness, match.differs):
        raise ChangedMeanwhileError(N_("The record was changed since this was proposed. Look for matches again."))
    _decide(match, status, "confirm", actor, now)


def confirm_exact(statement: BankStatement, match_ids: Sequence[int], *, actor: Actor, now: datetime) -> int:
    """Confirm these exact matches of the statement, each for itself; how many. All of them or none."""
    query = (
        db.select(BankStatementMatch)
        .join(BankStatementMatch.row)
        .where(BankStatementMatch.id.in_(match_ids), BankStatementRow.statement_id == statement.id)
        .order_by(BankStatementMatch.id)
    )
    chosen = [one for one in db.session.scalars(query) if one.likeness is Likeness.EXACT and not one.is_return]
    if not chosen:
        raise DomainError(N_("Tick at least one exact match."))
    lock_name("matches of bank statements")
    for one in chosen:
        lock(one)
    for one in chosen:
        confirm(one, actor=actor, now=now)
    return len(chosen)


def reject(match: BankStatementMatch, *, actor: Actor, now: datetime) -> None:
    """The row is not the record's: the two are never proposed together again, and both are free for others."""
    _decide(match, _guard(match, "reject", actor), "reject", actor, now)


def undo(match: BankStatementMatch, *, actor: Actor, now: datetime) -> None:
    """What was decided was wrong: the match waits again. Raises `AlreadyUsedError` when row or record have another."""
    status = _guard(match, "undo", actor)
    if match.status is M.REJECTED:
        other = db.select(BankStatementMatch.id).where(
            BankStatementMatch.status != M.REJECTED,
            (BankStatementMatch.row_id == match.row_id) | (BankStatementMatch.record_key == match.record_key),
        )
        if db.session.scalar(other.limit(1)) is not None:
            raise AlreadyUsedError(N_("The row or the record has another match by now."))
    _decide(match, status, "undo", actor, now)


def _decide(match: BankStatementMatch, status: MatchStatus, action: str, actor: Actor, now: datetime) -> None:
    match.status = status
    is_open = status is M.PROPOSED
    match.decided_by_id, match.decided_at = (None, None) if is_open else (actor.user_id, now)
    db.session.flush()
    audit.record(actor, f"bank_statement_match.{action}", match, now, row=match.row_id)


def _now(match: BankStatementMatch) -> Pair | None:
    """How row and record fit today."""
    row = match.row
    entry = Entry(
        row=row.id,
        on=row.booked_on,
        amount=abs(row.amount),
        currency=row.currency,
        is_in=row.amount > 0,
        keys=frozenset(row.reference_keys.split()),
        marks=statement_matching.marks([row.counterparty], [reference_key(row.counterparty_account)]),
    )
    day, far, own = row.booked_on, timedelta(days=3660), reference_key(row.statement.account)
    if match.contribution_id is not None:
        records = _contributions(Contribution.id == match.contribution_id)
    elif match.instalment_id is not None:
        records = _instalments(FundInstalment.id == match.instalment_id)
    elif match.tranche_id is not None:
        records = _tranches(own, day - far, day + far, Tranche.id == match.tranche_id)
    else:
        records = _payments(own, Payment.id == match.payment_id)
    record = next((one for one in records if one.key == match.record_key), None)
    return statement_matching.compare(entry, record) if record else None
