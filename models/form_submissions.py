"""Idempotency keys: each mutating form is recorded once per actor, with the result it led to."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import STRICT, Base, Id


class FormSubmission(Base):
    """A form that was acted on: replayed with the same body it leads to the same place, with another it is a 409."""

    __tablename__ = "form_submissions"
    __table_args__ = (sa.UniqueConstraint("actor_id", "key"), STRICT)

    id: Mapped[Id]
    actor_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    key: Mapped[str] = mapped_column(sa.String(64))
    body_hash: Mapped[str] = mapped_column(sa.String(64))
    location: Mapped[str] = mapped_column(sa.String(400))
    created_at: Mapped[datetime]
