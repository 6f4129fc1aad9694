"""The first tables, with the triggers that protect history.

What this revision made never changes: its statements stand beside it, written out for each database
(`0001_sqlite.sql`, `0001_postgresql.sql`), and depend on nothing that the models become later.

Revision ID: 0001
Revises:
"""

import re
from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def statements() -> list[str]:
    """The statements of this revision for the database in use, in the order they are executed."""
    file = Path(__file__).with_name(f"0001_{op.get_bind().dialect.name}.sql")
    return file.read_text(encoding="utf-8").rstrip().removesuffix(";").split(";\n\n")


def execute(statement: str) -> None:
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def upgrade() -> None:
    for statement in statements():
        execute(statement)


def downgrade() -> None:
    """Tables in the opposite order, each with its indexes and triggers; then the functions, where there are any."""
    made = "\n".join(statements())
    for table in reversed(re.findall(r"^CREATE TABLE (\w+)", made, re.MULTILINE)):
        execute(f"DROP TABLE {table}")
    for function in re.findall(r"^CREATE OR REPLACE FUNCTION (\w+)", made, re.MULTILINE):
        execute(f"DROP FUNCTION {function}()")
