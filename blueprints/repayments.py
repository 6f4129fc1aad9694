"""Repayments: finance records what an association paid back, another officer confirms it; a mistake is reversed."""

from typing import Any

from flask import Blueprint, abort, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.localisation import gettext
from app.policy import Permission
from app.services import bank_statement_lists, rates, repayments, users
from app.web.access import actor, load, requires
from app.web.submissions import attempt, finish, form_page
from forms.base import ConfirmForm, ReasonForm
from forms.repayments import RepaymentForm
from models.base import BASE_CURRENCY
from models.grants import Grant
from models.repayments import Repayment

bp = Blueprint("repayments", __name__, url_prefix="/grants/<int:grant_id>/repayments")
MANAGE = Permission.GRANT_MANAGE


@bp.route("/new", methods=["GET", "POST"])
@requires(GET=MANAGE, POST=MANAGE)
def new(grant_id: int) -> ResponseReturnValue:
    """Unspent money is on the programme's account again."""
    grant = load(Grant, grant_id, MANAGE)
    form = RepaymentForm(paid_on=clock.bishkek_day(clock.now()))
    if form.validate_on_submit() and attempt(form, lambda: _record(grant, form)):
        return finish(_list_of(grant_id), gettext("It is recorded. It counts once another person has confirmed it."))
    return form_page("repayments/new.html", form, grant=grant, unspent=repayments.expected(grant))


@bp.route("/<int:repayment_id>/confirm", methods=["GET", "POST"])
@requires(GET=MANAGE, POST=MANAGE)
def confirm(grant_id: int, repayment_id: int) -> ResponseReturnValue:
    """Show what was recorded and what the bank's statement says, then move the money."""
    repayment, form = _loaded(grant_id, repayment_id), ConfirmForm()
    if form.validate_on_submit() and attempt(
        form, lambda: repayments.confirm(repayment, actor=actor(repayment.grant), now=clock.now())
    ):
        return finish(_list_of(grant_id), gettext("The money is back in the fund."))
    names, found = users.names_of([repayment.recorded_by_id]), bank_statement_lists.evidence_of(repayment)
    return form_page("repayments/confirm.html", form, repayment=repayment, names=names, found=found)


@bp.route("/<int:repayment_id>/refuse", methods=["GET", "POST"])
@requires(GET=MANAGE, POST=MANAGE)
def refuse(grant_id: int, repayment_id: int) -> ResponseReturnValue:
    """It is not at the bank, or not so."""
    repayment, form = _loaded(grant_id, repayment_id), ReasonForm()
    if form.validate_on_submit() and attempt(form, lambda: repayments.refuse(repayment, **_reason(repayment, form))):
        return finish(_list_of(grant_id), gettext("It is refused; nothing has moved."))
    return form_page("repayments/refuse.html", form, grant=repayment.grant, repayment=repayment)


@bp.route("/<int:repayment_id>/reverse", methods=["GET", "POST"])
@requires(GET=MANAGE, POST=MANAGE)
def reverse(grant_id: int, repayment_id: int) -> ResponseReturnValue:
    """What was recorded as paid back was not."""
    repayment, form = _loaded(grant_id, repayment_id), ReasonForm()
    if form.validate_on_submit() and attempt(form, lambda: repayments.reverse(repayment, **_reason(repayment, form))):
        return finish(_list_of(grant_id), gettext("The repayment is reversed."))
    return form_page("repayments/reverse.html", form, grant=repayment.grant, repayment=repayment)


def _loaded(grant_id: int, repayment_id: int) -> Repayment:
    repayment = repayments.repayment_of(load(Grant, grant_id, MANAGE), repayment_id)
    return repayment if repayment is not None else abort(404)


def _list_of(grant_id: int) -> str:
    return url_for("grants.show", grant_id=grant_id, _anchor="repayments")


def _reason(repayment: Repayment, form: ReasonForm) -> dict[str, Any]:
    return {"reason": form.reason.data or "", "actor": actor(repayment.grant), "now": clock.now()}


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
