"""Resource centres: one in each ayil okmotu, run by local people."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Id, NamedInThree, Versioned
from models.places import AyilOkmotu


class Centre(NamedInThree, Versioned, Base):
    """The resource centre of one ayil okmotu."""

    __tablename__ = "centres"

    id: Mapped[Id]
    ayil_okmotu_id: Mapped[int] = mapped_column(sa.ForeignKey("ayil_okmotus.id"), unique=True)
    opening_hours: Mapped[str] = mapped_column(sa.String(200), default="")
    phone: Mapped[str | None] = mapped_column(sa.String(20))
    ayil_okmotu: Mapped[AyilOkmotu] = relationship()
