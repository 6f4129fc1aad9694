"""The migrations: from nothing, back to nothing, with data, and equal to the models; on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import check, downgrade, upgrade

from app.factory import create_app
from app.web.health import MIGRATIONS
from models import protection
from models.base import Base, db
from tests.factories import Programme
from tests.support import databases
from tests.support.databases import Copy, PostgresqlServer

SCRIPTS = ScriptDirectory(str(MIGRATIONS))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, home: Path) -> Iterator[Flask]:
    """An application over a database without any table."""
    if request.param == "postgresql":
        server: PostgresqlServer = request.getfixturevalue("postgresql_server")
        copy = server.create()
    else:
        copy = Copy("sqlite", databases.sqlite_url(home / "ashar.sqlite3"), None, lambda: None)
    app = create_app(databases.config_for(home, copy.url))
    with app.app_context():
        yield app
    databases.close(app)
    copy.drop()


def tables() -> set[str]:
    return set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}


def row_counts() -> dict[str, int]:
    counts = {
        name: int(db.session.scalar(sa.text(f"SELECT count(*) FROM {name}")) or 0) for name in Base.metadata.tables
    }
    db.session.rollback()
    return counts


def test_up_from_nothing_down_to_nothing_and_up_again(empty: Flask) -> None:
    upgrade()
    assert tables() == set(Base.metadata.tables)
    downgrade(revision="base")
    assert tables() == set()
    upgrade()
    assert tables() == set(Base.metadata.tables)


def test_models_and_schema_are_equal(empty: Flask) -> None:
    upgrade()
    check()  # exits with what differs


def constraints(engine: sa.Engine) -> dict[str, set[tuple[str, str]]]:
    """{table: (name, condition) of its CHECK constraints}: alembic does not compare them."""
    inspector = sa.inspect(engine)
    return {
        table: {(str(one["name"]), " ".join(one["sqltext"].split())) for one in inspector.get_check_constraints(table)}
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


TRIGGERS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal UNION ALL "
    "SELECT proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
}


def protections(engine: sa.Engine) -> dict[str, str]:
    """{trigger or function: its definition}."""
    with engine.connect() as connection:
        rows = connection.execute(sa.text(TRIGGERS[engine.dialect.name]))
        return {row[0]: " ".join(row[1].split()) for row in rows}


def test_constraints_and_triggers_are_those_the_models_would_make_today(
    empty: Flask, request: pytest.FixtureRequest, home: Path
) -> None:
    """A database made by the migrations beside one made from the models alone."""
    upgrade()
    if db.engine.dialect.name == "postgresql":
        copy = request.getfixturevalue("postgresql_server").create()
    else:
        copy = Copy("sqlite", databases.sqlite_url(home / "made.sqlite3"), None, lambda: None)
    made = sa.create_engine(copy.url, module=db.engine.dialect.dbapi)
    with made.begin() as connection:
        Base.metadata.create_all(connection)
        for statement in (*protection.triggers(made.dialect.name), *protection.frozen(made.dialect.name)):
            connection.execution_options(no_parameters=True).exec_driver_sql(statement)
    try:
        assert len(protections(made)) > 30
        assert protections(db.engine) == protections(made)
        assert sum(map(len, constraints(made).values())) > 60
        assert constraints(db.engine) == constraints(made)
    finally:
        made.dispose()
        copy.drop()


def names_of_constraints() -> dict[str, set[str]]:
    """By name: PostgreSQL words a condition otherwise after a dump (the template's way) than after CREATE TABLE."""
    return {table: {name for name, _condition in held} for table, held in constraints(db.engine).items()}


def test_down_and_up_again_with_data(app: Flask, programme: Programme, database: Copy) -> None:
    """Nothing stands in the way of the rows, and what comes back is the same empty house."""
    programme.make_grant("completed")
    db.session.commit()
    before = (names_of_constraints(), protections(db.engine))
    assert len([name for name, count in row_counts().items() if count]) > 30
    downgrade(revision="base")
    assert tables() == set()
    assert protections(db.engine) == {}
    upgrade()
    assert (names_of_constraints(), protections(db.engine)) == before
    assert set(row_counts().values()) == {0}


def test_upgrading_an_upgraded_database_changes_nothing(app: Flask, programme: Programme) -> None:
    programme.make_grant("completed")
    db.session.commit()
    before = row_counts()
    assert sum(before.values()) > 300
    upgrade()
    assert row_counts() == before


def test_there_is_one_line_of_revisions() -> None:
    assert len(SCRIPTS.get_heads()) == 1
    assert len(SCRIPTS.get_bases()) == 1
