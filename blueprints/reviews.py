"""Reviews: my assignments, writing, and reading what was submitted."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.localisation import current_locale, gettext, number_text
from app.policy import Permission
from app.services import applications, assignments, conflicts, papers, questions, review_versions, reviews, scoring
from app.services.reviews import SHORTEST_JUSTIFICATION
from app.web import review_forms
from app.web.access import actor, can, load, requires, signed_in_user
from app.web.submissions import attempt, autosaved, check_version, finish, finish_with, form_page, in_words
from forms.reviews import ReopenForm, ReviewForm
from models.applications import Application
from models.calls import Criterion
from models.reviews import HANDED_IN, Assignment, AssignmentStatus, Review
from models.users import Role, User

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
    if problem := conflicts.hindrance(assignment.application, assignment.reviewer):
        flash(gettext(problem), "error")
    if problem or assignment.status is not AssignmentStatus.ACCEPTED:
        return redirect(_page_of(assignment), 303)
    stored = review_forms.stored(assignment.review)
    form = review_forms.form_of(_criteria(assignment), data=stored)
    is_sent, hands_in = form.validate_on_submit(), "submit" in request.form
    late = reviews.refusal_of_late(assignment, clock.now())
    if form.is_submitted():
        _check_version(form, assignment, stored)
    keeps = is_sent and (late or not hands_in)  # what is submitted too late is kept as a draft
    if keeps and attempt(form, lambda: review_forms.act(reviews.save_draft, assignment, form)):
        return finish(url_for(".edit", assignment_id=assignment_id), gettext("The draft is saved."))
    if is_sent and hands_in and not late:
        if attempt(form, lambda: review_forms.act(reviews.submit, assignment, form)):
            location = url_for(".show", application_id=assignment.application_id)
            return finish(location, gettext("Your review is submitted. Thank you."))
        review_forms.mark_gaps(form, assignment.application.call.criteria)
    return form_page("reviews/edit.html", form, **_sources(assignment))


@bp.post("/<int:assignment_id>/autosave")
@requires(POST=Permission.REVIEW_WRITE)
def autosave(assignment_id: int) -> ResponseReturnValue:
    """Keep what is written while it is being written; answers what the page's form goes on with, as JSON.

    Who sends the same again is led to the page, which has the same in its form. A refusal is the status code alone.
    """
    assignment = load(Assignment, assignment_id, Permission.REVIEW_WRITE)
    stored = review_forms.stored(assignment.review)
    form = review_forms.form_of(_criteria(assignment))
    _check_version(form, assignment, stored)
    if not form.validate_on_submit() or not (
        review := attempt(form, lambda: review_forms.act(reviews.save_draft, assignment, form))
    ):
        return {}, 422
    return finish_with(lambda: autosaved(review), url_for(".edit", assignment_id=assignment_id))


def _criteria(assignment: Assignment) -> list[Criterion]:
    """The rubric; of a form that was sent without what the page alone shows."""
    call = assignment.application.call
    if request.method == "POST":
        reviews.read_criteria_briefly(call)
    return call.criteria


def _check_version(form: ReviewForm, assignment: Assignment, stored: dict[str, Any]) -> None:
    """Stop when the draft was saved elsewhere meanwhile; both texts are shown."""
    if assignment.review is None:
        return
    criteria = assignment.application.call.criteria
    kept = review_forms.form_of(criteria, formdata=None, data=stored)
    check_version(form, assignment.review, in_words(kept), url_for(".edit", assignment_id=assignment.id))


def _sources(assignment: Assignment) -> dict[str, Any]:
    """What the page of a review shows beside the form."""
    application = assignment.application
    return {
        "assignment": assignment,
        "application": application,
        "late": reviews.refusal_of_late(assignment, clock.now()),
        "reopening": review_versions.last_reopening(assignment.review),
        "form_parts": questions.form_of(application.call),
        "pledges": applications.pledges_of(application),
        "documents": papers.readable_pages(application, now=clock.now()),
        "shortest": SHORTEST_JUSTIFICATION,
    }


def _page_of(assignment: Assignment) -> str:
    """Where a review that cannot be written now is found."""
    if assignment.status in HANDED_IN and assignment.is_holding:
        return url_for(".show", application_id=assignment.application_id)
    return url_for("assignments.answer", assignment_id=assignment.id)


@bp.get("/of/<int:application_id>")
@requires(GET=Permission.REVIEW_READ)
def show(application_id: int) -> ResponseReturnValue:
    """The submitted reviews of an application, as far as the reader may see them."""
    application = load(Application, application_id, Permission.REVIEW_READ)
    user = signed_in_user()
    found, criteria = reviews.readable_by(user, application), application.call.criteria
    has_names, standing = user.has_role(Role.SECRETARY, Role.COUNCIL_CHAIR), _standing(application, found)
    return render_template(
        "reviews/show.html",
        application=application,
        reviews=found,
        criteria=criteria,
        standing=standing,
        weak=scoring.weak_sections(standing, application.call.weights, application.call.pass_section_percent),
        has_names=has_names,
        initials=reviews.initials_of(application),
        user=user,
        marks=_marks(found, criteria, user),
        **(_for_office(application, found) if has_names else {}),
    )


def _standing(application: Application, found: list[Review]) -> scoring.Standing:
    levels = [{score.criterion.key: score.level for score in review.scores} for review in found]
    return scoring.standing(application.id, levels, application.call.weights)


def _marks(found: Sequence[Review], criteria: Sequence[Criterion], user: User) -> list[dict[str, Any]]:
    """Where the reviews of an application stand from 0 to 100, in total and by criterion, as a chart takes it.

    The full mark is the reader's own review, who has one; else the mean.
    """
    own = next((one for one in found if one.assignment.reviewer_id == user.id), None)
    levels = {one.id: {score.criterion_id: 20.0 * score.level for score in one.scores} for one in found}
    rows = [(gettext("Total"), {one.id: (one.total or 0) / 100 for one in found})]
    rows += [
        (each.title_in(current_locale()), {key: of_it[each.id] for key, of_it in levels.items()}) for each in criteria
    ]
    marks = []
    for label, dots in rows if found else ():
        value = dots[own.id] if own else sum(dots.values()) / len(dots)
        low, high = min(dots.values()), max(dots.values())
        text = number_text(value, 2)
        marks.append({"label": label, "low": low, "high": high, "dots": [*dots.values()], "value": value, "text": text})
    return marks


def _for_office(application: Application, found: list[Review]) -> dict[str, Any]:
    """What the Council and its secretary see beside the reviews: what was reopened, and every earlier version."""
    reopened = review_versions.reopened(application)
    versions = review_versions.of([*found, *reopened])
    manages = can(Permission.ASSIGNMENT_MANAGE)
    to_reopen = {one.id for one in found if manages and review_versions.may_be_reopened(one.assignment)}
    return {"reopened": reopened, "versions": versions, "to_reopen": to_reopen}


@bp.route("/<int:assignment_id>/reopen", methods=["GET", "POST"])
@requires(GET=Permission.ASSIGNMENT_MANAGE, POST=Permission.ASSIGNMENT_MANAGE)
def reopen(assignment_id: int) -> ResponseReturnValue:
    """Open a review that was handed in for its reviewer, with a reason."""
    assignment = load(Assignment, assignment_id, Permission.ASSIGNMENT_MANAGE)
    form, location = ReopenForm(), url_for(".show", application_id=assignment.application_id)
    if form.validate_on_submit() and attempt(
        form,
        lambda: review_versions.reopen(
            assignment, reason=form.reason.data, due_on=form.due_on.data, actor=actor(), now=clock.now()
        ),
    ):
        return finish(location, gettext("The review is open again. The reviewer has a message with the reason."))
    is_possible = review_versions.may_be_reopened(assignment)
    return form_page("reviews/reopen.html", form, assignment=assignment, is_possible=is_possible, back=location)
