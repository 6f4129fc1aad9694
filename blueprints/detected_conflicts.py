"""Conflicts of interest that were found: the secretary's list, and the finding on each."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock, policy
from app.labels import label_text
from app.localisation import gettext
from app.policy import Permission
from app.services import calls, conflict_detection, detected_conflicts
from app.web.access import actor, load, requires, row_number, signed_in_user
from app.web.submissions import act_on_button, attempt, finish, form_page
from forms.detected_conflicts import DetectedConflictForm
from models.calls import Call, CallStatus
from models.detected_conflicts import ConflictVerdict, DetectedConflict

bp = Blueprint("detected_conflicts", __name__, url_prefix="/conflicts")


@bp.get("")
@requires(GET=Permission.CONFLICT_JUDGE)
def index() -> ResponseReturnValue:
    """What was found in a call and waits, and what was said of the rest."""
    user = signed_in_user()
    known = [
        one
        for one in calls.seen_calls(policy.visible(user, Call).whereclause)
        if one.status in (CallStatus.OPEN, CallStatus.DECIDED)
    ]
    wanted = request.args.get("call_id", type=row_number)
    call = next((one for one in known if one.id == wanted), known[0] if known else None)
    return render_template(
        "detected_conflicts/index.html",
        calls=known,
        call=call,
        rows=detected_conflicts.of_call(call, user) if call else [],
        judged=detected_conflicts.of_call(call, user, judged=True) if call else [],
    )


@bp.post("/search/<int:call_id>")
@requires(POST=Permission.CONFLICT_JUDGE)
def search(call_id: int) -> ResponseReturnValue:
    """Hold all who judge against all applicants of a call anew, as a job."""
    call = load(Call, call_id, Permission.CALL_READ)
    return act_on_button(
        lambda: conflict_detection.ask_for_search(call, actor=actor(), now=clock.now()),
        url_for(".index", call_id=call.id),
        gettext("The search is under way: look at this page again in a minute."),
    )


@bp.route("/<int:conflict_id>", methods=["GET", "POST"])
@requires(GET=Permission.CONFLICT_JUDGE, POST=Permission.CONFLICT_JUDGE)
def show(conflict_id: int) -> ResponseReturnValue:
    """One that was found with its evidence, and the finding."""
    found = load(DetectedConflict, conflict_id, Permission.CONFLICT_JUDGE)
    if found.verdict is not None and request.method == "GET":
        return redirect(url_for(".index", call_id=found.application.call_id), 303)
    form = DetectedConflictForm()
    form.verdict.choices = [(one.value, label_text(one)) for one in ConflictVerdict]
    if form.validate_on_submit() and attempt(form, lambda: _judge(found, form)):
        return finish(url_for(".index", call_id=found.application.call_id), _said(found))
    return form_page("detected_conflicts/show.html", form, found=found)


def _judge(found: DetectedConflict, form: DetectedConflictForm) -> DetectedConflict:
    return detected_conflicts.judge(
        found, ConflictVerdict(form.verdict.data), reason=form.reason.data, actor=actor(), now=clock.now()
    )


def _said(found: DetectedConflict) -> str:
    if found.verdict is ConflictVerdict.FALSE_ALARM:
        return gettext("It is recorded as a false alarm and does not come up again.")
    return gettext("The conflict is confirmed. If a review was asked for or written, it has ended: ask somebody else.")
