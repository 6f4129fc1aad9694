"""What waits for reviewers, and what each of them holds: as far as the reader has no tie to it.

Every list and count here takes the ties of its reader. A count with and one without an application would tell who
judges it.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement

from app.localisation import sort_key
from app.services import notifications
from app.services.conflicts import Ties
from models.applications import UNJUDGED, Application
from models.base import db
from models.calls import Call
from models.reviews import HOLDS, OUTSTANDING, Assignment, AssignmentStatus
from models.users import Role, User

GIVEN_BACK = (AssignmentStatus.DECLINED, AssignmentStatus.RECUSED)


def lacking(ties: Ties, call_id: int | None = None, limit: int = 60) -> list[tuple[Application, int]]:
    """Applications that wait for more reviewers, with how many hold the work already."""
    held = (
        db.select(Assignment.application_id, db.func.count().label("held"))
        .where(HOLDS)
        .group_by(Assignment.application_id)
        .subquery()
    )
    count = db.func.coalesce(held.c.held, 0)
    query = (
        db.select(Application, count)
        .outerjoin(held, held.c.application_id == Application.id)
        .join(Application.call)
        .where(Application.status.in_(UNJUDGED))
        .where(count < Call.reviewers_per_application, *_free(ties))
        .options(db.joinedload(Application.association), db.contains_eager(Application.call))
        .order_by(Application.id)
        .limit(limit)
    )
    if call_id is not None:
        query = query.where(Application.call_id == call_id)
    return [(row[0], int(row[1])) for row in db.session.execute(query)]


def lacking_count(call: Call, ties: Ties) -> int:
    """So many applications of a call wait for more reviewers."""
    held = db.select(db.func.count(Assignment.id)).where(Assignment.application_id == Application.id, HOLDS)
    query = db.select(db.func.count()).where(
        Application.call_id == call.id,
        Application.status.in_(UNJUDGED),
        held.correlate(Application).scalar_subquery() < call.reviewers_per_application,
        *_free(ties),
    )
    return int(db.session.scalar(query) or 0)


@dataclass(frozen=True)
class Workload:
    """What one reviewer has to answer or write, what is late of it, and what is done.

    `accepted` were taken at any time, `given_back` declined or left for an interest.
    """

    reviewer: User
    waiting: int
    late: int
    done: int
    accepted: int
    given_back: int


def of_all(today: date, ties: Ties) -> list[Workload]:
    """Every enabled reviewer with the work asked for, who has the most late first."""
    is_waiting = Assignment.status.in_(OUTSTANDING)
    is_done = HOLDS & ~is_waiting
    is_shown = Assignment.reviewer_id == User.id
    if ties:
        is_shown &= Assignment.application_id.in_(db.select(Application.id).where(*_free(ties)))
    query = (
        db.select(
            User,
            db.func.count(db.case((is_waiting, 1))),
            db.func.count(db.case((is_waiting & (Assignment.due_on < today), 1))),
            db.func.count(db.case((is_done, 1))),
            db.func.count(db.case((is_done | (Assignment.status == AssignmentStatus.ACCEPTED), 1))),
            db.func.count(db.case((Assignment.status.in_(GIVEN_BACK), 1))),
        )
        .outerjoin(Assignment, is_shown)
        .where(User.id.in_(notifications.holders(Role.REVIEWER)))
        .group_by(User.id)
        .options(db.selectinload(User.person))
    )
    found = [Workload(row[0], *map(int, tuple(row)[1:])) for row in db.session.execute(query)]
    return sorted(found, key=lambda one: (-one.late, -one.waiting, sort_key(one.reviewer.display_name)))


def held_by_reviewer(call: Call, ties: Ties) -> dict[int, int]:
    """{user id: so many applications of `call` they hold or have judged}."""
    query = db.select(Assignment.reviewer_id, db.func.count()).join(Assignment.application)
    query = query.where(Application.call_id == call.id, HOLDS, *_free(ties)).group_by(Assignment.reviewer_id)
    return {int(row[0]): int(row[1]) for row in db.session.execute(query)}


def outstanding(ties: Ties, limit: int = 60) -> list[Assignment]:
    """Assignments that wait for their reviewer, the nearest (or longest overdue) day first."""
    query = (
        db.select(Assignment)
        .join(Assignment.application)
        .where(Assignment.status.in_(OUTSTANDING), *_free(ties))
        .options(
            db.joinedload(Assignment.reviewer),
            db.joinedload(Assignment.review),
            db.contains_eager(Assignment.application).joinedload(Application.association),
        )
        .order_by(Assignment.due_on, Assignment.id)
        .limit(limit)
    )
    return list(db.session.scalars(query))


def _free(ties: Ties) -> list[ColumnElement[bool]]:
    return ties.free(Application.association_id, Application.id)
