"""Allocations: the parts of a call's budget by fund and oblast, and the one each award is paid from.

What a call had is one allocation now: its fund and its whole budget; every award so far was paid from that.

Revision ID: 0019
Revises: 0018
"""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TYPES = {"sqlite": {"id": "INTEGER", "int": "INTEGER"}, "postgresql": {"id": "BIGSERIAL", "int": "BIGINT"}}
TABLE = """
CREATE TABLE allocations (
    id {id} NOT NULL,
    call_id {int} NOT NULL,
    fund_id {int} NOT NULL,
    oblast_id {int},
    amount {int} NOT NULL,
    version INTEGER NOT NULL,
    CONSTRAINT pk_allocations PRIMARY KEY (id),
    CONSTRAINT ck_allocations_amount_positive CHECK (amount > 0),
    CONSTRAINT fk_allocations_call_id FOREIGN KEY(call_id) REFERENCES calls (id),
    CONSTRAINT fk_allocations_fund_id FOREIGN KEY(fund_id) REFERENCES funds (id),
    CONSTRAINT fk_allocations_oblast_id FOREIGN KEY(oblast_id) REFERENCES oblasts (id),
    CONSTRAINT uq_allocations_call_id_fund_id_oblast_id UNIQUE (call_id, fund_id, oblast_id)
)
"""
INDEXES = (
    "CREATE INDEX ix_allocations_fund_id ON allocations (fund_id)",
    "CREATE INDEX ix_allocations_oblast_id ON allocations (oblast_id)",
    "CREATE UNIQUE INDEX uq_allocations_everywhere ON allocations (call_id, fund_id) WHERE oblast_id IS NULL",
)
EXISTING = (
    "INSERT INTO allocations (call_id, fund_id, amount, version) SELECT id, fund_id, budget, 1 FROM calls ORDER BY id"
)
CHECK = "CONSTRAINT ck_decisions_allocation_if_amount CHECK ((amount IS NULL) = (allocation_id IS NULL))"
KEY = "CONSTRAINT fk_decisions_allocation_id REFERENCES allocations (id)"
ON_DECISIONS = "CREATE INDEX ix_decisions_allocation_id ON decisions (allocation_id)"
PAID_FROM = (
    "SELECT allocations.id FROM allocations JOIN council_sessions ON council_sessions.call_id = allocations.call_id "
    "WHERE council_sessions.id = decisions.session_id"
)
DECISIONS = """
CREATE TABLE decisions_anew (
    id INTEGER NOT NULL,
    session_id INTEGER NOT NULL,
    application_id INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    amount INTEGER,
{column}    reason TEXT NOT NULL,
    rank INTEGER,
    score INTEGER,
    votes_for INTEGER NOT NULL,
    votes_against INTEGER NOT NULL,
    abstentions INTEGER NOT NULL,
    decided_by_id INTEGER NOT NULL,
    decided_at TEXT NOT NULL,
    CONSTRAINT pk_decisions PRIMARY KEY (id),
    CONSTRAINT ck_decisions_amount_if_selected CHECK ((outcome = 'selected') = (amount IS NOT NULL)),
{check}    CONSTRAINT ck_decisions_amount_positive CHECK (amount IS NULL OR amount > 0),
    CONSTRAINT ck_decisions_votes_not_negative CHECK (votes_for >= 0 AND votes_against >= 0 AND abstentions >= 0),
    CONSTRAINT fk_decisions_application_id FOREIGN KEY(application_id) REFERENCES applications (id),
    CONSTRAINT fk_decisions_decided_by_id FOREIGN KEY(decided_by_id) REFERENCES users (id),
    CONSTRAINT fk_decisions_session_id FOREIGN KEY(session_id) REFERENCES council_sessions (id),
    CONSTRAINT uq_decisions_session_id_application_id UNIQUE (session_id, application_id),
    CONSTRAINT ck_decisions_decisionoutcome CHECK (outcome IN ('selected', 'reserve', 'rejected'))
) STRICT
"""
COLUMNS = (
    "id, session_id, application_id, outcome, amount, reason, rank, score, votes_for, votes_against, abstentions, "
    "decided_by_id, decided_at"
)
OF_DECISIONS = (
    "CREATE INDEX ix_decisions_application_id ON decisions (application_id)",
    "CREATE INDEX ix_decisions_session_id ON decisions (session_id)",
)
REFUSE = "BEGIN SELECT RAISE(ABORT, 'allocations of an open call are frozen'); END"
LATE = "WHEN EXISTS (SELECT 1 FROM calls WHERE status <> 'draft' AND id IN ({calls}))"
REPLACED = "SELECT call_id FROM allocations WHERE id = NEW.id"
TRIGGERS = {
    "sqlite": (
        "CREATE TRIGGER allocations_no_insert BEFORE INSERT ON allocations "
        f"{LATE.format(calls=f'NEW.call_id, ({REPLACED})')} {REFUSE}",
        "CREATE TRIGGER allocations_no_update BEFORE UPDATE ON allocations "
        f"{LATE.format(calls=f'NEW.call_id, OLD.call_id, ({REPLACED})')} AND "
        "(NEW.id IS NOT OLD.id OR NEW.call_id IS NOT OLD.call_id OR NEW.fund_id IS NOT OLD.fund_id "
        "OR NEW.oblast_id IS NOT OLD.oblast_id OR NOT EXISTS (SELECT 1 FROM amendments "
        "JOIN calls ON calls.id = amendments.call_id WHERE amendments.call_id = OLD.call_id "
        "AND sequence = amendment_count + 1 AND json_type(changes, '$.allocations') IS NOT NULL)) "
        f"{REFUSE}",
        "CREATE TRIGGER allocations_no_delete BEFORE DELETE ON allocations "
        f"{LATE.format(calls='OLD.call_id')} {REFUSE}",
    ),
    "postgresql": (
        """
CREATE OR REPLACE FUNCTION refuse_late_allocations() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched bigint[] := CASE TG_OP
        WHEN 'INSERT' THEN ARRAY[NEW.call_id]
        WHEN 'DELETE' THEN ARRAY[OLD.call_id]
        ELSE ARRAY[OLD.call_id, NEW.call_id]
    END;
BEGIN
    IF EXISTS (SELECT 1 FROM calls WHERE status <> 'draft' AND id = ANY (touched)) THEN
        IF TG_OP <> 'UPDATE' THEN
            RAISE EXCEPTION 'allocations of an open call are frozen'
                USING ERRCODE = 'integrity_constraint_violation';
        ELSIF (NEW.id IS DISTINCT FROM OLD.id OR NEW.call_id IS DISTINCT FROM OLD.call_id
            OR NEW.fund_id IS DISTINCT FROM OLD.fund_id OR NEW.oblast_id IS DISTINCT FROM OLD.oblast_id
            OR NOT EXISTS (SELECT 1 FROM amendments
            JOIN calls ON calls.id = amendments.call_id WHERE amendments.call_id = OLD.call_id
            AND sequence = amendment_count + 1 AND jsonb_exists(changes, 'allocations'))) THEN
            RAISE EXCEPTION 'allocations of an open call are frozen'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$
""",
        "CREATE TRIGGER allocations_no_late_change BEFORE INSERT OR UPDATE OR DELETE ON allocations "
        "FOR EACH ROW EXECUTE FUNCTION refuse_late_allocations()",
    ),
}


def execute(statement):
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def make_anew(column, check, fill):
    """SQLite: the table of decisions with or without the column, and with the triggers it had."""
    query = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'decisions'"
    kept = op.get_bind().exec_driver_sql(query).scalars().all()
    execute(DECISIONS.format(column=column, check=check))
    execute(fill)
    execute("DROP TABLE decisions")
    execute("ALTER TABLE decisions_anew RENAME TO decisions")
    for statement in (*OF_DECISIONS, *kept):
        execute(statement)


def upgrade():
    dialect = op.get_bind().dialect.name
    execute(TABLE.format(**TYPES[dialect]) + (" STRICT" if dialect == "sqlite" else ""))
    for statement in (*INDEXES, EXISTING):
        execute(statement)
    if dialect == "sqlite":
        make_anew(
            f"    allocation_id INTEGER {KEY},\n",
            f"    {CHECK},\n",
            f"INSERT INTO decisions_anew ({COLUMNS}, allocation_id) SELECT {COLUMNS}, "
            f"CASE WHEN amount IS NULL THEN NULL ELSE ({PAID_FROM}) END FROM decisions ORDER BY id",
        )
    else:
        execute(f"ALTER TABLE decisions ADD COLUMN allocation_id BIGINT {KEY}")
        execute("ALTER TABLE decisions DISABLE TRIGGER decisions_no_change")
        execute(f"UPDATE decisions SET allocation_id = ({PAID_FROM}) WHERE amount IS NOT NULL")
        execute("ALTER TABLE decisions ENABLE TRIGGER decisions_no_change")
        execute(f"ALTER TABLE decisions ADD {CHECK}")
    for statement in (ON_DECISIONS, *TRIGGERS[dialect]):
        execute(statement)


def downgrade():
    """Of several allocations the call keeps the sum and the fund that gives most; a grant keeps its own fund."""
    if op.get_bind().dialect.name == "sqlite":
        make_anew("", "", f"INSERT INTO decisions_anew ({COLUMNS}) SELECT {COLUMNS} FROM decisions ORDER BY id")
        execute("DROP TABLE allocations")
    else:
        execute("ALTER TABLE decisions DROP COLUMN allocation_id")
        execute("DROP TABLE allocations")
        execute("DROP FUNCTION refuse_late_allocations()")
