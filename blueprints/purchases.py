"""Purchases: what is dear is bought by one of three quotations, or by an exception two people agree on."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import label_text
from app.localisation import gettext, money, to_minor
from app.policy import Permission
from app.services import purchases, suppliers, users
from app.services.suppliers import Details, Written
from app.services.workflow import allowed
from app.web.access import actor, load, requires, signed_in_user, takes_upload
from app.web.submissions import act_on_button, attempt, finish, form_page, sent_upload, uploads
from forms.base import ReasonForm
from forms.purchases import ChoiceForm, PurchaseForm, QuotationForm
from models.applications import BudgetHeading
from models.base import BASE_CURRENCY
from models.grants import Grant
from models.purchases import Purchase, Quotation

bp = Blueprint("purchases", __name__)
READ, RECORD, DECIDE = Permission.EXPENDITURE_READ, Permission.EXPENDITURE_RECORD, Permission.EXPENDITURE_ACCEPT


@bp.route("/grants/<int:grant_id>/purchases/new", methods=["GET", "POST"])
@requires(GET=RECORD, POST=RECORD)
def new(grant_id: int) -> ResponseReturnValue:
    """What is to be bought."""
    grant, form = load(Grant, grant_id, RECORD), PurchaseForm()
    form.heading.choices = [("", gettext("Choose")), *((one.value, label_text(one)) for one in BudgetHeading)]
    if form.validate_on_submit() and (row := attempt(form, lambda: _begin(grant, form))):
        return finish(_address(row), gettext("Add what each supplier asks for it."))
    return form_page("purchases/new.html", form, grant=grant)


def _begin(grant: Grant, form: PurchaseForm) -> Purchase:
    heading = BudgetHeading(form.heading.data)
    return purchases.begin(grant, heading, form.what.data, actor=actor(grant), now=clock.now())


@bp.get("/purchases/<int:purchase_id>")
@requires(GET=READ)
def show(purchase_id: int) -> ResponseReturnValue:
    """One purchase with its quotations, the cheapest first."""
    row = load(Purchase, purchase_id, READ)
    return render_template(
        "purchases/show.html",
        row=row,
        quotations=sorted(row.quotations, key=lambda one: (one.amount, one.id)),
        actions=allowed(purchases.TRANSITIONS, row.status),
        needed=purchases.QUOTATIONS,
        bought=purchases.paid_by(row),
        pairs=purchases.same_contact(row),
        names=users.names_of([row.recorded_by_id, row.chosen_by_id, row.asked_by_id, row.allowed_by_id]),
        is_asker=row.asked_by_id == signed_in_user().id,
    )


@bp.route("/purchases/<int:purchase_id>/quotations/new", methods=["GET", "POST"])
@requires(GET=RECORD, POST=RECORD)
@takes_upload
def quote(purchase_id: int) -> ResponseReturnValue:
    """What one supplier asks, with its scan."""
    row, form = load(Purchase, purchase_id, RECORD), QuotationForm()
    if form.validate_on_submit() and attempt(form, lambda: _quote(row, form)):
        return finish(_address(row), gettext("The quotation is added."))
    return form_page("purchases/quote.html", form, row=row, names=suppliers.suggested())


def _quote(row: Purchase, form: QuotationForm) -> Quotation:
    who, now = actor(row), clock.now()
    details = Details(form.tax_number.data or "", form.phone.data or "")
    return purchases.quote(
        row,
        Written(form.supplier.data, details, form.is_another.data),
        amount=to_minor(form.amount.data, BASE_CURRENCY),
        quoted_on=form.quoted_on.data,
        upload=sent_upload(),
        storage=uploads(),
        actor=who,
        now=now,
    )


@bp.route("/purchases/<int:purchase_id>/choose", methods=["GET", "POST"])
@requires(GET=RECORD, POST=RECORD)
def choose(purchase_id: int) -> ResponseReturnValue:
    """Take one of three."""
    return _take(purchase_id, purchases.choose, gettext("The quotation is taken."), "purchases/choose.html")


@bp.route("/purchases/<int:purchase_id>/ask-exception", methods=["GET", "POST"])
@requires(GET=RECORD, POST=RECORD)
def ask_exception(purchase_id: int) -> ResponseReturnValue:
    """Fewer than three suppliers have it: finance decides."""
    message = gettext("The exception is asked for. Finance decides.")
    return _take(purchase_id, purchases.ask_exception, message, "purchases/ask_exception.html")


def _take(purchase_id: int, act: Callable[..., None], message: str, template: str) -> ResponseReturnValue:
    row, form = load(Purchase, purchase_id, RECORD), ChoiceForm()
    offers: dict[str, Any] = {str(one.id): one for one in row.quotations}
    form.quotation.choices = [
        (key, gettext("%(supplier)s: %(amount)s", supplier=one.supplier.name, amount=money(one.amount)))
        for key, one in offers.items()
    ]
    if form.validate_on_submit() and attempt(
        form,
        lambda: act(row, offers[form.quotation.data], reason=form.reason.data or "", actor=actor(row), now=clock.now()),
    ):
        return finish(_address(row), message)
    return form_page(template, form, row=row)


@bp.post("/purchases/<int:purchase_id>/reopen")
@requires(POST=RECORD)
def reopen(purchase_id: int) -> ResponseReturnValue:
    """Another quotation is to be taken."""
    row = load(Purchase, purchase_id, RECORD)
    message = gettext("Another quotation can be taken.")
    return act_on_button(lambda: purchases.reopen(row, actor=actor(row), now=clock.now()), _address(row), message)


@bp.post("/purchases/<int:purchase_id>/allow")
@requires(POST=DECIDE)
def allow(purchase_id: int) -> ResponseReturnValue:
    """Finance agrees that there is no third supplier."""
    row = load(Purchase, purchase_id, DECIDE)
    message = gettext("The exception is allowed.")
    return act_on_button(lambda: purchases.allow(row, actor=actor(row), now=clock.now()), _address(row), message)


@bp.route("/purchases/<int:purchase_id>/refuse", methods=["GET", "POST"])
@requires(GET=DECIDE, POST=DECIDE)
def refuse(purchase_id: int) -> ResponseReturnValue:
    """More suppliers are to be asked."""
    row, form = load(Purchase, purchase_id, DECIDE), ReasonForm()
    if form.validate_on_submit() and attempt(
        form, lambda: purchases.refuse(row, reason=form.reason.data or "", actor=actor(row), now=clock.now())
    ):
        return finish(_address(row), gettext("The exception is refused."))
    return form_page("purchases/refuse.html", form, row=row)


def _address(row: Purchase) -> str:
    return url_for("purchases.show", purchase_id=row.id)
