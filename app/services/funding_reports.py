"""Funding reports: requested on a page, made by a job, frozen with their hash."""

from datetime import date, datetime

from sqlalchemy import Update

from app.localisation import LOCALE_CODES, N_
from app.queue import enqueue_after_commit
from app.services import audit, notifications
from app.services.actors import Actor
from app.services.errors import DomainError
from models.base import db, fingerprint
from models.funding_reports import FundingReport, FundingReportStatus
from models.funds import Fund
from models.users import Role, User


def request(fund: Fund, *, starts_on: date, ends_on: date, locale: str, actor: Actor, now: datetime) -> FundingReport:
    """Ask for a report; the job that makes it leaves after the commit."""
    if ends_on < starts_on:
        raise DomainError(N_("The end must not lie before the start."), field="ends_on")
    if locale not in LOCALE_CODES:
        raise DomainError(N_("This language is not known."), field="locale")
    report = FundingReport(
        fund=fund, starts_on=starts_on, ends_on=ends_on, locale=locale, requested_by_id=actor.user_id, requested_at=now
    )
    db.session.add(report)
    db.session.flush()
    enqueue_after_commit("app.jobs.make_funding_report", report.id, now=now)
    audit.record(actor, "funding_report.request", report, now, fund=fund.id)
    return report


def start(report: FundingReport, *, now: datetime) -> bool:
    """Mark as running; False when another run has finished it already."""
    if report.status is FundingReportStatus.DONE:
        return False
    report.status, report.progress = FundingReportStatus.RUNNING, 0
    db.session.flush()
    audit.record(None, "funding_report.start", report, now)
    return True


def progress_of(report_id: int, percent: int, step: str) -> Update:
    """The statement that tells how far a running report is; it touches no version, since nobody edits that."""
    running = (FundingReport.id == report_id) & (FundingReport.status == FundingReportStatus.RUNNING)
    return db.update(FundingReport).where(running).values(progress=percent, step=step)


def freeze(report: FundingReport, content: str, *, now: datetime) -> None:
    """Keep the figures as they are now: `content` is canonical JSON."""
    report.content = content
    report.sha256 = fingerprint(content)
    report.status, report.progress, report.finished_at, report.step = FundingReportStatus.DONE, 100, now, ""
    db.session.flush()
    audit.record(None, "funding_report.freeze", report, now, sha256=report.sha256)
    notifications.tell(
        [report.requested_by_id], N_("The funding report on %(fund)s is ready."), report, now, fund=report.fund.code
    )


def fail(report: FundingReport, *, now: datetime) -> None:
    report.status, report.finished_at = FundingReportStatus.FAILED, now
    db.session.flush()
    audit.record(None, "funding_report.fail", report, now)
    notifications.tell(
        [report.requested_by_id],
        N_("The funding report on %(fund)s could not be made. Try again."),
        report,
        now,
        fund=report.fund.code,
    )


def readable_by(user: User, limit: int = 60) -> list[FundingReport]:
    """The newest reports a user may read: donors those of their own funds."""
    query = db.select(FundingReport).join(Fund, Fund.id == FundingReport.fund_id).order_by(FundingReport.id.desc())
    if not user.has_role(Role.SECRETARY, Role.FINANCE, Role.COUNCIL_CHAIR):
        query = query.where(Fund.donor_id.in_(user.donor_ids))
    return list(db.session.scalars(query.options(db.contains_eager(FundingReport.fund)).limit(limit)))
