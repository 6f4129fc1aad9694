"""`flask doctor`: each thing that can be wrong is named with its cure."""

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app import database as database_setup
from app import doctor
from app.config import Config
from models.base import db
from tests.factories import Programme
from tests.support.accounts import enrol
from tests.support.databases import Copy


@pytest.fixture
def settings(app: Flask) -> Config:
    found: Config = app.config["ASHAR"]
    return found


def problems(app: Flask, settings: Config) -> dict[str, str]:
    return {one.what: one.problem for one in examine(app, settings) if one.problem}


def examine(app: Flask, settings: Config) -> list[doctor.Finding]:
    db.session.rollback()  # SQLite has one writer, and outside a request every transaction is one
    found = doctor.examine(settings, app.extensions["broker"])
    db.session.rollback()
    return found


def test_a_sound_copy(app: Flask, broker: str, settings: Config) -> None:
    assert problems(app, settings) == {}
    assert len(examine(app, settings)) == 10


def test_the_command_says_so_and_exits_accordingly(app: Flask, broker: str) -> None:
    done = app.test_cli_runner().invoke(args=["doctor"])
    assert done.exit_code == 0, done.output
    assert "PROBLEM" not in done.output


def test_no_broker(app: Flask, settings: Config) -> None:
    assert "make run" in problems(app, settings)["broker"]
    done = app.test_cli_runner().invoke(args=["doctor"])
    assert done.exit_code == 1
    assert "PROBLEM broker" in done.output


def test_the_key_of_the_second_factors_is_another_one(
    app: Flask, broker: str, settings: Config, programme: Programme
) -> None:
    enrol(programme.finance)
    db.session.commit()
    changed = replace(settings, factor_keys=("bGxsbGxsbGxsbGxsbGxsbGxsbGxsbGxsbGxsbGxsbGw=",))
    assert "behind the new one" in problems(app, changed)["keys of the second factors"]
    assert problems(app, replace(changed, factor_keys=changed.factor_keys + settings.factor_keys)) == {}


def test_an_older_database(app: Flask, broker: str, settings: Config) -> None:
    db.session.execute(sa.text("UPDATE alembic_version SET version_num = '0000'"))
    db.session.commit()
    assert "flask init" in problems(app, settings)["migrations"]


SORTS = {
    "sqlite": (
        *("scores_no_update", "scores_no_delete", "scores_no_replace"),
        *("exchange_rates_no_update", "funding_reports_no_delete", "exchange_rates_no_replace"),
        *("criteria_no_insert", "criteria_no_update", "criteria_no_delete"),
    ),
    "postgresql": (
        *("scores_no_change", "scores_no_truncate"),
        *("exchange_rates_no_change", "funding_reports_no_delete", "exchange_rates_no_truncate"),
        "criteria_no_late_change",
    ),
}
"""A trigger of each sort."""


def test_each_trigger_that_is_missing_is_named(app: Flask, database: Copy, broker: str, settings: Config) -> None:
    for trigger in SORTS[database.kind]:
        table = trigger.partition("_no_")[0]
        drop = f"DROP TRIGGER {trigger}" + (f" ON {table}" if database.kind == "postgresql" else "")
        db.session.execute(sa.text(drop))
        db.session.commit()
        problem = problems(app, settings)["append-only tables"]
        assert f"{trigger} on {table}" in problem and "backup" in problem
        with pytest.raises(database_setup.UnsafeDatabaseError, match=trigger):
            doctor.refuse_unsafe()


def test_a_disabled_trigger_is_as_good_as_none(app: Flask, database: Copy, broker: str, settings: Config) -> None:
    if database.kind == "sqlite":
        pytest.skip("SQLite has no disabled triggers")
    db.session.execute(sa.text("ALTER TABLE conflicts DISABLE TRIGGER conflicts_no_change"))
    db.session.commit()
    assert "conflicts_no_change on conflicts" in problems(app, settings)["append-only tables"]


def test_a_server_or_worker_does_not_start_over_an_older_database(app: Flask, broker: str) -> None:
    doctor.refuse_unsafe()
    db.session.execute(sa.text("UPDATE alembic_version SET version_num = '0000'"))
    db.session.commit()
    with pytest.raises(database_setup.UnsafeDatabaseError, match="flask init"):
        doctor.refuse_unsafe()
    done = app.test_cli_runner().invoke(args=["worker", "--burst"])
    assert done.exit_code == 1 and "flask init" in done.output


def test_a_folder_that_cannot_be_written(app: Flask, broker: str, settings: Config, tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    found = problems(app, replace(settings, home=in_the_way))
    assert "ASHAR_HOME" in found[f"folder {in_the_way}"]


def test_an_unsafe_database_is_named(app: Flask, database: Copy) -> None:
    """Durability off: on SQLite by a pragma of the connection, on PostgreSQL by a setting."""
    statement = {"sqlite": "PRAGMA synchronous = OFF", "postgresql": "SET synchronous_commit = off"}[database.kind]
    engine = sa.create_engine(db.engine.url, module=db.engine.dialect.dbapi)
    if database.kind == "sqlite":
        database_setup.prepare(engine)

    @sa.event.listens_for(engine, "connect")
    def weaken(connection: object, _record: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        cursor.execute(statement)
        connection.commit()  # type: ignore[attr-defined]
        cursor.close()

    found = " ".join(database_setup.check(engine))
    engine.dispose()
    assert "synchronous" in found
    assert database_setup.check(db.engine) == []


def test_without_the_index_of_words(app: Flask, database: Copy, broker: str, settings: Config) -> None:
    """PostgreSQL's is made by `flask init` once the extension is there; SQLite's belongs to the database."""
    drop = {"sqlite": "DROP TRIGGER application_words_update", "postgresql": "DROP EXTENSION pg_trgm CASCADE"}
    db.session.execute(sa.text(drop[database.kind]))
    db.session.commit()
    problem = problems(app, settings)["search"]
    assert ("backup" if database.kind == "sqlite" else "CREATE EXTENSION IF NOT EXISTS pg_trgm") in problem
    doctor.refuse_unsafe()  # it is slower, not unsafe
    if database.kind == "postgresql":
        assert app.test_cli_runner().invoke(args=["init"]).exit_code == 0
        assert problems(app, settings) == {}
