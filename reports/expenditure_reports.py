"""The spending report of a period: gathered once, shown as a page, printed on A4 and written as a workbook."""

from app.clock import bishkek_day
from app.labels import label_text
from app.localisation import Money, date_text, percent_text
from app.localisation import gettext as _
from app.services import expenditure_reports
from models.expenditure_reports import ExpenditureReport
from models.expenditures import ExpenditureStatus
from reports import credits
from reports.statements.data import Cell, Column, Reader, Statement, Subject, Table


def gather(report: ExpenditureReport, reader: Reader) -> Statement:
    """The budget against what was spent, and every document of the period, in the language in force."""
    grant = report.grant
    facts: list[tuple[str, Cell]] = [
        (_("Association"), grant.association.name(reader.locale)),
        (_("Period"), f"{date_text(report.starts_on)} – {date_text(report.ends_on)}"),
        (_("Status"), label_text(report.status)),
        (_("Handed in on"), bishkek_day(report.submitted_at) if report.submitted_at else _("not yet")),
    ]
    if report.explanation:
        facts.append((_("What lies off the budget, and why"), report.explanation))
    return Statement(
        title=_("Spending report %(number)s", number=report.sequence),
        about=_("%(number)s, %(association)s", number=grant.number, association=grant.association.name(reader.locale)),
        name=f"{grant.number}-spending-{report.sequence}",
        reader=reader,
        facts=facts,
        tables=[_budget(report), _documents(report)],
        credits=[credits.of_fund(grant.fund)],
        signers=[_("For the association"), _("Accepted for the programme")],
    )


def _budget(report: ExpenditureReport) -> Table:
    found = expenditure_reports.uses(report)
    rows: list[tuple[Cell, ...]] = [
        (
            label_text(one.heading),
            label_text(one.payer),
            Money(one.planned),
            Money(one.in_period),
            Money(one.to_date),
            Money(one.variance),
            percent_text(one.percent) if one.planned else None,
        )
        for one in found
    ]
    return Table(
        title=_("Budget and spending"),
        columns=[
            Column(_("Heading"), 2.4),
            Column(_("Who pays"), 1.8),
            Column(_("Planned"), 1.5, True),
            Column(_("In this period"), 1.5, True),
            Column(_("From the beginning"), 1.5, True),
            Column(_("Off the budget"), 1.5, True),
            Column(_("Percent"), 1, True),
        ],
        rows=rows,
        total=(
            _("Together"),
            None,
            Money(sum(one.planned for one in found)),
            Money(sum(one.in_period for one in found)),
            Money(sum(one.to_date for one in found)),
            Money(sum(one.variance for one in found)),
            None,
        ),
        empty=_("The budget has no lines."),
        note=_("What waits to be accepted counts as spent; of what was accepted in part, that part."),
    )


def _documents(report: ExpenditureReport) -> Table:
    found = expenditure_reports.lines(report)
    rows: list[tuple[Cell, ...]] = [
        (
            one.title,
            one.paid_on,
            _("%(heading)s (%(payer)s)", heading=label_text(one.budget_line.heading), payer=label_text(one.payer)),
            one.supplier.name,
            one.document_number,
            f"{label_text(one.status)}: {one.reason}" if one.reason else label_text(one.status),
            Money(one.amount),
            Money(one.counted) if one.status is not ExpenditureStatus.RECORDED else None,
        )
        for one in found
    ]
    decided = [one.counted for one in found if one.status is not ExpenditureStatus.RECORDED]
    return Table(
        title=_("Documents of the period"),
        columns=[
            Column(_("What was bought"), 2.2),
            Column(_("Day"), 1.2),
            Column(_("Heading"), 1.8),
            Column(_("Supplier"), 1.7),
            Column(_("Document"), 1.2),
            Column(_("Status"), 1.8),
            Column(_("Claimed"), 1.4, True),
            Column(_("Accepted"), 1.4, True),
        ],
        rows=rows,
        total=(
            _("Together"),
            *([None] * 5),
            Money(sum(one.amount for one in found)),
            Money(sum(decided)),
        ),
        empty=_("Nothing was paid in this period."),
        subjects=[Subject("expenditures", one.id) for one in found],
    )
