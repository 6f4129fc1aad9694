"""One finding for many applications: chosen, previewed, held, then sent or taken back."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import label_text
from app.localisation import current_locale, gettext
from app.policy import Permission
from app.services import conflicts, questions, screening_batches
from app.services.errors import DomainError
from app.services.screening_batches import Preview
from app.web.access import actor, load, requires, row_number, signed_in_user
from app.web.submissions import act_on_button, attempt, finish, form_page
from forms.base import is_row_number
from forms.screening_batches import ScreeningBatchForm
from models.applications import Application, ScreeningOutcome
from models.screening_batches import ScreeningBatch

bp = Blueprint("screening_batches", __name__, url_prefix="/screening-batches")
SCREEN = Permission.APPLICATION_SCREEN


@bp.get("")
@requires(GET=SCREEN)
def index() -> ResponseReturnValue:
    """The batches, those with something held first."""
    batches = screening_batches.newest(conflicts.ties_of(signed_in_user()))
    return render_template("screening_batches/index.html", batches=batches)


@bp.route("/new", methods=["GET", "POST"])
@requires(GET=SCREEN, POST=SCREEN)
def new() -> ResponseReturnValue:
    """The finding for those ticked, then what it does to each, then it is held. `list` is where they were ticked."""
    query = request.args.get("list", "")
    shown = _list_as_shown(query)
    try:
        chosen = screening_batches.chosen(_ids(), signed_in_user())
    except DomainError as refusal:
        flash(str(refusal), "error")
        return redirect(shown, 303)
    if not chosen:
        flash(gettext("Tick at least one application."), "error")
        return redirect(shown, 303)
    form = _form(chosen)
    is_valid = form.validate_on_submit() and "change" not in request.form
    if is_valid and "record" in request.form and (batch := attempt(form, lambda: _hold(form, chosen))):
        return finish(url_for(".show", batch_id=batch.id), gettext("The findings are held. Nobody has been told yet."))
    previews = attempt(form, lambda: _previews(form, chosen)) if is_valid else None
    page = form_page("screening_batches/new.html", form, chosen=chosen, previews=previews, list=query, list_url=shown)
    is_asked_for = form.is_submitted() and not form.errors and not form.form_errors
    return page[0] if is_asked_for and isinstance(page, tuple) else page


def _list_as_shown(query: str) -> str:
    """The address of the screening list with its own query: the same choices and page."""
    given = urlencode(parse_qsl(query))
    return url_for("screenings.index") + (f"?{given}" if given else "")


def _ids() -> list[int]:
    """Those ticked, or every one of the page; with another finding also those the first one would have left out."""
    texts = request.args.get("page", "").split() or request.values.getlist("applications")
    if "change" in request.form:
        texts += request.form.getlist("left_out")
    return [int(text) for text in texts if is_row_number(text)]


def _form(chosen: list[Application]) -> ScreeningBatchForm:
    form = ScreeningBatchForm(applications=[one.id for one in chosen])
    form.applications.choices = [(one.id, one.number) for one in chosen]
    form.outcome.choices = [(one.value, label_text(one)) for one in ScreeningOutcome]
    parts = screening_batches.common_parts(chosen)
    form.parts.choices = [(part.key, part.numbered_in(current_locale())) for part in parts]
    return form


def _finding(form: ScreeningBatchForm) -> dict[str, Any]:
    return {"reason": form.reason.data or "", "parts": form.parts.data or (), "actor": actor(), "now": clock.now()}


def _previews(form: ScreeningBatchForm, chosen: list[Application]) -> list[Preview]:
    return screening_batches.preview(chosen, ScreeningOutcome(form.outcome.data), **_finding(form))


def _hold(form: ScreeningBatchForm, chosen: list[Application]) -> ScreeningBatch:
    outcome = ScreeningOutcome(form.outcome.data)
    return screening_batches.hold(chosen, outcome, seen=form.versions(), **_finding(form))


@bp.get("/<int:batch_id>")
@requires(GET=SCREEN)
def show(batch_id: int) -> ResponseReturnValue:
    """What is held, what was sent, taken back or left out; and what sending would do now."""
    batch = load(ScreeningBatch, batch_id, SCREEN)
    found = screening_batches.of(batch, conflicts.ties_of(signed_in_user())) or abort(404)
    hindrances = screening_batches.hindrances(found, actor=actor(), now=clock.now())
    by_key = questions.form_of(found[0].application.call).by_key
    return render_template(
        "screening_batches/show.html",
        batch=batch,
        rows=[(held, screening_batches.problem_of(held), hindrances.get(held.id)) for held in found],
        parts=[by_key[key].numbered_in(current_locale()) for key in batch.parts],
    )


@bp.post("/<int:batch_id>/send")
@requires(POST=SCREEN)
def send(batch_id: int) -> ResponseReturnValue:
    """Tell the associations. What cannot be recorded any more is left out and named on the page."""
    batch = load(ScreeningBatch, batch_id, SCREEN)
    message = gettext("The findings are sent. If one was left out, it stands below with the reason.")
    here = url_for(".show", batch_id=batch.id)
    return act_on_button(lambda: screening_batches.send(batch, actor=actor(), now=clock.now()) or True, here, message)


@bp.post("/<int:batch_id>/undo")
@requires(POST=SCREEN)
def undo(batch_id: int) -> ResponseReturnValue:
    """Take back one held finding, or all."""
    batch, held_id = load(ScreeningBatch, batch_id, SCREEN), request.form.get("held_id", type=row_number)
    if held_id is None and "held_id" in request.form:
        abort(404)
    return act_on_button(
        lambda: screening_batches.undo(batch, held_id, actor=actor(), now=clock.now()),
        url_for(".show", batch_id=batch.id),
        gettext("Taken back. Nobody was told."),
    )
