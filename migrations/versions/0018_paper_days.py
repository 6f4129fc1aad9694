"""The day that stands on a paper.

Revision ID: 0018
Revises: 0017
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

DAY = {"sqlite": "TEXT", "postgresql": "DATE"}


def upgrade():
    op.execute(f"ALTER TABLE documents ADD COLUMN dated_on {DAY[op.get_bind().dialect.name]}")


def downgrade():
    op.execute("ALTER TABLE documents DROP COLUMN dated_on")
