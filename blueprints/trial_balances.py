"""The trial balance: every account of a currency over a period; accounts of grants stand together by fund."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import currency_text
from app.localisation import EXPONENTS, current_locale, gettext
from app.policy import Permission, visible
from app.services import funds, ledger
from app.web.access import requires, signed_in_user
from forms.trial_balances import TrialBalanceForm
from models.funds import Fund

bp = Blueprint("trial_balances", __name__, url_prefix="/trial-balance")


@bp.get("")
@requires(GET=Permission.LEDGER_READ)
def index() -> ResponseReturnValue:
    """Opening balance, turnovers and closing balance of each account: the front page of the ledger."""
    form = _form()
    is_understood = form.validate()
    until = form.period.get("ends_on") or clock.bishkek_day(clock.now())
    currency = form.currency.data if form.currency.data in EXPONENTS else form.currency.default
    lines = ledger.trial_balance(currency, form.period.get("starts_on"), until, form.fund.data)
    lines.sort(key=lambda line: ledger.order(line.account))
    page = render_template(
        "trial_balances/index.html",
        form=form,
        currency=currency,
        lines=lines,
        until=until,
        names=ledger.named(line.account.id for line in lines),
    )
    return page, 200 if is_understood else 422


def _form() -> TrialBalanceForm:
    """As the address says; without one the som accounts until today."""
    form = TrialBalanceForm(request.args)
    form.currency.choices = [(code, currency_text(code)) for code in EXPONENTS]
    form.fund.choices = [("", gettext("all funds")), *funds.choices(visible(signed_in_user(), Fund), current_locale())]
    if not form.currency.data:
        form.currency.data = form.currency.default
    return form
