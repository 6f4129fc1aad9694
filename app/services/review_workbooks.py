"""Workbooks of reviews that were sent in: kept until their reviewer takes them over, so that nothing is lost."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.localisation import N_
from app.services import audit
from app.services.actors import Actor
from app.services.conflicts import hindrance
from app.services.errors import ChangedMeanwhileError, DomainError, SeparationOfDutyError
from models.applications import Application, ApplicationStatus
from models.base import db, lock
from models.calls import Call
from models.reviews import HANDED_IN, Assignment, AssignmentStatus, ReviewUpload
from models.users import User


def to_write(reviewer: User) -> dict[Call, list[Assignment]]:
    """The accepted assignments of a reviewer that can be written now, by call."""
    query = (
        db.select(Assignment)
        .join(Assignment.application)
        .where(
            Assignment.reviewer_id == reviewer.id,
            Assignment.status == AssignmentStatus.ACCEPTED,
            Application.status == ApplicationStatus.IN_REVIEW,
        )
        .options(
            db.contains_eager(Assignment.application).joinedload(Application.call).undefer_group("form"),
            db.contains_eager(Assignment.application).joinedload(Application.association),
            db.joinedload(Assignment.review),
        )
        .order_by(Assignment.due_on, Assignment.id)
    )
    found: dict[Call, list[Assignment]] = {}
    for one in db.session.scalars(query):
        if not hindrance(one.application, reviewer):
            found.setdefault(one.application.call, []).append(one)
    return found


def keep(call: Call, content: Sequence[dict[str, Any]], *, actor: Actor, now: datetime) -> ReviewUpload:
    """Keep what a workbook says; it takes the place of one sent before. Nothing becomes a review yet."""
    lock(actor.user)
    upload = waiting(call, actor.user)
    if upload is None:
        upload = ReviewUpload(call_id=call.id, reviewer_id=actor.user_id)
        db.session.add(upload)
    upload.content, upload.uploaded_at = list(content), now
    db.session.flush()
    audit.record(actor, "review.upload", call, now, count=len(content))
    return upload


def waiting(call: Call, reviewer: User) -> ReviewUpload | None:
    """The workbook of a call that this reviewer sent and has not taken over."""
    query = db.select(ReviewUpload).where(ReviewUpload.call_id == call.id, ReviewUpload.reviewer_id == reviewer.id)
    upload: ReviewUpload | None = db.session.scalar(query)
    return upload


def settle(upload: ReviewUpload, left: Sequence[dict[str, Any]]) -> None:
    """What is taken over goes; the sheets that are `left` stay for the next time."""
    if left:
        upload.content = list(left)
    else:
        db.session.delete(upload)
    db.session.flush()


def must_be_writable(assignment: Assignment, version: int, reviewer: User) -> None:
    """Refuse a sheet whose review cannot be written now, or was changed on the site since the download."""
    if assignment.reviewer_id != reviewer.id:
        raise SeparationOfDutyError(N_("Only the reviewer who was asked writes this review."))
    if assignment.status in HANDED_IN:
        raise DomainError(N_("The review is submitted or closed already."))
    if assignment.status is not AssignmentStatus.ACCEPTED:
        raise DomainError(N_("You have given this application back: its review is not yours any more."))
    if assignment.application.status is not ApplicationStatus.IN_REVIEW:
        raise DomainError(N_("The application is not in review: no more reviews are taken."))
    if problem := hindrance(assignment.application, reviewer):
        raise SeparationOfDutyError(problem)
    if version != (assignment.review.version if assignment.review else 0):
        raise ChangedMeanwhileError(N_("The review was changed on the site after you downloaded the workbook."))
