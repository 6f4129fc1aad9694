"""Who signed the agreement of a grant, on the screen or on paper.

Revision ID: 0046
Revises: 0045
"""

from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

TYPES = {
    "sqlite": {
        "id": "INTEGER", "int": "INTEGER", "code": "TEXT", "s64": "TEXT", "s200": "TEXT", "json": "TEXT", "bool": "INTEGER", "day": "TEXT",
        "at": "TEXT", "end": " STRICT",
    },
    "postgresql": {
        "id": "BIGSERIAL", "int": "BIGINT", "code": "VARCHAR(40)", "s64": "VARCHAR(64)",
        "s200": "VARCHAR(200)", "json": "JSONB", "bool": "BOOLEAN", "day": "DATE",
        "at": "TIMESTAMP WITH TIME ZONE", "end": "",
    },
}  # fmt: skip
AGREEMENT_SIGNATURES = """
CREATE TABLE agreement_signatures (
    id {id} NOT NULL,
    agreement_id {int} NOT NULL,
    side {code} NOT NULL,
    name {s200} NOT NULL,
    user_id {int},
    signed_on {day} NOT NULL,
    sha256 {s64} NOT NULL,
    recorded_by_id {int} NOT NULL,
    recorded_at {at} NOT NULL,
    CONSTRAINT pk_agreement_signatures PRIMARY KEY (id),
    CONSTRAINT uq_agreement_signatures_agreement_id_side UNIQUE (agreement_id, side),
    CONSTRAINT ck_agreement_signatures_on_screen_by_oneself CHECK (user_id IS NULL OR user_id = recorded_by_id),
    CONSTRAINT ck_agreement_signatures_named CHECK (name <> ''),
    CONSTRAINT fk_agreement_signatures_agreement_id FOREIGN KEY(agreement_id) REFERENCES agreements (id),
    CONSTRAINT ck_agreement_signatures_signingside CHECK (side IN ('association', 'programme')),
    CONSTRAINT fk_agreement_signatures_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT fk_agreement_signatures_recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES users (id)
){end}
"""
PROTECTED = {
    "sqlite": (
        "CREATE TRIGGER agreement_signatures_no_update BEFORE UPDATE ON agreement_signatures BEGIN SELECT RAISE(ABORT, "
        "'agreement_signatures is append-only'); END",
        "CREATE TRIGGER agreement_signatures_no_delete BEFORE DELETE ON agreement_signatures BEGIN SELECT RAISE(ABORT, "
        "'agreement_signatures is append-only'); END",
        "CREATE TRIGGER agreement_signatures_no_replace BEFORE INSERT ON agreement_signatures WHEN EXISTS (SELECT 1 FROM "
        "agreement_signatures WHERE (id = NEW.id) OR (agreement_id = NEW.agreement_id AND side = NEW.side)) BEGIN SELECT "
        "RAISE(ABORT, 'agreement_signatures is append-only'); END",
    ),
    "postgresql": (
        "CREATE TRIGGER agreement_signatures_no_change BEFORE UPDATE OR DELETE ON agreement_signatures FOR EACH ROW "
        "EXECUTE FUNCTION refuse_change()",
        "CREATE TRIGGER agreement_signatures_no_truncate BEFORE TRUNCATE ON agreement_signatures FOR EACH STATEMENT "
        "EXECUTE FUNCTION refuse_change()",
    ),
}


def execute(statement):
    return op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def upgrade():
    dialect = op.get_bind().dialect.name
    execute(AGREEMENT_SIGNATURES.format(**TYPES[dialect]))
    for statement in PROTECTED[dialect]:
        execute(statement)


class WouldBeLostError(Exception):
    """Nothing of what was agreed or happened is thrown away: the way down ends here."""


def downgrade():
    """Refused where somebody signed on the screen: on paper the scan still says it."""
    if execute("SELECT count(*) FROM agreement_signatures WHERE user_id IS NOT NULL").scalar():
        raise WouldBeLostError("agreement_signatures: agreements signed on the screen, which the version before cannot keep")
    op.drop_table("agreement_signatures")
