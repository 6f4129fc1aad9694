"""People: one human, registered once, whatever parts they play."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import STRICT, Base, Id, Versioned
from models.places import Village


class Sex(StrEnum):
    FEMALE = "female"
    MALE = "male"


class MigrantStatus(StrEnum):
    CURRENT_MIGRANT = "current_migrant"
    RETURNEE = "returnee"
    FAMILY_MEMBER = "family_member"
    NONE = "none"


class Person(Versioned, Base):
    """One human. `full_name` is one field as in the passport; `folded_name` serves search and comparison."""

    __tablename__ = "people"
    __table_args__ = (
        sa.CheckConstraint("birth_year IS NULL OR birth_year BETWEEN 1900 AND 2100", name="birth_year_plausible"),
        STRICT,
    )

    id: Mapped[Id]
    full_name: Mapped[str] = mapped_column(sa.String(200))
    folded_name: Mapped[str] = mapped_column(sa.String(200), index=True)
    pin: Mapped[str | None] = mapped_column(sa.String(14), index=True)
    phone: Mapped[str | None] = mapped_column(sa.String(20), index=True)
    sex: Mapped[Sex | None]
    birth_year: Mapped[int | None]
    migrant_status: Mapped[MigrantStatus] = mapped_column(default=MigrantStatus.NONE)
    village_id: Mapped[int | None] = mapped_column(sa.ForeignKey("villages.id"), index=True)
    consented_at: Mapped[datetime | None]
    village: Mapped[Village | None] = relationship()
