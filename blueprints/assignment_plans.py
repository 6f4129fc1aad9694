"""Plans of assignments: made, looked at as one, then applied or put away."""

import io
from typing import Any

from flask import Blueprint, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import label_text
from app.localisation import N_, current_locale, gettext, ngettext
from app.policy import Permission
from app.services import (
    assignment_lists,
    assignment_plans,
    assignment_reasons,
    conflicts,
    rankings,
    reviewers,
    workloads,
)
from app.services.errors import DomainError
from app.web.access import actor, load, requires, row_number, signed_in_user
from app.web.submissions import act_on_button, attempt, finish, form_page
from forms.assignment_plans import ListForm, PlanForm
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
        "assignment_plans/index.html",
        calls=reviewers.calls_to_judge(),
        plans=assignment_plans.newest(conflicts.ties_of(signed_in_user())),
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
    user = signed_in_user()
    counts = workloads.lacking_count(call, conflicts.ties_of(user))
    further = rankings.far_apart_ids(call) - conflicts.closed_to(user, call)
    return form_page("assignment_plans/new.html", form, call=call, lacking=counts, further=len(further))


def _make(call: Call, form: PlanForm) -> AssignmentPlan:
    mode, each = PlanMode(form.mode.data), form.each.data
    return assignment_plans.make(call, mode, each=each, due_on=form.due_on.data, actor=actor(), now=clock.now())


@bp.route("/import/<int:call_id>", methods=["GET", "POST"])
@requires(GET=MANAGE, POST=MANAGE)
def import_(call_id: int) -> ResponseReturnValue:
    """Take over a list as a plan; nobody is asked yet."""
    call, form = load(Call, call_id), ListForm()
    if form.validate_on_submit() and (plan := attempt(form, lambda: _take_over(call, form))):
        return finish(url_for(".show", plan_id=plan.id), gettext("The plan is made. Nobody has been asked yet."))
    return form_page(
        "assignment_plans/import.html", form, call=call, columns=assignment_lists.COLUMNS[current_locale()]
    )


def _take_over(call: Call, form: ListForm) -> AssignmentPlan:
    text, file = form.rows.data or "", form.file.data
    if file:
        try:
            text = file.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise DomainError(N_("Save the list as CSV in UTF-8."), field="file") from error
    return assignment_lists.make(call, text, due_on=form.due_on.data, actor=actor(), now=clock.now())


@bp.get("/<int:plan_id>/plan.csv")
@requires(GET=MANAGE, fresh=True)
def download(plan_id: int) -> ResponseReturnValue:
    """The plan as a list that can be changed and taken over again."""
    plan = load(AssignmentPlan, plan_id)
    # So that Excel knows its letters.
    content = assignment_lists.to_csv(plan, current_locale(), _closed(plan)).encode("utf-8-sig")
    name = f"{plan.call.code}-plan-{plan.id}.csv"
    return send_file(io.BytesIO(content), mimetype="text/csv", as_attachment=True, download_name=name, max_age=0)


def _closed(plan: AssignmentPlan) -> frozenset[int]:
    """The applications of the call that the reader has a tie to: a plan may hold them, and nothing of them is shown."""
    return conflicts.closed_to(signed_in_user(), plan.call)


@bp.get("/<int:plan_id>")
@requires(GET=MANAGE)
def show(plan_id: int) -> ResponseReturnValue:
    """Each pair with its reasons, the load of each reviewer, and what could not be met. `after` is where to go on."""
    plan = load(AssignmentPlan, plan_id)
    closed, waits = _closed(plan), plan.status is PlanStatus.PROPOSED
    rows = assignment_plans.planned(plan, closed, request.args.get("after", 0, type=row_number), PAGE)
    ids = list(dict.fromkeys(one.application_id for one in rows))
    return render_template(
        "assignment_plans/show.html",
        plan=plan,
        rows=[(one, assignment_reasons.in_words(one.reasons)) for one in rows],
        following=ids[-1] if len(ids) == PAGE else None,
        count=assignment_plans.count_of(plan, closed),
        loads=assignment_plans.loads(plan, conflicts.ties_of(signed_in_user()), closed) if waits else [],
        lacking=assignment_plans.lacking(plan, closed),
        lacking_count=assignment_plans.lacking_count(plan, closed),
        full=assignment_plans.full(plan, closed),
        refused=assignment_lists.refused(plan, closed, signed_in_user()),
        has_ties=bool(closed),
    )


@bp.post("/<int:plan_id>/apply")
@requires(POST=MANAGE)
def apply(plan_id: int) -> ResponseReturnValue:
    """Ask every reviewer of the plan, all or none."""
    plan = load(AssignmentPlan, plan_id)
    count = assignment_plans.count_of(plan, _closed(plan))
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
