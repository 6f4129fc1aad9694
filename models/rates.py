"""Exchange rates to the som. Entered by one person, approved by another, never edited; a wrong one ends.

`RateFetch` keeps how the last attempt to fetch rates of a source ended.
"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import STRICT, Base, Currency, Id, Json, waiting_index


class RateSource(StrEnum):
    NBKR_DAILY = "nbkr_daily"
    NBKR_WEEKLY = "nbkr_weekly"
    INFOREURO = "inforeuro"
    BANK = "bank"
    MANUAL = "manual"


class RateState(StrEnum):
    """Told by the days of a rate, not kept."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


STANDS = "ended_at IS NULL"


class ExchangeRate(Base):
    """`value` som for `nominal` units of `currency`, valid from `valid_on`.

    Nobody entered what was fetched from the National Bank. A rate that ended before it was approved was refused, else
    it was withdrawn: it counts for nothing new, and what used it stays as it is.
    """

    __tablename__ = "exchange_rates"
    __table_args__ = (
        sa.CheckConstraint("nominal > 0", name="nominal_positive"),
        sa.CheckConstraint("approved_by_id IS NULL OR approved_by_id <> entered_by_id", name="two_people"),
        sa.CheckConstraint("(approved_at IS NULL) = (approved_by_id IS NULL)", name="approved_by_somebody"),
        sa.CheckConstraint("entered_by_id IS NOT NULL OR source IN ('nbkr_daily', 'nbkr_weekly')", name="who_entered"),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by_id IS NULL)", name="ended_by_somebody"),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_reason IS NULL)", name="ended_for_a_reason"),
        sa.CheckConstraint("ended_by_id IS NULL OR ended_by_id <> approved_by_id", name="withdrawn_by_another"),
        sa.Index(
            "uq_exchange_rates_standing",
            "currency",
            "valid_on",
            "source",
            unique=True,
            sqlite_where=sa.text(STANDS),
            postgresql_where=sa.text(STANDS),
        ),
        sa.Index("ix_exchange_rates_valid_on", "valid_on", "id"),
        waiting_index("ix_exchange_rates_waiting", "id", where="approved_at IS NULL AND ended_at IS NULL"),
        STRICT,
    )

    id: Mapped[Id]
    currency: Mapped[Currency]
    valid_on: Mapped[date]
    nominal: Mapped[int]
    value: Mapped[Decimal]
    source: Mapped[RateSource]
    source_note: Mapped[str] = mapped_column(sa.String(200), default="")
    entered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    entered_at: Mapped[datetime]
    approved_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    approved_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[str | None]

    @property
    def is_approved(self) -> bool:
        return self.approved_at is not None

    @property
    def state(self) -> RateState:
        if self.ended_at is not None:
            return RateState.WITHDRAWN if self.is_approved else RateState.REFUSED
        return RateState.APPROVED if self.is_approved else RateState.WAITING

    @property
    def unit_value(self) -> Decimal:
        """Som for one unit, unrounded: for pictures and comparisons. Money is converted by value and nominal."""
        return self.value / self.nominal


class RateFetch(Base):
    """The last attempt to fetch the rates of a source: one row a source, written anew each time.

    `problem` is a message id and empty when it went well; `parameters` are its JSON. `day` and `count` say of which
    day rates came last and how many were new.
    """

    __tablename__ = "rate_fetches"
    __table_args__ = (
        sa.CheckConstraint("source IN ('nbkr_daily', 'nbkr_weekly')", name="of_the_national_bank"),
        STRICT,
    )

    id: Mapped[Id]
    source: Mapped[RateSource] = mapped_column(unique=True)
    attempted_at: Mapped[datetime]
    problem: Mapped[str] = mapped_column(default="")
    parameters: Mapped[Json] = mapped_column(default=dict)
    succeeded_at: Mapped[datetime | None]
    day: Mapped[date | None]
    count: Mapped[int] = mapped_column(default=0)
