"""Spending reports: drafted by the association for a period, handed in with every scan, accepted or returned.

A period runs to the end of a quarter of the calendar unless another last day is chosen: tranches come when they come,
and a report that waits for one leaves months unreported. Periods follow one another without a gap. The lines of a
report are the documents paid within it; what was paid in a period that is handed in cannot be recorded any more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.clock import bishkek_day
from app.localisation import N_
from app.services import associations, audit, grant_budgets, notifications
from app.services.actors import Actor
from app.services.conflicts import Ties
from app.services.errors import DomainError, IncompleteError, SeparationOfDutyError
from app.services.workflow import ASSOCIATION_READS_REASON, Transition, reason_given, target
from models.applications import BudgetHeading, Payer
from models.base import db, lock, written_out
from models.documents import Document
from models.expenditure_reports import HANDED_IN, ExpenditureReport, ExpenditureReportStatus
from models.expenditures import Expenditure, ExpenditureStatus
from models.grants import Grant
from models.users import Role

R = ExpenditureReportStatus
TRANSITIONS: Mapping[tuple[ExpenditureReportStatus, str], Transition] = {
    (R.DRAFT, "submit"): Transition(
        R.SUBMITTED, N_("Association"), N_("period over; every document has a scan; what lies off the budget explained")
    ),
    (R.RETURNED, "submit"): Transition(R.SUBMITTED, N_("Association"), N_("as when it was handed in first")),
    (R.SUBMITTED, "return"): Transition(R.RETURNED, N_("Finance officer"), N_("reason given")),
    (R.SUBMITTED, "accept"): Transition(
        R.ACCEPTED, N_("Finance officer"), N_("not who handed it in; every document accepted or refused")
    ),
}
OFF_BUDGET = 10
"""Percent off the budget beyond which a sum has to be explained."""


def next_period(grant: Grant) -> tuple[date, date]:
    """First and usual last day of the period to report next, or of the draft there is.

    Raises `DomainError` while the report before waits to be handed in again, and when every day is reported.
    """
    last = _latest(grant)
    if last is not None and last.status is R.RETURNED:
        raise DomainError(N_("The report before this one came back: hand it in again first."))
    if last is None:
        starts_on = grant.starts_on
    else:
        starts_on = last.starts_on if last.status is R.DRAFT else last.ends_on + timedelta(days=1)
    if starts_on > grant.ends_on:
        raise DomainError(N_("Every period of this grant is reported."))
    return starts_on, min(end_of_quarter(starts_on), grant.ends_on)


def end_of_quarter(day: date) -> date:
    """The last day of the quarter of the calendar in which `day` lies."""
    month = (day.month - 1) // 3 * 3 + 3
    return date(day.year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def draft(grant: Grant, ends_on: date, *, actor: Actor, now: datetime) -> ExpenditureReport:
    """Begin the report of the next period, through `ends_on`; while it is a draft, choose another last day for it."""
    lock(grant)
    if not grant.is_running:
        raise DomainError(N_("Spending is reported while the grant runs."))
    starts_on, _usual = next_period(grant)
    if not starts_on <= ends_on <= grant.ends_on:
        message = N_("The last day must lie between %(first)s and %(last)s.")
        raise DomainError(message, field="ends_on", first=starts_on, last=grant.ends_on)
    report = _latest(grant)
    if report is None or report.status is not R.DRAFT:
        report = ExpenditureReport(
            grant=grant,
            sequence=report.sequence + 1 if report else 1,
            follows_on=report.ends_on if report else None,
            drafted_by_id=actor.user_id,
            drafted_at=now,
        )
        db.session.add(report)
    report.ends_on = ends_on
    db.session.flush()
    audit.record(actor, "expenditure_report.draft", report, now, ends_on=ends_on.isoformat())
    return report


def submit(report: ExpenditureReport, *, explanation: str, actor: Actor, now: datetime) -> None:
    """Hand the report in, for the first time or again.

    Raises `IncompleteError` for a document without a scan, and for a sum off the budget that nobody explains.
    """
    lock(report.grant)
    lock(report)
    status = target(TRANSITIONS, report.status, "submit")
    if report.ends_on > bishkek_day(now):
        raise DomainError(N_("The period is not over: hand the report in on its last day or later."))
    bare = without_scan(report)
    if bare:
        message = N_("The document %(number)s has no scan: attach it first.")
        raise IncompleteError(message, number=bare[0].document_number)
    if not explanation.strip() and any(use.is_off for use in uses(report)):
        raise IncompleteError(N_("Explain what lies more than a tenth off the budget."), field="explanation")
    report.status, report.explanation = status, explanation.strip()
    report.submitted_by_id, report.submitted_at = actor.user_id, now
    report.decided_by_id = report.decided_at = None
    db.session.flush()
    audit.record(actor, "expenditure_report.submit", report, now)
    message = N_("The spending report of %(number)s through %(day)s waits to be accepted.")
    notifications.tell_holders(Role.FINANCE, report.grant, message, now, day=report.ends_on)


def return_(report: ExpenditureReport, *, reason: str, actor: Actor, now: datetime) -> None:
    """Finance wants something changed: the period is open again."""
    status = _decided(report, "return", actor)
    report.reason = reason_given(reason, ASSOCIATION_READS_REASON)
    report.status, report.decided_by_id, report.decided_at = status, actor.user_id, now
    db.session.flush()
    audit.record(actor, "expenditure_report.return", report, now, reason=report.reason)
    message = N_("The spending report of %(number)s through %(day)s came back: %(reason)s")
    notifications.tell_association(report.grant, message, now, day=report.ends_on, reason=report.reason)


def accept(report: ExpenditureReport, *, actor: Actor, now: datetime) -> None:
    """Finance accepts the report once each document is accepted, in whole or in part, or refused, and those before."""
    status = _decided(report, "accept", actor)
    if any(line.status is ExpenditureStatus.RECORDED for line in lines(report)):
        raise IncompleteError(N_("Some documents wait: accept each, a part of it, or refuse it first."))
    if report.follows_on is not None and accepted_through(report.grant) != report.follows_on:
        raise IncompleteError(N_("The report of the period before is not accepted yet."))
    report.status, report.decided_by_id, report.decided_at = status, actor.user_id, now
    db.session.flush()
    audit.record(actor, "expenditure_report.accept", report, now)
    message = N_("The spending report of %(number)s through %(day)s is accepted.")
    notifications.tell_association(report.grant, message, now, day=report.ends_on)


def _decided(report: ExpenditureReport, action: str, actor: Actor) -> ExpenditureReportStatus:
    lock(report.grant)
    lock(report)
    status: ExpenditureReportStatus = target(TRANSITIONS, report.status, action)
    associations.must_be_free(report.grant, actor)
    if report.submitted_by_id == actor.user_id:
        raise SeparationOfDutyError(N_("You handed this report in: another person has to decide on it."))
    return status


def must_be_open(grant: Grant, paid_on: date) -> None:
    """Refuse a document of a period whose report is handed in or accepted. The caller holds the grant's lock."""
    for report in of_grant(grant):
        if report.starts_on <= paid_on <= report.ends_on and report.status in HANDED_IN:
            message = N_(
                "The report for %(first)s to %(last)s is handed in: nothing is recorded in its period any more."
            )
            raise DomainError(message, field="paid_on", first=report.starts_on, last=report.ends_on)


# Reading -------------------------------------------------------------------------------------------------------------


def of_grant(grant: Grant) -> list[ExpenditureReport]:
    """The reports of a grant in their order."""
    query = db.select(ExpenditureReport).where(ExpenditureReport.grant_id == grant.id)
    return list(db.session.scalars(query.order_by(ExpenditureReport.sequence)))


def _latest(grant: Grant) -> ExpenditureReport | None:
    return next(reversed(of_grant(grant)), None)


def waiting(ties: Ties, most: int) -> list[ExpenditureReport]:
    """Reports finance has to look at, the oldest first, without those of applicants it has these ties to."""
    free = ties.free(Grant.association_id, Grant.application_id)
    query = db.select(ExpenditureReport).join(ExpenditureReport.grant)
    query = query.where(written_out(ExpenditureReport.status, R.SUBMITTED), *free)
    query = query.options(db.contains_eager(ExpenditureReport.grant).joinedload(Grant.association))
    return list(db.session.scalars(query.order_by(ExpenditureReport.submitted_at).limit(most)))


def last_accepted(grant: Grant) -> ExpenditureReport | None:
    """The one up to whose last day every report of the grant is accepted; None before the first."""
    last = None
    for report in of_grant(grant):
        if report.status is not R.ACCEPTED:
            break
        last = report
    return last


def accepted_through(grant: Grant) -> date | None:
    """The last day of `last_accepted`."""
    last = last_accepted(grant)
    return last.ends_on if last else None


def lines(report: ExpenditureReport) -> Sequence[Expenditure]:
    """The documents paid in the period, by the day, those refused among them."""
    query = db.select(Expenditure).where(
        Expenditure.grant_id == report.grant_id, Expenditure.paid_on.between(report.starts_on, report.ends_on)
    )
    query = query.options(db.joinedload(Expenditure.budget_line), db.joinedload(Expenditure.supplier))
    return list(db.session.scalars(query.order_by(Expenditure.paid_on, Expenditure.id)))


def without_scan(report: ExpenditureReport) -> list[Expenditure]:
    """The documents of the period that count and have no scan yet."""
    query = db.select(Document.expenditure_id).join(Expenditure, Expenditure.id == Document.expenditure_id)
    query = query.where(Expenditure.grant_id == report.grant_id, Document.removed_at.is_(None))
    scanned = set(db.session.scalars(query))
    return [one for one in lines(report) if one.status is not ExpenditureStatus.REFUSED and one.id not in scanned]


@dataclass(frozen=True)
class HeadingUse:
    """A heading and payer of the budget: planned, spent in the period and from the beginning, in tyiyn.

    What waits to be accepted counts as spent; of what was accepted in part, that part.
    """

    heading: BudgetHeading
    payer: Payer
    planned: int
    in_period: int
    to_date: int
    is_final: bool

    @property
    def variance(self) -> int:
        """What was spent beyond the plan (positive) or is left of it (negative)."""
        return self.to_date - self.planned

    @property
    def percent(self) -> int:
        """The variance in whole percent of the plan, rounded away from nothing; 0 where nothing is planned."""
        share = -(-abs(self.variance) * 100 // self.planned) if self.planned else 0
        return share if self.variance >= 0 else -share

    @property
    def is_off(self) -> bool:
        """Whether it has to be explained: overspent at any time, or not spent when the grant ends."""
        return abs(self.variance) * 100 > OFF_BUDGET * self.planned and (self.variance > 0 or self.is_final)


def uses(report: ExpenditureReport) -> list[HeadingUse]:
    """What the budget in force plans against what was spent, by heading and payer in the order of the budget."""
    grant = report.grant
    in_force = grant_budgets.in_force(grant)
    planned: dict[tuple[BudgetHeading, Payer], int] = {}
    for line in grant.application.budget_lines:
        key = line.heading, line.payer
        planned[key] = planned.get(key, 0) + in_force[line.id]
    query = db.select(Expenditure).where(Expenditure.grant_id == grant.id, Expenditure.paid_on <= report.ends_on)
    spent, in_period = dict.fromkeys(planned, 0), dict.fromkeys(planned, 0)
    for row in db.session.scalars(query.options(db.joinedload(Expenditure.budget_line))):
        key = row.budget_line.heading, row.payer
        spent[key] += row.counted
        if row.paid_on >= report.starts_on:
            in_period[key] += row.counted
    return [HeadingUse(*key, amount, in_period[key], spent[key], report.is_final) for key, amount in planned.items()]
