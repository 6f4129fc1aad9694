"""Receipts of tranches: confirmed on the screen by the association, or by a signed slip the centre scans."""

import io

from flask import Blueprint, abort, send_file, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.localisation import current_locale, gettext, plain_amount, to_minor
from app.policy import Permission
from app.services import tranche_receipts
from app.web.access import actor, load, requires, takes_upload
from app.web.presentation import is_demonstration
from app.web.submissions import attempt, finish, form_page, sent_upload, uploads
from forms.base import ReasonForm
from forms.tranche_receipts import SlipForm, TrancheReceiptForm
from models.base import BASE_CURRENCY
from models.grants import Tranche
from models.tranche_receipts import TrancheReceipt
from reports import tranche_receipts as slip_paper

bp = Blueprint("tranche_receipts", __name__, url_prefix="/tranches/<int:tranche_id>/receipt")
P = Permission


@bp.route("/new", methods=["GET", "POST"])
@requires(GET=P.TRANCHE_RECEIPT_CONFIRM, POST=P.TRANCHE_RECEIPT_CONFIRM)
def new(tranche_id: int) -> ResponseReturnValue:
    """A member of the association says that the money came."""
    tranche = load(Tranche, tranche_id, P.TRANCHE_RECEIPT_CONFIRM)
    form = TrancheReceiptForm(data=_as_sent(tranche))
    if form.validate_on_submit() and attempt(
        form,
        lambda: tranche_receipts.confirm(
            tranche,
            received=to_minor(form.received.data, BASE_CURRENCY),
            received_on=form.received_on.data,
            reason=form.reason.data or "",
            actor=actor(tranche),
            now=clock.now(),
        ),
    ):
        return finish(url_for("tranches.show", tranche_id=tranche_id), gettext("The receipt is confirmed."))
    return form_page("tranche_receipts/new.html", form, tranche=tranche)


@bp.route("/slip", methods=["GET", "POST"])
@requires(GET=P.TRANCHE_RECEIPT_RECORD, POST=P.TRANCHE_RECEIPT_RECORD)
@takes_upload
def slip(tranche_id: int) -> ResponseReturnValue:
    """The centre records the slip the association signed."""
    tranche = load(Tranche, tranche_id, P.TRANCHE_RECEIPT_RECORD)
    form = SlipForm(data=_as_sent(tranche))
    if form.validate_on_submit() and attempt(form, lambda: _record(tranche, form)):
        return finish(url_for("tranches.show", tranche_id=tranche_id), gettext("The receipt is confirmed."))
    return form_page("tranche_receipts/slip.html", form, tranche=tranche)


def _as_sent(tranche: Tranche) -> dict[str, object]:
    return {"received": plain_amount(tranche.amount, BASE_CURRENCY), "received_on": clock.bishkek_day(clock.now())}


def _record(tranche: Tranche, form: SlipForm) -> TrancheReceipt:
    return tranche_receipts.record_slip(
        tranche,
        signer=form.signer.data or "",
        received=to_minor(form.received.data, BASE_CURRENCY),
        received_on=form.received_on.data,
        reason=form.reason.data or "",
        upload=sent_upload(),
        storage=uploads(),
        actor=actor(tranche),
        now=clock.now(),
    )


@bp.get("/paper")
@requires(GET=P.CONTRIBUTION_READ)
def paper(tranche_id: int) -> ResponseReturnValue:
    """The slip to be printed and signed."""
    tranche = load(Tranche, tranche_id, P.CONTRIBUTION_READ)
    if tranche.event_id is None:
        abort(404)
    made = slip_paper.to_pdf(
        slip_paper.gather(tranche, clock.now()), current_locale(), demonstration=is_demonstration()
    )
    name = f"{tranche.grant.number}-{tranche.sequence}-{current_locale()}.pdf"
    return send_file(io.BytesIO(made), mimetype="application/pdf", as_attachment=True, download_name=name, max_age=0)


@bp.route("/look-at", methods=["GET", "POST"])
@requires(GET=P.TRANCHE_PAY, POST=P.TRANCHE_PAY)
def look_at(tranche_id: int) -> ResponseReturnValue:
    """Finance notes what became of the money that did not come."""
    tranche = load(Tranche, tranche_id, P.TRANCHE_PAY)
    receipt, form = tranche_receipts.of(tranche), ReasonForm()
    if receipt is None:
        abort(404)
    if form.validate_on_submit() and attempt(
        form,
        lambda: tranche_receipts.look_at(receipt, note=form.reason.data or "", actor=actor(tranche), now=clock.now()),
    ):
        return finish(url_for("tranches.show", tranche_id=tranche_id), gettext("It is noted."))
    return form_page("tranche_receipts/look_at.html", form, tranche=tranche, receipt=receipt)
