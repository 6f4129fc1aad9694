"""My messages."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.localisation import gettext
from app.policy import Permission
from app.services import notifications
from app.web.access import requires, row_number, signed_in_user
from app.web.submissions import act_on_button

bp = Blueprint("notifications", __name__, url_prefix="/messages")
PAGE = 60


@bp.get("")
@requires(GET=Permission.NOTIFICATION_READ)
def index() -> ResponseReturnValue:
    """The newest first."""
    before = request.args.get("before", type=row_number)
    rows = notifications.inbox(signed_in_user(), before, PAGE)
    return render_template(
        "notifications/index.html", rows=rows, older=rows[-1].id if len(rows) == PAGE else None, is_first=before is None
    )


@bp.post("/read")
@requires(POST=Permission.NOTIFICATION_READ)
def mark_all_read() -> ResponseReturnValue:
    """All read."""
    user = signed_in_user()
    return act_on_button(
        lambda: notifications.mark_all_read(user, clock.now()),
        url_for("notifications.index"),
        gettext("All messages are marked as read."),
    )
