"""Closing a fund: proposed by one person with what went back to the donor, decided by another."""

from flask import Blueprint, abort, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.localisation import gettext
from app.policy import Permission
from app.services import fund_closings, funds, rates, users
from app.web.access import actor, load, requires
from app.web.submissions import attempt, finish, form_page
from forms.base import ConfirmForm, ReasonForm
from forms.fund_closings import FundClosingForm
from models.base import BASE_CURRENCY
from models.fund_closings import FundClosing
from models.funds import Fund

bp = Blueprint("fund_closings", __name__, url_prefix="/funds/<int:fund_id>/closings")
P = Permission


@bp.route("/new", methods=["GET", "POST"])
@requires(GET=P.FUND_MANAGE, POST=P.FUND_MANAGE)
def new(fund_id: int) -> ResponseReturnValue:
    """Propose to close the fund, or read what keeps it open."""
    fund, form = load(Fund, fund_id, P.FUND_MANAGE), FundClosingForm()
    if form.validate_on_submit() and attempt(form, lambda: _propose(fund, form)):
        return finish(
            url_for("funds.show", fund_id=fund_id, _anchor="closing"),
            gettext("It is proposed. Another person decides."),
        )
    position, most = funds.position(fund), fund_closings.most_kept(fund)
    obstacle = fund_closings.obstacle(fund)
    return form_page("fund_closings/new.html", form, fund=fund, position=position, most=most, obstacle=obstacle)


def _propose(fund: Fund, form: FundClosingForm) -> FundClosing:
    return fund_closings.propose(
        fund,
        kept=rates.minor_units(form.kept.data, BASE_CURRENCY, "kept") if form.kept.data is not None else 0,
        amount=rates.minor_units(form.amount.data, fund.currency) if form.amount.data is not None else 0,
        paid_on=form.paid_on.data,
        bank_reference=form.bank_reference.data or "",
        reason=form.reason.data or "",
        actor=actor(),
        now=clock.now(),
    )


@bp.route("/<int:closing_id>/approve", methods=["GET", "POST"])
@requires(GET=P.FUND_CLOSE, POST=P.FUND_CLOSE)
def approve(fund_id: int, closing_id: int) -> ResponseReturnValue:
    """Show what goes where, then close the fund."""
    closing, form = _loaded(fund_id, closing_id), ConfirmForm()
    if form.validate_on_submit() and attempt(
        form, lambda: fund_closings.approve(closing, actor=actor(), now=clock.now())
    ):
        return finish(url_for("funds.show", fund_id=fund_id), gettext("The fund is closed."))
    names, obstacle = users.names_of([closing.proposed_by_id]), fund_closings.obstacle(closing.fund)
    return form_page("fund_closings/approve.html", form, closing=closing, names=names, obstacle=obstacle)


@bp.route("/<int:closing_id>/refuse", methods=["GET", "POST"])
@requires(GET=P.FUND_CLOSE, POST=P.FUND_CLOSE)
def refuse(fund_id: int, closing_id: int) -> ResponseReturnValue:
    """The fund stays open."""
    closing, form = _loaded(fund_id, closing_id), ReasonForm()
    if form.validate_on_submit() and attempt(
        form, lambda: fund_closings.refuse(closing, reason=form.reason.data or "", actor=actor(), now=clock.now())
    ):
        return finish(url_for("funds.show", fund_id=fund_id), gettext("The proposal is refused."))
    return form_page("fund_closings/refuse.html", form, closing=closing)


def _loaded(fund_id: int, closing_id: int) -> FundClosing:
    closing = fund_closings.closing_of(load(Fund, fund_id, P.FUND_CLOSE), closing_id)
    return closing if closing is not None else abort(404)
