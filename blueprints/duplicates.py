"""Applications that are alike: what was found, and what the secretary says of each pair."""

from flask import Blueprint, abort, render_template, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import label_text
from app.localisation import gettext
from app.policy import Permission
from app.services import duplicates
from app.web.access import actor, load, requires, signed_in_user
from app.web.submissions import attempt, finish, form_page
from forms.duplicates import DuplicateForm
from models.applications import Application
from models.duplicates import DuplicateVerdict

bp = Blueprint("duplicates", __name__)


@bp.get("/applications/<int:application_id>/duplicates")
@requires(GET=Permission.APPLICATION_SCREEN)
def index(application_id: int) -> ResponseReturnValue:
    """The applications that share people or texts with this one."""
    application = load(Application, application_id, Permission.APPLICATION_SCREEN)
    user = signed_in_user()
    return render_template(
        "duplicates/index.html",
        application=application,
        suspects=duplicates.seen_by(user, application),
        own=duplicates.of_same_association(user, application),
    )


@bp.route("/applications/<int:application_id>/duplicates/<int:other_id>", methods=["GET", "POST"])
@requires(GET=Permission.APPLICATION_SCREEN, POST=Permission.APPLICATION_SCREEN)
def show(application_id: int, other_id: int) -> ResponseReturnValue:
    """Two applications side by side, and the finding."""
    application = load(Application, application_id, Permission.APPLICATION_SCREEN)
    load(Application, other_id, Permission.APPLICATION_SCREEN)  # neither for who has a tie to it
    suspect = duplicates.suspect(application, other_id) or abort(404)
    form = DuplicateForm()
    form.verdict.choices = [(one.value, label_text(one)) for one in DuplicateVerdict]
    if form.validate_on_submit() and attempt(form, lambda: _judge(form, application, other_id)):
        there = url_for("duplicates.index", application_id=application.id)
        return finish(there, gettext("The finding on the pair is recorded."))
    pairs = duplicates.side_by_side(application, suspect.other)
    return form_page("duplicates/show.html", form, application=application, suspect=suspect, pairs=pairs)


def _judge(form: DuplicateForm, application: Application, other_id: int) -> object:
    return duplicates.judge(
        application,
        other_id,
        DuplicateVerdict(form.verdict.data),
        reason=form.reason.data or "",
        actor=actor(),
        now=clock.now(),
    )
