"""The pledges of co-investment behind an application."""

from flask import Blueprint, abort, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import COUNTRIES, country_text
from app.localisation import EXPONENTS, N_, gettext, to_minor
from app.policy import Permission
from app.services import applications
from app.services.errors import DomainError
from app.web.access import actor, load, requires
from app.web.submissions import act_on_button, attempt, finish, form_page
from forms.pledges import PledgeForm
from models.applications import Application, Payer
from models.pledges import Pledge

bp = Blueprint("pledges", __name__, url_prefix="/applications/<int:application_id>/pledges")


@bp.route("", methods=["GET", "POST"])
@requires(GET=Permission.APPLICATION_WRITE, POST=Permission.APPLICATION_WRITE)
def index(application_id: int) -> ResponseReturnValue:
    """Who promised what, and a form for the next promise."""
    application = load(Application, application_id, Permission.APPLICATION_WRITE)
    form = PledgeForm()
    form.country.choices = [("", gettext("Choose")), *((code, country_text(code)) for code in COUNTRIES)]
    form.currency.choices = [("", gettext("Choose")), *((code, code) for code in EXPONENTS)]
    if form.validate_on_submit() and attempt(form, lambda: _add(application, form)):
        return finish(url_for("pledges.index", application_id=application.id), gettext("The pledge is recorded."))
    return form_page(
        "pledges/index.html",
        form,
        application=application,
        pledges=applications.pledges_of(application),
        planned=application.amount_paid_by(Payer.REMITTANCE),
    )


def _add(application: Application, form: PledgeForm) -> Pledge:
    try:
        amount = to_minor(form.amount.data, form.currency.data)
    except ValueError as error:
        raise DomainError(N_("This currency has no such fractions: enter a whole amount."), field="amount") from error
    return applications.add_pledge(
        application,
        remitter_name=form.remitter_name.data,
        is_pseudonym=form.is_pseudonym.data,
        country=form.country.data,
        currency=form.currency.data,
        amount=amount,
        due_on=form.due_on.data,
        has_consent=form.has_consent.data,
        actor=actor(application),
        now=clock.now(),
    )


@bp.post("/<int:pledge_id>/delete")
@requires(POST=Permission.APPLICATION_WRITE)
def delete(application_id: int, pledge_id: int) -> ResponseReturnValue:
    """Take a pledge out."""
    application = load(Application, application_id, Permission.APPLICATION_WRITE)
    pledge = next((one for one in applications.pledges_of(application) if one.id == pledge_id), None)
    if pledge is None:
        abort(404)
    return act_on_button(
        lambda: applications.remove_pledge(pledge, application, actor=actor(application), now=clock.now()),
        url_for("pledges.index", application_id=application.id),
        gettext("The pledge is removed."),
    )
