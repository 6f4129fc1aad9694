"""Reviews: my assignments, writing, and reading what was submitted."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.localisation import current_locale, gettext
from app.policy import Permission
from app.services import applications, assignments, papers, questions, reviews, scoring
from app.services.reviews import LONGEST_JUSTIFICATION, SHORTEST_JUSTIFICATION, Judgement
from app.web.access import actor, load, requires, signed_in_user
from app.web.submissions import attempt, check_version, finish, form_page, in_words
from forms.reviews import ReviewForm, rubric_form
from models.applications import Application
from models.calls import Criterion
from models.reviews import Assignment, AssignmentStatus
from models.users import Role

bp = Blueprint("reviews", __name__, url_prefix="/reviews")


@bp.get("")
@requires(GET=Permission.REVIEW_WRITE)
def index() -> ResponseReturnValue:
    """My assignments: what waits for me, then what is done."""
    rows = assignments.of_reviewer(signed_in_user())
    waiting = [one for one in rows if one.status in assignments.OUTSTANDING]
    done = [one for one in reversed(rows) if one.status not in assignments.OUTSTANDING]
    today = clock.bishkek_day(clock.now())
    return render_template("reviews/index.html", waiting=waiting, done=done, today=today)


@bp.route("/<int:assignment_id>/edit", methods=["GET", "POST"])
@requires(GET=Permission.REVIEW_WRITE, POST=Permission.REVIEW_WRITE)
def edit(assignment_id: int) -> ResponseReturnValue:
    """Write a review: a draft keeps everything, submitting needs every level justified."""
    assignment = load(Assignment, assignment_id, Permission.REVIEW_WRITE)
    if assignment.status is not AssignmentStatus.ACCEPTED:
        return redirect(_page_of(assignment), 303)
    stored = _stored(assignment)
    form = rubric_form(_criteria(assignment), current_locale(), LONGEST_JUSTIFICATION, data=stored)
    is_sent = form.validate_on_submit()
    if form.is_submitted():
        _check_version(form, assignment, stored)
    if is_sent and "submit" not in request.form and attempt(form, lambda: _act(reviews.save_draft, assignment, form)):
        return finish(url_for(".edit", assignment_id=assignment_id), gettext("The draft is saved."))
    if (
        is_sent
        and "submit" in request.form
        and form.is_complete(_keys(assignment), SHORTEST_JUSTIFICATION)
        and attempt(form, lambda: _act(reviews.submit, assignment, form))
    ):
        location = url_for(".show", application_id=assignment.application_id)
        return finish(location, gettext("Your review is submitted. Thank you."))
    return form_page("reviews/edit.html", form, **_sources(assignment))


def _criteria(assignment: Assignment) -> list[Criterion]:
    """The rubric; of a form that was sent without what the page alone shows."""
    call = assignment.application.call
    if request.method == "POST":
        reviews.read_criteria(call)
    return call.criteria


def _keys(assignment: Assignment) -> list[str]:
    return [criterion.key for criterion in assignment.application.call.criteria]


def _act(verb: Any, assignment: Assignment, form: ReviewForm) -> Any:
    """Save or submit what the form holds."""
    judgements = {key: Judgement(form.level(key), form.justification(key)) for key in _keys(assignment)}
    return verb(assignment, judgements, form.comment.data or "", actor=actor(), now=clock.now())


def _stored(assignment: Assignment) -> dict[str, Any]:
    """The draft as values of the form's fields; version 0 while nothing is saved."""
    review = assignment.review
    values: dict[str, Any] = {"version": str(review.version) if review else "0"}
    values["comment"] = review.comment if review else ""
    for key, one in (review.draft if review else {}).items():
        values[f"level_{key}"], values[f"justification_{key}"] = one["level"], one["justification"]
    return values


def _check_version(form: ReviewForm, assignment: Assignment, stored: dict[str, Any]) -> None:
    """Stop when the draft was saved elsewhere meanwhile; both texts are shown."""
    if assignment.review is None:
        return
    criteria = assignment.application.call.criteria
    kept = rubric_form(criteria, current_locale(), LONGEST_JUSTIFICATION, formdata=None, data=stored)
    check_version(form, assignment.review, in_words(kept), url_for(".edit", assignment_id=assignment.id))


def _sources(assignment: Assignment) -> dict[str, Any]:
    """What the page of a review shows beside the form."""
    application = assignment.application
    return {
        "assignment": assignment,
        "application": application,
        "form_parts": questions.form_of(application.call),
        "pledges": applications.pledges_of(application),
        "documents": [page for one in papers.of(application, now=clock.now()) if one.counts for page in one.pages],
        "shortest": SHORTEST_JUSTIFICATION,
    }


def _page_of(assignment: Assignment) -> str:
    """Where a review that cannot be written now is found."""
    if assignment.status in (AssignmentStatus.SUBMITTED, AssignmentStatus.CLOSED) and assignment.is_holding:
        return url_for(".show", application_id=assignment.application_id)
    return url_for("assignments.answer", assignment_id=assignment.id)


@bp.get("/of/<int:application_id>")
@requires(GET=Permission.REVIEW_READ)
def show(application_id: int) -> ResponseReturnValue:
    """The submitted reviews of an application, as far as the reader may see them."""
    application = load(Application, application_id, Permission.REVIEW_READ)
    user = signed_in_user()
    found = reviews.readable_by(user, application)
    criteria = application.call.criteria
    levels = [{score.criterion.key: score.level for score in review.scores} for review in found]
    standing = scoring.standing(application.id, levels, reviews.weights_of(criteria))
    return render_template(
        "reviews/show.html",
        application=application,
        reviews=found,
        criteria=criteria,
        standing=standing,
        weak=scoring.weak_sections(standing, reviews.weights_of(criteria), application.call.pass_section_percent),
        has_names=user.has_role(Role.SECRETARY, Role.COUNCIL_CHAIR),
        user=user,
    )
