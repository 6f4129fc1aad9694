"""A running grant is ended early by two people: one proposes, another decides.

Revision ID: 0050
Revises: 0049
"""

from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE terminations (
    id {id} NOT NULL,
    grant_id {big} NOT NULL,
    status {text40} NOT NULL,
    reason {text400} NOT NULL,
    answer {text400} NOT NULL,
    freed {big},
    to_repay {big},
    proposed_by_id {big} NOT NULL,
    proposed_at {instant} NOT NULL,
    decided_by_id {big},
    decided_at {instant},
    version INTEGER NOT NULL,
    CONSTRAINT pk_terminations PRIMARY KEY (id),
    CONSTRAINT ck_terminations_with_reason CHECK (reason <> ''),
    CONSTRAINT ck_terminations_two_people CHECK (decided_by_id IS NULL OR decided_by_id <> proposed_by_id),
    CONSTRAINT ck_terminations_decided_at_a_time CHECK ((status = 'proposed') = (decided_at IS NULL)),
    CONSTRAINT ck_terminations_approved_with_sums CHECK ((status = 'approved') = (freed IS NOT NULL)),
    CONSTRAINT ck_terminations_both_sums CHECK ((freed IS NULL) = (to_repay IS NULL)),
    CONSTRAINT ck_terminations_refused_with_reason CHECK (status <> 'refused' OR answer <> ''),
    CONSTRAINT fk_terminations_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id),
    CONSTRAINT ck_terminations_terminationstatus CHECK (status IN ('proposed', 'approved', 'refused')),
    CONSTRAINT fk_terminations_proposed_by_id FOREIGN KEY(proposed_by_id) REFERENCES users (id),
    CONSTRAINT fk_terminations_decided_by_id FOREIGN KEY(decided_by_id) REFERENCES users (id)
){strict}
"""
TYPES = {
    "sqlite": {
        **{name: "TEXT" for name in ("text40", "text400", "instant")},
        **{"id": "INTEGER", "big": "INTEGER", "strict": " STRICT"},
    },
    "postgresql": {
        **{"id": "BIGSERIAL", "big": "BIGINT", "instant": "TIMESTAMP WITH TIME ZONE", "strict": ""},
        **{"text40": "VARCHAR(40)", "text400": "VARCHAR(400)"},
    },
}
TRIGGERS = {
    "sqlite": (
        "CREATE TRIGGER terminations_no_update BEFORE UPDATE ON terminations WHEN (OLD.decided_at IS NOT NULL) OR"
        " EXISTS (SELECT 1 FROM terminations AS there WHERE there.decided_at IS NOT NULL AND there.id <> OLD.id"
        " AND (there.id = NEW.id OR (there.grant_id = NEW.grant_id AND there.status <> 'refused'))) BEGIN SELECT"
        " RAISE(ABORT, 'terminations is append-only'); END",
        "CREATE TRIGGER terminations_no_delete BEFORE DELETE ON terminations WHEN OLD.decided_at IS NOT NULL BEGIN"
        " SELECT RAISE(ABORT, 'terminations is append-only'); END",
        "CREATE TRIGGER terminations_no_replace BEFORE INSERT ON terminations WHEN EXISTS (SELECT 1 FROM"
        " terminations AS there WHERE there.decided_at IS NOT NULL AND (there.id = NEW.id OR (there.grant_id ="
        " NEW.grant_id AND there.status <> 'refused'))) BEGIN SELECT RAISE(ABORT, 'terminations is append-only');"
        " END",
    ),
    "postgresql": (
        "CREATE TRIGGER terminations_no_change BEFORE UPDATE ON terminations FOR EACH ROW WHEN (OLD.decided_at IS"
        " NOT NULL AND (true)) EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER terminations_no_delete BEFORE DELETE ON terminations FOR EACH ROW WHEN (OLD.decided_at IS"
        " NOT NULL) EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER terminations_no_truncate BEFORE TRUNCATE ON terminations FOR EACH STATEMENT EXECUTE"
        " FUNCTION refuse_change()",
    ),
}


def upgrade():
    dialect = op.get_bind().dialect.name
    op.execute(TABLE.format(**TYPES[dialect]))
    op.execute("CREATE INDEX ix_terminations_grant_id ON terminations (grant_id)")
    op.execute("CREATE UNIQUE INDEX uq_terminations_standing ON terminations (grant_id) WHERE status <> 'refused'")
    for statement in TRIGGERS[dialect]:
        op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def downgrade():
    op.execute("DROP TABLE terminations")
