"""Terminations: a running grant ended early, proposed by one person and decided by another."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import STRICT, Base, Id, Versioned
from models.grants import Grant


class TerminationStatus(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"


class Termination(Versioned, Base):
    """Why a grant is to end early. Once it is approved, `freed` went back to the fund and `to_repay` is asked back.

    Both in tyiyn. A grant has one open proposal at a time.
    """

    __tablename__ = "terminations"
    __table_args__ = (
        sa.CheckConstraint("reason <> ''", name="with_reason"),
        sa.CheckConstraint("decided_by_id IS NULL OR decided_by_id <> proposed_by_id", name="two_people"),
        sa.CheckConstraint("(status = 'proposed') = (decided_at IS NULL)", name="decided_at_a_time"),
        sa.CheckConstraint("(status = 'approved') = (freed IS NOT NULL)", name="approved_with_sums"),
        sa.CheckConstraint("(freed IS NULL) = (to_repay IS NULL)", name="both_sums"),
        sa.CheckConstraint("status <> 'refused' OR answer <> ''", name="refused_with_reason"),
        sa.Index(
            "uq_terminations_standing",
            "grant_id",
            unique=True,
            sqlite_where=sa.text("status <> 'refused'"),
            postgresql_where=sa.text("status <> 'refused'"),
        ),
        STRICT,
    )

    id: Mapped[Id]
    grant_id: Mapped[int] = mapped_column(sa.ForeignKey("grants.id"), index=True)
    status: Mapped[TerminationStatus] = mapped_column(default=TerminationStatus.PROPOSED)
    reason: Mapped[str] = mapped_column(sa.String(400))
    answer: Mapped[str] = mapped_column(sa.String(400), default="")
    freed: Mapped[int | None]
    to_repay: Mapped[int | None]
    proposed_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    proposed_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    grant: Mapped[Grant] = relationship()
