"""Grant amendments: what was agreed with an association and is changed, by a new version of its agreement."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.agreements import Agreement
from models.base import STRICT, Base, Id, Json, LongText, Minor, Versioned
from models.grants import Grant


class GrantAmendmentKind(StrEnum):
    EXTENSION = "extension"  # more time, no more money
    SHIFT = "shift"  # between the lines of the budget, who pays stays
    RAISE = "raise"  # a reduced award grows again, never beyond what the Council awarded


class GrantAmendmentStatus(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class GrantAmendment(Versioned, Base):
    """One change of a grant's agreement. What was proposed is never changed, and what has ended stays as it is.

    An extension has the last day `ends_before` and the one wanted, `ends_on`. A shift has `lines`: [{"line": id of the
    budget line, "before": tyiyn, "after": tyiyn}]; `is_over_limit`: more than a quarter of a heading has moved since
    the agreement. A raise has the award `amount_before` and the one wanted, `amount_after` (tyiyn); what it adds is a
    tranche of its own, planned for `due_on`, committed by `event`. Who proposes decides alone about a shift within the
    limit only. `agreement` is the version it made.
    """

    __tablename__ = "grant_amendments"
    __table_args__ = (
        sa.UniqueConstraint("grant_id", "sequence"),
        sa.UniqueConstraint("agreement_id"),
        sa.UniqueConstraint("event_id"),
        sa.CheckConstraint("sequence > 0", name="sequence_positive"),
        sa.CheckConstraint(
            "(kind = 'extension') = (ends_on IS NOT NULL) AND (ends_on IS NULL) = (ends_before IS NULL) "
            "AND (ends_on IS NULL OR ends_on > ends_before)",
            name="longer_when_extended",
        ),
        sa.CheckConstraint(
            "(kind = 'raise') = (amount_after IS NOT NULL) AND (amount_after IS NULL) = (amount_before IS NULL) "
            "AND (amount_after IS NULL) = (due_on IS NULL) "
            "AND (amount_after IS NULL OR (amount_before > 0 AND amount_after > amount_before))",
            name="more_when_raised",
        ),
        sa.CheckConstraint(
            "(kind = 'raise' AND status = 'approved') = (event_id IS NOT NULL)", name="raised_with_event"
        ),
        sa.CheckConstraint(
            "status <> 'approved' OR (kind = 'shift' AND NOT is_over_limit) OR decided_by_id <> proposed_by_id",
            name="two_people",
        ),
        sa.CheckConstraint("(status = 'approved') = (agreement_id IS NOT NULL)", name="approved_with_agreement"),
        sa.CheckConstraint(
            "(status = 'proposed') = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by_id IS NULL) "
            "AND (status IN ('refused', 'withdrawn')) = (answer IS NOT NULL)",
            name="decided_whole",
        ),
        sa.Index(
            "uq_grant_amendments_open",
            "grant_id",
            unique=True,
            sqlite_where=sa.text("status = 'proposed'"),
            postgresql_where=sa.text("status = 'proposed'"),
        ),
        STRICT,
    )

    id: Mapped[Id]
    grant_id: Mapped[int] = mapped_column(sa.ForeignKey("grants.id"))
    sequence: Mapped[int]
    kind: Mapped[GrantAmendmentKind]
    status: Mapped[GrantAmendmentStatus] = mapped_column(default=GrantAmendmentStatus.PROPOSED)
    reason: Mapped[LongText] = mapped_column(sa.Text)
    ends_before: Mapped[date | None]
    ends_on: Mapped[date | None]
    lines: Mapped[Json] = mapped_column(default=list)
    is_over_limit: Mapped[bool] = mapped_column(default=False)
    amount_before: Mapped[Minor | None]
    amount_after: Mapped[Minor | None]
    due_on: Mapped[date | None]
    proposed_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    proposed_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    answer: Mapped[LongText | None] = mapped_column(sa.Text)
    agreement_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agreements.id"))
    event_id: Mapped[int | None] = mapped_column(sa.ForeignKey("ledger_events.id"))
    grant: Mapped[Grant] = relationship()
    agreement: Mapped[Agreement | None] = relationship()

    @property
    def needs_two(self) -> bool:
        """Whether another person than the one who proposed it has to decide."""
        return self.kind is not GrantAmendmentKind.SHIFT or self.is_over_limit
