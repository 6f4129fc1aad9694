"""RQ job functions: thin, idempotent, each in an application context of the worker and with its own commits."""

from collections.abc import Callable, Iterable, Iterator
from urllib.parse import urlsplit

from flask import current_app

from app import clock, queue
from app.localisation import N_, use_locale
from app.services import (
    bank_statement_matches,
    bank_statements,
    conflict_detection,
    funding_reports,
    journal_exports,
    rate_fetches,
    reminders,
    second_steps,
    sign_in_attempts,
)
from app.services.bank_files import BankFile
from app.services.errors import DomainError
from app.services.rate_files import RateFile
from models.bank_statements import BankStatement, BankStatementStatus
from models.base import db, reading
from models.calls import Call
from models.funding_reports import FundingReport, FundingReportStatus
from models.journal_exports import JournalExport
from models.rates import RateSource
from reports import funding, journal
from reports.journal import Line


def make_funding_report(report_id: int) -> None:
    """Gather the figures of a funding report, freeze them and keep the files beside them."""
    report = db.session.get(FundingReport, report_id)
    if report is None or not funding_reports.start(report, now=clock.now()):
        db.session.commit()
        return
    db.session.commit()

    def progress(percent: int, step: str) -> None:
        with db.engine.begin() as apart:  # what is gathered stays in its one reading transaction
            apart.execute(funding_reports.progress_of(report_id, percent, step))

    try:
        with reading(), use_locale(report.locale):
            data = funding.gather(
                report.fund, report.starts_on, report.ends_on, generated_at=report.requested_at, progress=progress
            )
        if report.status is not FundingReportStatus.DONE:  # another run of this job may have been faster
            funding_reports.freeze(report, funding.to_json(data), now=clock.now())
        db.session.commit()
    except Exception:
        db.session.rollback()
        funding_reports.fail(db.session.merge(report), now=clock.now())
        db.session.commit()
        raise


def write_journal_export(export_id: int) -> None:
    """Write a file of the journal as the ledger was at one moment, beside its place first; then put it there."""
    export = db.session.get(JournalExport, export_id)
    if export is None or not journal_exports.start(export, now=clock.now()):
        db.session.commit()
        return
    db.session.commit()
    folder = current_app.config["ASHAR"].exports
    beside = folder / f"{export.file_name}.part"
    try:
        with reading(), use_locale(export.locale):
            wanted, form = journal_exports.wanted_by(export), export.form
            watched = _watched(journal.lines(wanted), export_id, journal_exports.size(export))
            rows = journal.write(beside, form, watched, wanted, export.requested_at)
        sha256 = journal_exports.put_in_place(beside, journal_exports.path_of(export, folder))
        journal_exports.finish(export, sha256=sha256, rows=rows, now=clock.now())
        db.session.commit()
    except journal_exports.CancelledError:
        db.session.rollback()
        beside.unlink(missing_ok=True)
        journal_exports.path_of(export, folder).unlink(missing_ok=True)
    except Exception:
        db.session.rollback()
        beside.unlink(missing_ok=True)
        journal_exports.fail(db.session.merge(export), now=clock.now())
        db.session.commit()
        raise


def read_bank_statement(statement_id: int) -> None:
    """Read a bank's file, so that a person can look at what it holds. Nothing is open while it is read."""
    statement = db.session.get(BankStatement, statement_id)
    if statement is None or statement.status is not BankStatementStatus.READING:
        db.session.commit()
        return
    _with_statement(statement, lambda: _read_bank_statement(statement))


def _read_bank_statement(statement: BankStatement) -> None:
    file = _bank_file(statement)
    bank_statements.note_read(statement, file, now=clock.now())
    db.session.commit()


def _bank_file(statement: BankStatement) -> BankFile:
    """What the file of the statement says."""
    with reading():
        content, form = bank_statements.content_of(statement), statement.form
        layout = bank_statements.layout_of(statement)
    return bank_statements.read_file(content, form, layout)


def _with_statement(statement: BankStatement, act: Callable[[], None]) -> None:
    """Do a step of a statement; what goes wrong is kept with it, for the page and for who brought it in."""
    try:
        act()
    except DomainError as problem:
        db.session.rollback()
        bank_statements.fail(statement, problem, now=clock.now())
        db.session.commit()
    except Exception:
        db.session.rollback()
        unknown = DomainError(
            N_("Something went wrong on our side. Try again; if it stays so, tell the administrator.")
        )
        bank_statements.fail(statement, unknown, now=clock.now())
        db.session.commit()
        raise


def enter_bank_statement(statement_id: int) -> None:
    """Store the rows of a statement unless they are there, then look for what they stand for; may be done twice."""
    statement = db.session.get(BankStatement, statement_id)
    if statement is None or statement.status is not BankStatementStatus.ENTERING:
        db.session.commit()
        return
    _with_statement(statement, lambda: _enter_bank_statement(statement))


def _enter_bank_statement(statement: BankStatement) -> None:
    if statement.entered_at is None:
        file = _bank_file(statement)
        bank_statements.note_progress(statement, 30)
        db.session.commit()
        bank_statements.store(statement, file, now=clock.now())
        bank_statements.note_progress(statement, 60)
    db.session.commit()
    with reading():
        pairs = bank_statement_matches.proposals(statement)
    found = bank_statement_matches.propose(statement, pairs)
    bank_statements.finish(statement, exact=found.exact, likely=found.likely, returned=found.returned, now=clock.now())
    db.session.commit()


def _watched(lines: Iterable[Line], export_id: int, count: int) -> Iterator[Line]:
    """The lines; now and then it is told how far they are, and asked whether they are wanted still."""
    for number, line in enumerate(lines):
        if number % 2000 == 0:
            with db.engine.begin() as apart:  # what is read stays in its one reading transaction
                done = journal_exports.progress_of(export_id, min(99, number * 100 // max(count, 1)), number)
                if apart.execute(done).rowcount == 0:
                    raise journal_exports.CancelledError
        yield line


def forget_journal_exports() -> None:
    """Delete files of the journal that are older than thirty days."""
    journal_exports.forget_old(current_app.config["ASHAR"].exports, now=clock.now())
    db.session.commit()


def search_conflicts(call_id: int) -> None:
    """Hold everybody who judges against every applicant of a call."""
    call = db.session.get(Call, call_id)
    if call is not None:
        conflict_detection.search(call, now=clock.now())
    db.session.commit()


def relay_outbox() -> None:
    """Send what could not be sent at its commit (the broker was away)."""
    queue.send(current_app.extensions["broker"], clock.now())
    db.session.commit()


def forget_sign_in_attempts() -> None:
    """Drop failed sign-ins that no throttle counts any more, and half ones of yesterday."""
    sign_in_attempts.forget_old(clock.now())
    second_steps.forget_old(clock.now())
    db.session.commit()


def remind_reviewers() -> None:
    """Tell reviewers of the last day of their reviews, before and after it; each time once."""
    reminders.remind_due(now=clock.now())
    db.session.commit()


def fetch_rates() -> None:
    """Fetch the National Bank's rates that are not there yet, where the configuration says from where.

    While the other side is asked no transaction is open; how it ended is kept for the page of the rates.
    """
    for name, address in current_app.config["ASHAR"].rate_addresses:
        source = RateSource(name)
        with reading():
            is_due = rate_fetches.is_due(source, clock.now())
        if not is_due:
            continue
        found: RateFile | DomainError
        try:
            found = rate_fetches.receive(address)
        except DomainError as refusal:
            found = refusal
        rate_fetches.keep(source, found, urlsplit(address).netloc, now=clock.now())
        db.session.commit()


REPEATED = {
    relay_outbox: 30,
    forget_sign_in_attempts: 3600,
    remind_reviewers: 3600,
    forget_journal_exports: 3600,
    fetch_rates: 3600,
}
"""What is done again and again, and after so many seconds. Each may be done once more at any time."""
