"""Files of the journal are asked for on a page and written by a job.

Revision ID: 0039
Revises: 0038
"""

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE journal_exports (
    id {id} NOT NULL,
    form {text40} NOT NULL,
    fund_id {big},
    grant_id {big},
    kind {text40},
    starts_on {day},
    ends_on {day},
    locale {text2} NOT NULL,
    status {text40} NOT NULL,
    progress {big} NOT NULL,
    row_count {big} NOT NULL,
    sha256 {text64},
    requested_by_id {big} NOT NULL,
    requested_at {instant} NOT NULL,
    finished_at {instant},
    version INTEGER NOT NULL,
    CONSTRAINT pk_journal_exports PRIMARY KEY (id),
    CONSTRAINT ck_journal_exports_progress_range CHECK (progress BETWEEN 0 AND 100),
    CONSTRAINT ck_journal_exports_written_with_hash
        CHECK ((status IN ('done', 'expired')) = (sha256 IS NOT NULL)),
    CONSTRAINT ck_journal_exports_fileform CHECK (form IN ('xlsx', 'csv', 'beancount')),
    CONSTRAINT fk_journal_exports_fund_id FOREIGN KEY(fund_id) REFERENCES funds (id),
    CONSTRAINT fk_journal_exports_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id),
    CONSTRAINT ck_journal_exports_exportstatus
        CHECK (status IN ('waiting', 'running', 'done', 'failed', 'cancelled', 'expired')),
    CONSTRAINT fk_journal_exports_requested_by_id FOREIGN KEY(requested_by_id) REFERENCES users (id)
){strict}
"""
TYPES = {
    "sqlite": {
        **{name: "TEXT" for name in ("text2", "text40", "text64", "day", "instant")},
        **{"id": "INTEGER", "big": "INTEGER", "strict": " STRICT"},
    },
    "postgresql": {
        **{"id": "BIGSERIAL", "big": "BIGINT", "day": "DATE", "instant": "TIMESTAMP WITH TIME ZONE", "strict": ""},
        **{f"text{length}": f"VARCHAR({length})" for length in (2, 40, 64)},
    },
}


def upgrade():
    op.execute(TABLE.format(**TYPES[op.get_bind().dialect.name]))
    op.execute("CREATE INDEX ix_journal_exports_reader ON journal_exports (requested_by_id, id)")


def downgrade():
    op.execute("DROP TABLE journal_exports")
