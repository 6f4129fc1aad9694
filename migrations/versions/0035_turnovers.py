"""Balances are read from monthly turnovers; a transfer says its day and its actor itself; accounts have controls.

Accounts of grants get a control account each (the one of the same kind and heading of their whole fund) and name the
association they are of. Indexes lead by value day, so that a page of an account costs the same however long it is.
There is an account for differences of rounding. No amount changes.

Revision ID: 0035
Revises: 0034
"""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

KINDS = (
    "'donor', 'exchange', 'remitter', 'community', 'in_kind_given', {more}'available', 'committed', 'advanced', "
    "'spent', 'co_investment', 'co_investment_spent', 'in_kind_held', 'in_kind_used'"
)
ACCOUNTS = """
CREATE TABLE ledger_accounts_anew (
    id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    currency TEXT NOT NULL,
    scope_key TEXT NOT NULL,
    fund_id INTEGER,
    grant_id INTEGER,{columns}
    heading TEXT,{control}
    CONSTRAINT pk_ledger_accounts PRIMARY KEY (id),
    CONSTRAINT fk_ledger_accounts_fund_id FOREIGN KEY(fund_id) REFERENCES funds (id),
    CONSTRAINT fk_ledger_accounts_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id),{keys}
    CONSTRAINT uq_ledger_accounts_id_currency UNIQUE (id, currency),
    CONSTRAINT uq_ledger_accounts_kind_scope_key_currency UNIQUE (kind, scope_key, currency),
    CONSTRAINT ck_ledger_accounts_accountkind CHECK (kind IN ({kinds}))
) STRICT
"""
ACCOUNT_KEYS = """
    CONSTRAINT fk_ledger_accounts_association_id FOREIGN KEY(association_id) REFERENCES associations (id),
    CONSTRAINT fk_ledger_accounts_control_id FOREIGN KEY(control_id) REFERENCES ledger_accounts (id),"""
TRANSFERS = """
CREATE TABLE transfers_anew (
    id INTEGER NOT NULL,
    event_id INTEGER NOT NULL,
    debit_account_id INTEGER NOT NULL,
    credit_account_id INTEGER NOT NULL,
    currency TEXT NOT NULL,
    amount INTEGER NOT NULL,{columns}
    CONSTRAINT pk_transfers PRIMARY KEY (id),
    CONSTRAINT ck_transfers_amount_positive CHECK (amount > 0),
    CONSTRAINT ck_transfers_two_accounts CHECK (debit_account_id <> credit_account_id),
    CONSTRAINT fk_transfers_credit_account_id_currency
        FOREIGN KEY(credit_account_id, currency) REFERENCES ledger_accounts (id, currency),
    CONSTRAINT fk_transfers_debit_account_id_currency
        FOREIGN KEY(debit_account_id, currency) REFERENCES ledger_accounts (id, currency),
    CONSTRAINT {key}
) STRICT
"""
EVENT_KEY = (
    "fk_transfers_event_id_value_on_actor_id FOREIGN KEY(event_id, value_on, actor_id) "
    "REFERENCES ledger_events (id, value_on, actor_id)"
)
OLD_EVENT_KEY = "fk_transfers_event_id FOREIGN KEY(event_id) REFERENCES ledger_events (id)"
OLD_TRANSFER_COLUMNS = "id, event_id, debit_account_id, credit_account_id, currency, amount"
TURNOVERS = {
    "sqlite": """
CREATE TABLE turnovers (
    account_id INTEGER NOT NULL,
    month TEXT NOT NULL,
    debited INTEGER NOT NULL,
    credited INTEGER NOT NULL,
    CONSTRAINT pk_turnovers PRIMARY KEY (account_id, month),
    CONSTRAINT ck_turnovers_amounts CHECK (debited >= 0 AND credited >= 0 AND debited + credited > 0),
    CONSTRAINT fk_turnovers_account_id FOREIGN KEY(account_id) REFERENCES ledger_accounts (id)
) STRICT
""",
    "postgresql": """
CREATE TABLE turnovers (
    account_id BIGINT NOT NULL,
    month DATE NOT NULL,
    debited BIGINT NOT NULL,
    credited BIGINT NOT NULL,
    CONSTRAINT pk_turnovers PRIMARY KEY (account_id, month),
    CONSTRAINT ck_turnovers_amounts CHECK (debited >= 0 AND credited >= 0 AND debited + credited > 0),
    CONSTRAINT fk_turnovers_account_id FOREIGN KEY(account_id) REFERENCES ledger_accounts (id)
)
""",
}
CONTROLS = (
    "INSERT INTO ledger_accounts (kind, currency, scope_key, fund_id, heading) "
    "SELECT DISTINCT kind, currency, 'fund:' || fund_id || CASE WHEN heading IS NULL THEN '' "
    "ELSE '/heading:' || heading END, fund_id, heading FROM ledger_accounts "
    "WHERE grant_id IS NOT NULL AND fund_id IS NOT NULL ORDER BY 3, 1, 2",
    "UPDATE ledger_accounts SET control_id = (SELECT control.id FROM ledger_accounts AS control "
    "WHERE control.kind = ledger_accounts.kind AND control.currency = ledger_accounts.currency "
    "AND control.fund_id = ledger_accounts.fund_id AND control.grant_id IS NULL "
    "AND coalesce(control.heading, '') = coalesce(ledger_accounts.heading, '')) WHERE grant_id IS NOT NULL",
    "UPDATE ledger_accounts SET association_id = "
    "(SELECT association_id FROM grants WHERE grants.id = ledger_accounts.grant_id) WHERE grant_id IS NOT NULL",
)
MONTH = {"sqlite": "substr(value_on, 1, 7) || '-01'", "postgresql": "CAST(date_trunc('month', value_on) AS DATE)"}
SUMS = (
    "INSERT INTO turnovers (account_id, month, debited, credited) "
    "SELECT account_id, month, CAST(sum(debited) AS BIGINT), CAST(sum(credited) AS BIGINT) FROM ("
    "SELECT debit_account_id AS account_id, {month} AS month, amount AS debited, 0 AS credited FROM transfers "
    "UNION ALL SELECT credit_account_id, {month}, 0, amount FROM transfers "
    "UNION ALL SELECT control_id, {month}, amount, 0 FROM transfers JOIN ledger_accounts "
    "ON ledger_accounts.id = debit_account_id WHERE control_id IS NOT NULL "
    "UNION ALL SELECT control_id, {month}, 0, amount FROM transfers JOIN ledger_accounts "
    "ON ledger_accounts.id = credit_account_id WHERE control_id IS NOT NULL"
    ") AS moved GROUP BY account_id, month"
)
MOVED = (
    "SELECT NEW.debit_account_id AS id, NEW.amount AS debited, 0 AS credited "
    "UNION ALL SELECT NEW.credit_account_id, 0, NEW.amount "
    "UNION ALL SELECT control_id, NEW.amount, 0 FROM ledger_accounts "
    "WHERE id = NEW.debit_account_id AND control_id IS NOT NULL "
    "UNION ALL SELECT control_id, 0, NEW.amount FROM ledger_accounts "
    "WHERE id = NEW.credit_account_id AND control_id IS NOT NULL"
)
IS_CONTROL = "EXISTS (SELECT 1 FROM ledger_accounts WHERE control_id IN (NEW.debit_account_id, NEW.credit_account_id))"
NEW_MONTH = {
    "sqlite": "substr(NEW.value_on, 1, 7) || '-01'",
    "postgresql": "CAST(date_trunc('month', NEW.value_on) AS DATE)",
}
ADDED = (
    "INSERT INTO turnovers (account_id, month, debited, credited) "
    "SELECT id, {month}, CAST(sum(debited) AS BIGINT), CAST(sum(credited) AS BIGINT) "
    "FROM ({moved}) AS moved GROUP BY id ORDER BY id "
    "ON CONFLICT (account_id, month) DO UPDATE "
    "SET debited = turnovers.debited + excluded.debited, credited = turnovers.credited + excluded.credited"
)
OLD_INDEXES = (
    "CREATE INDEX ix_transfers_credit ON transfers (credit_account_id, amount)",
    "CREATE INDEX ix_transfers_debit ON transfers (debit_account_id, amount)",
)
NEW_INDEXES = (
    "CREATE INDEX ix_transfers_credit ON transfers (credit_account_id, value_on, id, amount)",
    "CREATE INDEX ix_transfers_debit ON transfers (debit_account_id, value_on, id, amount)",
)
EVENT_INDEX = "CREATE INDEX ix_transfers_event_id ON transfers (event_id)"
ACCOUNT_INDEXES = tuple(
    f"CREATE INDEX ix_ledger_accounts_{name} ON ledger_accounts ({name})" for name in ("fund_id", "grant_id")
)
MORE_ACCOUNT_INDEXES = tuple(
    f"CREATE INDEX ix_ledger_accounts_{name} ON ledger_accounts ({name})" for name in ("association_id", "control_id")
)
JOURNAL_INDEXES = {
    "uq_ledger_events_value": "CREATE UNIQUE INDEX uq_ledger_events_value ON ledger_events (id, value_on, actor_id)",
    "ix_ledger_events_value_on": "CREATE INDEX ix_ledger_events_value_on ON ledger_events (value_on, id)",
    "ix_ledger_events_fund": "CREATE INDEX ix_ledger_events_fund ON ledger_events (fund_id, value_on, id)",
    "ix_ledger_events_grant": "CREATE INDEX ix_ledger_events_grant ON ledger_events (grant_id, value_on, id)",
    "ix_ledger_events_kind": "CREATE INDEX ix_ledger_events_kind ON ledger_events (kind, value_on, id)",
}


def execute(statement):
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def kept_triggers(table):
    """Its triggers: they go with a table that is made anew."""
    query = f"SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{table}'"
    return op.get_bind().exec_driver_sql(query).scalars().all()


def made_anew(table, definition, source, columns, *statements):
    """SQLite changes no constraint of a table: it is made anew with its rows, and others point at the same ones."""
    kept = kept_triggers(table)
    execute(definition)
    execute(f"INSERT INTO {table}_anew ({columns}) {source}")
    execute(f"DROP TABLE {table}")
    execute(f"ALTER TABLE {table}_anew RENAME TO {table}")
    for statement in (*statements, *kept):
        execute(statement)


def allow(table, condition):
    execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_accountkind")
    execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_accountkind CHECK (kind IN ({condition}))")


def upgrade():
    dialect = op.get_bind().dialect.name
    for name in ("fund_id", "grant_id"):
        execute(f"DROP INDEX ix_ledger_events_{name}")
    for statement in JOURNAL_INDEXES.values():
        execute(statement)
    (upgrade_sqlite if dialect == "sqlite" else upgrade_postgresql)()
    execute(TURNOVERS[dialect])
    execute(SUMS.format(month=MONTH[dialect]))
    added = ADDED.format(month=NEW_MONTH[dialect], moved=MOVED)
    if dialect == "sqlite":
        execute(
            f"CREATE TRIGGER transfers_no_control BEFORE INSERT ON transfers WHEN {IS_CONTROL} "
            "BEGIN SELECT RAISE(ABORT, 'a control account takes no transfer'); END"
        )
        execute(f"CREATE TRIGGER transfers_turnover AFTER INSERT ON transfers BEGIN {added}; END")
        return
    execute(
        f"CREATE FUNCTION add_to_turnovers() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {IS_CONTROL} THEN "
        "RAISE EXCEPTION 'a control account takes no transfer' USING ERRCODE = 'integrity_constraint_violation'; "
        f"END IF; {added}; RETURN NULL; END $$"
    )
    execute(
        "CREATE TRIGGER transfers_turnover AFTER INSERT ON transfers FOR EACH ROW EXECUTE FUNCTION add_to_turnovers()"
    )


def upgrade_sqlite():
    columns = "id, kind, currency, scope_key, fund_id, grant_id, heading"
    made_anew(
        "ledger_accounts",
        ACCOUNTS.format(
            columns="\n    association_id INTEGER,",
            control="\n    control_id INTEGER,",
            keys=ACCOUNT_KEYS,
            kinds=KINDS.format(more="'rounding', "),
        ),
        f"SELECT {columns} FROM ledger_accounts ORDER BY id",
        columns,
        *CONTROLS,
        *ACCOUNT_INDEXES,
        *MORE_ACCOUNT_INDEXES,
    )
    made_anew(
        "transfers",
        TRANSFERS.format(columns="\n    value_on TEXT NOT NULL,\n    actor_id INTEGER NOT NULL,", key=EVENT_KEY),
        "SELECT transfers.id, event_id, debit_account_id, credit_account_id, currency, amount, value_on, actor_id "
        "FROM transfers JOIN ledger_events ON ledger_events.id = event_id ORDER BY transfers.id",
        f"{OLD_TRANSFER_COLUMNS}, value_on, actor_id",
        *NEW_INDEXES,
        EVENT_INDEX,
    )


def upgrade_postgresql():
    for table in ("ledger_accounts", "transfers"):
        execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_no_change")
    for name, table in (("association_id", "associations"), ("control_id", "ledger_accounts")):
        execute(
            f"ALTER TABLE ledger_accounts ADD COLUMN {name} BIGINT "
            f"CONSTRAINT fk_ledger_accounts_{name} REFERENCES {table} (id)"
        )
    allow("ledger_accounts", KINDS.format(more="'rounding', "))
    for statement in (*CONTROLS, *MORE_ACCOUNT_INDEXES):
        execute(statement)
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute("ALTER TABLE transfers ADD COLUMN value_on DATE, ADD COLUMN actor_id BIGINT")
    execute(
        "UPDATE transfers SET value_on = ledger_events.value_on, actor_id = ledger_events.actor_id "
        "FROM ledger_events WHERE ledger_events.id = event_id"
    )
    execute("ALTER TABLE transfers ALTER COLUMN value_on SET NOT NULL, ALTER COLUMN actor_id SET NOT NULL")
    execute("ALTER TABLE transfers DROP CONSTRAINT fk_transfers_event_id")
    execute(f"ALTER TABLE transfers ADD CONSTRAINT {EVENT_KEY}")
    execute("DROP INDEX ix_transfers_credit")
    execute("DROP INDEX ix_transfers_debit")
    for statement in NEW_INDEXES:
        execute(statement)
    for table in ("ledger_accounts", "transfers"):
        execute(f"ALTER TABLE {table} ENABLE TRIGGER {table}_no_change")


def downgrade():
    """Refused by the database where a difference of rounding is booked: money is not thrown away."""
    dialect = op.get_bind().dialect.name
    if dialect == "sqlite":
        execute("DROP TRIGGER transfers_no_control")
    execute(f"DROP TRIGGER transfers_turnover{'' if dialect == 'sqlite' else ' ON transfers'}")
    execute("DROP TABLE turnovers")
    if dialect == "sqlite":
        columns = "id, kind, currency, scope_key, fund_id, grant_id, heading"
        made_anew(
            "ledger_accounts",
            ACCOUNTS.format(columns="", control="", keys="", kinds=KINDS.format(more="")),
            f"SELECT {columns} FROM ledger_accounts WHERE NOT (grant_id IS NULL AND kind IN ({CONTROLLED})) ORDER BY id",
            columns,
            *ACCOUNT_INDEXES,
        )
        made_anew(
            "transfers",
            TRANSFERS.format(columns="", key=OLD_EVENT_KEY),
            f"SELECT {OLD_TRANSFER_COLUMNS} FROM transfers ORDER BY id",
            OLD_TRANSFER_COLUMNS,
            *OLD_INDEXES,
            EVENT_INDEX,
        )
    else:
        downgrade_postgresql()
    for name in JOURNAL_INDEXES:
        execute(f"DROP INDEX {name}")
    for name in ("fund_id", "grant_id"):
        execute(f"CREATE INDEX ix_ledger_events_{name} ON ledger_events ({name})")


CONTROLLED = (
    "'committed', 'advanced', 'spent', 'co_investment', 'co_investment_spent', 'in_kind_held', 'in_kind_used'"
)


def downgrade_postgresql():
    execute("DROP FUNCTION add_to_turnovers()")
    execute("ALTER TABLE transfers DROP CONSTRAINT fk_transfers_event_id_value_on_actor_id")
    execute(f"ALTER TABLE transfers ADD CONSTRAINT {OLD_EVENT_KEY}")
    execute("ALTER TABLE transfers DROP COLUMN value_on, DROP COLUMN actor_id")  # the indexes go with them
    for statement in OLD_INDEXES:
        execute(statement)
    execute("ALTER TABLE ledger_accounts DISABLE TRIGGER ledger_accounts_no_change")
    execute("ALTER TABLE ledger_accounts DROP COLUMN control_id, DROP COLUMN association_id")
    execute(f"DELETE FROM ledger_accounts WHERE grant_id IS NULL AND kind IN ({CONTROLLED})")
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    allow("ledger_accounts", KINDS.format(more=""))
    execute("ALTER TABLE ledger_accounts ENABLE TRIGGER ledger_accounts_no_change")
