"""What an association did not spend and pays back is a row of its own, for ever.

Revision ID: 0049
Revises: 0048
"""

from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE repayments (
    id {id} NOT NULL,
    grant_id {big} NOT NULL,
    amount {big} NOT NULL,
    paid_on {day} NOT NULL,
    bank_reference {text60} NOT NULL,
    bank_reference_key {text60} NOT NULL,
    reason {text400} NOT NULL,
    event_id {big} NOT NULL,
    recorded_by_id {big} NOT NULL,
    recorded_at {instant} NOT NULL,
    CONSTRAINT pk_repayments PRIMARY KEY (id),
    CONSTRAINT ck_repayments_amount_positive CHECK (amount > 0),
    CONSTRAINT ck_repayments_with_reason CHECK (reason <> ''),
    CONSTRAINT uq_repayments_bank_reference_key UNIQUE (bank_reference_key),
    CONSTRAINT uq_repayments_event_id UNIQUE (event_id),
    CONSTRAINT fk_repayments_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id),
    CONSTRAINT fk_repayments_event_id FOREIGN KEY(event_id) REFERENCES ledger_events (id),
    CONSTRAINT fk_repayments_recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES users (id)
){strict}
"""
TYPES = {
    "sqlite": {
        **{name: "TEXT" for name in ("text60", "text400", "day", "instant")},
        **{"id": "INTEGER", "big": "INTEGER", "strict": " STRICT"},
    },
    "postgresql": {
        **{"id": "BIGSERIAL", "big": "BIGINT", "day": "DATE", "instant": "TIMESTAMP WITH TIME ZONE", "strict": ""},
        **{"text60": "VARCHAR(60)", "text400": "VARCHAR(400)"},
    },
}
SAME = "(there.id = NEW.id OR (there.bank_reference_key = NEW.bank_reference_key))"
REFUSE = "BEGIN SELECT RAISE(ABORT, 'repayments is append-only'); END"
TRIGGERS = {
    "sqlite": (
        "CREATE TRIGGER repayments_no_update BEFORE UPDATE ON repayments WHEN (OLD.id IS NOT NULL) OR EXISTS "
        f"(SELECT 1 FROM repayments AS there WHERE there.id IS NOT NULL AND there.id <> OLD.id AND {SAME}) {REFUSE}",
        f"CREATE TRIGGER repayments_no_delete BEFORE DELETE ON repayments WHEN OLD.id IS NOT NULL {REFUSE}",
        "CREATE TRIGGER repayments_no_replace BEFORE INSERT ON repayments WHEN EXISTS "
        f"(SELECT 1 FROM repayments AS there WHERE there.id IS NOT NULL AND {SAME}) {REFUSE}",
    ),
    "postgresql": (
        "CREATE TRIGGER repayments_no_change BEFORE UPDATE ON repayments FOR EACH ROW "
        "WHEN (OLD.id IS NOT NULL AND (true)) EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER repayments_no_delete BEFORE DELETE ON repayments FOR EACH ROW "
        "WHEN (OLD.id IS NOT NULL) EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER repayments_no_truncate BEFORE TRUNCATE ON repayments "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    ),
}


def upgrade():
    dialect = op.get_bind().dialect.name
    op.execute(TABLE.format(**TYPES[dialect]))
    op.execute("CREATE INDEX ix_repayments_grant ON repayments (grant_id, id)")
    for statement in TRIGGERS[dialect]:
        op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def downgrade():
    op.execute("DROP TABLE repayments")
