"""Engine set-up and start checks of SQLite and PostgreSQL (reliability.md, rules 1 and 2)."""

from typing import Any

import pysqlite3.dbapi2 as sqlite_driver
import sqlalchemy as sa
from sqlalchemy import event

from app.config import Config
from models.base import canonical_json, write_intent

OLDEST_SQLITE = (3, 51, 3)
BUSY_TIMEOUT_MS = 15_000
SQLITE_PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": "2",
    "foreign_keys": "1",
    "busy_timeout": str(BUSY_TIMEOUT_MS),
    "trusted_schema": "0",
    "temp_store": "2",
    "cache_size": "-16384",  # kilobytes: what a search reads in every row stays at hand
}
POSTGRESQL_OPTIONS = (
    "-c statement_timeout=15000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=30000 -c timezone=UTC "
    "-c jit=off"  # what is asked here is short: to compile a query takes longer than to answer it
)


class UnsafeDatabaseError(Exception):
    """The database is set up in a way that can lose acknowledged writes; the text says how to mend it."""


def engine_options(config: Config) -> dict[str, Any]:
    """Arguments of `create_engine` for this configuration."""
    common = {"json_serializer": canonical_json}  # Cyrillic as it is written, not as \u escapes
    if config.is_sqlite:
        arguments = {"timeout": BUSY_TIMEOUT_MS / 1000, "isolation_level": None}
        return {**common, "module": sqlite_driver, "connect_args": arguments}
    return {**common, "pool_pre_ping": True, "connect_args": {"options": POSTGRESQL_OPTIONS}}


def prepare(engine: sa.Engine) -> None:
    """Install what every connection needs: pragmas, and BEGIN IMMEDIATE for requests that write."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for name, value in SQLITE_PRAGMAS.items():
            cursor.execute(f"PRAGMA {name} = {value}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write_intent.get() else "BEGIN")


def check(engine: sa.Engine) -> list[str]:
    """What is wrong with the database's set-up, each with its cure; an empty list when it is safe."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            return _check_sqlite(connection)
        return _check_postgresql(connection)


def _check_sqlite(connection: sa.Connection) -> list[str]:
    problems = []
    version = tuple(int(part) for part in sqlite_driver.sqlite_version.split("."))
    if version < OLDEST_SQLITE:
        problems.append(
            f"SQLite {sqlite_driver.sqlite_version} can corrupt a WAL database: install pysqlite3 0.6.1 or newer."
        )
    if not connection.exec_driver_sql("SELECT 1 FROM pragma_module_list WHERE name = 'fts5'").scalar():
        problems.append("SQLite was built without FTS5, the index of words: install pysqlite3-binary.")
    for name, wanted in SQLITE_PRAGMAS.items():
        found = str(connection.exec_driver_sql(f"PRAGMA {name}").scalar())
        if found != wanted:
            problems.append(f"PRAGMA {name} is {found}, it must be {wanted}.")
    return problems


def _check_postgresql(connection: sa.Connection) -> list[str]:
    problems = []
    for name in ("fsync", "full_page_writes"):
        if connection.exec_driver_sql(f"SHOW {name}").scalar() != "on":
            problems.append(f"{name} is off: set {name} = on in postgresql.conf.")
    if connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "off":
        problems.append("synchronous_commit is off: an acknowledged write can be lost. Set it to on.")
    collation = connection.exec_driver_sql("SELECT 1 FROM pg_collation WHERE collname = 'und-x-icu'").scalar()
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
    if encoding != "UTF8":
        problems.append(f"the database's encoding is {encoding}: create it with ENCODING 'UTF8'.")
    if not collation:
        problems.append("PostgreSQL was built without ICU: install a build with it.")
    return problems
