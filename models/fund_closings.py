"""Closing a fund: what is left goes back to its donor, proposed by one person and decided by another."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import STRICT, Base, Currency, Id, Minor, Versioned
from models.funds import Fund


class ClosingStatus(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"


class FundClosing(Versioned, Base):
    """That a fund is over. Of the `left_kgs` tyiyn it had, the programme keeps `kept_kgs` for its indirect costs.

    The rest went back to the donor: `amount` minor units of the fund's `currency`, 0 without a payment where there was
    no rest. A fund has one proposal or closing at a time.
    """

    __tablename__ = "fund_closings"
    __table_args__ = (
        sa.CheckConstraint(
            "kept_kgs >= 0 AND left_kgs >= kept_kgs AND amount >= 0 AND (amount > 0) = (left_kgs > kept_kgs)",
            name="amounts_fit",
        ),
        sa.CheckConstraint(
            "(amount = 0) = (paid_on IS NULL) AND (amount = 0) = (bank_reference_key IS NULL)",
            name="paid_with_reference",
        ),
        sa.CheckConstraint("reason <> ''", name="with_reason"),
        sa.CheckConstraint("decided_by_id IS NULL OR decided_by_id <> proposed_by_id", name="two_people"),
        sa.CheckConstraint("(status = 'proposed') = (decided_at IS NULL)", name="decided_at_a_time"),
        sa.CheckConstraint("(decided_at IS NULL) = (decided_by_id IS NULL)", name="decided_by_somebody"),
        sa.CheckConstraint(
            "(event_id IS NOT NULL) = (status = 'approved' AND left_kgs > 0)", name="money_moves_when_approved"
        ),
        sa.CheckConstraint("status <> 'refused' OR answer <> ''", name="refused_with_reason"),
        sa.UniqueConstraint("event_id"),
        sa.Index(
            "uq_fund_closings_standing",
            "fund_id",
            unique=True,
            sqlite_where=sa.text("status <> 'refused'"),
            postgresql_where=sa.text("status <> 'refused'"),
        ),
        sa.Index(
            "uq_fund_closings_reference",
            "bank_reference_key",
            unique=True,
            sqlite_where=sa.text("status <> 'refused'"),
            postgresql_where=sa.text("status <> 'refused'"),
        ),
        STRICT,
    )

    id: Mapped[Id]
    fund_id: Mapped[int] = mapped_column(sa.ForeignKey("funds.id"), index=True)
    left_kgs: Mapped[Minor]
    kept_kgs: Mapped[Minor]
    amount: Mapped[Minor]
    currency: Mapped[Currency]
    paid_on: Mapped[date | None]
    bank_reference: Mapped[str] = mapped_column(sa.String(60), default="")
    bank_reference_key: Mapped[str | None] = mapped_column(sa.String(60))
    reason: Mapped[str] = mapped_column(sa.String(400))
    status: Mapped[ClosingStatus] = mapped_column(default=ClosingStatus.PROPOSED)
    answer: Mapped[str] = mapped_column(sa.String(400), default="")
    event_id: Mapped[int | None] = mapped_column(sa.ForeignKey("ledger_events.id"))
    proposed_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    proposed_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    fund: Mapped[Fund] = relationship()

    @property
    def back_kgs(self) -> int:
        """What goes back to the donor, in tyiyn."""
        return self.left_kgs - self.kept_kgs
