"""Agreements are kept whole, with their hash, append-only.

The hash that stood with the grant was of a part of the agreement; it stays in the audit trail. `flask init` keeps the
text of agreements that were accepted before.

Revision ID: 0003
Revises: 0002
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLE = {
    "sqlite": """
CREATE TABLE agreements (
    id INTEGER NOT NULL,
    grant_id INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    content TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    made_at TEXT NOT NULL,
    CONSTRAINT pk_agreements PRIMARY KEY (id),
    CONSTRAINT ck_agreements_sequence_positive CHECK (sequence > 0),
    CONSTRAINT fk_agreements_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id),
    CONSTRAINT uq_agreements_grant_id_sequence UNIQUE (grant_id, sequence)
)
 STRICT
""",
    "postgresql": """
CREATE TABLE agreements (
    id BIGSERIAL NOT NULL,
    grant_id BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    content TEXT NOT NULL,
    sha256 VARCHAR(64) NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_agreements PRIMARY KEY (id),
    CONSTRAINT ck_agreements_sequence_positive CHECK (sequence > 0),
    CONSTRAINT fk_agreements_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id),
    CONSTRAINT uq_agreements_grant_id_sequence UNIQUE (grant_id, sequence)
)
""",
}
TRIGGERS = {
    "sqlite": (
        "CREATE TRIGGER agreements_no_update BEFORE UPDATE ON agreements "
        "BEGIN SELECT RAISE(ABORT, 'agreements is append-only'); END",
        "CREATE TRIGGER agreements_no_delete BEFORE DELETE ON agreements "
        "BEGIN SELECT RAISE(ABORT, 'agreements is append-only'); END",
        "CREATE TRIGGER agreements_no_replace BEFORE INSERT ON agreements "
        "WHEN EXISTS (SELECT 1 FROM agreements "
        "WHERE (id = NEW.id) OR (grant_id = NEW.grant_id AND sequence = NEW.sequence)) "
        "BEGIN SELECT RAISE(ABORT, 'agreements is append-only'); END",
    ),
    "postgresql": (
        "CREATE TRIGGER agreements_no_change BEFORE UPDATE OR DELETE ON agreements "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER agreements_no_truncate BEFORE TRUNCATE ON agreements "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    ),
}
HASH_TYPE = {"sqlite": "TEXT", "postgresql": "VARCHAR(64)"}


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    for statement in (TABLE[dialect], *TRIGGERS[dialect]):
        op.execute(statement)
    op.execute("ALTER TABLE grants DROP COLUMN agreement_sha256")


def downgrade() -> None:
    """What the grant accepted is again only its hash."""
    dialect = op.get_bind().dialect.name
    op.execute(f"ALTER TABLE grants ADD COLUMN agreement_sha256 {HASH_TYPE[dialect]}")
    op.execute(
        "UPDATE grants SET agreement_sha256 = "
        "(SELECT sha256 FROM agreements WHERE grant_id = grants.id AND sequence = 1)"
    )
    op.execute("DROP TABLE agreements")
