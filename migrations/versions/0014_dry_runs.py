"""Dry runs: applications of the test association, which get no further than their submission and count nowhere.

Revision ID: 0014
Revises: 0013
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_applications_list": ("call_id, status, id", "call_id, status, id, is_test"),
    "ix_applications_status": ("status, id", "status, id, is_test"),
    "ix_applications_search": ("status, search_text", "status, search_text, is_test"),
}
BEFORE = "EXISTS (SELECT 1 FROM applications WHERE call_id = OLD.id AND submitted_at IS NOT NULL)"
AFTER = "EXISTS (SELECT 1 FROM applications WHERE call_id = OLD.id AND submitted_at IS NOT NULL AND NOT is_test)"
COLUMN = {"sqlite": "INTEGER DEFAULT 0", "postgresql": "BOOLEAN DEFAULT false"}
CHECK = (
    "CONSTRAINT ck_applications_test_ends_submitted "
    "CHECK (NOT is_test OR status IN ('draft', 'signed_off', 'submitted', 'withdrawn'))"
)


def execute(statement):
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def replace(before, after):
    """The trigger that freezes open calls, with another condition in it."""
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":
        text = bind.exec_driver_sql("SELECT pg_get_functiondef('refuse_change_of_call'::regproc)").scalar()
    else:
        text = bind.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 'calls_no_update'").scalar()
        execute("DROP TRIGGER calls_no_update")
    execute(text.replace(before, after))


def upgrade():
    dialect = op.get_bind().dialect.name
    execute(f"ALTER TABLE applications ADD COLUMN is_test {COLUMN[dialect]} NOT NULL {CHECK}")
    for name, (_before, after) in INDEXES.items():
        execute(f"DROP INDEX {name}")
        execute(f"CREATE INDEX {name} ON applications ({after})")
    true = "is_test" if dialect == "postgresql" else "is_test = 1"
    execute(f"CREATE UNIQUE INDEX uq_associations_test ON associations (is_test) WHERE {true}")
    replace(BEFORE, AFTER)


def downgrade():
    """A dry run becomes an application like another: only a draft call, or one that was, has any."""
    replace(AFTER, BEFORE)
    execute("DROP INDEX uq_associations_test")
    for name, (before, _after) in INDEXES.items():
        execute(f"DROP INDEX {name}")
        execute(f"CREATE INDEX {name} ON applications ({before})")
    execute("ALTER TABLE applications DROP COLUMN is_test")
