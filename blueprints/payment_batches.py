"""Payment lists: begun, looked through, closed, handed to the bank; then each payment confirmed or failed."""

import io
from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.localisation import current_locale, gettext, money
from app.policy import Permission, visible
from app.services import funds, paying_accounts, payment_batches, users
from app.services.workflow import allowed
from app.web.access import actor, load, requires, row_number, signed_in_user
from app.web.submissions import act_on_button, attempt, finish, finish_with, form_page
from forms.payment_batches import ConfirmPaymentForm, PaymentBatchForm, PaymentReasonForm
from models.base import fingerprint
from models.funds import Fund
from models.payment_batches import Payment, PaymentBatch
from reports import payment_batches as files

bp = Blueprint("payment_batches", __name__, url_prefix="/payment-lists")
MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xml": "application/xml",
}
P = Permission


@bp.get("")
@requires(GET=P.PAYMENT_BATCH_READ)
def index() -> ResponseReturnValue:
    """What can be put on a list, fund by fund, and the lists there are."""
    rows = payment_batches.page(request.args.get("before", type=row_number))
    waiting: dict[int, list[Any]] = {}
    for one in payment_batches.payable():
        waiting.setdefault(one.grant.fund_id, []).append(one)
    among = [one for one in funds.listed(visible(signed_in_user(), Fund)) if one.id in waiting]
    payers = paying_accounts.current_by_fund()
    more = rows[-1].id if len(rows) == payment_batches.PAGE else None
    return render_template(
        "payment_batches/index.html", rows=rows, funds=among, waiting=waiting, payers=payers, more=more
    )


@bp.route("/new/<int:fund_id>", methods=["GET", "POST"])
@requires(GET=P.PAYMENT_BATCH_MANAGE, POST=P.PAYMENT_BATCH_MANAGE)
def new(fund_id: int) -> ResponseReturnValue:
    """Choose the approved payments of a fund that go on a list."""
    fund = load(Fund, fund_id, P.PAYMENT_BATCH_MANAGE)
    among = {one.id: one for one in payment_batches.payable(fund)}
    form = PaymentBatchForm(pay_on=clock.bishkek_day(clock.now()))
    form.tranches.choices = [(one.id, _choice(one)) for one in among.values()]
    if request.method == "GET":
        form.tranches.data = list(among)
    if form.validate_on_submit() and (batch := attempt(form, lambda: _create(form, fund, among))):
        location = url_for("payment_batches.show", batch_id=batch.id)
        return finish(location, gettext("The list is begun. Look through it, then close it."))
    payer = paying_accounts.current(fund)
    total = sum(one.amount for one in among.values())
    return form_page("payment_batches/new.html", form, fund=fund, payer=payer, total=total)


def _choice(tranche: Any) -> str:
    return gettext(
        "%(amount)s · %(number)s, tranche %(sequence)s · %(association)s",
        amount=money(tranche.amount),
        number=tranche.grant.number,
        sequence=tranche.sequence,
        association=tranche.grant.association.name(current_locale()),
    )


def _create(form: PaymentBatchForm, fund: Fund, among: dict[int, Any]) -> PaymentBatch:
    chosen = [among[one] for one in form.tranches.data or ()]
    return payment_batches.create(fund, chosen, pay_on=form.pay_on.data, actor=actor(), now=clock.now())


@bp.get("/<int:batch_id>")
@requires(GET=P.PAYMENT_BATCH_READ)
def show(batch_id: int) -> ResponseReturnValue:
    """The list, its files, and what became of each payment."""
    batch = load(PaymentBatch, batch_id, P.PAYMENT_BATCH_READ)
    acted = (batch.made_by_id, batch.closed_by_id, batch.sent_by_id)
    return render_template(
        "payment_batches/show.html",
        batch=batch,
        actions=allowed(payment_batches.TRANSITIONS, batch.status),
        names=users.names_of(acted),
        hashes={kind: fingerprint(_file(batch, kind)) for kind in MEDIA_TYPES} if batch.content else {},
    )


def _file(batch: PaymentBatch, kind: str) -> bytes:
    content = payment_batches.content(batch)
    return files.to_xml(content) if kind == "xml" else files.to_xlsx(content, batch.sha256 or "", current_locale())


@bp.post("/<int:batch_id>/files/<string:kind>")
@requires(POST=P.PAYMENT_BATCH_MANAGE)
def download(batch_id: int, kind: str) -> ResponseReturnValue:
    """A file for the bank; who takes it is written down."""
    batch = load(PaymentBatch, batch_id, P.PAYMENT_BATCH_MANAGE)
    if batch.content is None or kind not in MEDIA_TYPES:
        abort(404)
    made = _file(batch, kind)
    payment_batches.note_download(batch, kind, sha256=fingerprint(made), actor=actor(), now=clock.now())
    return finish_with(
        lambda: send_file(
            io.BytesIO(made), MEDIA_TYPES[kind], as_attachment=True, download_name=f"{batch.number}.{kind}", max_age=0
        ),
        url_for("payment_batches.show", batch_id=batch_id),
    )


def _act(batch_id: int, verb: Callable[..., None], message: str) -> ResponseReturnValue:
    batch = load(PaymentBatch, batch_id, P.PAYMENT_BATCH_MANAGE)
    return act_on_button(
        lambda: verb(batch, actor=actor(), now=clock.now()),
        url_for("payment_batches.show", batch_id=batch_id),
        message,
    )


@bp.post("/<int:batch_id>/close")
@requires(POST=P.PAYMENT_BATCH_MANAGE)
def close(batch_id: int) -> ResponseReturnValue:
    """From now on the list says the same for ever."""
    return _act(batch_id, payment_batches.close, gettext("The list is closed. Its files for the bank are ready."))


@bp.post("/<int:batch_id>/send")
@requires(POST=P.PAYMENT_BATCH_MANAGE)
def send(batch_id: int) -> ResponseReturnValue:
    """The list was handed to the bank."""
    message = gettext("The list is with the bank. Enter what it says of each payment.")
    return _act(batch_id, payment_batches.send, message)


@bp.route("/<int:batch_id>/cancel", methods=["GET", "POST"])
@requires(GET=P.PAYMENT_BATCH_MANAGE, POST=P.PAYMENT_BATCH_MANAGE)
def cancel(batch_id: int) -> ResponseReturnValue:
    """Give the list up before the bank has it."""
    batch, form = load(PaymentBatch, batch_id, P.PAYMENT_BATCH_MANAGE), PaymentReasonForm()
    if form.validate_on_submit() and attempt(
        form, lambda: payment_batches.cancel(batch, reason=form.reason.data or "", actor=actor(), now=clock.now())
    ):
        return finish(url_for("payment_batches.show", batch_id=batch_id), gettext("The list is given up."))
    return form_page("payment_batches/cancel.html", form, batch=batch)


def _loaded(batch_id: int, payment_id: int) -> tuple[PaymentBatch, Payment]:
    batch = load(PaymentBatch, batch_id, P.PAYMENT_BATCH_MANAGE)
    payment = payment_batches.payment_of(batch, payment_id)
    return (batch, payment) if payment is not None else abort(404)


@bp.post("/<int:batch_id>/payments/<int:payment_id>/remove")
@requires(POST=P.PAYMENT_BATCH_MANAGE)
def remove(batch_id: int, payment_id: int) -> ResponseReturnValue:
    """Take a payment off a list that is not closed yet."""
    batch, payment = _loaded(batch_id, payment_id)
    return act_on_button(
        lambda: payment_batches.remove(batch, payment, actor=actor(), now=clock.now()),
        url_for("payment_batches.show", batch_id=batch_id),
        gettext("The payment is taken off the list. It can be put on another one."),
    )


@bp.route("/<int:batch_id>/payments/<int:payment_id>/confirm", methods=["GET", "POST"])
@requires(GET=P.PAYMENT_BATCH_MANAGE, POST=P.PAYMENT_BATCH_MANAGE)
def confirm(batch_id: int, payment_id: int) -> ResponseReturnValue:
    """The bank has paid."""
    batch, payment = _loaded(batch_id, payment_id)
    form = ConfirmPaymentForm(value_on=clock.bishkek_day(clock.now()))
    if form.validate_on_submit() and attempt(form, lambda: _confirm(form, batch, payment)):
        return finish(url_for("payment_batches.show", batch_id=batch_id), gettext("The payment is booked."))
    return form_page("payment_batches/confirm.html", form, batch=batch, payment=payment)


def _confirm(form: ConfirmPaymentForm, batch: PaymentBatch, payment: Payment) -> None:
    payment_batches.confirm(
        batch,
        payment,
        bank_reference=form.bank_reference.data,
        value_on=form.value_on.data,
        actor=actor(),
        now=clock.now(),
    )


@bp.route("/<int:batch_id>/payments/<int:payment_id>/fail", methods=["GET", "POST"])
@requires(GET=P.PAYMENT_BATCH_MANAGE, POST=P.PAYMENT_BATCH_MANAGE)
def fail(batch_id: int, payment_id: int) -> ResponseReturnValue:
    """The bank has not paid, with its reason."""
    batch, payment = _loaded(batch_id, payment_id)
    form = PaymentReasonForm()
    if form.validate_on_submit() and attempt(
        form,
        lambda: payment_batches.fail(batch, payment, reason=form.reason.data or "", actor=actor(), now=clock.now()),
    ):
        return finish(url_for("payment_batches.show", batch_id=batch_id), gettext("The payment is marked as not paid."))
    return form_page("payment_batches/fail.html", form, batch=batch, payment=payment)
