"""The business plan of an application: its frame and what it comes to, and its rows of four kinds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import label_text
from app.localisation import MONTHS, N_, gettext, plain_amount, to_minor
from app.policy import Permission
from app.services import plan_readings
from app.services.applications import business_plans, part
from app.web.access import actor, can, load, requires
from app.web.form_parts import closed_page, following_url, number_fields
from app.web.submissions import (
    act_on_button,
    attempt,
    finish,
    form_page,
    guard_version,
    in_words,
    removal_page,
    show_as_gone,
)
from forms.base import BaseForm
from forms.business_plans import FinancingForm, FrameForm, RunningCostForm, SaleLineForm, WorkStepForm
from models.applications import Application, Payer
from models.base import BASE_CURRENCY
from models.business_plans import BusinessPlan, Financing, RunningCost, SaleLine, WorkStep

bp = Blueprint("business_plans", __name__, url_prefix="/applications/<int:application_id>/plan")


@dataclass(frozen=True)
class Kind:
    """A kind of row: its table, form and verb, how form and row turn into each other, and its title."""

    title: str
    table: type[Any]
    form: type[Any]
    save: Callable[..., Any]
    content: Callable[[Any], dict[str, Any]]
    stored: Callable[[Any], dict[str, Any]]


def _som(amount: Any) -> int:
    return to_minor(amount, BASE_CURRENCY)


def _shown(amount: int) -> Any:
    return plain_amount(amount, BASE_CURRENCY)


def _by_month(values: Any) -> dict[str, Any]:
    return {f"value_{month}": value for month, value in enumerate(values, start=1)}


KINDS: Mapping[str, Kind] = {
    "sales": Kind(
        N_("Sales"),
        SaleLine,
        SaleLineForm,
        business_plans.save_sale_line,
        lambda form: {
            "product": form.product.data,
            "buyers": form.buyers.data,
            "unit": form.unit.data,
            "price": _som(form.price.data),
            "unit_cost": _som(form.unit_cost.data),
            "volumes": form.values(),
        },
        lambda row: {
            "product": row.product,
            "buyers": row.buyers,
            "unit": row.unit,
            "price": _shown(row.price),
            "unit_cost": _shown(row.unit_cost),
            **_by_month(row.by_month),
        },
    ),
    "costs": Kind(
        N_("Running costs"),
        RunningCost,
        RunningCostForm,
        business_plans.save_running_cost,
        lambda form: {"item": form.item.data, "amounts": [_som(value) for value in form.values()]},
        lambda row: {"item": row.item, **_by_month(_shown(amount) for amount in row.amounts)},
    ),
    "financing": Kind(
        N_("Financing"),
        Financing,
        FinancingForm,
        business_plans.save_financing,
        lambda form: {
            "payer": Payer(form.payer.data),
            "description": form.description.data or "",
            "month": form.month.data,
            "amount": _som(form.amount.data),
        },
        lambda row: {
            "payer": row.payer.value,
            "description": row.description,
            "month": row.month,
            "amount": _shown(row.amount),
        },
    ),
    "steps": Kind(
        N_("Work plan"),
        WorkStep,
        WorkStepForm,
        business_plans.save_work_step,
        lambda form: {
            "activity": form.activity.data,
            "responsible": form.responsible.data or "",
            "first_month": form.first_month.data,
            "last_month": form.last_month.data,
        },
        lambda row: {
            "activity": row.activity,
            "responsible": row.responsible,
            "first_month": row.first_month,
            "last_month": row.last_month,
        },
    ),
}
"""The kinds of rows by the word in their address."""


@bp.get("")
@requires(GET=Permission.APPLICATION_READ)
def show(application_id: int) -> ResponseReturnValue:
    """The plan with what it comes to, for everybody who reads the application."""
    application = load(Application, application_id, Permission.APPLICATION_READ)
    return render_template(
        "business_plans/show.html",
        application=application,
        picture=plan_readings.picture(application),
        is_writer=application.is_editable and can(Permission.APPLICATION_WRITE, application),
    )


@bp.route("/frame", methods=["GET", "POST"])
@requires(GET=Permission.APPLICATION_WRITE, POST=Permission.APPLICATION_WRITE)
def frame(application_id: int) -> ResponseReturnValue:
    """When the plan begins, when something is sold, what is in hand."""
    application = load(Application, application_id, Permission.APPLICATION_WRITE)
    if back := closed_page(application, "business_plan", url_for(".show", application_id=application_id)):
        return back
    kept = business_plans.frame_of(application)
    form = _frame_form(kept)
    if kept is not None:
        guard_version(form, kept, in_words(_frame_form(kept, None)), url_for(".frame", application_id=application_id))
    if form.validate_on_submit() and attempt(form, lambda: _set_frame(application, form)):
        location = following_url(application, "business_plan")
        return finish(location, gettext("Saved: %(part)s.", part=gettext("Business plan")))
    return form_page(
        "business_plans/frame.html", number_fields(form, application, "business_plan"), application=application
    )


def _frame_form(frame: BusinessPlan | None, *typed: None) -> FrameForm:
    """The form, filled with what is kept; with None, only with that."""
    values: dict[str, Any] = {"opening_cash": 0}
    if frame is not None:
        values = {
            "month": frame.starts_on.month,
            "year": frame.starts_on.year,
            "sales_from": frame.sales_from,
            "opening_cash": _shown(frame.opening_cash),
        }
    form = FrameForm(*typed, data=values)
    form.month.choices = [(number, gettext(name)) for number, name in enumerate(MONTHS, start=1)]
    return form


def _set_frame(application: Application, form: FrameForm) -> BusinessPlan:
    year = min(max(form.year.data, 1), 9999)  # what is no year at all is refused by the verb, not by the calendar
    return business_plans.set_frame(
        application,
        starts_on=date(year, form.month.data, 1),
        sales_from=form.sales_from.data,
        opening_cash=_som(form.opening_cash.data),
        actor=actor(application),
        now=clock.now(),
    )


@bp.route("/<string:kind>", methods=["GET", "POST"])
@requires(GET=Permission.APPLICATION_WRITE, POST=Permission.APPLICATION_WRITE)
def index(application_id: int, kind: str) -> ResponseReturnValue:
    """The rows of one kind, and a form for the next one."""
    application, of = load(Application, application_id, Permission.APPLICATION_WRITE), KINDS.get(kind) or abort(404)
    form = _with_choices(of.form())
    if form.validate_on_submit() and attempt(form, lambda: _save(application, None, of, form)):
        location = url_for(".index", application_id=application_id, kind=kind)
        return finish(location, gettext("Saved: %(part)s.", part=gettext(of.title)))
    picture = plan_readings.picture(application)
    return form_page(
        "business_plans/index.html",
        number_fields(form, application, kind),
        application=application,
        kind=kind,
        title=gettext(of.title),
        picture=picture,
        problems=business_plans.unbalanced(application, picture.plan) if kind == "financing" else [],
    )


def _with_choices(form: Any) -> Any:
    if "payer" in form:
        form.payer.choices = [(one.value, label_text(one)) for one in business_plans.CASH_PAYERS]
    return form


def _save(application: Application, row: Any, of: Kind, form: BaseForm) -> Any:
    return of.save(application, row, **of.content(form), actor=actor(application), now=clock.now())


@bp.route("/<string:kind>/<int:row_id>/edit", methods=["GET", "POST"])
@requires(GET=Permission.APPLICATION_WRITE, POST=Permission.APPLICATION_WRITE)
def edit(application_id: int, kind: str, row_id: int) -> ResponseReturnValue:
    """Change a row."""
    application, of = load(Application, application_id, Permission.APPLICATION_WRITE), KINDS.get(kind) or abort(404)
    location, row = url_for(".index", application_id=application_id, kind=kind), _row(application, of, row_id)
    if row is None:
        return show_as_gone(_with_choices(of.form()), location)
    if back := closed_page(application, kind, location):
        return back
    form, kept = _with_choices(of.form(data=of.stored(row))), _with_choices(of.form(None, data=of.stored(row)))
    here = url_for(".edit", application_id=application_id, kind=kind, row_id=row_id)
    guard_version(form, row, in_words(kept), here)
    if form.validate_on_submit() and attempt(form, lambda: _save(application, row, of, form)):
        return finish(location, gettext("Saved: %(part)s.", part=gettext(of.title)))
    return form_page(
        "business_plans/edit.html",
        number_fields(form, application, kind),
        application=application,
        kind=kind,
        title=gettext(of.title),
        location=location,
    )


def _row(application: Application, of: Kind, row_id: int) -> Any:
    """The row of this application, locked when a form came."""
    return part(application, of.table, row_id, for_writing=request.method == "POST")


@bp.route("/<string:kind>/<int:row_id>/delete", methods=["GET", "POST"])
@requires(GET=Permission.APPLICATION_WRITE, POST=Permission.APPLICATION_WRITE)
def delete(application_id: int, kind: str, row_id: int) -> ResponseReturnValue:
    """Take a row out, after showing what goes."""
    application, of = load(Application, application_id, Permission.APPLICATION_WRITE), KINDS.get(kind) or abort(404)
    location = url_for(".index", application_id=application_id, kind=kind)
    row = _row(application, of, row_id) or abort(404)
    if back := closed_page(application, kind, location):
        return back
    return removal_page(
        "business_plans/delete.html",
        row,
        lambda: business_plans.remove(row, application, actor=actor(application), now=clock.now()),
        here=url_for(".delete", application_id=application_id, kind=kind, row_id=row_id),
        location=location,
        message=gettext("The row is removed."),
        application=application,
        title=gettext(of.title),
        facts=_facts(of, row),
        back=location,
    )


def _facts(of: Kind, row: Any) -> list[tuple[str, str]]:
    """The row as a person reads it: label and text of each field that says something."""
    form = _with_choices(of.form(None, data=of.stored(row)))
    return [
        (str(form[name].label.text), text) for name, text in in_words(form).items() if text and name != "every_month"
    ]


@bp.post("/financing/propose")
@requires(POST=Permission.APPLICATION_WRITE)
def propose(application_id: int) -> ResponseReturnValue:
    """Fill the empty financing table from the budget."""
    application = load(Application, application_id, Permission.APPLICATION_WRITE)
    return act_on_button(
        lambda: business_plans.propose_financing(application, actor=actor(application), now=clock.now()),
        url_for(".index", application_id=application_id, kind="financing"),
        gettext("The table is filled in from the budget. Change the months where you know better."),
    )
