"""What a sitting of the Council discusses, in which order, who is out of the room for it, and what is noted."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.applications import Application
from models.base import STRICT, Base, Id, LongText, Versioned
from models.council_sessions import CouncilSession
from models.reviews import ConflictKind
from models.users import User


class AgendaStatus(StrEnum):
    WAITING = "waiting"
    DISCUSSED = "discussed"
    DECIDED = "decided"
    TAKEN_OFF = "taken_off"


class AgendaItem(Versioned, Base):
    """One application on the agenda of a session; at most one of a session is under discussion."""

    __tablename__ = "agenda_items"
    __table_args__ = (
        sa.UniqueConstraint("session_id", "application_id"),
        sa.Index(
            "uq_agenda_items_discussed",
            "session_id",
            unique=True,
            sqlite_where=sa.text("status = 'discussed'"),
            postgresql_where=sa.text("status = 'discussed'"),
        ),
        STRICT,
    )

    id: Mapped[Id]
    session_id: Mapped[int] = mapped_column(sa.ForeignKey("council_sessions.id"))
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("applications.id"), index=True)
    position: Mapped[int]
    status: Mapped[AgendaStatus] = mapped_column(default=AgendaStatus.WAITING)
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    session: Mapped[CouncilSession] = relationship()
    application: Mapped[Application] = relationship()
    recusals: Mapped[list["Recusal"]] = relationship(order_by="Recusal.id")
    notes: Mapped[list["ItemNote"]] = relationship(order_by="ItemNote.id")


class RecusalGround(StrEnum):
    """Why somebody is out of the room: what the registers say, what was declared or found, or said in the session."""

    PLACE = "place"
    MEMBERSHIP = "membership"
    ROLE = "role"
    DECLARED = "declared"
    DETECTED = "detected"
    SAID = "said"


class Recusal(Base):
    """Somebody present who is out of the room while an application is discussed. Append-only.

    `kind` is known of what was said in the session.
    """

    __tablename__ = "recusals"
    __table_args__ = (
        sa.UniqueConstraint("item_id", "user_id"),
        sa.CheckConstraint("(ground = 'said') = (kind IS NOT NULL)", name="kind_if_said"),
        STRICT,
    )

    id: Mapped[Id]
    item_id: Mapped[int] = mapped_column(sa.ForeignKey("agenda_items.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    ground: Mapped[RecusalGround]
    kind: Mapped[ConflictKind | None]
    recorded_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    recorded_at: Mapped[datetime]
    user: Mapped[User] = relationship(foreign_keys=[user_id])


class ItemNote(Base):
    """What the secretary noted of a discussion; `in_protocol` says that it stands in the protocol. Append-only."""

    __tablename__ = "item_notes"

    id: Mapped[Id]
    item_id: Mapped[int] = mapped_column(sa.ForeignKey("agenda_items.id"), index=True)
    text: Mapped[LongText] = mapped_column(sa.Text)
    in_protocol: Mapped[bool]
    written_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    written_at: Mapped[datetime]
