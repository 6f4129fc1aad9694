"""Plans of assignments: made, looked at as one, then applied or put away."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import label_text
from app.localisation import gettext, ngettext
from app.policy import Permission
from app.services import assignment_plans, assignment_reasons, assignments, reviewers
from app.web.access import actor, load, requires, row_number
from app.web.submissions import act_on_button, attempt, finish, form_page
from forms.assignment_plans import PlanForm
from models.assignment_plans import AssignmentPlan, PlanMode, PlanStatus
from models.calls import Call

bp = Blueprint("assignment_plans", __name__, url_prefix="/assignment-plans")
MANAGE = Permission.ASSIGNMENT_MANAGE
PAGE = 60
"""So many applications stand on one page."""


@bp.get("")
@requires(GET=MANAGE)
def index() -> ResponseReturnValue:
    """The calls reviewers can be shared out in, and the plans there were."""
    return render_template(
        "assignment_plans/index.html", calls=reviewers.calls_to_judge(), plans=assignment_plans.newest()
    )


@bp.route("/new/<int:call_id>", methods=["GET", "POST"])
@requires(GET=MANAGE, POST=MANAGE)
def new(call_id: int) -> ResponseReturnValue:
    """Plan who judges what in a call; nobody is asked yet."""
    call = load(Call, call_id)
    form = PlanForm(data={"each": call.reviewers_per_application, "mode": PlanMode.FILL.value})
    form.mode.choices = [(one.value, label_text(one)) for one in PlanMode if one is not PlanMode.LIST]
    if form.validate_on_submit() and (plan := attempt(form, lambda: _make(call, form))):
        return finish(url_for(".show", plan_id=plan.id), gettext("The plan is made. Nobody has been asked yet."))
    counts = assignments.lacking_count(call)
    return form_page("assignment_plans/new.html", form, call=call, lacking=counts)


def _make(call: Call, form: PlanForm) -> AssignmentPlan:
    mode, each = PlanMode(form.mode.data), form.each.data
    return assignment_plans.make(call, mode, each=each, due_on=form.due_on.data, actor=actor(), now=clock.now())


@bp.get("/<int:plan_id>")
@requires(GET=MANAGE)
def show(plan_id: int) -> ResponseReturnValue:
    """Each pair with its reasons, the load of each reviewer, and what could not be met. `after` is where to go on."""
    plan = load(AssignmentPlan, plan_id)
    rows = assignment_plans.planned(plan, request.args.get("after", 0, type=row_number), PAGE)
    ids = list(dict.fromkeys(one.application_id for one in rows))
    return render_template(
        "assignment_plans/show.html",
        plan=plan,
        rows=[(one, assignment_reasons.in_words(one.reasons)) for one in rows],
        following=ids[-1] if len(ids) == PAGE else None,
        count=assignment_plans.count_of(plan),
        loads=assignment_plans.loads(plan) if plan.status is PlanStatus.PROPOSED else [],
        lacking=assignment_plans.lacking(plan),
        full=assignment_plans.full(plan),
    )


@bp.post("/<int:plan_id>/apply")
@requires(POST=MANAGE)
def apply(plan_id: int) -> ResponseReturnValue:
    """Ask every reviewer of the plan, all or none."""
    plan = load(AssignmentPlan, plan_id)
    count = assignment_plans.count_of(plan)
    done = ngettext("%(num)s assignment is made.", "%(num)s assignments are made.", count)
    return _button(plan, lambda: assignment_plans.apply(plan, actor=actor(), now=clock.now()), done)


@bp.post("/<int:plan_id>/discard")
@requires(POST=MANAGE)
def discard(plan_id: int) -> ResponseReturnValue:
    """Put the plan away."""
    plan = load(AssignmentPlan, plan_id)
    done = gettext("The plan is put away. Nobody was asked.")
    return _button(plan, lambda: assignment_plans.discard(plan, actor=actor(), now=clock.now()), done)


def _button(plan: AssignmentPlan, act: Any, done: str) -> ResponseReturnValue:
    return act_on_button(act, url_for(".show", plan_id=plan.id), done)
