"""Calibration: past applications judged for practice before a call's reviews begin, and how the reviewers differ."""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.localisation import current_locale, gettext
from app.policy import Permission
from app.services import applications, calibrations, conflicts, questions
from app.services.reviews import LONGEST_JUSTIFICATION, SHORTEST_JUSTIFICATION
from app.web import review_forms
from app.web.access import actor, load, requires, signed_in_user
from app.web.submissions import attempt, check_version, finish, form_page, in_words
from forms.calibrations import ChooseForm
from forms.reviews import ReviewForm, rubric_form
from models.calibrations import Calibration, CalibrationReview
from models.calls import Call

bp = Blueprint("calibrations", __name__, url_prefix="/calibrations")
WRITE, MANAGE = Permission.REVIEW_WRITE, Permission.ASSIGNMENT_MANAGE


@bp.get("")
@requires(GET=WRITE)
def index() -> ResponseReturnValue:
    """What I am asked to judge for practice."""
    return render_template("calibrations/index.html", rows=calibrations.of_reviewer(signed_in_user()))


@bp.route("/<int:calibration_id>/edit", methods=["GET", "POST"])
@requires(GET=WRITE, POST=WRITE)
def edit(calibration_id: int) -> ResponseReturnValue:
    """Judge a past application for practice, by the rubric of the call."""
    calibration = load(Calibration, calibration_id)
    if not calibrations.is_asked(calibration, signed_in_user()):
        abort(404)  # a whole past application stands beside the form
    review = calibrations.review_of(calibration, signed_in_user())
    after = url_for(".result", call_id=calibration.call_id)
    if review is not None and review.submitted_at:
        return redirect(after, 303)
    form = _form(calibration, review)
    is_sent, hands_in = form.validate_on_submit(), "submit" in request.form
    if form.is_submitted() and review is not None:
        check_version(form, review, in_words(_form(calibration, review, formdata=None)), request.path)
    if is_sent and not hands_in and attempt(form, lambda: _act(calibrations.save_draft, calibration, form)):
        return finish(request.path, gettext("The draft is saved."))
    if is_sent and hands_in:
        if attempt(form, lambda: _act(calibrations.submit, calibration, form)):
            return finish(after, gettext("Handed in. It counts nowhere."))
        review_forms.mark_gaps(form, calibration.call.criteria)
    return form_page("calibrations/edit.html", form, **_sources(calibration))


def _form(calibration: Calibration, review: CalibrationReview | None, **typed: Any) -> ReviewForm:
    """The rubric filled with what is written; without note and flag, which are for the Council."""
    values = {"data": review_forms.stored(review)} | typed
    return rubric_form(calibration.call.criteria, current_locale(), LONGEST_JUSTIFICATION, **values)


def _act(verb: Any, calibration: Calibration, form: ReviewForm) -> Any:
    written = review_forms.judgements(form, calibration.call.criteria)
    return verb(calibration, written, form.comment.data or "", actor=actor(), now=clock.now())


def _sources(calibration: Calibration) -> dict[str, Any]:
    """What the page shows beside the form."""
    application = calibration.application
    return {
        "calibration": calibration,
        "application": application,
        "form_parts": questions.form_of(application.call),
        "pledges": applications.pledges_of(application),
        "shortest": SHORTEST_JUSTIFICATION,
    }


@bp.get("/calls/<int:call_id>/result")
@requires(GET=WRITE)
def result(call_id: int) -> ResponseReturnValue:
    """How I judged beside the others, as far as I have handed in; nobody is named."""
    call = load(Call, call_id)
    found = calibrations.compare(call, signed_in_user(), conflicts.ties_of(signed_in_user()))
    return render_template("calibrations/result.html", call=call, comparisons=found, titles=_titles(call))


@bp.get("/calls/<int:call_id>")
@requires(GET=MANAGE)
def show(call_id: int) -> ResponseReturnValue:
    """For the secretary: what is judged for practice, who has done it, and how they differ."""
    call, ties = load(Call, call_id), conflicts.ties_of(signed_in_user())
    seen = calibrations.of_call(call, ties)
    return render_template(
        "calibrations/show.html",
        call=call,
        chosen=calibrations.of_call(call),
        seen=seen,
        progress=calibrations.progress(call, ties) if seen else [],
        comparisons=calibrations.compare(call, None, ties),
        titles=_titles(call),
        may_choose=calibrations.can_be_chosen(call),
        each=calibrations.EACH,
    )


@bp.route("/calls/<int:call_id>/choose", methods=["GET", "POST"])
@requires(GET=MANAGE, POST=MANAGE)
def choose(call_id: int) -> ResponseReturnValue:
    """Choose two past applications."""
    call, locale = load(Call, call_id), current_locale()
    if request.method == "GET" and not calibrations.can_be_chosen(call):
        return redirect(url_for(".show", call_id=call_id), 303)
    form = ChooseForm(data={"applications": [one.application_id for one in calibrations.of_call(call)]})
    found = calibrations.candidates(call, signed_in_user())
    form.applications.choices = [
        (one.id, f"{one.number}: {one.title} ({one.association.name(locale)}, {one.call.title_in(locale)})")
        for one in found
    ]
    if form.validate_on_submit() and attempt(
        form, lambda: calibrations.choose(call, form.applications.data or (), actor=actor(), now=clock.now())
    ):
        return finish(url_for(".show", call_id=call_id), gettext("Chosen. Every reviewer of the call has a message."))
    return form_page("calibrations/choose.html", form, call=call)


def _titles(call: Call) -> dict[str, str]:
    return {one.key: one.title_in(current_locale()) for one in call.criteria}
