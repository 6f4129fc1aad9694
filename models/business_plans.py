"""The business plan behind a budget: what is sold, what it costs to run, who brings the money when, and the work plan.

Months are numbers from 1, the first month of the plan. Amounts in tyiyn.
"""

from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.applications import Payer
from models.base import STRICT, Base, Id, Json, Minor, Versioned


class BusinessPlan(Versioned, Base):
    """The frame of an application's plan.

    `starts_on` is the first day of month 1, `sales_from` the month in which the business begins to sell;
    `opening_cash` is money the association has in hand for it before, outside the budget.
    """

    __tablename__ = "business_plans"
    __table_args__ = (
        sa.CheckConstraint("sales_from BETWEEN 1 AND 24", name="sales_from_range"),
        sa.CheckConstraint("opening_cash >= 0", name="opening_cash_not_negative"),
        STRICT,
    )

    id: Mapped[Id]
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("applications.id"), unique=True)
    starts_on: Mapped[date]
    sales_from: Mapped[int]
    opening_cash: Mapped[Minor] = mapped_column(default=0)


class SaleLine(Versioned, Base):
    """One product: to whom, at what price, what making one costs; `volumes` are twelve decimals, January first."""

    __tablename__ = "sale_lines"
    __table_args__ = (
        sa.CheckConstraint("price > 0", name="price_positive"),
        sa.CheckConstraint("unit_cost >= 0", name="unit_cost_not_negative"),
        STRICT,
    )

    id: Mapped[Id]
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("applications.id"), index=True)
    product: Mapped[str] = mapped_column(sa.String(200))
    buyers: Mapped[str] = mapped_column(sa.String(400))
    unit: Mapped[str] = mapped_column(sa.String(40))
    price: Mapped[Minor]
    unit_cost: Mapped[Minor] = mapped_column(default=0)
    volumes: Mapped[Json]

    @property
    def by_month(self) -> tuple[Decimal, ...]:
        return tuple(Decimal(volume) for volume in self.volumes)


class RunningCost(Versioned, Base):
    """What has to be paid whether anything is sold or not; `amounts` are twelve, January first."""

    __tablename__ = "running_costs"
    __table_args__ = (STRICT,)

    id: Mapped[Id]
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("applications.id"), index=True)
    item: Mapped[str] = mapped_column(sa.String(200))
    amounts: Mapped[Json]


class Financing(Versioned, Base):
    """Money expected for the budget: from whom and in which month."""

    __tablename__ = "financings"
    __table_args__ = (
        sa.CheckConstraint("amount > 0", name="amount_positive"),
        sa.CheckConstraint("month BETWEEN 1 AND 24", name="month_range"),
        sa.CheckConstraint("payer <> 'in_kind'", name="payer_is_cash"),
        STRICT,
    )

    id: Mapped[Id]
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("applications.id"), index=True)
    payer: Mapped[Payer]
    description: Mapped[str] = mapped_column(sa.String(200))
    month: Mapped[int]
    amount: Mapped[Minor]


class WorkStep(Versioned, Base):
    """One activity of the work plan, from its first month to its last."""

    __tablename__ = "work_steps"
    __table_args__ = (
        sa.CheckConstraint("1 <= first_month AND first_month <= last_month AND last_month <= 24", name="months_range"),
        STRICT,
    )

    id: Mapped[Id]
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("applications.id"), index=True)
    activity: Mapped[str] = mapped_column(sa.String(200))
    responsible: Mapped[str] = mapped_column(sa.String(200), default="")
    first_month: Mapped[int]
    last_month: Mapped[int]
