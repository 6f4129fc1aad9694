"""The words by which applications are found: an index of every three letters of their search text.

On SQLite a table of FTS5 (trigrams, no copy of the text), kept by triggers in the same transaction; on PostgreSQL a GIN
index of the extension pg_trgm. Both only make a search quick, what it finds is the same without them. A migration never
imports this: it writes its statements out. A test compares the two.
"""

import re
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from models.applications import Application
from models.base import db

SQLITE = (
    "CREATE VIRTUAL TABLE application_words USING fts5("
    "search_text, content='applications', content_rowid='id', columnsize=0, tokenize='trigram')",
    "CREATE TRIGGER application_words_insert AFTER INSERT ON applications BEGIN "
    "INSERT INTO application_words(rowid, search_text) VALUES (NEW.id, NEW.search_text); END",
    "CREATE TRIGGER application_words_update AFTER UPDATE OF search_text ON applications "
    "WHEN OLD.search_text <> NEW.search_text BEGIN "
    "INSERT INTO application_words(application_words, rowid, search_text) VALUES ('delete', OLD.id, OLD.search_text); "
    "INSERT INTO application_words(rowid, search_text) VALUES (NEW.id, NEW.search_text); END",
    "CREATE TRIGGER application_words_delete AFTER DELETE ON applications BEGIN "
    "INSERT INTO application_words(application_words, rowid, search_text) VALUES ('delete', OLD.id, OLD.search_text); "
    "END",
)
EXTENSION = "CREATE EXTENSION IF NOT EXISTS pg_trgm"
INDEX = "CREATE INDEX IF NOT EXISTS ix_applications_words ON applications USING gin (search_text gin_trgm_ops)"
POSTGRESQL = (EXTENSION, INDEX)
SHORTEST = 3
"""A word of fewer letters has no three letters: it is looked for in every row."""

table = sa.table("application_words", sa.column("rowid", sa.BigInteger))
"""SQLite's index as a query names it: `rowid` is the application's id."""


def not_indexed(words: Sequence[str]) -> tuple[str, ...]:
    """The words too short for the index."""
    return tuple(word for word in words if len(word) < SHORTEST)


def query_of(words: Sequence[str]) -> sa.ColumnElement[bool] | None:
    """The condition on `table` that the index has all of `words` (folded) that are long enough.

    None when there is no such word, and on PostgreSQL, which uses its index for `in_row` by itself.
    """
    long = [word for word in words if len(word) >= SHORTEST]
    if not long or _dialect() != "sqlite":
        return None
    phrases = " ".join('"' + word.replace('"', '""') + '"' for word in long)
    return sa.literal_column("application_words", sa.Text).op("MATCH", is_comparison=True)(phrases)


def count(index: sa.ColumnElement[bool], limit: int) -> int:
    """How many applications the index has under a condition of `query_of`; it stops at `limit`."""
    few = sa.select(table.c.rowid).where(index).limit(limit).subquery()
    return int(db.session.scalar(sa.select(sa.func.count()).select_from(few)) or 0)


def in_row(word: str) -> sa.ColumnElement[bool]:
    """The condition that an application's search text has `word` (folded) in it."""
    if _dialect() == "sqlite":
        return Application.search_text.contains(word, autoescape=True)
    if len(word) < SHORTEST:
        return sa.func.strpos(Application.search_text, word) > 0  # LIKE would walk through the whole index
    pattern = "%" + re.sub(r"([/%_])", r"/\1", word) + "%"
    # Written out, so that PostgreSQL plans for this word: a rare one through the index, a common one row by row.
    return Application.search_text.like(sa.bindparam(None, pattern, sa.Text, literal_execute=True), escape="/")


def _dialect() -> str:
    return db.session.get_bind().dialect.name


def statements(dialect: str) -> tuple[str, ...]:
    """The DDL of the index on `dialect` ("sqlite" or "postgresql")."""
    return SQLITE if dialect == "sqlite" else POSTGRESQL


def is_own(name: str) -> bool:
    """Whether a table or an index belongs to the index and not to the models (FTS5 keeps tables of its own)."""
    return re.fullmatch(r"application_words(_(data|idx|config))?|ix_applications_words", name) is not None


def trigger_names(dialect: str) -> set[tuple[str, str]]:
    """(trigger, table) of what keeps the index."""
    found = re.findall(r"CREATE TRIGGER (\w+) AFTER [\w ]+ ON (\w+)", "\n".join(statements(dialect)))
    return set(found)


def is_there() -> bool:
    """Whether the index of the database in use is there and kept up to date."""
    connection = db.session.connection()
    if connection.dialect.name == "postgresql":
        known = "SELECT 1 FROM pg_indexes WHERE indexname = 'ix_applications_words'"
        return connection.exec_driver_sql(known).scalar() is not None
    rows = connection.exec_driver_sql("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'")
    return trigger_names("sqlite") <= {(row[0], row[1]) for row in rows}


def make_missing() -> bool:
    """Make PostgreSQL's index once the extension is there; True when it is there now.

    SQLite always has its own. Nothing else of the transaction is lost when the extension may not be made.
    """
    if is_there() or db.session.connection().dialect.name == "sqlite":
        return is_there()
    try:
        with db.session.begin_nested():
            for statement in POSTGRESQL:
                db.session.execute(sa.text(statement))
    except DBAPIError:
        return False
    return True
