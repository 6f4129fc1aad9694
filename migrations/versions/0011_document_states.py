"""Pages, expiry, refusal and replacement of documents; consent and capacity of who pledges.

Revision ID: 0011
Revises: 0010
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KINDS = {
    "sqlite": {"number": "INTEGER", "day": "TEXT", "instant": "TEXT", "text": "TEXT", "code": "TEXT"},
    "postgresql": {
        "number": "BIGINT",
        "day": "DATE",
        "instant": "TIMESTAMP WITH TIME ZONE",
        "text": "VARCHAR(400)",
        "code": "VARCHAR(2)",
    },
}
DOCUMENTS = (
    ("version", "INTEGER DEFAULT 1 NOT NULL"),
    ("page_of_id", "{number} CONSTRAINT fk_documents_page_of_id REFERENCES documents (id)"),
    ("position", "{number} DEFAULT 1 NOT NULL CONSTRAINT ck_documents_position_positive CHECK (position >= 1)"),
    ("expires_on", "{day}"),
    ("refused_at", "{instant}"),
    ("refused_by_id", "{number} CONSTRAINT fk_documents_refused_by_id REFERENCES users (id)"),
    (
        "refusal_reason",
        "{text} CONSTRAINT ck_documents_refusal_has_reason CHECK ((refused_at IS NULL) = (refusal_reason IS NULL))",
    ),
    ("replaced_by_id", "{number} CONSTRAINT fk_documents_replaced_by_id REFERENCES documents (id)"),
)
PLEDGES = (
    ("consent_version", "{number}"),
    ("consent_locale", "{code}"),
    ("consent_on", "{day}"),
    ("monthly_capacity", "{number} CONSTRAINT ck_pledges_capacity_positive CHECK (monthly_capacity > 0)"),
)
INDEXED = ("page_of_id", "replaced_by_id")


def upgrade() -> None:
    kinds = KINDS[op.get_bind().dialect.name]
    for table, columns in (("documents", DOCUMENTS), ("pledges", PLEDGES)):
        for name, kind in columns:
            op.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind.format(**kinds)}")
    for name in INDEXED:
        op.execute(f"CREATE INDEX ix_documents_{name} ON documents ({name})")


def downgrade() -> None:
    """Further pages and papers that were replaced become documents of their own."""
    for name in INDEXED:
        op.execute(f"DROP INDEX ix_documents_{name}")
    for table, columns in (("pledges", PLEDGES), ("documents", DOCUMENTS)):
        for name, _kind in reversed(columns):
            op.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
