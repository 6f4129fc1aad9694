"""Village meetings: what the village decided about an application, as its minutes say."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import STRICT, Base, Id, LongText, Versioned


class Meeting(Versioned, Base):
    """The meeting that agreed to one application.

    `women` and `men` were present, of `households` (None: not counted); `entitled` is how many there are in all of
    what the call's quorum counts, see `Call.quorum_of`. The votes add up to those present.
    """

    __tablename__ = "meetings"
    __table_args__ = (
        sa.CheckConstraint("women >= 0 AND men >= 0 AND women + men > 0", name="somebody_came"),
        sa.CheckConstraint("households IS NULL OR households BETWEEN 1 AND women + men", name="households_came"),
        sa.CheckConstraint("entitled > 0", name="entitled_positive"),
        sa.CheckConstraint("votes_for >= 0 AND votes_against >= 0 AND abstentions >= 0", name="votes_not_negative"),
        sa.CheckConstraint("votes_for + votes_against + abstentions = women + men", name="votes_add_up"),
        STRICT,
    )

    id: Mapped[Id]
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("applications.id"), unique=True)
    held_on: Mapped[date]
    place: Mapped[str] = mapped_column(sa.String(200))
    led_by: Mapped[str] = mapped_column(sa.String(200))
    written_by: Mapped[str] = mapped_column(sa.String(200))
    women: Mapped[int]
    men: Mapped[int]
    households: Mapped[int | None]
    entitled: Mapped[int]
    decision: Mapped[LongText] = mapped_column(sa.Text)
    votes_for: Mapped[int]
    votes_against: Mapped[int]
    abstentions: Mapped[int]
    recorded_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    recorded_at: Mapped[datetime]

    @property
    def present(self) -> int:
        """How many people came."""
        return self.women + self.men
