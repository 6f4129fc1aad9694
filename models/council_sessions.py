"""Sittings of the Council: attendance, votes, decisions and the signed protocol."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.allocations import Allocation
from models.applications import Application
from models.base import STRICT, Base, Id, Json, LongText, Minor, Versioned
from models.calls import Call
from models.users import User


def quorum_of(seats: int) -> int:
    """How many have to be there: more than half of the seats."""
    return seats // 2 + 1


class SessionStatus(StrEnum):
    OPEN = "open"
    SIGNED = "signed"
    ADJOURNED = "adjourned"


class AgendaOrder(StrEnum):
    """How the agenda is ordered: so that recused members leave least often, down the ranking, or by hand."""

    GROUPED = "grouped"
    RANKED = "ranked"
    BY_HAND = "by_hand"


class CouncilSession(Versioned, Base):
    """A sitting on one call. `seats` is the number of Council members; more than half must be present.

    `attendances` are all who came; who left and came back stands in `presence_changes`, and `present` are those who
    are there now. One that ended without decisions is adjourned: when, by whom and why.
    """

    __tablename__ = "council_sessions"
    __table_args__ = (
        sa.CheckConstraint("seats > 0", name="seats_positive"),
        sa.CheckConstraint("(status = 'adjourned') = (adjourned_at IS NOT NULL)", name="adjourned_with_day"),
        sa.CheckConstraint("(adjourned_at IS NULL) = (adjourned_by_id IS NULL)", name="adjourned_by_somebody"),
        sa.CheckConstraint("(adjourned_at IS NULL) = (adjourned_reason IS NULL)", name="adjourned_for_a_reason"),
        sa.Index(
            "uq_council_sessions_open",
            "call_id",
            unique=True,
            sqlite_where=sa.text("status = 'open'"),
            postgresql_where=sa.text("status = 'open'"),
        ),
        STRICT,
    )

    id: Mapped[Id]
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("calls.id"), index=True)
    held_on: Mapped[date]
    place: Mapped[str] = mapped_column(sa.String(200))
    seats: Mapped[int]
    status: Mapped[SessionStatus] = mapped_column(default=SessionStatus.OPEN)
    agenda_order: Mapped[AgendaOrder] = mapped_column(default=AgendaOrder.GROUPED)
    created_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    created_at: Mapped[datetime]
    adjourned_at: Mapped[datetime | None]
    adjourned_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    adjourned_reason: Mapped[LongText | None] = mapped_column(sa.Text)
    call: Mapped[Call] = relationship()
    adjourned_by: Mapped[User | None] = relationship(foreign_keys=[adjourned_by_id])
    attendances: Mapped[list["Attendance"]] = relationship(order_by="Attendance.id")
    presence_changes: Mapped[list["PresenceChange"]] = relationship(order_by="PresenceChange.id")
    decisions: Mapped[list["Decision"]] = relationship(back_populates="session", order_by="Decision.id")
    protocol: Mapped["Protocol | None"] = relationship(back_populates="session", uselist=False)

    @property
    def is_open(self) -> bool:
        return self.status is SessionStatus.OPEN

    @property
    def present(self) -> list[User]:
        """Who is there now, in the order of the list of attendance."""
        last = {one.user_id: one.is_present for one in self.presence_changes}
        return [one.user for one in self.attendances if last.get(one.user_id, True)]

    @property
    def present_count(self) -> int:
        return len(self.present)

    @property
    def quorum(self) -> int:
        return quorum_of(self.seats)

    @property
    def has_quorum(self) -> bool:
        return self.present_count >= self.quorum


class Attendance(Base):
    """A Council member present at a session."""

    __tablename__ = "attendances"
    __table_args__ = (sa.UniqueConstraint("session_id", "user_id"), STRICT)

    id: Mapped[Id]
    session_id: Mapped[int] = mapped_column(sa.ForeignKey("council_sessions.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    user: Mapped[User] = relationship(lazy="joined")


class PresenceChange(Base):
    """Somebody on the list of attendance came later, left or came back. Append-only."""

    __tablename__ = "presence_changes"

    id: Mapped[Id]
    session_id: Mapped[int] = mapped_column(sa.ForeignKey("council_sessions.id"), index=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    is_present: Mapped[bool]
    changed_at: Mapped[datetime]
    recorded_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))


class DecisionOutcome(StrEnum):
    SELECTED = "selected"
    RESERVE = "reserve"
    REJECTED = "rejected"


class Decision(Base):
    """What the Council decided on an application, with reason; for a selected one the amount (tyiyn) and from what.

    `present` are the ids of those in the room, recused ones apart (none: decided before they were kept). `sequence`
    counts the decisions on one application from 1: the one with the highest holds, and takes the place of the one
    before it, which stays as it was signed. Append-only.
    """

    __tablename__ = "decisions"
    __table_args__ = (
        sa.UniqueConstraint("session_id", "application_id"),
        sa.Index("uq_decisions_application_id_sequence", "application_id", "sequence", unique=True),
        sa.CheckConstraint("sequence > 0", name="sequence_positive"),
        sa.CheckConstraint("(outcome = 'selected') = (amount IS NOT NULL)", name="amount_if_selected"),
        sa.CheckConstraint("(amount IS NULL) = (allocation_id IS NULL)", name="allocation_if_amount"),
        sa.CheckConstraint("amount IS NULL OR amount > 0", name="amount_positive"),
        sa.CheckConstraint("votes_for >= 0 AND votes_against >= 0 AND abstentions >= 0", name="votes_not_negative"),
        STRICT,
    )

    id: Mapped[Id]
    session_id: Mapped[int] = mapped_column(sa.ForeignKey("council_sessions.id"), index=True)
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("applications.id"), index=True)
    outcome: Mapped[DecisionOutcome]
    amount: Mapped[Minor | None]
    allocation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("allocations.id"), index=True)
    reason: Mapped[LongText] = mapped_column(sa.Text)
    rank: Mapped[int | None]
    score: Mapped[int | None]
    votes_for: Mapped[int]
    votes_against: Mapped[int]
    abstentions: Mapped[int]
    present: Mapped[Json] = mapped_column(default=list)
    sequence: Mapped[int] = mapped_column(default=1)
    decided_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    decided_at: Mapped[datetime]
    session: Mapped[CouncilSession] = relationship(back_populates="decisions")
    application: Mapped[Application] = relationship()
    allocation: Mapped[Allocation | None] = relationship()
    votes: Mapped[list["Vote"]] = relationship(back_populates="decision", order_by="Vote.id")
    dissents: Mapped[list["Dissent"]] = relationship(back_populates="decision", order_by="Dissent.id")


class VoteChoice(StrEnum):
    FOR = "for"
    AGAINST = "against"
    ABSTAINED = "abstained"


class Vote(Base):
    """One member's vote on a decision, where the call's rule is the open vote. Append-only."""

    __tablename__ = "votes"
    __table_args__ = (sa.UniqueConstraint("decision_id", "user_id"), STRICT)

    id: Mapped[Id]
    decision_id: Mapped[int] = mapped_column(sa.ForeignKey("decisions.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    choice: Mapped[VoteChoice]
    decision: Mapped[Decision] = relationship(back_populates="votes")
    user: Mapped[User] = relationship()


class Dissent(Base):
    """Why a member does not share a decision, as it stands in the protocol. Append-only."""

    __tablename__ = "dissents"
    __table_args__ = (sa.UniqueConstraint("decision_id", "user_id"), STRICT)

    id: Mapped[Id]
    decision_id: Mapped[int] = mapped_column(sa.ForeignKey("decisions.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    reason: Mapped[LongText] = mapped_column(sa.Text)
    decision: Mapped[Decision] = relationship(back_populates="dissents")
    user: Mapped[User] = relationship()


class Protocol(Base):
    """The signed minutes: canonical JSON of all that was decided, and its SHA-256. Append-only."""

    __tablename__ = "protocols"

    id: Mapped[Id]
    session_id: Mapped[int] = mapped_column(sa.ForeignKey("council_sessions.id"), unique=True)
    number: Mapped[str] = mapped_column(sa.String(20), unique=True)
    content: Mapped[LongText] = mapped_column(sa.Text)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    signed_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    signed_at: Mapped[datetime]
    session: Mapped[CouncilSession] = relationship(back_populates="protocol")
    signed_by: Mapped[User] = relationship()
