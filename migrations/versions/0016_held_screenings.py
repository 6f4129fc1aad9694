"""Findings of the secretary for many applications at once, held until they are sent.

Revision ID: 0016
Revises: 0015
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

STATEMENTS = {
    "sqlite": (
        """
CREATE TABLE screening_batches (
    id INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT NOT NULL,
    parts TEXT NOT NULL,
    held_by_id INTEGER NOT NULL,
    held_at TEXT NOT NULL,
    CONSTRAINT pk_screening_batches PRIMARY KEY (id),
    CONSTRAINT ck_screening_batches_screeningoutcome CHECK (outcome IN ('eligible', 'ineligible', 'returned')),
    CONSTRAINT fk_screening_batches_held_by_id FOREIGN KEY(held_by_id) REFERENCES users (id)
)
 STRICT
""",
        """
CREATE TABLE held_screenings (
    id INTEGER NOT NULL,
    batch_id INTEGER NOT NULL,
    application_id INTEGER NOT NULL,
    submitted_at TEXT,
    status TEXT NOT NULL,
    problem TEXT NOT NULL,
    settled_by_id INTEGER,
    settled_at TEXT,
    version INTEGER NOT NULL,
    CONSTRAINT pk_held_screenings PRIMARY KEY (id),
    CONSTRAINT ck_held_screenings_settled_or_held CHECK ((status = 'held') = (settled_at IS NULL)),
    CONSTRAINT fk_held_screenings_batch_id FOREIGN KEY(batch_id) REFERENCES screening_batches (id),
    CONSTRAINT fk_held_screenings_application_id FOREIGN KEY(application_id) REFERENCES applications (id),
    CONSTRAINT ck_held_screenings_heldstatus CHECK (status IN ('held', 'sent', 'undone', 'left_out')),
    CONSTRAINT fk_held_screenings_settled_by_id FOREIGN KEY(settled_by_id) REFERENCES users (id)
)
 STRICT
""",
        "CREATE INDEX ix_held_screenings_application_id ON held_screenings (application_id)",
        "CREATE INDEX ix_held_screenings_batch_id ON held_screenings (batch_id)",
        "CREATE UNIQUE INDEX uq_held_screenings_one_an_application ON held_screenings (application_id) WHERE status = 'held'",
    ),
    "postgresql": (
        """
CREATE TABLE screening_batches (
    id BIGSERIAL NOT NULL,
    outcome VARCHAR(40) NOT NULL,
    reason TEXT NOT NULL,
    parts JSONB NOT NULL,
    held_by_id BIGINT NOT NULL,
    held_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_screening_batches PRIMARY KEY (id),
    CONSTRAINT ck_screening_batches_screeningoutcome CHECK (outcome IN ('eligible', 'ineligible', 'returned')),
    CONSTRAINT fk_screening_batches_held_by_id FOREIGN KEY(held_by_id) REFERENCES users (id)
)
""",
        """
CREATE TABLE held_screenings (
    id BIGSERIAL NOT NULL,
    batch_id BIGINT NOT NULL,
    application_id BIGINT NOT NULL,
    submitted_at TIMESTAMP WITH TIME ZONE,
    status VARCHAR(40) NOT NULL,
    problem JSONB NOT NULL,
    settled_by_id BIGINT,
    settled_at TIMESTAMP WITH TIME ZONE,
    version INTEGER NOT NULL,
    CONSTRAINT pk_held_screenings PRIMARY KEY (id),
    CONSTRAINT ck_held_screenings_settled_or_held CHECK ((status = 'held') = (settled_at IS NULL)),
    CONSTRAINT fk_held_screenings_batch_id FOREIGN KEY(batch_id) REFERENCES screening_batches (id),
    CONSTRAINT fk_held_screenings_application_id FOREIGN KEY(application_id) REFERENCES applications (id),
    CONSTRAINT ck_held_screenings_heldstatus CHECK (status IN ('held', 'sent', 'undone', 'left_out')),
    CONSTRAINT fk_held_screenings_settled_by_id FOREIGN KEY(settled_by_id) REFERENCES users (id)
)
""",
        "CREATE INDEX ix_held_screenings_application_id ON held_screenings (application_id)",
        "CREATE INDEX ix_held_screenings_batch_id ON held_screenings (batch_id)",
        "CREATE UNIQUE INDEX uq_held_screenings_one_an_application ON held_screenings (application_id) WHERE status = 'held'",
    ),
}


def upgrade():
    for statement in STATEMENTS[op.get_bind().dialect.name]:
        op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)


def downgrade():
    for table in ("held_screenings", "screening_batches"):
        op.drop_table(table)
