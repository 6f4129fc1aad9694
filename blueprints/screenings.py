"""Screening: the rules looked up, the secretary's finding."""

from collections.abc import Sequence

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import label_text
from app.localisation import current_locale, gettext
from app.policy import Permission
from app.services import duplicates, questions, screenings
from app.services.screenings import Finding
from app.web.access import actor, load, requires
from app.web.submissions import attempt, finish, form_page
from forms.screenings import ScreeningForm, screening_form
from models.applications import Application, ScreeningOutcome

bp = Blueprint("screenings", __name__)


@bp.route("/applications/<int:application_id>/screenings/new", methods=["GET", "POST"])
@requires(GET=Permission.APPLICATION_SCREEN, POST=Permission.APPLICATION_SCREEN)
def new(application_id: int) -> ResponseReturnValue:
    """Every rule with what was found, then the finding."""
    application = load(Application, application_id, Permission.APPLICATION_SCREEN)
    findings = screenings.findings(application)
    form = _with_choices(_form(findings), application)
    if form.validate_on_submit() and attempt(form, lambda: _screen(form, application)):
        return finish(
            url_for("applications.show", application_id=application.id),
            gettext("The finding is recorded. The association has a message."),
        )
    return form_page(
        "screenings/new.html",
        form,
        application=application,
        findings=findings,
        suspects=duplicates.found(application),
    )


def _form(findings: Sequence[Finding]) -> ScreeningForm:
    unmet = [one for one in findings if not one.met]
    return screening_form(
        [(one.rule, gettext("Why do you set this rule aside: “%(rule)s”", rule=gettext(one.text))) for one in unmet]
    )()


def _with_choices(form: ScreeningForm, application: Application) -> ScreeningForm:
    parts = questions.form_of(application.call).parts
    form.outcome.choices = [(one.value, label_text(one)) for one in ScreeningOutcome]
    form.parts.choices = [(part.key, part.numbered_in(current_locale())) for part in parts]
    return form


def _screen(form: ScreeningForm, application: Application) -> object:
    return screenings.screen(
        application,
        ScreeningOutcome(form.outcome.data),
        reason=form.reason.data or "",
        overrides=form.overrides(),
        parts=form.parts.data or (),
        actor=actor(),
        now=clock.now(),
    )
