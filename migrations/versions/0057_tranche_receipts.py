"""The association's own word that the money of a tranche came: on the screen, or by a signed slip.

Grants offered before keep their terms: their next tranche does not wait for it. Payments confirmed before have no
receipt.

Revision ID: 0057
Revises: 0056
"""

from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

TRANCHE_RECEIPTS = """
CREATE TABLE tranche_receipts (
    id {id} NOT NULL,
    tranche_id {big} NOT NULL,
    event_id {big} NOT NULL,
    way {text40} NOT NULL,
    said_by {text200} NOT NULL,
    sent {big} NOT NULL,
    received {big} NOT NULL,
    received_on {day} NOT NULL,
    difference_reason {text400} NOT NULL,
    document_id {big},
    sha256 {text64},
    recorded_by_id {big} NOT NULL,
    recorded_at {instant} NOT NULL,
    seen_by_id {big},
    seen_at {instant},
    seen_note {text400} NOT NULL,
    version INTEGER NOT NULL,
    CONSTRAINT pk_tranche_receipts PRIMARY KEY (id),
    CONSTRAINT uq_tranche_receipts_event_id UNIQUE (event_id),
    CONSTRAINT uq_tranche_receipts_sha256 UNIQUE (sha256),
    CONSTRAINT ck_tranche_receipts_received_within_sent CHECK (received > 0 AND received <= sent),
    CONSTRAINT ck_tranche_receipts_difference_explained CHECK (received = sent OR difference_reason <> ''),
    CONSTRAINT ck_tranche_receipts_slip_with_scan CHECK
        ((way = 'slip') = (document_id IS NOT NULL) AND (document_id IS NULL) = (sha256 IS NULL)),
    CONSTRAINT ck_tranche_receipts_said_by_somebody CHECK (said_by <> ''),
    CONSTRAINT ck_tranche_receipts_seen_whole CHECK
        ((seen_at IS NULL) = (seen_by_id IS NULL) AND (seen_at IS NULL) = (seen_note = '')),
    CONSTRAINT ck_tranche_receipts_two_people CHECK (seen_by_id IS NULL OR seen_by_id <> recorded_by_id),
    CONSTRAINT fk_tranche_receipts_tranche_id FOREIGN KEY(tranche_id) REFERENCES tranches (id),
    CONSTRAINT fk_tranche_receipts_event_id FOREIGN KEY(event_id) REFERENCES ledger_events (id),
    CONSTRAINT ck_tranche_receipts_receiptway CHECK (way IN ('screen', 'slip')),
    CONSTRAINT fk_tranche_receipts_document_id FOREIGN KEY(document_id) REFERENCES documents (id),
    CONSTRAINT fk_tranche_receipts_recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES users (id),
    CONSTRAINT fk_tranche_receipts_seen_by_id FOREIGN KEY(seen_by_id) REFERENCES users (id)
){strict}
"""
TYPES = {
    "sqlite": {
        **{name: "TEXT" for name in ("day", "instant", "text200", "text40", "text400", "text64")},
        **{"big": "INTEGER", "id": "INTEGER", "strict": " STRICT"},
    },
    "postgresql": {
        **{"big": "BIGINT", "day": "DATE", "id": "BIGSERIAL", "instant": "TIMESTAMP WITH TIME ZONE", "strict": ""},
        **{"text200": "VARCHAR(200)", "text40": "VARCHAR(40)", "text400": "VARCHAR(400)", "text64": "VARCHAR(64)"},
    },
}
INDEX = "CREATE INDEX ix_tranche_receipts_tranche ON tranche_receipts (tranche_id, id)"
ASKS = {"sqlite": "INTEGER DEFAULT 0 NOT NULL", "postgresql": "BOOLEAN DEFAULT false NOT NULL"}

PROTECTED = {
    "sqlite": (
        "CREATE TRIGGER tranche_receipts_no_update BEFORE UPDATE ON tranche_receipts WHEN (OLD.id IS NOT NULL AND"
        " (NEW.id IS NOT OLD.id OR NEW.tranche_id IS NOT OLD.tranche_id OR NEW.event_id IS NOT OLD.event_id OR"
        " NEW.way IS NOT OLD.way OR NEW.said_by IS NOT OLD.said_by OR NEW.sent IS NOT OLD.sent OR NEW.received IS"
        " NOT OLD.received OR NEW.received_on IS NOT OLD.received_on OR NEW.difference_reason IS NOT"
        " OLD.difference_reason OR NEW.document_id IS NOT OLD.document_id OR NEW.sha256 IS NOT OLD.sha256 OR"
        " NEW.recorded_by_id IS NOT OLD.recorded_by_id OR NEW.recorded_at IS NOT OLD.recorded_at)) OR"
        " ((OLD.seen_at IS NOT NULL) AND (NEW.seen_by_id IS NOT OLD.seen_by_id OR NEW.seen_at IS NOT OLD.seen_at"
        " OR NEW.seen_note IS NOT OLD.seen_note)) OR EXISTS (SELECT 1 FROM tranche_receipts AS there WHERE"
        " there.id IS NOT NULL AND there.id <> OLD.id AND (there.id = NEW.id OR (there.event_id = NEW.event_id) OR"
        " (there.sha256 = NEW.sha256))) BEGIN SELECT RAISE(ABORT, 'tranche_receipts is append-only'); END",
        "CREATE TRIGGER tranche_receipts_no_delete BEFORE DELETE ON tranche_receipts WHEN OLD.id IS NOT NULL BEGIN"
        " SELECT RAISE(ABORT, 'tranche_receipts is append-only'); END",
        "CREATE TRIGGER tranche_receipts_no_replace BEFORE INSERT ON tranche_receipts WHEN EXISTS (SELECT 1 FROM"
        " tranche_receipts AS there WHERE there.id IS NOT NULL AND (there.id = NEW.id OR (there.event_id ="
        " NEW.event_id) OR (there.sha256 = NEW.sha256))) BEGIN SELECT RAISE(ABORT, 'tranche_receipts is"
        " append-only'); END",
    ),
    "postgresql": (
        "CREATE TRIGGER tranche_receipts_no_change BEFORE UPDATE ON tranche_receipts FOR EACH ROW WHEN (OLD.id IS"
        " NOT NULL AND (NEW.id IS DISTINCT FROM OLD.id OR NEW.tranche_id IS DISTINCT FROM OLD.tranche_id OR"
        " NEW.event_id IS DISTINCT FROM OLD.event_id OR NEW.way IS DISTINCT FROM OLD.way OR NEW.said_by IS"
        " DISTINCT FROM OLD.said_by OR NEW.sent IS DISTINCT FROM OLD.sent OR NEW.received IS DISTINCT FROM"
        " OLD.received OR NEW.received_on IS DISTINCT FROM OLD.received_on OR NEW.difference_reason IS DISTINCT"
        " FROM OLD.difference_reason OR NEW.document_id IS DISTINCT FROM OLD.document_id OR NEW.sha256 IS DISTINCT"
        " FROM OLD.sha256 OR NEW.recorded_by_id IS DISTINCT FROM OLD.recorded_by_id OR NEW.recorded_at IS DISTINCT"
        " FROM OLD.recorded_at) OR ((OLD.seen_at IS NOT NULL) AND (NEW.seen_by_id IS DISTINCT FROM OLD.seen_by_id"
        " OR NEW.seen_at IS DISTINCT FROM OLD.seen_at OR NEW.seen_note IS DISTINCT FROM OLD.seen_note))) EXECUTE"
        " FUNCTION refuse_change()",
        "CREATE TRIGGER tranche_receipts_no_delete BEFORE DELETE ON tranche_receipts FOR EACH ROW WHEN (OLD.id IS"
        " NOT NULL) EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER tranche_receipts_no_truncate BEFORE TRUNCATE ON tranche_receipts FOR EACH STATEMENT"
        " EXECUTE FUNCTION refuse_change()",
    ),
}


def execute(statement):
    return op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def upgrade():
    dialect = op.get_bind().dialect.name
    execute(f"ALTER TABLE grants ADD COLUMN asks_receipt {ASKS[dialect]}")
    execute(TRANCHE_RECEIPTS.format(**TYPES[dialect]))
    for statement in (INDEX, *PROTECTED[dialect]):
        execute(statement)


def downgrade():
    """Refused where a slip was recorded or less came: of the others the tranche itself says who confirmed, and when."""
    if execute("SELECT count(*) FROM tranche_receipts WHERE document_id IS NOT NULL OR received < sent").scalar():
        raise RuntimeError("Slips and differences of receipts do not fit into revision 0056.")
    op.drop_table("tranche_receipts")
    execute("ALTER TABLE grants DROP COLUMN asks_receipt")
