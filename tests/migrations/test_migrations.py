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
