"""Overrides: a condition of a tranche's gate that two people set aside, for one payment and with a reason."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import STRICT, Base, Id, Json, LongText, Versioned, waiting_index
from models.grants import Grant, Tranche
from models.users import Role


class OverridableCondition(StrEnum):
    """The conditions of the gate that may be overridden: never the match, an open stop or the account."""

    ACCOUNTED = "accounted"
    VISIT = "visit"
    REPORT = "report"


class OverrideStatus(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    USED = "used"
    LAPSED = "lapsed"  # the payment did not need it, or nothing is left of the tranche


OPEN = frozenset({OverrideStatus.PROPOSED, OverrideStatus.APPROVED})
"""The states in which it is asked for or in force."""
_OFFICES = {
    name: sa.Enum(  # two columns of one enum: each constraint needs a name of its own
        Role,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=40,
        values_callable=lambda kind: [member.value for member in kind],
    )
    for name in ("proposed_as", "approved_as")
}


class Override(Versioned, Base):
    """One condition of one tranche set aside for its next payment. Who proposes never approves.

    `proposed_as` and `approved_as` are the offices: donors read these, not the people. `event` is the payment that used
    it. What was proposed is never changed, and what has ended stays as it is.
    """

    __tablename__ = "overrides"
    __table_args__ = (
        sa.CheckConstraint("approved_by_id IS NULL OR approved_by_id <> proposed_by_id", name="two_people"),
        sa.CheckConstraint(
            "(approved_by_id IS NULL) = (approved_at IS NULL) AND (approved_by_id IS NULL) = (approved_as IS NULL)",
            name="approved_whole",
        ),
        sa.CheckConstraint(
            "(status <> 'proposed' OR approved_at IS NULL) AND (status <> 'refused' OR approved_at IS NULL) "
            "AND (status NOT IN ('approved', 'used') OR approved_at IS NOT NULL)",
            name="in_force_when_approved",
        ),
        sa.CheckConstraint("(status = 'used') = (event_id IS NOT NULL)", name="used_by_payment"),
        sa.CheckConstraint(
            "(status IN ('proposed', 'approved')) = (ended_at IS NULL) "
            "AND (status IN ('refused', 'withdrawn')) = (ended_reason IS NOT NULL)",
            name="ended_whole",
        ),
        sa.Index(
            "uq_overrides_open",
            "tranche_id",
            "condition",
            unique=True,
            sqlite_where=sa.text("status IN ('proposed', 'approved')"),
            postgresql_where=sa.text("status IN ('proposed', 'approved')"),
        ),
        waiting_index("ix_overrides_waiting", "id", where="status = 'proposed'"),
        STRICT,
    )

    id: Mapped[Id]
    grant_id: Mapped[int] = mapped_column(sa.ForeignKey("grants.id"), index=True)
    tranche_id: Mapped[int] = mapped_column(sa.ForeignKey("tranches.id"), index=True)
    condition: Mapped[OverridableCondition]
    status: Mapped[OverrideStatus] = mapped_column(default=OverrideStatus.PROPOSED)
    reason: Mapped[LongText] = mapped_column(sa.Text)
    proposed_as: Mapped[Role] = mapped_column(_OFFICES["proposed_as"])
    proposed_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    proposed_at: Mapped[datetime]
    approved_as: Mapped[Role | None] = mapped_column(_OFFICES["approved_as"])
    approved_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    approved_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[LongText | None] = mapped_column(sa.Text)
    event_id: Mapped[int | None] = mapped_column(sa.ForeignKey("ledger_events.id"))
    grant: Mapped[Grant] = relationship()
    tranche: Mapped[Tranche] = relationship()

    @property
    def is_open(self) -> bool:
        return self.status in OPEN


class OverrideRule(Versioned, Base):
    """Who may propose and who may approve an override of `condition`: lists of offices. No row: the usual rule."""

    __tablename__ = "override_rules"
    __table_args__ = (sa.UniqueConstraint("condition"), STRICT)

    id: Mapped[Id]
    condition: Mapped[OverridableCondition]
    proposers: Mapped[Json]
    approvers: Mapped[Json]
    changed_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    changed_at: Mapped[datetime]
