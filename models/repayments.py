"""Repayments: grant money an association did not spend and paid back. Two people; a wrong one is reversed."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import STRICT, Base, Id, Minor
from models.grants import Grant


class RepaymentStatus(StrEnum):
    RECORDED = "recorded"  # one person says so; no money has moved in the books
    CONFIRMED = "confirmed"  # another saw it at the bank: its event gives the money to the fund again
    REFUSED = "refused"
    REVERSED = "reversed"  # it was a mistake: it counts for nothing


OPEN = (RepaymentStatus.RECORDED, RepaymentStatus.CONFIRMED)
"""Those whose bank reference is taken."""


class Repayment(Base):
    """Money that came back from an association, `amount` in tyiyn; its event gives it to the fund again.

    `bank_reference_key` is the bank's reference as it is compared: one payment is booked once, and free again when it
    was refused or reversed. Those of before two people were asked have nobody who decided.
    """

    __tablename__ = "repayments"
    __table_args__ = (
        sa.CheckConstraint("amount > 0", name="amount_positive"),
        sa.CheckConstraint("reason <> ''", name="with_reason"),
        sa.CheckConstraint(  # who recorded it may take it back, not confirm it
            "status = 'refused' OR decided_by_id IS NULL OR decided_by_id <> recorded_by_id", name="two_people"
        ),
        sa.CheckConstraint("(decided_at IS NULL) = (decided_by_id IS NULL)", name="decided_by_somebody"),
        sa.CheckConstraint("status <> 'recorded' OR decided_at IS NULL", name="decided_at_a_time"),
        sa.CheckConstraint("(status IN ('confirmed', 'reversed')) = (event_id IS NOT NULL)", name="with_event"),
        sa.CheckConstraint("(status = 'refused') = (answer <> '')", name="refused_with_reason"),
        sa.CheckConstraint("(status = 'reversed') = (reversal_event_id IS NOT NULL)", name="reversed_with_event"),
        sa.CheckConstraint("(reversal_event_id IS NULL) = (reversal_reason = '')", name="reversed_with_reason"),
        sa.Index(
            "uq_repayments_bank_reference_key",
            "bank_reference_key",
            unique=True,
            sqlite_where=sa.text("status IN ('recorded', 'confirmed')"),
            postgresql_where=sa.text("status IN ('recorded', 'confirmed')"),
        ),
        sa.Index("ix_repayments_grant", "grant_id", "id"),
        sa.Index(
            "ix_repayments_waiting",
            "id",
            sqlite_where=sa.text("status = 'recorded'"),
            postgresql_where=sa.text("status = 'recorded'"),
        ),
        STRICT,
    )

    id: Mapped[Id]
    grant_id: Mapped[int] = mapped_column(sa.ForeignKey("grants.id"))
    amount: Mapped[Minor]
    paid_on: Mapped[date]
    bank_reference: Mapped[str] = mapped_column(sa.String(60))
    bank_reference_key: Mapped[str] = mapped_column(sa.String(60))
    reason: Mapped[str] = mapped_column(sa.String(400))
    status: Mapped[RepaymentStatus] = mapped_column(default=RepaymentStatus.RECORDED)
    answer: Mapped[str] = mapped_column(sa.String(400), default="")
    event_id: Mapped[int | None] = mapped_column(sa.ForeignKey("ledger_events.id"))
    recorded_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    recorded_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    reversal_event_id: Mapped[int | None] = mapped_column(sa.ForeignKey("ledger_events.id"))
    reversal_reason: Mapped[str] = mapped_column(sa.String(400), default="")

    grant: Mapped[Grant] = relationship()
