"""Rows that are there, and what the application asks of the database."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from models.base import db


def count(table: type) -> int:
    """How many rows the table of a model holds."""
    return int(db.session.scalar(db.select(db.func.count()).select_from(table)) or 0)


@contextmanager
def counted_queries() -> Iterator[list[str]]:
    """Every statement sent meanwhile."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)


def unprotect(table: str) -> None:
    """As somebody who owns the database can: rows of a protected table are changed and deleted from now on."""
    if db.session.get_bind().dialect.name == "postgresql":
        there, drop = "SELECT tgname FROM pg_trigger WHERE tgrelid = CAST(:table AS regclass)", " ON {table}"
    else:
        there, drop = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table", ""
    for name in db.session.scalars(db.text(there), {"table": table}).all():
        if name.startswith(f"{table}_no_"):
            db.session.execute(db.text(f"DROP TRIGGER {name}{drop.format(table=table)}"))
