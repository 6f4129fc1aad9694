"""The grant agreement of one grant: parties, money, duties, annexes. Amounts in tyiyn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from reportlab.platypus import Flowable

from app.labels import BUDGET_HEADINGS, PAYERS, unit_text
from app.localisation import N_, date_text, money, number_text, percent_text
from app.localisation import gettext as _
from app.services.match import co_investment_due
from models.applications import BudgetHeading, Payer
from models.base import Texts, db, text_in
from models.grants import Grant
from models.indicators import Target
from reports import papers
from reports.pages import (
    Column,
    amount_texts,
    facts,
    gap,
    hash_block,
    heading,
    new_page,
    numbered,
    signatures,
    small,
    subheading,
    table,
    text,
    title,
)

TITLE = N_("Grant agreement")


@dataclass(frozen=True)
class TrancheLine:
    """An instalment. `co_investment_due` is what must be verified through it, cumulated."""

    sequence: int
    amount: int
    due_on: date
    through: int
    co_investment_due: int


@dataclass(frozen=True)
class BudgetRow:
    """A planned cost of the annex."""

    heading: str
    item: str
    unit: str
    quantity: Decimal
    unit_cost: int
    amount: int
    payer: str


@dataclass(frozen=True)
class TargetRow:
    """A promised result of the annex."""

    title: Texts
    unit: str
    baseline: Decimal
    target: Decimal


@dataclass(frozen=True)
class AgreementData:
    """What is agreed. `account` is (bank, number, holder) or None while the grant is only offered."""

    number: str
    sha256: str
    dated_at: datetime
    application: str
    project: str
    association: Texts
    village: Texts
    ayil_okmotu: Texts
    donor: Texts
    fund: Texts
    fund_code: str
    amount: int
    match_percent: int
    accounting_percent: int
    in_kind_counts: bool
    starts_on: date
    ends_on: date
    account: tuple[str, str, str] | None
    tranches: tuple[TrancheLine, ...]
    budget: tuple[BudgetRow, ...]
    targets: tuple[TargetRow, ...]
    emblem: str
    statement: Texts

    @property
    def is_accepted(self) -> bool:
        """Whether the association has accepted, which fixes the content by its hash."""
        return bool(self.sha256)

    @property
    def co_investment_due(self) -> int:
        """The verified co-investment that carries the whole grant, in tyiyn."""
        return co_investment_due(self.amount, self.match_percent)


def gather(grant: Grant) -> AgreementData:
    """Read the grant with its tranches, budget and targets."""
    association, fund, account = grant.association, grant.fund, grant.payout_account
    tranches, through = [], 0
    for one in grant.tranches:
        through += one.amount
        due = co_investment_due(through, grant.match_percent)
        tranches.append(TrancheLine(one.sequence, one.amount, one.due_on, through, due))
    targets = db.session.scalars(
        db.select(Target)
        .where(Target.grant_id == grant.id)
        .options(db.joinedload(Target.indicator))
        .order_by(Target.id)
    )
    return AgreementData(
        number=grant.number,
        sha256=grant.agreement_sha256 or "",
        dated_at=grant.accepted_at or grant.offered_at,
        application=grant.application.number,
        project=grant.application.title,
        association=association.names,
        village=association.village.names if association.village else {},
        ayil_okmotu=association.ayil_okmotu.names,
        donor=fund.donor.names,
        fund=fund.names,
        fund_code=fund.code,
        amount=grant.amount,
        match_percent=grant.match_percent,
        accounting_percent=grant.accounting_percent,
        in_kind_counts=grant.in_kind_counts,
        starts_on=grant.starts_on,
        ends_on=grant.ends_on,
        account=(account.bank, account.number, account.holder) if account else None,
        tranches=tuple(tranches),
        budget=tuple(
            BudgetRow(
                line.heading.value, line.item, line.unit, line.quantity, line.unit_cost, line.amount, line.payer.value
            )
            for line in grant.application.budget_lines
        ),
        targets=tuple(
            TargetRow(dict(one.indicator.title), one.indicator.unit, one.baseline, one.target) for one in targets
        ),
        emblem=fund.donor.emblem.value,
        statement=dict(fund.statement),
    )


def to_pdf(data: AgreementData, locale: str, *, demonstration: bool = False) -> bytes:
    """The agreement as A4 pages, the annexes on new ones."""
    return papers.to_pdf(
        data,
        TITLE,
        data.dated_at,
        lambda: [*_body(data, locale), *_annexes(data, locale)],
        locale,
        demonstration=demonstration,
    )


def _body(data: AgreementData, locale: str) -> list[Flowable]:
    association, village = text_in(data.association, locale), text_in(data.village, locale)
    place = ", ".join(part for part in (village, text_in(data.ayil_okmotu, locale)) if part)
    status = "" if data.is_accepted else _("Draft: the association has not accepted the grant yet.")
    return [
        *title(_("Grant agreement %(number)s", number=data.number), status),
        heading(_("1. The parties and the project")),
        facts(
            [
                (_("The programme"), _("Ashar, for the donor %(donor)s", donor=text_in(data.donor, locale))),
                (_("Fund"), f"{data.fund_code} · {text_in(data.fund, locale)}"),
                (_("The association"), f"{association} ({place})"),
                (_("Project"), data.project),
                (_("Application"), data.application),
                (_("Period"), f"{date_text(data.starts_on)} – {date_text(data.ends_on)}"),
                (_("Account of the association"), _account(data)),
            ]
        ),
        heading(_("2. The grant")),
        text(
            _(
                "The programme gives the association a grant of %(amount)s. It is paid in %(count)s tranches "
                "to the account named above.",
                amount=money(data.amount),
                count=len(data.tranches),
            )
        ),
        *_tranche_table(data.tranches),
        heading(_("3. The co-investment")),
        *_match(data),
        heading(_("4. What opens a tranche")),
        *numbered(
            [
                _("The co-investment due through this tranche is verified by a second person."),
                _(
                    "At least %(share)s of the tranches before are accounted for by accepted documents.",
                    share=percent_text(data.accounting_percent),
                ),
                _("Nothing stops the grant, and the account of the association is confirmed."),
            ]
        ),
        heading(_("5. Duties of the association")),
        *numbered(_duties()),
        heading(_("6. Reporting and visits")),
        *numbered(
            [
                _("The association records every expense with its document, and every result when its period ends."),
                _("A monitoring officer may visit the project at any time; the association shows works and records."),
                _("A final account is given within 30 days after %(day)s.", day=date_text(data.ends_on)),
            ]
        ),
        heading(_("7. The donor")),
        text(text_in(data.statement, locale)),
        text(_("This statement and the donor's emblem, where there is one, stand on what the grant has paid for.")),
        heading(_("8. Signatures")),
        signatures([_("For the programme"), _("For the association: chair"), _("For the association: treasurer")]),
        *_hash(data),
    ]


def _account(data: AgreementData) -> str:
    return ", ".join(data.account) if data.account else _("not named yet")


def _tranche_table(tranches: Sequence[TrancheLine]) -> list[Flowable]:
    columns = [
        Column(_("Tranche"), 0.8),
        Column(_("Planned for"), 1.2),
        Column(_("Amount, som"), 1.3, numeric=True),
        Column(_("Paid in all, som"), 1.4, numeric=True),
        Column(_("Co-investment to be verified by then, som"), 1.9, numeric=True),
    ]
    total = sum(one.amount for one in tranches)
    amounts = amount_texts([*(one.amount for one in tranches), total])
    through = amount_texts([one.through for one in tranches])
    due = amount_texts([one.co_investment_due for one in tranches])
    rows = [
        (number_text(one.sequence), date_text(one.due_on), amounts[index], through[index], due[index])
        for index, one in enumerate(tranches)
    ]
    return table(columns, rows, [_("Total"), "", amounts[-1], "", ""], size=8.5)


def _match(data: AgreementData) -> list[Flowable]:
    kinds = (
        _("Cash counts, and goods and labour valued by the price list count too.")
        if data.in_kind_counts
        else _("Only cash counts: remittances and cash of the village. Goods and labour are shown apart.")
    )
    return [
        text(
            _(
                "The grant is at most %(percent)s of the verified co-investment. Pledges do not count.",
                percent=percent_text(data.match_percent),
            )
        ),
        text(
            _(
                "Arithmetic: %(grant)s × 100 ÷ %(percent)s = %(due)s of co-investment to be "
                "verified for the whole grant.",
                grant=money(data.amount),
                percent=number_text(data.match_percent),
                due=money(data.co_investment_due),
            )
        ),
        text(kinds),
    ]


def _duties() -> list[str]:
    return [
        _("The grant is spent only on the lines of Annex 1 and within the period of the project."),
        _("Every expense has a document with supplier, number, day and amount. Without a document it does not count."),
        _("Documents are kept for at least seven years and shown on request."),
        _("Nobody who decides in the association sells to the project without telling the programme before."),
        _("What is bought stays with the village and is not sold or pledged without the programme's written consent."),
        _("Money that is not spent, or spent on something else, is given back."),
        _("The association tells the programme within five working days when something puts the project at risk."),
        _("People's data are used only for the project and not passed on."),
    ]


def _hash(data: AgreementData) -> list[Flowable]:
    if not data.is_accepted:
        return []
    return [gap(8), hash_block(data.sha256, _("SHA-256 of the agreement's terms, fixed when the grant was accepted:"))]


def _annexes(data: AgreementData, locale: str) -> list[Flowable]:
    amounts = amount_texts([*(row.amount for row in data.budget), sum(row.amount for row in data.budget)])
    costs = amount_texts([row.unit_cost for row in data.budget])
    rows = [
        (
            _(BUDGET_HEADINGS[BudgetHeading(row.heading)]),
            row.item,
            f"{number_text(row.quantity)} {row.unit}",
            costs[index],
            amounts[index],
            _(PAYERS[Payer(row.payer)]),
        )
        for index, row in enumerate(data.budget)
    ]
    columns = [
        Column(_("Heading"), 1.2),
        Column(_("Item"), 2.4),
        Column(_("Quantity"), 1),
        Column(_("Unit cost, som"), 1.1, numeric=True),
        Column(_("Amount, som"), 1.2, numeric=True),
        Column(_("Who pays"), 1.5),
    ]
    return [
        *new_page(),
        heading(_("Annex 1. Budget")),
        *table(columns, rows, [_("Total"), "", "", "", amounts[-1], ""], most_lines=6),
        *_payers(data),
        heading(_("Annex 2. Promised results")),
        *table(
            [
                Column(_("Result"), 3),
                Column(_("Unit"), 1.2),
                Column(_("Baseline"), 0.9, numeric=True),
                Column(_("Target"), 0.9, numeric=True),
            ],
            [
                (
                    text_in(row.title, locale),
                    unit_text(row.unit),
                    number_text(row.baseline),
                    number_text(row.target),
                )
                for row in data.targets
            ],
        ),
        small(_("The terms of the agreement stand above the annexes. The budget is that of the application.")),
    ]


def _payers(data: AgreementData) -> list[Flowable]:
    sums = {payer: sum(row.amount for row in data.budget if row.payer == payer.value) for payer in Payer}
    shown = [(_(PAYERS[payer]), money(amount)) for payer, amount in sums.items() if amount]
    return [subheading(_("Who pays what")), facts(shown, label_share=0.5)] if shown else []
