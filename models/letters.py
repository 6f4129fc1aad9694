"""Decision letters: what an applicant is told of the Council's decision, held until it is sent."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.applications import Application
from models.associations import Association
from models.base import STRICT, Base, Id, Versioned
from models.council_sessions import Decision


class LetterStatus(StrEnum):
    HELD = "held"
    SENT = "sent"


class Letter(Versioned, Base):
    """The letter on one signed decision. With its sending the decision takes effect on the application."""

    __tablename__ = "letters"
    __table_args__ = (
        sa.CheckConstraint("(status = 'sent') = (sent_at IS NOT NULL)", name="sent_with_day"),
        sa.CheckConstraint("(sent_at IS NULL) = (sent_by_id IS NULL)", name="sent_by_somebody"),
        STRICT,
    )

    id: Mapped[Id]
    number: Mapped[str] = mapped_column(sa.String(20), unique=True)
    decision_id: Mapped[int] = mapped_column(sa.ForeignKey("decisions.id"), unique=True)
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("applications.id"), index=True)
    status: Mapped[LetterStatus] = mapped_column(default=LetterStatus.HELD)
    sent_at: Mapped[datetime | None]
    sent_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    decision: Mapped[Decision] = relationship()
    application: Mapped[Application] = relationship()

    @property
    def association(self) -> Association:
        return self.application.association
