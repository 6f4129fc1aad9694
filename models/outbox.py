"""The outbox: jobs written in the same transaction as what causes them, sent to the broker after the commit."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import STRICT, Base, Id, Json


class OutboxJob(Base):
    """A job to be queued. `function` is a dotted path, `arguments` a JSON list."""

    __tablename__ = "outbox_jobs"
    __table_args__ = (sa.Index("ix_outbox_jobs_unsent", "sent_at", "id"), STRICT)

    id: Mapped[Id]
    function: Mapped[str] = mapped_column(sa.String(100))
    arguments: Mapped[Json]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
