"""Who belongs to an association, also formerly, is looked up in an index.

Without one SQLite made its own for each question, or went through all who ever held an office.

Revision ID: 0032
Revises: 0031
"""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_memberships_association_id", "memberships", ["association_id"])


def downgrade() -> None:
    op.drop_index("ix_memberships_association_id", "memberships")
