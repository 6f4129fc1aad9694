"""A reduced award can be raised again: a third kind of change of an agreement, with what it commits.

Revision ID: 0064
Revises: 0063
"""

import re

from alembic import op

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None

TABLE = "grant_amendments"
COLUMNS = {
    "sqlite": {"amount_before": "INTEGER", "amount_after": "INTEGER", "due_on": "TEXT", "event_id": "INTEGER"},
    "postgresql": {"amount_before": "BIGINT", "amount_after": "BIGINT", "due_on": "DATE", "event_id": "BIGINT"},
}
KIND = "ck_grant_amendments_grantamendmentkind"
KINDS, ALL_KINDS = "kind IN ('extension', 'shift')", "kind IN ('extension', 'shift', 'raise')"
CONSTRAINTS = {
    "ck_grant_amendments_more_when_raised": (
        "CHECK ((kind = 'raise') = (amount_after IS NOT NULL) AND (amount_after IS NULL) = (amount_before IS NULL) "
        "AND (amount_after IS NULL) = (due_on IS NULL) "
        "AND (amount_after IS NULL OR (amount_before > 0 AND amount_after > amount_before)))"
    ),
    "ck_grant_amendments_raised_with_event": (
        "CHECK ((kind = 'raise' AND status = 'approved') = (event_id IS NOT NULL))"
    ),
    "uq_grant_amendments_event_id": "UNIQUE (event_id)",
    "fk_grant_amendments_event_id": "FOREIGN KEY(event_id) REFERENCES ledger_events (id)",
}
DIFFERS = {"sqlite": "NEW.{name} IS NOT OLD.{name}", "postgresql": "NEW.{name} IS DISTINCT FROM OLD.{name}"}
RAISED = "".join(f"{DIFFERS['postgresql'].format(name=name)} OR " for name in ("amount_before", "amount_after", "due_on"))
EVENT = f" OR {DIFFERS['postgresql'].format(name='event_id')}"
CHANGE = (
    "CREATE TRIGGER grant_amendments_no_change BEFORE UPDATE ON grant_amendments FOR EACH ROW WHEN (OLD.id IS NOT "
    "NULL AND (NEW.id IS DISTINCT FROM OLD.id OR NEW.grant_id IS DISTINCT FROM OLD.grant_id OR NEW.sequence IS "
    "DISTINCT FROM OLD.sequence OR NEW.kind IS DISTINCT FROM OLD.kind OR NEW.reason IS DISTINCT FROM OLD.reason OR "
    "NEW.ends_before IS DISTINCT FROM OLD.ends_before OR NEW.ends_on IS DISTINCT FROM OLD.ends_on OR NEW.lines IS "
    "DISTINCT FROM OLD.lines OR NEW.is_over_limit IS DISTINCT FROM OLD.is_over_limit OR {raised}NEW.proposed_by_id IS "
    "DISTINCT FROM OLD.proposed_by_id OR NEW.proposed_at IS DISTINCT FROM OLD.proposed_at) OR ((OLD.decided_at IS NOT"
    " NULL) AND (NEW.status IS DISTINCT FROM OLD.status OR NEW.decided_by_id IS DISTINCT FROM OLD.decided_by_id OR "
    "NEW.decided_at IS DISTINCT FROM OLD.decided_at OR NEW.answer IS DISTINCT FROM OLD.answer OR NEW.agreement_id IS "
    "DISTINCT FROM OLD.agreement_id{event}))) EXECUTE FUNCTION refuse_change()"
)
TAKEN = "(there.grant_id = NEW.grant_id AND there.sequence = NEW.sequence)"
ALL_TAKEN = f"{TAKEN} OR (there.agreement_id = NEW.agreement_id) OR (there.event_id = NEW.event_id)"


def execute(statement):
    return op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def guards():
    """What the triggers of SQLite say before and after: the new columns stay as proposed, the event is set once."""

    def any_of(*names):
        return " OR ".join(DIFFERS["sqlite"].format(name=name) for name in names)

    raised = ("amount_before", "amount_after", "due_on")
    return (
        (any_of("is_over_limit", "proposed_by_id"), any_of("is_over_limit", *raised, "proposed_by_id")),
        (any_of("answer", "agreement_id"), any_of("answer", "agreement_id", "event_id")),
        (TAKEN, ALL_TAKEN),
    )


def changed(text, pairs):
    for before, after in pairs:
        text = text.replace(before, after)
    return text


def make_anew(define, pairs, kept):
    """SQLite changes no constraint of a table: it is made anew with its rows, its index and its triggers."""
    there = execute(f"SELECT type, sql FROM sqlite_master WHERE tbl_name = '{TABLE}' AND sql IS NOT NULL").fetchall()
    made = define(next(sql for kind, sql in there if kind == "table"))
    names = ", ".join(kept)
    execute(re.sub(rf'^CREATE TABLE "?{TABLE}"?', f"CREATE TABLE {TABLE}_anew", made))
    execute(f"INSERT INTO {TABLE}_anew ({names}) SELECT {names} FROM {TABLE} ORDER BY id")
    execute(f"DROP TABLE {TABLE}")
    execute(f"ALTER TABLE {TABLE}_anew RENAME TO {TABLE}")
    for kind, sql in there:
        if kind != "table":
            execute(changed(sql, pairs) if kind == "trigger" else sql)


def columns():
    return [row[1] for row in execute(f"PRAGMA table_info({TABLE})")]


def with_raises(made):
    """The definition of the table with the new columns before the constraints, which come at its end."""
    added = "".join(f"    {name} {kind},\n" for name, kind in COLUMNS["sqlite"].items())
    made = made.replace("    CONSTRAINT pk_grant_amendments", f"{added}    CONSTRAINT pk_grant_amendments")
    last = ",\n".join(f"    CONSTRAINT {name} {what}" for name, what in CONSTRAINTS.items())
    return re.sub(r"\n\) STRICT$", lambda _end: f",\n{last}\n) STRICT", made.replace(KINDS, ALL_KINDS))


def without_raises(made):
    for name, kind in COLUMNS["sqlite"].items():
        made = made.replace(f"    {name} {kind},\n", "")
    for name, what in CONSTRAINTS.items():
        made = made.replace(f",\n    CONSTRAINT {name} {what}", "")
    return made.replace(ALL_KINDS, KINDS)


def upgrade():
    dialect = op.get_bind().dialect.name
    if dialect == "sqlite":
        make_anew(with_raises, guards(), columns())
        return
    for name, kind in COLUMNS[dialect].items():
        execute(f"ALTER TABLE {TABLE} ADD COLUMN {name} {kind}")
    execute(f"ALTER TABLE {TABLE} DROP CONSTRAINT {KIND}")
    execute(f"ALTER TABLE {TABLE} ADD CONSTRAINT {KIND} CHECK ({ALL_KINDS})")
    for name, what in CONSTRAINTS.items():
        execute(f"ALTER TABLE {TABLE} ADD CONSTRAINT {name} {what}")
    execute(f"DROP TRIGGER {TABLE}_no_change ON {TABLE}")
    execute(CHANGE.format(raised=RAISED, event=EVENT))


class WouldBeLostError(Exception):
    """Nothing of what was agreed or happened is thrown away: the way down ends here."""


def downgrade():
    """Refused where a raise was proposed."""
    dialect = op.get_bind().dialect.name
    if execute(f"SELECT count(*) FROM {TABLE} WHERE kind = 'raise'").scalar():
        raise WouldBeLostError(f"{TABLE}: raises of awards that the version before cannot keep")
    if dialect == "sqlite":
        back = [(after, before) for before, after in guards()]
        make_anew(without_raises, back, [name for name in columns() if name not in COLUMNS[dialect]])
        return
    execute(f"DROP TRIGGER {TABLE}_no_change ON {TABLE}")
    for name in reversed(CONSTRAINTS):
        execute(f"ALTER TABLE {TABLE} DROP CONSTRAINT {name}")
    execute(f"ALTER TABLE {TABLE} DROP CONSTRAINT {KIND}")
    execute(f"ALTER TABLE {TABLE} ADD CONSTRAINT {KIND} CHECK ({KINDS})")
    for name in reversed(COLUMNS[dialect]):
        execute(f"ALTER TABLE {TABLE} DROP COLUMN {name}")
    execute(CHANGE.format(raised="", event=""))
