"""After an upheld appeal another decision follows the first: decisions of an application are counted, each has a letter.

The decisions taken so far are the first ones of their applications.

Revision ID: 0033
Revises: 0032
"""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

SEQUENCE = (
    "ALTER TABLE decisions ADD COLUMN sequence {int} DEFAULT 1 NOT NULL "
    "CONSTRAINT ck_decisions_sequence_positive CHECK (sequence > 0)"
)
INT = {"sqlite": "INTEGER", "postgresql": "BIGINT"}
UNIQUE = "CREATE UNIQUE INDEX uq_decisions_application_id_sequence ON decisions (application_id, sequence)"
LETTERS_INDEX = "CREATE INDEX ix_letters_application_id ON letters (application_id)"
ONE_LETTER = "CONSTRAINT uq_letters_application_id UNIQUE (application_id)"
COLUMNS = "id, number, decision_id, application_id, status, sent_at, sent_by_id, version"
LETTERS = """
CREATE TABLE letters_anew (
    id INTEGER NOT NULL,
    number TEXT NOT NULL,
    decision_id INTEGER NOT NULL,
    application_id INTEGER NOT NULL,
    status TEXT NOT NULL,
    sent_at TEXT,
    sent_by_id INTEGER,
    version INTEGER NOT NULL,
    CONSTRAINT pk_letters PRIMARY KEY (id),
    CONSTRAINT uq_letters_number UNIQUE (number),
    CONSTRAINT uq_letters_decision_id UNIQUE (decision_id),{unique}
    CONSTRAINT ck_letters_sent_with_day CHECK ((status = 'sent') = (sent_at IS NOT NULL)),
    CONSTRAINT ck_letters_sent_by_somebody CHECK ((sent_at IS NULL) = (sent_by_id IS NULL)),
    CONSTRAINT ck_letters_letterstatus CHECK (status IN ('held', 'sent')),
    CONSTRAINT fk_letters_decision_id FOREIGN KEY(decision_id) REFERENCES decisions (id),
    CONSTRAINT fk_letters_application_id FOREIGN KEY(application_id) REFERENCES applications (id),
    CONSTRAINT fk_letters_sent_by_id FOREIGN KEY(sent_by_id) REFERENCES users (id)
) STRICT
"""
SAME, NEXT = "(session_id = NEW.session_id AND application_id = NEW.application_id)", (
    "(application_id = NEW.application_id AND sequence = NEW.sequence)"
)


def execute(statement):
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def letters_anew(unique):
    """SQLite takes no constraint off a table: it is made anew, nobody loses a letter, appeals point at the same ones."""
    execute(LETTERS.format(unique=unique))
    execute(f"INSERT INTO letters_anew ({COLUMNS}) SELECT {COLUMNS} FROM letters ORDER BY id")
    execute("DROP TABLE letters")
    execute("ALTER TABLE letters_anew RENAME TO letters")


def guard_decisions(*keys):
    """A replacing INSERT would delete the row whose key it takes without asking the trigger of DELETE."""
    taken = " OR ".join(("(id = NEW.id)", *keys))
    execute("DROP TRIGGER decisions_no_replace")
    execute(
        "CREATE TRIGGER decisions_no_replace BEFORE INSERT ON decisions "
        f"WHEN EXISTS (SELECT 1 FROM decisions WHERE {taken}) "
        "BEGIN SELECT RAISE(ABORT, 'decisions is append-only'); END"
    )


def upgrade():
    dialect = op.get_bind().dialect.name
    execute(SEQUENCE.format(int=INT[dialect]))
    execute(UNIQUE)
    if dialect == "sqlite":
        guard_decisions(SAME, NEXT)
        letters_anew("")
    else:
        execute("ALTER TABLE letters DROP CONSTRAINT uq_letters_application_id")
    execute(LETTERS_INDEX)


def downgrade():
    """Refused by the database where an application has two letters: nothing of what was told is thrown away."""
    execute("DROP INDEX ix_letters_application_id")
    if op.get_bind().dialect.name == "sqlite":
        letters_anew(f"\n    {ONE_LETTER},")
        guard_decisions(SAME)
    else:
        execute(f"ALTER TABLE letters ADD {ONE_LETTER}")
    execute("DROP INDEX uq_decisions_application_id_sequence")
    execute("ALTER TABLE decisions DROP COLUMN sequence")
