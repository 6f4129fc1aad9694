"""Appeals against a decision of the Council: lodged by the association, acknowledged, upheld or dismissed."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.applications import Application
from models.associations import Association
from models.base import STRICT, Base, Id, LongText, Versioned
from models.letters import Letter


class AppealStatus(StrEnum):
    LODGED = "lodged"
    ACKNOWLEDGED = "acknowledged"
    UPHELD = "upheld"
    DISMISSED = "dismissed"
    WITHDRAWN = "withdrawn"


class Appeal(Versioned, Base):
    """An association asks the Council to look at its decision again: one for an application, within the call's days.

    `reason` is that of the outcome, or of the withdrawal. The signed decision itself stays as it is: where the appeal
    is upheld, another decision follows it.
    """

    __tablename__ = "appeals"
    __table_args__ = (
        sa.CheckConstraint("(status IN ('lodged', 'acknowledged')) = (closed_at IS NULL)", name="closed_with_day"),
        STRICT,
    )

    id: Mapped[Id]
    letter_id: Mapped[int] = mapped_column(sa.ForeignKey("letters.id"), unique=True)
    text: Mapped[LongText] = mapped_column(sa.Text)
    status: Mapped[AppealStatus] = mapped_column(default=AppealStatus.LODGED)
    lodged_at: Mapped[datetime]
    lodged_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    acknowledged_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    reason: Mapped[LongText] = mapped_column(sa.Text, default="")
    letter: Mapped[Letter] = relationship()

    @property
    def application(self) -> Application:
        return self.letter.application

    @property
    def association(self) -> Association:
        return self.letter.application.association
