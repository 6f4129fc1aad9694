"""A narrow index by which the applications of the screening list are held against the rules of their calls.

Revision ID: 0021
Revises: 0020
"""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

COLUMNS = (
    "call_id, status, association_id, grant_requested, remittance_pledged, total_cost, submitted_at, id, is_test"
)
SCREENED = "status IN ('submitted', 'resubmitted', 'returned', 'eligible', 'ineligible')"


def upgrade():
    op.execute(f"CREATE INDEX ix_applications_screening_rules ON applications ({COLUMNS}) WHERE {SCREENED}")


def downgrade():
    op.execute("DROP INDEX ix_applications_screening_rules")
