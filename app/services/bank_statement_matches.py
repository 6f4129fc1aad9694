"""What the rows of bank statements stand for: proposed by arithmetic (`statement_matching`), decided by a person.

Confirming moves no money and changes no record: the row stands from then on as evidence beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.localisation import N_
from app.services import associations, audit, bank_statement_records, statement_matching
from app.services.actors import Actor
from app.services.bank_statement_records import Way
from app.services.errors import AlreadyUsedError, ChangedMeanwhileError, DomainError
from app.services.references import reference_key
from app.services.statement_matching import Entry, Pair
from app.services.workflow import Transition, target
from models.bank_statements import (
    BankStatement,
    BankStatementMatch,
    BankStatementRow,
    BankStatementStatus,
    Likeness,
    MatchStatus,
)
from models.base import db, lock, lock_name
from models.contributions import Contribution
from models.funds import FundInstalment
from models.grants import Grant, Tranche
from models.payment_batches import Payment
from models.repayments import Repayment

M = MatchStatus
_FINANCE = N_("Finance officer")
TRANSITIONS: Mapping[tuple[MatchStatus, str], Transition] = {
    (M.PROPOSED, "confirm"): Transition(M.CONFIRMED, _FINANCE, N_("row and record still fit; no tie")),
    (M.PROPOSED, "reject"): Transition(M.REJECTED, _FINANCE, N_("no tie")),
    (M.CONFIRMED, "undo"): Transition(M.PROPOSED, _FINANCE, N_("no tie")),
    (M.REJECTED, "undo"): Transition(M.PROPOSED, _FINANCE, N_("row and record are free; no tie")),
}
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
    free = [one for one in bank_statement_records.around(statement) if one.key not in taken]
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
    "repayment": "repayment_id",
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


# Deciding ------------------------------------------------------------------------------------------------------------


def grant_of(match: BankStatementMatch) -> Grant | None:
    """The grant it is about; None for an instalment of a fund."""
    if match.contribution is not None:
        return match.contribution.grant
    if match.repayment is not None:
        return match.repayment.grant
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
        records = bank_statement_records.contributions(Contribution.id == match.contribution_id)
    elif match.instalment_id is not None:
        records = bank_statement_records.instalments(FundInstalment.id == match.instalment_id)
    elif match.repayment_id is not None:
        records = bank_statement_records.repayments(Repayment.id == match.repayment_id)
    elif match.tranche_id is not None:
        records = bank_statement_records.tranches(own, day - far, day + far, Tranche.id == match.tranche_id)
    else:
        records = bank_statement_records.payments(own, Payment.id == match.payment_id)
    record = next((one for one in records if one.key == match.record_key), None)
    return statement_matching.compare(entry, record) if record else None
