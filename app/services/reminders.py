"""Reminding reviewers of what they were asked for: by itself before and after its last day, by a button once a day."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select

from app.clock import bishkek_day
from app.localisation import N_
from app.services import audit, conflicts, notifications
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError
from models.applications import Application
from models.base import db, lock_all
from models.reviews import OUTSTANDING, Assignment

_WAITING = db.select(Assignment).join(Assignment.application).where(Assignment.status.in_(OUTSTANDING))
BEFORE = timedelta(days=3)
"""So long before the last day a reviewer is reminded."""
SOON = N_("Reviews of yours are due soon: %(count)s, the first by the end of %(day)s. After it none is taken.")
LATE = N_(
    "Reviews of yours are late: %(count)s. Ask the secretary for more time, or give them back with a reason. "
    "What you wrote is kept."
)


def is_due(assignment: Assignment, today: date) -> bool:
    """Whether its reviewer is to be reminded by itself: once within the last days, once after the last one.

    Who was asked, reminded or given a new day within the same stretch has been told of it already.
    """
    told = assignment.reminded_on or bishkek_day(assignment.assigned_at)
    if assignment.is_late_on(today):
        return told <= assignment.due_on
    return told < assignment.due_on - BEFORE <= today


def remind_due(*, now: datetime) -> int:
    """Remind everybody whose turn it is (`is_due`), nobody twice, however often it is asked; so many are told.

    Each gets one message for what is due soon and one for what is late.
    """
    today = bishkek_day(now)
    waiting = _WAITING.where(Assignment.due_on <= today + BEFORE)
    waiting = waiting.where(Assignment.reminded_on.is_(None) | (Assignment.reminded_on <= Assignment.due_on))
    due = [one for one in _locked(waiting) if is_due(one, today)]
    late = [one for one in due if one.is_late_on(today)]
    soon = [one for one in due if not one.is_late_on(today)]
    for found, subject in ((soon, "assignments:due"), (late, "assignments:late")):
        if found:
            _remind(found, subject, None, now)
    return len({one.reviewer_id for one in due})


def remind_late(*, actor: Actor, now: datetime) -> int:
    """Send each reviewer who is late one message; so many are reminded.

    Of applications the sender has a tie to nobody is reminded: somebody else does it. Raises `AlreadyUsedError` when
    nobody is late whom nobody reminded today.
    """
    today = bishkek_day(now)
    query = (
        _WAITING.where(Assignment.due_on < today)
        .where(*conflicts.ties_of(actor.user).free(Application.association_id, Application.id))
        .where(Assignment.reminded_on.is_(None) | (Assignment.reminded_on < today))
    )
    late = _locked(query)
    if not late:
        raise AlreadyUsedError(N_("Nobody is late whom nobody reminded today."))
    return _remind(late, "assignments:late", actor, now)


def _locked(query: Select[Any]) -> list[Assignment]:
    """What is found under the locks of its applications: whoever ends one of these reviews takes them first too."""
    held = lock_all(Application, Application.id.in_(query.with_only_columns(Application.id)))
    rows = db.session.scalars(query.order_by(Assignment.id).execution_options(populate_existing=True))
    return [one for one in rows if one.application_id in held]


def _remind(found: Sequence[Assignment], subject: str, actor: Actor | None, now: datetime) -> int:
    """Tell each reviewer of these, all late or none, once; so many are told."""
    today = bishkek_day(now)
    message = LATE if found[0].is_late_on(today) else SOON
    for one in found:
        one.reminded_on = today
    db.session.flush()
    counts = Counter(one.reviewer_id for one in found)
    told, ids = sorted(counts), [one.id for one in found]
    audit.record(actor, "assignment.remind", subject, now, assignments=ids, told=told)
    for reviewer_id in told:
        first = min(one.due_on for one in found if one.reviewer_id == reviewer_id)
        notifications.tell([reviewer_id], message, "reviews:all", now, count=counts[reviewer_id], day=first)
    return len(told)
