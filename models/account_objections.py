"""Account objections: somebody says that a change of payout account is wrong; two people settle it."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.associations import Association, PayoutAccount
from models.base import STRICT, Base, Id, LongText, Versioned


class AccountObjectionStatus(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"  # finance has said what it found; the second person has not agreed yet
    DISMISSED = "dismissed"
    UPHELD = "upheld"


class ObjectionVerdict(StrEnum):
    DISMISS = "dismiss"  # the change stands, its pause starts anew
    UPHOLD = "uphold"  # the account before it stays


class AccountObjection(Versioned, Base):
    """An objection to a change of account holds the account until it is settled, then it stays as it is.

    `said_by` is who objects. `verdict` and `answer` are what a finance officer found, `settled_by_id` who agreed.
    """

    __tablename__ = "account_objections"
    __table_args__ = (
        sa.CheckConstraint("said_by <> '' AND reason <> ''", name="said_by_somebody"),
        sa.CheckConstraint(
            "(verdict IS NULL) = (answered_at IS NULL) AND (answered_at IS NULL) = (answered_by_id IS NULL) "
            "AND (verdict IS NULL OR answer <> '')",
            name="answered_whole",
        ),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (settled_by_id IS NULL) "
            "AND (settled_at IS NOT NULL) = (status IN ('dismissed', 'upheld'))",
            name="settled_whole",
        ),
        sa.CheckConstraint("(status = 'open') = (verdict IS NULL)", name="open_without_verdict"),
        sa.CheckConstraint(
            "(status <> 'dismissed' OR verdict = 'dismiss') AND (status <> 'upheld' OR verdict = 'uphold')",
            name="settled_as_answered",
        ),
        sa.CheckConstraint("settled_by_id IS NULL OR settled_by_id <> answered_by_id", name="two_people"),
        sa.Index(
            "uq_account_objections_open",
            "payout_account_id",
            unique=True,
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        ),
        sa.Index("ix_account_objections_account", "payout_account_id", "id"),
        STRICT,
    )

    id: Mapped[Id]
    payout_account_id: Mapped[int] = mapped_column(sa.ForeignKey("payout_accounts.id"))
    said_by: Mapped[str] = mapped_column(sa.String(200))
    reason: Mapped[LongText] = mapped_column(sa.Text)
    status: Mapped[AccountObjectionStatus] = mapped_column(default=AccountObjectionStatus.OPEN)
    raised_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    raised_at: Mapped[datetime]
    verdict: Mapped[ObjectionVerdict | None]
    answer: Mapped[LongText] = mapped_column(sa.Text, default="")
    answered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    answered_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    settled_at: Mapped[datetime | None]
    payout_account: Mapped[PayoutAccount] = relationship(back_populates="objections")

    @property
    def association(self) -> Association:
        return self.payout_account.association
