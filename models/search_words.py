"""The words by which applications are found: an index of every three letters of their search text.

On SQLite a table of FTS5 (trigrams of the packed text, no copy of it), kept by triggers in the same transaction; on
PostgreSQL a GIN index of the extension pg_trgm. Both only make a search quick, what it finds is the same without them.
A migration never imports this: it writes its statements out. A test compares the two.
"""

import re
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from models.applications import Application
from models.base import db
from models.search_text import packed, pattern

SQLITE = (
    "CREATE VIRTUAL TABLE application_words USING fts5("
    "search_text, content='applications', content_rowid='id', columnsize=0, tokenize='trigram case_sensitive 1')",
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
    return tuple(filter(is_short, words))


def phrase_of(words: Sequence[str]) -> str | None:
    """What the index is asked for: all of `words` (folded) that are long enough.

    None when there is no such word, and on PostgreSQL, which uses its index for `in_row` by itself.
    """
    long = [word for word in words if len(word) >= SHORTEST]
    if not long or _dialect() != "sqlite":
        return None
    return " ".join('"' + packed(word).replace('"', '""') + '"' for word in long)


def has(phrase: Any) -> sa.ColumnElement[bool]:
    """The condition on `table` that the index has a phrase of `phrase_of`, or what is bound in its place."""
    return sa.literal_column("application_words", sa.Text).op("MATCH", is_comparison=True)(phrase)


_FEW = (  # made once: every search begins with it
    sa.select(sa.func.count()).select_from(
        sa.select(table.c.rowid)
        .where(has(sa.bindparam("phrase", type_=sa.Text)))
        .limit(sa.bindparam("most", type_=sa.Integer))
        .subquery()
    )
)


def count(phrase: str, most: int) -> int:
    """How many applications the index has with a phrase of `phrase_of`; it stops at `most`."""
    return int(db.session.connection().execute(_FEW, {"phrase": phrase, "most": most}).scalar_one())


def in_row(word: str) -> sa.ColumnElement[bool]:
    """The condition that an application's search text has `word` (folded) in it."""
    return _in_row(sa.bindparam(None, value_of(word), sa.Text, literal_execute=_is_written_out()), is_short(word))


def in_row_as(name: str, *, is_short: bool) -> sa.ColumnElement[bool]:
    """The same for statements made once: `value_of` the word is bound under `name` when they run."""
    return _in_row(sa.bindparam(name, type_=sa.Text, literal_execute=_is_written_out()), is_short)


def _in_row(value: sa.BindParameter[str], is_short: bool) -> sa.ColumnElement[bool]:
    text = sa.type_coerce(Application.search_text, sa.Text)
    if _dialect() == "sqlite":
        return text.op("GLOB", is_comparison=True)(value)
    if is_short:  # LIKE would walk through the whole index
        return sa.func.strpos(text, value) > 0
    return text.like(value, escape="/")


def _is_written_out() -> bool:
    """So that PostgreSQL plans for this word: a rare one through the index, a common one row by row."""
    return _dialect() != "sqlite"


def value_of(word: str) -> str:
    """What is bound for `word` (folded)."""
    if _dialect() == "sqlite":
        return pattern(word)
    if is_short(word):
        return word
    return "%" + re.sub(r"([/%_])", r"/\1", word) + "%"


def is_short(word: str) -> bool:
    return len(word) < SHORTEST


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
