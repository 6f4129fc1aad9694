"""Tranche receipts: the association's own word that the money of a tranche came, beside the bank's."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import STRICT, Base, Id, Minor, Versioned, waiting_index
from models.documents import Document
from models.grants import Tranche

USUAL_FEE_PERCENT = 1
"""What a bank may keep of a transfer before finance looks into it, in percent of what was sent."""


class ReceiptWay(StrEnum):
    SCREEN = "screen"  # by a member of the association, from the own account
    SLIP = "slip"  # signed on paper, scanned by the centre


class TrancheReceipt(Versioned, Base):
    """What came of one payment (`event_id` released it), in tyiyn, and who says so.

    `said_by` is who confirmed or signed; `sha256` that of the slip's scan: one slip proves one payment. Where less came
    than was sent, `difference_reason` says why. Only what finance notes about a difference is written later.
    """

    __tablename__ = "tranche_receipts"
    __table_args__ = (
        sa.UniqueConstraint("event_id"),
        sa.UniqueConstraint("sha256"),
        sa.CheckConstraint("received > 0 AND received <= sent", name="received_within_sent"),
        sa.CheckConstraint("received = sent OR difference_reason <> ''", name="difference_explained"),
        sa.CheckConstraint(
            "(way = 'slip') = (document_id IS NOT NULL) AND (document_id IS NULL) = (sha256 IS NULL)",
            name="slip_with_scan",
        ),
        sa.CheckConstraint("said_by <> ''", name="said_by_somebody"),
        sa.CheckConstraint(
            "(seen_at IS NULL) = (seen_by_id IS NULL) AND (seen_at IS NULL) = (seen_note = '')", name="seen_whole"
        ),
        sa.CheckConstraint("seen_by_id IS NULL OR seen_by_id <> recorded_by_id", name="two_people"),
        sa.Index("ix_tranche_receipts_tranche", "tranche_id", "id"),
        waiting_index("ix_tranche_receipts_short", "id", where="seen_at IS NULL AND received < sent"),
        STRICT,
    )

    id: Mapped[Id]
    tranche_id: Mapped[int] = mapped_column(sa.ForeignKey("tranches.id"))
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("ledger_events.id"))
    way: Mapped[ReceiptWay]
    said_by: Mapped[str] = mapped_column(sa.String(200))
    sent: Mapped[Minor]
    received: Mapped[Minor]
    received_on: Mapped[date]
    difference_reason: Mapped[str] = mapped_column(sa.String(400), default="")
    document_id: Mapped[int | None] = mapped_column(sa.ForeignKey("documents.id"))
    sha256: Mapped[str | None] = mapped_column(sa.String(64))
    recorded_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    recorded_at: Mapped[datetime]
    seen_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    seen_at: Mapped[datetime | None]
    seen_note: Mapped[str] = mapped_column(sa.String(400), default="")
    tranche: Mapped[Tranche] = relationship()
    document: Mapped[Document | None] = relationship()

    @property
    def missing(self) -> int:
        """What did not come, in tyiyn."""
        return self.sent - self.received

    @property
    def is_short(self) -> bool:
        """Whether more is missing than a bank's fee: finance looks into it."""
        return self.missing * 100 > self.sent * USUAL_FEE_PERCENT

    @property
    def waits_to_be_seen(self) -> bool:
        return self.is_short and self.seen_at is None
