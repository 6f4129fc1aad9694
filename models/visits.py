"""Monitoring visits."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import STRICT, Base, Id, Json, LongText, Versioned, waiting_index
from models.grants import Grant


class VisitStatus(StrEnum):
    PLANNED = "planned"
    DONE = "done"


class RiskRating(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Visit(Versioned, Base):
    """A visit to a grant. `checklist` is {item key: bool}; photos are documents; place in degrees, WGS 84.

    While the newest visit `holds_payment`, what was found keeps further money back. Where it `shows_photos`, those who
    sent money may see its photos.
    """

    __tablename__ = "visits"
    __table_args__ = (
        sa.CheckConstraint("(status = 'done') = (visited_on IS NOT NULL)", name="done_with_day"),
        waiting_index("ix_visits_planned", "visitor_id", "planned_on", where="status = 'planned'"),
        STRICT,
    )

    id: Mapped[Id]
    grant_id: Mapped[int] = mapped_column(sa.ForeignKey("grants.id"), index=True)
    planned_on: Mapped[date]
    planned_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    visitor_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    status: Mapped[VisitStatus] = mapped_column(default=VisitStatus.PLANNED)
    visited_on: Mapped[date | None]
    recorded_at: Mapped[datetime | None]
    checklist: Mapped[Json] = mapped_column(default=dict)
    findings: Mapped[LongText] = mapped_column(sa.Text, default="")
    follow_up: Mapped[LongText] = mapped_column(sa.Text, default="")
    risk: Mapped[RiskRating | None]
    holds_payment: Mapped[bool] = mapped_column(default=False)
    shows_photos: Mapped[bool] = mapped_column(default=False)
    latitude: Mapped[float | None] = mapped_column(sa.Float)
    longitude: Mapped[float | None] = mapped_column(sa.Float)
    grant: Mapped[Grant] = relationship()
