"""Expenditures: what the association spent, line by line, accepted by finance."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.applications import BudgetLine, Payer
from models.base import STRICT, Base, Id, Minor, Versioned
from models.grants import Grant


class ExpenditureStatus(StrEnum):
    RECORDED = "recorded"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class Expenditure(Versioned, Base):
    """One paid document. `amount` in tyiyn; the heading is the budget line's. A supplier's document counts once."""

    __tablename__ = "expenditures"
    __table_args__ = (
        sa.CheckConstraint("amount > 0", name="amount_positive"),
        sa.CheckConstraint("accepted_by_id IS NULL OR accepted_by_id <> recorded_by_id", name="two_people"),
        sa.CheckConstraint("(accepted_at IS NULL) = (event_id IS NULL)", name="accepted_with_event"),
        sa.Index(
            "uq_expenditures_document",
            "supplier_key",
            "document_key",
            unique=True,
            sqlite_where=sa.text("status <> 'refused'"),
            postgresql_where=sa.text("status <> 'refused'"),
        ),
        STRICT,
    )

    id: Mapped[Id]
    grant_id: Mapped[int] = mapped_column(sa.ForeignKey("grants.id"), index=True)
    budget_line_id: Mapped[int] = mapped_column(sa.ForeignKey("budget_lines.id"), index=True)
    title: Mapped[str] = mapped_column(sa.String(200))
    payer: Mapped[Payer]
    amount: Mapped[Minor]
    paid_on: Mapped[date]
    supplier: Mapped[str] = mapped_column(sa.String(200))
    supplier_key: Mapped[str] = mapped_column(sa.String(200))
    document_number: Mapped[str] = mapped_column(sa.String(60))
    document_key: Mapped[str] = mapped_column(sa.String(60))
    status: Mapped[ExpenditureStatus] = mapped_column(default=ExpenditureStatus.RECORDED)
    recorded_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    recorded_at: Mapped[datetime]
    accepted_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    accepted_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(sa.String(400), default="")
    event_id: Mapped[int | None] = mapped_column(sa.ForeignKey("ledger_events.id"))
    grant: Mapped[Grant] = relationship()
    budget_line: Mapped[BudgetLine] = relationship()
