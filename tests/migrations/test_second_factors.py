"""Sessions go over the revision of second factors and back; the factors do not outlive the way down."""

import sqlalchemy as sa
from flask import Flask
from flask_migrate import downgrade, upgrade

from app import clock
from app.services import user_sessions
from models.base import db
from models.users import Role
from tests.factories import Programme
from tests.support.accounts import enrol

COLUMNS = "id, user_id, token_hash, created_at, expires_at, browser, revoked_at"


def sessions() -> list[tuple[object, ...]]:
    rows = [tuple(row) for row in db.session.execute(sa.text(f"SELECT {COLUMNS} FROM user_sessions ORDER BY id"))]
    db.session.rollback()
    return rows


def test_who_is_signed_in_stays_so_and_has_proved_it_when_the_session_began(app: Flask, programme: Programme) -> None:
    owner = programme.make_user(Role.FINANCE)
    enrol(owner)
    now = clock.now()
    _session, token = user_sessions.begin(owner, browser="Firefox", now=now, second_step_at=now)
    user_sessions.begin(programme.make_user(Role.MONITOR), browser="", now=now)
    db.session.commit()
    before = sessions()
    downgrade(revision="0034")
    assert sessions() == before
    assert "second_factors" not in sa.inspect(db.engine).get_table_names()
    upgrade()
    assert sessions() == before
    again = user_sessions.live(token, now)
    assert again is not None
    assert (again.confirmed_at, again.second_step_at) == (again.created_at, None)
    assert db.session.scalar(sa.text("SELECT count(*) FROM second_factors")) == 0
