"""Reductions: a grant cut to what its verified co-investment carries. Append-only."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import STRICT, Base, Id, Json, Minor


class Reduction(Base):
    """One cut of an award, `before` to `after` in tyiyn; what was freed went back to the fund by its event.

    `verified` is the co-investment it was reckoned from: {kind: tyiyn}; `carried` the grant that carries.
    """

    __tablename__ = "reductions"
    __table_args__ = (
        sa.UniqueConstraint("grant_id", "sequence"),
        sa.UniqueConstraint("event_id"),
        sa.CheckConstraint("sequence > 0", name="sequence_positive"),
        sa.CheckConstraint("after > 0 AND before > after", name="cuts_and_leaves"),
        sa.CheckConstraint("carried <= after", name="no_more_than_carried_or_paid"),
        STRICT,
    )

    id: Mapped[Id]
    grant_id: Mapped[int] = mapped_column(sa.ForeignKey("grants.id"))
    sequence: Mapped[int]
    before: Mapped[Minor]
    after: Mapped[Minor]
    carried: Mapped[Minor]
    verified: Mapped[Json]
    reason: Mapped[str] = mapped_column(sa.String(400))
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("ledger_events.id"))
    reduced_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    reduced_at: Mapped[datetime]
