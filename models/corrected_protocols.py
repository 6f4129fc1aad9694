"""Corrected protocols: a mistake in the record of a session, put right by another protocol that names the first."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import STRICT, Base, Id, Json, LongText, Versioned
from models.council_sessions import CouncilSession, Protocol
from models.users import User


class CorrectionStatus(StrEnum):
    DRAFT = "draft"
    PROPOSED = "proposed"
    SIGNED = "signed"
    WITHDRAWN = "withdrawn"


class CorrectedProtocol(Versioned, Base):
    """What a signed protocol says, with other words in some places. Frozen from its signature on.

    It corrects `follows`, the corrected protocol before it, or the first one where there is none. `changes` are those
    of `app.services.protocol_places`; number, content (canonical JSON) and its SHA-256 come with the signature. While
    it is drafted `returned_for` says why the chair sent it back.
    """

    __tablename__ = "corrected_protocols"
    __table_args__ = (
        sa.CheckConstraint(
            "(status = 'signed') = (signed_at IS NOT NULL) AND (signed_at IS NULL) = (number IS NULL) "
            "AND (signed_at IS NULL) = (content IS NULL) AND (signed_at IS NULL) = (sha256 IS NULL) "
            "AND (signed_at IS NULL) = (signed_by_id IS NULL)",
            name="whole_if_signed",
        ),
        sa.CheckConstraint("signed_by_id IS NULL OR signed_by_id <> drafted_by_id", name="signed_by_another"),
        sa.Index(
            "uq_corrected_protocols_open",
            "protocol_id",
            unique=True,
            sqlite_where=sa.text("status IN ('draft', 'proposed')"),
            postgresql_where=sa.text("status IN ('draft', 'proposed')"),
        ),
        STRICT,
    )

    id: Mapped[Id]
    protocol_id: Mapped[int] = mapped_column(sa.ForeignKey("protocols.id"), index=True)
    follows_id: Mapped[int | None] = mapped_column(sa.ForeignKey("corrected_protocols.id"))
    status: Mapped[CorrectionStatus] = mapped_column(default=CorrectionStatus.DRAFT)
    reason: Mapped[LongText] = mapped_column(sa.Text)
    changes: Mapped[Json] = mapped_column(default=list)
    returned_for: Mapped[LongText] = mapped_column(sa.Text, default="")
    drafted_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    drafted_at: Mapped[datetime]
    number: Mapped[str | None] = mapped_column(sa.String(20), unique=True)
    content: Mapped[LongText | None] = mapped_column(sa.Text)
    sha256: Mapped[str | None] = mapped_column(sa.String(64))
    signed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    signed_at: Mapped[datetime | None]
    protocol: Mapped[Protocol] = relationship()
    follows: Mapped["CorrectedProtocol | None"] = relationship(remote_side="CorrectedProtocol.id")
    drafted_by: Mapped[User] = relationship(foreign_keys=[drafted_by_id])
    signed_by: Mapped[User | None] = relationship(foreign_keys=[signed_by_id])

    @property
    def session(self) -> CouncilSession:
        return self.protocol.session

    @property
    def corrects(self) -> "Protocol | CorrectedProtocol":
        """The signed protocol whose words it puts right."""
        return self.follows or self.protocol
