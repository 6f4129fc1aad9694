"""The funding report as a workbook and as a CSV list of grants. Amounts are numbers in som, days are days."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from app.labels import (
    CONTRIBUTION_KINDS,
    GRANT_STATUSES,
    RISK_RATINGS,
    TRANCHE_STATUSES,
    country_text,
    unit_text,
)
from app.localisation import date_text, datetime_text, use_locale
from app.localisation import gettext as _
from models.base import fingerprint, text_in
from models.contributions import ContributionKind
from models.grants import GrantStatus, TrancheStatus
from models.visits import RiskRating
from reports.credits import Credit
from reports.funding.data import FundingReportData, GrantRow, figures, to_json
from reports.funding.wording import (
    TITLE,
    identity_text,
    in_period,
    leverage_lines,
    offices,
    overridden,
    period_text,
    rate_source,
)
from reports.pages import demonstration_note
from reports.sheets import Heading, Sheets, Value, csv_of, major, money_format

MONEY = money_format()
WHOLE, PLAIN, DEGREES = "#,##0", "#,##0.##", "0.00000"


def to_xlsx(data: FundingReportData, locale: str, *, demonstration: bool = False) -> bytes:
    """The workbook: Summary, Grants, Co-investment, Results, Tranches, Delays, Overrides, Rates."""
    with use_locale(locale):
        sheets = Sheets(f"{_(TITLE)} {data.number}", data.generated_at, Credit(data.emblem, data.statement), locale)
        _summary(sheets, data, locale, demonstration)
        sheets.add(_("Grants"), _grant_headings(), _grant_rows(data, locale), _grant_total(data))
        _co_investments(sheets, data)
        _results(sheets, data, locale)
        _tranches(sheets, data)
        _delays(sheets, data)
        _overrides(sheets, data)
        _rates(sheets, data)
        return sheets.save()


def to_csv(data: FundingReportData, locale: str) -> bytes:
    """The list of grants as UTF-8 CSV with a byte order mark; texts that look like formulas get an apostrophe."""
    with use_locale(locale):
        return csv_of(_grant_headings(), _grant_rows(data, locale))


def _summary(sheets: Sheets, data: FundingReportData, locale: str, demonstration: bool) -> None:
    parts = in_period(data)
    rows: list[Sequence[Value]] = [
        (_(label), major(amount), major(parts.get(key))) for key, label, amount in figures(data)
    ]
    leverage = data.leverage
    rows += [
        (_("Leverage, cash only"), leverage.cash_only, None),
        (_("Leverage, with goods and labour"), leverage.with_in_kind, None),
        (_("Grants"), len(data.grants), None),
    ]
    note = demonstration_note(demonstration)
    intro = [
        f"{_(TITLE)} {data.fund_code}",
        text_in(data.fund, locale),
        _("Donor") + ": " + text_in(data.donor, locale),
        _("Period") + ": " + period_text(data),
        _("Figures made on") + ": " + datetime_text(data.generated_at),
        identity_text(data),
        *leverage_lines(data),
        "SHA-256: " + fingerprint(to_json(data)),
        *([note] if note else []),
    ]
    headings = [
        Heading(_("Som"), 62),
        Heading(_("Up to %(day)s", day=date_text(data.ends_on)), 20, MONEY),
        Heading(_("Of it in the period"), 20, MONEY),
    ]
    sheets.add(_("Summary"), headings, rows, intro=intro)


def _grant_headings() -> list[Heading]:
    return [
        Heading(_("Number"), 14),
        Heading(_("Association"), 34),
        Heading(_("Ayil okmotu"), 26),
        Heading(_("Oblast"), 22),
        Heading(_("Project"), 44),
        Heading(_("Status"), 28),
        Heading(_("Starts on"), 12),
        Heading(_("Ends on"), 12),
        Heading(_("Awarded, som"), 16, MONEY),
        Heading(_("Disbursed, som"), 16, MONEY),
        Heading(_("Spent, som"), 16, MONEY),
        Heading(_("Co-investment in cash, som"), 18, MONEY),
        Heading(_("In kind, som"), 16, MONEY),
        Heading(_("Latitude"), 11, DEGREES),
        Heading(_("Longitude"), 11, DEGREES),
        Heading(_("Theme"), 34),
        Heading(_("Purpose code (OECD-DAC)"), 14),
    ]


def _grant_rows(data: FundingReportData, locale: str) -> Iterator[Sequence[Value]]:
    for one in data.grants:
        yield (
            one.number,
            text_in(one.association, locale),
            text_in(one.ayil_okmotu, locale),
            text_in(one.oblast, locale),
            one.title,
            _(GRANT_STATUSES[GrantStatus(one.status)]),
            one.starts_on,
            one.ends_on,
            major(one.amount),
            major(one.disbursed),
            major(one.spent),
            major(one.cash),
            major(one.in_kind),
            _degrees(one.latitude),
            _degrees(one.longitude),
            text_in(one.theme, locale) if one.theme else "",
            one.purpose_code or "",
        )


def _degrees(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(f"{value:.5f}")


def _grant_total(data: FundingReportData) -> Sequence[Value]:
    def total(*values: int) -> Decimal | None:
        return major(sum(values))

    grants: Sequence[GrantRow] = data.grants
    return (
        _("Total"), "", "", "", "", "", None, None,
        total(*(one.amount for one in grants)),
        total(*(one.disbursed for one in grants)),
        total(*(one.spent for one in grants)),
        total(*(one.cash for one in grants)),
        total(*(one.in_kind for one in grants)),
        None, None, "", "",
    )  # fmt: skip


def _co_investments(sheets: Sheets, data: FundingReportData) -> None:
    rows = [
        (
            _(CONTRIBUTION_KINDS[ContributionKind(one.kind)]),
            country_text(one.country),
            one.count,
            one.currency,
            major(one.amount, one.currency),
            major(one.kgs.total),
            major(one.kgs.in_period),
        )
        for one in data.co_investments
    ]
    total = (
        _("Total"), "", sum(one.count for one in data.co_investments), "", None,
        major(data.cash.total + data.in_kind.total), major(data.cash.in_period + data.in_kind.in_period),
    )  # fmt: skip
    headings = [
        Heading(_("Kind"), 38),
        Heading(_("From"), 32),
        Heading(_("Contributions"), 14, WHOLE),
        Heading(_("Currency"), 10),
        Heading(_("Amount"), 18, MONEY),
        Heading(_("Som"), 18, MONEY),
        Heading(_("Of it in the period"), 18, MONEY),
    ]
    sheets.add(_("Co-investment"), headings, rows, total)


def _results(sheets: Sheets, data: FundingReportData, locale: str) -> None:
    missing = _("not collected")
    rows = [
        (
            text_in(one.title, locale) + (" " + _("(average)") if one.is_average else ""),
            unit_text(one.unit),
            one.baseline,
            one.target,
            missing if one.value is None else one.value,
            missing if one.female is None else one.female,
            missing if one.male is None else one.male,
            one.collected,
            one.grants,
        )
        for one in data.results
    ]
    headings = [
        Heading(_("Indicator"), 48),
        Heading(_("Unit"), 18),
        Heading(_("Baseline"), 14, PLAIN),
        Heading(_("Target"), 14, PLAIN),
        Heading(_("Verified value"), 16, PLAIN),
        Heading(_("Women"), 14, PLAIN),
        Heading(_("Men"), 14, PLAIN),
        Heading(_("Grants collected"), 12, WHOLE),
        Heading(_("Grants with a target"), 12, WHOLE),
    ]
    sheets.add(_("Results"), headings, rows)


def _tranches(sheets: Sheets, data: FundingReportData) -> None:
    rows = (
        (
            one.grant,
            one.sequence,
            one.due_on,
            major(one.amount),
            one.paid_on,
            major(one.paid),
            _(TRANCHE_STATUSES[TrancheStatus(one.status)]),
        )
        for one in data.tranches
    )
    total = (
        _("Total"), None, None, major(sum(one.amount for one in data.tranches)), None,
        major(sum(one.paid for one in data.tranches)), "",
    )  # fmt: skip
    headings = [
        Heading(_("Grant"), 14),
        Heading(_("Tranche"), 9, WHOLE),
        Heading(_("Planned for"), 13),
        Heading(_("Planned, som"), 16, MONEY),
        Heading(_("Paid on"), 13),
        Heading(_("Paid, som"), 16, MONEY),
        Heading(_("State"), 28),
    ]
    sheets.add(_("Tranches"), headings, rows, total)


def _delays(sheets: Sheets, data: FundingReportData) -> None:
    rows: list[Sequence[Value]] = [
        (
            _("Tranche %(sequence)s", sequence=one.sequence),
            one.grant,
            one.due_on,
            one.days,
            major(one.amount),
            _(TRANCHE_STATUSES[TrancheStatus(one.status)]),
        )
        for one in data.tranche_delays
    ]
    rows += [(_("Visit not made"), one.grant, one.planned_on, one.days, None, "") for one in data.visit_delays]
    rows += [
        (_("Risk"), one.grant, one.visited_on, None, None, _(RISK_RATINGS[RiskRating(one.risk)])) for one in data.risks
    ]
    headings = [
        Heading(_("What"), 24),
        Heading(_("Grant"), 14),
        Heading(_("Day"), 13),
        Heading(_("Days late"), 11, WHOLE),
        Heading(_("Amount, som"), 16, MONEY),
        Heading(_("State"), 28),
    ]
    sheets.add(_("Delays and risks"), headings, rows)


def _overrides(sheets: Sheets, data: FundingReportData) -> None:
    headings = [
        Heading(_("Grant"), 14),
        Heading(_("Tranche"), 10),
        Heading(_("Condition"), 34),
        Heading(_("Reason"), 60),
        Heading(_("Approved"), 12),
        Heading(_("By whom"), 50),
        Heading(_("Paid on"), 12),
    ]
    rows = [
        (one.grant, one.sequence, overridden(one), one.reason, one.approved_on, offices(one), one.paid_on)
        for one in data.overrides
    ]
    sheets.add(_("Overrides"), headings, rows)


def _rates(sheets: Sheets, data: FundingReportData) -> None:
    rows: list[Sequence[Value]] = [
        (
            one.currency,
            one.valid_on,
            one.nominal,
            one.value,
            rate_source(one),
            one.instalments,
            one.contributions,
        )
        for one in data.rates
    ]
    headings = [
        Heading(_("Currency"), 10),
        Heading(_("Valid from"), 13),
        Heading(_("Units"), 9, WHOLE),
        Heading(_("Som"), 14, "#,##0.0000####"),
        Heading(_("Source"), 40),
        Heading(_("Instalments"), 12, WHOLE),
        Heading(_("Contributions"), 13, WHOLE),
    ]
    sheets.add(_("Rates"), headings, rows)
    received: list[Sequence[Value]] = [
        (one.received_on, one.bank_reference, one.currency, major(one.amount, one.currency), major(one.amount_kgs))
        for one in data.instalments
    ]
    sheets.add(
        _("Instalments"),
        [
            Heading(_("Received on"), 13),
            Heading(_("Bank reference"), 28),
            Heading(_("Currency"), 10),
            Heading(_("Amount"), 18, MONEY),
            Heading(_("Som"), 18, MONEY),
        ],
        received,
        (_("Total"), "", "", None, major(data.position.received.total)),
    )
