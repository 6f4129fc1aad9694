"""Village meetings as records, and the quorum each call asks of them.

Revision ID: 0006
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0007"
branch_labels = None
depends_on = None

COUNT, TEXT = {"sqlite": "INTEGER", "postgresql": "BIGINT"}, {"sqlite": "TEXT", "postgresql": "VARCHAR(40)"}


def upgrade():
    dialect = op.get_bind().dialect.name
    op.execute(
        f"ALTER TABLE calls ADD COLUMN quorum_percent {COUNT[dialect]} DEFAULT 50 NOT NULL "
        "CONSTRAINT ck_calls_quorum_percent_range CHECK (quorum_percent BETWEEN 1 AND 100)"
    )
    op.execute(
        f"ALTER TABLE calls ADD COLUMN quorum_of {TEXT[dialect]} DEFAULT 'households' NOT NULL "
        "CONSTRAINT ck_calls_quorumof CHECK (quorum_of IN ('households', 'adults'))"
    )
    numbers = ("women", "men", "households", "entitled", "votes_for", "votes_against", "abstentions")
    op.create_table(
        "meetings",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        *(sa.Column(name, sa.String(200), nullable=False) for name in ("place", "led_by", "written_by")),
        *(sa.Column(name, sa.BigInteger(), nullable=name == "households") for name in numbers),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("recorded_by_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetings")),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"], name=op.f("fk_meetings_application_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["users.id"], name=op.f("fk_meetings_recorded_by_id")),
        sa.UniqueConstraint("application_id", name=op.f("uq_meetings_application_id")),
        sa.CheckConstraint("women >= 0 AND men >= 0 AND women + men > 0", name=op.f("ck_meetings_somebody_came")),
        sa.CheckConstraint(
            "households IS NULL OR households BETWEEN 1 AND women + men", name=op.f("ck_meetings_households_came")
        ),
        sa.CheckConstraint("entitled > 0", name=op.f("ck_meetings_entitled_positive")),
        sa.CheckConstraint(
            "votes_for >= 0 AND votes_against >= 0 AND abstentions >= 0", name=op.f("ck_meetings_votes_not_negative")
        ),
        sa.CheckConstraint(
            "votes_for + votes_against + abstentions = women + men", name=op.f("ck_meetings_votes_add_up")
        ),
        sqlite_strict=True,
    )


def downgrade():
    op.drop_table("meetings")
    for column in ("quorum_of", "quorum_percent"):
        op.execute(f"ALTER TABLE calls DROP COLUMN {column}")
