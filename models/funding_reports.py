"""Funding reports: frozen snapshots of a fund's figures, made by a job."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import STRICT, Base, Id, Versioned
from models.funds import Fund


class FundingReportStatus(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class FundingReport(Versioned, Base):
    """A report on one fund over a period in one language. `content` is the frozen data; files are made from it."""

    __tablename__ = "funding_reports"
    __table_args__ = (
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name="progress_range"),
        sa.CheckConstraint("ends_on >= starts_on", name="period_in_order"),
        STRICT,
    )

    id: Mapped[Id]
    fund_id: Mapped[int] = mapped_column(sa.ForeignKey("funds.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    locale: Mapped[str] = mapped_column(sa.String(2))
    status: Mapped[FundingReportStatus] = mapped_column(default=FundingReportStatus.WAITING)
    progress: Mapped[int] = mapped_column(default=0)
    step: Mapped[str] = mapped_column(sa.String(80), default="")
    content: Mapped[str | None] = mapped_column(sa.Text)
    sha256: Mapped[str | None] = mapped_column(sa.String(64))
    requested_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    requested_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    fund: Mapped[Fund] = relationship()
