"""Who benefits from an application: the numbers entered and changed."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.localisation import gettext
from app.policy import Permission
from app.services.applications import beneficiaries
from app.services.applications.beneficiaries import FIELDS, BeneficiariesInput
from app.web.access import actor, load, requires
from app.web.form_parts import closed_page, following_url, number_fields
from app.web.submissions import attempt, finish, form_page, guard_version, in_words
from forms.beneficiaries import BeneficiariesForm
from models.applications import Application
from models.beneficiaries import Beneficiaries

bp = Blueprint("beneficiaries", __name__, url_prefix="/applications/<int:application_id>/beneficiaries")


@bp.route("", methods=["GET", "POST"])
@requires(GET=Permission.APPLICATION_WRITE, POST=Permission.APPLICATION_WRITE)
def edit(application_id: int) -> ResponseReturnValue:
    """Count those who benefit, or count anew."""
    application = load(Application, application_id, Permission.APPLICATION_WRITE)
    if back := closed_page(application, "beneficiaries", url_for("applications.show", application_id=application_id)):
        return back
    form, kept = _form(application), application.beneficiaries
    if kept is not None:
        guard_version(form, kept, in_words(_form(application, None)), url_for(".edit", application_id=application_id))
    if form.validate_on_submit() and attempt(form, lambda: _record(application, form)):
        onward = following_url(application, "beneficiaries")
        return finish(onward, gettext("Saved: %(part)s.", part=gettext("People who benefit, counted")))
    return form_page("beneficiaries/edit.html", form, application=application)


def _form(application: Application, *typed: None) -> BeneficiariesForm:
    """The form, filled with what is kept; with None, only with that."""
    kept = application.beneficiaries
    form = BeneficiariesForm(*typed, data={name: getattr(kept, name) for name in FIELDS} if kept else {})
    number_fields(form, application, "beneficiaries")
    return form


def _record(application: Application, form: BeneficiariesForm) -> Beneficiaries:
    content = BeneficiariesInput(**{name: form[name].data for name in FIELDS})
    return beneficiaries.record(application, content, actor=actor(application), now=clock.now())
