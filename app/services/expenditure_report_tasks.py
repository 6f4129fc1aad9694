"""What waits for somebody about spending reports: to be handed in by the association, to be looked at by finance."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from app.clock import bishkek_day
from app.localisation import N_, current_locale
from app.services import conflicts, expenditure_reports
from app.services.desk_tasks import ANSWER_WITHIN, Task
from models.base import db
from models.expenditure_reports import ExpenditureReport, ExpenditureReportStatus
from models.grants import RUNNING, Grant
from models.users import User

MOST = 60
OPEN = (ExpenditureReportStatus.DRAFT, ExpenditureReportStatus.RETURNED)


def finance(user: User, _now: datetime) -> Iterable[Task]:
    """Reports that others handed in, the oldest first; nothing of grants the person has a tie to."""
    for one in expenditure_reports.waiting(conflicts.ties_of(user), MOST):
        if one.submitted_by_id == user.id:
            continue
        until = bishkek_day(one.submitted_at + ANSWER_WITHIN) if one.submitted_at else None
        yield _task(N_("Check the spending report"), one, until)


def applicant(association_ids: Any, now: datetime) -> Iterable[Task]:
    """Reports of these associations (a SELECT of ids) that came back or whose period is over."""
    query = (
        db.select(ExpenditureReport)
        .join(Grant)
        .where(Grant.association_id.in_(association_ids), Grant.status.in_(RUNNING), ExpenditureReport.status.in_(OPEN))
        .options(db.contains_eager(ExpenditureReport.grant).joinedload(Grant.association))
        .order_by(ExpenditureReport.id)
        .limit(MOST)
    )
    for one in db.session.scalars(query):
        if one.status is ExpenditureReportStatus.RETURNED:
            yield _task(N_("Mend the spending report and hand it in again"), one, None)
        elif one.ends_on <= bishkek_day(now):
            yield _task(N_("Hand the spending report in"), one, one.ends_on)


def _task(text: str, one: ExpenditureReport, until: date | None) -> Task:
    subject = f"{one.grant.number} · {one.grant.association.name(current_locale())}"
    return Task(text, subject, "expenditure_reports.show", {"expenditure_report_id": one.id}, until)
