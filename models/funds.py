"""Donors, their funds and the instalments received."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import STRICT, Base, Currency, Id, Json, Minor, NamedInThree, Versioned
from models.rates import ExchangeRate


class Emblem(StrEnum):
    """Which emblem a donor's papers carry."""

    EU = "eu"
    NONE = "none"


class Donor(NamedInThree, Versioned, Base):
    """Who pays."""

    __tablename__ = "donors"

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(sa.String(20), unique=True)
    emblem: Mapped[Emblem] = mapped_column(default=Emblem.NONE)


class Fund(NamedInThree, Versioned, Base):
    """An amount in a currency for a purpose and a period. `statement` is the funding statement in three languages.

    `eligible_headings` are the kinds of cost its grants may pay (`BudgetHeading` values); `indirect_percent` and
    `contingency_percent` are what of the money received the agreement keeps from grants. `closed_on` is set when the
    fund is over; `given_back` is what then went back to the donor, in tyiyn (`fund_closings`).
    """

    __tablename__ = "funds"
    __table_args__ = (
        sa.CheckConstraint("amount > 0", name="amount_positive"),
        sa.CheckConstraint("ends_on >= starts_on", name="period_in_order"),
        sa.CheckConstraint(
            "indirect_percent >= 0 AND contingency_percent >= 0 AND indirect_percent + contingency_percent < 100",
            name="percents_leave_grants",
        ),
        sa.CheckConstraint(
            "given_back = 0 OR (given_back > 0 AND closed_on IS NOT NULL)", name="given_back_when_closed"
        ),
        STRICT,
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(sa.String(20), unique=True)
    donor_id: Mapped[int] = mapped_column(sa.ForeignKey("donors.id"), index=True)
    currency: Mapped[Currency]
    amount: Mapped[Minor]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    purpose: Mapped[Json]
    statement: Mapped[Json]
    agreement_number: Mapped[str] = mapped_column(sa.String(60), default="")
    agreed_on: Mapped[date | None]
    eligible_headings: Mapped[Json]
    indirect_percent: Mapped[int] = mapped_column(default=0)
    contingency_percent: Mapped[int] = mapped_column(default=0)
    closed_on: Mapped[date | None]
    given_back: Mapped[Minor] = mapped_column(default=0)
    donor: Mapped[Donor] = relationship()
    instalments: Mapped[list["FundInstalment"]] = relationship(back_populates="fund")

    @property
    def is_closed(self) -> bool:
        return self.closed_on is not None


class FundInstalment(Base):
    """Money received from the donor, converted to som at a pinned rate. Append-only."""

    __tablename__ = "fund_instalments"
    __table_args__ = (
        sa.CheckConstraint("amount > 0 AND amount_kgs > 0", name="amounts_positive"),
        sa.UniqueConstraint("fund_id", "bank_reference"),
        STRICT,
    )

    id: Mapped[Id]
    fund_id: Mapped[int] = mapped_column(sa.ForeignKey("funds.id"), index=True)
    amount: Mapped[Minor]
    currency: Mapped[Currency]
    rate_id: Mapped[int | None] = mapped_column(sa.ForeignKey("exchange_rates.id"))
    amount_kgs: Mapped[Minor]
    received_on: Mapped[date]
    bank_reference: Mapped[str] = mapped_column(sa.String(60))
    recorded_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    recorded_at: Mapped[datetime]
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("ledger_events.id"))
    fund: Mapped[Fund] = relationship(back_populates="instalments")
    rate: Mapped[ExchangeRate | None] = relationship()
