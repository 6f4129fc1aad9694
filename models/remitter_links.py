"""Remitter links: the address by which one who sends money sees what it did, without an account."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import STRICT, Base, Id, Versioned
from models.remitters import Remitter


class RemitterLink(Versioned, Base):
    """One link; of a remitter only one is live. Of its secret part only the SHA-256 is kept.

    It ends at `expires_at`, or before when it is revoked; `first_used_at` is when somebody first opened it.
    """

    __tablename__ = "remitter_links"
    __table_args__ = (
        sa.CheckConstraint("expires_at > issued_at", name="expires_later"),
        sa.CheckConstraint("(revoked_at IS NULL) = (revoked_by_id IS NULL)", name="revoked_whole"),
        sa.Index(
            "uq_remitter_links_live",
            "remitter_id",
            unique=True,
            sqlite_where=sa.text("revoked_at IS NULL"),
            postgresql_where=sa.text("revoked_at IS NULL"),
        ),
        STRICT,
    )

    id: Mapped[Id]
    remitter_id: Mapped[int] = mapped_column(sa.ForeignKey("remitters.id"), index=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    issued_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    revoked_at: Mapped[datetime | None]
    first_used_at: Mapped[datetime | None]

    remitter: Mapped[Remitter] = relationship()
