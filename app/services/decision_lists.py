"""Lists of what a session has decided: all of it in plain columns, and as many of the decisions as a page shows."""

from typing import NamedTuple

from models.applications import Application
from models.associations import Association
from models.base import db
from models.council_sessions import CouncilSession, Decision, DecisionOutcome


class MadeDecision(NamedTuple):
    """What a session decided on an application: plain columns, for there are hundreds. Amounts in tyiyn."""

    id: int
    application_id: int
    outcome: DecisionOutcome
    amount: int | None
    rank: int | None
    requested: int


def made(session: CouncilSession) -> list[MadeDecision]:
    """What the session has decided so far, the first decision first."""
    return [MadeDecision._make(row) for row in db.session.execute(_MADE, {"session_id": session.id})]


_MADE = (
    db.select(
        Decision.id,
        Decision.application_id,
        Decision.outcome,
        Decision.amount,
        Decision.rank,
        Application.grant_requested,
    )
    .join(Application, Application.id == Decision.application_id)
    .where(Decision.session_id == db.bindparam("session_id"))
    .order_by(Decision.id)
)


def latest(session: CouncilSession, limit: int | None) -> list[Decision]:
    """The decisions of a session with what lists show of the applications: all, the first one first; or the latest,
    that one first."""
    query, asked = (_WHOLE, {}) if limit is None else (_LATEST, {"limit": limit})
    return list(db.session.scalars(query, {"session_id": session.id, **asked}))


_OF_SESSION = (
    db.select(Decision)
    .where(Decision.session_id == db.bindparam("session_id"))
    .options(
        db.defer(Decision.present),
        db.joinedload(Decision.application).options(
            db.load_only(Application.number, Application.title, Application.grant_requested),
            db.joinedload(Application.association).load_only(
                Association.name_ky, Association.name_ru, Association.name_en
            ),
        ),
    )
)
_WHOLE = _OF_SESSION.order_by(Decision.id)
_LATEST = _OF_SESSION.order_by(Decision.id.desc()).limit(db.bindparam("limit", type_=db.Integer))
