"""The pledges of co-investment behind an application."""

from typing import Any

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import COUNTRIES, country_text
from app.localisation import EXPONENTS, current_locale, gettext, plain_amount
from app.policy import Permission
from app.services import applications, consents, plan_warnings, rates, remitters
from app.web.access import actor, load, requires
from app.web.form_parts import closed_page, number_fields
from app.web.submissions import attempt, finish, form_page, guard_version, in_words, removal_page, show_as_gone
from forms.base import is_row_number
from forms.pledges import PledgeForm
from models.applications import Application, Payer
from models.pledges import Pledge

bp = Blueprint("pledges", __name__, url_prefix="/applications/<int:application_id>/pledges")


@bp.route("", methods=["GET", "POST"])
@requires(GET=Permission.APPLICATION_WRITE, POST=Permission.APPLICATION_WRITE)
def index(application_id: int) -> ResponseReturnValue:
    """Who promised what, and a form for the next promise."""
    application = load(Application, application_id, Permission.APPLICATION_WRITE)
    form = _with_choices(PledgeForm(consent_version=consents.CURRENT))
    if form.validate_on_submit() and attempt(form, lambda: _add(application, form)):
        return finish(url_for("pledges.index", application_id=application.id), gettext("The pledge is recorded."))
    pledges = applications.pledges_of(application)
    return form_page(
        "pledges/index.html",
        number_fields(form, application, "pledges"),
        application=application,
        pledges=pledges,
        warnings=plan_warnings.of_pledges(pledges),
        consent=gettext(consents.TEXTS[consents.CURRENT]),
        known=remitters.of_association(application.association),
        planned=application.amount_paid_by(Payer.REMITTANCE),
    )


def _with_choices(form: PledgeForm) -> PledgeForm:
    form.country.choices = [("", gettext("Choose")), *((code, country_text(code)) for code in COUNTRIES)]
    form.currency.choices = [("", gettext("Choose")), *((code, code) for code in EXPONENTS)]
    return form


def _add(application: Application, form: PledgeForm) -> Pledge:
    return applications.add_pledge(application, **_content(form), actor=actor(application), now=clock.now())


def _content(form: PledgeForm) -> dict[str, Any]:
    """The form as the service takes it."""
    capacity = form.monthly_capacity.data
    return {
        "remitter_name": form.remitter_name.data,
        "is_pseudonym": form.is_pseudonym.data,
        "country": form.country.data,
        "currency": form.currency.data,
        "amount": rates.minor_units(form.amount.data, form.currency.data),
        "due_on": form.due_on.data,
        "has_consent": form.has_consent.data,
        "consent_version": int(text) if is_row_number(text := form.consent_version.data or "") else 0,
        "consent_locale": current_locale(),
        "monthly_capacity": capacity and rates.minor_units(capacity, form.currency.data, field="monthly_capacity"),
    }


def _stored(pledge: Pledge) -> dict[str, Any]:
    """The fields of the form as they are kept."""
    kept = ("remitter_name", "is_pseudonym", "country", "currency", "due_on")
    amounts = {
        name: None if (amount := getattr(pledge, name)) is None else plain_amount(amount, pledge.currency)
        for name in ("amount", "monthly_capacity")
    }
    consent = {
        "has_consent": pledge.has_consent and pledge.consent_version == consents.CURRENT,  # an older text: ask anew
        "consent_version": consents.CURRENT,
    }
    return {name: getattr(pledge, name) for name in kept} | amounts | consent


def _pledge(application: Application, pledge_id: int) -> Pledge | None:
    """The pledge to this application, locked when a form came."""
    return applications.part(application, Pledge, pledge_id, for_writing=request.method == "POST")


@bp.route("/<int:pledge_id>/edit", methods=["GET", "POST"])
@requires(GET=Permission.APPLICATION_WRITE, POST=Permission.APPLICATION_WRITE)
def edit(application_id: int, pledge_id: int) -> ResponseReturnValue:
    """Change a pledge."""
    application = load(Application, application_id, Permission.APPLICATION_WRITE)
    location, pledge = url_for(".index", application_id=application_id), _pledge(application, pledge_id)
    if pledge is None:
        return show_as_gone(_with_choices(PledgeForm()), location)
    if back := closed_page(application, "pledges", location):
        return back
    stored = _stored(pledge)
    form, kept = _with_choices(PledgeForm(data=stored)), _with_choices(PledgeForm(None, data=stored))
    guard_version(form, pledge, in_words(kept), url_for(".edit", application_id=application_id, pledge_id=pledge_id))
    if form.validate_on_submit() and attempt(form, lambda: _change(pledge, application, form)):
        return finish(location, gettext("The pledge is changed."))
    number_fields(form, application, "pledges")
    return form_page(
        "pledges/edit.html",
        form,
        application=application,
        consent=gettext(consents.TEXTS[consents.CURRENT]),
        known=remitters.of_association(application.association),
    )


def _change(pledge: Pledge, application: Application, form: PledgeForm) -> None:
    applications.change_pledge(pledge, application, **_content(form), actor=actor(application), now=clock.now())


@bp.route("/<int:pledge_id>/delete", methods=["GET", "POST"])
@requires(GET=Permission.APPLICATION_WRITE, POST=Permission.APPLICATION_WRITE)
def delete(application_id: int, pledge_id: int) -> ResponseReturnValue:
    """Take a pledge out, after showing what goes."""
    application = load(Application, application_id, Permission.APPLICATION_WRITE)
    location, pledge = url_for(".index", application_id=application_id), _pledge(application, pledge_id) or abort(404)
    if back := closed_page(application, "pledges", location):
        return back
    return removal_page(
        "pledges/delete.html",
        pledge,
        lambda: applications.remove_pledge(pledge, application, actor=actor(application), now=clock.now()),
        here=url_for(".delete", application_id=application_id, pledge_id=pledge_id),
        location=location,
        message=gettext("The pledge is removed."),
        application=application,
        pledge=pledge,
    )
