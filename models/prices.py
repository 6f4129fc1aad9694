"""The price register and the list of in-kind rates: what a thing costs in the villages, from a day, with its source.

A price is never edited: another row takes its place from a later day. Amounts in tyiyn.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Optional

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import STRICT, Base, Id, Json, Minor, NamedInThree, text_in
from models.places import Oblast


class PriceKind(StrEnum):
    """What a market asks, or the rate at which labour and goods of the village are counted."""

    MARKET = "market"
    IN_KIND = "in_kind"


class Price(NamedInThree, Base):
    """One item (its name in three languages) at a low, a usual and a high price, in one oblast or everywhere.

    `unit` holds the unit in the three languages. An in-kind rate has one price only. `replaces_id` names the row
    whose place this one took; once written, only `valid_until` may still be set. A row that was replaced on its first
    day ends the day before it: it never counted.
    """

    __tablename__ = "prices"
    __table_args__ = (
        sa.CheckConstraint("0 < low AND low <= usual AND usual <= high", name="prices_in_order"),
        sa.CheckConstraint("kind <> 'in_kind' OR (low = usual AND usual = high)", name="in_kind_has_one_rate"),
        STRICT,
    )

    id: Mapped[Id]
    kind: Mapped[PriceKind]
    unit: Mapped[Json]
    low: Mapped[Minor]
    usual: Mapped[Minor]
    high: Mapped[Minor]
    oblast_id: Mapped[int | None] = mapped_column(sa.ForeignKey("oblasts.id"), index=True)
    source: Mapped[str] = mapped_column(sa.String(200))
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    replaces_id: Mapped[int | None] = mapped_column(sa.ForeignKey("prices.id"), unique=True)
    entered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    entered_at: Mapped[datetime]

    oblast: Mapped[Oblast | None] = relationship()
    replaces: Mapped[Optional["Price"]] = relationship(remote_side="Price.id")

    def unit_in(self, locale: str) -> str:
        return text_in(self.unit, locale)

    def is_valid_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)
