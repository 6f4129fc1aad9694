"""What the session of the Council shows on the wall."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.policy import Permission
from app.services import boards, conflicts, decisions
from app.services.calls import allocations
from app.web.access import load, requires, signed_in_user
from models.council_sessions import CouncilSession

bp = Blueprint("projectors", __name__, url_prefix="/council/<int:session_id>/projector")


@bp.get("")
@requires(GET=Permission.SESSION_READ)
def show(session_id: int) -> ResponseReturnValue:
    """The application under discussion, who is out of the room, the last decision, what is left and what comes next."""
    session = load(CouncilSession, session_id, Permission.SESSION_READ)
    closed = conflicts.closed_to(signed_in_user(), session.call)
    board = boards.board(session, closed)
    current, last = board.current, boards.last_decision(session, closed)
    return render_template(
        "projectors/show.html",
        session=session,
        current=current,
        by=board.ranking.by,
        is_dark=any(one.is_discussed for one in board.closed),
        recused=decisions.recused(session, current.application) if current else [],
        last=last,
        following=next(iter(board.waiting), None),
        waiting=len(board.waiting) + len(board.closed),
        standings=board.standings,
        remaining=allocations.left(board.standings),
    )
