"""Purchases: something dear that is bought once its price was asked of several suppliers."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.applications import BudgetHeading
from models.base import STRICT, Base, Id, Minor, Versioned, waiting_index
from models.documents import Document
from models.grants import Grant
from models.suppliers import Supplier


class PurchaseStatus(StrEnum):
    OPEN = "open"
    CHOSEN = "chosen"
    EXCEPTION_ASKED = "exception_asked"
    EXEMPT = "exempt"


class Purchase(Versioned, Base):
    """What is to be bought for a grant, with the quotations asked for.

    It is `chosen` with enough quotations; `exempt` where two people said that one supplier alone has it. The reason
    stands where the cheapest was not taken, or why it is an exception.
    """

    __tablename__ = "purchases"
    __table_args__ = (
        sa.CheckConstraint("what <> ''", name="named"),
        sa.CheckConstraint("(status IN ('exception_asked', 'exempt')) = (asked_by_id IS NOT NULL)", name="asked_by"),
        sa.CheckConstraint("(status = 'exempt') = (allowed_by_id IS NOT NULL)", name="allowed_by"),
        sa.CheckConstraint("asked_by_id IS NULL OR reason <> ''", name="exception_has_reason"),
        sa.CheckConstraint("allowed_by_id <> asked_by_id", name="two_people"),
        sa.Index("ix_purchases_grant", "grant_id", "id"),
        waiting_index("ix_purchases_waiting", "asked_at", "id", where="status = 'exception_asked'"),
        STRICT,
    )

    id: Mapped[Id]
    grant_id: Mapped[int] = mapped_column(sa.ForeignKey("grants.id"))
    heading: Mapped[BudgetHeading]
    what: Mapped[str] = mapped_column(sa.String(200))
    status: Mapped[PurchaseStatus] = mapped_column(default=PurchaseStatus.OPEN)
    reason: Mapped[str] = mapped_column(sa.String(400), default="")
    recorded_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    recorded_at: Mapped[datetime]
    chosen_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    chosen_at: Mapped[datetime | None]
    asked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    asked_at: Mapped[datetime | None]
    allowed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    allowed_at: Mapped[datetime | None]

    grant: Mapped[Grant] = relationship()
    quotations: Mapped[list["Quotation"]] = relationship(back_populates="purchase", order_by="Quotation.id")


class Quotation(Versioned, Base):
    """What one supplier asks for a purchase, in tyiyn, with the scan of the offer; each supplier once."""

    __tablename__ = "quotations"
    __table_args__ = (
        sa.CheckConstraint("amount > 0", name="amount_positive"),
        sa.UniqueConstraint("purchase_id", "supplier_id"),
        sa.UniqueConstraint("document_id"),
        sa.Index(
            "uq_quotations_chosen",
            "purchase_id",
            unique=True,
            sqlite_where=sa.text("is_chosen = 1"),
            postgresql_where=sa.text("is_chosen"),
        ),
        STRICT,
    )

    id: Mapped[Id]
    purchase_id: Mapped[int] = mapped_column(sa.ForeignKey("purchases.id"))
    supplier_id: Mapped[int] = mapped_column(sa.ForeignKey("suppliers.id"), index=True)
    amount: Mapped[Minor]
    quoted_on: Mapped[date]
    document_id: Mapped[int] = mapped_column(sa.ForeignKey("documents.id"))
    is_chosen: Mapped[bool] = mapped_column(default=False)
    recorded_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    recorded_at: Mapped[datetime]

    purchase: Mapped[Purchase] = relationship(back_populates="quotations")
    supplier: Mapped[Supplier] = relationship()
    document: Mapped[Document] = relationship()
