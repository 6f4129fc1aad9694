"""The indicator dictionary, the targets of grants and the results reported against them."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import STRICT, Base, Id, Json, LongText, Versioned, text_in, waiting_index


class Frequency(StrEnum):
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"
    AT_COMPLETION = "at_completion"


class Indicator(Versioned, Base):
    """A dictionary entry. It cannot be active without definition, method, tool, frequency and responsible person."""

    __tablename__ = "indicators"

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(sa.String(40), unique=True)
    title: Mapped[Json]
    unit: Mapped[str] = mapped_column(sa.String(20))
    definition: Mapped[Json]
    method: Mapped[Json]
    tool: Mapped[Json]
    frequency: Mapped[Frequency]
    responsible: Mapped[Json]
    is_cumulative: Mapped[bool]
    is_active: Mapped[bool] = mapped_column(default=True)

    def title_in(self, locale: str) -> str:
        return text_in(self.title, locale)

    def definition_in(self, locale: str) -> str:
        return text_in(self.definition, locale)


class Target(Versioned, Base):
    """What a grant is to reach on one indicator, carried over from the application."""

    __tablename__ = "targets"
    __table_args__ = (sa.UniqueConstraint("grant_id", "indicator_id"), STRICT)

    id: Mapped[Id]
    grant_id: Mapped[int] = mapped_column(sa.ForeignKey("grants.id"))
    indicator_id: Mapped[int] = mapped_column(sa.ForeignKey("indicators.id"))
    baseline: Mapped[Decimal]
    target: Mapped[Decimal]
    indicator: Mapped[Indicator] = relationship()
    results: Mapped[list["Result"]] = relationship(back_populates="target", order_by="Result.period_ends_on")


class ResultStatus(StrEnum):
    REPORTED = "reported"
    VERIFIED = "verified"
    REFUSED = "refused"


class Result(Versioned, Base):
    """A reported value at the end of a period. `female` and `male`, when collected, must add up to `value`."""

    __tablename__ = "results"
    __table_args__ = (
        sa.CheckConstraint("verified_by_id IS NULL OR verified_by_id <> reported_by_id", name="two_people"),
        sa.Index(
            "uq_results_period",
            "target_id",
            "period_ends_on",
            unique=True,
            sqlite_where=sa.text("status <> 'refused'"),
            postgresql_where=sa.text("status <> 'refused'"),
        ),
        waiting_index("ix_results_waiting", "id", where="status = 'reported'"),
        STRICT,
    )

    id: Mapped[Id]
    target_id: Mapped[int] = mapped_column(sa.ForeignKey("targets.id"))
    period_ends_on: Mapped[date]
    value: Mapped[Decimal]
    female: Mapped[Decimal | None]
    male: Mapped[Decimal | None]
    evidence: Mapped[LongText] = mapped_column(sa.Text, default="")
    status: Mapped[ResultStatus] = mapped_column(default=ResultStatus.REPORTED)
    reported_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    reported_at: Mapped[datetime]
    verified_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    verified_at: Mapped[datetime | None]
    refusal_reason: Mapped[str] = mapped_column(sa.String(400), default="")
    target: Mapped[Target] = relationship(back_populates="results")
