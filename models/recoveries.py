"""Recoveries: grant money claimed back from an association, a claim lifted, or given up. Each by two people."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import STRICT, Base, Id, Minor, Versioned
from models.grants import Grant


class RecoveryKind(StrEnum):
    CLAIM = "claim"  # advanced becomes recoverable: the association owes it
    LIFT = "lift"  # recoverable becomes advanced again: it may be accounted for after all
    WRITE_OFF = "write_off"  # recoverable is given up


class RecoveryStatus(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"


class Recovery(Versioned, Base):
    """What is to move, `amount` in tyiyn; once approved, `event_id` has moved it and nothing of the row changes.

    `due_on` is the day until which a claim is to be paid; `decision` names the decision of the Council a write-off
    rests on. A grant has one open proposal at a time.
    """

    __tablename__ = "recoveries"
    __table_args__ = (
        sa.CheckConstraint("amount > 0", name="amount_positive"),
        sa.CheckConstraint("reason <> ''", name="with_reason"),
        sa.CheckConstraint("(kind = 'claim') = (due_on IS NOT NULL)", name="claim_with_day"),
        sa.CheckConstraint("(kind = 'write_off') = (decision <> '')", name="write_off_with_decision"),
        sa.CheckConstraint("decided_by_id IS NULL OR decided_by_id <> proposed_by_id", name="two_people"),
        sa.CheckConstraint("(status = 'proposed') = (decided_at IS NULL)", name="decided_at_a_time"),
        sa.CheckConstraint("(decided_at IS NULL) = (decided_by_id IS NULL)", name="decided_by_somebody"),
        sa.CheckConstraint("(status = 'approved') = (event_id IS NOT NULL)", name="approved_with_event"),
        sa.CheckConstraint("status <> 'refused' OR answer <> ''", name="refused_with_reason"),
        sa.UniqueConstraint("event_id"),
        sa.Index(
            "uq_recoveries_open",
            "grant_id",
            unique=True,
            sqlite_where=sa.text("status = 'proposed'"),
            postgresql_where=sa.text("status = 'proposed'"),
        ),
        sa.Index("ix_recoveries_grant", "grant_id", "id"),
        STRICT,
    )

    id: Mapped[Id]
    grant_id: Mapped[int] = mapped_column(sa.ForeignKey("grants.id"))
    kind: Mapped[RecoveryKind]
    amount: Mapped[Minor]
    due_on: Mapped[date | None]
    decision: Mapped[str] = mapped_column(sa.String(120), default="")
    reason: Mapped[str] = mapped_column(sa.String(400))
    status: Mapped[RecoveryStatus] = mapped_column(default=RecoveryStatus.PROPOSED)
    answer: Mapped[str] = mapped_column(sa.String(400), default="")
    event_id: Mapped[int | None] = mapped_column(sa.ForeignKey("ledger_events.id"))
    proposed_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    proposed_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    grant: Mapped[Grant] = relationship()
