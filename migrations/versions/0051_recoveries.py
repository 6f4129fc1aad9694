"""Money is claimed back from an association, or given up, by two people; the ledger has accounts for both.

A fund that is closed gives back to its donor, or keeps for indirect costs, by an event of its own. No row of the ledger changes.

Revision ID: 0051
Revises: 0050
"""

from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

RECOVERIES = """
CREATE TABLE recoveries (
    id {id} NOT NULL,
    grant_id {big} NOT NULL,
    kind {text40} NOT NULL,
    amount {big} NOT NULL,
    due_on {day},
    decision {text120} NOT NULL,
    reason {text400} NOT NULL,
    status {text40} NOT NULL,
    answer {text400} NOT NULL,
    event_id {big},
    proposed_by_id {big} NOT NULL,
    proposed_at {instant} NOT NULL,
    decided_by_id {big},
    decided_at {instant},
    version INTEGER NOT NULL,
    CONSTRAINT pk_recoveries PRIMARY KEY (id),
    CONSTRAINT ck_recoveries_amount_positive CHECK (amount > 0),
    CONSTRAINT ck_recoveries_with_reason CHECK (reason <> ''),
    CONSTRAINT ck_recoveries_claim_with_day CHECK ((kind = 'claim') = (due_on IS NOT NULL)),
    CONSTRAINT ck_recoveries_write_off_with_decision CHECK ((kind = 'write_off') = (decision <> '')),
    CONSTRAINT ck_recoveries_two_people CHECK (decided_by_id IS NULL OR decided_by_id <> proposed_by_id),
    CONSTRAINT ck_recoveries_decided_at_a_time CHECK ((status = 'proposed') = (decided_at IS NULL)),
    CONSTRAINT ck_recoveries_decided_by_somebody CHECK ((decided_at IS NULL) = (decided_by_id IS NULL)),
    CONSTRAINT ck_recoveries_approved_with_event CHECK ((status = 'approved') = (event_id IS NOT NULL)),
    CONSTRAINT ck_recoveries_refused_with_reason CHECK (status <> 'refused' OR answer <> ''),
    CONSTRAINT uq_recoveries_event_id UNIQUE (event_id),
    CONSTRAINT fk_recoveries_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id),
    CONSTRAINT ck_recoveries_recoverykind CHECK (kind IN ('claim', 'lift', 'write_off')),
    CONSTRAINT ck_recoveries_recoverystatus CHECK (status IN ('proposed', 'approved', 'refused')),
    CONSTRAINT fk_recoveries_event_id FOREIGN KEY(event_id) REFERENCES ledger_events (id),
    CONSTRAINT fk_recoveries_proposed_by_id FOREIGN KEY(proposed_by_id) REFERENCES users (id),
    CONSTRAINT fk_recoveries_decided_by_id FOREIGN KEY(decided_by_id) REFERENCES users (id)
){strict}
"""
TYPES = {
    "sqlite": {
        **{name: "TEXT" for name in ("day", "instant", "text120", "text40", "text400")},
        **{"big": "INTEGER", "id": "INTEGER", "strict": " STRICT"},
    },
    "postgresql": {
        **{"big": "BIGINT", "day": "DATE", "id": "BIGSERIAL", "instant": "TIMESTAMP WITH TIME ZONE", "strict": ""},
        **{"text120": "VARCHAR(120)", "text40": "VARCHAR(40)", "text400": "VARCHAR(400)"},
    },
}
INDEXES = (
    "CREATE INDEX ix_recoveries_grant ON recoveries (grant_id, id)",
    "CREATE UNIQUE INDEX uq_recoveries_open ON recoveries (grant_id) WHERE status = 'proposed'",
)

PROTECTED = {
    "sqlite": (
        "CREATE TRIGGER recoveries_no_update BEFORE UPDATE ON recoveries WHEN (OLD.decided_at IS NOT NULL) OR"
        " EXISTS (SELECT 1 FROM recoveries AS there WHERE there.decided_at IS NOT NULL AND there.id <> OLD.id AND"
        " (there.id = NEW.id OR (there.event_id = NEW.event_id))) BEGIN SELECT RAISE(ABORT, 'recoveries is"
        " append-only'); END",
        "CREATE TRIGGER recoveries_no_delete BEFORE DELETE ON recoveries WHEN OLD.decided_at IS NOT NULL BEGIN"
        " SELECT RAISE(ABORT, 'recoveries is append-only'); END",
        "CREATE TRIGGER recoveries_no_replace BEFORE INSERT ON recoveries WHEN EXISTS (SELECT 1 FROM recoveries AS"
        " there WHERE there.decided_at IS NOT NULL AND (there.id = NEW.id OR (there.event_id = NEW.event_id)))"
        " BEGIN SELECT RAISE(ABORT, 'recoveries is append-only'); END",
    ),
    "postgresql": (
        "CREATE TRIGGER recoveries_no_change BEFORE UPDATE ON recoveries FOR EACH ROW WHEN (OLD.decided_at IS NOT"
        " NULL AND (true)) EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER recoveries_no_delete BEFORE DELETE ON recoveries FOR EACH ROW WHEN (OLD.decided_at IS NOT"
        " NULL) EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER recoveries_no_truncate BEFORE TRUNCATE ON recoveries FOR EACH STATEMENT EXECUTE FUNCTION"
        " refuse_change()",
    ),
}
ACCOUNT_KINDS = (
    "'donor', 'exchange', 'remitter', 'community', 'in_kind_given', 'rounding', 'available', {kept}'committed', "
    "'advanced', {more}'spent', 'co_investment', 'co_investment_spent', 'in_kind_held', 'in_kind_used'"
)
MORE_ACCOUNTS = "'recoverable', 'written_off', "
EVENT_KINDS = (
    "'fund_received', 'grant_committed', 'grant_released', 'tranche_released', 'tranche_returned', {more}"
    "'contribution_verified', 'expenditure_accepted', 'reversal'"
)
MORE_EVENTS = "'recovery_claimed', 'recovery_lifted', 'written_off', 'fund_closed', "


def execute(statement):
    return op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def allow(table, name, kinds):
    """Change which kinds a table takes: SQLite makes it anew with its rows, indexes and triggers."""
    constraint, condition = f"ck_{table}_{name}", f"CHECK (kind IN ({kinds}))"
    if op.get_bind().dialect.name == "postgresql":
        execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
        execute(f"ALTER TABLE {table} ADD CONSTRAINT {constraint} {condition}")
        return
    kept = execute(
        f"SELECT sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL AND tbl_name = '{table}'"
    )
    statements = kept.scalars().all()
    (definition,) = execute(f"SELECT sql FROM sqlite_master WHERE type = 'table' AND name = '{table}'").scalars()
    first, last = (
        definition.index(f"CONSTRAINT {constraint} CHECK"),
        definition.index("))", definition.index(constraint)),
    )
    changed = f"{definition[:first]}CONSTRAINT {constraint} {condition}{definition[last + 2 :]}"
    begins = changed.index("(")
    execute(f"CREATE TABLE {table}_anew {changed[begins:]}")
    execute(f"INSERT INTO {table}_anew SELECT * FROM {table} ORDER BY id")
    execute(f"DROP TABLE {table}")
    execute(f"ALTER TABLE {table}_anew RENAME TO {table}")
    for statement in statements:
        execute(statement)


def upgrade():
    dialect = op.get_bind().dialect.name
    allow("ledger_accounts", "accountkind", ACCOUNT_KINDS.format(kept="'indirect', ", more=MORE_ACCOUNTS))
    allow("ledger_events", "eventkind", EVENT_KINDS.format(more=MORE_EVENTS))
    for statement in (RECOVERIES.format(**TYPES[dialect]), *INDEXES, *PROTECTED[dialect]):
        execute(statement)


def downgrade():
    """Refused by the database where money was claimed back: the ledger keeps what it has."""
    execute("DROP TABLE recoveries")
    allow("ledger_events", "eventkind", EVENT_KINDS.format(more=""))
    allow("ledger_accounts", "accountkind", ACCOUNT_KINDS.format(kept="", more=""))
