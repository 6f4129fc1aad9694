"""The page of a bank statement: its rows by what they stand for, without those of applicants the reader is tied to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.clock import bishkek_day
from app.localisation import N_
from app.services import grants
from app.services.conflicts import Ties
from app.services.desk_tasks import ANSWER_WITHIN, Task
from models.bank_statements import (
    BankStatement,
    BankStatementMatch,
    BankStatementRow,
    BankStatementStatus,
    Likeness,
    MatchStatus,
)
from models.base import db, written_out
from models.contributions import Contribution
from models.funds import FundInstalment
from models.grants import Grant, Tranche
from models.payment_batches import Payment
from models.repayments import Repayment

M = MatchStatus
PAGE = 100


class Group(StrEnum):
    """The rows of a statement, by what became of them."""

    EXACT = "exact"
    LIKELY = "likely"
    NONE = "none"
    CONFIRMED = "confirmed"


GROUPS: Mapping[Group, str] = {
    Group.EXACT: N_("Exact"),
    Group.LIKELY: N_("Likely"),
    Group.NONE: N_("No match"),
    Group.CONFIRMED: N_("Confirmed matches"),
}
_WHICH = {
    Group.EXACT: (BankStatementMatch.status == M.PROPOSED) & (BankStatementMatch.likeness == Likeness.EXACT),
    Group.LIKELY: (BankStatementMatch.status == M.PROPOSED) & (BankStatementMatch.likeness == Likeness.LIKELY),
    Group.CONFIRMED: BankStatementMatch.status == M.CONFIRMED,
}


@dataclass(frozen=True)
class Line:
    """A row with the match it has, if any; of one that has none, those a person has rejected."""

    row: BankStatementRow
    match: BankStatementMatch | None
    rejected: Sequence[BankStatementMatch] = ()


def _paid() -> Any:
    return db.aliased(Tranche)


def _about(query: Any) -> tuple[Any, Any]:
    """The query with what matches are about, and the grant it is then."""
    paid = _paid()
    query = (
        query.outerjoin(Contribution, Contribution.id == BankStatementMatch.contribution_id)
        .outerjoin(Tranche, Tranche.id == BankStatementMatch.tranche_id)
        .outerjoin(Payment, Payment.id == BankStatementMatch.payment_id)
        .outerjoin(paid, paid.id == Payment.tranche_id)
        .outerjoin(Repayment, Repayment.id == BankStatementMatch.repayment_id)
    )
    return query, db.func.coalesce(Contribution.grant_id, Tranche.grant_id, paid.grant_id, Repayment.grant_id)


def _hidden(statement: BankStatement, ties: Ties) -> frozenset[int]:
    """Rows that were ever matched with what the reader is tied to."""
    tied = grants.tied(ties)
    if not tied:
        return frozenset()
    query, grant_id = _about(db.select(BankStatementMatch.row_id).join(BankStatementMatch.row))
    return frozenset(db.session.scalars(query.where(BankStatementRow.statement_id == statement.id, grant_id.in_(tied))))


def counts(statement: BankStatement, ties: Ties) -> dict[Group, int]:
    """How many rows each group has."""
    hidden, found = _hidden(statement, ties), {}
    rows = db.select(db.func.count()).select_from(BankStatementRow)
    rows = rows.where(BankStatementRow.statement_id == statement.id, BankStatementRow.id.not_in(hidden))
    for group, condition in _WHICH.items():
        of_group = db.select(BankStatementMatch.row_id).where(condition)
        found[group] = db.session.scalar(rows.where(BankStatementRow.id.in_(of_group))) or 0
    found[Group.NONE] = (db.session.scalar(rows) or 0) - sum(found.values())
    return {group: found[group] for group in GROUPS}


def lines(statement: BankStatement, group: Group, ties: Ties, page: int = 1) -> list[Line]:
    """The rows of a group, a page of them, in the order of the file; one more row says that another page follows."""
    live = db.select(BankStatementMatch.row_id).where(BankStatementMatch.status != M.REJECTED)
    of_group = BankStatementRow.id.not_in(live)
    if group is not Group.NONE:
        of_group = BankStatementRow.id.in_(db.select(BankStatementMatch.row_id).where(_WHICH[group]))
    query = db.select(BankStatementRow).where(
        BankStatementRow.statement_id == statement.id, of_group, BankStatementRow.id.not_in(_hidden(statement, ties))
    )
    query = query.order_by(BankStatementRow.line).offset((page - 1) * PAGE).limit(PAGE + 1)
    rows = list(db.session.scalars(query))
    matches = _matches(BankStatementMatch.row_id.in_([row.id for row in rows]))
    held = {one.row_id: one for one in matches if one.status is not M.REJECTED}
    return [
        Line(row, held.get(row.id), [one for one in matches if one.row_id == row.id and one.status is M.REJECTED])
        for row in rows
    ]


def _matches(*conditions: Any) -> list[BankStatementMatch]:
    """Matches with what their page names."""
    with_grant = [db.joinedload(Grant.association), db.joinedload(Grant.application)]
    query = db.select(BankStatementMatch).where(*conditions)
    query = query.options(
        db.joinedload(BankStatementMatch.contribution).joinedload(Contribution.grant).options(*with_grant),
        db.joinedload(BankStatementMatch.tranche).joinedload(Tranche.grant).options(*with_grant),
        db.joinedload(BankStatementMatch.payment).joinedload(Payment.tranche).joinedload(Tranche.grant),
        db.joinedload(BankStatementMatch.instalment).joinedload(FundInstalment.fund),
        db.joinedload(BankStatementMatch.repayment).joinedload(Repayment.grant).options(*with_grant),
    )
    return list(db.session.scalars(query.order_by(BankStatementMatch.id)))


_EVIDENCE: Mapping[type, Any] = {
    Contribution: BankStatementMatch.contribution_id,
    Repayment: BankStatementMatch.repayment_id,
    Tranche: BankStatementMatch.tranche_id,
}


def evidence_of(row: Contribution | Repayment | Tranche) -> list[BankStatementMatch]:
    """The confirmed matches of a contribution, repayment or tranche: what stands on a bank's statement of it."""
    column = _EVIDENCE[type(row)]
    whole = db.joinedload(BankStatementMatch.row).joinedload(BankStatementRow.statement)
    query = db.select(BankStatementMatch).where(column == row.id, BankStatementMatch.status == M.CONFIRMED)
    return list(db.session.scalars(query.options(whole).order_by(BankStatementMatch.id)))


def waiting() -> list[tuple[BankStatement, int]]:
    """Statements with proposals nobody has decided about, and how many, the oldest first."""
    query = (
        db.select(BankStatement, db.func.count(BankStatementMatch.id))
        .join(BankStatementRow, BankStatementRow.statement_id == BankStatement.id)
        .join(BankStatementMatch, BankStatementMatch.row_id == BankStatementRow.id)
        .where(written_out(BankStatementMatch.status, M.PROPOSED), BankStatement.status == BankStatementStatus.ENTERED)
        .group_by(BankStatement.id)
        .order_by(BankStatement.id)
    )
    return [(row[0], row[1]) for row in db.session.execute(query)]


NEXT: Mapping[BankStatementStatus, str] = {
    BankStatementStatus.COLUMNS: N_("Say what the columns of a bank statement mean"),
    BankStatementStatus.READ: N_("Look at a bank statement and enter it"),
    BankStatementStatus.ENTERED: N_("Decide what the rows of a bank statement stand for"),
}
"""What a statement waits for."""


def tasks() -> list[Task]:
    """What statements wait for on the desk of finance."""
    unread = db.select(BankStatement).where(
        BankStatement.status.in_([BankStatementStatus.COLUMNS, BankStatementStatus.READ])
    )
    among = [*db.session.scalars(unread.order_by(BankStatement.id)), *(one for one, _count in waiting())]
    return [
        Task(
            NEXT[one.status],
            one.file_name,
            "bank_statements.show",
            {"statement_id": one.id},
            bishkek_day((one.entered_at or one.uploaded_at) + ANSWER_WITHIN),
        )
        for one in among
    ]
