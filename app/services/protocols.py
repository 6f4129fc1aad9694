"""What a protocol says: everything the Council decided, as plain values that are hashed and signed."""

from collections.abc import Iterable, Mapping
from typing import Any

from app.services import conflicts
from app.services.calls import allocations
from models.applications import Application
from models.base import db
from models.council_sessions import Attendance, CouncilSession, Decision


def interested_in(session: CouncilSession, application_ids: Iterable[int]) -> Mapping[int, set[int]]:
    """{application: users present with an interest in it, declared last or found and confirmed}."""
    return conflicts.recused_from(application_ids, [one.user_id for one in session.attendances])


def content_of(session: CouncilSession) -> dict[str, Any]:
    """Everything the protocol says, as plain JSON values; scores in hundredths of a point, amounts in tyiyn.

    A decision's `allocation` is the place in the list of allocations, from 0.
    """
    read_whole(session)
    call = session.call
    found = allocations.of(call)
    places: dict[int | None, int] = {one.id: place for place, one in enumerate(found)}
    interested = interested_in(session, [one.application_id for one in session.decisions])
    return {
        "call": call.code,
        "title": dict(call.title),
        "held_on": session.held_on.isoformat(),
        "place": session.place,
        "seats": session.seats,
        "present": [one.user.display_name for one in session.attendances],
        "pass_total": call.pass_total,
        "pass_section_percent": call.pass_section_percent,
        "criteria": [{"key": one.key, "weight": one.weight, "title": dict(one.title)} for one in call.criteria],
        "budget": call.budget,
        "allocations": allocations.in_words(found),
        "decisions": [
            _row(session, one, interested[one.application_id], places)
            for one in sorted(session.decisions, key=lambda one: (one.rank or 9999, one.id))
        ],
    }


def read_whole(session: CouncilSession) -> None:
    """Read who is present and what is decided, with names, in a query a table."""
    query = db.select(CouncilSession).where(CouncilSession.id == session.id)
    people = db.selectinload(CouncilSession.attendances).joinedload(Attendance.user)
    decided = db.selectinload(CouncilSession.decisions).joinedload(Decision.application)
    db.session.scalars(query.options(people, decided.joinedload(Application.association))).one()


def _row(
    session: CouncilSession, decision: Decision, interested: set[int], places: Mapping[int | None, int]
) -> Mapping[str, Any]:
    application = decision.application
    return {
        "number": application.number,
        "title": application.title,
        "association": application.association.names,
        "rank": decision.rank,
        "score": decision.score,
        "requested": application.grant_requested,
        "outcome": decision.outcome.value,
        "amount": decision.amount,
        "allocation": places.get(decision.allocation_id),
        "reason": decision.reason,
        "votes": [decision.votes_for, decision.votes_against, decision.abstentions],
        "recused": [one.user.display_name for one in session.attendances if one.user_id in interested],
    }
