"""The budget of an application, line by line."""

from flask import Blueprint, abort, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import label_text
from app.localisation import gettext, to_minor
from app.policy import Permission
from app.services import applications
from app.web.access import actor, load, requires
from app.web.submissions import act_on_button, attempt, finish, form_page
from forms.budget_lines import BudgetLineForm
from models.applications import Application, BudgetHeading, BudgetLine, Payer
from models.base import BASE_CURRENCY

bp = Blueprint("budget_lines", __name__, url_prefix="/applications/<int:application_id>/budget")


@bp.route("", methods=["GET", "POST"])
@requires(GET=Permission.APPLICATION_WRITE, POST=Permission.APPLICATION_WRITE)
def index(application_id: int) -> ResponseReturnValue:
    """The lines with totals, and a form for the next one."""
    application = load(Application, application_id, Permission.APPLICATION_WRITE)
    form = BudgetLineForm()
    form.heading.choices = [(one.value, label_text(one)) for one in BudgetHeading]
    form.payer.choices = [(one.value, label_text(one)) for one in Payer]
    if form.validate_on_submit() and attempt(form, lambda: _add(application, form)):
        return finish(url_for("budget_lines.index", application_id=application.id), gettext("The line is added."))
    return form_page(
        "budget_lines/index.html",
        form,
        application=application,
        paid_by=[(payer, application.amount_paid_by(payer)) for payer in Payer],
    )


def _add(application: Application, form: BudgetLineForm) -> BudgetLine:
    return applications.add_budget_line(
        application,
        heading=BudgetHeading(form.heading.data),
        item=form.item.data,
        unit=form.unit.data,
        quantity=form.quantity.data,
        unit_cost=to_minor(form.unit_cost.data, BASE_CURRENCY),
        payer=Payer(form.payer.data),
        actor=actor(application),
        now=clock.now(),
    )


@bp.post("/<int:line_id>/delete")
@requires(POST=Permission.APPLICATION_WRITE)
def delete(application_id: int, line_id: int) -> ResponseReturnValue:
    """Take a line out."""
    application = load(Application, application_id, Permission.APPLICATION_WRITE)
    line = next((one for one in application.budget_lines if one.id == line_id), None)
    if line is None:
        abort(404)
    return act_on_button(
        lambda: applications.remove_budget_line(line, application, actor=actor(application), now=clock.now()),
        url_for("budget_lines.index", application_id=application.id),
        gettext("The line is removed."),
    )
