"""Amendments: the secretary publishes what changes in an open call, and why."""

from decimal import Decimal
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.labels import label_text
from app.localisation import N_, current_locale, gettext, plain_amount, to_minor
from app.policy import Permission
from app.services import amendments, calls, places, questions, themes
from app.services.calls.allocations import AllocationInput
from app.web.access import actor, load, requires
from app.web.submissions import attempt, finish, form_page, guard_version, in_words
from forms.amendments import AmendmentForm, amendment_form
from forms.calls import match_fields
from models.base import BASE_CURRENCY, LOCALES
from models.calls import TIMETABLE, Call, QuorumOf
from models.documents import DocumentKind

bp = Blueprint("amendments", __name__)
AMOUNTS = ("grant_floor", "grant_ceiling")
PLAIN = ("match_percent", "in_kind_counts", "quorum_percent", *TIMETABLE)


@bp.route("/calls/<int:call_id>/amendments/new", methods=["GET", "POST"])
@requires(GET=Permission.CALL_MANAGE, POST=Permission.CALL_MANAGE)
def new(call_id: int) -> ResponseReturnValue:
    """Change an open call, with a reason everybody reads."""
    call = load(Call, call_id, Permission.CALL_MANAGE)
    location, here = url_for("calls.show", call_id=call.id), url_for(".new", call_id=call.id)
    if request.method == "POST":
        amendments.hold(call)
    if call.status.value == "draft":
        return redirect(location, 303)
    stored = _stored(call)
    made = _form_of(call)
    form = _with_choices(made(data=stored), call)
    guard_version(form, call, in_words(_with_choices(made(None, data=stored), call)), here)
    if form.validate_on_submit() and attempt(
        form,
        lambda: amendments.publish(call, _changes(call, form), _texts(form, "reason"), actor=actor(), now=clock.now()),
    ):
        return finish(location, gettext("The amendment is published. Everybody who writes has a message."))
    return form_page("amendments/new.html", form, call=call, is_submitted_to=amendments.is_submitted_to(call))


def _form_of(call: Call) -> type[AmendmentForm]:
    """With an amount for each allocation; a single one is the budget."""
    if len(call.allocations) == 1:
        return amendment_form([(call.allocations[0].id, N_("Budget of the call"))])
    return amendment_form([(one.id, one.title_in(current_locale())) for one in call.allocations])


def _stored(call: Call) -> dict[str, Any]:
    """The fields of the form as they are published now."""
    return {
        "closes_on": clock.bishkek_day(call.closes_at),
        **{name: getattr(call, name) for name in PLAIN},
        **match_fields(call.match_terms),
        "quorum_of": call.quorum_of.value,
        "papers": [paper.kind.value for paper in questions.documents_of(call) if paper.is_required],
        **{f"allocation_{one.id}": plain_amount(one.amount, BASE_CURRENCY) for one in call.allocations},
        **{name: plain_amount(getattr(call, name), BASE_CURRENCY) for name in AMOUNTS},
        **{f"{name}_{code}": getattr(call, name).get(code, "") for name in ("title", "summary") for code in LOCALES},
    }


def _with_choices(form: AmendmentForm, call: Call) -> AmendmentForm:
    form.quorum_of.choices = [(one.value, label_text(one)) for one in QuorumOf]
    locale = current_locale()
    form.added_fund.choices = [
        ("", gettext("No allocation more")),
        *((str(one.id), one.name(locale)) for one in calls.funds_to_choose()),
    ]
    form.added_oblast.choices = [
        ("", gettext("All villages that may apply")),
        *((str(one.id), one.name(locale)) for one in places.oblasts()),
    ]
    form.added_theme.choices = [
        ("", gettext("Projects of every theme")),
        *((str(one.id), one.name(locale)) for one in themes.listed()),
    ]
    asked = [paper.kind for paper in questions.documents_of(call) if paper.kind is not DocumentKind.MEETING_MINUTES]
    form.papers.choices = [(kind.value, label_text(kind)) for kind in asked]
    return form


def _changes(call: Call, form: AmendmentForm) -> dict[str, Any]:
    """The form as the service takes it: {column: value}."""
    return {
        "title": _texts(form, "title"),
        "summary": _texts(form, "summary"),
        "closes_at": clock.end_of_day(form.closes_on.data),
        **{name: form[name].data for name in PLAIN},
        "match_terms": form.match_terms(),
        "quorum_of": QuorumOf(form.quorum_of.data),
        "required_documents": amendments.with_required(call, [DocumentKind(one) for one in form.papers.data or ()]),
        "allocations": {one: to_minor(amount, BASE_CURRENCY) for one, amount in form.amounts().items()},
        "added": _added(form),
        **{name: to_minor(form[name].data, BASE_CURRENCY) for name in AMOUNTS},
    }


def _added(form: AmendmentForm) -> AllocationInput | None:
    """The allocation more; None without a fund."""
    fund = next((one for one in calls.funds_to_choose() if str(one.id) == form.added_fund.data), None)
    if fund is None:
        return None
    return AllocationInput(
        fund,
        next((one for one in places.oblasts() if str(one.id) == form.added_oblast.data), None),
        next((one for one in themes.listed() if str(one.id) == form.added_theme.data), None),
        to_minor(form.added_amount.data or Decimal(0), BASE_CURRENCY),
    )


def _texts(form: AmendmentForm, name: str) -> dict[str, str]:
    return {code: form[f"{name}_{code}"].data or "" for code in LOCALES}
