"""Who benefits from an application, counted.

Revision ID: 0017
Revises: 0016
"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

STATEMENTS = {
    "sqlite": (
        """
CREATE TABLE beneficiaries (
    id INTEGER NOT NULL,
    application_id INTEGER NOT NULL,
    women INTEGER NOT NULL,
    men INTEGER NOT NULL,
    young INTEGER NOT NULL,
    migrant_families INTEGER NOT NULL,
    returnees INTEGER NOT NULL,
    disabled INTEGER NOT NULL,
    households INTEGER NOT NULL,
    counted_by_id INTEGER NOT NULL,
    counted_at TEXT NOT NULL,
    version INTEGER NOT NULL,
    CONSTRAINT pk_beneficiaries PRIMARY KEY (id),
    CONSTRAINT ck_beneficiaries_somebody_benefits CHECK (women >= 0 AND men >= 0 AND women + men > 0),
    CONSTRAINT ck_beneficiaries_households_fit CHECK (households BETWEEN 1 AND women + men),
    CONSTRAINT ck_beneficiaries_young_fit CHECK (young BETWEEN 0 AND women + men),
    CONSTRAINT ck_beneficiaries_migrant_families_fit CHECK (migrant_families BETWEEN 0 AND women + men),
    CONSTRAINT ck_beneficiaries_returnees_fit CHECK (returnees BETWEEN 0 AND women + men),
    CONSTRAINT ck_beneficiaries_disabled_fit CHECK (disabled BETWEEN 0 AND women + men),
    CONSTRAINT uq_beneficiaries_application_id UNIQUE (application_id),
    CONSTRAINT fk_beneficiaries_application_id FOREIGN KEY(application_id) REFERENCES applications (id),
    CONSTRAINT fk_beneficiaries_counted_by_id FOREIGN KEY(counted_by_id) REFERENCES users (id)
)
 STRICT
""",
    ),
    "postgresql": (
        """
CREATE TABLE beneficiaries (
    id BIGSERIAL NOT NULL,
    application_id BIGINT NOT NULL,
    women BIGINT NOT NULL,
    men BIGINT NOT NULL,
    young BIGINT NOT NULL,
    migrant_families BIGINT NOT NULL,
    returnees BIGINT NOT NULL,
    disabled BIGINT NOT NULL,
    households BIGINT NOT NULL,
    counted_by_id BIGINT NOT NULL,
    counted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    version INTEGER NOT NULL,
    CONSTRAINT pk_beneficiaries PRIMARY KEY (id),
    CONSTRAINT ck_beneficiaries_somebody_benefits CHECK (women >= 0 AND men >= 0 AND women + men > 0),
    CONSTRAINT ck_beneficiaries_households_fit CHECK (households BETWEEN 1 AND women + men),
    CONSTRAINT ck_beneficiaries_young_fit CHECK (young BETWEEN 0 AND women + men),
    CONSTRAINT ck_beneficiaries_migrant_families_fit CHECK (migrant_families BETWEEN 0 AND women + men),
    CONSTRAINT ck_beneficiaries_returnees_fit CHECK (returnees BETWEEN 0 AND women + men),
    CONSTRAINT ck_beneficiaries_disabled_fit CHECK (disabled BETWEEN 0 AND women + men),
    CONSTRAINT uq_beneficiaries_application_id UNIQUE (application_id),
    CONSTRAINT fk_beneficiaries_application_id FOREIGN KEY(application_id) REFERENCES applications (id),
    CONSTRAINT fk_beneficiaries_counted_by_id FOREIGN KEY(counted_by_id) REFERENCES users (id)
)
""",
    ),
}


def upgrade():
    for statement in STATEMENTS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade():
    op.execute("DROP TABLE beneficiaries")
