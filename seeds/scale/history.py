"""The acts by which synthetic applications came to stand as they do, from the first request to a reviewer on."""

from collections.abc import Sequence
from typing import Any

from app.services import audit
from models.applications import ApplicationStatus
from models.reviews import AssignmentStatus
from seeds.scale.stage import Draft, Stage


def record_review(stage: Stage, id_: int, row: dict[str, Any], judged: tuple[int, dict[str, Any]] | None) -> None:
    """The acts of one assignment: asked, taken, handed in, closed."""
    secretary, reviewer = stage.actors[stage.secretary], stage.actors[row["reviewer_id"]]
    subject, application = f"assignments:{id_}", row["application_id"]
    audit.record(secretary, "assignment.assign", subject, row["assigned_at"], application=application)
    audit.record(reviewer, "assignment.accept", subject, row["answered_at"], kind=None)
    if judged is None:
        return
    review_id, review = judged
    moment = review["submitted_at"]
    said = {"application": application, "assignment": id_, "submission": review["submission"]}
    audit.record(reviewer, "review.submit", f"reviews:{review_id}", moment, **said)
    if row["status"] is AssignmentStatus.CLOSED:
        audit.record(secretary, "assignment.close", subject, moment, application=application)


def record_ends(stage: Stage, written: Sequence[tuple[int, Draft]]) -> None:
    """The acts by which the Council has decided, as of a letter that is not kept, and by which some are withdrawn."""
    for id_, draft in written:
        row, subject = draft.row, f"applications:{id_}"
        if row["decided_at"] is not None:
            secretary, outcome = stage.actors[stage.secretary], row["status"].value
            audit.record(secretary, "application.decide", subject, row["decided_at"], outcome=outcome, amount=None)
        elif row["status"] is ApplicationStatus.WITHDRAWN:
            operator = stage.actors[row["created_by_id"]]
            audit.record(operator, "application.withdraw", subject, row["submitted_at"], assignments=[], reason="")
