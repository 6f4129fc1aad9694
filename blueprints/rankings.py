"""Rankings: the reviewed applications of a call from best to worst, and how its reviewers judged."""

from collections.abc import Collection
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.localisation import current_locale, gettext
from app.policy import Permission
from app.services import (
    conflicts,
    council_sessions,
    new_decisions,
    rankings,
    reviewer_standings,
    reviews,
    selection_rules,
    selections,
    users,
)
from app.services.calls import allocations
from app.services.rankings import Ranking
from app.services.severity import LEVEL
from app.web.access import load, requires, signed_in_user
from models.calls import Call

bp = Blueprint("rankings", __name__, url_prefix="/rankings")


@bp.get("/<int:call_id>")
@requires(GET=Permission.RANKING_READ)
def show(call_id: int) -> ResponseReturnValue:
    """The reviewed applications of a call from best to worst, or those first on which the reviewers differ most."""
    call = load(Call, call_id, Permission.RANKING_READ)
    closed = conflicts.closed_to(signed_in_user(), call)
    ranking = rankings.with_severities(call, closed)
    passing, by_spread = [row for row in ranking.rows if row.passes], request.args.get("sort") == "spread"
    return render_template(
        "rankings/show.html",
        call=call,
        rows=sorted(ranking.rows, key=lambda row: -row.spread) if by_spread else ranking.rows,
        by_spread=by_spread,
        passing=passing,
        ranking=ranking,
        level=LEVEL,
        **_down_the_list(ranking, call, closed),
        sessions=council_sessions.of_call(call),
        **_beside_points(ranking, call, closed),
        can_convene=call in council_sessions.awaited(clock.now()),
        left_out=len(closed),
    )


@bp.get("/<int:call_id>/reviewers")
@requires(GET=Permission.RANKING_READ)
def reviewers(call_id: int) -> ResponseReturnValue:
    """How the reviewers of a call judged: severity, spread, agreement, and the levels of each criterion."""
    call = load(Call, call_id, Permission.RANKING_READ)
    closed = conflicts.closed_to(signed_in_user(), call)
    ranking, titles = rankings.with_severities(call, closed), _titles(call)
    fit = ranking.fit
    return render_template(
        "rankings/reviewers.html",
        call=call,
        rows=reviewer_standings.of(ranking),
        criteria=reviewer_standings.by_criterion(ranking, list(titles)),
        titles=titles,
        fit=fit,
        level=LEVEL,
        panels=[list(users.names_of(panel).values()) for panel in fit.panels] if fit else [],
        left_out=len(closed),
        back=url_for(".show", call_id=call_id),
    )


def _down_the_list(ranking: Ranking, call: Call, closed: Collection[int]) -> dict[str, Any]:
    """What the rules of the call come to for the ranking, and how its budget lines stand."""
    standings = allocations.seen(new_decisions.money_left(call), closed)
    return {
        "straight": selections.proposed(call, ranking, standings).straight,
        "lines": {one.allocation.id: one.allocation for one in standings},
        "why": {one: gettext(text) for one, text in selection_rules.HINDRANCES.items()},
        "standings": standings,
        "left": allocations.left(standings),
    }


def _beside_points(ranking: Ranking, call: Call, closed: Collection[int]) -> dict[str, Any]:
    """What stands beside the points: the criteria by name, the flags of the reviews, and where these are far apart."""
    far_apart = {row.application.id for row in ranking.rows if rankings.is_far_apart(row.spread, row.reviews, call)}
    return {"titles": _titles(call), "flags": reviews.flags_of(call, closed), "far_apart": far_apart}


def _titles(call: Call) -> dict[str, str]:
    return {one.key: one.title_in(current_locale()) for one in call.criteria}
