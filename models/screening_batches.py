"""Findings of the secretary that are held: made for many applications at once, told to nobody until they are sent."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.applications import Application, ScreeningOutcome
from models.base import STRICT, Base, Id, Json, LongText, Versioned
from models.users import User


class HeldStatus(StrEnum):
    HELD = "held"
    SENT = "sent"
    UNDONE = "undone"
    LEFT_OUT = "left_out"


class ScreeningBatch(Base):
    """One finding for many applications. `parts` are those of the form that they are returned for."""

    __tablename__ = "screening_batches"

    id: Mapped[Id]
    outcome: Mapped[ScreeningOutcome]
    reason: Mapped[LongText] = mapped_column(sa.Text, default="")
    parts: Mapped[Json] = mapped_column(default=list)
    held_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    held_at: Mapped[datetime]
    held_by: Mapped[User] = relationship()
    findings: Mapped[list["HeldScreening"]] = relationship(order_by="HeldScreening.id", back_populates="batch")


class HeldScreening(Versioned, Base):
    """The finding for one application; of an application at most one is held.

    `submitted_at` is that of the submission it is about. `problem` is {message, parameters} of what kept it from being
    sent. `settled_at` is when it was sent, undone or left out, and `settled_by_id` by whom.
    """

    __tablename__ = "held_screenings"
    __table_args__ = (
        sa.Index(
            "uq_held_screenings_one_an_application",
            "application_id",
            unique=True,
            sqlite_where=sa.text("status = 'held'"),
            postgresql_where=sa.text("status = 'held'"),
        ),
        sa.CheckConstraint("(status = 'held') = (settled_at IS NULL)", name="settled_or_held"),
        STRICT,
    )

    id: Mapped[Id]
    batch_id: Mapped[int] = mapped_column(sa.ForeignKey("screening_batches.id"), index=True)
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("applications.id"), index=True)
    submitted_at: Mapped[datetime | None]
    status: Mapped[HeldStatus] = mapped_column(default=HeldStatus.HELD)
    problem: Mapped[Json] = mapped_column(default=dict)
    settled_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    settled_at: Mapped[datetime | None]
    batch: Mapped[ScreeningBatch] = relationship(back_populates="findings")
    application: Mapped[Application] = relationship()
