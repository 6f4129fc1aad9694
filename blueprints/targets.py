"""The results an application promises."""

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.localisation import current_locale, gettext
from app.policy import Permission
from app.services import applications, results
from app.web.access import actor, load, requires
from app.web.form_parts import closed_page, number_fields
from app.web.submissions import attempt, finish, form_page, guard_version, in_words, removal_page, show_as_gone
from forms.targets import PromiseForm, ValuesForm
from models.applications import Application, ApplicationTarget
from models.indicators import Indicator

bp = Blueprint("targets", __name__, url_prefix="/applications/<int:application_id>/targets")


@bp.route("", methods=["GET", "POST"])
@requires(GET=Permission.APPLICATION_WRITE, POST=Permission.APPLICATION_WRITE)
def index(application_id: int) -> ResponseReturnValue:
    """What is promised, and a form for the next promise; a second one on the same thing replaces the first."""
    application = load(Application, application_id, Permission.APPLICATION_WRITE)
    indicators = {one.id: one for one in results.active_indicators()}
    form = PromiseForm()
    form.indicator.choices = [(one.id, one.title_in(current_locale())) for one in indicators.values()]
    if form.validate_on_submit() and attempt(form, lambda: _set(application, indicators[form.indicator.data], form)):
        return finish(url_for("targets.index", application_id=application.id), gettext("The promise is recorded."))
    return form_page(
        "targets/index.html",
        number_fields(form, application, "targets"),
        application=application,
        indicators=list(indicators.values()),
    )


def _promise(application: Application, promise_id: int) -> ApplicationTarget | None:
    """The promise of this application, locked when a form came."""
    return applications.part(application, ApplicationTarget, promise_id, for_writing=request.method == "POST")


@bp.route("/<int:promise_id>/edit", methods=["GET", "POST"])
@requires(GET=Permission.APPLICATION_WRITE, POST=Permission.APPLICATION_WRITE)
def edit(application_id: int, promise_id: int) -> ResponseReturnValue:
    """Change the two values of a promise."""
    application = load(Application, application_id, Permission.APPLICATION_WRITE)
    location, promise = url_for(".index", application_id=application_id), _promise(application, promise_id)
    if promise is None:
        return show_as_gone(ValuesForm(), location)
    if back := closed_page(application, "targets", location):
        return back
    form, kept = ValuesForm(obj=promise), ValuesForm(None, obj=promise)
    guard_version(form, promise, in_words(kept), url_for(".edit", application_id=application_id, promise_id=promise_id))
    if form.validate_on_submit() and attempt(form, lambda: _set(application, promise.indicator, form)):
        return finish(location, gettext("The promise is changed."))
    return form_page(
        "targets/edit.html",
        number_fields(form, application, "targets"),
        application=application,
        indicator=promise.indicator,
    )


def _set(application: Application, indicator: Indicator, form: PromiseForm | ValuesForm) -> None:
    applications.set_target(
        application,
        indicator,
        form.baseline.data,
        form.target.data,
        actor=actor(application),
        now=clock.now(),
    )


@bp.route("/<int:promise_id>/delete", methods=["GET", "POST"])
@requires(GET=Permission.APPLICATION_WRITE, POST=Permission.APPLICATION_WRITE)
def delete(application_id: int, promise_id: int) -> ResponseReturnValue:
    """Take a promise out, after showing what goes."""
    application = load(Application, application_id, Permission.APPLICATION_WRITE)
    location, promise = (
        url_for(".index", application_id=application_id),
        _promise(application, promise_id) or abort(404),
    )
    if back := closed_page(application, "targets", location):
        return back
    return removal_page(
        "targets/delete.html",
        promise,
        lambda: applications.remove_target(promise, application, actor=actor(application), now=clock.now()),
        here=url_for(".delete", application_id=application_id, promise_id=promise_id),
        location=location,
        message=gettext("The promise is removed."),
        application=application,
        promise=promise,
    )
