"""Dry runs: the test association applies in a draft call before it opens."""

from flask import Blueprint, abort, render_template, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.localisation import current_locale, gettext
from app.policy import Permission
from app.services import calls, centres, dry_runs
from app.web.access import actor, authorise, can, load, requires
from app.web.submissions import act_on_button, attempt, finish, form_page
from forms.dry_runs import TestAssociationForm
from models.calls import Call

bp = Blueprint("dry_runs", __name__, url_prefix="/calls/<int:call_id>/dry-run")


@bp.get("")
@requires(GET=Permission.DRY_RUN_READ)
def show(call_id: int) -> ResponseReturnValue:
    """What a dry run is for, how far it is, and how it is begun."""
    call = load(Call, call_id, Permission.DRY_RUN_READ)
    association = dry_runs.test_association()
    trial = calls.trial_of(call)
    walks = association is not None and can(Permission.APPLICATION_WRITE, association)
    if not walks and not can(Permission.CALL_MANAGE):
        abort(404)
    return render_template(
        "dry_runs/show.html",
        call=call,
        association=association,
        application=dry_runs.of(call),
        is_outdated=trial is not None and not trial.still_holds,
        walks=walks,
    )


@bp.route("/association", methods=["GET", "POST"])
@requires(GET=Permission.CALL_MANAGE, POST=Permission.CALL_MANAGE)
def found(call_id: int) -> ResponseReturnValue:
    """Make the one test association of the programme."""
    call, form = load(Call, call_id, Permission.CALL_MANAGE), TestAssociationForm()
    there = {centre.id: centre for centre in centres.listed()}
    form.centre.choices = [(one.id, one.name(current_locale())) for one in there.values()]
    if form.validate_on_submit() and attempt(
        form, lambda: dry_runs.found(there[form.centre.data], actor=actor(), now=clock.now())
    ):
        message = gettext("The test association is made. The operators of its centre have a message.")
        return finish(url_for(".show", call_id=call.id), message)
    return form_page("dry_runs/found.html", form, call=call)


@bp.post("/start")
@requires(POST=Permission.APPLICATION_WRITE)
def start(call_id: int) -> ResponseReturnValue:
    """Begin the dry run of a draft call."""
    call = load(Call, call_id)
    association = dry_runs.test_association() or abort(404)
    authorise(Permission.APPLICATION_WRITE, association)
    return act_on_button(
        lambda: dry_runs.start(call, association, language=current_locale(), actor=actor(association), now=clock.now()),
        url_for(".show", call_id=call.id),
        gettext("The dry run is started. Write it like a real application."),
    )
