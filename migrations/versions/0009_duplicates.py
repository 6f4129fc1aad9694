"""What submissions are compared by, and what the secretary said of pairs that are alike, append-only.

`flask init` keeps what submissions from before are compared by.

Revision ID: 0009
Revises: 0012
"""

from alembic import op

revision = "0009"
down_revision = "0012"
branch_labels = None
depends_on = None

STATEMENTS = {
    "sqlite": (
        """
CREATE TABLE submitted_texts (
    application_id INTEGER NOT NULL,
    shingles BLOB NOT NULL,
    taken_at TEXT NOT NULL,
    CONSTRAINT pk_submitted_texts PRIMARY KEY (application_id),
    CONSTRAINT fk_submitted_texts_application_id FOREIGN KEY(application_id) REFERENCES applications (id)
)
 STRICT
""",
        """
CREATE TABLE submission_marks (
    mark INTEGER NOT NULL,
    application_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    CONSTRAINT pk_submission_marks PRIMARY KEY (mark, application_id),
    CONSTRAINT fk_submission_marks_application_id FOREIGN KEY(application_id) REFERENCES applications (id),
    CONSTRAINT ck_submission_marks_markkind CHECK (kind IN ('text', 'pin', 'phone', 'name', 'remitter'))
)
 STRICT
""",
        "CREATE INDEX ix_submission_marks_application_id ON submission_marks (application_id)",
        """
CREATE TABLE duplicate_findings (
    id INTEGER NOT NULL,
    application_id INTEGER NOT NULL,
    other_id INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    reason TEXT NOT NULL,
    likeness INTEGER NOT NULL,
    evidence TEXT NOT NULL,
    found_by_id INTEGER NOT NULL,
    found_at TEXT NOT NULL,
    CONSTRAINT pk_duplicate_findings PRIMARY KEY (id),
    CONSTRAINT uq_duplicate_findings_application_id_other_id UNIQUE (application_id, other_id),
    CONSTRAINT ck_duplicate_findings_later_first CHECK (other_id < application_id),
    CONSTRAINT ck_duplicate_findings_likeness_percent CHECK (likeness BETWEEN 0 AND 100),
    CONSTRAINT fk_duplicate_findings_application_id FOREIGN KEY(application_id) REFERENCES applications (id),
    CONSTRAINT fk_duplicate_findings_other_id FOREIGN KEY(other_id) REFERENCES applications (id),
    CONSTRAINT ck_duplicate_findings_duplicateverdict CHECK (verdict IN ('confirmed', 'false_alarm')),
    CONSTRAINT fk_duplicate_findings_found_by_id FOREIGN KEY(found_by_id) REFERENCES users (id)
)
 STRICT
""",
        "CREATE INDEX ix_duplicate_findings_other_id ON duplicate_findings (other_id)",
        "CREATE TRIGGER duplicate_findings_no_update BEFORE UPDATE ON duplicate_findings BEGIN SELECT "
        "RAISE(ABORT, 'duplicate_findings is append-only'); END",
        "CREATE TRIGGER duplicate_findings_no_delete BEFORE DELETE ON duplicate_findings BEGIN SELECT "
        "RAISE(ABORT, 'duplicate_findings is append-only'); END",
        "CREATE TRIGGER duplicate_findings_no_replace BEFORE INSERT ON duplicate_findings WHEN EXISTS (SELECT "
        "1 FROM duplicate_findings WHERE (id = NEW.id) OR (application_id = NEW.application_id AND other_id = "
        "NEW.other_id)) BEGIN SELECT RAISE(ABORT, 'duplicate_findings is append-only'); END",
    ),
    "postgresql": (
        """
CREATE TABLE submitted_texts (
    application_id BIGINT NOT NULL,
    shingles BYTEA NOT NULL,
    taken_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_submitted_texts PRIMARY KEY (application_id),
    CONSTRAINT fk_submitted_texts_application_id FOREIGN KEY(application_id) REFERENCES applications (id)
)
""",
        """
CREATE TABLE submission_marks (
    mark BIGINT NOT NULL,
    application_id BIGINT NOT NULL,
    kind VARCHAR(40) NOT NULL,
    CONSTRAINT pk_submission_marks PRIMARY KEY (mark, application_id),
    CONSTRAINT fk_submission_marks_application_id FOREIGN KEY(application_id) REFERENCES applications (id),
    CONSTRAINT ck_submission_marks_markkind CHECK (kind IN ('text', 'pin', 'phone', 'name', 'remitter'))
)
""",
        "CREATE INDEX ix_submission_marks_application_id ON submission_marks (application_id)",
        """
CREATE TABLE duplicate_findings (
    id BIGSERIAL NOT NULL,
    application_id BIGINT NOT NULL,
    other_id BIGINT NOT NULL,
    verdict VARCHAR(40) NOT NULL,
    reason TEXT NOT NULL,
    likeness BIGINT NOT NULL,
    evidence VARCHAR(400) NOT NULL,
    found_by_id BIGINT NOT NULL,
    found_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_duplicate_findings PRIMARY KEY (id),
    CONSTRAINT uq_duplicate_findings_application_id_other_id UNIQUE (application_id, other_id),
    CONSTRAINT ck_duplicate_findings_later_first CHECK (other_id < application_id),
    CONSTRAINT ck_duplicate_findings_likeness_percent CHECK (likeness BETWEEN 0 AND 100),
    CONSTRAINT fk_duplicate_findings_application_id FOREIGN KEY(application_id) REFERENCES applications (id),
    CONSTRAINT fk_duplicate_findings_other_id FOREIGN KEY(other_id) REFERENCES applications (id),
    CONSTRAINT ck_duplicate_findings_duplicateverdict CHECK (verdict IN ('confirmed', 'false_alarm')),
    CONSTRAINT fk_duplicate_findings_found_by_id FOREIGN KEY(found_by_id) REFERENCES users (id)
)
""",
        "CREATE INDEX ix_duplicate_findings_other_id ON duplicate_findings (other_id)",
        "CREATE TRIGGER duplicate_findings_no_change BEFORE UPDATE OR DELETE ON duplicate_findings FOR EACH "
        "ROW EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER duplicate_findings_no_truncate BEFORE TRUNCATE ON duplicate_findings FOR EACH "
        "STATEMENT EXECUTE FUNCTION refuse_change()",
    ),
}


def upgrade() -> None:
    for statement in STATEMENTS[op.get_bind().dialect.name]:
        op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def downgrade() -> None:
    for table in ("duplicate_findings", "submission_marks", "submitted_texts"):
        op.drop_table(table)
