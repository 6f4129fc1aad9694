"""The funding report on paper: summary, co-investment, map, results, tranches, delays, rates, list of grants."""

from collections import defaultdict

from reportlab.platypus import Flowable

from app.labels import (
    CONTRIBUTION_KINDS,
    country_text,
    unit_text,
)
from app.localisation import date_text, datetime_text, money, ngettext, number_text, percent_text, use_locale
from app.localisation import gettext as _
from models.base import fingerprint, text_in
from models.contributions import ContributionKind
from reports.binding import Paper, build
from reports.credits import Credit
from reports.drawings import Bar, BarChart, Point, PointMap
from reports.funding import lists
from reports.funding.data import FundingReportData, GrantRow, figures, to_json
from reports.funding.wording import TITLE, identity_text, in_period, leverage_lines, leverage_text, period_text, sum_of
from reports.pages import (
    Column,
    amount_texts,
    big_figures,
    demonstration_note,
    facts,
    gap,
    hash_block,
    heading,
    small,
    subheading,
    table,
    text,
    title,
    together,
    value_text,
)

HEADLINES = ("received", "disbursed", "spent", "cash", "available")


def to_pdf(data: FundingReportData, locale: str, *, demonstration: bool = False) -> bytes:
    """The report as A4 pages; the list of grants lies across."""
    sha256 = fingerprint(to_json(data))
    with use_locale(locale):
        paper = Paper(
            title=_(TITLE),
            number=f"{data.fund_code}, {period_text(data)}",
            locale=locale,
            dated_at=data.generated_at,
            sha256=sha256,
            credits=(Credit(data.emblem, data.statement),),
            note=demonstration_note(demonstration),
        )
        story = [
            *_summary(data, locale),
            *_co_investment(data),
            *_places(data, locale),
            *_results(data, locale),
            *lists.tranches(data),
            *lists.delays(data),
            *lists.overrides(data),
            *lists.rates(data),
            *lists.grants(data, locale),
            gap(10),
            hash_block(sha256, _("SHA-256 of the frozen figures of this report:")),
        ]
        return build(paper, story)


def _summary(data: FundingReportData, locale: str) -> list[Flowable]:
    totals = {key: (_(label), amount) for key, label, amount in figures(data)}
    tiles = [(label, money(amount)) for label, amount in (totals[key] for key in HEADLINES)]
    leverage = leverage_text(data.leverage, with_in_kind=False)
    return [
        *title(_(TITLE), f"{text_in(data.fund, locale)} · {period_text(data)}"),
        big_figures([*tiles, (_("Leverage, cash only"), leverage)]),
        gap(4),
        facts(
            [
                (_("Donor"), text_in(data.donor, locale)),
                (_("Fund"), f"{data.fund_code} · {text_in(data.fund, locale)}"),
                (_("Purpose"), text_in(data.purpose, locale)),
                (_("Agreed amount"), money(data.agreed, data.currency)),
                (_("Grants"), number_text(len(data.grants))),
                (_("Figures made on"), datetime_text(data.generated_at)),
            ]
        ),
        heading(_("Where the money stands")),
        *_position(data),
    ]


def _position(data: FundingReportData) -> list[Flowable]:
    parts = in_period(data)
    rows = figures(data)
    totals = amount_texts([amount for _key, _label, amount in rows])
    periods = amount_texts([parts.get(key) for key, _label, _amount in rows])
    columns = [
        Column(_("Som"), 3),
        Column(_("Up to %(day)s", day=date_text(data.ends_on)), 1.3, numeric=True),
        Column(_("Of it in the period"), 1.3, numeric=True),
    ]
    cells = [(_(row[1]), totals[index], periods[index]) for index, row in enumerate(rows)]
    notes = [small(identity_text(data)), *(small(line) for line in leverage_lines(data))]
    if data.position.advanced < 0 or data.position.committed < 0:
        notes.append(small(_("A minus sign: the day on a document lies before the day its money was paid.")))
    return [*table(columns, cells, size=9), gap(3), *notes]


def _co_investment(data: FundingReportData) -> list[Flowable]:
    if not data.co_investments:
        return [heading(_("Verified co-investment")), text(_("No co-investment has been verified yet."))]
    by_country: dict[str, int] = defaultdict(int)
    for one in data.co_investments:
        if one.kind == ContributionKind.REMITTANCE.value:
            by_country[one.country] += one.kgs.total
    countries = sorted(by_country.items(), key=lambda item: (-item[1], item[0]))
    totals = [*(one.kgs.total for one in data.co_investments), data.cash.total + data.in_kind.total]
    periods = [*(one.kgs.in_period for one in data.co_investments), data.cash.in_period + data.in_kind.in_period]
    total_texts, period_texts = amount_texts(totals), amount_texts(periods)
    rows = [
        (
            _(CONTRIBUTION_KINDS[ContributionKind(one.kind)]),
            country_text(one.country),
            number_text(one.count),
            money(one.amount, one.currency),
            total_texts[index],
            period_texts[index],
        )
        for index, one in enumerate(data.co_investments)
    ]
    columns = [
        Column(_("Kind"), 1.8),
        Column(_("From"), 1.4),
        Column(_("Contributions"), 1, numeric=True),
        Column(_("Amount"), 1.5, numeric=True),
        Column(_("Som"), 1.3, numeric=True),
        Column(_("Of it in the period"), 1.3, numeric=True),
    ]
    chart: list[Flowable] = []
    if countries and countries[0][1] > 0:
        share = countries[0][1] * 100 // sum(by_country.values())
        finding = _(
            "%(share)s of the remittances came from this country: %(country)s",
            share=percent_text(share),
            country=country_text(countries[0][0]),
        )
        bars = [Bar(country_text(code), amount, money(amount)) for code, amount in countries[:12]]
        chart = [subheading(finding), BarChart(bars), gap(6)]
    count = sum(one.count for one in data.co_investments)
    total = [_("Total"), "", number_text(count), "", total_texts[-1], period_texts[-1]]
    return [together([heading(_("Verified co-investment")), *chart]), *table(columns, rows, total)]


def _places(data: FundingReportData, locale: str) -> list[Flowable]:
    if not data.grants:
        return []
    points: dict[tuple[float, float], int] = defaultdict(int)
    oblasts: dict[str, list[GrantRow]] = defaultdict(list)
    for one in data.grants:
        oblasts[text_in(one.oblast, locale)].append(one)
        if one.longitude is not None and one.latitude is not None:
            points[one.longitude, one.latitude] += one.amount
    names = sorted(oblasts, key=lambda name: (-sum(one.amount for one in oblasts[name]), name))
    awarded = amount_texts(
        [sum(one.amount for one in oblasts[name]) for name in names] + [sum_of(data.grants, "amount")]
    )
    paid = amount_texts(
        [sum(one.disbursed for one in oblasts[name]) for name in names] + [sum_of(data.grants, "disbursed")]
    )
    cash = amount_texts([sum(one.cash for one in oblasts[name]) for name in names] + [sum_of(data.grants, "cash")])
    rows = [
        (name, number_text(len(oblasts[name])), awarded[index], paid[index], cash[index])
        for index, name in enumerate(names)
    ]
    columns = [
        Column(_("Oblast"), 2.2),
        Column(_("Grants"), 0.8, numeric=True),
        Column(_("Awarded, som"), 1.3, numeric=True),
        Column(_("Disbursed, som"), 1.3, numeric=True),
        Column(_("Co-investment in cash, som"), 1.5, numeric=True),
    ]
    total = [_("Total"), number_text(len(data.grants)), awarded[-1], paid[-1], cash[-1]]
    places = ngettext(
        "Grants in %(num)s place; a circle's area is the money awarded",
        "Grants in %(num)s places; a circle's area is the money awarded",
        len(points),
    )
    return [
        together(
            [
                heading(_("Where the grants are")),
                small(places),
                PointMap([Point(x, y, amount) for (x, y), amount in points.items()]),
                small(_("Outlines: Natural Earth (public domain).")),
            ]
        ),
        *table(columns, rows, total),
    ]


def _results(data: FundingReportData, locale: str) -> list[Flowable]:
    rows = []
    for one in data.results:
        unit = unit_text(one.unit)
        rows.append(
            (
                text_in(one.title, locale) + (" " + _("(average)") if one.is_average else ""),
                unit,
                number_text(one.baseline),
                number_text(one.target),
                value_text(one.value),
                value_text(one.female),
                value_text(one.male),
                _("%(collected)s of %(grants)s", collected=number_text(one.collected), grants=number_text(one.grants)),
            )
        )
    columns = [
        Column(_("Indicator"), 3),
        Column(_("Unit"), 1.1),
        Column(_("Baseline"), 1, numeric=True),
        Column(_("Target"), 1, numeric=True),
        Column(_("Verified value"), 1.1, numeric=True),
        Column(_("Women"), 0.9, numeric=True),
        Column(_("Men"), 0.9, numeric=True),
        Column(_("Collected from grants"), 1.1, numeric=True),
    ]
    return [
        heading(_("Results against targets")),
        *table(columns, rows, size=7.5, empty=_("No target has been set yet.")),
        small(
            _(
                "Newest verified value of each grant, added over grants. Baseline and target are those of all grants, "
                "the value that of the grants collected. Women and men stand only where both were counted everywhere."
            )
        ),
    ]
