"""The lists of the funding report on paper: tranches, delays and risks, money and rates, grants."""

from collections import defaultdict

from reportlab.platypus import Flowable

from app.labels import (
    GRANT_STATUSES,
    RISK_RATINGS,
    TRANCHE_STATUSES,
)
from app.localisation import date_text, money, number_text
from app.localisation import gettext as _
from models.base import text_in
from models.grants import GrantStatus, TrancheStatus
from models.visits import RiskRating
from reports.funding.data import FundingReportData
from reports.funding.wording import offices, overridden, rate_source, sum_of
from reports.pages import (
    WIDTH,
    WIDTH_LANDSCAPE,
    Column,
    amount_texts,
    heading,
    new_page,
    small,
    subheading,
    table,
    text,
)

LISTED = 40  # delays and risks printed; the workbook has them all


def tranches(data: FundingReportData) -> list[Flowable]:
    """Planned and paid tranches by quarter."""
    quarters: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for one in data.tranches:
        planned = quarters[one.due_on.year, (one.due_on.month + 2) // 3]
        planned[0] += 1
        planned[1] += one.amount
        if one.paid_on is not None:
            actual = quarters[one.paid_on.year, (one.paid_on.month + 2) // 3]
            actual[2] += 1
            actual[3] += one.paid
    order = sorted(quarters)
    planned_texts = amount_texts([*(quarters[key][1] for key in order), sum(one.amount for one in data.tranches)])
    paid_texts = amount_texts([*(quarters[key][3] for key in order), sum(one.paid for one in data.tranches)])
    rows = [
        (
            _("%(year)s, quarter %(quarter)s", year=key[0], quarter=key[1]),
            number_text(quarters[key][0]),
            planned_texts[index],
            number_text(quarters[key][2]),
            paid_texts[index],
        )
        for index, key in enumerate(order)
    ]
    columns = [
        Column(_("Quarter"), 1.6),
        Column(_("Planned tranches"), 1, numeric=True),
        Column(_("Planned, som"), 1.4, numeric=True),
        Column(_("Paid tranches"), 1, numeric=True),
        Column(_("Paid, som"), 1.4, numeric=True),
    ]
    paid = sum(1 for one in data.tranches if one.paid_on is not None)
    total = [_("Total"), number_text(len(data.tranches)), planned_texts[-1], number_text(paid), paid_texts[-1]]
    empty = _("No tranche has been planned yet.")
    return [heading(_("Tranches: plan and payment")), *table(columns, rows, total, empty=empty)]


def delays(data: FundingReportData) -> list[Flowable]:
    """Late tranches, visits not made, risk ratings."""
    amounts = amount_texts([one.amount for one in data.tranche_delays])
    tranches = [
        (
            one.grant,
            number_text(one.sequence),
            date_text(one.due_on),
            number_text(one.days),
            _(TRANCHE_STATUSES[TrancheStatus(one.status)]),
            amounts[index],
        )
        for index, one in enumerate(data.tranche_delays[:LISTED])
    ]
    visits = [(one.grant, date_text(one.planned_on), number_text(one.days)) for one in data.visit_delays[:LISTED]]
    risks = [
        (one.grant, date_text(one.visited_on), _(RISK_RATINGS[RiskRating(one.risk)])) for one in data.risks[:LISTED]
    ]
    ratings = ", ".join(
        f"{_(RISK_RATINGS[rating])}: {number_text(data.risk_counts.get(rating.value, 0))}" for rating in RiskRating
    )
    late, planned, days = Column(_("Grant"), 1.3), Column(_("Planned for"), 1.2), Column(_("Days late"), 0.9, True)
    return [
        heading(_("Delays and risks")),
        subheading(_("Tranches not paid on the planned day")),
        *table(
            [late, Column(_("Tranche"), 0.8, True), planned, days, Column(_("State"), 1.6),
             Column(_("Amount, som"), 1.2, True)],
            tranches,
            empty=_("None."),
        ),
        *_more(len(data.tranche_delays)),
        subheading(_("Visits planned and not made")),
        *table([late, planned, days], visits, empty=_("None."), width=WIDTH * 0.6),
        *_more(len(data.visit_delays)),
        subheading(_("Risk, as rated at the newest visit of each grant")),
        text(f"{ratings}. " + _("Visits made: %(count)s.", count=number_text(data.visits_done))),
        *table(
            [late, Column(_("Visited"), 1.2), Column(_("Rating"), 1.4)],
            risks,
            width=WIDTH * 0.6,
            empty=_("No grant is rated medium or high."),
        ),
        *_more(len(data.risks)),
    ]  # fmt: skip


def _more(count: int) -> list[Flowable]:
    left = count - LISTED
    return [small(_("and %(count)s more, in the workbook", count=number_text(left)))] if left > 0 else []


def overrides(data: FundingReportData) -> list[Flowable]:
    """Conditions that two people set aside, all of them: a donor reads each."""
    rows = [
        (
            one.grant,
            number_text(one.sequence),
            overridden(one),
            one.reason,
            date_text(one.approved_on),
            offices(one),
            date_text(one.paid_on) if one.paid_on else _("not paid yet"),
        )
        for one in data.overrides
    ]
    return [
        heading(_("Conditions overridden")),
        *table(
            [Column(_("Grant"), 1.1), Column(_("Tranche"), 0.7), Column(_("Condition"), 1.5), Column(_("Reason"), 2.4),
             Column(_("Approved"), 0.9), Column(_("By whom"), 1.6), Column(_("Paid on"), 0.9)],
            rows,
            empty=_("None: every tranche was paid with all its conditions met."),
            most_lines=12,
        ),
    ]  # fmt: skip


def rates(data: FundingReportData) -> list[Flowable]:
    """Instalments of the donor and the exchange rates used."""
    received = amount_texts([*(one.amount_kgs for one in data.instalments), data.position.received.total])
    instalments = [
        (date_text(one.received_on), one.bank_reference, money(one.amount, one.currency), received[index])
        for index, one in enumerate(data.instalments)
    ]
    foreign = sum(one.amount for one in data.instalments)
    rates = [
        (
            one.currency,
            date_text(one.valid_on),
            number_text(one.nominal),
            number_text(one.value),
            rate_source(one),
            number_text(one.instalments),
            number_text(one.contributions),
        )
        for one in data.rates
    ]
    return [
        heading(_("Money received and exchange rates")),
        *table(
            [Column(_("Received on"), 1), Column(_("Bank reference"), 1.6), Column(_("Amount"), 1.4, True),
             Column(_("Som"), 1.4, True)],
            instalments,
            [_("Total"), "", money(foreign, data.currency), received[-1]],
            empty=_("No money has been received yet."),
        ),
        subheading(_("Rates used: som for the number of units")),
        *table(
            [Column(_("Currency"), 0.8), Column(_("Valid from"), 1), Column(_("Units"), 0.6, True),
             Column(_("Som"), 1, True), Column(_("Source"), 2), Column(_("Instalments"), 0.9, True),
             Column(_("Contributions"), 1, True)],
            rates,
            empty=_("No foreign money was converted."),
        ),
    ]  # fmt: skip


def grants(data: FundingReportData, locale: str) -> list[Flowable]:
    """Every grant, on pages lying across."""
    fields = ("amount", "disbursed", "spent", "cash", "in_kind")
    texts = {
        field: amount_texts([*(int(getattr(one, field)) for one in data.grants), sum_of(data.grants, field)])
        for field in fields
    }
    rows = [
        (
            one.number,
            text_in(one.association, locale),
            f"{text_in(one.ayil_okmotu, locale)}, {text_in(one.oblast, locale)}",
            one.title,
            _(GRANT_STATUSES[GrantStatus(one.status)]),
            *(texts[field][index] for field in fields),
        )
        for index, one in enumerate(data.grants)
    ]
    columns = [
        Column(_("Number"), 1.15),
        Column(_("Association"), 2),
        Column(_("Ayil okmotu, oblast"), 2),
        Column(_("Project"), 2.2),
        Column(_("Status"), 1.4),
        Column(_("Awarded, som"), 1.15, True),
        Column(_("Disbursed, som"), 1.15, True),
        Column(_("Spent, som"), 1.15, True),
        Column(_("Co-investment in cash, som"), 1.25, True),
        Column(_("In kind, som"), 1.1, True),
    ]
    total = [_("Total"), "", "", "", "", *(texts[field][-1] for field in fields)]
    return [
        *new_page("landscape"),
        heading(_("List of grants")),
        *table(
            columns, rows, total, width=WIDTH_LANDSCAPE, size=7, most_lines=4, empty=_("No grant has been offered yet.")
        ),
        small(_("Status as on the day the figures were made; money up to the end of the period.")),
    ]
