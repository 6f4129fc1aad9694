"""The results an application promises."""

from flask import Blueprint, abort, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.localisation import current_locale, gettext
from app.policy import Permission
from app.services import applications, results
from app.web.access import actor, load, requires
from app.web.submissions import act_on_button, attempt, finish, form_page
from forms.targets import PromiseForm
from models.applications import Application

bp = Blueprint("targets", __name__, url_prefix="/applications/<int:application_id>/targets")


@bp.route("", methods=["GET", "POST"])
@requires(GET=Permission.APPLICATION_WRITE, POST=Permission.APPLICATION_WRITE)
def index(application_id: int) -> ResponseReturnValue:
    """What is promised, and a form for the next promise; a second one on the same thing replaces the first."""
    application = load(Application, application_id, Permission.APPLICATION_WRITE)
    indicators = {one.id: one for one in results.active_indicators()}
    form = PromiseForm()
    form.indicator.choices = [(one.id, one.title_in(current_locale())) for one in indicators.values()]
    if form.validate_on_submit() and attempt(
        form,
        lambda: applications.set_target(
            application,
            indicators[form.indicator.data],
            form.baseline.data,
            form.target.data,
            actor=actor(application),
            now=clock.now(),
        ),
    ):
        return finish(url_for("targets.index", application_id=application.id), gettext("The promise is recorded."))
    return form_page("targets/index.html", form, application=application, indicators=list(indicators.values()))


@bp.post("/<int:promise_id>/delete")
@requires(POST=Permission.APPLICATION_WRITE)
def delete(application_id: int, promise_id: int) -> ResponseReturnValue:
    """Take a promise out."""
    application = load(Application, application_id, Permission.APPLICATION_WRITE)
    promise = next((one for one in application.targets if one.id == promise_id), None)
    if promise is None:
        abort(404)
    return act_on_button(
        lambda: applications.remove_target(promise, application, actor=actor(application), now=clock.now()),
        url_for("targets.index", application_id=application.id),
        gettext("The promise is removed."),
    )
