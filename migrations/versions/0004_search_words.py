"""An index of every three letters of the applications' search texts.

FTS5 on SQLite. On PostgreSQL the extension pg_trgm: where its package is missing or this role may not create it,
the index is left out, searches read every row, and `flask doctor` says so; `flask init` makes it later.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

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
POSTGRESQL = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX IF NOT EXISTS ix_applications_words ON applications USING gin (search_text gin_trgm_ops)",
)


def upgrade() -> None:
    bind = op.get_bind()
    if bind.dialect.name == "sqlite":
        for statement in SQLITE:
            bind.execution_options(no_parameters=True).exec_driver_sql(statement)
        op.execute("INSERT INTO application_words(application_words) VALUES ('rebuild')")
        return
    try:
        with bind.begin_nested():
            for statement in POSTGRESQL:
                bind.execute(sa.text(statement))
    except sa.exc.DBAPIError as error:
        print(f"pg_trgm cannot be used here ({str(error.orig).strip()}): searches read every row. See: flask doctor")


def downgrade() -> None:
    """The extension stays: it may have been there before, and somebody else may use it."""
    if op.get_bind().dialect.name == "sqlite":
        for name in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER application_words_{name}")
        op.execute("DROP TABLE application_words")
    else:
        op.execute("DROP INDEX IF EXISTS ix_applications_words")
