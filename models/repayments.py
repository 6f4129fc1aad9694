"""Repayments: grant money an association did not spend and paid back. Append-only."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import STRICT, Base, Id, Minor


class Repayment(Base):
    """Money that came back from an association, `amount` in tyiyn; its event gives it to the fund again.

    `bank_reference_key` is the bank's reference as it is compared: one payment is booked once.
    """

    __tablename__ = "repayments"
    __table_args__ = (
        sa.CheckConstraint("amount > 0", name="amount_positive"),
        sa.CheckConstraint("reason <> ''", name="with_reason"),
        sa.UniqueConstraint("bank_reference_key"),
        sa.UniqueConstraint("event_id"),
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
