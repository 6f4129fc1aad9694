"""What opens a tranche: an accepted spending report where the call says so; two people can set it aside.

Calls and grants go on as they were: no report is asked for before a tranche.

Revision ID: 0059
Revises: 0058
"""

import re

from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None

TYPES = {
    "sqlite": {"json": "TEXT", "bool": "INTEGER", "no": "0"},
    "postgresql": {"json": "JSONB", "bool": "BOOLEAN", "no": "false"},
}
COLUMNS = (
    ("calls", "reports_before_tranches", "{bool} DEFAULT {no} NOT NULL"),
    ("grants", "report_before", "{json} DEFAULT '[]' NOT NULL"),
)
OVERRIDDEN = ("overrides", "override_rules")
BEFORE, AFTER = "'accounted', 'visit'", "'accounted', 'visit', 'report'"
CHECK = "ck_{table}_overridablecondition"
VISITS = {
    "sqlite": "NEW.visits_before_tranches IS NOT OLD.visits_before_tranches",
    "postgresql": "NEW.visits_before_tranches IS DISTINCT FROM OLD.visits_before_tranches",
}


def execute(statement):
    return op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def allow(dialect, before, after):
    """Let the conditions `after` be overridden instead of those `before`.

    SQLite changes no constraint of a table: it is made anew with its rows, indexes and triggers.
    """
    for table in OVERRIDDEN:
        if dialect == "postgresql":
            name = CHECK.format(table=table)
            execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
            execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK (condition IN ({after}))")
            continue
        there = execute(f"SELECT type, sql FROM sqlite_master WHERE tbl_name = '{table}' AND sql IS NOT NULL").fetchall()
        made = next(sql for kind, sql in there if kind == "table").replace(f"condition IN ({before})", f"condition IN ({after})")
        execute(re.sub(rf'^CREATE TABLE "?{table}"?', f"CREATE TABLE {table}_anew", made))
        execute(f"INSERT INTO {table}_anew SELECT * FROM {table} ORDER BY id")
        execute(f"DROP TABLE {table}")
        execute(f"ALTER TABLE {table}_anew RENAME TO {table}")
        for kind, sql in there:
            if kind != "table":
                execute(sql)


def keep_calls(dialect, before, after):
    """Refuse a change of `after` of a call that is no draft, instead of `before`."""
    if dialect == "postgresql":
        made = execute("SELECT pg_get_functiondef('refuse_change_of_call()'::regprocedure)").scalar()
        execute(made.replace(before, after))
        return
    made = execute("SELECT sql FROM sqlite_master WHERE name = 'calls_no_update'").scalar()
    execute("DROP TRIGGER calls_no_update")
    execute(made.replace(before, after))


def both(dialect):
    visits = VISITS[dialect]
    return f"{visits} OR {visits.replace('visits', 'reports')}"


def upgrade():
    dialect = op.get_bind().dialect.name
    for table, name, kind in COLUMNS:
        execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind.format(**TYPES[dialect])}")
    keep_calls(dialect, VISITS[dialect], both(dialect))
    allow(dialect, BEFORE, AFTER)


class WouldBeLostError(Exception):
    """Nothing of what was agreed or happened is thrown away: the way down ends here."""


def downgrade():
    """Refused where a report is asked for, or such a condition was set aside."""
    dialect = op.get_bind().dialect.name
    none = "report_before <> '[]'" if dialect == "sqlite" else "report_before <> CAST('[]' AS JSONB)"
    asks = "reports_before_tranches" if dialect == "postgresql" else "reports_before_tranches = 1"
    aside = "condition = 'report'"
    for table, found in (("overrides", aside), ("override_rules", aside), ("calls", asks), ("grants", none)):
        if execute(f"SELECT count(*) FROM {table} WHERE {found}").scalar():
            raise WouldBeLostError(f"{table}: conditions of tranches that the version before cannot keep")
    allow(dialect, AFTER, BEFORE)
    keep_calls(dialect, both(dialect), VISITS[dialect])
    for table, name, _kind in reversed(COLUMNS):
        execute(f"ALTER TABLE {table} DROP COLUMN {name}")
