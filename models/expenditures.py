"""Expenditures: what the association spent, line by line, accepted by finance."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.applications import BudgetLine, Payer
from models.base import STRICT, Base, Id, Json, Minor, Versioned, waiting_index
from models.grants import Grant
from models.purchases import Purchase
from models.suppliers import Supplier


class ExpenditureStatus(StrEnum):
    RECORDED = "recorded"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class Expenditure(Versioned, Base):
    """One paid document. `amount` in tyiyn; the heading is the budget line's. A supplier's document counts once.

    One payer a row, that of the budget line. `quantity`, in units of the budget line, is how much was bought where
    that is known. `accepted_amount` is what finance accepted of it: less than was claimed has a reason. `seen_flags`
    lists what was flagged (`SupplierFlag`) when finance looked at it, `seen_reason` why it may be accepted.
    """

    __tablename__ = "expenditures"
    __table_args__ = (
        sa.CheckConstraint("amount > 0", name="amount_positive"),
        sa.CheckConstraint("accepted_by_id IS NULL OR accepted_by_id <> recorded_by_id", name="two_people"),
        sa.CheckConstraint("(accepted_at IS NULL) = (event_id IS NULL)", name="accepted_with_event"),
        sa.CheckConstraint("(accepted_amount IS NULL) = (event_id IS NULL)", name="accepted_amount_with_event"),
        sa.CheckConstraint("accepted_amount > 0 AND accepted_amount <= amount", name="accepted_within_claimed"),
        sa.CheckConstraint("accepted_amount >= amount OR reason <> ''", name="part_has_reason"),
        sa.CheckConstraint("(seen_at IS NULL) = (seen_by_id IS NULL)", name="seen_by_somebody"),
        sa.CheckConstraint("(seen_at IS NULL) = (seen_reason = '')", name="seen_for_a_reason"),
        sa.Index(
            "uq_expenditures_document",
            "supplier_id",
            "document_key",
            unique=True,
            sqlite_where=sa.text("status <> 'refused'"),
            postgresql_where=sa.text("status <> 'refused'"),
        ),
        waiting_index("ix_expenditures_waiting", "id", where="status = 'recorded'"),
        STRICT,
    )

    id: Mapped[Id]
    grant_id: Mapped[int] = mapped_column(sa.ForeignKey("grants.id"), index=True)
    budget_line_id: Mapped[int] = mapped_column(sa.ForeignKey("budget_lines.id"), index=True)
    title: Mapped[str] = mapped_column(sa.String(200))
    payer: Mapped[Payer]
    amount: Mapped[Minor]
    paid_on: Mapped[date]
    quantity: Mapped[Decimal | None]
    supplier_id: Mapped[int] = mapped_column(sa.ForeignKey("suppliers.id"), index=True)
    purchase_id: Mapped[int | None] = mapped_column(sa.ForeignKey("purchases.id"), index=True)
    document_number: Mapped[str] = mapped_column(sa.String(60))
    document_key: Mapped[str] = mapped_column(sa.String(60))
    status: Mapped[ExpenditureStatus] = mapped_column(default=ExpenditureStatus.RECORDED)
    recorded_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    recorded_at: Mapped[datetime]
    accepted_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    accepted_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(sa.String(400), default="")
    event_id: Mapped[int | None] = mapped_column(sa.ForeignKey("ledger_events.id"))
    accepted_amount: Mapped[int | None]
    seen_flags: Mapped[Json] = mapped_column(default=list)
    seen_reason: Mapped[str] = mapped_column(sa.String(400), default="")
    seen_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    seen_at: Mapped[datetime | None]
    grant: Mapped[Grant] = relationship()
    supplier: Mapped[Supplier] = relationship()
    purchase: Mapped[Purchase | None] = relationship()
    budget_line: Mapped[BudgetLine] = relationship()

    @property
    def counted(self) -> int:
        """What counts of it in tyiyn: what was accepted, else what is claimed; nothing once it is refused."""
        if self.status is ExpenditureStatus.REFUSED:
            return 0
        return self.amount if self.accepted_amount is None else self.accepted_amount


COUNTED = sa.func.coalesce(Expenditure.accepted_amount, Expenditure.amount)
"""The same of a row that is not refused, for queries."""
