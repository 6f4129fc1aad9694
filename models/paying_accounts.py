"""Paying accounts: the programme's own bank accounts, from which a fund's tranches are paid."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import STRICT, Base, Id, Versioned
from models.funds import Fund


class PayingAccount(Versioned, Base):
    """The account a fund is paid from. One officer proposes it, another confirms it; a fund has one at a time."""

    __tablename__ = "paying_accounts"
    __table_args__ = (
        sa.CheckConstraint("confirmed_by_id IS NULL OR confirmed_by_id <> proposed_by_id", name="two_people"),
        sa.CheckConstraint("(confirmed_by_id IS NULL) = (confirmed_at IS NULL)", name="confirmed_by_somebody"),
        sa.Index(
            "uq_paying_accounts_current",
            "fund_id",
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL AND confirmed_at IS NOT NULL"),
            postgresql_where=sa.text("closed_at IS NULL AND confirmed_at IS NOT NULL"),
        ),
        sa.Index("ix_paying_accounts_fund", "fund_id", "id"),
        STRICT,
    )

    id: Mapped[Id]
    fund_id: Mapped[int] = mapped_column(sa.ForeignKey("funds.id"))
    bank: Mapped[str] = mapped_column(sa.String(120))
    bank_code: Mapped[str] = mapped_column(sa.String(11), default="")
    number: Mapped[str] = mapped_column(sa.String(40))
    holder: Mapped[str] = mapped_column(sa.String(200))
    proposed_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    proposed_at: Mapped[datetime]
    confirmed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    confirmed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    fund: Mapped[Fund] = relationship()

    @property
    def is_current(self) -> bool:
        return self.confirmed_at is not None and self.closed_at is None

    @property
    def is_open(self) -> bool:
        """Whether the proposal waits for the second officer."""
        return self.confirmed_at is None and self.closed_at is None
