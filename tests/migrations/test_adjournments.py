"""Revision 0034: sessions and agendas stay as they were; a session that ended without decisions does not fit back."""

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy.exc import IntegrityError

from app import clock
from app.services import adjournments, agendas, verification
from app.services.actors import Actor
from models.applications import ApplicationStatus
from models.base import db
from models.council_sessions import CouncilSession, SessionStatus
from tests.factories import TEXT, Programme

SESSIONS = sa.text(
    "SELECT id, call_id, held_on, place, seats, status, agenda_order, created_by_id, created_at, version "
    "FROM council_sessions ORDER BY id"
)
ITEMS = sa.text(
    "SELECT id, session_id, application_id, position, status, opened_at, closed_at, version "
    "FROM agenda_items ORDER BY id"
)


def rows() -> list[object]:
    found = [db.session.execute(one).all() for one in (SESSIONS, ITEMS)]
    db.session.rollback()
    return found


def test_down_and_up_sessions_and_agendas_are_those_they_were(app: Flask, programme: Programme) -> None:
    programme.make_application(ApplicationStatus.REJECTED)  # of a signed session
    application = programme.make_application(ApplicationStatus.REVIEWED, call=programme.make_past_call())
    by = {"actor": Actor(programme.secretary), "now": clock.now()}
    session = programme.make_session(application.call)
    agendas.discuss(session, application, **by)
    db.session.commit()
    before = rows()
    downgrade(revision="0033")
    assert rows() == before
    upgrade()
    assert rows() == before and [len(one) for one in before] == [2, 2]
    again = db.session.scalars(db.select(CouncilSession).where(CouncilSession.status == SessionStatus.OPEN)).one()
    adjournments.adjourn(again, reason=TEXT, **by)
    db.session.commit()
    assert not any(check.findings for check in verification.run(programme.storage))
    db.session.commit()
    with pytest.raises(IntegrityError):
        downgrade(revision="0033")
    db.session.rollback()
    assert db.session.scalar(db.select(CouncilSession.adjourned_reason).where(CouncilSession.id == again.id)) == TEXT
