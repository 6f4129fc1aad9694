"""Reporting dates: which report a donor's agreement asks for, for which period and by which day."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import STRICT, Base, Id, Versioned
from models.funding_reports import FundingReport
from models.funds import Fund


class ReportingDate(Versioned, Base):
    """One report due to the donor. Once it was sent, `report_id` names the frozen funding report that was sent."""

    __tablename__ = "reporting_dates"
    __table_args__ = (
        sa.CheckConstraint("ends_on >= starts_on AND due_on > ends_on", name="days_in_order"),
        sa.CheckConstraint(
            "(sent_on IS NULL) = (report_id IS NULL) AND (sent_on IS NULL) = (sent_by_id IS NULL)",
            name="sent_with_report",
        ),
        sa.UniqueConstraint("fund_id", "starts_on", "ends_on"),
        sa.Index(
            "ix_reporting_dates_due",
            "due_on",
            "id",
            sqlite_where=sa.text("sent_on IS NULL"),
            postgresql_where=sa.text("sent_on IS NULL"),
        ),
        STRICT,
    )

    id: Mapped[Id]
    fund_id: Mapped[int] = mapped_column(sa.ForeignKey("funds.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    due_on: Mapped[date]
    is_final: Mapped[bool] = mapped_column(default=False)
    report_id: Mapped[int | None] = mapped_column(sa.ForeignKey("funding_reports.id"))
    sent_on: Mapped[date | None]
    sent_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    entered_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    entered_at: Mapped[datetime]
    fund: Mapped[Fund] = relationship()
    report: Mapped[FundingReport | None] = relationship()
