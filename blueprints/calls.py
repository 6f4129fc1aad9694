"""Calls: prepared and opened by the secretary, read by everybody."""

from types import SimpleNamespace

from flask import Blueprint, abort, render_template, url_for
from flask.typing import ResponseReturnValue

from app import clock, policy
from app.labels import label_text
from app.localisation import current_locale, gettext, plain_amount, to_minor
from app.policy import Permission
from app.services import amendments, application_lists, calls, questions
from app.services.application_lists import Filter
from app.services.calls import CallInput
from app.services.rubrics import default_rubric
from app.web.access import actor, can, load, public, requires, signed_in_user
from app.web.submissions import act_on_button, attempt, check_version, finish, form_page, guard_version, in_words
from forms.calls import CallForm, WeightsForm, percents_text, weights_form
from models.base import BASE_CURRENCY, LOCALES
from models.calls import Call, QuorumOf
from models.funds import Fund

bp = Blueprint("calls", __name__)
RULES = (
    "match_percent",
    "in_kind_counts",
    "tranche_percents",
    "accounting_percent",
    "reviewers_per_application",
    "pass_total",
    "pass_section_percent",
    "quorum_percent",
    "quorum_of",
)


@bp.get("/calls")
@requires(GET=Permission.CALL_READ)
def index() -> ResponseReturnValue:
    """Every call the reader may see."""
    seen = policy.visible(signed_in_user(), Call).whereclause
    return render_template("calls/index.html", calls=calls.seen_calls(seen))


@bp.get("/calls/<int:call_id>")
@requires(GET=Permission.CALL_READ)
def show(call_id: int) -> ResponseReturnValue:
    """One call with its rules and rubric; for the secretary also what keeps it from opening."""
    call = load(Call, call_id, Permission.CALL_READ)
    manages = can(Permission.CALL_MANAGE)
    counted = manages or can(Permission.RANKING_READ)
    return render_template(
        "calls/show.html",
        call=call,
        papers=questions.documents_of(call),
        obstacles=calls.obstacles(call) if manages and call.status.value == "draft" else [],
        counts=application_lists.counts(Filter(call_id=call.id)) if counted else None,
        amended=amendments.in_words(call),
    )


@bp.route("/calls/new", methods=["GET", "POST"])
@requires(GET=Permission.CALL_MANAGE, POST=Permission.CALL_MANAGE)
def new() -> ResponseReturnValue:
    """Prepare a call; it starts with the default rubric."""
    funds = calls.funds_to_choose()
    form = _with_funds(CallForm(data=_rules(CallInput)), funds)
    if form.validate_on_submit() and (
        call := attempt(
            form,
            lambda: calls.create(
                _chosen(form, funds), _content(form), default_rubric(), actor=actor(), now=clock.now()
            ),
        )
    ):
        return finish(url_for("calls.show", call_id=call.id), gettext("The call is prepared. It is not open yet."))
    return form_page("calls/new.html", form)


@bp.route("/calls/<int:call_id>/edit", methods=["GET", "POST"])
@requires(GET=Permission.CALL_MANAGE, POST=Permission.CALL_MANAGE)
def edit(call_id: int) -> ResponseReturnValue:
    """Change a call that is not open yet."""
    call, funds = load(Call, call_id, Permission.CALL_MANAGE), calls.funds_to_choose()
    location, stored = url_for("calls.show", call_id=call.id), _stored(call)
    form = _with_funds(CallForm(data=stored), funds)
    guard_version(form, call, in_words(_with_funds(CallForm(None, data=stored), funds)), location)
    if form.validate_on_submit() and attempt(
        form, lambda: calls.change(call, _chosen(form, funds), _content(form), actor=actor(), now=clock.now())
    ):
        return finish(location, gettext("The call is changed."))
    return form_page("calls/edit.html", form, call=call)


def _with_funds(form: CallForm, funds: list[Fund]) -> CallForm:
    form.fund.choices = [(fund.id, fund.name(current_locale())) for fund in funds]
    form.quorum_of.choices = [(one.value, label_text(one)) for one in QuorumOf]
    return form


def _chosen(form: CallForm, funds: list[Fund]) -> Fund:
    return next(fund for fund in funds if fund.id == form.fund.data)


def _content(form: CallForm) -> CallInput:
    """The form as the service takes it: days become instants in Bishkek, som become tyiyn."""
    return CallInput(
        code=form.code.data,
        title={code: form[f"title_{code}"].data or "" for code in LOCALES},
        summary={code: form[f"summary_{code}"].data or "" for code in LOCALES},
        opens_at=clock.start_of_day(form.opens_on.data),
        closes_at=clock.end_of_day(form.closes_on.data),
        budget=to_minor(form.budget.data, BASE_CURRENCY),
        grant_floor=to_minor(form.grant_floor.data, BASE_CURRENCY),
        grant_ceiling=to_minor(form.grant_ceiling.data, BASE_CURRENCY),
        match_percent=form.match_percent.data,
        in_kind_counts=form.in_kind_counts.data,
        tranche_percents=form.tranche_percents.parts,
        accounting_percent=form.accounting_percent.data,
        reviewers_per_application=form.reviewers_per_application.data,
        pass_total=form.pass_total.data,
        pass_section_percent=form.pass_section_percent.data,
        quorum_percent=form.quorum_percent.data,
        quorum_of=QuorumOf(form.quorum_of.data),
    )


def _rules(call: Call | type[CallInput]) -> dict[str, object]:
    """The rules of a call as its form shows them; of `CallInput`: the usual ones."""
    return {name: getattr(call, name) for name in RULES} | {"tranche_percents": percents_text(call.tranche_percents)}


def _stored(call: Call) -> dict[str, object]:
    """The fields of the form as they are kept."""
    amounts = ("budget", "grant_floor", "grant_ceiling")
    return {
        "fund": call.fund_id,
        "code": call.code,
        "opens_on": clock.bishkek_day(call.opens_at),
        "closes_on": clock.bishkek_day(call.closes_at),
        **_rules(call),
        **{f"title_{code}": call.title.get(code, "") for code in LOCALES},
        **{f"summary_{code}": call.summary.get(code, "") for code in LOCALES},
        **{name: plain_amount(getattr(call, name), BASE_CURRENCY) for name in amounts},
    }


@bp.route("/calls/<int:call_id>/weights", methods=["GET", "POST"])
@requires(GET=Permission.CALL_MANAGE, POST=Permission.CALL_MANAGE)
def weights(call_id: int) -> ResponseReturnValue:
    """The weight of each criterion."""
    call = load(Call, call_id, Permission.CALL_MANAGE)
    location, stored = url_for("calls.show", call_id=call.id), {f"weight_{one.id}": one.weight for one in call.criteria}
    stamp = SimpleNamespace(version="-".join(map(str, [call.version, *(one.version for one in call.criteria)])))
    form: WeightsForm = weights_form([(one.id, one.title_in(current_locale())) for one in call.criteria])(data=stored)
    if not form.is_submitted():
        form.version.data = stamp.version
    if form.validate_on_submit():
        check_version(form, stamp, {name: str(weight) for name, weight in stored.items()}, location)
        if attempt(form, lambda: calls.set_weights(call, form.weights(), actor=actor(), now=clock.now())):
            return finish(location, gettext("The weights are saved."))
    return form_page("calls/weights.html", form, call=call)


@bp.post("/calls/<int:call_id>/open")
@requires(POST=Permission.CALL_MANAGE)
def open_(call_id: int) -> ResponseReturnValue:
    """Open the call to applications."""
    call = load(Call, call_id, Permission.CALL_MANAGE)
    return act_on_button(
        lambda: calls.open_(call, actor=actor(), now=clock.now()),
        url_for("calls.show", call_id=call.id),
        gettext("The call is open. Every association and operator has a message."),
    )


@bp.post("/calls/<int:call_id>/cancel")
@requires(POST=Permission.CALL_MANAGE)
def cancel(call_id: int) -> ResponseReturnValue:
    """Give up a call that was never opened."""
    call = load(Call, call_id, Permission.CALL_MANAGE)
    return act_on_button(
        lambda: calls.cancel(call, actor=actor(), now=clock.now()),
        url_for("calls.show", call_id=call.id),
        gettext("The call is cancelled."),
    )


@bp.get("/open-calls")
@public
def public_index() -> ResponseReturnValue:
    """For everybody: what can be applied for, and what was."""
    now = clock.now()
    published = calls.published_calls()
    return render_template(
        "calls/public_index.html",
        open_calls=[call for call in published if call.is_open_at(now)],
        coming=[call for call in published if call.status.value == "open" and call.opens_at > now],
        closed=[call for call in published if call.is_past_deadline(now)],
    )


@bp.get("/open-calls/<int:call_id>")
@public
def public_show(call_id: int) -> ResponseReturnValue:
    """For everybody: one call."""
    call = calls.published_call(call_id)
    if call is None:
        abort(404)
    return render_template(
        "calls/public_show.html",
        call=call,
        papers=questions.documents_of(call),
        amended=amendments.in_words(call),
    )
