"""What a protocol says: everything the Council decided, as plain values that are hashed and signed.

From it a person can recompute every decision by hand: the levels each unnamed reviewer gave, the weights, thresholds
and caps, the votes, and in which order it was decided.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.services import rankings
from app.services.calls import allocations
from app.services.departures import Decided, departures
from app.services.rankings import Levels, RankedApplication
from models.agenda_items import AgendaItem
from models.applications import Application
from models.base import db
from models.calls import Call
from models.council_sessions import Attendance, CouncilSession, Decision, Dissent, Vote


def content_of(session: CouncilSession) -> dict[str, Any]:
    """Everything the protocol says, as plain JSON values; scores in hundredths of a point, amounts in tyiyn.

    A decision's `allocation` is the place in the list of allocations, from 0.
    """
    read_whole(session, with_votes=True)
    call = session.call
    found = allocations.of(call)
    places: dict[int | None, int] = {one.id: place for place, one in enumerate(found)}
    ranking = rankings.of_call(call)
    rows = {row.application.id: row for row in ranking.rows}
    items = _items(session)
    departed = departures_of(session, ranking.rows)
    numbers = {one.application_id: one.application.number for one in session.decisions}
    return {
        "call": call.code,
        "title": dict(call.title),
        "held_on": session.held_on.isoformat(),
        "place": session.place,
        "seats": session.seats,
        "present": [one.user.display_name for one in session.attendances],
        "movements": _movements(session),
        "vote_rule": call.vote_rule.value,
        "agenda_order": session.agenda_order.value,
        "pass_total": call.pass_total,
        "pass_section_percent": call.pass_section_percent,
        "criteria": [{"key": one.key, "weight": one.weight, "title": dict(one.title)} for one in call.criteria],
        "budget": call.budget,
        "ceiling": call.grant_ceiling,
        "most_per_oblast": call.most_per_oblast,
        "most_per_ayil_okmotu": call.most_per_ayil_okmotu,
        "allocations": allocations.in_words(found),
        "ranking": [_ranked(row, ranking.levels, call) for row in ranking.rows],
        "decisions": [
            _row(one, places)
            | _discussion(session, one, items.get(one.application_id))
            | {"departs": [numbers[key] for key in departed.get(one.application_id, ())]}
            | _standing(rows.get(one.application_id))
            for one in sorted(session.decisions, key=lambda one: (one.rank or 9999, one.id))
        ],
    }


def read_whole(session: CouncilSession, *, with_votes: bool = False) -> None:
    """Read who is present and what is decided, with names, in a query a table; ballots and dissents if asked for."""
    query = db.select(CouncilSession).where(CouncilSession.id == session.id)
    people = db.selectinload(CouncilSession.attendances).joinedload(Attendance.user)
    decided = db.selectinload(CouncilSession.decisions)
    options = [
        people,
        db.selectinload(CouncilSession.presence_changes),
        decided.joinedload(Decision.application).joinedload(Application.association),
    ]
    if with_votes:
        options.append(decided.selectinload(Decision.votes).joinedload(Vote.user))
        options.append(decided.selectinload(Decision.dissents).joinedload(Dissent.user))
    db.session.scalars(query.options(*options)).one()


def departures_of(session: CouncilSession, rows: Iterable[RankedApplication]) -> Mapping[int, Sequence[int]]:
    """{application decided in `session`: those it changed places with in the ranking}."""
    passing = {row.application.id for row in rows if row.passes}
    decided = [
        Decided(one.application_id, one.rank, one.application_id in passing, one.outcome) for one in session.decisions
    ]
    return departures(decided)


def _items(session: CouncilSession) -> dict[int, AgendaItem]:
    query = db.select(AgendaItem).where(AgendaItem.session_id == session.id)
    found = query.options(db.selectinload(AgendaItem.recusals), db.selectinload(AgendaItem.notes))
    return {one.application_id: one for one in db.session.scalars(found.order_by(AgendaItem.closed_at, AgendaItem.id))}


def _movements(session: CouncilSession) -> list[Mapping[str, Any]]:
    names = {one.user_id: one.user.display_name for one in session.attendances}
    return [
        {"name": names[one.user_id], "is_present": one.is_present, "at": one.changed_at.isoformat()}
        for one in session.presence_changes
    ]


def _ranked(row: RankedApplication, levels: Levels, call: Call) -> Mapping[str, Any]:
    """One application of the ranking with every review, the highest total first: their order tells nothing of who."""
    keys = [one.key for one in call.criteria]
    reviews = sorted(
        ((row.totals[reviewer], given) for reviewer, given in levels[row.application.id].items()),
        key=lambda review: (-review[0], [-review[1][key] for key in keys]),
    )
    return {
        "number": row.application.number,
        "rank": row.rank,
        "score": row.points,
        "spread": row.spread,
        "passes": row.passes,
        "weak": row.weak,
        "requested": row.application.grant_requested,
        "reviews": [{"levels": [given[key] for key in keys], "total": total} for total, given in reviews],
    }


def _standing(row: RankedApplication | None) -> dict[str, Any]:
    return {"passes": row.passes if row else None}


def _discussion(session: CouncilSession, decision: Decision, item: AgendaItem | None) -> dict[str, Any]:
    """How it came to the decision: when, who was in the room and who was not, what was noted."""
    names = {one.user_id: one.user.display_name for one in session.attendances}
    recusals = item.recusals if item else []
    return {
        "decided_at": decision.decided_at.isoformat(),
        "in_room": [names[one] for one in decision.present],
        "recused": [names[one.user_id] for one in recusals if one.user_id in names],
        "recusals": [
            {
                "name": names[one.user_id],
                "ground": one.ground.value,
                "kind": one.kind.value if one.kind else None,
            }
            for one in recusals
            if one.user_id in names
        ],
        "ballots": [{"name": one.user.display_name, "choice": one.choice.value} for one in decision.votes],
        "dissents": [{"name": one.user.display_name, "reason": one.reason} for one in decision.dissents],
        "notes": [one.text for one in item.notes if one.in_protocol] if item else [],
    }


def _row(decision: Decision, places: Mapping[int | None, int]) -> dict[str, Any]:
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
    }
