"""Selections: who would get money under the rules of a call by two methods, what if, and how far one is from it."""

from decimal import Decimal
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.localisation import current_locale, gettext, plain_amount, to_minor
from app.policy import Permission
from app.services import conflicts, selection_distance, selection_rules, selection_solver, selections, users
from app.services.selection import Cap, Share
from app.services.selections import Proposal, WhatIf
from app.web.access import load, requires, row_number, signed_in_user
from forms.selections import CAPS, LINE, SHARES, WhatIfForm, what_if_form
from models.base import BASE_CURRENCY
from models.calls import Call

bp = Blueprint("selections", __name__, url_prefix="/selections")
PRICED = 500
"""With more applications than these the prices of the rules are worked out on request: it takes seconds."""


@bp.get("/<int:call_id>")
@requires(GET=Permission.RANKING_READ)
def show(call_id: int) -> ResponseReturnValue:
    """Both methods side by side, the price of each rule, and what would be with other figures."""
    call = load(Call, call_id, Permission.RANKING_READ)
    closed = conflicts.closed_to(signed_in_user(), call)
    before = selections.of_call(call, closed)
    form, is_typed = _form(before, call), _is_typed()
    is_tried = is_typed and form.validate()
    found = selections.changed(before, _what_if(form)) if is_tried else before
    return render_template(
        "selections/show.html",
        call=call,
        form=form,
        found=found,
        moved=selections.moved(before, found) if is_tried else None,
        why={one.value: gettext(text) for one, text in selection_rules.HINDRANCES.items()},
        statements=selection_rules.statements(call),
        left_out=len(closed),
        **_best(found),
        **_distance(call, found, form.application.data),
    ), 422 if is_typed and not is_tried else 200


def _best(found: Proposal) -> dict[str, Any]:
    """The selection of highest value beside the one down the list, and the price of each rule."""
    best = selections.best_of(found)
    is_priced = len(found.candidates) <= PRICED or "prices" in request.args
    return {
        "best": best,
        "tables": selections.by_line(found, best.selection),
        "prices": selection_solver.prices(found.candidates, found.rules, best) if is_priced else None,
    }


def _is_typed() -> bool:
    """Whether the address has the figures of the form, not only an application or a wish for prices."""
    return any(name.startswith(LINE) for name in request.args)


def _form(before: Proposal, call: Call) -> WhatIfForm:
    """As the call has it, or as the address says."""
    lines = [(one.id, one.title_in(current_locale())) for one in before.allocations]
    stored: dict[str, Any] = {cap.value: most for cap, most in before.rules.caps.items()}
    stored |= {share.value: percent for share, percent in before.rules.shares.items()}
    stored |= {f"{LINE}{one.id}": plain_amount(one.left, BASE_CURRENCY) for one in before.rules.lines}
    stored |= {
        "partial_awards": call.partial_awards,
        "application": request.args.get("application", 0, type=row_number),
    }
    form = what_if_form(lines)(request.args if _is_typed() else None, data=stored)
    rows = [before.by_id[one.id] for one in before.candidates]
    form.application.choices = [
        (0, gettext("none")),
        *((row.application.id, f"{row.rank}. {row.application.title or row.application.number}") for row in rows),
    ]
    return form


def _what_if(form: WhatIfForm) -> WhatIf:
    def minor(amount: Decimal) -> int:
        return to_minor(amount, BASE_CURRENCY)

    one, amount = form.application.data, form.amount.data
    return WhatIf(
        {Cap(name): most for name, most in form.filled(CAPS).items()},
        {Share(name): percent for name, percent in form.filled(SHARES).items()},
        form.partial_awards.data,
        {number: minor(field.data) for number, field in form.line_fields().items()},
        {one: minor(amount)} if one and amount else {},
    )


def _distance(call: Call, found: Proposal, application_id: int) -> dict[str, Any]:
    """How far one application is from being selected down the list, and which single level would change it."""
    candidate = next((one for one in found.candidates if one.id == application_id), None)
    if candidate is None:
        return {"asked_about": None}
    is_selected = candidate.id in found.straight.awards
    raised = [] if is_selected else selections.one_level_more(call, found, candidate.id)
    return {
        "asked_about": found.by_id[candidate.id],
        "candidate": candidate,
        "is_selected": is_selected,
        "distance": None if is_selected else selection_distance.distance(found.candidates, found.rules, candidate),
        "raised": raised,
        "names": users.names_of([one.reviewer_id for one in raised]),
        "titles": {one.key: one.title_in(current_locale()) for one in call.criteria},
    }
