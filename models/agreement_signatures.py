"""Agreement signatures: who signed an agreement for the association and for the programme. Append-only."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import STRICT, Base, Id


class SigningSide(StrEnum):
    ASSOCIATION = "association"
    PROGRAMME = "programme"


class AgreementSignature(Base):
    """One side's signature under what bears `sha256`: on the screen by `user`, or on the paper whose scan is kept.

    `name` is who signed; on paper `recorded_by` read it there.
    """

    __tablename__ = "agreement_signatures"
    __table_args__ = (
        sa.UniqueConstraint("agreement_id", "side"),
        sa.CheckConstraint("user_id IS NULL OR user_id = recorded_by_id", name="on_screen_by_oneself"),
        sa.CheckConstraint("name <> ''", name="named"),
        STRICT,
    )

    id: Mapped[Id]
    agreement_id: Mapped[int] = mapped_column(sa.ForeignKey("agreements.id"))
    side: Mapped[SigningSide]
    name: Mapped[str] = mapped_column(sa.String(200))
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    signed_on: Mapped[date]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    recorded_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    recorded_at: Mapped[datetime]

    @property
    def is_on_screen(self) -> bool:
        return self.user_id is not None
