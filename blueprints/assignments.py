"""Who judges what: the secretary's board, assigning by hand, the reviewer's answer."""

from collections.abc import Mapping

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import CONFLICT_KINDS
from app.localisation import gettext, ngettext
from app.policy import Permission
from app.services import (
    assignment_candidates,
    assignments,
    conflicts,
    interests,
    rankings,
    reminders,
    review_deadlines,
    workloads,
)
from app.web.access import actor, load, must_have_no_tie, requires, signed_in_user
from app.web.submissions import act_on_button, attempt, finish, form_page
from forms.assignments import NO_INTEREST, AnswerForm, AssignForm, DeclineForm, ExtendForm, ReleaseForm, TakeBackForm
from models.applications import Application
from models.assignment_plans import AssignmentPlan
from models.calls import Call
from models.reviews import Assignment, AssignmentStatus, ConflictKind
from models.users import User

bp = Blueprint("assignments", __name__, url_prefix="/assignments")


@bp.get("")
@requires(GET=Permission.ASSIGNMENT_MANAGE)
def index() -> ResponseReturnValue:
    """Which applications lack reviewers or want a further one, and who is behind."""
    today, ties = clock.bishkek_day(clock.now()), conflicts.ties_of(signed_in_user())
    return render_template(
        "assignments/index.html",
        lacking=workloads.lacking(ties),
        far_apart=rankings.all_far_apart(ties),
        outstanding=workloads.outstanding(ties),
        workloads=workloads.of_all(today, ties),
        has_ties=bool(ties),
        late_calls=review_deadlines.late_calls(today, ties),
        today=today,
    )


@bp.route("/new/<int:application_id>", methods=["GET", "POST"])
@requires(GET=Permission.ASSIGNMENT_MANAGE, POST=Permission.ASSIGNMENT_MANAGE)
def new(application_id: int) -> ResponseReturnValue:
    """Choose a reviewer for an application by hand: a plan of the one pair; nobody is asked yet."""
    application = load(Application, application_id, Permission.ASSIGNMENT_MANAGE)
    form, ties = AssignForm(), conflicts.ties_of(signed_in_user())
    candidates = assignment_candidates.of_application(application, ties)
    free = {one.reviewer.id: one.reviewer for one in candidates if one.problem is None}
    form.reviewer.choices = [(one.id, one.display_name) for one in free.values()]
    if form.validate_on_submit() and (plan := attempt(form, lambda: _plan(application, free, form))):
        location = url_for("assignment_plans.show", plan_id=plan.id)
        return finish(location, gettext("The plan is made. Nobody has been asked yet."))
    asked, declared = assignments.of_application(application), conflicts.declarations(application)
    context = {"application": application, "asked": asked, "declared": declared, "candidates": candidates}
    return form_page("assignments/new.html", form, **context)


def _plan(application: Application, free: Mapping[int, User], form: AssignForm) -> AssignmentPlan:
    reviewer, by = free[form.reviewer.data], actor()
    return assignment_candidates.plan(application, reviewer, due_on=form.due_on.data, actor=by, now=clock.now())


@bp.post("/remind")
@requires(POST=Permission.ASSIGNMENT_MANAGE)
def remind() -> ResponseReturnValue:
    """Remind every reviewer who is late, once a day at most."""
    done = gettext("Those who are late have been reminded.")
    return act_on_button(lambda: reminders.remind_late(actor=actor(), now=clock.now()), url_for(".index"), done)


@bp.route("/<int:assignment_id>/extend", methods=["GET", "POST"])
@requires(GET=Permission.ASSIGNMENT_MANAGE, POST=Permission.ASSIGNMENT_MANAGE)
def extend(assignment_id: int) -> ResponseReturnValue:
    """Give one reviewer more time for a review."""
    assignment = load(Assignment, assignment_id, Permission.ASSIGNMENT_MANAGE)
    must_have_no_tie(assignment.application)
    form, now = ExtendForm(), clock.now()
    if form.validate_on_submit() and attempt(
        form, lambda: review_deadlines.extend(assignment, due_on=form.due_on.data, actor=actor(), now=now)
    ):
        return finish(url_for(".index"), gettext("The reviewer has more time, and a message with the new day."))
    return form_page("assignments/extend.html", form, assignments=[assignment], today=clock.bishkek_day(now))


@bp.route("/extend-late/<int:call_id>", methods=["GET", "POST"])
@requires(GET=Permission.ASSIGNMENT_MANAGE, POST=Permission.ASSIGNMENT_MANAGE)
def extend_late(call_id: int) -> ResponseReturnValue:
    """Give everybody who is late in a call more time."""
    call, form, now = load(Call, call_id), ExtendForm(), clock.now()
    if form.validate_on_submit() and (
        count := attempt(
            form, lambda: review_deadlines.extend_late(call, due_on=form.due_on.data, actor=actor(), now=now)
        )
    ):
        done = ngettext("%(num)s review has more time.", "%(num)s reviews have more time.", count)
        return finish(url_for(".index"), done)
    today = clock.bishkek_day(now)
    late = review_deadlines.late_of(call, today, conflicts.ties_of(signed_in_user()))
    return form_page("assignments/extend.html", form, assignments=late, call=call, today=today)


@bp.route("/<int:assignment_id>/release", methods=["GET", "POST"])
@requires(GET=Permission.ASSIGNMENT_MANAGE, POST=Permission.ASSIGNMENT_MANAGE)
def release(assignment_id: int) -> ResponseReturnValue:
    """Go on without a review that is late."""
    assignment = load(Assignment, assignment_id, Permission.ASSIGNMENT_MANAGE)
    must_have_no_tie(assignment.application)
    form = ReleaseForm()
    if form.validate_on_submit() and attempt(
        form, lambda: review_deadlines.release(assignment, reason=form.reason.data, actor=actor(), now=clock.now())
    ):
        ended = gettext("The review is ended. Its draft is kept and counts nowhere.")
        is_back = assignment.status is AssignmentStatus.SUBMITTED
        return finish(url_for(".index"), gettext("The review counts as it was submitted.") if is_back else ended)
    is_late = assignment.is_late_on(clock.bishkek_day(clock.now()))
    return form_page("assignments/release.html", form, assignment=assignment, is_late=is_late)


@bp.route("/<int:assignment_id>/take-back", methods=["GET", "POST"])
@requires(GET=Permission.ASSIGNMENT_MANAGE, POST=Permission.ASSIGNMENT_MANAGE)
def take_back(assignment_id: int) -> ResponseReturnValue:
    """Take back a request that was not answered, to ask somebody else."""
    assignment = load(Assignment, assignment_id, Permission.ASSIGNMENT_MANAGE)
    form = TakeBackForm()
    if form.validate_on_submit() and attempt(
        form, lambda: assignments.take_back(assignment, reason=form.reason.data, actor=actor(), now=clock.now())
    ):
        location = url_for(".new", application_id=assignment.application_id)
        return finish(location, gettext("The request is taken back. You can ask another reviewer."))
    return form_page("assignments/take_back.html", form, assignment=assignment)


@bp.route("/<int:assignment_id>/answer", methods=["GET", "POST"])
@requires(GET=Permission.ASSIGNMENT_ANSWER, POST=Permission.ASSIGNMENT_ANSWER)
def answer(assignment_id: int) -> ResponseReturnValue:
    """The reviewer declares an interest or none, before seeing the application."""
    assignment = load(Assignment, assignment_id, Permission.ASSIGNMENT_ANSWER)
    form = AnswerForm()
    form.interest.choices = [(kind.value, gettext(text)) for kind, text in CONFLICT_KINDS.items()]
    if assignment.status is AssignmentStatus.PROPOSED:
        form.interest.choices.insert(0, (NO_INTEREST, gettext("I have no interest in this application")))
    if form.validate_on_submit() and attempt(form, lambda: _declare(assignment, form)):
        if form.interest.data == NO_INTEREST:
            return finish(
                url_for("reviews.edit", assignment_id=assignment_id),
                gettext("Your declaration is recorded. You can read the application now."),
            )
        return finish(
            url_for("reviews.index"), gettext("Your interest is recorded. Another reviewer takes over; thank you.")
        )
    is_confirmed = interests.confirmation(signed_in_user(), assignment.application.call) is not None
    return form_page("assignments/answer.html", form, assignment=assignment, is_confirmed=is_confirmed)


def _declare(assignment: Assignment, form: AnswerForm) -> object:
    """No interest, or an interest of the chosen kind."""
    kind = None if form.interest.data == NO_INTEREST else ConflictKind(form.interest.data)
    explanation = form.explanation.data or ""
    return assignments.declare(assignment, kind, explanation=explanation, actor=actor(), now=clock.now())


@bp.route("/<int:assignment_id>/decline", methods=["GET", "POST"])
@requires(GET=Permission.ASSIGNMENT_ANSWER, POST=Permission.ASSIGNMENT_ANSWER)
def decline(assignment_id: int) -> ResponseReturnValue:
    """Give the assignment back with a reason."""
    assignment = load(Assignment, assignment_id, Permission.ASSIGNMENT_ANSWER)
    form = DeclineForm()
    if form.validate_on_submit() and attempt(
        form,
        lambda: assignments.decline(assignment, reason=form.reason.data, actor=actor(), now=clock.now()),
    ):
        return finish(url_for("reviews.index"), gettext("You gave the review back. The secretary asks somebody else."))
    return form_page("assignments/decline.html", form, assignment=assignment)
