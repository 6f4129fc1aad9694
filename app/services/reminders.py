"""Reminding reviewers who are late with what they were asked for: at most once a day."""

from collections import Counter
from datetime import datetime

from app.clock import bishkek_day
from app.localisation import N_
from app.services import audit, conflicts, notifications
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError
from models.applications import Application
from models.base import db
from models.reviews import OUTSTANDING, Assignment


def remind_late(*, actor: Actor, now: datetime) -> int:
    """Send each reviewer who is late one message; so many are reminded.

    Of applications the sender has a tie to nobody is reminded: somebody else does it. Raises `AlreadyUsedError` when
    nobody is late whom nobody reminded today.
    """
    today = bishkek_day(now)
    query = (
        db.select(Assignment)
        .join(Assignment.application)
        .where(Assignment.status.in_(OUTSTANDING), Assignment.due_on < today)
        .where(*conflicts.ties_of(actor.user).free(Application.association_id, Application.id))
        .where(Assignment.reminded_on.is_(None) | (Assignment.reminded_on < today))
        .order_by(Assignment.id)
        .with_for_update(of=Assignment)
        .execution_options(populate_existing=True)
    )
    late = list(db.session.scalars(query))
    if not late:
        raise AlreadyUsedError(N_("Nobody is late whom nobody reminded today."))
    for one in late:
        one.reminded_on = today
    db.session.flush()
    counts = Counter(one.reviewer_id for one in late)
    told, ids = sorted(counts), [one.id for one in late]
    audit.record(actor, "assignment.remind", "assignments:late", now, assignments=ids, told=told)
    for reviewer_id in told:
        message = N_("Reviews of yours are late: %(count)s. Write them, or give them back with a reason.")
        notifications.tell([reviewer_id], message, "reviews:all", now, count=counts[reviewer_id])
    return len(told)
