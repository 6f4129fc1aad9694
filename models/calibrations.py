"""Calibration: past applications that the reviewers of a call judge for practice; nothing of it counts anywhere."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.applications import Application
from models.base import STRICT, Base, Id, Json, LongText, Versioned
from models.calls import Call
from models.users import User


class Calibration(Base):
    """A decided application of an earlier call that every reviewer of `call` judges by the rubric of `call`."""

    __tablename__ = "calibrations"
    __table_args__ = (sa.UniqueConstraint("call_id", "application_id"), STRICT)

    id: Mapped[Id]
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("calls.id"))
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("applications.id"), index=True)
    chosen_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    chosen_at: Mapped[datetime]
    call: Mapped[Call] = relationship()
    application: Mapped[Application] = relationship()


class CalibrationReview(Versioned, Base):
    """One reviewer's practice judgement: {criterion key: {level, justification}}; frozen once submitted.

    `total` in hundredths of a point, null until then.
    """

    __tablename__ = "calibration_reviews"
    __table_args__ = (
        sa.CheckConstraint("(submitted_at IS NULL) = (total IS NULL)", name="submitted_with_total"),
        sa.UniqueConstraint("calibration_id", "reviewer_id"),
        STRICT,
    )

    id: Mapped[Id]
    calibration_id: Mapped[int] = mapped_column(sa.ForeignKey("calibrations.id"))
    reviewer_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    draft: Mapped[Json] = mapped_column(default=dict)
    comment: Mapped[LongText] = mapped_column(sa.Text, default="")
    total: Mapped[int | None]
    saved_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    calibration: Mapped[Calibration] = relationship()
    reviewer: Mapped[User] = relationship()

    @property
    def saved_by_id(self) -> int:
        """Who wrote it: nobody else ever does."""
        return self.reviewer_id
