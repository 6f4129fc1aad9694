"""Paying accounts of a fund: proposed by one finance officer, confirmed or refused by another."""

from flask import Blueprint, abort, render_template, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.localisation import gettext
from app.policy import Permission
from app.services import paying_accounts, users
from app.web.access import actor, load, requires, signed_in_user
from app.web.submissions import act_on_button, attempt, finish, form_page
from forms.paying_accounts import PayingAccountForm, RefusePayingAccountForm
from models.funds import Fund
from models.paying_accounts import PayingAccount

bp = Blueprint("paying_accounts", __name__, url_prefix="/funds/<int:fund_id>/paying-accounts")


def _loaded(fund_id: int, account_id: int) -> PayingAccount:
    account = paying_accounts.account_of(load(Fund, fund_id, Permission.FUND_MANAGE), account_id)
    return account if account is not None else abort(404)


@bp.get("")
@requires(GET=Permission.PAYMENT_BATCH_READ)
def index(fund_id: int) -> ResponseReturnValue:
    """The account the fund is paid from, and those before it."""
    fund = load(Fund, fund_id, Permission.PAYMENT_BATCH_READ)
    rows = paying_accounts.of_fund(fund)
    names = users.names_of(who for one in rows for who in (one.proposed_by_id, one.confirmed_by_id))
    me = signed_in_user().id
    return render_template("paying_accounts/index.html", fund=fund, rows=rows, names=names, me=me)


@bp.route("/new", methods=["GET", "POST"])
@requires(GET=Permission.FUND_MANAGE, POST=Permission.FUND_MANAGE)
def new(fund_id: int) -> ResponseReturnValue:
    """Propose an account."""
    fund, form = load(Fund, fund_id, Permission.FUND_MANAGE), PayingAccountForm()
    if form.validate_on_submit() and attempt(
        form,
        lambda: paying_accounts.propose(
            fund,
            bank=form.bank.data,
            bank_code=form.bank_code.data or "",
            number=form.number.data,
            holder=form.holder.data,
            actor=actor(),
            now=clock.now(),
        ),
    ):
        location = url_for("paying_accounts.index", fund_id=fund_id)
        return finish(location, gettext("The account is proposed. Another finance officer confirms it."))
    return form_page("paying_accounts/new.html", form, fund=fund)


@bp.post("/<int:account_id>/confirm")
@requires(POST=Permission.FUND_MANAGE)
def confirm(fund_id: int, account_id: int) -> ResponseReturnValue:
    """Another officer confirms the account."""
    account = _loaded(fund_id, account_id)
    return act_on_button(
        lambda: paying_accounts.confirm(account, actor=actor(), now=clock.now()),
        url_for("paying_accounts.index", fund_id=fund_id),
        gettext("The account is confirmed. The fund is paid from it from now on."),
    )


@bp.route("/<int:account_id>/refuse", methods=["GET", "POST"])
@requires(GET=Permission.FUND_MANAGE, POST=Permission.FUND_MANAGE)
def refuse(fund_id: int, account_id: int) -> ResponseReturnValue:
    """Refuse a proposed account with a reason."""
    account, form = _loaded(fund_id, account_id), RefusePayingAccountForm()
    if form.validate_on_submit() and attempt(
        form, lambda: paying_accounts.refuse(account, reason=form.reason.data or "", actor=actor(), now=clock.now())
    ):
        location = url_for("paying_accounts.index", fund_id=fund_id)
        return finish(location, gettext("The proposed account is refused."))
    return form_page("paying_accounts/refuse.html", form, account=account)
