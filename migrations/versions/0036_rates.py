"""Exchange rates can be refused and withdrawn, those of the National Bank fetched; of each fetch it is kept how it went.

The rates that are there stay as they are; none of them has ended.

Revision ID: 0036
Revises: 0035
"""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

RATES = """
CREATE TABLE exchange_rates_anew (
    id INTEGER NOT NULL,
    currency TEXT NOT NULL,
    valid_on TEXT NOT NULL,
    nominal INTEGER NOT NULL,
    value TEXT NOT NULL,
    source TEXT NOT NULL,
    source_note TEXT NOT NULL,
    entered_by_id INTEGER{entered},
    entered_at TEXT NOT NULL,
    approved_by_id INTEGER,
    approved_at TEXT,{columns}
    CONSTRAINT pk_exchange_rates PRIMARY KEY (id),
    CONSTRAINT ck_exchange_rates_two_people CHECK (approved_by_id IS NULL OR approved_by_id <> entered_by_id),
    CONSTRAINT ck_exchange_rates_nominal_positive CHECK (nominal > 0),
    CONSTRAINT fk_exchange_rates_approved_by_id FOREIGN KEY(approved_by_id) REFERENCES users (id),
    CONSTRAINT fk_exchange_rates_entered_by_id FOREIGN KEY(entered_by_id) REFERENCES users (id),
    CONSTRAINT ck_exchange_rates_ratesource
        CHECK (source IN ('nbkr_daily', 'nbkr_weekly', 'inforeuro', 'bank', 'manual')),
    {constraints}
) STRICT
"""
KEPT = (
    "id, currency, valid_on, nominal, value, source, source_note, entered_by_id, entered_at, "
    "approved_by_id, approved_at"
)
ENDED = "\n    ended_by_id INTEGER,\n    ended_at TEXT,\n    ended_reason TEXT,"
CHECKS = {
    "approved_by_somebody": "(approved_at IS NULL) = (approved_by_id IS NULL)",
    "who_entered": "entered_by_id IS NOT NULL OR source IN ('nbkr_daily', 'nbkr_weekly')",
    "ended_by_somebody": "(ended_at IS NULL) = (ended_by_id IS NULL)",
    "ended_for_a_reason": "(ended_at IS NULL) = (ended_reason IS NULL)",
    "withdrawn_by_another": "ended_by_id IS NULL OR ended_by_id <> approved_by_id",
}
ENDED_KEY = "CONSTRAINT fk_exchange_rates_ended_by_id FOREIGN KEY(ended_by_id) REFERENCES users (id)"
ONCE = "CONSTRAINT uq_exchange_rates_currency_valid_on_source UNIQUE (currency, valid_on, source)"
INDEXES = (
    "CREATE UNIQUE INDEX uq_exchange_rates_standing ON exchange_rates (currency, valid_on, source) "
    "WHERE ended_at IS NULL",
    "CREATE INDEX ix_exchange_rates_valid_on ON exchange_rates (valid_on, id)",
)
TYPES = {
    "sqlite": {"id": "INTEGER", "int": "INTEGER", "code": "TEXT", "at": "TEXT", "day": "TEXT", "text": "TEXT",
               "json": "TEXT", "end": " STRICT"},
    "postgresql": {"id": "BIGSERIAL", "int": "BIGINT", "code": "VARCHAR(40)", "at": "TIMESTAMP WITH TIME ZONE",
                   "day": "DATE", "text": "VARCHAR(400)", "json": "JSONB", "end": ""},
}
FETCHES = """
CREATE TABLE rate_fetches (
    id {id} NOT NULL,
    source {code} NOT NULL,
    attempted_at {at} NOT NULL,
    problem {text} NOT NULL,
    parameters {json} NOT NULL,
    succeeded_at {at},
    day {day},
    count {int} NOT NULL,
    CONSTRAINT pk_rate_fetches PRIMARY KEY (id),
    CONSTRAINT uq_rate_fetches_source UNIQUE (source),
    CONSTRAINT ck_rate_fetches_of_the_national_bank CHECK (source IN ('nbkr_daily', 'nbkr_weekly')),
    CONSTRAINT ck_rate_fetches_ratesource
        CHECK (source IN ('nbkr_daily', 'nbkr_weekly', 'inforeuro', 'bank', 'manual'))
){end}
"""
TRIGGERS = {
    "sqlite": (
        "CREATE TRIGGER exchange_rates_no_update BEFORE UPDATE ON exchange_rates WHEN (OLD.id IS NOT NULL AND "
        "(NEW.id IS NOT OLD.id OR NEW.currency IS NOT OLD.currency OR NEW.valid_on IS NOT OLD.valid_on OR "
        "NEW.nominal IS NOT OLD.nominal OR NEW.value IS NOT OLD.value OR NEW.source IS NOT OLD.source OR "
        "NEW.source_note IS NOT OLD.source_note OR NEW.entered_by_id IS NOT OLD.entered_by_id OR NEW.entered_at "
        "IS NOT OLD.entered_at)) OR ((OLD.approved_at IS NOT NULL OR OLD.ended_at IS NOT NULL) AND "
        "(NEW.approved_at IS NOT OLD.approved_at OR NEW.approved_by_id IS NOT OLD.approved_by_id)) OR "
        "((OLD.ended_at IS NOT NULL) AND (NEW.ended_at IS NOT OLD.ended_at OR NEW.ended_by_id IS NOT "
        "OLD.ended_by_id OR NEW.ended_reason IS NOT OLD.ended_reason)) OR EXISTS (SELECT 1 FROM exchange_rates AS "
        "there WHERE there.id IS NOT NULL AND there.id <> OLD.id AND (there.id = NEW.id OR (there.currency = "
        "NEW.currency AND there.valid_on = NEW.valid_on AND there.source = NEW.source AND there.ended_at IS "
        "NULL))) BEGIN SELECT RAISE(ABORT, 'exchange_rates is append-only'); END",
        "CREATE TRIGGER exchange_rates_no_delete BEFORE DELETE ON exchange_rates WHEN OLD.id IS NOT NULL BEGIN "
        "SELECT RAISE(ABORT, 'exchange_rates is append-only'); END",
        "CREATE TRIGGER exchange_rates_no_replace BEFORE INSERT ON exchange_rates WHEN EXISTS (SELECT 1 FROM "
        "exchange_rates AS there WHERE there.id IS NOT NULL AND (there.id = NEW.id OR (there.currency = "
        "NEW.currency AND there.valid_on = NEW.valid_on AND there.source = NEW.source AND there.ended_at IS "
        "NULL))) BEGIN SELECT RAISE(ABORT, 'exchange_rates is append-only'); END",
    ),
    "postgresql": (
        "CREATE TRIGGER exchange_rates_no_change BEFORE UPDATE ON exchange_rates FOR EACH ROW WHEN (OLD.id IS NOT "
        "NULL AND (NEW.id IS DISTINCT FROM OLD.id OR NEW.currency IS DISTINCT FROM OLD.currency OR NEW.valid_on "
        "IS DISTINCT FROM OLD.valid_on OR NEW.nominal IS DISTINCT FROM OLD.nominal OR NEW.value IS DISTINCT FROM "
        "OLD.value OR NEW.source IS DISTINCT FROM OLD.source OR NEW.source_note IS DISTINCT FROM OLD.source_note "
        "OR NEW.entered_by_id IS DISTINCT FROM OLD.entered_by_id OR NEW.entered_at IS DISTINCT FROM "
        "OLD.entered_at) OR ((OLD.approved_at IS NOT NULL OR OLD.ended_at IS NOT NULL) AND (NEW.approved_at IS "
        "DISTINCT FROM OLD.approved_at OR NEW.approved_by_id IS DISTINCT FROM OLD.approved_by_id)) OR "
        "((OLD.ended_at IS NOT NULL) AND (NEW.ended_at IS DISTINCT FROM OLD.ended_at OR NEW.ended_by_id IS "
        "DISTINCT FROM OLD.ended_by_id OR NEW.ended_reason IS DISTINCT FROM OLD.ended_reason))) EXECUTE FUNCTION "
        "refuse_change()",
        "CREATE TRIGGER exchange_rates_no_delete BEFORE DELETE ON exchange_rates FOR EACH ROW WHEN (OLD.id IS NOT "
        "NULL) EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER exchange_rates_no_truncate BEFORE TRUNCATE ON exchange_rates FOR EACH STATEMENT EXECUTE "
        "FUNCTION refuse_change()",
    ),
}
TRIGGERS_BEFORE = {
    "sqlite": (
        "CREATE TRIGGER exchange_rates_no_update BEFORE UPDATE ON exchange_rates WHEN (OLD.approved_at IS NOT "
        "NULL) OR EXISTS (SELECT 1 FROM exchange_rates AS there WHERE there.approved_at IS NOT NULL AND there.id "
        "<> OLD.id AND (there.id = NEW.id OR (there.currency = NEW.currency AND there.valid_on = NEW.valid_on AND "
        "there.source = NEW.source))) BEGIN SELECT RAISE(ABORT, 'exchange_rates is append-only'); END",
        "CREATE TRIGGER exchange_rates_no_delete BEFORE DELETE ON exchange_rates WHEN OLD.approved_at IS NOT NULL "
        "BEGIN SELECT RAISE(ABORT, 'exchange_rates is append-only'); END",
        "CREATE TRIGGER exchange_rates_no_replace BEFORE INSERT ON exchange_rates WHEN EXISTS (SELECT 1 FROM "
        "exchange_rates AS there WHERE there.approved_at IS NOT NULL AND (there.id = NEW.id OR (there.currency = "
        "NEW.currency AND there.valid_on = NEW.valid_on AND there.source = NEW.source))) BEGIN SELECT "
        "RAISE(ABORT, 'exchange_rates is append-only'); END",
    ),
    "postgresql": (
        "CREATE TRIGGER exchange_rates_no_change BEFORE UPDATE ON exchange_rates FOR EACH ROW WHEN "
        "(OLD.approved_at IS NOT NULL AND (true)) EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER exchange_rates_no_delete BEFORE DELETE ON exchange_rates FOR EACH ROW WHEN "
        "(OLD.approved_at IS NOT NULL) EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER exchange_rates_no_truncate BEFORE TRUNCATE ON exchange_rates FOR EACH STATEMENT EXECUTE "
        "FUNCTION refuse_change()",
    ),
}


def execute(statement):
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def made_anew(definition):
    """SQLite changes no constraint of a table: it is made anew with its rows, and others point at the same ones."""
    execute(definition)
    execute(f"INSERT INTO exchange_rates_anew ({KEPT}) SELECT {KEPT} FROM exchange_rates ORDER BY id")
    execute("DROP TABLE exchange_rates")
    execute("ALTER TABLE exchange_rates_anew RENAME TO exchange_rates")


def drop_triggers(statements):
    for statement in statements:
        execute(f"DROP TRIGGER {statement.split()[2]} ON exchange_rates")


def upgrade():
    dialect = op.get_bind().dialect.name
    if dialect == "sqlite":
        checks = [f"CONSTRAINT ck_exchange_rates_{name} CHECK ({rule})" for name, rule in CHECKS.items()]
        constraints = ",\n    ".join((*checks, ENDED_KEY))
        made_anew(RATES.format(entered="", columns=ENDED, constraints=constraints))
    else:
        drop_triggers(TRIGGERS_BEFORE[dialect])
        execute("ALTER TABLE exchange_rates ALTER COLUMN entered_by_id DROP NOT NULL")
        execute("ALTER TABLE exchange_rates ADD COLUMN ended_by_id BIGINT")
        execute("ALTER TABLE exchange_rates ADD COLUMN ended_at TIMESTAMP WITH TIME ZONE")
        execute("ALTER TABLE exchange_rates ADD COLUMN ended_reason VARCHAR(400)")
        execute(f"ALTER TABLE exchange_rates ADD {ENDED_KEY}")
        execute("ALTER TABLE exchange_rates DROP CONSTRAINT uq_exchange_rates_currency_valid_on_source")
        for name, rule in CHECKS.items():
            execute(f"ALTER TABLE exchange_rates ADD CONSTRAINT ck_exchange_rates_{name} CHECK ({rule})")
    for statement in (*INDEXES, *TRIGGERS[dialect]):
        execute(statement)
    execute(FETCHES.format(**TYPES[dialect]))


def downgrade():
    """Refused where a rate has ended or nobody entered it: it would count again, or not fit."""
    ended = "SELECT count(*) FROM exchange_rates WHERE ended_at IS NOT NULL OR entered_by_id IS NULL"
    if op.get_bind().exec_driver_sql(ended).scalar():
        raise RuntimeError("Rates that were refused, withdrawn or fetched do not fit into revision 0034.")
    dialect = op.get_bind().dialect.name
    op.drop_table("rate_fetches")
    if dialect == "sqlite":
        made_anew(RATES.format(entered=" NOT NULL", columns="", constraints=ONCE))
    else:
        drop_triggers(TRIGGERS[dialect])
        for name in reversed(CHECKS):
            execute(f"ALTER TABLE exchange_rates DROP CONSTRAINT ck_exchange_rates_{name}")
        for statement in INDEXES:
            execute(f"DROP INDEX {statement.split(' INDEX ')[1].split()[0]}")
        for column in ("ended_reason", "ended_at", "ended_by_id"):
            execute(f"ALTER TABLE exchange_rates DROP COLUMN {column}")
        execute(f"ALTER TABLE exchange_rates ADD {ONCE}")
        execute("ALTER TABLE exchange_rates ALTER COLUMN entered_by_id SET NOT NULL")
    for statement in TRIGGERS_BEFORE[dialect]:
        execute(statement)
