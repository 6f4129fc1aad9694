"""Reporting dates: what the donor's agreement wants reported by when, and which frozen report was sent."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from app.clock import bishkek_day
from app.localisation import N_, current_locale, date_text
from app.services import audit, notifications
from app.services.actors import Actor
from app.services.desk_tasks import Task
from app.services.errors import AlreadyUsedError, DomainError
from models.base import db, lock
from models.funding_reports import FundingReport, FundingReportStatus
from models.funds import Fund
from models.reporting_dates import ReportingDate
from models.users import Role, RoleAssignment, User

ON_THE_DESK = timedelta(days=45)
"""So long before the day a report is due it stands on the desk of finance."""


def enter(
    fund: Fund, *, starts_on: date, ends_on: date, due_on: date, is_final: bool, actor: Actor, now: datetime
) -> ReportingDate:
    """Enter a report the agreement asks for: its period and the day by which the donor has it.

    Raises `DomainError` at the day that does not fit, `AlreadyUsedError` for a second final report or a period that
    shares days with another; a final report may cover those of all others.
    """
    lock(fund)
    if ends_on < starts_on:
        raise DomainError(N_("The end must not lie before the start."), field="ends_on")
    if starts_on < fund.starts_on or ends_on > fund.ends_on:
        message = N_("The period must lie within that of the fund: %(first)s to %(last)s.")
        raise DomainError(message, field="starts_on", first=fund.starts_on, last=fund.ends_on)
    if due_on <= ends_on:
        raise DomainError(N_("A report is due after its period has ended."), field="due_on")
    for one in of(fund):
        if one.is_final and is_final:
            raise AlreadyUsedError(N_("The final report is on the list already."), field="is_final")
        if one.is_final == is_final and starts_on <= one.ends_on and one.starts_on <= ends_on:
            message = N_("The period shares days with another report: %(first)s to %(last)s.")
            raise AlreadyUsedError(message, field="starts_on", first=one.starts_on, last=one.ends_on)
        if (one.starts_on, one.ends_on) == (starts_on, ends_on):
            raise AlreadyUsedError(N_("A report on this period is on the list already."), field="starts_on")
    entered = ReportingDate(
        fund=fund,
        starts_on=starts_on,
        ends_on=ends_on,
        due_on=due_on,
        is_final=is_final,
        entered_by_id=actor.user_id,
        entered_at=now,
    )
    db.session.add(entered)
    db.session.flush()
    audit.record(actor, "fund.enter_reporting_date", fund, now, **_period(starts_on, ends_on))
    return entered


def remove(one: ReportingDate, *, actor: Actor, now: datetime) -> None:
    """Take a report off the list that was entered wrongly. Raises `DomainError` once it was sent."""
    lock(one)
    if one.sent_on is not None:
        raise DomainError(N_("This report was sent: it stays."))
    audit.record(actor, "fund.remove_reporting_date", one.fund, now, **_period(one.starts_on, one.ends_on))
    db.session.delete(one)
    db.session.flush()


def send(one: ReportingDate, report: FundingReport, *, sent_on: date, actor: Actor, now: datetime) -> None:
    """Record that a frozen funding report of the fund and period was sent to the donor on a day.

    Raises `DomainError` for a report of another fund or period, one that is not finished, and a day before it was.
    """
    lock(one)
    if one.sent_on is not None:
        raise AlreadyUsedError(N_("It is recorded already which report was sent."))
    if report not in fitting(one):
        raise DomainError(N_("Choose a finished report of this fund and period."), field="report")
    if report.finished_at is None or not bishkek_day(report.finished_at) <= sent_on <= bishkek_day(now):
        message = N_("The day must lie between the one on which the report was finished and today.")
        raise DomainError(message, field="sent_on")
    one.report, one.sent_on, one.sent_by_id = report, sent_on, actor.user_id
    db.session.flush()
    audit.record(actor, "fund.send_report", one.fund, now, report=report.id, sent_on=sent_on.isoformat())
    readers = db.select(RoleAssignment.user_id).where(
        RoleAssignment.role == Role.DONOR,
        RoleAssignment.donor_id == one.fund.donor_id,
        RoleAssignment.ended_at.is_(None),
    )
    notifications.tell(
        [*notifications.holders(Role.SECRETARY), *db.session.scalars(readers)],
        N_("The report on the fund %(fund)s for %(first)s to %(last)s was sent on %(day)s."),
        report,
        now,
        fund=one.fund.code,
        first=one.starts_on,
        last=one.ends_on,
        day=sent_on,
    )


def _period(starts_on: date, ends_on: date) -> dict[str, str]:
    return {"starts_on": starts_on.isoformat(), "ends_on": ends_on.isoformat()}


def fitting(one: ReportingDate) -> list[FundingReport]:
    """The finished reports of its fund on its period, the newest first."""
    query = db.select(FundingReport).where(
        FundingReport.fund_id == one.fund_id,
        FundingReport.starts_on == one.starts_on,
        FundingReport.ends_on == one.ends_on,
        FundingReport.status == FundingReportStatus.DONE,
    )
    return list(db.session.scalars(query.order_by(FundingReport.id.desc())))


def of(fund: Fund) -> list[ReportingDate]:
    """The reports the agreement asks for, the first due first."""
    query = db.select(ReportingDate).where(ReportingDate.fund_id == fund.id)
    return list(db.session.scalars(query.order_by(ReportingDate.due_on, ReportingDate.id)))


def tasks(_user: User, now: datetime) -> Iterable[Task]:
    """Reports to donors that are due soon or late, for the desk of finance."""
    query = db.select(ReportingDate).where(
        ReportingDate.sent_on.is_(None), ReportingDate.due_on <= bishkek_day(now) + ON_THE_DESK
    )
    for one in db.session.scalars(query.options(db.joinedload(ReportingDate.fund)).order_by(ReportingDate.due_on)):
        period = f"{date_text(one.starts_on)} – {date_text(one.ends_on)}"
        subject = f"{one.fund.code} · {one.fund.name(current_locale())} · {period}"
        yield Task(N_("Report to the donor"), subject, "fund_agreements.show", {"fund_id": one.fund_id}, one.due_on)
