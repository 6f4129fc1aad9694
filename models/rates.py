"""Exchange rates to the som. Entered by one person, approved by another, never edited."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import STRICT, Base, Currency, Id


class RateSource(StrEnum):
    NBKR_DAILY = "nbkr_daily"
    NBKR_WEEKLY = "nbkr_weekly"
    INFOREURO = "inforeuro"
    BANK = "bank"
    MANUAL = "manual"


class ExchangeRate(Base):
    """`value` som for `nominal` units of `currency`, valid from `valid_on`."""

    __tablename__ = "exchange_rates"
    __table_args__ = (
        sa.CheckConstraint("nominal > 0", name="nominal_positive"),
        sa.CheckConstraint("approved_by_id IS NULL OR approved_by_id <> entered_by_id", name="two_people"),
        sa.UniqueConstraint("currency", "valid_on", "source"),
        STRICT,
    )

    id: Mapped[Id]
    currency: Mapped[Currency]
    valid_on: Mapped[date]
    nominal: Mapped[int]
    value: Mapped[Decimal]
    source: Mapped[RateSource]
    source_note: Mapped[str] = mapped_column(sa.String(200), default="")
    entered_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    entered_at: Mapped[datetime]
    approved_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    approved_at: Mapped[datetime | None]

    @property
    def is_approved(self) -> bool:
        return self.approved_at is not None
