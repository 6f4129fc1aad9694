"""Revision 0033: letters and appeals of before stay, decisions are the first ones; two letters do not fit back."""

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy.exc import IntegrityError

from app import clock
from app.services import appeals, decisions, letters, new_decisions, verification
from app.services.actors import Actor
from app.services.decisions import Motion
from models.appeals import Appeal
from models.applications import ApplicationStatus
from models.base import db
from models.council_sessions import Decision, DecisionOutcome
from models.letters import Letter
from tests.factories import TEXT, Programme

LETTERS = sa.text(
    "SELECT id, number, decision_id, application_id, status, sent_by_id, version FROM letters ORDER BY id"
)


def test_down_and_up_letters_appeals_and_decisions_are_those_they_were(app: Flask, programme: Programme) -> None:
    application = programme.make_application(ApplicationStatus.REJECTED)
    letter = letters.readable(application, is_office=True)
    assert letter is not None
    appeal = appeals.lodge(
        letter, TEXT, actor=Actor(programme.chair_of(application.association)), now=letter.sent_at or clock.now()
    )
    appeals.acknowledge(appeal, actor=Actor(programme.secretary), now=clock.now())
    appeals.close(appeal, is_upheld=True, reason=TEXT, actor=Actor(programme.council_chair), now=clock.now())
    db.session.commit()
    before = db.session.execute(LETTERS).all()
    db.session.rollback()
    downgrade(revision="0032")
    assert db.session.execute(LETTERS).all() == before
    db.session.rollback()
    upgrade()
    assert db.session.execute(LETTERS).all() == before and len(before) == 1
    assert db.session.scalars(db.select(Decision.sequence)).all() == [1]
    again = db.session.scalars(db.select(Appeal)).one()
    assert again.letter.application_id == again.application.id
    session = programme.make_session(again.application.call, now=clock.now())
    motion = Motion(DecisionOutcome.RESERVE, None, TEXT, 3)
    decisions.decide(session, again.application, motion, actor=Actor(programme.secretary), now=clock.now())
    programme.sign(session)
    assert db.session.scalar(db.select(db.func.count(Letter.id))) == 2 and new_decisions.unsound() == [""]
    assert not any(check.findings for check in verification.run(programme.storage))
    db.session.commit()
    with pytest.raises(IntegrityError):
        downgrade(revision="0032")
    db.session.rollback()
    assert db.session.scalar(db.select(db.func.count(Letter.id))) == 2
