"""History is append-only: through the application's own connection the database itself refuses (promise R4)."""

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DBAPIError

from app import clock
from app.services import agendas, assets, assignments, council_sessions, decisions, duplicates, signs
from app.services.actors import Actor
from app.services.ballots import Ballot, DissentInput
from app.services.decisions import Motion
from models.base import Base, db
from models.calls import VoteRule
from models.centres import Condition
from models.contributions import ContributionKind
from models.council_sessions import Decision, DecisionOutcome, VoteChoice
from models.duplicates import DuplicateVerdict
from models.grants import TrancheStatus
from models.protection import APPEND_ONLY, UNIQUE_KEYS
from models.reserves import Promotion
from models.reviews import ConflictKind
from models.users import Role
from tests.conftest import NOW
from tests.factories import TEXT, Programme
from tests.support.databases import Copy

pytestmark = pytest.mark.database
ATTEMPTS = {
    "sqlite": (
        "UPDATE {table} SET id = id",
        "UPDATE OR REPLACE {table} SET id = id",
        "DELETE FROM {table}",
        "REPLACE INTO {table} SELECT * FROM {table}",
        "INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
        "INSERT INTO {table} SELECT * FROM {table} WHERE true ON CONFLICT (id) DO UPDATE SET id = excluded.id",
    ),
    "postgresql": (
        "UPDATE {table} SET id = id",
        "DELETE FROM {table}",
        "INSERT INTO {table} SELECT * FROM {table} ON CONFLICT (id) DO UPDATE SET id = excluded.id",
        "TRUNCATE {table} CASCADE",
    ),
}


def refused(statement: str, table: str) -> bool:
    """Whether the database refuses with the trigger's words; what was there stays."""
    before = db.session.execute(sa.text(f"SELECT * FROM {table} ORDER BY id")).all()
    assert before, f"no row in {table}: the attempt would prove nothing"
    try:
        db.session.execute(sa.text(statement))
        db.session.commit()
        answer = ""
    except DBAPIError as error:
        answer = str(error.orig)
    db.session.rollback()
    assert db.session.execute(sa.text(f"SELECT * FROM {table} ORDER BY id")).all() == before
    db.session.rollback()
    return f"{table} is append-only" in answer or "append-only" in answer


def write_history(programme: Programme) -> None:
    """At least one row in every protected table."""
    grant = programme.make_grant("completed")
    decision = db.session.scalars(sa.select(Decision).where(Decision.amount.is_not(None))).first()
    db.session.add(
        Promotion(
            protocol=decision.session.protocol,
            application=grant.application,
            grant=grant,
            allocation=decision.allocation,
            amount=1,
            passed_over=[],
            confirmed_by_id=programme.council_chair.id,
            confirmed_at=NOW,
        )
    )
    one, other = (
        programme.make_application("submitted", association=programme.make_association()) for _number in range(2)
    )
    duplicates.judge(
        one, other.id, DuplicateVerdict.FALSE_ALARM, reason="Эки айыл", actor=Actor(programme.secretary), now=NOW
    )
    programme.reopen(assignments.of_application(programme.make_application("reviewed"))[0])
    programme.amend(programme.call)
    programme.make_reduced()
    programme.change_account(grant.association)
    look_at_a_sign(programme)
    programme.make_bank_statement(("A-1", 100_00))
    programme.make_contribution(programme.make_grant(), kind=ContributionKind.IN_KIND)
    look_at_an_asset(programme)
    hold_a_session(programme)
    db.session.commit()


def look_at_a_sign(programme: Programme) -> None:
    """Two receipts of one sender and one amount: somebody says what they are."""
    grant = programme.make_grant()
    first, _second = (programme.make_contribution(grant) for _number in range(2))
    (sign,) = (one for one in signs.of_contribution(first) if one.twin is not None)
    signs.judge(sign, reason=TEXT, actor=Actor(programme.monitor), now=NOW)


def look_at_an_asset(programme: Programme) -> None:
    """What was bought stands in the register, and an officer has seen it."""
    grant = programme.make_grant("active", is_matched=True)
    programme.advance(grant.tranches[0], TrancheStatus.CONFIRMED)
    asset, now = programme.make_asset(programme.make_expenditure(grant, "accepted"), status="confirmed"), clock.now()
    seen = {"checked_on": clock.bishkek_day(now), "bears_emblem": True, "note": ""}
    assets.look_at(asset, Condition.WORKS, **seen, actor=Actor(programme.monitor), now=now)


def hold_a_session(programme: Programme) -> None:
    """Somebody leaves the room, somebody the session; votes by name, a dissent and a note."""
    call = programme.make_past_call(vote_rule=VoteRule.OPEN)
    application = programme.make_application("reviewed", call=call)
    kin, guest = (programme.make_user(Role.REVIEWER) for _ in range(2))
    session, by = programme.make_session(call, kin, guest), {"actor": Actor(programme.secretary), "now": NOW}
    agendas.discuss(session, application, **by)
    agendas.recuse(session, application, kin, ConflictKind.KINSHIP, **by)
    agendas.note(session, application, "Суу бар.", in_protocol=True, **by)
    council_sessions.change_presence(session, guest, False, **by)
    voters = decisions.voters_on(session, application)
    first, *others = voters
    cast = [Ballot(first.id, VoteChoice.AGAINST), *(Ballot(one.id, VoteChoice.FOR) for one in others)]
    dissents = [DissentInput(first.id, "Жетет")]
    motion = Motion(DecisionOutcome.REJECTED, None, TEXT, ballots=cast, dissents=dissents)
    decisions.decide(session, application, motion, **by)


def test_what_is_written_once_cannot_be_changed(database: Copy, programme: Programme) -> None:
    """Each way on each table, over the rows of a whole grant and of a pair that is alike."""
    write_history(programme)
    tried = 0
    for table in APPEND_ONLY:
        for attempt in ATTEMPTS[database.kind]:
            assert refused(attempt.format(table=table), table), attempt.format(table=table)
            tried += 1
    assert tried == len(APPEND_ONLY) * len(ATTEMPTS[database.kind])
    print(f"{database.kind}: {tried} attempts, {tried} refused")


def test_a_row_cannot_be_replaced_under_another_id(database: Copy, programme: Programme) -> None:
    """SQLite's INSERT OR REPLACE deletes the row that holds a unique value, and fires no DELETE trigger."""
    if database.kind == "postgresql":
        return  # it has no INSERT OR REPLACE
    write_history(programme)
    tried = 0
    for table, keys in UNIQUE_KEYS.items():
        columns = [column.name for column in Base.metadata.tables[table].columns if column.name != "id"]
        for key in keys:
            is_set = " AND ".join(f"{name} IS NOT NULL" for name in key)
            if not db.session.scalar(sa.text(f"SELECT count(*) FROM {table} WHERE {is_set}")):
                continue
            names = ", ".join(columns)
            statement = (
                f"INSERT OR REPLACE INTO {table} (id, {names}) SELECT id + 100000, {names} FROM {table} WHERE {is_set}"
            )
            assert refused(statement, table), statement
            tried += 1
    assert tried >= 8


def test_the_unique_keys_are_those_of_the_models() -> None:
    """A unique column that is not listed would open the way around the trigger."""
    for table in APPEND_ONLY:
        metadata = Base.metadata.tables[table]
        found = {
            tuple(sorted(one.columns.keys())) for one in metadata.constraints if isinstance(one, sa.UniqueConstraint)
        }
        found |= {tuple(sorted(one.columns.keys())) for one in metadata.indexes if one.unique}
        found = {key for key in found if "id" not in key}  # the id itself is always watched
        assert found <= {tuple(sorted(key)) for key in UNIQUE_KEYS.get(table, ())}, table


def test_new_rows_are_welcome(app: Flask, programme: Programme) -> None:
    before = db.session.scalar(sa.text("SELECT count(*) FROM audit_events"))
    programme.make_person()
    db.session.commit()
    assert db.session.scalar(sa.text("SELECT count(*) FROM audit_events")) == before + 1
