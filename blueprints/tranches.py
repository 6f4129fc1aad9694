"""Tranches: the gate, and the four steps of a payment by four different hands."""

from collections.abc import Callable

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.localisation import gettext
from app.policy import Permission
from app.services import (
    bank_statement_lists,
    gates,
    next_steps,
    overrides,
    payments,
    tranche_receipts,
    tranches,
    users,
)
from app.services.workflow import allowed
from app.web.access import actor, load, requires, signed_in_user
from app.web.submissions import act_on_button, attempt, finish, form_page
from forms.tranches import ReleaseForm, TrancheReasonForm
from models.grants import Tranche

bp = Blueprint("tranches", __name__, url_prefix="/tranches/<int:tranche_id>")


@bp.get("")
@requires(GET=Permission.CONTRIBUTION_READ)
def show(tranche_id: int) -> ResponseReturnValue:
    """What opens the tranche, and who did what when."""
    tranche = load(Tranche, tranche_id, Permission.CONTRIBUTION_READ)
    gate, there = gates.gate(tranche), overrides.of_tranche(tranche)
    return render_template(
        "tranches/show.html",
        tranche=tranche,
        step=next_steps.step_of_tranche(tranche),
        attempts=payments.attempts(tranche),
        came_back=tranches.came_back_because(tranche),
        gate=gate,
        is_open=all(one.is_passed for one in gate),
        overrides=there,
        override_steps={one.id: overrides.steps_for(one, signed_in_user()) for one in there},
        may_override=bool(overrides.overridable(tranche, gate, signed_in_user())),
        actions=allowed(tranches.TRANSITIONS, tranche.status),
        obstacle=tranches.account_obstacle(tranche, clock.now()),
        is_preparer=tranche.prepared_by_id == signed_in_user().id,
        names=_names(tranche),
        found=bank_statement_lists.evidence_of(tranche),
        receipt=tranche_receipts.of(tranche),
    )


def _names(tranche: Tranche) -> dict[int, str]:
    """Who requested, prepared, approved, released and confirmed."""
    people = (
        tranche.requested_by_id,
        tranche.prepared_by_id,
        tranche.approved_by_id,
        tranche.released_by_id,
        tranche.confirmed_by_id,
    )
    return dict(users.names_of(people))


def _act(tranche_id: int, permission: Permission, verb: Callable[..., None], message: str) -> ResponseReturnValue:
    tranche = load(Tranche, tranche_id, permission)
    return act_on_button(
        lambda: verb(tranche, actor=actor(tranche), now=clock.now()),
        url_for("tranches.show", tranche_id=tranche_id),
        message,
    )


@bp.post("/request")
@requires(POST=Permission.TRANCHE_REQUEST)
def request_(tranche_id: int) -> ResponseReturnValue:
    """The association asks for the money."""
    return _act(tranche_id, Permission.TRANCHE_REQUEST, tranches.request, gettext("The tranche is requested."))


@bp.post("/prepare")
@requires(POST=Permission.TRANCHE_PAY)
def prepare(tranche_id: int) -> ResponseReturnValue:
    """A finance officer prepares the payment."""
    return _act(tranche_id, Permission.TRANCHE_PAY, tranches.prepare, gettext("The payment is prepared."))


@bp.post("/approve")
@requires(POST=Permission.TRANCHE_PAY)
def approve(tranche_id: int) -> ResponseReturnValue:
    """Another finance officer approves."""
    return _act(tranche_id, Permission.TRANCHE_PAY, tranches.approve, gettext("The payment is approved."))


@bp.route("/release", methods=["GET", "POST"])
@requires(GET=Permission.TRANCHE_PAY, POST=Permission.TRANCHE_PAY)
def release(tranche_id: int) -> ResponseReturnValue:
    """The money has left the bank."""
    tranche = load(Tranche, tranche_id, Permission.TRANCHE_PAY)
    form = ReleaseForm(value_on=clock.bishkek_day(clock.now()))
    if form.validate_on_submit() and attempt(
        form,
        lambda: tranches.release(
            tranche,
            bank_reference=form.bank_reference.data,
            value_on=form.value_on.data,
            actor=actor(tranche),
            now=clock.now(),
        ),
    ):
        return finish(url_for("tranches.show", tranche_id=tranche_id), gettext("The payment is released."))
    obstacle = tranches.account_obstacle(tranche, clock.now())
    return form_page("tranches/release.html", form, tranche=tranche, names=_names(tranche), obstacle=obstacle)


def _act_with_reason(tranche_id: int, verb: Callable[..., None], message: str, template: str) -> ResponseReturnValue:
    tranche, form = load(Tranche, tranche_id, Permission.TRANCHE_PAY), TrancheReasonForm()
    if form.validate_on_submit() and attempt(
        form, lambda: verb(tranche, reason=form.reason.data or "", actor=actor(tranche), now=clock.now())
    ):
        return finish(url_for("tranches.show", tranche_id=tranche_id), message)
    return form_page(template, form, tranche=tranche)


@bp.route("/send-back", methods=["GET", "POST"])
@requires(GET=Permission.TRANCHE_PAY, POST=Permission.TRANCHE_PAY)
def send_back(tranche_id: int) -> ResponseReturnValue:
    """Give the request back to the association."""
    message = gettext("The request is sent back.")
    return _act_with_reason(tranche_id, tranches.send_back, message, "tranches/send_back.html")


@bp.route("/return", methods=["GET", "POST"])
@requires(GET=Permission.TRANCHE_PAY, POST=Permission.TRANCHE_PAY)
def return_(tranche_id: int) -> ResponseReturnValue:
    """The bank sent the money back."""
    message = gettext("The payment is taken back.")
    return _act_with_reason(tranche_id, tranches.return_, message, "tranches/return_.html")
