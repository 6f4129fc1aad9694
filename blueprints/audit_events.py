"""The history: who did what, on whose behalf, when."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.audit_texts import NOUNS, action_text, details_of, noun_text
from app.localisation import current_locale, gettext
from app.policy import Permission
from app.services import audit_subjects, conflicts
from app.web.access import requires, row_number, signed_in_user

bp = Blueprint("audit_events", __name__, url_prefix="/history")
PAGE = 60


@bp.get("")
@requires(GET=Permission.AUDIT_READ)
def index() -> ResponseReturnValue:
    """The newest events first, all or those about one kind of thing or one thing.

    Nothing of applications the reader has a tie to.
    """
    before = request.args.get("before", type=row_number)
    subject = request.args.get("subject", "")[:60]
    events = audit_subjects.latest(conflicts.ties_of(signed_in_user()), before, PAGE, subject or None)
    return render_template(
        "audit_events/index.html",
        events=events,
        names=audit_subjects.names_of(events, current_locale()),
        nouns=[(table, gettext(text)) for table, text in NOUNS.items()],
        subject=subject,
        noun=subject.partition(":")[0],
        older=events[-1].id if len(events) == PAGE else None,
        is_first=before is None,
        action_text=action_text,
        noun_text=noun_text,
        details_of=details_of,
    )
