"""Pairs of submissions that are alike, kept for lists; the screening list is read from indexes of its own.

`flask init` keeps those of submissions from before.

Revision ID: 0015
Revises: 0014
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

STATEMENTS = {
    "sqlite": (
        """
CREATE TABLE alike_pairs (
    application_id INTEGER NOT NULL,
    other_id INTEGER NOT NULL,
    CONSTRAINT pk_alike_pairs PRIMARY KEY (application_id, other_id),
    CONSTRAINT ck_alike_pairs_later_first CHECK (other_id < application_id),
    CONSTRAINT fk_alike_pairs_application_id FOREIGN KEY(application_id) REFERENCES applications (id),
    CONSTRAINT fk_alike_pairs_other_id FOREIGN KEY(other_id) REFERENCES applications (id)
)
 STRICT
""",
        "CREATE INDEX ix_alike_pairs_other_id ON alike_pairs (other_id)",
        "ALTER TABLE submitted_texts ADD COLUMN compared_at TEXT",
    ),
    "postgresql": (
        """
CREATE TABLE alike_pairs (
    application_id BIGINT NOT NULL,
    other_id BIGINT NOT NULL,
    CONSTRAINT pk_alike_pairs PRIMARY KEY (application_id, other_id),
    CONSTRAINT ck_alike_pairs_later_first CHECK (other_id < application_id),
    CONSTRAINT fk_alike_pairs_application_id FOREIGN KEY(application_id) REFERENCES applications (id),
    CONSTRAINT fk_alike_pairs_other_id FOREIGN KEY(other_id) REFERENCES applications (id)
)
""",
        "CREATE INDEX ix_alike_pairs_other_id ON alike_pairs (other_id)",
        "ALTER TABLE submitted_texts ADD COLUMN compared_at TIMESTAMP WITH TIME ZONE",
    ),
}

COLUMNS = (
    "submitted_at, id, status, is_test, call_id, association_id, "
    "grant_requested, remittance_pledged, total_cost, search_text"
)
MINUTES = (
    "kind = 'meeting_minutes' AND removed_at IS NULL AND refused_at IS NULL AND replaced_by_id IS NULL "
    "AND page_of_id IS NULL"
)
SCREENED = "status IN ('submitted', 'resubmitted', 'returned', 'eligible', 'ineligible')"


def upgrade():
    for statement in STATEMENTS[op.get_bind().dialect.name]:
        op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)
    op.execute(f"CREATE INDEX ix_applications_screening ON applications ({COLUMNS}) WHERE {SCREENED}")
    op.execute(f"CREATE INDEX ix_documents_minutes ON documents (application_id) WHERE {MINUTES}")


def downgrade():
    op.execute("DROP INDEX ix_documents_minutes")
    op.execute("DROP INDEX ix_applications_screening")
    op.execute("ALTER TABLE submitted_texts DROP COLUMN compared_at")
    op.drop_table("alike_pairs")
