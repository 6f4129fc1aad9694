"""RQ job functions: thin, idempotent, each in an application context of the worker and with its own commits."""

from urllib.parse import urlsplit

from flask import current_app

from app import clock, queue
from app.localisation import use_locale
from app.services import conflict_detection, funding_reports, rate_fetches, reminders, sign_in_attempts
from app.services.errors import DomainError
from app.services.rate_files import RateFile
from models.base import db, reading
from models.calls import Call
from models.funding_reports import FundingReport, FundingReportStatus
from models.rates import RateSource
from reports import funding


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
    """Drop failed sign-ins that no throttle counts any more."""
    sign_in_attempts.forget_old(clock.now())
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


REPEATED = {relay_outbox: 30, forget_sign_in_attempts: 3600, remind_reviewers: 3600, fetch_rates: 3600}
"""What is done again and again, and after so many seconds. Each may be done once more at any time."""
