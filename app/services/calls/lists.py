"""Calls and funds to read and to choose from."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from models.base import db
from models.calls import Call, CallStatus
from models.funds import Fund


def published_calls() -> list[Call]:
    """Calls the public may read, whether they still take applications or not; the latest deadline first."""
    query = db.select(Call).where(Call.status.in_([CallStatus.OPEN, CallStatus.DECIDED]), Call.is_public)
    return list(db.session.scalars(query.order_by(Call.closes_at.desc(), Call.id.desc())))


def published_call(call_id: int) -> Call | None:
    query = db.select(Call).where(
        Call.id == call_id, Call.status.in_([CallStatus.OPEN, CallStatus.DECIDED]), Call.is_public
    )
    call: Call | None = db.session.scalar(query)
    return call


def seen_calls(seen: Any) -> list[Call]:
    """Calls under the condition `seen` (of `policy.visible`), the latest deadline first."""
    return list(db.session.scalars(db.select(Call).where(seen).order_by(Call.closes_at.desc(), Call.id.desc())))


LATEST = 40


def titles_seen(seen: Any, chosen_id: int | None = None) -> list[tuple[int, Mapping[str, str]]]:
    """Id and title of the latest calls under `seen`, and of the one chosen: for a list to choose from."""
    latest = db.select(Call.id).where(seen).order_by(Call.closes_at.desc(), Call.id.desc()).limit(LATEST)
    wanted = Call.id.in_(latest.scalar_subquery())
    if chosen_id is not None:
        wanted |= (Call.id == chosen_id) & seen
    query = db.select(Call.id, Call.title).where(wanted).order_by(Call.closes_at.desc(), Call.id.desc())
    return [(int(id_), title) for id_, title in db.session.execute(query)]


def funds_to_choose() -> list[Fund]:
    """Every fund a call can be paid from."""
    return list(db.session.scalars(db.select(Fund).order_by(Fund.code)))


def open_calls(now: datetime) -> list[Call]:
    """Published calls that take applications now, the nearest deadline first."""
    query = db.select(Call).where(Call.status == CallStatus.OPEN, Call.opens_at <= now).order_by(Call.closes_at)
    return [call for call in db.session.scalars(query) if call.is_open_at(now)]
