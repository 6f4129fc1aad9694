"""The desk: what waits for me, by due date."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app import clock
from app.policy import Permission
from app.services import calls, desks, notifications
from app.web.access import requires, signed_in_user

bp = Blueprint("desks", __name__)


@bp.get("/")
@requires(GET=Permission.DESK_READ)
def index() -> ResponseReturnValue:
    """Each role lands here after sign-in."""
    user, now = signed_in_user(), clock.now()
    return render_template(
        "desks/index.html",
        user=user,
        tasks=desks.tasks_for(user, now),
        notices=notifications.inbox(user, limit=5),
        open_calls=calls.open_calls(now),
        today=clock.bishkek_day(now),
    )
