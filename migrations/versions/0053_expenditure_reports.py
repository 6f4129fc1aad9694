"""Spending is reported by period.

Revision ID: 0053
Revises: 0052
"""

from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

TYPES = {
    "sqlite": {"id": "INTEGER", "int": "INTEGER", "code": "TEXT", "at": "TEXT", "day": "TEXT", "text": "TEXT",
               "end": " STRICT"},
    "postgresql": {"id": "BIGSERIAL", "int": "BIGINT", "code": "VARCHAR(40)", "at": "TIMESTAMP WITH TIME ZONE",
                   "day": "DATE", "text": "VARCHAR(400)", "end": ""},
}  # fmt: skip
REPORTS = """
CREATE TABLE expenditure_reports (
    id {id} NOT NULL,
    grant_id {int} NOT NULL,
    sequence {int} NOT NULL,
    follows_on {day},
    ends_on {day} NOT NULL,
    status {code} NOT NULL,
    explanation TEXT NOT NULL,
    reason {text} NOT NULL,
    drafted_by_id {int} NOT NULL,
    drafted_at {at} NOT NULL,
    submitted_by_id {int},
    submitted_at {at},
    decided_by_id {int},
    decided_at {at},
    version INTEGER NOT NULL,
    CONSTRAINT pk_expenditure_reports PRIMARY KEY (id),
    CONSTRAINT uq_expenditure_reports_grant_id_sequence UNIQUE (grant_id, sequence),
    CONSTRAINT uq_expenditure_reports_grant_id_ends_on UNIQUE (grant_id, ends_on),
    CONSTRAINT uq_expenditure_reports_grant_id_follows_on UNIQUE (grant_id, follows_on),
    CONSTRAINT fk_expenditure_reports_follows_on FOREIGN KEY(grant_id, follows_on)
        REFERENCES expenditure_reports (grant_id, ends_on),
    CONSTRAINT ck_expenditure_reports_sequence_positive CHECK (sequence > 0),
    CONSTRAINT ck_expenditure_reports_first_follows_none CHECK ((sequence = 1) = (follows_on IS NULL)),
    CONSTRAINT ck_expenditure_reports_period_in_order CHECK (ends_on > follows_on),
    CONSTRAINT ck_expenditure_reports_submitted_by_somebody
        CHECK ((submitted_at IS NULL) = (submitted_by_id IS NULL)),
    CONSTRAINT ck_expenditure_reports_submitted_unless_draft CHECK ((status = 'draft') = (submitted_at IS NULL)),
    CONSTRAINT ck_expenditure_reports_decided_by_somebody CHECK ((decided_at IS NULL) = (decided_by_id IS NULL)),
    CONSTRAINT ck_expenditure_reports_decided_whole
        CHECK ((status IN ('returned', 'accepted')) = (decided_at IS NOT NULL)),
    CONSTRAINT ck_expenditure_reports_two_people CHECK (decided_by_id <> submitted_by_id),
    CONSTRAINT ck_expenditure_reports_returned_for_a_reason CHECK (status <> 'returned' OR reason <> ''),
    CONSTRAINT fk_expenditure_reports_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id),
    CONSTRAINT ck_expenditure_reports_expenditurereportstatus
        CHECK (status IN ('draft', 'submitted', 'returned', 'accepted')),
    CONSTRAINT fk_expenditure_reports_drafted_by_id FOREIGN KEY(drafted_by_id) REFERENCES users (id),
    CONSTRAINT fk_expenditure_reports_submitted_by_id FOREIGN KEY(submitted_by_id) REFERENCES users (id),
    CONSTRAINT fk_expenditure_reports_decided_by_id FOREIGN KEY(decided_by_id) REFERENCES users (id)
){end}
"""
PROTECTED = {
    "sqlite": (
        "CREATE TRIGGER expenditure_reports_no_update BEFORE UPDATE ON expenditure_reports WHEN (OLD.status = "
        "'accepted') OR EXISTS (SELECT 1 FROM expenditure_reports AS there WHERE there.status = 'accepted' AND "
        "there.id <> OLD.id AND (there.id = NEW.id OR (there.grant_id = NEW.grant_id AND there.sequence = "
        "NEW.sequence) OR (there.grant_id = NEW.grant_id AND there.ends_on = NEW.ends_on) OR (there.grant_id = "
        "NEW.grant_id AND there.follows_on = NEW.follows_on))) BEGIN SELECT RAISE(ABORT, 'expenditure_reports is "
        "append-only'); END",
        "CREATE TRIGGER expenditure_reports_no_delete BEFORE DELETE ON expenditure_reports WHEN OLD.status = "
        "'accepted' BEGIN SELECT RAISE(ABORT, 'expenditure_reports is append-only'); END",
        "CREATE TRIGGER expenditure_reports_no_replace BEFORE INSERT ON expenditure_reports WHEN EXISTS (SELECT "
        "1 FROM expenditure_reports AS there WHERE there.status = 'accepted' AND (there.id = NEW.id OR "
        "(there.grant_id = NEW.grant_id AND there.sequence = NEW.sequence) OR (there.grant_id = NEW.grant_id AND "
        "there.ends_on = NEW.ends_on) OR (there.grant_id = NEW.grant_id AND there.follows_on = NEW.follows_on))) "
        "BEGIN SELECT RAISE(ABORT, 'expenditure_reports is append-only'); END",
    ),
    "postgresql": (
        "CREATE TRIGGER expenditure_reports_no_change BEFORE UPDATE ON expenditure_reports FOR EACH ROW WHEN "
        "(OLD.status = 'accepted' AND (true)) EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER expenditure_reports_no_delete BEFORE DELETE ON expenditure_reports FOR EACH ROW WHEN "
        "(OLD.status = 'accepted') EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER expenditure_reports_no_truncate BEFORE TRUNCATE ON expenditure_reports FOR EACH "
        "STATEMENT EXECUTE FUNCTION refuse_change()",
    ),
}


def execute(statement):
    return op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def upgrade():
    dialect = op.get_bind().dialect.name
    execute(REPORTS.format(**TYPES[dialect]))
    for statement in PROTECTED[dialect]:
        execute(statement)


def downgrade():
    """Refused where periods were reported: the older schema has no place for them."""
    if execute("SELECT count(*) FROM expenditure_reports").scalar():
        raise RuntimeError("Reports of spending do not fit into revision 0052.")
    op.drop_table("expenditure_reports")
