"""Allocations of a call: which fund gives how much of its budget, set while the call is a draft."""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.localisation import current_locale, gettext, plain_amount, to_minor
from app.policy import Permission
from app.services import calls, conflicts, new_decisions, places, themes
from app.services.calls import allocations
from app.web.access import actor, load, requires, signed_in_user
from app.web.submissions import attempt, finish, form_page, guard_version, in_words, removal_page
from forms.allocations import AllocationForm
from models.allocations import Allocation
from models.base import BASE_CURRENCY
from models.calls import Call, CallStatus

bp = Blueprint("allocations", __name__, url_prefix="/calls/<int:call_id>/allocations")
MANAGED = requires(GET=Permission.CALL_MANAGE, POST=Permission.CALL_MANAGE)


@bp.get("")
@requires(GET=Permission.CALL_MANAGE)
def index(call_id: int) -> ResponseReturnValue:
    """What the budget is made of; of a call that was opened also what is awarded and left."""
    call = load(Call, call_id, Permission.CALL_MANAGE)
    standings = allocations.seen(new_decisions.money_left(call), conflicts.closed_to(signed_in_user(), call))
    left = allocations.left(standings)
    return render_template("allocations/index.html", call=call, standings=standings, left=left)


@bp.route("/new", methods=["GET", "POST"])
@MANAGED
def new(call_id: int) -> ResponseReturnValue:
    """One allocation more."""
    call = load(Call, call_id, Permission.CALL_MANAGE)
    if call.status is not CallStatus.DRAFT and request.method == "GET":
        return redirect(_list(call), 303)
    form = _with_choices(AllocationForm())
    if form.validate_on_submit() and attempt(form, lambda: _save(call, None, form)):
        return finish(_list(call), gettext("The allocation is added, the budget follows."))
    return form_page("allocations/edit.html", form, call=call, allocation=None)


@bp.route("/<int:allocation_id>/edit", methods=["GET", "POST"])
@MANAGED
def edit(call_id: int, allocation_id: int) -> ResponseReturnValue:
    """Another fund, oblast, theme or amount."""
    call = load(Call, call_id, Permission.CALL_MANAGE)
    allocation = allocations.one_of(call, allocation_id) or abort(404)
    if call.status is not CallStatus.DRAFT and request.method == "GET":
        return redirect(_list(call), 303)
    stored = _stored(allocation)
    form, kept = _with_choices(AllocationForm(data=stored)), _with_choices(AllocationForm(None, data=stored))
    guard_version(form, allocation, in_words(kept), request.path)
    if form.validate_on_submit() and attempt(form, lambda: _save(call, allocation, form)):
        return finish(_list(call), gettext("The allocation is saved, the budget follows."))
    return form_page("allocations/edit.html", form, call=call, allocation=allocation)


@bp.route("/<int:allocation_id>/delete", methods=["GET", "POST"])
@MANAGED
def delete(call_id: int, allocation_id: int) -> ResponseReturnValue:
    """Take an allocation off, after showing it."""
    call = load(Call, call_id, Permission.CALL_MANAGE)
    allocation = allocations.one_of(call, allocation_id) or abort(404)
    if call.status is not CallStatus.DRAFT and request.method == "GET":
        return redirect(_list(call), 303)
    return removal_page(
        "allocations/delete.html",
        allocation,
        lambda: allocations.remove(call, allocation, actor=actor(), now=clock.now()),
        here=request.path,
        location=_list(call),
        message=gettext("The allocation is taken off, the budget follows."),
        call=call,
        allocation=allocation,
    )


def _list(call: Call) -> str:
    return url_for(".index", call_id=call.id)


def _with_choices(form: AllocationForm) -> AllocationForm:
    locale = current_locale()
    form.fund.choices = [(fund.id, fund.name(locale)) for fund in calls.funds_to_choose()]
    offered = [(str(one.id), one.name(locale)) for one in places.oblasts()]
    form.oblast.choices = [("", gettext("All villages that may apply")), *offered]
    named = [(str(one.id), one.name(locale)) for one in themes.listed()]
    form.theme.choices = [("", gettext("Projects of every theme")), *named]
    return form


def _stored(allocation: Allocation) -> dict[str, Any]:
    """The fields of the form as they are kept."""
    return {
        "fund": allocation.fund_id,
        "oblast": str(allocation.oblast_id or ""),
        "theme": str(allocation.theme_id or ""),
        "amount": plain_amount(allocation.amount, BASE_CURRENCY),
    }


def _save(call: Call, allocation: Allocation | None, form: AllocationForm) -> Allocation:
    oblasts = {str(one.id): one for one in places.oblasts()}
    return allocations.save(
        call,
        allocation,
        fund=next(fund for fund in calls.funds_to_choose() if fund.id == form.fund.data),
        oblast=oblasts.get(form.oblast.data),
        theme=next((one for one in themes.listed() if str(one.id) == form.theme.data), None),
        amount=to_minor(form.amount.data, BASE_CURRENCY),
        actor=actor(),
        now=clock.now(),
    )
