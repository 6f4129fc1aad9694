"""What an association did not spend and pays back is a row of its own; a wrong one is reversed, never changed.

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
    reversal_event_id {big},
    reversal_reason {text400} NOT NULL,
    CONSTRAINT pk_repayments PRIMARY KEY (id),
    CONSTRAINT ck_repayments_amount_positive CHECK (amount > 0),
    CONSTRAINT ck_repayments_with_reason CHECK (reason <> ''),
    CONSTRAINT ck_repayments_reversed_with_reason CHECK ((reversal_event_id IS NULL) = (reversal_reason = '')),
    CONSTRAINT fk_repayments_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id),
    CONSTRAINT fk_repayments_event_id FOREIGN KEY(event_id) REFERENCES ledger_events (id),
    CONSTRAINT fk_repayments_recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES users (id),
    CONSTRAINT fk_repayments_reversal_event_id FOREIGN KEY(reversal_event_id) REFERENCES ledger_events (id)
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
INDEXES = (
    "CREATE INDEX ix_repayments_grant ON repayments (grant_id, id)",
    "CREATE UNIQUE INDEX uq_repayments_bank_reference_key ON repayments (bank_reference_key) "
    "WHERE reversal_event_id IS NULL",
)
PROTECTED = {
    "sqlite": (
        "CREATE TRIGGER repayments_no_update BEFORE UPDATE ON repayments WHEN (OLD.id IS NOT NULL AND (NEW.id IS"
        " NOT OLD.id OR NEW.grant_id IS NOT OLD.grant_id OR NEW.amount IS NOT OLD.amount OR NEW.paid_on IS NOT"
        " OLD.paid_on OR NEW.bank_reference IS NOT OLD.bank_reference OR NEW.bank_reference_key IS NOT"
        " OLD.bank_reference_key OR NEW.reason IS NOT OLD.reason OR NEW.event_id IS NOT OLD.event_id OR"
        " NEW.recorded_by_id IS NOT OLD.recorded_by_id OR NEW.recorded_at IS NOT OLD.recorded_at)) OR"
        " ((OLD.reversal_event_id IS NOT NULL) AND (NEW.reversal_event_id IS NOT OLD.reversal_event_id OR"
        " NEW.reversal_reason IS NOT OLD.reversal_reason)) OR EXISTS (SELECT 1 FROM repayments AS there WHERE"
        " there.id IS NOT NULL AND there.id <> OLD.id AND (there.id = NEW.id OR (there.bank_reference_key ="
        " NEW.bank_reference_key AND there.reversal_event_id IS NULL))) BEGIN SELECT RAISE(ABORT, 'repayments is"
        " append-only'); END",
        "CREATE TRIGGER repayments_no_delete BEFORE DELETE ON repayments WHEN OLD.id IS NOT NULL BEGIN SELECT"
        " RAISE(ABORT, 'repayments is append-only'); END",
        "CREATE TRIGGER repayments_no_replace BEFORE INSERT ON repayments WHEN EXISTS (SELECT 1 FROM repayments AS"
        " there WHERE there.id IS NOT NULL AND (there.id = NEW.id OR (there.bank_reference_key ="
        " NEW.bank_reference_key AND there.reversal_event_id IS NULL))) BEGIN SELECT RAISE(ABORT, 'repayments is"
        " append-only'); END",
    ),
    "postgresql": (
        "CREATE TRIGGER repayments_no_change BEFORE UPDATE ON repayments FOR EACH ROW WHEN (OLD.id IS NOT NULL AND"
        " (NEW.id IS DISTINCT FROM OLD.id OR NEW.grant_id IS DISTINCT FROM OLD.grant_id OR NEW.amount IS DISTINCT"
        " FROM OLD.amount OR NEW.paid_on IS DISTINCT FROM OLD.paid_on OR NEW.bank_reference IS DISTINCT FROM"
        " OLD.bank_reference OR NEW.bank_reference_key IS DISTINCT FROM OLD.bank_reference_key OR NEW.reason IS"
        " DISTINCT FROM OLD.reason OR NEW.event_id IS DISTINCT FROM OLD.event_id OR NEW.recorded_by_id IS DISTINCT"
        " FROM OLD.recorded_by_id OR NEW.recorded_at IS DISTINCT FROM OLD.recorded_at) OR ((OLD.reversal_event_id"
        " IS NOT NULL) AND (NEW.reversal_event_id IS DISTINCT FROM OLD.reversal_event_id OR NEW.reversal_reason IS"
        " DISTINCT FROM OLD.reversal_reason))) EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER repayments_no_delete BEFORE DELETE ON repayments FOR EACH ROW WHEN (OLD.id IS NOT NULL)"
        " EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER repayments_no_truncate BEFORE TRUNCATE ON repayments FOR EACH STATEMENT EXECUTE FUNCTION"
        " refuse_change()",
    ),
}


def upgrade():
    dialect = op.get_bind().dialect.name
    op.execute(TABLE.format(**TYPES[dialect]))
    for statement in (*INDEXES, *PROTECTED[dialect]):
        op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def downgrade():
    op.execute("DROP TABLE repayments")
