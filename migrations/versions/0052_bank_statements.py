"""Statements of banks and channels: the files, their rows, what each row was matched to, and remembered columns.

Revision ID: 0052
Revises: 0051
"""

from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

TYPES = {
    "sqlite": {
        **{"id": "INTEGER", "text60": "TEXT", "text64": "TEXT", "json": "TEXT"},
        **{"int": "INTEGER", "at": "TEXT", "text40": "TEXT", "text200": "TEXT"},
        **{"bytes": "BLOB", "text120": "TEXT", "day": "TEXT", "text3": "TEXT"},
        **{"bool": "INTEGER", "end": " STRICT"},
    },
    "postgresql": {
        **{"id": "BIGSERIAL", "text60": "VARCHAR(60)", "text64": "VARCHAR(64)", "json": "JSONB"},
        **{"int": "BIGINT", "at": "TIMESTAMP WITH TIME ZONE", "text40": "VARCHAR(40)", "text200": "VARCHAR(200)"},
        **{"bytes": "BYTEA", "text120": "VARCHAR(120)", "day": "DATE", "text3": "VARCHAR(3)"},
        **{"bool": "BOOLEAN", "end": ""},
    },
}
TABLES = (
    """
CREATE TABLE bank_statement_layouts (
    id {id} NOT NULL,
    account_key {text60} NOT NULL,
    header_key {text64} NOT NULL,
    columns {json} NOT NULL,
    settings {json} NOT NULL,
    saved_by_id {int} NOT NULL,
    saved_at {at} NOT NULL,
    version INTEGER NOT NULL,
    CONSTRAINT pk_bank_statement_layouts PRIMARY KEY (id),
    CONSTRAINT uq_bank_statement_layouts_header_key_account_key UNIQUE (header_key, account_key),
    CONSTRAINT fk_bank_statement_layouts_saved_by_id FOREIGN KEY(saved_by_id) REFERENCES users (id)
){end}
""",
    """
CREATE TABLE bank_statements (
    id {id} NOT NULL,
    form {text40} NOT NULL,
    file_name {text200} NOT NULL,
    sha256 {text64} NOT NULL,
    content {bytes},
    account {text120} NOT NULL,
    channel_id {int},
    layout {json} NOT NULL,
    status {text40} NOT NULL,
    progress {int} NOT NULL,
    summary {json} NOT NULL,
    problem {json} NOT NULL,
    skipped {json} NOT NULL,
    first_on {day},
    last_on {day},
    uploaded_by_id {int} NOT NULL,
    uploaded_at {at} NOT NULL,
    entered_by_id {int},
    entered_at {at},
    version INTEGER NOT NULL,
    CONSTRAINT pk_bank_statements PRIMARY KEY (id),
    CONSTRAINT ck_bank_statements_progress_range CHECK (progress BETWEEN 0 AND 100),
    CONSTRAINT ck_bank_statements_content_until_dropped CHECK ((content IS NULL) = (status = 'dropped')),
    CONSTRAINT ck_bank_statements_entered_at_a_time CHECK (entered_at IS NOT NULL OR status NOT IN ('entered')),
    CONSTRAINT ck_bank_statements_bankfileform CHECK (form IN ('camt', 'mt940', 'csv', 'xlsx')),
    CONSTRAINT fk_bank_statements_channel_id FOREIGN KEY(channel_id) REFERENCES channels (id),
    CONSTRAINT ck_bank_statements_bankstatementstatus CHECK (status IN ('columns', 'reading', 'read', 'entering',
        'entered', 'failed', 'dropped')),
    CONSTRAINT fk_bank_statements_uploaded_by_id FOREIGN KEY(uploaded_by_id) REFERENCES users (id),
    CONSTRAINT fk_bank_statements_entered_by_id FOREIGN KEY(entered_by_id) REFERENCES users (id)
){end}
""",
    """
CREATE TABLE bank_statement_rows (
    id {id} NOT NULL,
    statement_id {int} NOT NULL,
    line {int} NOT NULL,
    booked_on {day} NOT NULL,
    amount {int} NOT NULL,
    currency {text3} NOT NULL,
    reference {text120} NOT NULL,
    reference_keys TEXT NOT NULL,
    counterparty {text200} NOT NULL,
    counterparty_account {text60} NOT NULL,
    text TEXT NOT NULL,
    is_reversal {bool} NOT NULL,
    fingerprint {text64} NOT NULL,
    CONSTRAINT pk_bank_statement_rows PRIMARY KEY (id),
    CONSTRAINT ck_bank_statement_rows_amount_moves CHECK (amount <> 0),
    CONSTRAINT uq_bank_statement_rows_statement_id_line UNIQUE (statement_id, line),
    CONSTRAINT uq_bank_statement_rows_fingerprint UNIQUE (fingerprint),
    CONSTRAINT fk_bank_statement_rows_statement_id FOREIGN KEY(statement_id) REFERENCES bank_statements (id)
){end}
""",
    """
CREATE TABLE bank_statement_matches (
    id {id} NOT NULL,
    row_id {int} NOT NULL,
    record_key {text120} NOT NULL,
    contribution_id {int},
    tranche_id {int},
    payment_id {int},
    instalment_id {int},
    is_return {bool} NOT NULL,
    likeness {text40} NOT NULL,
    differs {json} NOT NULL,
    status {text40} NOT NULL,
    decided_by_id {int},
    decided_at {at},
    version INTEGER NOT NULL,
    CONSTRAINT pk_bank_statement_matches PRIMARY KEY (id),
    CONSTRAINT ck_bank_statement_matches_of_one_record CHECK ((CASE WHEN contribution_id IS NULL THEN 0 ELSE 1 END) +
        (CASE WHEN tranche_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN payment_id IS NULL THEN 0 ELSE 1 END) + (CASE
        WHEN instalment_id IS NULL THEN 0 ELSE 1 END) = 1),
    CONSTRAINT ck_bank_statement_matches_decided_or_proposed CHECK ((decided_at IS NULL) = (status = 'proposed')),
    CONSTRAINT ck_bank_statement_matches_decided_by_somebody CHECK ((decided_at IS NULL) = (decided_by_id IS NULL)),
    CONSTRAINT uq_bank_statement_matches_row_id_record_key UNIQUE (row_id, record_key),
    CONSTRAINT fk_bank_statement_matches_row_id FOREIGN KEY(row_id) REFERENCES bank_statement_rows (id),
    CONSTRAINT fk_bank_statement_matches_contribution_id FOREIGN KEY(contribution_id) REFERENCES contributions (id),
    CONSTRAINT fk_bank_statement_matches_tranche_id FOREIGN KEY(tranche_id) REFERENCES tranches (id),
    CONSTRAINT fk_bank_statement_matches_payment_id FOREIGN KEY(payment_id) REFERENCES payments (id),
    CONSTRAINT fk_bank_statement_matches_instalment_id FOREIGN KEY(instalment_id) REFERENCES fund_instalments (id),
    CONSTRAINT ck_bank_statement_matches_likeness CHECK (likeness IN ('exact', 'likely')),
    CONSTRAINT ck_bank_statement_matches_matchstatus CHECK (status IN ('proposed', 'confirmed', 'rejected')),
    CONSTRAINT fk_bank_statement_matches_decided_by_id FOREIGN KEY(decided_by_id) REFERENCES users (id)
){end}
""",
)
INDEXES = (
    "CREATE UNIQUE INDEX uq_bank_statements_file ON bank_statements (sha256) WHERE status NOT IN "
    "('dropped', 'failed')",
    "CREATE INDEX ix_bank_statement_matches_contribution_id ON bank_statement_matches (contribution_id)",
    "CREATE INDEX ix_bank_statement_matches_instalment_id ON bank_statement_matches (instalment_id)",
    "CREATE INDEX ix_bank_statement_matches_payment_id ON bank_statement_matches (payment_id)",
    "CREATE INDEX ix_bank_statement_matches_tranche_id ON bank_statement_matches (tranche_id)",
    "CREATE UNIQUE INDEX uq_bank_statement_matches_record ON bank_statement_matches (record_key) WHERE "
    "status <> 'rejected'",
    "CREATE UNIQUE INDEX uq_bank_statement_matches_row ON bank_statement_matches (row_id) WHERE status <> 'rejected'",
)
PROTECTED = {
    "sqlite": (
        "CREATE TRIGGER bank_statements_no_update BEFORE UPDATE ON bank_statements WHEN (OLD.id IS NOT NULL AND"
        " (NEW.id IS NOT OLD.id OR NEW.form IS NOT OLD.form OR NEW.file_name IS NOT OLD.file_name OR NEW.sha256 IS"
        " NOT OLD.sha256 OR NEW.channel_id IS NOT OLD.channel_id OR NEW.uploaded_by_id IS NOT OLD.uploaded_by_id"
        " OR NEW.uploaded_at IS NOT OLD.uploaded_at)) OR EXISTS (SELECT 1 FROM bank_statements AS there WHERE"
        " there.id IS NOT NULL AND there.id <> OLD.id AND (there.id = NEW.id)) BEGIN SELECT RAISE(ABORT,"
        " 'bank_statements is append-only'); END",
        "CREATE TRIGGER bank_statements_no_delete BEFORE DELETE ON bank_statements WHEN OLD.id IS NOT NULL BEGIN"
        " SELECT RAISE(ABORT, 'bank_statements is append-only'); END",
        "CREATE TRIGGER bank_statements_no_replace BEFORE INSERT ON bank_statements WHEN EXISTS (SELECT 1 FROM"
        " bank_statements AS there WHERE there.id IS NOT NULL AND (there.id = NEW.id)) BEGIN SELECT RAISE(ABORT,"
        " 'bank_statements is append-only'); END",
        "CREATE TRIGGER bank_statement_rows_no_update BEFORE UPDATE ON bank_statement_rows BEGIN SELECT"
        " RAISE(ABORT, 'bank_statement_rows is append-only'); END",
        "CREATE TRIGGER bank_statement_rows_no_delete BEFORE DELETE ON bank_statement_rows BEGIN SELECT"
        " RAISE(ABORT, 'bank_statement_rows is append-only'); END",
        "CREATE TRIGGER bank_statement_rows_no_replace BEFORE INSERT ON bank_statement_rows WHEN EXISTS (SELECT 1"
        " FROM bank_statement_rows WHERE (id = NEW.id) OR (statement_id = NEW.statement_id AND line = NEW.line) OR"
        " (fingerprint = NEW.fingerprint)) BEGIN SELECT RAISE(ABORT, 'bank_statement_rows is append-only'); END",
    ),
    "postgresql": (
        "CREATE TRIGGER bank_statements_no_change BEFORE UPDATE ON bank_statements FOR EACH ROW WHEN (OLD.id IS"
        " NOT NULL AND (NEW.id IS DISTINCT FROM OLD.id OR NEW.form IS DISTINCT FROM OLD.form OR NEW.file_name IS"
        " DISTINCT FROM OLD.file_name OR NEW.sha256 IS DISTINCT FROM OLD.sha256 OR NEW.channel_id IS DISTINCT FROM"
        " OLD.channel_id OR NEW.uploaded_by_id IS DISTINCT FROM OLD.uploaded_by_id OR NEW.uploaded_at IS DISTINCT"
        " FROM OLD.uploaded_at)) EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER bank_statements_no_delete BEFORE DELETE ON bank_statements FOR EACH ROW WHEN (OLD.id IS"
        " NOT NULL) EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER bank_statements_no_truncate BEFORE TRUNCATE ON bank_statements FOR EACH STATEMENT EXECUTE"
        " FUNCTION refuse_change()",
        "CREATE TRIGGER bank_statement_rows_no_change BEFORE UPDATE OR DELETE ON bank_statement_rows FOR EACH ROW"
        " EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER bank_statement_rows_no_truncate BEFORE TRUNCATE ON bank_statement_rows FOR EACH STATEMENT"
        " EXECUTE FUNCTION refuse_change()",
    ),
}
NAMES = ("bank_statement_matches", "bank_statement_rows", "bank_statements", "bank_statement_layouts")


def execute(statement):
    return op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def upgrade():
    dialect = op.get_bind().dialect.name
    for table in TABLES:
        execute(table.format(**TYPES[dialect]))
    for statement in (*INDEXES, *PROTECTED[dialect]):
        execute(statement)


class WouldBeLostError(Exception):
    """A statement of a bank and what a person said of its rows is not thrown away: the way down ends here."""


def downgrade():
    if execute("SELECT count(*) FROM bank_statements").scalar():
        raise WouldBeLostError("bank_statements: the version before cannot keep them")
    for table in NAMES:
        op.drop_table(table)
