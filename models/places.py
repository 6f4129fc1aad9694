"""Places: oblast, rayon, ayil okmotu and village, keyed by their 14-digit SOATE code.

Places are merged and renamed: a row is never deleted, it gets `valid_to` and a successor, so that
results stay comparable by historic and by current unit.
"""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import STRICT, Base, Id, NamedInThree


class Place(NamedInThree):
    """Mixin: what every territorial unit has. `latitude`/`longitude` in degrees, WGS 84."""

    id: Mapped[Id]
    soate: Mapped[str] = mapped_column(sa.String(14), unique=True)
    latitude: Mapped[float | None] = mapped_column(sa.Float)
    longitude: Mapped[float | None] = mapped_column(sa.Float)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


def _place_args() -> tuple[object, ...]:
    return (
        sa.CheckConstraint("length(soate) = 14", name="soate_has_14_digits"),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="valid_in_order"),
        STRICT,
    )


class Oblast(Place, Base):
    """A region. `iso` is its ISO 3166-2 code."""

    __tablename__ = "oblasts"
    __table_args__ = _place_args()

    iso: Mapped[str] = mapped_column(sa.String(6), unique=True)


class Rayon(Place, Base):
    """A district of an oblast."""

    __tablename__ = "rayons"
    __table_args__ = _place_args()

    oblast_id: Mapped[int] = mapped_column(sa.ForeignKey("oblasts.id"), index=True)
    oblast: Mapped[Oblast] = relationship()


class AyilOkmotu(Place, Base):
    """The lowest executive body; its territory is an ayil aymak."""

    __tablename__ = "ayil_okmotus"
    __table_args__ = _place_args()

    rayon_id: Mapped[int] = mapped_column(sa.ForeignKey("rayons.id"), index=True)
    successor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("ayil_okmotus.id"))
    rayon: Mapped[Rayon] = relationship()
    successor: Mapped["AyilOkmotu | None"] = relationship(remote_side="AyilOkmotu.id")


class Village(Place, Base):
    """A village of one ayil okmotu."""

    __tablename__ = "villages"
    __table_args__ = _place_args()

    ayil_okmotu_id: Mapped[int] = mapped_column(sa.ForeignKey("ayil_okmotus.id"), index=True)
    successor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("villages.id"))
    ayil_okmotu: Mapped[AyilOkmotu] = relationship()
    successor: Mapped["Village | None"] = relationship(remote_side="Village.id")
