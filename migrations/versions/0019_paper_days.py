"""The day that stands on a paper.

Revision ID: 0019
Revises: 0018
"""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

DAY = {"sqlite": "TEXT", "postgresql": "DATE"}


def upgrade():
    op.execute(f"ALTER TABLE documents ADD COLUMN dated_on {DAY[op.get_bind().dialect.name]}")


def downgrade():
    op.execute("ALTER TABLE documents DROP COLUMN dated_on")
