"""The day on which the Council decides anew, and what it says it follows: in the order in which it came."""

import json
import threading
import time
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app import clock
from app.services import corrected_protocols, council_sessions, new_decisions
from app.services.actors import Actor
from app.services.errors import DomainError
from app.services.protocol_places import Change, Place
from models.applications import ApplicationStatus
from models.base import db, lock
from models.calls import Call
from models.council_sessions import DecisionOutcome
from models.users import User
from tests.factories import TEXT
from tests.services.test_new_decisions import judged, sit_again, uphold
from tests.support.clients import apart

A, D = ApplicationStatus, DecisionOutcome


@pytest.fixture
def decided(programme):
    return judged(programme)


@pytest.mark.either_database
def test_no_session_decides_anew_before_the_appeal_was_upheld(programme, decided):
    first, other = decided[D.REJECTED], decided[D.RESERVE]
    today, place = clock.bishkek_day(clock.now()), {"place": "Ош", "seats": 3}
    by = {"actor": Actor(programme.secretary), "now": clock.now()}
    uphold(programme, first)
    with pytest.raises(DomainError, match="канааттандырыл") as refused:
        council_sessions.convene(first.call, held_on=today - timedelta(days=1), **place, **by)
    assert refused.value.field == "held_on"
    with clock.at(clock.now() + timedelta(days=2)):
        appeal = uphold(programme, other)
    session = council_sessions.convene(first.call, held_on=today + timedelta(days=1), **place, **by)
    assert set(new_decisions.on_the_agenda(session)) == {first.id}, "the other one was upheld after that day"
    with pytest.raises(DomainError, match="башка отурум"):
        new_decisions.take_up(appeal, session, **by)
    assert other.status is A.RESERVE


@pytest.mark.either_database
def test_a_corrected_day_is_not_before_the_appeal_was_upheld(programme, decided):
    application = decided[D.REJECTED]
    uphold(programme, application)
    first, session = new_decisions.last_of(application).session, sit_again(programme, application, D.RESERVE)
    by = {"actor": Actor(programme.secretary), "now": clock.now()}
    made, day = corrected_protocols.draft(session, "Күнү ката жазылган.", **by), session.held_on
    for earlier in (first.held_on, day - timedelta(days=1)):
        with pytest.raises(DomainError, match="канааттандырыл"):
            changes = [Change(Place.HELD_ON, day.isoformat(), earlier.isoformat())]
            corrected_protocols.correct_session(made, changes, **by)
    corrected_protocols.correct_session(made, [Change(Place.PLACE, "Ош", "Ноокат")], **by)


@pytest.mark.either_database
def test_the_new_protocol_names_the_corrected_one_that_holds(programme, decided):
    application = decided[D.REJECTED]
    first, words = new_decisions.last_of(application).session, "Башка себеп, тууралап жазылган."
    by = {"actor": Actor(programme.secretary), "now": clock.now()}
    made = corrected_protocols.draft(first, "Жери ката жазылган.", **by)
    day = first.held_on + timedelta(days=1)
    corrected_protocols.correct_session(made, [Change(Place.HELD_ON, str(first.held_on), str(day))], **by)
    change = Change(Place.REASON, TEXT, words, application.number)
    corrected_protocols.correct_decision(made, application, [change], **by)
    corrected_protocols.propose(made, **by)
    corrected_protocols.sign(made, actor=Actor(programme.council_chair), now=clock.now())
    uphold(programme, application)
    session = sit_again(programme, application, D.RESERVE)
    row = json.loads(session.protocol.content)["decisions"][0]["follows"]
    assert (row["protocol"], row["sha256"], row["held_on"]) == (made.number, made.sha256, str(day))
    assert row["reason"] == words and row["outcome"] == "rejected"


def test_who_convenes_waits_for_who_confirms_that_somebody_moves_up(app, programme, database, decided):
    """Both look whether the other was there before: on one call one of them comes first."""
    if database.kind == "sqlite":
        pytest.skip("one writes at a time")
    uphold(programme, decided[D.REJECTED])
    call_id, user_id = decided[D.REJECTED].call_id, programme.secretary.id
    seats, now = len(council_sessions.council_members()), clock.now()
    db.session.commit()
    lock(db.session.get_one(Call, call_id))  # as `reserves.promote` does

    def convene():
        with app.app_context(), clock.at(now):
            by = {"actor": Actor(db.session.get_one(User, user_id)), "now": now}
            call = db.session.get_one(Call, call_id)
            council_sessions.convene(call, held_on=clock.bishkek_day(now), place="Ош", seats=seats, **by)
            db.session.commit()
            db.session.remove()

    thread = threading.Thread(target=apart, args=(convene,))
    thread.start()
    # PostgreSQL shows the first 1,024 bytes of a query: its table stands behind its many columns
    waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'SELECT calls.id%'"
    until = time.monotonic() + 10
    with db.engine.connect() as looking:
        while not (is_waiting := looking.scalar(sa.text(waits))) and time.monotonic() < until:
            looking.rollback()
    db.session.commit()
    thread.join()
    assert is_waiting, "before it looks what is so"
    assert new_decisions.open_session(db.session.get_one(Call, call_id)) is not None
