"""The grant agreement of one grant: parties, money, duties, annexes. Amounts in tyiyn."""

from collections.abc import Sequence
from datetime import date

from reportlab.platypus import Flowable

from app.clock import bishkek_day
from app.labels import BUDGET_HEADINGS, PAYERS, SIGNING_SIDES, unit_text
from app.localisation import N_, date_text, money, month_text, number_text
from app.localisation import gettext as _
from app.services.plan_readings import month_of
from models.agreement_signatures import SigningSide
from models.applications import BudgetHeading, Payer
from models.base import text_in
from reports import papers
from reports.agreement_content import AgreementData, ChangeData, PlanData, TrancheLine
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


def languages_of(locale: str) -> tuple[str, str]:
    """The pair of languages a paper is told in for a reader of `locale`: Kyrgyz, which governs, and a second one."""
    return ("ky", "en") if locale == "en" else ("ky", "ru")


def to_pdf(
    data: AgreementData,
    locale: str,
    *,
    signed: Sequence[tuple[str, str, date]] = (),
    decided_by: str = "",
    demonstration: bool = False,
) -> bytes:
    """The agreement in Kyrgyz and in a second language (see `languages_of`), A4, the annexes of each on new pages.

    `signed` is who signed it on the screen: (value of `SigningSide`, name, day); on paper there is room to sign. A
    version that the programme alone decided is not signed: there stands `decided_by`, with the day of the version.
    """
    return papers.to_pdf_in(
        data,
        TITLE,
        data.dated_at,
        lambda spoken: [*_body(data, spoken, signed, decided_by), *_annexes(data, spoken), *_plan_annex(data.plan)],
        languages_of(locale),
        demonstration=demonstration,
    )


def _body(data: AgreementData, locale: str, signed: Sequence[tuple[str, str, date]], decided_by: str) -> list[Flowable]:
    association, village = text_in(data.association, locale), text_in(data.village, locale)
    terms = data.terms[locale]
    place = ", ".join(part for part in (village, text_in(data.ayil_okmotu, locale)) if part)
    status = "" if data.is_accepted else _("Offer: the association has not accepted the grant yet.")
    return [
        *title(_("Grant agreement %(number)s", number=data.number), status),
        *[small(one) for one in terms.get("languages", ())],
        *_change(data.change),
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
        *_sentences(terms["grant"]),
        *_tranche_table(data.tranches),
        heading(_("3. The co-investment")),
        *_sentences(terms["match"]),
        heading(_("4. What opens a tranche")),
        *numbered(terms["opening"]),
        heading(_("5. Duties of the association")),
        *numbered(terms["duties"]),
        heading(_("6. Reporting and visits")),
        *numbered(terms["reporting"]),
        heading(_("7. The donor")),
        text(text_in(data.statement, locale)),
        *_sentences(terms["donor"]),
        *(_decided(data, decided_by) if data.change and data.change.is_decided else _signed(signed)),
        *_hash(data),
    ]


def _change(change: ChangeData | None) -> list[Flowable]:
    """What is amended stands before everything else."""
    if change is None:
        return []
    rows = [
        (
            _("%(heading)s: %(item)s", heading=_(BUDGET_HEADINGS[BudgetHeading(one.heading)]), item=one.item),
            money(one.before),
            money(one.after),
        )
        for one in change.lines
    ]
    moved = [Column(_("Budget line"), 3), Column(_("Before"), 1.2, numeric=True), Column(_("Now"), 1.2, numeric=True)]
    said = []
    if change.amount_before is not None and change.amount is not None:
        sums = {"before": money(change.amount_before), "after": money(change.amount)}
        said.append(text(_("The grant was %(before)s and is now %(after)s; the tranches below add up to it.", **sums)))
    if change.ends_before and change.ends_on:
        before, after = date_text(change.ends_before), date_text(change.ends_on)
        said.append(
            text(_("The last day of the project was %(before)s and is now %(after)s.", before=before, after=after))
        )
    return [
        heading(_("What this amendment changes")),
        text(_("This is version %(number)s of the agreement. What is not named here stays.", number=change.sequence)),
        *said,
        *(table(moved, rows) if rows else []),
        text(_("Reason: %(reason)s", reason=change.reason)),
    ]


def _decided(data: AgreementData, by: str) -> list[Flowable]:
    """Nobody signs what the co-investment that was verified decides."""
    who = ", ".join(part for part in (by, date_text(bishkek_day(data.dated_at))) if part)
    return [
        heading(_("8. Decision")),
        text(_("The programme decided this reduction: nobody has to sign it.")),
        facts([(_("For the programme"), who)]),
    ]


def _signed(signed: Sequence[tuple[str, str, date]]) -> list[Flowable]:
    begin = heading(_("8. Signatures"))
    if not signed:
        sides = [_("For the programme"), _("For the association: chair"), _("For the association: treasurer")]
        return [begin, signatures(sides)]
    rows = [(_(SIGNING_SIDES[SigningSide(side)]), f"{name}, {date_text(day)}") for side, name, day in signed]
    return [begin, facts([(side, f"{words} ({_('signed on the screen')})") for side, words in rows])]


def _sentences(sentences: Sequence[str]) -> list[Flowable]:
    return [text(one) for one in sentences]


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


def _hash(data: AgreementData) -> list[Flowable]:
    if not data.is_accepted:
        return []
    return [gap(8), hash_block(data.sha256, _("SHA-256 of all that this agreement says, fixed when it was agreed:"))]


def _annexes(data: AgreementData, locale: str) -> list[Flowable]:
    amounts = amount_texts([*(row.amount for row in data.budget), sum(row.amount for row in data.budget)])
    costs = amount_texts([row.unit_cost for row in data.budget])
    rows = [
        (
            _(BUDGET_HEADINGS[BudgetHeading(row.heading)]),
            row.item,
            "–" if row.is_changed else f"{number_text(row.quantity)} {row.unit}",
            "–" if row.is_changed else costs[index],
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
        *[small(one) for one in data.terms[locale]["annexes"]],
    ]


def _payers(data: AgreementData) -> list[Flowable]:
    sums = {payer: sum(row.amount for row in data.budget if row.payer == payer.value) for payer in Payer}
    shown = [(_(PAYERS[payer]), money(amount)) for payer, amount in sums.items() if amount]
    return [subheading(_("Who pays what")), facts(shown, label_share=0.5)] if shown else []


def _plan_annex(plan: PlanData | None) -> list[Flowable]:
    if plan is None:
        return []
    steps = [
        (one.activity, _months(plan, one.first_month, one.last_month), one.responsible or "–") for one in plan.steps
    ]
    return [
        *new_page(),
        heading(_("Annex 3. Plan of the project")),
        *([subheading(_("Aim")), text(plan.objective)] if plan.objective else []),
        *([subheading(_("Activities")), text(plan.activities)] if plan.activities else []),
        subheading(_("What the business comes to")),
        facts(
            [
                (_("Sells from"), month_text(month_of(plan.starts_on, plan.sales_from))),
                (_("Invested in all"), money(plan.invested)),
                (_("Sales in a full year"), money(plan.year_sales)),
                (_("Carries itself from"), _month(plan, plan.break_even)),
                (_("What was invested is earned back by"), _month(plan, plan.payback)),
            ],
            label_share=0.5,
        ),
        subheading(_("Work plan")),
        *table(
            [Column(_("Activity"), 3), Column(_("Months"), 2), Column(_("Responsible"), 1.6)],
            steps,
            empty=_("The application has no work plan."),
            most_lines=6,
        ),
    ]


def _month(plan: PlanData, number: int | None) -> str:
    return _("not within the plan") if number is None else month_text(month_of(plan.starts_on, number))


def _months(plan: PlanData, first: int, last: int) -> str:
    begin, end = (month_text(month_of(plan.starts_on, number)) for number in (first, last))
    return begin if first == last else f"{begin} – {end}"
