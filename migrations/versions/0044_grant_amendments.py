"""What was agreed with an association is changed by amendments: more time, or money moved within the budget.

Revision ID: 0044
Revises: 0043
"""

from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

TYPES = {
    "sqlite": {
        "id": "INTEGER", "int": "INTEGER", "code": "TEXT", "json": "TEXT", "bool": "INTEGER", "day": "TEXT",
        "at": "TEXT", "end": " STRICT",
    },
    "postgresql": {
        "id": "BIGSERIAL", "int": "BIGINT", "code": "VARCHAR(40)", "json": "JSONB", "bool": "BOOLEAN", "day": "DATE",
        "at": "TIMESTAMP WITH TIME ZONE", "end": "",
    },
}  # fmt: skip
GRANT_AMENDMENTS = """
CREATE TABLE grant_amendments (
    id {id} NOT NULL,
    grant_id {int} NOT NULL,
    sequence {int} NOT NULL,
    kind {code} NOT NULL,
    status {code} NOT NULL,
    reason TEXT NOT NULL,
    ends_before {day},
    ends_on {day},
    lines {json} NOT NULL,
    is_over_limit {bool} NOT NULL,
    proposed_by_id {int} NOT NULL,
    proposed_at {at} NOT NULL,
    decided_by_id {int},
    decided_at {at},
    answer TEXT,
    agreement_id {int},
    version INTEGER NOT NULL,
    CONSTRAINT pk_grant_amendments PRIMARY KEY (id),
    CONSTRAINT uq_grant_amendments_grant_id_sequence UNIQUE (grant_id, sequence),
    CONSTRAINT uq_grant_amendments_agreement_id UNIQUE (agreement_id),
    CONSTRAINT ck_grant_amendments_sequence_positive CHECK (sequence > 0),
    CONSTRAINT ck_grant_amendments_longer_when_extended CHECK
        ((kind = 'extension') = (ends_on IS NOT NULL) AND (ends_on IS NULL) = (ends_before IS NULL) AND
        (ends_on IS NULL OR ends_on > ends_before)),
    CONSTRAINT ck_grant_amendments_two_people CHECK
        (status <> 'approved' OR (kind = 'shift' AND NOT is_over_limit) OR decided_by_id <> proposed_by_id),
    CONSTRAINT ck_grant_amendments_approved_with_agreement CHECK ((status = 'approved') = (agreement_id IS NOT NULL)),
    CONSTRAINT ck_grant_amendments_decided_whole CHECK
        ((status = 'proposed') = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by_id IS NULL) AND
        (status IN ('refused', 'withdrawn')) = (answer IS NOT NULL)),
    CONSTRAINT fk_grant_amendments_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id),
    CONSTRAINT ck_grant_amendments_grantamendmentkind CHECK (kind IN ('extension', 'shift')),
    CONSTRAINT ck_grant_amendments_grantamendmentstatus CHECK
        (status IN ('proposed', 'approved', 'refused', 'withdrawn')),
    CONSTRAINT fk_grant_amendments_proposed_by_id FOREIGN KEY(proposed_by_id) REFERENCES users (id),
    CONSTRAINT fk_grant_amendments_decided_by_id FOREIGN KEY(decided_by_id) REFERENCES users (id),
    CONSTRAINT fk_grant_amendments_agreement_id FOREIGN KEY(agreement_id) REFERENCES agreements (id)
){end}
"""
INDEXES = (
    "CREATE UNIQUE INDEX uq_grant_amendments_open ON grant_amendments (grant_id) WHERE status = 'proposed'",
)
PROTECTED = {
    "sqlite": (
        "CREATE TRIGGER grant_amendments_no_update BEFORE UPDATE ON grant_amendments WHEN (OLD.id IS NOT NULL AND (NEW.id"
        " IS NOT OLD.id OR NEW.grant_id IS NOT OLD.grant_id OR NEW.sequence IS NOT OLD.sequence OR NEW.kind IS NOT "
        "OLD.kind OR NEW.reason IS NOT OLD.reason OR NEW.ends_before IS NOT OLD.ends_before OR NEW.ends_on IS NOT "
        "OLD.ends_on OR NEW.lines IS NOT OLD.lines OR NEW.is_over_limit IS NOT OLD.is_over_limit OR NEW.proposed_by_id IS"
        " NOT OLD.proposed_by_id OR NEW.proposed_at IS NOT OLD.proposed_at)) OR ((OLD.decided_at IS NOT NULL) AND "
        "(NEW.status IS NOT OLD.status OR NEW.decided_by_id IS NOT OLD.decided_by_id OR NEW.decided_at IS NOT "
        "OLD.decided_at OR NEW.answer IS NOT OLD.answer OR NEW.agreement_id IS NOT OLD.agreement_id)) OR EXISTS (SELECT 1"
        " FROM grant_amendments AS there WHERE there.id IS NOT NULL AND there.id <> OLD.id AND (there.id = NEW.id OR "
        "(there.grant_id = NEW.grant_id AND there.sequence = NEW.sequence))) BEGIN SELECT RAISE(ABORT, 'grant_amendments "
        "is append-only'); END",
        "CREATE TRIGGER grant_amendments_no_delete BEFORE DELETE ON grant_amendments WHEN OLD.id IS NOT NULL BEGIN SELECT"
        " RAISE(ABORT, 'grant_amendments is append-only'); END",
        "CREATE TRIGGER grant_amendments_no_replace BEFORE INSERT ON grant_amendments WHEN EXISTS (SELECT 1 FROM "
        "grant_amendments AS there WHERE there.id IS NOT NULL AND (there.id = NEW.id OR (there.grant_id = NEW.grant_id "
        "AND there.sequence = NEW.sequence))) BEGIN SELECT RAISE(ABORT, 'grant_amendments is append-only'); END",
    ),
    "postgresql": (
        "CREATE TRIGGER grant_amendments_no_change BEFORE UPDATE ON grant_amendments FOR EACH ROW WHEN (OLD.id IS NOT "
        "NULL AND (NEW.id IS DISTINCT FROM OLD.id OR NEW.grant_id IS DISTINCT FROM OLD.grant_id OR NEW.sequence IS "
        "DISTINCT FROM OLD.sequence OR NEW.kind IS DISTINCT FROM OLD.kind OR NEW.reason IS DISTINCT FROM OLD.reason OR "
        "NEW.ends_before IS DISTINCT FROM OLD.ends_before OR NEW.ends_on IS DISTINCT FROM OLD.ends_on OR NEW.lines IS "
        "DISTINCT FROM OLD.lines OR NEW.is_over_limit IS DISTINCT FROM OLD.is_over_limit OR NEW.proposed_by_id IS "
        "DISTINCT FROM OLD.proposed_by_id OR NEW.proposed_at IS DISTINCT FROM OLD.proposed_at) OR ((OLD.decided_at IS NOT"
        " NULL) AND (NEW.status IS DISTINCT FROM OLD.status OR NEW.decided_by_id IS DISTINCT FROM OLD.decided_by_id OR "
        "NEW.decided_at IS DISTINCT FROM OLD.decided_at OR NEW.answer IS DISTINCT FROM OLD.answer OR NEW.agreement_id IS "
        "DISTINCT FROM OLD.agreement_id))) EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER grant_amendments_no_delete BEFORE DELETE ON grant_amendments FOR EACH ROW WHEN (OLD.id IS NOT "
        "NULL) EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER grant_amendments_no_truncate BEFORE TRUNCATE ON grant_amendments FOR EACH STATEMENT EXECUTE "
        "FUNCTION refuse_change()",
    ),
}


def execute(statement):
    return op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def upgrade():
    dialect = op.get_bind().dialect.name
    execute(GRANT_AMENDMENTS.format(**TYPES[dialect]))
    for statement in (*INDEXES, *PROTECTED[dialect]):
        execute(statement)


class WouldBeLostError(Exception):
    """Nothing of what was agreed or happened is thrown away: the way down ends here."""


def downgrade():
    """Refused where an agreement was amended, or is to be."""
    if execute("SELECT count(*) FROM grant_amendments").scalar():
        raise WouldBeLostError("grant_amendments: changes of agreements that the version before cannot keep")
    op.drop_table("grant_amendments")
