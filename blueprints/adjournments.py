"""A session that ends without decisions, and what is taken off its agenda."""

from flask import Blueprint, abort, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.localisation import gettext
from app.policy import Permission
from app.services import adjournments, new_decisions
from app.web.access import actor, load, must_have_no_tie, requires
from app.web.submissions import attempt, finish, form_page
from forms.adjournments import AdjournmentForm
from models.applications import Application
from models.council_sessions import CouncilSession

bp = Blueprint("adjournments", __name__, url_prefix="/council/<int:session_id>")


@bp.route("/adjourn", methods=["GET", "POST"])
@requires(GET=Permission.SESSION_MANAGE, POST=Permission.SESSION_MANAGE)
def new(session_id: int) -> ResponseReturnValue:
    """End a session that has decided nothing."""
    session, form = load(CouncilSession, session_id, Permission.SESSION_MANAGE), AdjournmentForm()
    reason = form.reason.data or ""
    if form.validate_on_submit() and attempt(
        form, lambda: adjournments.adjourn(session, reason=reason, actor=actor(), now=clock.now())
    ):
        done = gettext("The session has ended without decisions. Convene the Council when it can sit.")
        return finish(url_for("council_sessions.show", session_id=session_id), done)
    anew = len(new_decisions.on_the_agenda(session))
    return form_page("adjournments/new.html", form, session=session, anew=anew)


@bp.route("/agenda/<int:application_id>/take-off", methods=["GET", "POST"])
@requires(GET=Permission.SESSION_MANAGE, POST=Permission.SESSION_MANAGE)
def take_off(session_id: int, application_id: int) -> ResponseReturnValue:
    """Take what is to be decided anew off the agenda."""
    session = load(CouncilSession, session_id, Permission.SESSION_MANAGE)
    application = load(Application, application_id, Permission.APPLICATION_READ)
    must_have_no_tie(application)
    followed = new_decisions.on_the_agenda(session).get(application_id) or abort(404)
    form = AdjournmentForm()
    reason = form.reason.data or ""
    if form.validate_on_submit() and attempt(
        form, lambda: adjournments.take_off(session, application, reason=reason, actor=actor(), now=clock.now())
    ):
        done = gettext("The application is off the agenda. Its appeal waits for another session.")
        return finish(url_for("council_sessions.show", session_id=session_id), done)
    return form_page("adjournments/take_off.html", form, session=session, application=application, followed=followed)
