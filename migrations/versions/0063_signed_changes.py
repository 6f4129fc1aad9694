"""A change of an agreement waits for the signatures of both sides; those there are wait for none.

Revision ID: 0063
Revises: 0062
"""

from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None

UNSIGNED = {"sqlite": "INTEGER NOT NULL DEFAULT 0", "postgresql": "BOOLEAN NOT NULL DEFAULT false"}


def execute(statement):
    return op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def upgrade():
    execute(f"ALTER TABLE grants ADD COLUMN change_unsigned {UNSIGNED[op.get_bind().dialect.name]}")


def downgrade():
    """Refused while a change waits for signatures: the older schema would pay without them."""
    if execute("SELECT count(*) FROM grants WHERE change_unsigned").scalar():
        raise RuntimeError("Changes that wait for signatures do not fit into revision 0062.")
    execute("ALTER TABLE grants DROP COLUMN change_unsigned")
