"""What was said of signs to look at (receipts near alike, money that comes back), and the indexes that find them.

Revision ID: 0048
Revises: 0047
"""

from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

TYPES = {
    "sqlite": {"id": "INTEGER", "int": "INTEGER", "at": "TEXT", "end": " STRICT"},
    "postgresql": {"id": "BIGSERIAL", "int": "BIGINT", "at": "TIMESTAMP WITH TIME ZONE", "end": ""},
}
TABLE = """
CREATE TABLE sign_findings (
    id {id} NOT NULL,
    contribution_id {int} NOT NULL,
    twin_id {int},
    expenditure_id {int},
    reason TEXT NOT NULL,
    found_by_id {int} NOT NULL,
    found_at {at} NOT NULL,
    CONSTRAINT pk_sign_findings PRIMARY KEY (id),
    CONSTRAINT uq_sign_findings_contribution_id_twin_id UNIQUE (contribution_id, twin_id),
    CONSTRAINT uq_sign_findings_contribution_id_expenditure_id UNIQUE (contribution_id, expenditure_id),
    CONSTRAINT ck_sign_findings_of_one_pair CHECK ((twin_id IS NULL) <> (expenditure_id IS NULL)),
    CONSTRAINT ck_sign_findings_later_first CHECK (twin_id < contribution_id),
    CONSTRAINT fk_sign_findings_contribution_id FOREIGN KEY(contribution_id) REFERENCES contributions (id),
    CONSTRAINT fk_sign_findings_twin_id FOREIGN KEY(twin_id) REFERENCES contributions (id),
    CONSTRAINT fk_sign_findings_expenditure_id FOREIGN KEY(expenditure_id) REFERENCES expenditures (id),
    CONSTRAINT fk_sign_findings_found_by_id FOREIGN KEY(found_by_id) REFERENCES users (id)
){end}
"""
INDEXES = (
    "CREATE INDEX ix_sign_findings_twin_id ON sign_findings (twin_id)",
    "CREATE INDEX ix_sign_findings_expenditure_id ON sign_findings (expenditure_id)",
    "CREATE INDEX ix_contributions_in_som ON contributions (amount_kgs, sent_on)",
    "CREATE INDEX ix_contributions_sent ON contributions (currency, amount, sent_on)",
)
PROTECTED = {
    "sqlite": (
        "CREATE TRIGGER sign_findings_no_update BEFORE UPDATE ON sign_findings BEGIN SELECT RAISE(ABORT, 'sign_findings "
        "is append-only'); END",
        "CREATE TRIGGER sign_findings_no_delete BEFORE DELETE ON sign_findings BEGIN SELECT RAISE(ABORT, 'sign_findings "
        "is append-only'); END",
        "CREATE TRIGGER sign_findings_no_replace BEFORE INSERT ON sign_findings WHEN EXISTS (SELECT 1 FROM sign_findings "
        "WHERE (id = NEW.id) OR (contribution_id = NEW.contribution_id AND twin_id = NEW.twin_id) OR (contribution_id = "
        "NEW.contribution_id AND expenditure_id = NEW.expenditure_id)) BEGIN SELECT RAISE(ABORT, 'sign_findings is "
        "append-only'); END",
    ),
    "postgresql": (
        "CREATE TRIGGER sign_findings_no_change BEFORE UPDATE OR DELETE ON sign_findings FOR EACH ROW EXECUTE FUNCTION "
        "refuse_change()",
        "CREATE TRIGGER sign_findings_no_truncate BEFORE TRUNCATE ON sign_findings FOR EACH STATEMENT EXECUTE FUNCTION "
        "refuse_change()",
    ),
}


def execute(statement):
    return op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def upgrade():
    dialect = op.get_bind().dialect.name
    execute(TABLE.format(**TYPES[dialect]))
    for statement in (*INDEXES, *PROTECTED[dialect]):
        execute(statement)


class WouldBeLostError(Exception):
    """What a person has said of a sign is not thrown away: the way down ends here."""


def downgrade():
    if execute("SELECT count(*) FROM sign_findings").scalar():
        raise WouldBeLostError("sign_findings: the version before cannot keep what was said of signs")
    execute("DROP INDEX ix_contributions_sent")
    execute("DROP INDEX ix_contributions_in_som")
    op.drop_table("sign_findings")
