"""Remitters: who sends money to a village, registered once in each association: a person, or a name they chose."""

from datetime import date, datetime
from typing import Optional

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.associations import Association
from models.base import STRICT, Base, Id, Versioned
from models.people import Person


class Remitter(Versioned, Base):
    """One who sends. `name` is the person's, or the name the person chose; `name_key` is the folded one.

    Under a chosen name nothing leads to the person. One who was entered twice is joined: the row stays and leads to
    the one that is kept. `consent_version`, `consent_locale` and `consent_on` say which text (`consents.TEXTS`) the
    person agreed to last, in which language and when; none of one who is known from a receipt only.
    """

    __tablename__ = "remitters"
    __table_args__ = (
        sa.UniqueConstraint("association_id", "name_key", "country"),
        sa.CheckConstraint("is_pseudonym = (person_id IS NULL)", name="person_or_pseudonym"),
        sa.CheckConstraint("joined_to_id <> id", name="joined_to_another"),
        STRICT,
    )

    id: Mapped[Id]
    association_id: Mapped[int] = mapped_column(sa.ForeignKey("associations.id"))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    name_key: Mapped[str] = mapped_column(sa.String(200))
    is_pseudonym: Mapped[bool] = mapped_column(default=False)
    country: Mapped[str] = mapped_column(sa.String(2))
    phone: Mapped[str] = mapped_column(sa.String(20), default="")
    consent_version: Mapped[int | None]
    consent_locale: Mapped[str | None] = mapped_column(sa.String(2))
    consent_on: Mapped[date | None]
    joined_to_id: Mapped[int | None] = mapped_column(sa.ForeignKey("remitters.id"), index=True)
    registered_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    registered_at: Mapped[datetime]

    association: Mapped[Association] = relationship()
    person: Mapped[Person | None] = relationship()
    joined_to: Mapped[Optional["Remitter"]] = relationship(remote_side="Remitter.id")
