"""Funds: what donors paid and where it is."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.localisation import N_, gettext, to_minor
from app.policy import Permission, visible
from app.services import funds, grants, ledger, users
from app.services.errors import DomainError
from app.web.access import actor, can, load, requires, row_number, signed_in_user
from app.web.submissions import attempt, finish, form_page
from forms.funds import ReceiveForm
from models.funds import Fund, FundInstalment
from models.grants import Grant

bp = Blueprint("funds", __name__, url_prefix="/funds")
PAGE = 25


@bp.get("")
@requires(GET=Permission.FUND_READ)
def index() -> ResponseReturnValue:
    """The funds somebody may read."""
    rows = [(fund, funds.position(fund)) for fund in funds.listed(visible(signed_in_user(), Fund))]
    return render_template("funds/index.html", rows=rows)


@bp.get("/<int:fund_id>")
@requires(GET=Permission.FUND_READ)
def show(fund_id: int) -> ResponseReturnValue:
    """Position, instalments, journal and grants. A donor sees no names."""
    fund = load(Fund, fund_id, Permission.FUND_READ)
    before = request.args.get("before", type=row_number)
    journal = ledger.journal(fund_id=fund.id, before_id=before, limit=PAGE)
    found = grants.page(visible(signed_in_user(), Grant), fund_id=fund.id)
    sees_people = can(Permission.CONTRIBUTION_READ)
    return render_template(
        "funds/show.html",
        fund=fund,
        position=funds.position(fund),
        journal=journal,
        older=journal[-1].id if len(journal) == PAGE else None,
        is_first=before is None,
        grants=found,
        grant_numbers=grants.numbers_of(one.grant_id for one in journal),
        more_grants=len(found) == grants.PAGE,
        names=users.names_of(one.actor_id for one in journal) if sees_people else {},
        sees_people=sees_people,
    )


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
    try:
        amount = to_minor(form.amount.data, fund.currency)
    except ValueError as error:
        raise DomainError(N_("This currency has no fractions: enter a whole number."), field="amount") from error
    return funds.receive(
        fund,
        amount,
        received_on=form.received_on.data,
        bank_reference=form.bank_reference.data,
        actor=actor(),
        now=clock.now(),
    )
