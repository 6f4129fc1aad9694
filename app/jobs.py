"""RQ job functions: thin, idempotent, each in an application context of the worker and with its own commits."""

from flask import current_app

from app import clock, queue
from app.localisation import use_locale
from app.services import conflict_detection, funding_reports, reminders, second_steps, sign_in_attempts
from models.base import db, reading
from models.calls import Call
from models.funding_reports import FundingReport, FundingReportStatus
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
    """Drop failed sign-ins that no throttle counts any more, and half ones of yesterday."""
    sign_in_attempts.forget_old(clock.now())
    second_steps.forget_old(clock.now())
    db.session.commit()


def remind_reviewers() -> None:
    """Tell reviewers of the last day of their reviews, before and after it; each time once."""
    reminders.remind_due(now=clock.now())
    db.session.commit()


REPEATED = {relay_outbox: 30, forget_sign_in_attempts: 3600, remind_reviewers: 3600}
"""What is done again and again, and after so many seconds. Each may be done once more at any time."""
