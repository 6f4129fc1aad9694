"""Every figure of the funding report is the same on the page, on paper, in the workbook and in the table of grants.

The report's figures are all different (`samples.unlike`), so one that stands in the place of another is seen.
"""

import csv
import io
import re
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from lxml import html
from openpyxl import load_workbook
from pypdf import PdfReader

from app import clock
from app.labels import CONTRIBUTION_KINDS, country_text
from app.localisation import EXPONENTS, gettext, use_locale
from app.services import funding_reports
from app.services.actors import Actor
from models.contributions import ContributionKind
from reports import funding
from reports.funding.data import FundingReportData
from tests.factories import Programme
from tests.reports import samples
from tests.support.clients import Client

NUMBER = re.compile(r"–|(?:\d{1,3}(?:[ \u00a0]\d{3})+|\d+)(?:[.,]\d+)?")
SUMS = ("amount", "disbursed", "spent", "cash", "in_kind")
HEADS = ("Awarded, som", "Disbursed, som", "Spent, som", "Co-investment in cash, som", "In kind, som")
TILES = (0, 3, 9, 12, 11)
"""Which of the headlines stand large on paper, in their order there."""

Figures = dict[str, Any]


def plain(text: str) -> Decimal | None:
    """The number people read; None for a dash."""
    found = NUMBER.search(text)
    assert found, text
    return None if found[0] == "–" else Decimal("".join(found[0].split()).replace(",", "."))


def major(amount: int | None, currency: str = "KGS") -> Decimal | None:
    return None if amount is None else Decimal(amount).scaleb(-EXPONENTS[currency])


def headlines(data: FundingReportData) -> dict[str, tuple[int, int | None]]:
    """{what it is called: (up to the end, within the period)}, in the order of every form."""
    at = data.position
    return {
        "Received from the donor": (at.received.total, at.received.in_period),
        "Awarded to grants": (data.awarded.total, data.awarded.in_period),
        "Committed and not yet paid": (at.committed, None),
        "Disbursed to associations": (at.disbursed.total, at.disbursed.in_period),
        "Paid back by associations": (at.repaid.total, at.repaid.in_period),
        "Claimed back and not paid yet": (at.recoverable, None),
        "Claimed back and given up": (at.written_off, None),
        "Kept for indirect costs": (at.indirect, None),
        "Given back to the donor": (at.given_back, None),
        "Spent and accounted for": (at.spent.total, at.spent.in_period),
        "Sent back by banks": (at.returned.total, at.returned.in_period),
        "Available for new grants": (at.available, None),
        "Verified co-investment in cash": (data.cash.total, data.cash.in_period),
        "Verified co-investment in kind": (data.in_kind.total, data.in_kind.in_period),
    }


def expected(data: FundingReportData) -> Figures:
    """What each form has to say, from the frozen figures alone."""
    at, co = data.position, data.co_investments
    both = data.cash.total + data.in_kind.total
    return {
        "headlines": {label: (major(total), major(part)) for label, (total, part) in headlines(data).items()},
        "position": [
            major(one)
            for one in (
                *(at.received.total, at.available, at.indirect, at.given_back, at.committed, at.advanced),
                *(at.recoverable, at.written_off, at.spent.total),
            )
        ],
        "leverage": [
            round(Decimal(one) / data.leverage.disbursed, 2) for one in (data.leverage.cash, both)
        ],
        "co-investment": [
            [one.count, major(one.amount, one.currency), major(one.kgs.total), major(one.kgs.in_period)] for one in co
        ],
        "all co-investment": [
            sum(one.count for one in co), major(both), major(data.cash.in_period + data.in_kind.in_period)
        ],
        "grants": {one.number: [major(getattr(one, name)) for name in SUMS] for one in data.grants},
        "all grants": [major(sum(getattr(one, name) for one in data.grants)) for name in SUMS],
        "all tranches": [major(sum(getattr(one, name) for one in data.tranches)) for name in ("amount", "paid")],
        "instalments": [[major(one.amount), major(one.amount_kgs)] for one in data.instalments],
        "all instalments": major(at.received.total),
    }  # fmt: skip


def on_page(content: str) -> Figures:
    page = html.fromstring(content)

    def cells(row: Any) -> list[str]:
        return ["".join(one.itertext()).strip() for one in row.xpath("./td|./th")]

    def table(caption: str) -> tuple[list[list[str]], list[str]]:
        (found,) = page.xpath("//table[normalize-space(caption)=$caption]", caption=gettext(caption))
        foot = found.xpath("./tfoot/tr")
        return [cells(row) for row in found.xpath("./tbody/tr")], cells(foot[0]) if foot else []

    large = [
        (one.findtext("p[@class='ash-number__label']"), plain(one.findtext("p[@class='ash-number__value']")))
        for one in page.xpath("//div[@class='ash-number']")
    ]
    columns, _none = table("Within the period and in all")
    listed = {row[0]: (plain(row[2]), plain(row[1])) for row in columns}
    assert [(label, total) for label, (total, _part) in listed.items()] == large[: len(listed)]
    bar = page.xpath("//figure[.//table[@class='ash-chart__legend']]")[0]
    spent, advanced, recoverable, written_off, committed, indirect, given_back, available = (
        plain(cells(row)[1]) for row in bar.xpath(".//tbody/tr")
    )
    co, all_co = table("Verified co-investment by country, kind and currency")
    grants, all_grants = table("Grants of this fund")
    instalments, all_instalments = table("Instalments received")
    return {
        "headlines": listed,
        "position": [
            *(plain(bar.findtext("figcaption")), available, indirect, given_back, committed),
            *(advanced, recoverable, written_off, spent),
        ],
        "leverage": [value for _label, value in large[len(listed) :]],
        "co-investment": [[plain(one) for one in row[3:]] for row in co],
        "all co-investment": [plain(all_co[place]) for place in (3, 5, 6)],
        "grants": {row[0]: [plain(one) for one in row[3:]] for row in grants},
        "all grants": [plain(one) for one in all_grants[3:]],
        "instalments": [[plain(one) for one in row[2:]] for row in instalments],
        "all instalments": plain(all_instalments[-1]),
    }


class Printed:
    """A paper read from its beginning to its end, by the words before its numbers."""

    def __init__(self, content: bytes) -> None:
        pages = PdfReader(io.BytesIO(content)).pages
        self.text, self.at = "\n".join(page.extract_text() for page in pages), 0  # a line is a cell, or part of one

    def go(self, words: str) -> None:
        found = re.compile(r"\s+".join(map(re.escape, words.split()))).search(self.text, self.at)
        assert found, f"{words!r} does not follow"
        self.at = found.end()

    def take(self, words: str, count: int) -> list[Decimal | None]:
        """The next `count` numbers after `words`."""
        self.go(words)
        taken: list[Decimal | None] = []
        for _number in range(count):
            found = NUMBER.search(self.text, self.at)
            assert found
            taken.append(plain(found[0]))
            self.at = found.end()
        return taken


def on_paper(content: bytes, data: FundingReportData) -> Figures:
    said, paper = Figures(), Printed(content)
    labels = list(headlines(data))
    tiles = [paper.take(gettext(labels[place]), 1)[0] for place in TILES]
    leverage = paper.take(gettext("Leverage, cash only"), 1)
    paper.go(gettext("Where the money stands"))
    paper.go(gettext("Of it in the period"))
    said["headlines"] = {}
    for label in labels:
        total, part = paper.take(gettext(label), 2)
        said["headlines"][gettext(label)] = (total, part)
    assert tiles == [said["headlines"][gettext(labels[place])][0] for place in TILES]
    said["position"] = paper.take(":", 9)
    cash, _divided, ratio = paper.take(":", 3)
    _all, _divided, with_in_kind = paper.take(":", 3)
    assert [ratio] == leverage and cash == said["headlines"][gettext("Verified co-investment in cash")][0]
    said["leverage"] = [ratio, with_in_kind]
    paper.go(gettext("Of it in the period"))
    said["co-investment"] = [
        paper.take(f"{gettext(CONTRIBUTION_KINDS[ContributionKind(one.kind)])} {country_text(one.country)}", 4)
        for one in data.co_investments
    ]
    said["all co-investment"] = paper.take(gettext("Total"), 3)
    paper.go(gettext("Where the grants are"))
    by_oblast = paper.take(gettext("Total"), 4)
    paper.go(gettext("Tranches: plan and payment"))
    said["all tranches"] = paper.take(gettext("Total"), 4)[1::2]
    paper.go(gettext("Money received and exchange rates"))
    said["instalments"] = [paper.take(one.bank_reference, 2) for one in data.instalments]
    said["all instalments"] = paper.take(gettext("Total"), 2)[1]
    paper.go(gettext("List of grants"))
    for head in HEADS:
        paper.go(gettext(head))
    said["grants"] = {one.number: paper.take(one.number, 5) for one in data.grants}
    said["all grants"] = paper.take(gettext("Total"), 5)
    assert by_oblast == [len(data.grants), *said["all grants"][:2], said["all grants"][3]]
    return said


def in_workbook(content: bytes) -> Figures:
    book = load_workbook(io.BytesIO(content))
    tables = [list(sheet.iter_rows(values_only=True)) for sheet in book]
    summary, grants, co, _results, tranches, _delays, _overrides, _rates, instalments = tables

    def exact(*values: Any) -> list[Decimal | None]:
        return [None if value is None else Decimal(str(value)) for value in values]

    def body(rows: list[Any], head: str) -> tuple[list[Any], Any]:
        """The rows under the head that begins with `head`, and the row of totals."""
        start = next(place for place, row in enumerate(rows) if row[0] == gettext(head))
        assert rows[-1][0] == gettext("Total")
        return rows[start + 1 : -1], rows[-1]

    identity = next(row[0] for row in summary if row[0].count("+") == 7)
    start = next(place for place, row in enumerate(summary) if row[0] == gettext("Som"))
    rows = summary[start + 1 :]
    heads = next(row for row in grants if row[0] == gettext("Number"))
    assert list(heads[8:13]) == [gettext(head) for head in HEADS]
    grant_rows, all_grants = body(grants, "Number")
    co_rows, all_co = body(co, "Kind")
    tranche_rows, all_tranches = body(tranches, "Grant")
    assert [sum(exact(*column)) for column in zip(*((row[3], row[5]) for row in tranche_rows), strict=True)] == exact(
        all_tranches[3], all_tranches[5]
    )
    instalment_rows, all_instalments = body(instalments, "Received on")
    return {
        "headlines": {row[0]: tuple(exact(row[1], row[2])) for row in rows[:-3]},
        "position": [plain(one) for one in NUMBER.findall(identity)],
        "leverage": exact(rows[-3][1], rows[-2][1]),
        "co-investment": [exact(row[2], *row[4:7]) for row in co_rows],
        "all co-investment": exact(all_co[2], *all_co[5:7]),
        "grants": {row[0]: exact(*row[8:13]) for row in grant_rows},
        "all grants": exact(*all_grants[8:13]),
        "all tranches": exact(all_tranches[3], all_tranches[5]),
        "instalments": [exact(*row[3:5]) for row in instalment_rows],
        "all instalments": exact(all_instalments[4])[0],
    }


def in_table(content: bytes) -> Figures:
    heads, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    assert heads[8:13] == [gettext(head) for head in HEADS]
    return {"grants": {row[0]: [Decimal(one) for one in row[8:13]] for row in rows}}


def test_no_two_figures_of_the_sample_are_equal() -> None:
    found = expected(samples.unlike())
    numbers = [
        *(one for pair in found["headlines"].values() for one in pair if one is not None),
        *found["position"][5:6], *found["leverage"],
        *(one for row in found["co-investment"] for one in row), *found["all co-investment"],
        *(one for row in found["grants"].values() for one in row), *found["all grants"], *found["all tranches"],
        *(one for row in found["instalments"] for one in row),
    ]  # fmt: skip
    assert len(numbers) > 70
    assert [one for one, times in Counter(numbers).items() if times > 1] == []


@pytest.mark.parametrize("locale", ["ky", "ru", "en"])
def test_page_paper_workbook_and_table_say_the_same(client: Client, programme: Programme, locale: str) -> None:
    data, now = samples.unlike(), clock.now()
    report = funding_reports.request(
        programme.fund, starts_on=data.starts_on, ends_on=data.ends_on, locale=locale,
        actor=Actor(programme.donor_user), now=now,
    )  # fmt: skip
    funding_reports.freeze(report, funding.to_json(data), now=now)
    client.speak(locale).sign_in(programme.finance)
    url = f"/funding-reports/{report.id}"
    page, paper, workbook, table = (client.get(url + tail).data for tail in ("", "/pdf", "/xlsx", "/csv"))
    with use_locale(locale):
        wanted = expected(data)
        wanted["headlines"] = {gettext(label): pair for label, pair in wanted["headlines"].items()}
        assert on_paper(paper, data) == wanted
        assert in_workbook(workbook) == wanted
        narrow = {key: one for key, one in wanted.items() if key != "all tranches"}  # no room for what came in kind
        narrow |= {"grants": {number: row[:4] for number, row in wanted["grants"].items()}}
        assert on_page(page.decode()) == narrow | {"all grants": wanted["all grants"][:4]}
        assert in_table(table) == {"grants": wanted["grants"]}
