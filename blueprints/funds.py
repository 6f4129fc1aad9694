"""Funds: what donors agreed and paid, and where it is."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import currency_text, label_text
from app.localisation import EXPONENTS, current_locale, gettext, plain_amount
from app.policy import Permission, visible
from app.services import conflicts, donors, fund_agreements, fund_closings, funds, grants, ledger, rates, users
from app.services.fund_agreements import FundInput
from app.web.access import actor, can, day_and_number, load, requires, signed_in_user
from app.web.submissions import attempt, finish, form_page, guard_version, in_words
from forms.funds import FundForm, ReceiveForm
from models.applications import BudgetHeading
from models.base import BASE_CURRENCY, LOCALES
from models.funds import Donor, Fund, FundInstalment
from models.grants import Grant

bp = Blueprint("funds", __name__, url_prefix="/funds")
PAGE, GRANTS = 15, 15
USUAL = {
    "currency": "EUR",
    "eligible_headings": [one.value for one in BudgetHeading],
    "indirect_percent": 0,
    "contingency_percent": 0,
}
"""What stands in the form of a new fund."""


@bp.get("")
@requires(GET=Permission.FUND_READ)
def index() -> ResponseReturnValue:
    """The funds somebody may read."""
    found = funds.listed(visible(signed_in_user(), Fund))
    positions = funds.positions(found)
    rows = [(fund, positions[fund.id]) for fund in found]
    has_donors = bool(donors.listed()) if can(Permission.FUND_MANAGE) else False
    return render_template("funds/index.html", rows=rows, has_donors=has_donors)


@bp.route("/new", methods=["GET", "POST"])
@requires(GET=Permission.FUND_MANAGE, POST=Permission.FUND_MANAGE)
def new() -> ResponseReturnValue:
    """Enter a fund as its agreement says."""
    among = donors.listed()
    form = _offer(FundForm(data=USUAL), among)
    if form.validate_on_submit() and (
        fund := attempt(
            form, lambda: fund_agreements.create(_chosen(form, among), _content(form), actor=actor(), now=clock.now())
        )
    ):
        return finish(url_for("funds.show", fund_id=fund.id), gettext("The fund is entered. It holds no money yet."))
    return form_page("funds/new.html", form)


@bp.route("/<int:fund_id>/edit", methods=["GET", "POST"])
@requires(GET=Permission.FUND_MANAGE, POST=Permission.FUND_MANAGE)
def edit(fund_id: int) -> ResponseReturnValue:
    """Change a fund; what its money depends on only before money has come."""
    fund, among = load(Fund, fund_id, Permission.FUND_MANAGE), donors.listed()
    location, stored = url_for("funds.show", fund_id=fund.id), _stored(fund)
    form = _offer(FundForm(data=stored), among)
    guard_version(form, fund, in_words(_offer(FundForm(None, data=stored), among)), location)
    if form.validate_on_submit() and attempt(
        form, lambda: fund_agreements.change(fund, _chosen(form, among), _content(form), actor=actor(), now=clock.now())
    ):
        return finish(location, gettext("The fund is changed."))
    return form_page("funds/edit.html", form, fund=fund)


def _offer(form: FundForm, among: list[Donor]) -> FundForm:
    form.donor.choices = [(donor.id, donor.name(current_locale())) for donor in among]
    form.eligible_headings.choices = [(one.value, label_text(one)) for one in BudgetHeading]
    form.currency.choices = [(code, f"{code} · {currency_text(code)}") for code in EXPONENTS]
    return form


def _chosen(form: FundForm, among: list[Donor]) -> Donor:
    return next(donor for donor in among if donor.id == form.donor.data)


def _content(form: FundForm) -> FundInput:
    return FundInput(
        code=form.code.data,
        names=form.names(),
        currency=form.currency.data,
        amount=rates.minor_units(form.amount.data, form.currency.data),
        starts_on=form.starts_on.data,
        ends_on=form.ends_on.data,
        purpose=form.texts("purpose"),
        statement=form.texts("statement"),
        agreement_number=form.agreement_number.data or "",
        agreed_on=form.agreed_on.data,
        eligible_headings=[BudgetHeading(one) for one in form.eligible_headings.data],
        indirect_percent=form.indirect_percent.data,
        contingency_percent=form.contingency_percent.data,
    )


def _stored(fund: Fund) -> dict[str, Any]:
    """The fields of the form as they are kept."""
    kept = (
        *("code", "name_ky", "name_ru", "name_en", "currency", "starts_on", "ends_on", "agreement_number", "agreed_on"),
        *("eligible_headings", "indirect_percent", "contingency_percent"),
    )
    texts = {"purpose": fund.purpose, "statement": fund.statement}
    return {
        "donor": fund.donor_id,
        **{name: getattr(fund, name) for name in kept},
        "amount": plain_amount(fund.amount, fund.currency),
        **{f"{name}_{code}": text.get(code, "") for name, text in texts.items() for code in LOCALES},
    }


@bp.get("/<int:fund_id>")
@requires(GET=Permission.FUND_READ)
def show(fund_id: int) -> ResponseReturnValue:
    """Position, instalments, journal and grants. A donor sees no names."""
    fund = load(Fund, fund_id, Permission.FUND_READ)
    before = request.args.get("before", type=day_and_number)
    journal = ledger.journal(ledger.JournalFilter(fund_id=fund.id), before=before, limit=PAGE)
    ties = conflicts.kept_from(signed_in_user())
    found = grants.page(visible(signed_in_user(), Grant), ties, fund_id=fund.id, limit=GRANTS)
    sees_people = can(Permission.CONTRIBUTION_READ)
    return render_template(
        "funds/show.html",
        fund=fund,
        position=funds.position(fund),
        journal=journal,
        older=ledger.place_text(journal[-1].value_on, journal[-1].id) if len(journal) == PAGE else None,
        is_first=before is None,
        grants=found,
        grant_numbers=grants.numbers_of(one.grant_id for one in journal),
        more_grants=len(found) == GRANTS,
        sees_people=sees_people,
        **_people(fund, journal if sees_people else None),
    )


def _people(fund: Fund, journal: list[ledger.JournalEntry] | None) -> dict[str, object]:
    """Who booked and who would close the fund; nothing of it where the reader sees no people (None)."""
    closings = fund_closings.of_fund(fund) if journal is not None else []
    people = [one.actor_id for one in journal or []] + [one.proposed_by_id for one in closings]
    return {"closings": closings, "names": users.names_of(people) if people else {}}


@bp.route("/<int:fund_id>/instalments/new", methods=["GET", "POST"])
@requires(GET=Permission.FUND_MANAGE, POST=Permission.FUND_MANAGE)
def receive(fund_id: int) -> ResponseReturnValue:
    """Record money that came from the donor."""
    fund = load(Fund, fund_id, Permission.FUND_MANAGE)
    form = ReceiveForm()
    if form.validate_on_submit() and attempt(form, lambda: _receive(form, fund)):
        return finish(url_for("funds.show", fund_id=fund_id), gettext("The instalment is recorded."))
    return form_page("funds/receive.html", form, fund=fund, position=funds.position(fund))


def _receive(form: ReceiveForm, fund: Fund) -> FundInstalment:
    credited = form.credited.data if fund.currency != BASE_CURRENCY else None
    return funds.receive(
        fund,
        rates.minor_units(form.amount.data, fund.currency),
        received_on=form.received_on.data,
        bank_reference=form.bank_reference.data,
        actor=actor(),
        now=clock.now(),
        credited=rates.minor_units(credited, BASE_CURRENCY, "credited") if credited is not None else None,
    )
