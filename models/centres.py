"""Resource centres: one in each ayil okmotu, run by local people, with hours, address and equipment."""

from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import STRICT, Base, Id, Json, NamedInThree, Versioned
from models.funds import Donor, Emblem
from models.places import AyilOkmotu


class Condition(StrEnum):
    WORKS = "works"
    BROKEN = "broken"
    GONE = "gone"


class Centre(NamedInThree, Versioned, Base):
    """The resource centre of one ayil okmotu.

    `hours` is {"1": ["09:00", "17:00"], …} by ISO weekday in Bishkek time; a day that is not in it is closed.
    """

    __tablename__ = "centres"

    id: Mapped[Id]
    ayil_okmotu_id: Mapped[int] = mapped_column(sa.ForeignKey("ayil_okmotus.id"), unique=True)
    hours: Mapped[Json] = mapped_column(default=dict)
    hours_note: Mapped[str] = mapped_column(sa.String(200), default="")
    address: Mapped[str] = mapped_column(sa.String(200), default="")
    phone: Mapped[str | None] = mapped_column(sa.String(20))
    ayil_okmotu: Mapped[AyilOkmotu] = relationship()
    equipment: Mapped[list["Equipment"]] = relationship(order_by="Equipment.id")


class Equipment(Versioned, Base):
    """A thing the centre works with, and whether it bears the emblem of the donor who paid for it."""

    __tablename__ = "equipment"
    __table_args__ = (sa.CheckConstraint("quantity > 0", name="quantity_positive"), STRICT)

    id: Mapped[Id]
    centre_id: Mapped[int] = mapped_column(sa.ForeignKey("centres.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    quantity: Mapped[int]
    condition: Mapped[Condition] = mapped_column(default=Condition.WORKS)
    donor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("donors.id"))
    bears_emblem: Mapped[bool] = mapped_column(default=False)
    checked_on: Mapped[date]
    donor: Mapped[Donor | None] = relationship(lazy="joined")

    @property
    def lacks_emblem(self) -> bool:
        """Whether its donor asks for an emblem that it does not bear."""
        asks = self.donor is not None and self.donor.emblem is not Emblem.NONE
        return asks and not self.bears_emblem and self.condition is not Condition.GONE
