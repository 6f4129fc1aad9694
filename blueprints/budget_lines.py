"""The budget of an application, line by line."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import label_text
from app.localisation import current_locale, gettext, plain_amount, to_minor
from app.policy import Permission
from app.services import applications, plan_warnings
from app.web.access import actor, load, requires
from app.web.form_parts import closed_page, number_fields
from app.web.price_choices import price_choices
from app.web.submissions import attempt, finish, form_page, guard_version, in_words, removal_page, show_as_gone
from forms.budget_lines import BudgetLineForm
from models.applications import Application, BudgetHeading, BudgetLine, Payer
from models.base import BASE_CURRENCY
from models.prices import Price

bp = Blueprint("budget_lines", __name__, url_prefix="/applications/<int:application_id>/budget")


@bp.route("", methods=["GET", "POST"])
@requires(GET=Permission.APPLICATION_WRITE, POST=Permission.APPLICATION_WRITE)
def index(application_id: int) -> ResponseReturnValue:
    """The lines with totals, and a form for the next one."""
    application = load(Application, application_id, Permission.APPLICATION_WRITE)
    rates = _rates(application, None)
    form = _with_choices(BudgetLineForm(), rates)
    if form.validate_on_submit() and attempt(form, lambda: _add(application, form, rates)):
        return finish(url_for("budget_lines.index", application_id=application.id), gettext("The line is added."))
    return form_page(
        "budget_lines/index.html",
        number_fields(form, application, "budget"),
        application=application,
        needed=applications.needs_of(application),
        paid_by=[(payer, application.amount_paid_by(payer)) for payer in Payer],
        warnings=plan_warnings.of_budget(application, now=clock.now()),
    )


def _rates(application: Application, line: BudgetLine | None) -> dict[str, Price]:
    """The rates a line may be counted by, by what the form sends."""
    found = applications.rates_for(application, line, locale=current_locale(), now=clock.now())
    return {str(one.id): one for one in found}


def _with_choices(form: BudgetLineForm, rates: Mapping[str, Price]) -> BudgetLineForm:
    form.heading.choices = [(one.value, label_text(one)) for one in BudgetHeading]
    form.payer.choices = [(one.value, label_text(one)) for one in Payer]
    form.price.choices = [("", gettext("None: it is paid with money")), *price_choices(rates.values())]
    return form


def _add(application: Application, form: BudgetLineForm, rates: Mapping[str, Price]) -> BudgetLine:
    content = _content(form, rates)
    return applications.add_budget_line(application, **content, actor=actor(application), now=clock.now())


def _content(form: BudgetLineForm, rates: Mapping[str, Price]) -> dict[str, Any]:
    """The form as the service takes it."""
    return {
        "heading": BudgetHeading(form.heading.data),
        "item": form.item.data or "",
        "unit": form.unit.data or "",
        "quantity": form.quantity.data,
        "unit_cost": None if form.unit_cost.data is None else to_minor(form.unit_cost.data, BASE_CURRENCY),
        "payer": Payer(form.payer.data),
        "month": form.month.data,
        "price": rates.get(form.price.data),
    }


def _stored(line: BudgetLine) -> dict[str, Any]:
    """The fields of the form as they are kept."""
    return {
        "heading": line.heading.value,
        "item": line.item,
        "unit": line.unit,
        "quantity": line.quantity,
        "unit_cost": plain_amount(line.unit_cost, BASE_CURRENCY),
        "payer": line.payer.value,
        "month": line.month,
        "price": str(line.price_id or ""),
    }


def _line(application: Application, line_id: int) -> BudgetLine | None:
    """The line of this application, locked when a form came."""
    return applications.part(application, BudgetLine, line_id, for_writing=request.method == "POST")


@bp.route("/<int:line_id>/edit", methods=["GET", "POST"])
@requires(GET=Permission.APPLICATION_WRITE, POST=Permission.APPLICATION_WRITE)
def edit(application_id: int, line_id: int) -> ResponseReturnValue:
    """Change a line."""
    application = load(Application, application_id, Permission.APPLICATION_WRITE)
    location, line = url_for(".index", application_id=application_id), _line(application, line_id)
    rates = _rates(application, line)
    if line is None:
        return show_as_gone(_with_choices(BudgetLineForm(), rates), location)
    if back := closed_page(application, "budget", location):
        return back
    stored = _stored(line)
    form, kept = (_with_choices(BudgetLineForm(*typed, data=stored), rates) for typed in ((), (None,)))
    guard_version(form, line, in_words(kept), url_for(".edit", application_id=application_id, line_id=line_id))
    if form.validate_on_submit() and attempt(form, lambda: _change(line, application, form, rates)):
        return finish(location, gettext("The line is changed."))
    return form_page("budget_lines/edit.html", number_fields(form, application, "budget"), application=application)


def _change(line: BudgetLine, application: Application, form: BudgetLineForm, rates: Mapping[str, Price]) -> None:
    content = _content(form, rates)
    applications.change_budget_line(line, application, **content, actor=actor(application), now=clock.now())


@bp.route("/<int:line_id>/delete", methods=["GET", "POST"])
@requires(GET=Permission.APPLICATION_WRITE, POST=Permission.APPLICATION_WRITE)
def delete(application_id: int, line_id: int) -> ResponseReturnValue:
    """Take a line out, after showing what goes."""
    application = load(Application, application_id, Permission.APPLICATION_WRITE)
    location, line = url_for(".index", application_id=application_id), _line(application, line_id) or abort(404)
    if back := closed_page(application, "budget", location):
        return back
    return removal_page(
        "budget_lines/delete.html",
        line,
        lambda: applications.remove_budget_line(line, application, actor=actor(application), now=clock.now()),
        here=url_for(".delete", application_id=application_id, line_id=line_id),
        location=location,
        message=gettext("The line is removed."),
        application=application,
        line=line,
    )
