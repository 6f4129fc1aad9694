"""Repayments: finance records what an association paid back, and reverses what was recorded by mistake."""

from flask import Blueprint, abort, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.localisation import gettext
from app.policy import Permission
from app.services import rates, repayments
from app.web.access import actor, load, requires
from app.web.submissions import attempt, finish, form_page
from forms.base import ReasonForm
from forms.repayments import RepaymentForm
from models.base import BASE_CURRENCY
from models.grants import Grant
from models.repayments import Repayment

bp = Blueprint("repayments", __name__, url_prefix="/grants/<int:grant_id>/repayments")


@bp.route("/new", methods=["GET", "POST"])
@requires(GET=Permission.GRANT_MANAGE, POST=Permission.GRANT_MANAGE)
def new(grant_id: int) -> ResponseReturnValue:
    """Unspent money is on the programme's account again."""
    grant = load(Grant, grant_id, Permission.GRANT_MANAGE)
    form = RepaymentForm(paid_on=clock.bishkek_day(clock.now()))
    if form.validate_on_submit() and attempt(form, lambda: _record(grant, form)):
        return finish(url_for("grants.show", grant_id=grant_id), gettext("The money is recorded as paid back."))
    return form_page("repayments/new.html", form, grant=grant, unspent=repayments.unspent(grant))


@bp.route("/<int:repayment_id>/reverse", methods=["GET", "POST"])
@requires(GET=Permission.GRANT_MANAGE, POST=Permission.GRANT_MANAGE)
def reverse(grant_id: int, repayment_id: int) -> ResponseReturnValue:
    """What was recorded as paid back was not."""
    grant = load(Grant, grant_id, Permission.GRANT_MANAGE)
    repayment, form = repayments.repayment_of(grant, repayment_id), ReasonForm()
    if repayment is None:
        abort(404)
    if form.validate_on_submit() and attempt(
        form,
        lambda: repayments.reverse(repayment, reason=form.reason.data or "", actor=actor(grant), now=clock.now()),
    ):
        return finish(url_for("grants.show", grant_id=grant_id), gettext("The repayment is reversed."))
    return form_page("repayments/reverse.html", form, grant=grant, repayment=repayment)


def _record(grant: Grant, form: RepaymentForm) -> Repayment:
    return repayments.record(
        grant,
        amount=rates.minor_units(form.amount.data, BASE_CURRENCY),
        paid_on=form.paid_on.data,
        bank_reference=form.bank_reference.data,
        reason=form.reason.data or "",
        actor=actor(grant),
        now=clock.now(),
    )
