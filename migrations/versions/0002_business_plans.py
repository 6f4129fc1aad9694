"""Business plans: their frame, sales, running costs, financing and work steps; the month of a budget line.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade():
    kind = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(
        f"ALTER TABLE budget_lines ADD COLUMN month {kind} DEFAULT 1 NOT NULL "
        "CONSTRAINT ck_budget_lines_month_range CHECK (month BETWEEN 1 AND 24)"
    )
    _table(
        "business_plans",
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("sales_from", sa.BigInteger(), nullable=False),
        sa.Column("opening_cash", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("sales_from BETWEEN 1 AND 24", name=op.f("ck_business_plans_sales_from_range")),
        sa.CheckConstraint("opening_cash >= 0", name=op.f("ck_business_plans_opening_cash_not_negative")),
        sa.UniqueConstraint("application_id", name=op.f("uq_business_plans_application_id")),
    )
    _table(
        "sale_lines",
        sa.Column("product", sa.String(200), nullable=False),
        sa.Column("buyers", sa.String(400), nullable=False),
        sa.Column("unit", sa.String(40), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("unit_cost", sa.BigInteger(), nullable=False),
        sa.Column("volumes", JSON, nullable=False),
        sa.CheckConstraint("price > 0", name=op.f("ck_sale_lines_price_positive")),
        sa.CheckConstraint("unit_cost >= 0", name=op.f("ck_sale_lines_unit_cost_not_negative")),
    )
    _table(
        "running_costs",
        sa.Column("item", sa.String(200), nullable=False),
        sa.Column("amounts", JSON, nullable=False),
    )
    payer = sa.Enum(
        *("grant", "remittance", "community", "in_kind"),
        name="payer",
        native_enum=False,
        create_constraint=True,
        length=40,
    )
    _table(
        "financings",
        sa.Column("payer", payer, nullable=False),
        sa.Column("description", sa.String(200), nullable=False),
        sa.Column("month", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_financings_amount_positive")),
        sa.CheckConstraint("month BETWEEN 1 AND 24", name=op.f("ck_financings_month_range")),
        sa.CheckConstraint("payer <> 'in_kind'", name=op.f("ck_financings_payer_is_cash")),
    )
    _table(
        "work_steps",
        sa.Column("activity", sa.String(200), nullable=False),
        sa.Column("responsible", sa.String(200), nullable=False),
        sa.Column("first_month", sa.BigInteger(), nullable=False),
        sa.Column("last_month", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "1 <= first_month AND first_month <= last_month AND last_month <= 24",
            name=op.f("ck_work_steps_months_range"),
        ),
    )
    for table in ("sale_lines", "running_costs", "financings", "work_steps"):
        op.create_index(f"ix_{table}_application_id", table, ["application_id"])


def _table(name, *columns):
    """A table of rows that belong to an application and carry a version."""
    op.create_table(
        name,
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        *columns,
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name=op.f(f"fk_{name}_application_id_applications")
        ),
        sqlite_strict=True,
    )


def downgrade():
    for table in ("work_steps", "financings", "running_costs", "sale_lines", "business_plans"):
        op.drop_table(table)
    op.execute("ALTER TABLE budget_lines DROP COLUMN month")
