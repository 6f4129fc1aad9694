"""Which decisions of the Council stand: where one does, nothing changes any more of the judging it rests on.

An upheld appeal takes this from a decision until the Council has decided anew. Until then a further reviewer can be
asked and a conflict found late voids a review, as before the first decision.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select

from app.localisation import N_
from app.services.errors import DomainError
from models.agenda_items import AgendaItem, AgendaStatus
from models.appeals import Appeal, AppealStatus
from models.applications import JUDGED, Application
from models.base import db
from models.calls import Call, CallStatus
from models.council_sessions import Decision
from models.letters import Letter

DISCUSSED = db.select(AgendaItem.application_id).where(AgendaItem.status == AgendaStatus.DISCUSSED)
"""SQL: the ids of applications under discussion."""


def on(application_id: Any) -> Select[Any]:
    """SQL: the decision that stands on the application with this id; no row where none does."""
    upheld = db.select(Appeal.id).join(Appeal.letter)
    upheld = upheld.where(Letter.decision_id == Decision.id, Appeal.status == AppealStatus.UPHELD)
    return db.select(Decision.id).where(Decision.application_id == application_id, ~upheld.exists())


def is_there(application: Application) -> bool:
    """Whether one stands on `application`."""
    return db.session.scalar(on(application.id).limit(1)) is not None


def must_not_be_there(application: Application) -> None:
    """Refuse to change anything of the judging of what is decided, or is under discussion."""
    must_not_be_discussed(application)
    if is_there(application):
        raise DomainError(N_("The Council is dealing with this application: nothing can be changed until it has met."))


def must_not_be_discussed(application: Application) -> None:
    """Refuse while the Council discusses it: it has to stay reviewed until its discussion is closed."""
    if db.session.scalar(DISCUSSED.where(AgendaItem.application_id == application.id).limit(1)) is not None:
        raise DomainError(N_("The Council is discussing this application now."))


def being_judged() -> ColumnElement[bool]:
    """SQL: calls in which applications are judged: open ones, and decided ones while the Council decides anew."""
    anew = db.select(Application.id).where(
        Application.call_id == Call.id, Application.status.in_(JUDGED), ~on(Application.id).exists()
    )
    return (Call.status == CallStatus.OPEN) | ((Call.status == CallStatus.DECIDED) & anew.exists())


def is_judging(call: Call) -> bool:
    """Whether `call` is one of them."""
    if call.status is not CallStatus.DECIDED:
        return call.status is CallStatus.OPEN
    return db.session.scalar(db.select(Call.id).where(Call.id == call.id, being_judged())) is not None
