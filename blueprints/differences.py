"""What changed between two submissions of an application, side by side."""

import json

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from app.policy import Permission
from app.services import call_forms, differences, results
from app.web.access import load, requires, row_number
from models.applications import Application, Screening, ScreeningOutcome, Snapshot

bp = Blueprint("differences", __name__)


@bp.get("/applications/<int:application_id>/differences")
@requires(GET=Permission.APPLICATION_COMPARE)
def show(application_id: int) -> ResponseReturnValue:
    """The latest submission beside the one before it, or the one that `submission` counts."""
    application = load(Application, application_id, Permission.APPLICATION_COMPARE)
    before, after = _pair(application)
    content = json.loads(after.content)
    form = call_forms.answered_in(application.call, content)
    changes = differences.between(form, json.loads(before.content), content, results.indicator_titles())
    screening = _returned_between(application, before, after)
    changed = {change.part.key for change in changes}
    return render_template(
        "differences/show.html",
        application=application,
        before=before,
        after=after,
        changes=changes,
        screening=screening,
        untouched=[form.by_key[key] for key in (screening.parts if screening else ()) if key not in changed],
    )


def _pair(application: Application) -> tuple[Snapshot, Snapshot]:
    wanted = request.args.get("submission", type=row_number) or len(application.snapshots)
    if not 2 <= wanted <= len(application.snapshots):
        abort(404)
    return application.snapshots[wanted - 2], application.snapshots[wanted - 1]


def _returned_between(application: Application, before: Snapshot, after: Snapshot) -> Screening | None:
    """The finding that asked for the changes."""
    found = [
        one
        for one in application.screenings
        if one.outcome is ScreeningOutcome.RETURNED and before.taken_at <= one.screened_at <= after.taken_at
    ]
    return found[-1] if found else None
