"""The register of interests: whom and what a reviewer or a person of the office has to do with, whoever applies."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import STRICT, Base, Id
from models.users import User


class InterestKind(StrEnum):
    KIN = "kin"
    MEMBERSHIP = "membership"
    BUSINESS = "business"
    CONTRIBUTION = "contribution"


class Interest(Base):
    """One entry of one person's register. Ended, never changed and never deleted.

    `relation` is how the kin is related, or the part played; `register_number` that of a business.
    """

    __tablename__ = "interests"

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    kind: Mapped[InterestKind]
    name: Mapped[str] = mapped_column(sa.String(200))
    relation: Mapped[str] = mapped_column(sa.String(200), default="")
    register_number: Mapped[str] = mapped_column(sa.String(40), default="")
    declared_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    user: Mapped[User] = relationship()


class InterestConfirmation(Base):
    """That somebody's register was whole and true when the judging of a call began. Append-only."""

    __tablename__ = "interest_confirmations"
    __table_args__ = (sa.UniqueConstraint("user_id", "call_id"), STRICT)

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("calls.id"), index=True)
    confirmed_at: Mapped[datetime]
