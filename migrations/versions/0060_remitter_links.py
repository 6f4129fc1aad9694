"""Who sends money can be given a personal link; photos of a visit may be shown to them where it says so.

Revision ID: 0060
Revises: 0059
"""

from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

REMITTER_LINKS = """
CREATE TABLE remitter_links (
    id {id} NOT NULL,
    remitter_id {big} NOT NULL,
    token_hash {text64} NOT NULL,
    issued_by_id {big} NOT NULL,
    issued_at {instant} NOT NULL,
    expires_at {instant} NOT NULL,
    revoked_by_id {big},
    revoked_at {instant},
    first_used_at {instant},
    version INTEGER NOT NULL,
    CONSTRAINT pk_remitter_links PRIMARY KEY (id),
    CONSTRAINT ck_remitter_links_expires_later CHECK (expires_at > issued_at),
    CONSTRAINT ck_remitter_links_revoked_whole CHECK ((revoked_at IS NULL) = (revoked_by_id IS NULL)),
    CONSTRAINT fk_remitter_links_remitter_id FOREIGN KEY(remitter_id) REFERENCES remitters (id),
    CONSTRAINT uq_remitter_links_token_hash UNIQUE (token_hash),
    CONSTRAINT fk_remitter_links_issued_by_id FOREIGN KEY(issued_by_id) REFERENCES users (id),
    CONSTRAINT fk_remitter_links_revoked_by_id FOREIGN KEY(revoked_by_id) REFERENCES users (id)
){strict}
"""
TYPES = {
    "sqlite": {
        **{name: "TEXT" for name in ("instant", "text64")},
        **{"big": "INTEGER", "id": "INTEGER", "strict": " STRICT", "bool": "INTEGER", "no": "0"},
    },
    "postgresql": {
        **{"big": "BIGINT", "id": "BIGSERIAL", "instant": "TIMESTAMP WITH TIME ZONE", "strict": "", "bool": "BOOLEAN", "no": "false"},
        **{"text64": "VARCHAR(64)"},
    },
}
INDEXES = (
    "CREATE INDEX ix_remitter_links_remitter_id ON remitter_links (remitter_id)",
    "CREATE UNIQUE INDEX uq_remitter_links_live ON remitter_links (remitter_id) WHERE revoked_at IS NULL",
)


def execute(statement):
    return op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def upgrade():
    kinds = TYPES[op.get_bind().dialect.name]
    execute(f"ALTER TABLE visits ADD COLUMN shows_photos {kinds['bool']} DEFAULT {kinds['no']} NOT NULL")
    execute(REMITTER_LINKS.format(**kinds))
    for statement in INDEXES:
        execute(statement)


def downgrade():
    """Links open nothing in the version before; what photos may be shown is refused, since it was somebody's word."""
    shown = "shows_photos" if op.get_bind().dialect.name == "postgresql" else "shows_photos = 1"
    if execute(f"SELECT count(*) FROM visits WHERE {shown}").scalar():
        raise RuntimeError("Visits whose photos may be shown do not fit into revision 0059.")
    op.drop_table("remitter_links")
    execute("ALTER TABLE visits DROP COLUMN shows_photos")
