"""What an application was returned for: the parts of the form the secretary asked to be mended.

Those returned before were returned for everything.

Revision ID: 0012
Revises: 0011
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

KIND = {"sqlite": "TEXT", "postgresql": "JSONB"}


def upgrade() -> None:
    op.execute(f"ALTER TABLE screenings ADD COLUMN parts {KIND[op.get_bind().dialect.name]} DEFAULT '[]' NOT NULL")


def downgrade() -> None:
    op.execute("ALTER TABLE screenings DROP COLUMN parts")
