"""Screening: the rules looked up, the secretary's finding."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock, policy
from app.labels import label_text, tone
from app.localisation import current_locale, gettext, ngettext
from app.policy import Permission
from app.services import (
    calls,
    centres,
    conflicts,
    desk_tasks,
    duplicates,
    questions,
    screening_batches,
    screening_lists,
    screening_rules,
    screenings,
)
from app.services.conflicts import Ties
from app.services.screening_lists import Filter, Page
from app.services.screenings import Finding
from app.web.access import actor, load, requires, row_number, signed_in_user
from app.web.submissions import attempt, finish, form_page
from forms.base import is_row_number
from forms.screenings import ScreeningForm, screening_form
from models.applications import Application, ApplicationStatus, ScreeningOutcome
from models.calls import Call

bp = Blueprint("screenings", __name__)
STATES: Mapping[str, tuple[ApplicationStatus, ...]] = {
    "waiting": screening_lists.WAITING,
    **{one.value: (one,) for one in screening_lists.LISTED},
    "all": screening_lists.LISTED,
}
"""What the list can be narrowed to, by what stands in its address."""
RULES = (screening_rules.ANY, *screening_rules.NAMES, screening_rules.NONE)


@bp.get("/screenings")
@requires(GET=Permission.APPLICATION_SCREEN)
def index() -> ResponseReturnValue:
    """What waits for screening and what was found: by call, state, place, rule, likeness and words."""
    user, given = signed_in_user(), _given()
    ties = conflicts.ties_of(user)
    page = _page(_narrowed(given, ties))
    return render_template(
        "screenings/index.html",
        page=page,
        given=given,
        states=[(one, sum(page.counts[status] for status in STATES[one])) for one in STATES],
        calls=calls.titles_seen(policy.visible(user, Call).whereclause, given["call_id"]),
        places=centres.by_oblast(),
        held=screening_batches.held_count(ties),
        has_ties=bool(ties),
        address=request.query_string.decode(errors="replace"),
        is_first=not {"before", "after", "last"} & set(request.args),
        **_in_words(page),
    )


def _in_words(page: Page) -> dict[str, Any]:
    """What the rows say, each text made once: states, rules, and how long they wait."""
    now = clock.now()
    days = {row.id: row.days_waiting(now) for row in page.rows}
    waited = {one for one in days.values() if one is not None}
    rules = {name: gettext(text) for name, text in screening_rules.TEXTS.items()}
    return {
        "texts": {status: label_text(status) for status in screening_lists.LISTED},
        "tones": {status: tone(status) for status in screening_lists.LISTED},
        "rules": rules,
        "unmet": {unmet: "\n".join(rules[one] for one in unmet) for unmet in {row.unmet for row in page.rows}},
        "days": days,
        "waits": {one: ngettext("waits %(num)s day", "waits %(num)s days", one) for one in waited},
        "late_after": desk_tasks.ANSWER_WITHIN.days,
    }


def _given() -> dict[str, Any]:
    """The choices as they stand in the addresses of the list; what is not one of them counts as not given."""
    wanted = request.args
    state, rule, place = wanted.get("state"), wanted.get("rule"), wanted.get("place", "")
    kind, _, row = place.partition("-")
    is_place = kind in ("oblast", "centre") and is_row_number(row)
    return {
        "q": wanted.get("q", "")[:100] or None,
        "call_id": wanted.get("call_id", type=row_number),
        "state": state if state in STATES else "waiting",
        "place": place if is_place else None,
        "rule": rule if rule in RULES else None,
        "alike": 1 if "alike" in wanted else None,
        "sort": "newest" if wanted.get("sort") == "newest" else None,
    }


def _narrowed(given: Mapping[str, Any], ties: Ties) -> Filter:
    kind, _, row = (given["place"] or "").partition("-")
    return Filter(
        statuses=STATES[given["state"]],
        call_id=given["call_id"],
        centre_id=int(row) if kind == "centre" else None,
        oblast_id=int(row) if kind == "oblast" else None,
        rule=given["rule"] or "",
        is_alike=bool(given["alike"]),
        words=given["q"] or "",
        ties=ties,
    )


def _page(narrowed: Filter) -> Page:
    after = request.args.get("after", type=screening_lists.cursor_from)
    before = request.args.get("before", type=screening_lists.cursor_from)
    is_newest_first = request.args.get("sort") == "newest"
    backwards = after is None and (before is not None or "last" in request.args)
    return screening_lists.page(narrowed, after or before, backwards=backwards, newest_first=is_newest_first)


@bp.route("/applications/<int:application_id>/screenings/new", methods=["GET", "POST"])
@requires(GET=Permission.APPLICATION_SCREEN, POST=Permission.APPLICATION_SCREEN)
def new(application_id: int) -> ResponseReturnValue:
    """Every rule with what was found, then the finding."""
    application = load(Application, application_id, Permission.APPLICATION_SCREEN)
    findings = screenings.findings(application)
    form = _with_choices(_form(findings), application)
    if form.validate_on_submit() and attempt(form, lambda: _screen(form, application)):
        return finish(
            url_for("applications.show", application_id=application.id),
            gettext("The finding is recorded. The association has a message."),
        )
    return form_page(
        "screenings/new.html",
        form,
        application=application,
        findings=findings,
        suspects=duplicates.seen_by(signed_in_user(), application),
        own=duplicates.of_same_association(signed_in_user(), application),
        held=screening_batches.held_on(application),
    )


def _form(findings: Sequence[Finding]) -> ScreeningForm:
    unmet = [one for one in findings if not one.met]
    return screening_form(
        [(one.rule, gettext("Why do you set this rule aside: “%(rule)s”", rule=gettext(one.text))) for one in unmet]
    )()


def _with_choices(form: ScreeningForm, application: Application) -> ScreeningForm:
    parts = questions.form_of(application.call).parts
    form.outcome.choices = [(one.value, label_text(one)) for one in ScreeningOutcome]
    form.parts.choices = [(part.key, part.numbered_in(current_locale())) for part in parts]
    return form


def _screen(form: ScreeningForm, application: Application) -> object:
    return screenings.screen(
        application,
        ScreeningOutcome(form.outcome.data),
        reason=form.reason.data or "",
        overrides=form.overrides(),
        parts=form.parts.data or (),
        actor=actor(),
        now=clock.now(),
    )
