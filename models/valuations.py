"""Valuations: what goods and labour given to a project are worth, who says so, and by which rate."""

from decimal import Decimal
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import STRICT, Base, Id, Minor, round_half_up
from models.contributions import Contribution
from models.prices import Price


class GivenKind(StrEnum):
    """What can be given in kind: work, things, or the use of land and rooms."""

    LABOUR = "labour"
    MATERIALS = "materials"
    LAND_USE = "land_use"


class Valuation(Base):
    """How the value of a contribution in kind was found: `quantity` × `unit_price`, in tyiyn; never changed.

    `price_id` is the rate of the price list it was counted by; without one `unit` and `reason` say what was counted
    and why at this price. The valuer is named with the office; it is not who gave.
    """

    __tablename__ = "valuations"
    __table_args__ = (
        sa.CheckConstraint("unit_price > 0", name="price_positive"),
        sa.CheckConstraint("(price_id IS NULL) = (reason <> '')", name="rate_or_reason"),
        sa.CheckConstraint("what <> '' AND unit <> '' AND valuer_name <> '' AND valuer_office <> ''", name="whole"),
        STRICT,
    )

    id: Mapped[Id]
    contribution_id: Mapped[int] = mapped_column(sa.ForeignKey("contributions.id"), unique=True)
    given: Mapped[GivenKind]
    what: Mapped[str] = mapped_column(sa.String(200))
    quantity: Mapped[Decimal]
    unit: Mapped[str] = mapped_column(sa.String(40))
    unit_price: Mapped[Minor]
    price_id: Mapped[int | None] = mapped_column(sa.ForeignKey("prices.id"))
    reason: Mapped[str] = mapped_column(sa.String(400), default="")
    valuer_name: Mapped[str] = mapped_column(sa.String(200))
    valuer_office: Mapped[str] = mapped_column(sa.String(200))

    contribution: Mapped[Contribution] = relationship()
    price: Mapped[Price | None] = relationship()

    @property
    def amount(self) -> int:
        """The value in tyiyn."""
        return round_half_up(self.quantity * self.unit_price)

    def what_in(self, locale: str) -> str:
        """What was given: the words of who recorded it, or the name of the rate in this language."""
        names = (self.price.name_ky, self.price.name_ru, self.price.name_en) if self.price else ()
        return self.price.name(locale) if self.price and self.what in names else self.what

    def unit_in(self, locale: str) -> str:
        """The unit, that of the rate in this language."""
        return self.price.unit_in(locale) if self.price else self.unit
