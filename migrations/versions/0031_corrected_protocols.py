"""Corrected protocols: drafted, signed by the chair, frozen from then on. The protocols signed so far stay as they are.

Revision ID: 0031
Revises: 0030
"""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

TYPES = {
    "sqlite": {
        "id": "INTEGER",
        "int": "INTEGER",
        "code": "TEXT",
        "s20": "TEXT",
        "s64": "TEXT",
        "at": "TEXT",
        "json": "TEXT",
        "end": " STRICT",
    },
    "postgresql": {
        "id": "BIGSERIAL",
        "int": "BIGINT",
        "code": "VARCHAR(40)",
        "s20": "VARCHAR(20)",
        "s64": "VARCHAR(64)",
        "at": "TIMESTAMP WITH TIME ZONE",
        "json": "JSONB",
        "end": "",
    },
}
TABLE = """
CREATE TABLE corrected_protocols (
    id {id} NOT NULL,
    protocol_id {int} NOT NULL,
    follows_id {int},
    status {code} NOT NULL,
    reason TEXT NOT NULL,
    changes {json} NOT NULL,
    returned_for TEXT NOT NULL,
    drafted_by_id {int} NOT NULL,
    drafted_at {at} NOT NULL,
    number {s20},
    content TEXT,
    sha256 {s64},
    signed_by_id {int},
    signed_at {at},
    version INTEGER NOT NULL,
    CONSTRAINT pk_corrected_protocols PRIMARY KEY (id),
    CONSTRAINT ck_corrected_protocols_whole_if_signed CHECK
        ((status = 'signed') = (signed_at IS NOT NULL) AND (signed_at IS NULL) = (number IS NULL)
        AND (signed_at IS NULL) = (content IS NULL) AND (signed_at IS NULL) = (sha256 IS NULL)
        AND (signed_at IS NULL) = (signed_by_id IS NULL)),
    CONSTRAINT ck_corrected_protocols_signed_by_another CHECK (signed_by_id IS NULL OR signed_by_id <> drafted_by_id),
    CONSTRAINT ck_corrected_protocols_correctionstatus CHECK (status IN ('draft', 'proposed', 'signed', 'withdrawn')),
    CONSTRAINT uq_corrected_protocols_number UNIQUE (number),
    CONSTRAINT fk_corrected_protocols_protocol_id FOREIGN KEY(protocol_id) REFERENCES protocols (id),
    CONSTRAINT fk_corrected_protocols_follows_id FOREIGN KEY(follows_id) REFERENCES corrected_protocols (id),
    CONSTRAINT fk_corrected_protocols_drafted_by_id FOREIGN KEY(drafted_by_id) REFERENCES users (id),
    CONSTRAINT fk_corrected_protocols_signed_by_id FOREIGN KEY(signed_by_id) REFERENCES users (id)
){end}
"""
INDEXES = (
    "CREATE INDEX ix_corrected_protocols_protocol_id ON corrected_protocols (protocol_id)",
    "CREATE UNIQUE INDEX uq_corrected_protocols_open ON corrected_protocols (protocol_id) "
    "WHERE status IN ('draft', 'proposed')",
)
TRIGGERS = {
    "sqlite": (
        "CREATE TRIGGER corrected_protocols_no_update BEFORE UPDATE ON corrected_protocols WHEN (OLD.signed_at IS NOT "
        "NULL) OR EXISTS (SELECT 1 FROM corrected_protocols AS there WHERE there.signed_at IS NOT NULL AND there.id "
        "<> OLD.id AND (there.id = NEW.id OR (there.number = NEW.number))) BEGIN SELECT RAISE(ABORT, "
        "'corrected_protocols is append-only'); END",
        "CREATE TRIGGER corrected_protocols_no_delete BEFORE DELETE ON corrected_protocols WHEN OLD.signed_at IS NOT "
        "NULL BEGIN SELECT RAISE(ABORT, 'corrected_protocols is append-only'); END",
        "CREATE TRIGGER corrected_protocols_no_replace BEFORE INSERT ON corrected_protocols WHEN EXISTS (SELECT 1 "
        "FROM corrected_protocols AS there WHERE there.signed_at IS NOT NULL AND (there.id = NEW.id OR (there.number "
        "= NEW.number))) BEGIN SELECT RAISE(ABORT, 'corrected_protocols is append-only'); END",
    ),
    "postgresql": (
        "CREATE TRIGGER corrected_protocols_no_change BEFORE UPDATE ON corrected_protocols FOR EACH ROW WHEN "
        "(OLD.signed_at IS NOT NULL AND (true)) EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER corrected_protocols_no_delete BEFORE DELETE ON corrected_protocols FOR EACH ROW WHEN "
        "(OLD.signed_at IS NOT NULL) EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER corrected_protocols_no_truncate BEFORE TRUNCATE ON corrected_protocols FOR EACH STATEMENT "
        "EXECUTE FUNCTION refuse_change()",
    ),
}


def execute(statement):
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def upgrade():
    dialect = op.get_bind().dialect.name
    execute(TABLE.format(**TYPES[dialect]))
    for statement in (*INDEXES, *TRIGGERS[dialect]):
        execute(statement)


def downgrade():
    op.drop_table("corrected_protocols")
