"""Payment batches: lists of approved tranches that a bank is asked to pay, and the payments on them."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.associations import PayoutAccount
from models.base import STRICT, Base, Id, Minor, Versioned
from models.funds import Fund
from models.grants import Tranche
from models.paying_accounts import PayingAccount


class BatchStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    SENT = "sent"
    SETTLED = "settled"
    CANCELLED = "cancelled"


class PaymentStatus(StrEnum):
    LISTED = "listed"
    SENT = "sent"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    REMOVED = "removed"
    RETURNED = "returned"


LIVE = frozenset({PaymentStatus.LISTED, PaymentStatus.SENT})
"""The states in which a payment holds its tranche: it stands on no other list and is not paid by hand."""


class PaymentBatch(Versioned, Base):
    """A list of payments of one fund from one account. Once it is closed its content (canonical JSON) stays."""

    __tablename__ = "payment_batches"
    __table_args__ = (
        sa.CheckConstraint("(content IS NULL) = (sha256 IS NULL)", name="content_with_hash"),
        sa.CheckConstraint("status = 'cancelled' OR (content IS NULL) = (status = 'open')", name="closed_with_content"),
        sa.CheckConstraint("(sent_at IS NOT NULL) = (status IN ('sent', 'settled'))", name="sent_at_a_time"),
        sa.Index("ix_payment_batches_fund", "fund_id", "id"),
        STRICT,
    )

    id: Mapped[Id]
    number: Mapped[str] = mapped_column(sa.String(20), unique=True)
    fund_id: Mapped[int] = mapped_column(sa.ForeignKey("funds.id"))
    paying_account_id: Mapped[int] = mapped_column(sa.ForeignKey("paying_accounts.id"))
    status: Mapped[BatchStatus] = mapped_column(default=BatchStatus.OPEN)
    pay_on: Mapped[date]
    content: Mapped[str | None] = mapped_column(sa.Text)
    sha256: Mapped[str | None] = mapped_column(sa.String(64))
    made_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    made_at: Mapped[datetime]
    closed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    closed_at: Mapped[datetime | None]
    sent_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    sent_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(sa.String(400), default="")
    fund: Mapped[Fund] = relationship()
    paying_account: Mapped[PayingAccount] = relationship()
    payments: Mapped[list["Payment"]] = relationship(back_populates="batch", order_by="Payment.id")

    @property
    def listed(self) -> list["Payment"]:
        """The payments on the list: those not taken off it."""
        return [one for one in self.payments if one.status is not PaymentStatus.REMOVED]

    @property
    def total(self) -> int:
        """What the list asks the bank to pay, in tyiyn."""
        return sum(one.amount for one in self.listed)


class Payment(Versioned, Base):
    """One attempt to pay a tranche through a list. What it pays and to which account never changes.

    `end_to_end_id` is the name the bank carries along: another for each attempt.
    """

    __tablename__ = "payments"
    __table_args__ = (
        sa.CheckConstraint("amount > 0", name="amount_positive"),
        sa.CheckConstraint(
            "(status IN ('confirmed', 'returned')) = (bank_reference IS NOT NULL AND value_on IS NOT NULL)",
            name="confirmed_with_reference",
        ),
        sa.CheckConstraint("status NOT IN ('failed', 'returned') OR reason <> ''", name="ended_with_reason"),
        sa.Index(
            "uq_payments_live",
            "tranche_id",
            unique=True,
            sqlite_where=sa.text("status IN ('listed', 'sent')"),
            postgresql_where=sa.text("status IN ('listed', 'sent')"),
        ),
        sa.Index("ix_payments_tranche", "tranche_id", "id"),
        sa.Index("ix_payments_batch", "batch_id", "id"),
        STRICT,
    )

    id: Mapped[Id]
    batch_id: Mapped[int] = mapped_column(sa.ForeignKey("payment_batches.id"))
    tranche_id: Mapped[int] = mapped_column(sa.ForeignKey("tranches.id"))
    payout_account_id: Mapped[int] = mapped_column(sa.ForeignKey("payout_accounts.id"))
    amount: Mapped[Minor]
    end_to_end_id: Mapped[str] = mapped_column(sa.String(35), unique=True)
    status: Mapped[PaymentStatus] = mapped_column(default=PaymentStatus.LISTED)
    listed_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    listed_at: Mapped[datetime]
    bank_reference: Mapped[str | None] = mapped_column(sa.String(60))
    value_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(sa.String(400), default="")
    ended_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]
    batch: Mapped[PaymentBatch] = relationship(back_populates="payments")
    tranche: Mapped[Tranche] = relationship()
    payout_account: Mapped[PayoutAccount] = relationship()

    @property
    def is_live(self) -> bool:
        return self.status in LIVE
