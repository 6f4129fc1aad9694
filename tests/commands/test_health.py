"""/healthz and /readyz: what whoever runs the house asks."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.factory import create_app
from models.base import db
from tests.support import databases
from tests.support.clients import Client

WELL = {"database": "ok", "migrations": "ok", "broker": "ok"}


@pytest.fixture
def without_database(home: Path) -> Iterator[Flask]:
    """A server whose database is not there."""
    made = create_app(databases.config_for(home, databases.sqlite_url(home / "nowhere" / "ashar.sqlite3")))
    yield made
    databases.close(made)


@pytest.mark.database
def test_all_is_there(broker: str, client: Client) -> None:
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json) == (200, WELL)
    assert (client.get("/healthz").status_code, client.get("/healthz").json) == (200, {"status": "ok"})


def test_the_broker_is_away(client: Client) -> None:
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json) == (503, WELL | {"broker": "failing"})
    assert client.get("/healthz").status_code == 200


@pytest.mark.database
@pytest.mark.parametrize("statement", ["UPDATE alembic_version SET version_num = '0000'", "DROP TABLE alembic_version"])
def test_a_migration_is_missing(broker: str, client: Client, statement: str) -> None:
    db.session.execute(sa.text(statement))
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json) == (503, WELL | {"migrations": "failing"})
    assert client.get("/healthz").status_code == 200


def test_alive_without_a_database(without_database: Flask) -> None:
    client = without_database.test_client()
    assert client.get("/healthz").status_code == 200
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert ready.json["database"] == ready.json["migrations"] == "failing"
