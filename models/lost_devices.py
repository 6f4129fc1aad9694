"""Lost devices: two people take away the second factor of somebody whose phone is lost."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import STRICT, Base, Id, LongText, Versioned
from models.users import User


class LostDeviceStatus(StrEnum):
    REPORTED = "reported"
    CHECKED = "checked"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class IdentityCheck(StrEnum):
    """How somebody made sure who asks."""

    PASSPORT = "passport"
    KNOWN_IN_PERSON = "known_in_person"
    VIDEO_CALL = "video_call"


class LostDevice(Versioned, Base):
    """Somebody cannot give the code any more. One person checks who asks, another one confirms; never the user.

    Reported by the user at the sign-in (`checked_by` is none then), or begun by who checked. The factor is gone with
    the confirmation. A refusal needs no second person.
    """

    __tablename__ = "lost_devices"
    __table_args__ = (
        sa.CheckConstraint("checked_by_id IS NULL OR checked_by_id <> user_id", name="not_checked_by_oneself"),
        sa.CheckConstraint("closed_by_id IS NULL OR closed_by_id <> user_id", name="not_closed_by_oneself"),
        sa.CheckConstraint(
            "status <> 'confirmed' OR (checked_by_id IS NOT NULL AND closed_by_id <> checked_by_id)",
            name="confirmed_by_another",
        ),
        sa.CheckConstraint(
            "(checked_by_id IS NULL) = (checked_at IS NULL) AND (checked_by_id IS NULL) = (way IS NULL) "
            "AND (checked_by_id IS NULL) = (reason IS NULL)",
            name="checked_whole",
        ),
        sa.CheckConstraint(
            "(status <> 'checked' OR checked_at IS NOT NULL) AND (status <> 'reported' OR checked_at IS NULL)",
            name="checked_with_day",
        ),
        sa.CheckConstraint(
            "(status IN ('confirmed', 'refused')) = (closed_at IS NOT NULL) "
            "AND (closed_at IS NULL) = (closed_by_id IS NULL) AND (status = 'refused') = (refusal IS NOT NULL)",
            name="closed_whole",
        ),
        sa.Index(
            "uq_lost_devices_open",
            "user_id",
            unique=True,
            sqlite_where=sa.text("status IN ('reported', 'checked')"),
            postgresql_where=sa.text("status IN ('reported', 'checked')"),
        ),
        STRICT,
    )

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    status: Mapped[LostDeviceStatus]
    opened_at: Mapped[datetime]
    checked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    checked_at: Mapped[datetime | None]
    way: Mapped[IdentityCheck | None]
    reason: Mapped[LongText | None] = mapped_column(sa.Text)
    closed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    closed_at: Mapped[datetime | None]
    refusal: Mapped[LongText | None] = mapped_column(sa.Text)
    user: Mapped[User] = relationship(foreign_keys=[user_id])
    checked_by: Mapped[User | None] = relationship(foreign_keys=[checked_by_id])
    closed_by: Mapped[User | None] = relationship(foreign_keys=[closed_by_id])

    @property
    def is_open(self) -> bool:
        return self.status in (LostDeviceStatus.REPORTED, LostDeviceStatus.CHECKED)
