"""Assets: lasting things that were bought for a grant, with their number, place, photo and what was seen of them."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import STRICT, Base, Id, Minor, Versioned, waiting_index
from models.centres import Condition
from models.documents import Document
from models.expenditures import Expenditure
from models.funds import Emblem
from models.grants import Grant
from models.visits import Visit


class AssetStatus(StrEnum):
    RECORDED = "recorded"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    ENDED = "ended"


class AssetEnd(StrEnum):
    """What became of a thing the association has no more."""

    LOST = "lost"
    BEYOND_REPAIR = "beyond_repair"
    SOLD = "sold"
    GIVEN_AWAY = "given_away"


class Asset(Versioned, Base):
    """A thing, or `quantity` alike that are kept together, worth `value` tyiyn in all, bought by an expenditure.

    `number` stands on its label. The photo shows the thing with the donor's emblem; where it bears none, `why_bare`
    says why. Somebody other than who entered it confirms it.
    """

    __tablename__ = "assets"
    __table_args__ = (
        sa.CheckConstraint("quantity > 0 AND value > 0", name="amounts_positive"),
        sa.CheckConstraint("name <> '' AND kept_at <> '' AND keeper_name <> ''", name="whole"),
        sa.CheckConstraint("(status IN ('recorded', 'refused')) = (confirmed_by_id IS NULL)", name="confirmed_by"),
        sa.CheckConstraint("confirmed_by_id <> recorded_by_id", name="two_people"),
        sa.CheckConstraint("(status = 'ended') = (end_kind IS NOT NULL)", name="ended"),
        sa.CheckConstraint("(end_kind IS NULL) = (ended_on IS NULL)", name="ended_with_day"),
        sa.CheckConstraint("status NOT IN ('refused', 'ended') OR reason <> ''", name="has_reason"),
        sa.UniqueConstraint("number"),
        sa.UniqueConstraint("photo_id"),
        waiting_index("ix_assets_waiting", "id", where="status = 'recorded'"),
        STRICT,
    )

    id: Mapped[Id]
    number: Mapped[str] = mapped_column(sa.String(20))
    grant_id: Mapped[int] = mapped_column(sa.ForeignKey("grants.id"), index=True)
    expenditure_id: Mapped[int] = mapped_column(sa.ForeignKey("expenditures.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    quantity: Mapped[int]
    value: Mapped[Minor]
    serial_number: Mapped[str] = mapped_column(sa.String(60), default="")
    kept_at: Mapped[str] = mapped_column(sa.String(200))
    keeper_name: Mapped[str] = mapped_column(sa.String(200))
    bears_emblem: Mapped[bool]
    why_bare: Mapped[str] = mapped_column(sa.String(200), default="")
    photo_id: Mapped[int] = mapped_column(sa.ForeignKey("documents.id"))
    status: Mapped[AssetStatus] = mapped_column(default=AssetStatus.RECORDED)
    recorded_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    recorded_at: Mapped[datetime]
    confirmed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    confirmed_at: Mapped[datetime | None]
    end_kind: Mapped[AssetEnd | None]
    ended_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(sa.String(400), default="")

    grant: Mapped[Grant] = relationship()
    expenditure: Mapped[Expenditure] = relationship()
    photo: Mapped[Document] = relationship()
    checks: Mapped[list["AssetCheck"]] = relationship(back_populates="asset", order_by="AssetCheck.id")

    @property
    def is_live(self) -> bool:
        """Whether it stands in the register: neither refused nor ended."""
        return self.status in LIVE

    @property
    def last_check(self) -> "AssetCheck | None":
        return self.checks[-1] if self.checks else None

    @property
    def lacks_emblem(self) -> bool:
        """Whether its donor asks for an emblem it does not bear, as it was last seen, and nobody said why."""
        seen = self.last_check.bears_emblem if self.last_check else self.bears_emblem
        return lacks_emblem(self.status, self.grant.fund.donor.emblem, seen, self.why_bare)


LIVE = (AssetStatus.RECORDED, AssetStatus.CONFIRMED)
"""Statuses of what the association has."""


def lacks_emblem(status: AssetStatus, asked: Emblem, is_seen: bool, why_bare: str) -> bool:
    """Whether a donor asks for an emblem (`asked`) that was not seen on a thing, and nobody said why."""
    return status in LIVE and asked is not Emblem.NONE and not is_seen and not why_bare


class AssetCheck(Base):
    """What a monitoring officer saw of an asset, on a visit where there was one; never changed."""

    __tablename__ = "asset_checks"
    __table_args__ = (
        sa.CheckConstraint("condition = 'works' OR note <> ''", name="not_working_has_note"),
        STRICT,
    )

    id: Mapped[Id]
    asset_id: Mapped[int] = mapped_column(sa.ForeignKey("assets.id"), index=True)
    visit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("visits.id"), index=True)
    checked_on: Mapped[date]
    condition: Mapped[Condition]
    bears_emblem: Mapped[bool]
    note: Mapped[str] = mapped_column(sa.String(400), default="")
    checked_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    recorded_at: Mapped[datetime]

    asset: Mapped[Asset] = relationship(back_populates="checks")
    visit: Mapped[Visit | None] = relationship()
