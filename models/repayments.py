"""Repayments: grant money an association did not spend and paid back. A wrong one is reversed, never changed."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import STRICT, Base, Id, Minor
from models.grants import Grant


class Repayment(Base):
    """Money that came back from an association, `amount` in tyiyn; its event gives it to the fund again.

    `bank_reference_key` is the bank's reference as it is compared: one payment is booked once. `reversal_event_id`
    is set, once, when it was recorded by mistake: then it counts for nothing and may be recorded anew.
    """

    __tablename__ = "repayments"
    __table_args__ = (
        sa.CheckConstraint("amount > 0", name="amount_positive"),
        sa.CheckConstraint("reason <> ''", name="with_reason"),
        sa.Index(
            "uq_repayments_bank_reference_key",
            "bank_reference_key",
            unique=True,
            sqlite_where=sa.text("reversal_event_id IS NULL"),
            postgresql_where=sa.text("reversal_event_id IS NULL"),
        ),
        sa.CheckConstraint("(reversal_event_id IS NULL) = (reversal_reason = '')", name="reversed_with_reason"),
        sa.Index("ix_repayments_grant", "grant_id", "id"),
        STRICT,
    )

    id: Mapped[Id]
    grant_id: Mapped[int] = mapped_column(sa.ForeignKey("grants.id"))
    amount: Mapped[Minor]
    paid_on: Mapped[date]
    bank_reference: Mapped[str] = mapped_column(sa.String(60))
    bank_reference_key: Mapped[str] = mapped_column(sa.String(60))
    reason: Mapped[str] = mapped_column(sa.String(400))
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("ledger_events.id"))
    recorded_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    recorded_at: Mapped[datetime]
    reversal_event_id: Mapped[int | None] = mapped_column(sa.ForeignKey("ledger_events.id"))
    reversal_reason: Mapped[str] = mapped_column(sa.String(400), default="")

    grant: Mapped[Grant] = relationship()

    @property
    def is_reversed(self) -> bool:
        return self.reversal_event_id is not None
