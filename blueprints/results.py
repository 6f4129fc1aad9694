"""Results: values reported against targets, verified by a second person."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.localisation import gettext
from app.policy import Permission
from app.services import results, users
from app.web.access import actor, authorise, load, requires
from app.web.submissions import act_on_button, attempt, finish, form_page
from forms.results import ResultForm, ResultReasonForm
from models.grants import Grant
from models.indicators import Result, Target

bp = Blueprint("results", __name__)


@bp.get("/grants/<int:grant_id>/results")
@requires(GET=Permission.GRANT_READ)
def index(grant_id: int) -> ResponseReturnValue:
    """Targets and values of one grant. A donor sees the figures, not who reported them."""
    grant = load(Grant, grant_id, Permission.GRANT_READ)
    targets = results.targets_of(grant)
    reported = [one for target in targets for one in target.results]
    return render_template(
        "results/index.html",
        grant=grant,
        targets=targets,
        names=users.names_of([*(one.reported_by_id for one in reported), *(one.verified_by_id for one in reported)]),
    )


@bp.route("/targets/<int:target_id>/results/new", methods=["GET", "POST"])
@requires(GET=Permission.RESULT_REPORT, POST=Permission.RESULT_REPORT)
def new(target_id: int) -> ResponseReturnValue:
    """Report a value."""
    target = load(Target, target_id, Permission.RESULT_REPORT)
    grant = load(Grant, target.grant_id, Permission.RESULT_REPORT)
    form = ResultForm()
    if form.validate_on_submit() and attempt(form, lambda: _report(form, target, grant)):
        message = gettext("The value is reported. A monitoring officer verifies it next.")
        return finish(url_for("results.index", grant_id=target.grant_id), message)
    return form_page("results/new.html", form, target=target, grant=grant)


def _report(form: ResultForm, target: Target, grant: Grant) -> Result:
    return results.report(
        target,
        grant,
        period_ends_on=form.period_ends_on.data,
        value=form.value.data,
        female=form.female.data,
        male=form.male.data,
        evidence=form.evidence.data or "",
        actor=actor(grant),
        now=clock.now(),
    )


@bp.post("/results/<int:result_id>/verify")
@requires(POST=Permission.RESULT_VERIFY)
def verify(result_id: int) -> ResponseReturnValue:
    """A second person stands by the value."""
    result = load(Result, result_id, Permission.RESULT_VERIFY)
    return act_on_button(
        lambda: results.verify(result, actor=actor(result), now=clock.now()),
        url_for("results.index", grant_id=result.target.grant_id),
        gettext("The value is verified."),
    )


@bp.route("/results/<int:result_id>/refuse", methods=["GET", "POST"])
@requires(GET=Permission.RESULT_VERIFY, POST=Permission.RESULT_VERIFY)
def refuse(result_id: int) -> ResponseReturnValue:
    """The value does not hold."""
    result = load(Result, result_id, Permission.RESULT_VERIFY)
    grant = load(Grant, result.target.grant_id)
    authorise(Permission.RESULT_VERIFY, grant)
    form = ResultReasonForm()
    if form.validate_on_submit() and attempt(
        form, lambda: results.refuse(result, reason=form.reason.data or "", actor=actor(grant), now=clock.now())
    ):
        return finish(url_for("results.index", grant_id=result.target.grant_id), gettext("The value is refused."))
    return form_page("results/refuse.html", form, result=result, grant=grant)
