"""Money paid back waits for a second person before it counts, and bank statements are held against it.

What was recorded before counts as it did; nobody stands as who confirmed it.

Revision ID: 0065
Revises: 0064
"""

import re

from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE repayments_anew (
    id INTEGER NOT NULL,
    grant_id INTEGER NOT NULL,
    amount INTEGER NOT NULL,
    paid_on TEXT NOT NULL,
    bank_reference TEXT NOT NULL,
    bank_reference_key TEXT NOT NULL,
    reason TEXT NOT NULL,
    status TEXT NOT NULL,
    answer TEXT NOT NULL,
    event_id INTEGER,
    recorded_by_id INTEGER NOT NULL,
    recorded_at TEXT NOT NULL,
    decided_by_id INTEGER,
    decided_at TEXT,
    reversal_event_id INTEGER,
    reversal_reason TEXT NOT NULL,
    CONSTRAINT pk_repayments PRIMARY KEY (id),
    {constraints}
) STRICT
"""
OLD_TABLE = """
CREATE TABLE repayments_anew (
    id INTEGER NOT NULL,
    grant_id INTEGER NOT NULL,
    amount INTEGER NOT NULL,
    paid_on TEXT NOT NULL,
    bank_reference TEXT NOT NULL,
    bank_reference_key TEXT NOT NULL,
    reason TEXT NOT NULL,
    event_id INTEGER NOT NULL,
    recorded_by_id INTEGER NOT NULL,
    recorded_at TEXT NOT NULL,
    reversal_event_id INTEGER,
    reversal_reason TEXT NOT NULL,
    CONSTRAINT pk_repayments PRIMARY KEY (id),
    {constraints}
) STRICT
"""
KEPT = {
    "ck_repayments_amount_positive": "CHECK (amount > 0)",
    "ck_repayments_with_reason": "CHECK (reason <> '')",
    "ck_repayments_reversed_with_reason": "CHECK ((reversal_event_id IS NULL) = (reversal_reason = ''))",
    "fk_repayments_grant_id": "FOREIGN KEY(grant_id) REFERENCES grants (id)",
    "fk_repayments_event_id": "FOREIGN KEY(event_id) REFERENCES ledger_events (id)",
    "fk_repayments_recorded_by_id": "FOREIGN KEY(recorded_by_id) REFERENCES users (id)",
    "fk_repayments_reversal_event_id": "FOREIGN KEY(reversal_event_id) REFERENCES ledger_events (id)",
}
ADDED = {
    "ck_repayments_two_people": "CHECK (status = 'refused' OR decided_by_id IS NULL OR decided_by_id <> recorded_by_id)",
    "ck_repayments_decided_by_somebody": "CHECK ((decided_at IS NULL) = (decided_by_id IS NULL))",
    "ck_repayments_decided_at_a_time": "CHECK (status <> 'recorded' OR decided_at IS NULL)",
    "ck_repayments_with_event": "CHECK ((status IN ('confirmed', 'reversed')) = (event_id IS NOT NULL))",
    "ck_repayments_refused_with_reason": "CHECK ((status = 'refused') = (answer <> ''))",
    "ck_repayments_reversed_with_event": "CHECK ((status = 'reversed') = (reversal_event_id IS NOT NULL))",
    "ck_repayments_repaymentstatus": "CHECK (status IN ('recorded', 'confirmed', 'refused', 'reversed'))",
    "fk_repayments_decided_by_id": "FOREIGN KEY(decided_by_id) REFERENCES users (id)",
}
FORMER = "CASE WHEN reversal_event_id IS NULL THEN 'confirmed' ELSE 'reversed' END"
COLUMNS = (
    "id, grant_id, amount, paid_on, bank_reference, bank_reference_key, reason, event_id, recorded_by_id, recorded_at, "
    "reversal_event_id, reversal_reason"
)
NEW_COLUMNS = {
    "status": "VARCHAR(40)",
    "answer": "VARCHAR(400)",
    "decided_by_id": "BIGINT",
    "decided_at": "TIMESTAMP WITH TIME ZONE",
}
UNIQUE = "CREATE UNIQUE INDEX uq_repayments_bank_reference_key ON repayments (bank_reference_key) WHERE "
LIVE, OLD_LIVE = "status IN ('recorded', 'confirmed')", "reversal_event_id IS NULL"
GRANT = "CREATE INDEX ix_repayments_grant ON repayments (grant_id, id)"
WAITING = "CREATE INDEX ix_repayments_waiting ON repayments (id) WHERE status = 'recorded'"
MATCHED = "CREATE INDEX ix_bank_statement_matches_repayment_id ON bank_statement_matches (repayment_id)"
MATCHES = "bank_statement_matches"
ONE = "ck_bank_statement_matches_of_one_record"
OF_ONE = "(CASE WHEN {column} IS NULL THEN 0 ELSE 1 END)"
OLD_SUM = " + ".join(
    OF_ONE.format(column=one) for one in ("contribution_id", "tranche_id", "payment_id", "instalment_id")
)
SUM = f"{OLD_SUM} + {OF_ONE.format(column='repayment_id')}"
FOREIGN = "fk_bank_statement_matches_repayment_id"
PROTECTED = {
    "sqlite": (
        "CREATE TRIGGER repayments_no_update BEFORE UPDATE ON repayments WHEN (OLD.id IS NOT NULL AND (NEW.id IS"
        " NOT OLD.id OR NEW.grant_id IS NOT OLD.grant_id OR NEW.amount IS NOT OLD.amount OR NEW.paid_on IS NOT"
        " OLD.paid_on OR NEW.bank_reference IS NOT OLD.bank_reference OR NEW.bank_reference_key IS NOT"
        " OLD.bank_reference_key OR NEW.reason IS NOT OLD.reason OR NEW.recorded_by_id IS NOT OLD.recorded_by_id"
        " OR NEW.recorded_at IS NOT OLD.recorded_at)) OR ((OLD.status <> 'recorded') AND (NEW.event_id IS NOT"
        " OLD.event_id OR NEW.answer IS NOT OLD.answer OR NEW.decided_by_id IS NOT OLD.decided_by_id OR"
        " NEW.decided_at IS NOT OLD.decided_at)) OR ((OLD.status = 'refused' OR OLD.status = 'reversed') AND"
        " (NEW.status IS NOT OLD.status OR NEW.reversal_event_id IS NOT OLD.reversal_event_id OR"
        " NEW.reversal_reason IS NOT OLD.reversal_reason)) OR EXISTS (SELECT 1 FROM repayments AS there WHERE"
        " there.id IS NOT NULL AND there.id <> OLD.id AND (there.id = NEW.id OR (there.bank_reference_key ="
        " NEW.bank_reference_key AND there.status IN ('recorded', 'confirmed')))) BEGIN SELECT RAISE(ABORT,"
        " 'repayments is append-only'); END",
        "CREATE TRIGGER repayments_no_delete BEFORE DELETE ON repayments WHEN OLD.id IS NOT NULL BEGIN SELECT"
        " RAISE(ABORT, 'repayments is append-only'); END",
        "CREATE TRIGGER repayments_no_replace BEFORE INSERT ON repayments WHEN EXISTS (SELECT 1 FROM repayments"
        " AS there WHERE there.id IS NOT NULL AND (there.id = NEW.id OR (there.bank_reference_key ="
        " NEW.bank_reference_key AND there.status IN ('recorded', 'confirmed')))) BEGIN SELECT RAISE(ABORT,"
        " 'repayments is append-only'); END",
    ),
    "postgresql": (
        "CREATE TRIGGER repayments_no_change BEFORE UPDATE ON repayments FOR EACH ROW WHEN (OLD.id IS NOT NULL"
        " AND (NEW.id IS DISTINCT FROM OLD.id OR NEW.grant_id IS DISTINCT FROM OLD.grant_id OR NEW.amount IS"
        " DISTINCT FROM OLD.amount OR NEW.paid_on IS DISTINCT FROM OLD.paid_on OR NEW.bank_reference IS DISTINCT"
        " FROM OLD.bank_reference OR NEW.bank_reference_key IS DISTINCT FROM OLD.bank_reference_key OR NEW.reason"
        " IS DISTINCT FROM OLD.reason OR NEW.recorded_by_id IS DISTINCT FROM OLD.recorded_by_id OR"
        " NEW.recorded_at IS DISTINCT FROM OLD.recorded_at) OR ((OLD.status <> 'recorded') AND (NEW.event_id IS"
        " DISTINCT FROM OLD.event_id OR NEW.answer IS DISTINCT FROM OLD.answer OR NEW.decided_by_id IS DISTINCT"
        " FROM OLD.decided_by_id OR NEW.decided_at IS DISTINCT FROM OLD.decided_at)) OR ((OLD.status = 'refused'"
        " OR OLD.status = 'reversed') AND (NEW.status IS DISTINCT FROM OLD.status OR NEW.reversal_event_id IS"
        " DISTINCT FROM OLD.reversal_event_id OR NEW.reversal_reason IS DISTINCT FROM OLD.reversal_reason)))"
        " EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER repayments_no_delete BEFORE DELETE ON repayments FOR EACH ROW WHEN (OLD.id IS NOT NULL)"
        " EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER repayments_no_truncate BEFORE TRUNCATE ON repayments FOR EACH STATEMENT EXECUTE FUNCTION"
        " refuse_change()",
    ),
}
OLD_PROTECTED = {
    "sqlite": (
        "CREATE TRIGGER repayments_no_update BEFORE UPDATE ON repayments WHEN (OLD.id IS NOT NULL AND (NEW.id IS"
        " NOT OLD.id OR NEW.grant_id IS NOT OLD.grant_id OR NEW.amount IS NOT OLD.amount OR NEW.paid_on IS NOT"
        " OLD.paid_on OR NEW.bank_reference IS NOT OLD.bank_reference OR NEW.bank_reference_key IS NOT"
        " OLD.bank_reference_key OR NEW.reason IS NOT OLD.reason OR NEW.event_id IS NOT OLD.event_id OR"
        " NEW.recorded_by_id IS NOT OLD.recorded_by_id OR NEW.recorded_at IS NOT OLD.recorded_at)) OR"
        " ((OLD.reversal_event_id IS NOT NULL) AND (NEW.reversal_event_id IS NOT OLD.reversal_event_id OR"
        " NEW.reversal_reason IS NOT OLD.reversal_reason)) OR EXISTS (SELECT 1 FROM repayments AS there WHERE"
        " there.id IS NOT NULL AND there.id <> OLD.id AND (there.id = NEW.id OR (there.bank_reference_key ="
        " NEW.bank_reference_key AND there.reversal_event_id IS NULL))) BEGIN SELECT RAISE(ABORT, 'repayments is"
        " append-only'); END",
        "CREATE TRIGGER repayments_no_delete BEFORE DELETE ON repayments WHEN OLD.id IS NOT NULL BEGIN SELECT"
        " RAISE(ABORT, 'repayments is append-only'); END",
        "CREATE TRIGGER repayments_no_replace BEFORE INSERT ON repayments WHEN EXISTS (SELECT 1 FROM repayments AS"
        " there WHERE there.id IS NOT NULL AND (there.id = NEW.id OR (there.bank_reference_key ="
        " NEW.bank_reference_key AND there.reversal_event_id IS NULL))) BEGIN SELECT RAISE(ABORT, 'repayments is"
        " append-only'); END",
    ),
    "postgresql": (
        "CREATE TRIGGER repayments_no_change BEFORE UPDATE ON repayments FOR EACH ROW WHEN (OLD.id IS NOT NULL AND"
        " (NEW.id IS DISTINCT FROM OLD.id OR NEW.grant_id IS DISTINCT FROM OLD.grant_id OR NEW.amount IS DISTINCT"
        " FROM OLD.amount OR NEW.paid_on IS DISTINCT FROM OLD.paid_on OR NEW.bank_reference IS DISTINCT FROM"
        " OLD.bank_reference OR NEW.bank_reference_key IS DISTINCT FROM OLD.bank_reference_key OR NEW.reason IS"
        " DISTINCT FROM OLD.reason OR NEW.event_id IS DISTINCT FROM OLD.event_id OR NEW.recorded_by_id IS DISTINCT"
        " FROM OLD.recorded_by_id OR NEW.recorded_at IS DISTINCT FROM OLD.recorded_at) OR ((OLD.reversal_event_id"
        " IS NOT NULL) AND (NEW.reversal_event_id IS DISTINCT FROM OLD.reversal_event_id OR NEW.reversal_reason IS"
        " DISTINCT FROM OLD.reversal_reason))) EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER repayments_no_delete BEFORE DELETE ON repayments FOR EACH ROW WHEN (OLD.id IS NOT NULL)"
        " EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER repayments_no_truncate BEFORE TRUNCATE ON repayments FOR EACH STATEMENT EXECUTE FUNCTION"
        " refuse_change()",
    ),
}


def execute(statement):
    return op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def constraints(*among):
    return ",\n    ".join(f"CONSTRAINT {name} {what}" for one in among for name, what in one.items())


def protect(statements):
    for statement in statements:
        execute(statement)


def unprotect():
    for name in ("change", "delete", "truncate"):
        execute(f"DROP TRIGGER repayments_no_{name} ON repayments")


def put_anew(table, columns, values):
    """SQLite changes no constraint of a table: it is made anew with its rows; its triggers go with the old one."""
    execute(table)
    execute(f"INSERT INTO repayments_anew ({columns}) SELECT {values} FROM repayments ORDER BY id")
    execute("DROP TABLE repayments")
    execute("ALTER TABLE repayments_anew RENAME TO repayments")


def make_matches_anew(define, kept):
    """As above for the matches, with their indexes and triggers as they are."""
    there = execute(f"SELECT type, sql FROM sqlite_master WHERE tbl_name = '{MATCHES}' AND sql IS NOT NULL").fetchall()
    made = define(next(sql for kind, sql in there if kind == "table"))
    execute(re.sub(rf'^CREATE TABLE "?{MATCHES}"?', f"CREATE TABLE {MATCHES}_anew", made))
    names = ", ".join(kept)
    execute(f"INSERT INTO {MATCHES}_anew ({names}) SELECT {names} FROM {MATCHES} ORDER BY id")
    execute(f"DROP TABLE {MATCHES}")
    execute(f"ALTER TABLE {MATCHES}_anew RENAME TO {MATCHES}")
    for kind, sql in there:
        if kind != "table" and "repayment_id" not in sql:
            execute(sql)


def matched_columns():
    return [row[1] for row in execute(f"PRAGMA table_info({MATCHES})") if row[1] != "repayment_id"]


def with_repayments(made):
    made = re.sub(r"\n    is_return ", "\n    repayment_id INTEGER,\n    is_return ", made)
    made = re.sub(rf"(CONSTRAINT {ONE} CHECK) \(.*? = 1\)", rf"\1 ({SUM} = 1)", made, flags=re.DOTALL)
    last = f"    CONSTRAINT {FOREIGN} FOREIGN KEY(repayment_id) REFERENCES repayments (id)"
    return re.sub(r"\n\) STRICT$", f",\n{last}\n) STRICT", made)


def without_repayments(made):
    made = made.replace("    repayment_id INTEGER,\n", "").replace(SUM, OLD_SUM)
    return made.replace(f",\n    CONSTRAINT {FOREIGN} FOREIGN KEY(repayment_id) REFERENCES repayments (id)", "")


def upgrade():
    dialect = op.get_bind().dialect.name
    if dialect == "sqlite":
        put_anew(
            TABLE.format(constraints=constraints(KEPT, ADDED)),
            f"{COLUMNS}, status, answer",
            f"{COLUMNS}, {FORMER}, ''",
        )
        execute(GRANT)
        make_matches_anew(with_repayments, matched_columns())
    else:
        unprotect()
        for name, kind in NEW_COLUMNS.items():
            execute(f"ALTER TABLE repayments ADD COLUMN {name} {kind}")
        execute(f"UPDATE repayments SET status = {FORMER}, answer = ''")
        for name in ("status", "answer"):
            execute(f"ALTER TABLE repayments ALTER COLUMN {name} SET NOT NULL")
        execute("ALTER TABLE repayments ALTER COLUMN event_id DROP NOT NULL")
        for name, what in ADDED.items():
            execute(f"ALTER TABLE repayments ADD CONSTRAINT {name} {what}")
        execute("DROP INDEX uq_repayments_bank_reference_key")
        execute(f"ALTER TABLE {MATCHES} ADD COLUMN repayment_id BIGINT")
        execute(f"ALTER TABLE {MATCHES} DROP CONSTRAINT {ONE}")
        execute(f"ALTER TABLE {MATCHES} ADD CONSTRAINT {ONE} CHECK ({SUM} = 1)")
        execute(
            f"ALTER TABLE {MATCHES} ADD CONSTRAINT {FOREIGN} FOREIGN KEY(repayment_id) REFERENCES repayments (id)"
        )
    for statement in (f"{UNIQUE}{LIVE}", WAITING, MATCHED):
        execute(statement)
    protect(PROTECTED[dialect])


class WouldBeLostError(Exception):
    """Nothing of what was said or decided is thrown away: the way down ends here."""


def downgrade():
    """Refused where a repayment waits or was refused, or a bank statement has it; the history says who confirmed."""
    dialect = op.get_bind().dialect.name
    if execute("SELECT count(*) FROM repayments WHERE event_id IS NULL").scalar():
        raise WouldBeLostError("repayments: what the version before cannot keep")
    if execute(f"SELECT count(*) FROM {MATCHES} WHERE repayment_id IS NOT NULL").scalar():
        raise WouldBeLostError(f"{MATCHES}: repayments that the version before cannot keep")
    if dialect == "sqlite":
        make_matches_anew(without_repayments, matched_columns())
        put_anew(OLD_TABLE.format(constraints=constraints(KEPT)), COLUMNS, COLUMNS)
        execute(GRANT)
    else:
        unprotect()
        execute(f"ALTER TABLE {MATCHES} DROP CONSTRAINT {ONE}")
        execute(f"ALTER TABLE {MATCHES} DROP COLUMN repayment_id")
        execute(f"ALTER TABLE {MATCHES} ADD CONSTRAINT {ONE} CHECK ({OLD_SUM} = 1)")
        execute("DROP INDEX uq_repayments_bank_reference_key")
        execute("DROP INDEX ix_repayments_waiting")
        for name in ADDED:
            execute(f"ALTER TABLE repayments DROP CONSTRAINT {name}")
        for name in NEW_COLUMNS:
            execute(f"ALTER TABLE repayments DROP COLUMN {name}")
        execute("ALTER TABLE repayments ALTER COLUMN event_id SET NOT NULL")
    execute(f"{UNIQUE}{OLD_LIVE}")
    protect(OLD_PROTECTED[dialect])
