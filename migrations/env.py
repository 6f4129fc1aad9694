"""Alembic's environment: the application's own engine and metadata."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from logging.config import fileConfig
from typing import Any

import sqlalchemy as sa
from alembic import context
from flask import current_app

import models
from models import protection, search_words, turnovers, unmet_rules
from models.base import Base, ExactDecimal, JsonDocument, UTCDateTime, db
from models.search_text import SearchText

config = context.config
assert models
if config.config_file_name is not None:
    fileConfig(config.config_file_name, disable_existing_loggers=False)


PLAIN_TYPES = {
    UTCDateTime: "sa.DateTime(timezone=True)",
    JsonDocument: 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")',
    SearchText: "sa.Text()",
    ExactDecimal: 'sa.Numeric(24, 8).with_variant(sa.String(40), "sqlite")',
}


def plain_type(kind: str, item: Any, context: Any) -> str | bool:
    """How a new migration writes our own types out: it must not import what changes later."""
    text = PLAIN_TYPES.get(type(item)) if kind == "type" else None
    if text and "postgresql." in text:
        context.imports.add("from sqlalchemy.dialects import postgresql")
    return text or False


TRIGGERS = {
    "sqlite": "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal",
}


def belongs_to_models(_object: Any, name: str | None, kind: str, *_rest: Any) -> bool:
    """The word index is made by statements of its own; a test compares those."""
    return not (kind in {"table", "index"} and name and search_words.is_own(name))


class UnsafeMigrationError(Exception):
    """What the migrations would leave behind is not sound: nothing of the run was committed."""


@contextmanager
def unenforced(connection: sa.Connection) -> Iterator[None]:
    """SQLite without foreign keys, set outside the transaction: within one it does nothing.

    A batch operation makes the table anew: it copies the rows, drops the old table and renames the new one. With
    foreign keys the drop is refused as soon as a row points at it. The older way of renaming does not look at what
    others say about the table while it is away (keys of other tables, triggers on them): they mean it again afterwards.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.cursor()
    try:
        driver.execute("PRAGMA foreign_keys = OFF")
        driver.execute("PRAGMA legacy_alter_table = ON")
        yield
    finally:
        driver.execute("PRAGMA legacy_alter_table = OFF")
        driver.execute("PRAGMA foreign_keys = ON")
        driver.close()


def triggers(connection: sa.Connection) -> set[tuple[str, str]]:
    """(trigger, table) of those that protect something today, keep the word index or the rules, and are there."""
    dialect = connection.dialect.name
    rows = connection.exec_driver_sql(TRIGGERS[dialect])
    return {(row[0], row[1]) for row in rows} & (
        protection.trigger_names(dialect)
        | search_words.trigger_names(dialect)
        | turnovers.trigger_names(dialect)
        | unmet_rules.trigger_names(dialect)
    )


def check_soundness(
    connection: sa.Connection, before: set[tuple[str, str]], dropped: set[str], released: set[str]
) -> None:
    """Raises `UnsafeMigrationError` when a row points nowhere, or a table that was made anew lost its protection.

    `dropped` are the tables that were dropped, `released` the triggers that were dropped by name.

    A table made anew has lost its triggers. The migration puts them back as they were:

        kept = op.get_bind().exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'transfers'"
        ).scalars().all()
        with op.batch_alter_table("transfers") as table: ...
        for statement in kept:
            op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)
    """
    problems = []
    if connection.dialect.name == "sqlite":
        for table, row, parent, _key in connection.exec_driver_sql("PRAGMA foreign_key_check"):
            problems.append(f"row {row} of {table} points at a row of {parent} that is not there")
    there = set(sa.inspect(connection).get_table_names())
    wanted = {(trigger, table) for trigger, table in before if table in dropped & there and trigger not in released}
    if turnovers.Turnover.__tablename__ not in there:  # what keeps them goes with them
        wanted -= turnovers.trigger_names(connection.dialect.name)
    missing = sorted(f"{trigger} on {table}" for trigger, table in wanted - triggers(connection))
    if missing:
        problems.append(f"made anew without {', '.join(missing)}: the migration must put them back")
    if problems:
        raise UnsafeMigrationError("; ".join(problems[:20]))


def run() -> None:
    """Run the migrations in one transaction: all of them or none, and only when what they leave is sound."""
    with db.engine.connect() as connection, unenforced(connection):
        dropped: set[str] = set()
        released: set[str] = set()

        @sa.event.listens_for(connection, "after_cursor_execute")
        def notice(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            dropped.update(re.findall(r'^\s*DROP TABLE (?:IF EXISTS )?"?(\w+)', statement, re.IGNORECASE))
            released.update(re.findall(r'^\s*DROP TRIGGER (?:IF EXISTS )?"?(\w+)', statement, re.IGNORECASE))

        with connection.begin():
            before = triggers(connection)
            context.configure(
                connection=connection,
                target_metadata=Base.metadata,
                compare_type=True,
                include_object=belongs_to_models,
                render_as_batch=connection.dialect.name == "sqlite",
                render_item=plain_type,
            )
            with context.begin_transaction():
                context.run_migrations()
            check_soundness(connection, before, dropped, released)


assert current_app
run()
