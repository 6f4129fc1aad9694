"""Letters on the Council's decisions, held until they are sent; appeals; how many days a call leaves for them.

The applicants of the sessions signed so far were told on the day of the signature: they get no letter.

Revision ID: 0029
Revises: 0028
"""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

TYPES = {
    "sqlite": {"id": "INTEGER", "int": "INTEGER", "code": "TEXT", "s20": "TEXT", "at": "TEXT", "end": " STRICT"},
    "postgresql": {
        "id": "BIGSERIAL",
        "int": "BIGINT",
        "code": "VARCHAR(40)",
        "s20": "VARCHAR(20)",
        "at": "TIMESTAMP WITH TIME ZONE",
        "end": "",
    },
}
COLUMN = (
    "ALTER TABLE calls ADD COLUMN appeal_days {int} DEFAULT 10 NOT NULL "
    "CONSTRAINT ck_calls_appeal_days_positive CHECK (appeal_days > 0)"
)
TABLES = {
    "letters": """
    id {id} NOT NULL,
    number {s20} NOT NULL,
    decision_id {int} NOT NULL,
    application_id {int} NOT NULL,
    status {code} NOT NULL,
    sent_at {at},
    sent_by_id {int},
    version INTEGER NOT NULL,
    CONSTRAINT pk_letters PRIMARY KEY (id),
    CONSTRAINT uq_letters_number UNIQUE (number),
    CONSTRAINT uq_letters_decision_id UNIQUE (decision_id),
    CONSTRAINT uq_letters_application_id UNIQUE (application_id),
    CONSTRAINT ck_letters_sent_with_day CHECK ((status = 'sent') = (sent_at IS NOT NULL)),
    CONSTRAINT ck_letters_sent_by_somebody CHECK ((sent_at IS NULL) = (sent_by_id IS NULL)),
    CONSTRAINT ck_letters_letterstatus CHECK (status IN ('held', 'sent')),
    CONSTRAINT fk_letters_decision_id FOREIGN KEY(decision_id) REFERENCES decisions (id),
    CONSTRAINT fk_letters_application_id FOREIGN KEY(application_id) REFERENCES applications (id),
    CONSTRAINT fk_letters_sent_by_id FOREIGN KEY(sent_by_id) REFERENCES users (id)
""",
    "appeals": """
    id {id} NOT NULL,
    letter_id {int} NOT NULL,
    text TEXT NOT NULL,
    status {code} NOT NULL,
    lodged_at {at} NOT NULL,
    lodged_by_id {int} NOT NULL,
    acknowledged_at {at},
    closed_at {at},
    closed_by_id {int},
    reason TEXT NOT NULL,
    version INTEGER NOT NULL,
    CONSTRAINT pk_appeals PRIMARY KEY (id),
    CONSTRAINT uq_appeals_letter_id UNIQUE (letter_id),
    CONSTRAINT ck_appeals_closed_with_day CHECK ((status IN ('lodged', 'acknowledged')) = (closed_at IS NULL)),
    CONSTRAINT ck_appeals_appealstatus CHECK
        (status IN ('lodged', 'acknowledged', 'upheld', 'dismissed', 'withdrawn')),
    CONSTRAINT fk_appeals_letter_id FOREIGN KEY(letter_id) REFERENCES letters (id),
    CONSTRAINT fk_appeals_lodged_by_id FOREIGN KEY(lodged_by_id) REFERENCES users (id),
    CONSTRAINT fk_appeals_closed_by_id FOREIGN KEY(closed_by_id) REFERENCES users (id)
""",
}
DIFFERS = {"sqlite": "IS NOT", "postgresql": "IS DISTINCT FROM"}


def execute(statement):
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def guard_calls(before, after):
    """Put other columns into the trigger that keeps an open call as it is; the rest of it stays."""
    bind = op.get_bind()
    differs = DIFFERS[bind.dialect.name]
    before, after = (
        " OR ".join(f"NEW.{name} {differs} OLD.{name}" for name in names) for names in (before, after)
    )
    if bind.dialect.name == "postgresql":
        text = bind.exec_driver_sql("SELECT pg_get_functiondef('refuse_change_of_call'::regproc)").scalar_one()
    else:
        text = bind.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 'calls_no_update'").scalar_one()
        execute("DROP TRIGGER calls_no_update")
    if text.count(before) != 1:
        raise RuntimeError("the trigger on calls is not the one that is known here")
    execute(text.replace(before, after))


def upgrade():
    types = TYPES[op.get_bind().dialect.name]
    execute(COLUMN.format(**types))
    guard_calls(["vote_rule"], ["vote_rule", "appeal_days"])
    for name, columns in TABLES.items():
        execute(f"CREATE TABLE {name} ({columns.format(**types)}){types['end']}")


def downgrade():
    for table in reversed(TABLES):
        op.drop_table(table)
    guard_calls(["vote_rule", "appeal_days"], ["vote_rule"])
    execute("ALTER TABLE calls DROP COLUMN appeal_days")
