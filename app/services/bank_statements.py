"""Statements of a bank or a channel: brought in, their columns named, looked at, entered; nothing of it moves money.

What takes long (reading the file, storing its rows, looking for matches) is done by two jobs (`app.jobs`); each step
here is short and can be done twice.
"""

import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePath
from typing import Any

from app.localisation import N_, as_json
from app.queue import enqueue_after_commit
from app.services import audit, bank_camt, bank_files, bank_mt940, bank_tables, notifications
from app.services.actors import Actor
from app.services.bank_files import BankFile, FileRow
from app.services.bank_tables import Layout
from app.services.errors import (
    AlreadyUsedError,
    ChangedMeanwhileError,
    DomainError,
    IncompleteError,
    WrongTransitionError,
)
from app.services.workflow import Transition, allowed, target
from models.bank_statements import (
    BankFileForm,
    BankStatement,
    BankStatementLayout,
    BankStatementRow,
    BankStatementStatus,
)
from models.base import db, fingerprint, lock, lock_name
from models.channels import Channel

S = BankStatementStatus
_FINANCE, _SYSTEM = N_("Finance officer"), N_("Ashar")
TRANSITIONS: Mapping[tuple[BankStatementStatus, str], Transition] = {
    (S.COLUMNS, "name_columns"): Transition(S.READING, _FINANCE, N_("day and amount named")),
    (S.COLUMNS, "drop"): Transition(S.DROPPED, _FINANCE),
    (S.READING, "read"): Transition(S.READ, _SYSTEM),
    (S.READING, "fail"): Transition(S.FAILED, _SYSTEM, N_("the file cannot be read")),
    (S.READ, "name_columns"): Transition(S.READING, _FINANCE, N_("day and amount named")),
    (S.READ, "enter"): Transition(S.ENTERING, _FINANCE, N_("at least one row can be entered")),
    (S.READ, "drop"): Transition(S.DROPPED, _FINANCE),
    (S.ENTERING, "finish"): Transition(S.ENTERED, _SYSTEM),
    (S.ENTERING, "fail"): Transition(S.FAILED, _SYSTEM, N_("the file cannot be read")),
    (S.ENTERED, "search"): Transition(S.ENTERING, _FINANCE, N_("to look for matches again")),
    (S.FAILED, "drop"): Transition(S.DROPPED, _FINANCE),
}
PAGE = 30
BATCH = 500
TABLES = frozenset({BankFileForm.CSV, BankFileForm.XLSX})


# Bringing in ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Brought:
    """A file that was sent: `head` holds the first rows of a table, [] of another kind."""

    name: str
    content: bytes
    form: BankFileForm
    head: bank_tables.Table


def look_at(name: str, content: bytes) -> Brought:
    """What kind of file it is, and how a table begins. Asks no database. Raises `DomainError` for no statement."""
    form = bank_tables.form_of(content)
    head = bank_tables.table(content, form, most=bank_tables.HEAD_WITHIN) if form in TABLES else []
    return Brought(name, content, form, head)


def bring_in(file: Brought, *, account: str, channel: Channel | None, actor: Actor, now: datetime) -> BankStatement:
    """Keep a file; it is read by a job, or waits until somebody says what its columns mean.

    Raises `AlreadyUsedError` for a file that was brought in before, `IncompleteError` for a table when nobody says
    whose account it is of.
    """
    form = file.form
    sha256, account = fingerprint(file.content), bank_files.cut(account, "account")
    if form in TABLES and not bank_files.account_key(account):
        message = N_("Write whose statement it is: a table does not say it. The number of the account is best.")
        raise IncompleteError(message, field="account")
    lock_name(f"bank statement {sha256}")
    _must_be_new(sha256)
    layout = _known_layout(file.head, account) if form in TABLES else None
    waits = form in TABLES and layout is None
    statement = BankStatement(
        form=form,
        file_name=PurePath(file.name.replace("\\", "/")).name[:200] or "-",
        sha256=sha256,
        content=zlib.compress(file.content),
        account=account,
        channel=channel,
        layout=_kept(layout) if layout else {},
        status=S.COLUMNS if waits else S.READING,
        uploaded_by_id=actor.user_id,
        uploaded_at=now,
    )
    db.session.add(statement)
    db.session.flush()
    audit.record(actor, "bank_statement.bring_in", statement, now, sha256=sha256)
    if not waits:
        enqueue_after_commit("app.jobs.read_bank_statement", statement.id, now=now)
    return statement


def _must_be_new(sha256: str) -> None:
    query = db.select(BankStatement).where(
        BankStatement.sha256 == sha256, BankStatement.status.not_in([S.DROPPED, S.FAILED])
    )
    known = db.session.scalar(query)
    if known is not None:
        message = N_("This very file was brought in before, on %(day)s, as “%(name)s”.")
        raise AlreadyUsedError(message, field="upload", day=f"{known.uploaded_at:%d.%m.%Y}", name=known.file_name)


def _known_layout(rows: bank_tables.Table, account: str) -> BankStatementLayout | None:
    """What was said before of a table with the same head: of this account, else of any, the newest."""
    keys = {bank_tables.head_key(row): place for place, row in enumerate(rows) if any(row)}
    query = db.select(BankStatementLayout).where(BankStatementLayout.header_key.in_(keys))
    found = [one for one in db.session.scalars(query) if keys[one.header_key] == one.settings["head"]]
    own = bank_files.account_key(account)
    return max(found, key=lambda one: (one.account_key == own, one.saved_at, one.id), default=None)


def content_of(statement: BankStatement) -> bytes:
    """The file as it came. Raises `ChangedMeanwhileError` when it was dropped."""
    if statement.content is None:
        raise ChangedMeanwhileError(N_("The file was dropped."))
    return zlib.decompress(statement.content)


def layout_of(statement: BankStatement) -> Layout | None:
    """What the columns of its table mean, as it was said."""
    kept = statement.layout
    return bank_tables.layout_of(kept["columns"], kept["settings"]) if kept else None


def _kept(layout: BankStatementLayout) -> dict[str, Any]:
    """As a statement keeps it: what is remembered may be mended later."""
    return {"columns": layout.columns, "settings": layout.settings}


def begin_of(statement: BankStatement) -> tuple[bank_tables.Table, Layout]:
    """The first rows of its table, and what the columns mean as it was said, else as it may be guessed."""
    content, layout = content_of(statement), layout_of(statement)
    encoding = layout.encoding if layout else bank_tables.guessed_encoding(content)
    rows = bank_tables.table(content, statement.form, encoding, most=bank_tables.HEAD_WITHIN)
    if layout is None:
        head = bank_tables.guessed_head(rows)
        layout = Layout(bank_tables.guessed(rows[head]) if rows else {}, head, encoding=encoding)
    return rows, layout


def steps(statement: BankStatement) -> list[str]:
    """What a person can do with it now."""
    possible = allowed(TRANSITIONS, statement.status)
    return [one for one in possible if one != "name_columns" or statement.form in TABLES]


def name_columns(statement: BankStatement, layout: Layout, *, actor: Actor, now: datetime) -> None:
    """Say what the columns mean; it is remembered for the next file of the account, or with the same head."""
    lock(statement)
    status = target(TRANSITIONS, statement.status, "name_columns")
    if statement.form not in TABLES:
        raise DomainError(N_("A file of this kind says itself what its parts mean."))
    rows = bank_tables.table(content_of(statement), statement.form, layout.encoding, most=bank_tables.HEAD_WITHIN)
    bank_tables.must_be_whole(layout, max((len(row) for row in rows), default=0))
    if layout.head >= len(rows):
        raise DomainError(N_("The file has no such column or row. Look at the table again."), field="head")
    _remember(statement, layout, bank_tables.head_key(rows[layout.head]), actor, now)
    statement.status, statement.progress = status, 0
    db.session.flush()
    audit.record(actor, "bank_statement.name_columns", statement, now)
    enqueue_after_commit("app.jobs.read_bank_statement", statement.id, now=now)


def _remember(statement: BankStatement, layout: Layout, header_key: str, actor: Actor, now: datetime) -> None:
    key = bank_files.account_key(statement.account)
    lock_name(f"bank statement layout {key} {header_key}")
    query = db.select(BankStatementLayout).where(
        BankStatementLayout.header_key == header_key, BankStatementLayout.account_key == key
    )
    kept = db.session.scalar(query)
    if kept is None:
        kept = BankStatementLayout(account_key=key, header_key=header_key)
        db.session.add(kept)
    kept.columns = {column.value: number for column, number in sorted(layout.columns.items())}
    kept.settings, kept.saved_by_id, kept.saved_at = layout.settings(), actor.user_id, now
    db.session.flush()
    statement.layout = _kept(kept)


# Reading -------------------------------------------------------------------------------------------------------------


def read_file(content: bytes, form: BankFileForm, layout: Layout | None) -> BankFile:
    """What the file says. Asks no database. Raises `DomainError` when nothing of it can be read."""
    if form is BankFileForm.CAMT:
        file = bank_camt.read(content)
    elif form is BankFileForm.MT940:
        file = bank_mt940.read(content)
    elif layout is not None:
        file = bank_tables.read(content, form, layout)
    else:
        raise IncompleteError(N_("Say which column has the day."))
    return file


def known_lines(rows: Sequence[FileRow], prints: Sequence[str]) -> list[int]:
    """The lines of those rows that an entered statement has already."""
    known = _known(prints)
    return [row.line for row, print_ in zip(rows, prints, strict=True) if print_ in known]


def _known(prints: Sequence[str]) -> Collection[str]:
    found: set[str] = set()
    for start in range(0, len(prints), BATCH):
        some = prints[start : start + BATCH]
        query = db.select(BankStatementRow.fingerprint).where(BankStatementRow.fingerprint.in_(some))
        found.update(db.session.scalars(query))
    return found


def note_read(statement: BankStatement, file: BankFile, *, now: datetime) -> None:
    """Keep what was found, for a person to look at. A second run finds it done."""
    lock(statement)
    if statement.status is not S.READING:
        return
    file.account = file.account or statement.account
    prints = list(bank_files.fingerprints(file.rows, file.account))
    summary = bank_files.summed_up(file, known_lines(file.rows, prints))
    statement.account, statement.summary, statement.problem = file.account, summary.as_json(), {}
    statement.first_on, statement.last_on = _day(summary.first_on), _day(summary.last_on)
    statement.status, statement.progress = target(TRANSITIONS, statement.status, "read"), 100
    db.session.flush()
    audit.record(None, "bank_statement.read", statement, now, rows=len(file.rows))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def fail(statement: BankStatement, problem: DomainError, *, now: datetime) -> None:
    """It could not be read or entered. What was entered before stays, and whoever brought it in is told."""
    lock(statement)
    if not statement.is_under_way:
        return
    statement.problem = {
        "message": problem.message,
        "parameters": {name: as_json(value) for name, value in problem.parameters.items()},
    }
    action = "fail" if statement.entered_at is None else "finish"
    statement.status, statement.progress = target(TRANSITIONS, statement.status, action), 100
    db.session.flush()
    audit.record(None, "bank_statement.fail", statement, now)
    message = N_("The bank statement “%(name)s” could not be read to its end.")
    notifications.tell([statement.uploaded_by_id], message, statement, now, name=statement.file_name)


def note_progress(statement: BankStatement, percent: int) -> None:
    """How far the job is, in percent, for its page."""
    statement.progress = percent
    db.session.flush()


# Entering ------------------------------------------------------------------------------------------------------------


def enter(statement: BankStatement, *, actor: Actor, now: datetime) -> None:
    """Take what was looked at over: a job stores the rows and looks for what they stand for."""
    lock(statement)
    status = target(TRANSITIONS, statement.status, "enter")
    if statement.summary["rows"] <= statement.summary["there_count"]:
        raise DomainError(N_("There is nothing to enter: no row could be read, or all of them are entered already."))
    statement.status, statement.progress, statement.entered_by_id = status, 0, actor.user_id
    db.session.flush()
    audit.record(actor, "bank_statement.enter", statement, now)
    enqueue_after_commit("app.jobs.enter_bank_statement", statement.id, now=now)


def search(statement: BankStatement, *, actor: Actor, now: datetime) -> None:
    """Look again for what rows without a match stand for: contributions may have been recorded since."""
    lock(statement)
    statement.status, statement.progress = target(TRANSITIONS, statement.status, "search"), 0
    db.session.flush()
    audit.record(actor, "bank_statement.search", statement, now)
    enqueue_after_commit("app.jobs.enter_bank_statement", statement.id, now=now)


def resume(statement: BankStatement, *, actor: Actor, now: datetime) -> None:
    """Hand the job that reads or enters it to the queue once more: a worker may have died. Both may run twice."""
    lock(statement)
    if not statement.is_under_way:
        raise WrongTransitionError(N_("Nothing is being done with this statement any more. Look at the page again."))
    job = "read_bank_statement" if statement.status is S.READING else "enter_bank_statement"
    audit.record(actor, "bank_statement.resume", statement, now)
    enqueue_after_commit(f"app.jobs.{job}", statement.id, now=now)


def store(statement: BankStatement, file: BankFile, *, now: datetime) -> None:
    """Write the rows, each once; what an earlier statement has is skipped and named. A second run finds them there."""
    lock_name("rows of bank statements")
    lock(statement)
    if statement.status is not S.ENTERING or statement.entered_at is not None:
        return
    prints = list(bank_files.fingerprints(file.rows, statement.account))
    known = _known(prints)
    new = [(row, print_) for row, print_ in zip(file.rows, prints, strict=True) if print_ not in known]
    values = [_as_stored(statement.id, row, print_) for row, print_ in new]
    if values:
        db.session.execute(db.insert(BankStatementRow), values)
    statement.skipped = [row.line for row, print_ in zip(file.rows, prints, strict=True) if print_ in known]
    statement.entered_at = now
    db.session.flush()
    audit.record(None, "bank_statement.store", statement, now, rows=len(values))


def _as_stored(statement_id: int, row: FileRow, print_: str) -> dict[str, object]:
    return {
        "statement_id": statement_id,
        "line": row.line,
        "booked_on": row.on,
        "amount": row.amount,
        "currency": row.currency,
        "reference": row.reference,
        "reference_keys": " ".join(row.keys),
        "counterparty": row.name,
        "counterparty_account": row.account,
        "text": row.text,
        "is_reversal": row.is_reversal,
        "fingerprint": print_,
    }


def finish(statement: BankStatement, *, exact: int, likely: int, returned: int, now: datetime) -> None:
    """Everything was looked for: whoever brought it in is told what there is to confirm."""
    lock(statement)
    if statement.status is not S.ENTERING:
        return
    statement.status, statement.progress = target(TRANSITIONS, statement.status, "finish"), 100
    statement.problem = {}
    db.session.flush()
    audit.record(None, "bank_statement.finish", statement, now, exact=exact, likely=likely)
    message = N_("The bank statement “%(name)s” is entered. Exact: %(exact)s, likely: %(likely)s.")
    if returned:
        message = N_(
            "The bank statement “%(name)s” is entered. Exact: %(exact)s, likely: %(likely)s. Payments that came back "
            "and still count as paid: %(returned)s."
        )
    told = {"name": statement.file_name, "exact": exact, "likely": likely, "returned": returned}
    notifications.tell([statement.uploaded_by_id], message, statement, now, **told)


def drop(statement: BankStatement, *, actor: Actor, now: datetime) -> None:
    """It is not wanted: the file goes, that it was there stays."""
    lock(statement)
    statement.status = target(TRANSITIONS, statement.status, "drop")
    statement.content, statement.summary = None, {}
    db.session.flush()
    audit.record(actor, "bank_statement.drop", statement, now)


def note_download(statement: BankStatement, *, actor: Actor, now: datetime) -> None:
    """Somebody takes the file as it came: it names people and accounts."""
    audit.record(actor, "bank_statement.download", statement, now, sha256=statement.sha256)


def page(before_id: int | None = None) -> list[BankStatement]:
    """Statements that were not dropped, the newest first."""
    query = db.select(BankStatement).where(BankStatement.status != S.DROPPED)
    query = query.options(db.joinedload(BankStatement.channel))
    if before_id is not None:
        query = query.where(BankStatement.id < before_id)
    return list(db.session.scalars(query.order_by(BankStatement.id.desc()).limit(PAGE)))


def accounts() -> list[str]:
    """The accounts statements were brought in of, to be chosen again."""
    query = db.select(BankStatement.account).where(BankStatement.account != "", BankStatement.status != S.DROPPED)
    return sorted(set(db.session.scalars(query)))
