"""Notifications: who must hear of what."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import STRICT, Base, Id, Json


class Notification(Base):
    """A message to one user: an English message id with parameters, translated when it is shown."""

    __tablename__ = "notifications"
    __table_args__ = (sa.Index("ix_notifications_inbox", "user_id", "read_at", "id"), STRICT)

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    message: Mapped[str] = mapped_column(sa.String(300))
    parameters: Mapped[Json]
    subject: Mapped[str] = mapped_column(sa.String(60))
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
