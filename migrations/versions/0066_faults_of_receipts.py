"""Which check of a refused contribution does not hold: kept as such and told in each reader's language.

What was refused before keeps its words.

Revision ID: 0066
Revises: 0065
"""

from alembic import op

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None

FAULTS = "fault IN ('legible', 'amount', 'day', 'sender', 'unused', 'arrived')"


def execute(statement):
    return op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def upgrade():
    if op.get_bind().dialect.name == "sqlite":
        execute(f"ALTER TABLE contributions ADD COLUMN fault TEXT CONSTRAINT ck_contributions_check CHECK ({FAULTS})")
        return
    execute("ALTER TABLE contributions ADD COLUMN fault VARCHAR(40)")
    execute(f"ALTER TABLE contributions ADD CONSTRAINT ck_contributions_check CHECK ({FAULTS})")


class WouldBeLostError(Exception):
    """Nothing of what was said is thrown away: the way down ends here."""


def downgrade():
    """Refused where a contribution was refused for a check alone: the older schema has no words for it."""
    if execute("SELECT count(*) FROM contributions WHERE fault IS NOT NULL").scalar():
        raise WouldBeLostError("contributions: reasons that the version before cannot keep")
    execute("ALTER TABLE contributions DROP COLUMN fault")
