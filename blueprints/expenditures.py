"""Expenditures: what was spent against the budget, line by line."""

from flask import Blueprint, abort, render_template, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.localisation import gettext, money, to_minor
from app.policy import Permission
from app.services import (
    assets,
    documents,
    expenditure_reports,
    expenditures,
    purchases,
    signs,
    supplier_flags,
    suppliers,
    users,
)
from app.services.expenditures import LineUse
from app.services.suppliers import Details, Written
from app.services.workflow import allowed
from app.web.access import actor, load, requires, signed_in_user, takes_upload
from app.web.submissions import act_on_button, attempt, finish, form_page, sent_upload, uploads
from forms.expenditures import AcceptPartForm, ExpenditureForm, ExpenditureReasonForm, ScanForm
from models.base import BASE_CURRENCY
from models.documents import DocumentKind
from models.expenditures import Expenditure, ExpenditureStatus
from models.grants import Grant
from models.purchases import Purchase

bp = Blueprint("expenditures", __name__)


@bp.get("/grants/<int:grant_id>/spending")
@requires(GET=Permission.EXPENDITURE_READ)
def index(grant_id: int) -> ResponseReturnValue:
    """Budget and spending of one grant."""
    grant = load(Grant, grant_id, Permission.EXPENDITURE_READ)
    return render_template(
        "expenditures/index.html",
        grant=grant,
        lines=expenditures.by_line(grant),
        rows=expenditures.of_grant(grant),
        purchases=purchases.of_grant(grant),
        reports=expenditure_reports.of_grant(grant),
    )


@bp.route("/grants/<int:grant_id>/spending/new", methods=["GET", "POST"])
@requires(GET=Permission.EXPENDITURE_RECORD, POST=Permission.EXPENDITURE_RECORD)
@takes_upload
def new(grant_id: int) -> ResponseReturnValue:
    """Record one paid document with its scan: both are kept or neither is."""
    grant = load(Grant, grant_id, Permission.EXPENDITURE_RECORD)
    form, lines = ExpenditureForm(), {str(one.line.id): one for one in expenditures.by_line(grant)}
    prepared = {str(one.id): one for one in purchases.to_buy_by(grant)}
    form.purchase.choices = [("", gettext("None of them")), *((key, one.what) for key, one in prepared.items())]
    form.budget_line.choices = [("", gettext("Choose")), *((key, _named(one)) for key, one in lines.items())]
    if form.validate_on_submit() and (row := attempt(form, lambda: _record(form, grant, lines, prepared))):
        message = gettext("The spending is recorded. A finance officer checks it next.")
        return finish(url_for("expenditures.show", expenditure_id=row.id), message)
    return form_page("expenditures/new.html", form, grant=grant, names=suppliers.suggested())


def _named(use: LineUse) -> str:
    return gettext("%(item)s: %(left)s left", item=use.line.item, left=money(use.left))


def _record(
    form: ExpenditureForm, grant: Grant, lines: dict[str, LineUse], prepared: dict[str, Purchase]
) -> Expenditure:
    who, now = actor(grant), clock.now()
    details = Details(form.tax_number.data or "", form.phone.data or "", account_number=form.account_number.data or "")
    row = expenditures.record(
        grant,
        lines[form.budget_line.data].line,
        title=form.title.data,
        amount=to_minor(form.amount.data, BASE_CURRENCY),
        paid_on=form.paid_on.data,
        supplier=Written(form.supplier.data, details, form.is_another.data),
        quantity=form.quantity.data,
        purchase=prepared.get(form.purchase.data or ""),
        document_number=form.document_number.data,
        actor=who,
        now=now,
    )
    expenditures.attach(row, DocumentKind.INVOICE, sent_upload(), storage=uploads(), actor=who, now=now)
    return row


@bp.get("/spending/<int:expenditure_id>")
@requires(GET=Permission.EXPENDITURE_READ)
def show(expenditure_id: int) -> ResponseReturnValue:
    """One paid document."""
    row = load(Expenditure, expenditure_id, Permission.EXPENDITURE_READ)
    uses = [one for one in expenditures.by_line(row.grant) if one.line.id == row.budget_line_id]
    if not uses:
        abort(404)
    return render_template(
        "expenditures/show.html",
        row=row,
        use=uses[0],
        scans=documents.of(row),
        assets=assets.of_expenditure(row),
        flags=supplier_flags.of_expenditure(row),
        open_flags=supplier_flags.open_of(row),
        actions=allowed(expenditures.TRANSITIONS, row.status),
        names=users.names_of([row.recorded_by_id, row.accepted_by_id, row.seen_by_id]),
        is_recorder=row.recorded_by_id == signed_in_user().id,
        waits=row.status is ExpenditureStatus.RECORDED,
        signs=[(one, True) for one in signs.of_expenditure(row)],
    )


@bp.route("/spending/<int:expenditure_id>/scan", methods=["GET", "POST"])
@requires(GET=Permission.EXPENDITURE_RECORD, POST=Permission.EXPENDITURE_RECORD)
@takes_upload
def attach(expenditure_id: int) -> ResponseReturnValue:
    """One more scan."""
    row = load(Expenditure, expenditure_id, Permission.EXPENDITURE_RECORD)
    form = ScanForm()
    if form.validate_on_submit() and attempt(
        form,
        lambda: expenditures.attach(
            row, DocumentKind.INVOICE, sent_upload(), storage=uploads(), actor=actor(row), now=clock.now()
        ),
    ):
        return finish(url_for("expenditures.show", expenditure_id=expenditure_id), gettext("The scan is added."))
    return form_page("expenditures/attach.html", form, row=row)


@bp.post("/spending/<int:expenditure_id>/accept")
@requires(POST=Permission.EXPENDITURE_ACCEPT, fresh=True)
def accept(expenditure_id: int) -> ResponseReturnValue:
    """Finance accepts the line."""
    row = load(Expenditure, expenditure_id, Permission.EXPENDITURE_ACCEPT)
    return act_on_button(
        lambda: expenditures.accept(row, actor=actor(row), now=clock.now()),
        url_for("expenditures.show", expenditure_id=expenditure_id),
        gettext("The spending is accepted."),
    )


@bp.route("/spending/<int:expenditure_id>/accept-part", methods=["GET", "POST"])
@requires(GET=Permission.EXPENDITURE_ACCEPT, POST=Permission.EXPENDITURE_ACCEPT, fresh=True)
def accept_part(expenditure_id: int) -> ResponseReturnValue:
    """Finance accepts less than was claimed."""
    row, form = load(Expenditure, expenditure_id, Permission.EXPENDITURE_ACCEPT), AcceptPartForm()
    if form.validate_on_submit() and attempt(form, lambda: _accept_part(row, form)):
        message = gettext("A part of the spending is accepted; the rest is free on its budget line.")
        return finish(url_for(".show", expenditure_id=expenditure_id), message)
    return form_page("expenditures/accept_part.html", form, row=row)


def _accept_part(row: Expenditure, form: AcceptPartForm) -> None:
    amount, reason = to_minor(form.amount.data, BASE_CURRENCY), form.reason.data or ""
    expenditures.accept_part(row, amount, reason=reason, actor=actor(row), now=clock.now())


@bp.route("/spending/<int:expenditure_id>/look-at", methods=["GET", "POST"])
@requires(GET=Permission.EXPENDITURE_ACCEPT, POST=Permission.EXPENDITURE_ACCEPT)
def look_at(expenditure_id: int) -> ResponseReturnValue:
    """Finance has looked at what is flagged."""
    row, form = load(Expenditure, expenditure_id, Permission.EXPENDITURE_ACCEPT), ExpenditureReasonForm()
    if form.validate_on_submit() and attempt(
        form, lambda: expenditures.look_at(row, reason=form.reason.data or "", actor=actor(row), now=clock.now())
    ):
        message = gettext("It is kept that you looked at what was flagged, and why it may be accepted.")
        return finish(url_for(".show", expenditure_id=expenditure_id), message)
    return form_page("expenditures/look_at.html", form, row=row, flags=supplier_flags.open_of(row))


@bp.route("/spending/<int:expenditure_id>/refuse", methods=["GET", "POST"])
@requires(GET=Permission.EXPENDITURE_ACCEPT, POST=Permission.EXPENDITURE_ACCEPT)
def refuse(expenditure_id: int) -> ResponseReturnValue:
    """Finance refuses the line."""
    row = load(Expenditure, expenditure_id, Permission.EXPENDITURE_ACCEPT)
    form = ExpenditureReasonForm()
    if form.validate_on_submit() and attempt(
        form, lambda: expenditures.refuse(row, reason=form.reason.data or "", actor=actor(row), now=clock.now())
    ):
        return finish(url_for("expenditures.show", expenditure_id=expenditure_id), gettext("The spending is refused."))
    return form_page("expenditures/refuse.html", form, row=row)
