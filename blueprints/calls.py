"""Calls: prepared and opened by the secretary, read by everybody."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField

from app import clock, policy
from app.labels import label_text
from app.localisation import N_, current_locale, gettext, plain_amount, to_minor
from app.policy import Permission
from app.services import amendments, application_lists, calls, centres, conflicts, eligibility, match, places, questions
from app.services.application_lists import Filter
from app.services.calls import CallInput
from app.services.rubrics import default_rubric
from app.web.access import actor, can, load, public, requires, signed_in_user
from app.web.submissions import act_on_button, attempt, check_version, finish, form_page, guard_version, in_words
from forms.calls import (
    MATCH_TERMS,
    SECTIONS,
    CallForm,
    CloneForm,
    WeightsForm,
    match_fields,
    percents_text,
    weights_form,
)
from models.applications import ApplicationStatus
from models.base import BASE_CURRENCY, LOCALES, canonical_json, fingerprint
from models.calls import SHARES, TIMETABLE, Call, QuorumOf, RanksBy, VoteRule

bp = Blueprint("calls", __name__)
PLAIN = (
    "code",
    "accounting_percent",
    "visits_before_tranches",
    "reports_before_tranches",
    "match_percent",
    "in_kind_counts",
    "expected_applications",
    "reviewers_per_application",
    "reviewers_named",
    "review_load",
    "appeal_days",
    "pass_total",
    "pass_section_percent",
    "quorum_percent",
    "spread_points",
    "most_per_oblast",
    "most_per_ayil_okmotu",
    "most_per_applicant",
    "partial_awards",
    *SHARES,
    *TIMETABLE,
)
"""Fields that are kept as they are typed."""
AMOUNTS = ("budget", "grant_floor", "grant_ceiling", "quotations_from")


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
        **(_set_up(call) if manages and call.status.value == "draft" else {}),
        rules=eligibility.statements(call),
        counts=_counts(call) if counted else None,
        amended=amendments.in_words(call),
    )


def _counts(call: Call) -> Mapping[ApplicationStatus, int]:
    """So many applications of each state; those the reader has a tie to are not counted."""
    return application_lists.counts(Filter(call_id=call.id, ties=conflicts.kept_from(signed_in_user())))


def _set_up(call: Call) -> dict[str, Any]:
    """The sections of a draft with their states, and the checklist before it opens."""
    ties = conflicts.ties_of(signed_in_user())
    checklist = [(item, _page(call, item.section)) for item in calls.checklist(call, ties)]
    missing = {item.section for item, _page in checklist if not item.met}
    titles = [(key, title) for key, (title, _form) in SECTIONS.items()]
    titles.append(("dry_run", N_("Dry run")))
    titles[4:4] = [("allocations", N_("Budget by fund"))]
    titles[6:6] = [("form", N_("Application form")), ("papers", N_("Papers asked for")), ("rubric", N_("Rubric"))]
    tasks = [
        {
            "title": gettext(title),
            "href": _page(call, key),
            "status_text": gettext("Something is missing") if key in missing else gettext("Complete"),
            "tone": "waiting" if key in missing else "met",
        }
        for key, title in titles
    ]
    return {"checklist": checklist, "tasks": tasks, "is_ready": not missing}


def _page(call: Call, section: str) -> str:
    """Where a section is set."""
    if section == "allocations":
        return url_for("allocations.index", call_id=call.id)
    if section == "rubric":
        return url_for("criteria.index", call_id=call.id)
    if section in ("form", "papers"):
        return url_for("call_forms.index", call_id=call.id, _anchor=section if section == "papers" else None)
    if section == "dry_run":
        return url_for("dry_runs.show", call_id=call.id)
    return url_for("calls.edit_section", call_id=call.id, section_key=section)


@bp.route("/calls/new", methods=["GET", "POST"])
@requires(GET=Permission.CALL_MANAGE, POST=Permission.CALL_MANAGE)
def new() -> ResponseReturnValue:
    """Prepare a call; it starts with the usual rules and rubric."""
    form = _with_choices(CallForm())
    if form.validate_on_submit() and (call := attempt(form, lambda: _create(form))):
        return finish(url_for("calls.show", call_id=call.id), gettext("The call is prepared. It is not open yet."))
    return form_page("calls/new.html", form)


def _create(form: CallForm) -> Call:
    values = _values(form)
    content = CallInput(**{name: value for name, value in values.items() if name != "fund_id"}, summary={})
    fund = next(fund for fund in calls.funds_to_choose() if fund.id == values["fund_id"])
    return calls.create(fund, content, default_rubric(), actor=actor(), now=clock.now())


@bp.route("/calls/<int:call_id>/sections/<section_key>", methods=["GET", "POST"])
@requires(GET=Permission.CALL_MANAGE, POST=Permission.CALL_MANAGE)
def edit_section(call_id: int, section_key: str) -> ResponseReturnValue:
    """One section of the set-up of a call that is not open yet, held against others who change the same section."""
    call = load(Call, call_id, Permission.CALL_MANAGE)
    title, made = SECTIONS.get(section_key) or abort(404)
    location, here = url_for("calls.show", call_id=call.id), url_for(".edit_section", **(request.view_args or {}))
    if request.method == "GET" and call.status.value != "draft":
        return redirect(location, 303)
    stored = _stored(call)
    form, words = _with_choices(made(data=stored)), in_words(_with_choices(made(None, data=stored)))
    guard_version(form, SimpleNamespace(version=fingerprint(canonical_json(words))[:16]), words, here)
    act = lambda: calls.change(call, _values(form), section=section_key, actor=actor(), now=clock.now())  # noqa: E731
    if form.validate_on_submit() and attempt(form, act):
        return finish(location, gettext("Saved: %(part)s.", part=gettext(title)))
    examples = match.examples(match.rule_of(call, most=call.grant_ceiling)) if section_key == "match" else []
    return form_page("calls/edit_section.html", form, call=call, title=title, examples=examples)


@bp.route("/calls/<int:call_id>/clone", methods=["GET", "POST"])
@requires(GET=Permission.CALL_MANAGE, POST=Permission.CALL_MANAGE)
def clone(call_id: int) -> ResponseReturnValue:
    """A new draft made from this call."""
    source, form = load(Call, call_id, Permission.CALL_MANAGE), CloneForm()
    if form.validate_on_submit() and (
        call := attempt(form, lambda: calls.clone(source, **_values(form), actor=actor(), now=clock.now()))
    ):
        return finish(url_for("calls.show", call_id=call.id), gettext("The draft is made. Look through what is below."))
    return form_page("calls/clone.html", form, call=source)


def _with_choices(form: Any) -> Any:
    if "fund" in form:
        form.fund.choices = [(fund.id, fund.name(current_locale())) for fund in calls.funds_to_choose()]
    if "oblasts" in form:
        form.oblasts.choices = [(one.id, one.name(current_locale())) for one in places.oblasts()]
    if "quorum_of" in form:
        form.quorum_of.choices = [(one.value, label_text(one)) for one in QuorumOf]
    if "vote_rule" in form:
        form.vote_rule.choices = [(one.value, label_text(one)) for one in VoteRule]
    if "ranks_by" in form:
        form.ranks_by.choices = [(one.value, label_text(one)) for one in RanksBy]
    return form


def _values(form: Any) -> dict[str, Any]:
    """The form as the service takes it: days become instants in Bishkek, som become tyiyn."""
    typed = {one.name: one.data for one in form if not isinstance(one, HiddenField)}
    if "tranche_percents" in typed:
        typed["tranche_percents"] = list(form.tranche_percents.parts)
    for name in ("title", "summary"):
        if f"{name}_ky" in typed:
            typed[name] = {code: typed.pop(f"{name}_{code}") or "" for code in LOCALES}
    if "opens_on" in typed:
        typed["opens_at"] = clock.start_of_day(typed.pop("opens_on"))
        typed["closes_at"] = clock.end_of_day(typed.pop("closes_on"))
    if "match_percent" in typed:
        kept = {name: value for name, value in typed.items() if name not in MATCH_TERMS}
        return kept | {"match_terms": form.match_terms()}
    if "running_grants" in typed:
        return {"eligibility": typed}
    if "quorum_of" in typed:
        typed["quorum_of"] = QuorumOf(typed["quorum_of"])
    if "vote_rule" in typed:
        typed["vote_rule"] = VoteRule(typed["vote_rule"])
    if "ranks_by" in typed:
        typed["ranks_by"] = RanksBy(typed["ranks_by"])
    if "fund" in typed:
        typed["fund_id"] = typed.pop("fund")
    return typed | {name: to_minor(typed[name], BASE_CURRENCY) for name in AMOUNTS if typed.get(name) is not None}


def _stored(call: Call) -> dict[str, Any]:
    """The fields of every section as they are kept."""
    return {
        **{name: getattr(call, name) for name in PLAIN},
        **call.eligibility,
        **match_fields(call.match_terms),
        "quorum_of": call.quorum_of.value,
        "vote_rule": call.vote_rule.value,
        "ranks_by": call.ranks_by.value,
        "opens_on": clock.bishkek_day(call.opens_at),
        "closes_on": clock.bishkek_day(call.closes_at),
        "tranche_percents": percents_text(call.tranche_percents),
        **{f"{name}_{code}": getattr(call, name).get(code, "") for name in ("title", "summary") for code in LOCALES},
        **{
            name: None if (amount := getattr(call, name)) is None else plain_amount(amount, BASE_CURRENCY)
            for name in AMOUNTS
        },
    }


@bp.route("/calls/<int:call_id>/weights", methods=["GET", "POST"])
@requires(GET=Permission.CALL_MANAGE, POST=Permission.CALL_MANAGE)
def weights(call_id: int) -> ResponseReturnValue:
    """The weight of each criterion."""
    call = load(Call, call_id, Permission.CALL_MANAGE)
    location, stored = (
        url_for("criteria.index", call_id=call.id),
        {f"weight_{one.id}": one.weight for one in call.criteria},
    )
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
        rules=eligibility.statements(call),
        centres=centres.for_call(call.eligibility["oblasts"]) if not call.is_past_deadline(clock.now()) else [],
    )
