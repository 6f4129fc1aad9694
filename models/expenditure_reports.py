"""Spending reports: what a grant spent in a period, handed in by the association and accepted by finance."""

from datetime import date, datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import STRICT, Base, Id, LongText, Versioned, waiting_index
from models.grants import Grant


class ExpenditureReportStatus(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"


HANDED_IN = frozenset({ExpenditureReportStatus.SUBMITTED, ExpenditureReportStatus.ACCEPTED})
"""While it stands so, nothing more is recorded in its period."""


class ExpenditureReport(Versioned, Base):
    """One period of a grant, through `ends_on`. Its lines are the documents paid in the period.

    `follows_on` is the last day of the report before, None for the first one, which begins with the grant: so the
    periods of a grant are one chain without a gap and no two share a day. `explanation` says why sums lie off the
    budget, `reason` what finance wants changed. An accepted report stays as it is.
    """

    __tablename__ = "expenditure_reports"
    __table_args__ = (
        sa.UniqueConstraint("grant_id", "sequence"),
        sa.UniqueConstraint("grant_id", "ends_on"),
        sa.UniqueConstraint("grant_id", "follows_on"),
        sa.ForeignKeyConstraint(
            ["grant_id", "follows_on"],
            ["expenditure_reports.grant_id", "expenditure_reports.ends_on"],
            name="fk_expenditure_reports_follows_on",
        ),
        sa.CheckConstraint("sequence > 0", name="sequence_positive"),
        sa.CheckConstraint("(sequence = 1) = (follows_on IS NULL)", name="first_follows_none"),
        sa.CheckConstraint("ends_on > follows_on", name="period_in_order"),
        sa.CheckConstraint("(submitted_at IS NULL) = (submitted_by_id IS NULL)", name="submitted_by_somebody"),
        sa.CheckConstraint("(status = 'draft') = (submitted_at IS NULL)", name="submitted_unless_draft"),
        sa.CheckConstraint("(decided_at IS NULL) = (decided_by_id IS NULL)", name="decided_by_somebody"),
        sa.CheckConstraint("(status IN ('returned', 'accepted')) = (decided_at IS NOT NULL)", name="decided_whole"),
        sa.CheckConstraint("decided_by_id <> submitted_by_id", name="two_people"),
        sa.CheckConstraint("status <> 'returned' OR reason <> ''", name="returned_for_a_reason"),
        waiting_index("ix_expenditure_reports_waiting", "submitted_at", where="status = 'submitted'"),
        STRICT,
    )

    id: Mapped[Id]
    grant_id: Mapped[int] = mapped_column(sa.ForeignKey("grants.id"))
    sequence: Mapped[int]
    follows_on: Mapped[date | None]
    ends_on: Mapped[date]
    status: Mapped[ExpenditureReportStatus] = mapped_column(default=ExpenditureReportStatus.DRAFT)
    explanation: Mapped[LongText] = mapped_column(sa.Text, default="")
    reason: Mapped[str] = mapped_column(sa.String(400), default="")
    drafted_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    drafted_at: Mapped[datetime]
    submitted_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    submitted_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    grant: Mapped[Grant] = relationship()

    @property
    def starts_on(self) -> date:
        """The first day of the period."""
        return self.grant.starts_on if self.follows_on is None else self.follows_on + timedelta(days=1)

    @property
    def is_final(self) -> bool:
        """Whether its period ends with the grant."""
        return self.ends_on >= self.grant.ends_on
