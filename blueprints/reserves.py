"""The reserve list of a call: its order, what declined grants set free, and who moves up."""

from flask import Blueprint, abort, render_template, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.localisation import gettext
from app.policy import Permission
from app.services import conflicts, new_decisions, reserves, selection_rules
from app.services.calls import allocations
from app.web.access import actor, load, requires, signed_in_user
from app.web.submissions import act_on_button
from models.applications import Application
from models.calls import Call

bp = Blueprint("reserves", __name__, url_prefix="/reserves")


@bp.get("/<int:call_id>")
@requires(GET=Permission.RANKING_READ)
def show(call_id: int) -> ResponseReturnValue:
    """Who is on the reserve list in the order of the ranking, and who is next by rule."""
    call = load(Call, call_id, Permission.RANKING_READ)
    closed = conflicts.closed_to(signed_in_user(), call)
    sits = new_decisions.open_session(call) is not None  # nobody moves up then, and what it has awarded would show
    free = [(one, None if sits else reserves.next_for(call, one)) for one in reserves.freed(call)]
    return render_template(
        "reserves/show.html",
        call=call,
        rows=reserves.listed(call, closed),
        sits=sits,
        free=free,
        promotions=[one for one in reserves.promotions_of(call) if one.application_id not in closed],
        lines={one.id: one for one in allocations.of(call)},
        why={one.value: gettext(text) for one, text in selection_rules.HINDRANCES.items()},
        closed=closed,
        dark=reserves.numbers_of(closed),
    )


@bp.post("/<int:call_id>/promote/<int:application_id>/<int:grant_id>")
@requires(POST=Permission.PROTOCOL_SIGN)
def promote(call_id: int, application_id: int, grant_id: int) -> ResponseReturnValue:
    """The chair of the Council confirms who moves up."""
    call = load(Call, call_id, Permission.PROTOCOL_SIGN)
    application = load(Application, application_id, Permission.PROTOCOL_SIGN)
    grant = next((one.grant for one in reserves.freed(call) if one.grant.id == grant_id), None)
    if application.call_id != call.id or grant is None:
        abort(404)
    return act_on_button(
        lambda: reserves.promote(application, grant, actor=actor(), now=clock.now()),
        url_for(".show", call_id=call_id),
        gettext("The application moved up from the reserve list. The association and finance are told."),
    )
