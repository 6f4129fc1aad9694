"""Published amendments of open calls."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import STRICT, Base, Id, Json, text_in


class Amendment(Base):
    """A published change of an open call: {column: [value before, value now]} as JSON values. Append-only."""

    __tablename__ = "amendments"
    __table_args__ = (sa.UniqueConstraint("call_id", "sequence"), STRICT)

    id: Mapped[Id]
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("calls.id"))
    sequence: Mapped[int]
    reason: Mapped[Json]
    changes: Mapped[Json]
    published_at: Mapped[datetime]
    published_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))

    def reason_in(self, locale: str) -> str:
        return text_in(self.reason, locale)
