"""A fund is closed by two people: what is kept for indirect costs, what went back to the donor, by which payment.

Revision ID: 0054
Revises: 0053
"""

from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

COLUMNS = (
    "closed_on {day}",
    "given_back {big} DEFAULT 0 NOT NULL CONSTRAINT ck_funds_given_back_when_closed CHECK "
    "(given_back = 0 OR (given_back > 0 AND closed_on IS NOT NULL))",
)
FUND_CLOSINGS = """
CREATE TABLE fund_closings (
    id {id} NOT NULL,
    fund_id {big} NOT NULL,
    left_kgs {big} NOT NULL,
    kept_kgs {big} NOT NULL,
    amount {big} NOT NULL,
    currency {text3} NOT NULL,
    paid_on {day},
    bank_reference {text60} NOT NULL,
    bank_reference_key {text60},
    reason {text400} NOT NULL,
    status {text40} NOT NULL,
    answer {text400} NOT NULL,
    event_id {big},
    proposed_by_id {big} NOT NULL,
    proposed_at {instant} NOT NULL,
    decided_by_id {big},
    decided_at {instant},
    version INTEGER NOT NULL,
    CONSTRAINT pk_fund_closings PRIMARY KEY (id),
    CONSTRAINT ck_fund_closings_amounts_fit CHECK
        (kept_kgs >= 0 AND left_kgs >= kept_kgs AND amount >= 0 AND (amount > 0) = (left_kgs > kept_kgs)),
    CONSTRAINT ck_fund_closings_paid_with_reference CHECK
        ((amount = 0) = (paid_on IS NULL) AND (amount = 0) = (bank_reference_key IS NULL)),
    CONSTRAINT ck_fund_closings_with_reason CHECK (reason <> ''),
    CONSTRAINT ck_fund_closings_two_people CHECK (decided_by_id IS NULL OR decided_by_id <> proposed_by_id),
    CONSTRAINT ck_fund_closings_decided_at_a_time CHECK ((status = 'proposed') = (decided_at IS NULL)),
    CONSTRAINT ck_fund_closings_decided_by_somebody CHECK ((decided_at IS NULL) = (decided_by_id IS NULL)),
    CONSTRAINT ck_fund_closings_money_moves_when_approved CHECK
        ((event_id IS NOT NULL) = (status = 'approved' AND left_kgs > 0)),
    CONSTRAINT ck_fund_closings_refused_with_reason CHECK (status <> 'refused' OR answer <> ''),
    CONSTRAINT uq_fund_closings_event_id UNIQUE (event_id),
    CONSTRAINT fk_fund_closings_fund_id FOREIGN KEY(fund_id) REFERENCES funds (id),
    CONSTRAINT ck_fund_closings_closingstatus CHECK (status IN ('proposed', 'approved', 'refused')),
    CONSTRAINT fk_fund_closings_event_id FOREIGN KEY(event_id) REFERENCES ledger_events (id),
    CONSTRAINT fk_fund_closings_proposed_by_id FOREIGN KEY(proposed_by_id) REFERENCES users (id),
    CONSTRAINT fk_fund_closings_decided_by_id FOREIGN KEY(decided_by_id) REFERENCES users (id)
){strict}
"""
TYPES = {
    "sqlite": {
        **{name: "TEXT" for name in ("day", "instant", "text3", "text40", "text400", "text60")},
        **{"big": "INTEGER", "id": "INTEGER", "strict": " STRICT"},
    },
    "postgresql": {
        **{"big": "BIGINT", "day": "DATE", "id": "BIGSERIAL", "instant": "TIMESTAMP WITH TIME ZONE", "strict": ""},
        **{"text3": "VARCHAR(3)", "text40": "VARCHAR(40)", "text400": "VARCHAR(400)", "text60": "VARCHAR(60)"},
    },
}
INDEXES = (
    "CREATE INDEX ix_fund_closings_fund_id ON fund_closings (fund_id)",
    "CREATE UNIQUE INDEX uq_fund_closings_reference ON fund_closings (bank_reference_key) WHERE status <> 'refused'",
    "CREATE UNIQUE INDEX uq_fund_closings_standing ON fund_closings (fund_id) WHERE status <> 'refused'",
)

PROTECTED = {
    "sqlite": (
        "CREATE TRIGGER fund_closings_no_update BEFORE UPDATE ON fund_closings WHEN (OLD.decided_at IS NOT NULL)"
        " OR EXISTS (SELECT 1 FROM fund_closings AS there WHERE there.decided_at IS NOT NULL AND there.id <>"
        " OLD.id AND (there.id = NEW.id OR (there.fund_id = NEW.fund_id AND there.status <> 'refused') OR"
        " (there.bank_reference_key = NEW.bank_reference_key AND there.status <> 'refused') OR (there.event_id ="
        " NEW.event_id AND there.status <> 'refused'))) BEGIN SELECT RAISE(ABORT, 'fund_closings is append-only');"
        " END",
        "CREATE TRIGGER fund_closings_no_delete BEFORE DELETE ON fund_closings WHEN OLD.decided_at IS NOT NULL"
        " BEGIN SELECT RAISE(ABORT, 'fund_closings is append-only'); END",
        "CREATE TRIGGER fund_closings_no_replace BEFORE INSERT ON fund_closings WHEN EXISTS (SELECT 1 FROM"
        " fund_closings AS there WHERE there.decided_at IS NOT NULL AND (there.id = NEW.id OR (there.fund_id ="
        " NEW.fund_id AND there.status <> 'refused') OR (there.bank_reference_key = NEW.bank_reference_key AND"
        " there.status <> 'refused') OR (there.event_id = NEW.event_id AND there.status <> 'refused'))) BEGIN"
        " SELECT RAISE(ABORT, 'fund_closings is append-only'); END",
    ),
    "postgresql": (
        "CREATE TRIGGER fund_closings_no_change BEFORE UPDATE ON fund_closings FOR EACH ROW WHEN (OLD.decided_at"
        " IS NOT NULL AND (true)) EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER fund_closings_no_delete BEFORE DELETE ON fund_closings FOR EACH ROW WHEN (OLD.decided_at"
        " IS NOT NULL) EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER fund_closings_no_truncate BEFORE TRUNCATE ON fund_closings FOR EACH STATEMENT EXECUTE"
        " FUNCTION refuse_change()",
    ),
}


def execute(statement):
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def upgrade():
    dialect = op.get_bind().dialect.name
    for column in COLUMNS:
        execute(f"ALTER TABLE funds ADD COLUMN {column.format(**TYPES[dialect])}")
    for statement in (FUND_CLOSINGS.format(**TYPES[dialect]), *INDEXES, *PROTECTED[dialect]):
        execute(statement)


def downgrade():
    execute("DROP TABLE fund_closings")
    for column in reversed(COLUMNS):
        execute(f"ALTER TABLE funds DROP COLUMN {column.split()[0]}")
