"""Grants and their tranches."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.agreements import Agreement
from models.applications import Application
from models.associations import Association, PayoutAccount
from models.base import STRICT, Base, Id, Json, Minor, Versioned
from models.calls import ApplicantType
from models.funds import Fund
from models.reductions import Reduction


class GrantStatus(StrEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    CLOSED = "closed"  # after the checks of what survives; no action leads here yet
    TERMINATED = "terminated"


RUNNING = frozenset({GrantStatus.ACTIVE, GrantStatus.SUSPENDED})


class Grant(Versioned, Base):
    """The award of an application. `amount` in tyiyn; the rules are copied from the call when the grant is offered.

    `amount` is the award in force, to which the tranches add up; `awarded` what it was before any reduction.
    `match_percent` is the ratio of this applicant; `match_applicant` the sort that gave it, None for the usual one.
    `visit_before` lists the sequences of the tranches before which a monitoring visit is made, `report_before` those
    before which a spending report through the payment of the tranche before is accepted. What costs `quotations_from`
    (tyiyn) or more is bought by one of three quotations; None: no purchase is. `asks_receipt`: the next
    tranche waits for the association's word that the one before came; what was offered before this rule does not.
    `change_unsigned`: an amendment waits for the signatures of both sides.
    """

    __tablename__ = "grants"
    __table_args__ = (
        sa.CheckConstraint("amount > 0", name="amount_positive"),
        sa.CheckConstraint("ends_on > starts_on", name="period_in_order"),
        sa.UniqueConstraint("id", "fund_id"),
        sa.Index("ix_grants_fund", "fund_id", "status", "id"),
        sa.Index(
            "ix_grants_to_sign",
            "id",
            sqlite_where=sa.text("status = 'accepted' OR change_unsigned = 1"),
            postgresql_where=sa.text("status = 'accepted' OR change_unsigned"),
        ),
        STRICT,
    )

    id: Mapped[Id]
    number: Mapped[str] = mapped_column(sa.String(20), unique=True)
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("applications.id"), unique=True)
    fund_id: Mapped[int] = mapped_column(sa.ForeignKey("funds.id"))
    association_id: Mapped[int] = mapped_column(sa.ForeignKey("associations.id"), index=True)
    amount: Mapped[Minor]
    status: Mapped[GrantStatus] = mapped_column(default=GrantStatus.OFFERED)
    match_percent: Mapped[int]
    match_applicant: Mapped[ApplicantType | None]
    match_terms: Mapped[Json]
    accounting_percent: Mapped[int]
    in_kind_counts: Mapped[bool]
    visit_before: Mapped[Json] = mapped_column(default=list)
    report_before: Mapped[Json] = mapped_column(default=list)
    quotations_from: Mapped[int | None] = mapped_column(sa.BigInteger)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    offered_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    offered_at: Mapped[datetime]
    accepted_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    accepted_at: Mapped[datetime | None]
    activated_at: Mapped[datetime | None]
    suspended_reason: Mapped[str] = mapped_column(sa.String(400), default="")
    completed_at: Mapped[datetime | None]
    payout_account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("payout_accounts.id"))
    asks_receipt: Mapped[bool] = mapped_column(default=True)
    change_unsigned: Mapped[bool] = mapped_column(default=False)

    application: Mapped[Application] = relationship()
    fund: Mapped[Fund] = relationship()
    association: Mapped[Association] = relationship()
    payout_account: Mapped[PayoutAccount | None] = relationship()
    tranches: Mapped[list["Tranche"]] = relationship(back_populates="grant", order_by="Tranche.sequence")
    agreements: Mapped[list[Agreement]] = relationship(order_by=Agreement.sequence)
    reductions: Mapped[list[Reduction]] = relationship(order_by=Reduction.sequence)

    @property
    def awarded(self) -> int:
        """What the Council awarded, in tyiyn, whatever it was reduced to afterwards."""
        return self.reductions[0].before if self.reductions else self.amount

    @property
    def agreement(self) -> Agreement | None:
        """The agreement in force: the last one kept; None while the grant is only offered."""
        return self.agreements[-1] if self.agreements else None

    @property
    def agreement_sha256(self) -> str:
        """The hash of the agreement in force, by which a signer says what was read; "" while there is none."""
        return self.agreement.sha256 if self.agreement else ""

    @property
    def is_running(self) -> bool:
        """Whether the work goes on: spending, visits and results are recorded, money may be kept back."""
        return self.status in RUNNING

    @property
    def is_stopped(self) -> bool:
        """Whether an open stop keeps money back."""
        return self.status is GrantStatus.SUSPENDED


class TrancheStatus(StrEnum):
    PLANNED = "planned"
    REQUESTED = "requested"
    PREPARED = "prepared"
    APPROVED = "approved"
    RELEASED = "released"
    CONFIRMED = "confirmed"
    ACCOUNTED = "accounted"
    RETURNED = "returned"
    DROPPED = "dropped"  # nothing is left of it: the grant was reduced


PAID = frozenset({TrancheStatus.RELEASED, TrancheStatus.CONFIRMED, TrancheStatus.ACCOUNTED})


SETTLED = frozenset({TrancheStatus.ACCOUNTED, TrancheStatus.DROPPED})
"""The states in which nothing of a tranche waits any more."""
UNDER_WAY = frozenset({TrancheStatus.REQUESTED, TrancheStatus.PREPARED, TrancheStatus.APPROVED})
"""The states in which its payment is asked for and not sent yet."""


class Tranche(Versioned, Base):
    """One instalment of a grant. Who prepares never approves: the database refuses it too.

    `bank_reference_key` is the bank's reference as it is compared: one payment is booked once.
    """

    __tablename__ = "tranches"
    __table_args__ = (
        sa.CheckConstraint("amount >= 0 AND (amount = 0) = (status = 'dropped')", name="amount_unless_dropped"),
        sa.CheckConstraint(
            "approved_by_id IS NULL OR (prepared_by_id IS NOT NULL AND approved_by_id <> prepared_by_id)",
            name="two_people",
        ),
        sa.CheckConstraint("released_at IS NULL OR payout_account_id IS NOT NULL", name="released_to_account"),
        sa.CheckConstraint("(released_at IS NULL) = (event_id IS NULL)", name="released_with_event"),
        sa.UniqueConstraint("grant_id", "sequence"),
        sa.Index("ix_tranches_status", "status", "id"),
        sa.Index("uq_tranches_reference", "bank_reference_key", unique=True),
        STRICT,
    )

    id: Mapped[Id]
    grant_id: Mapped[int] = mapped_column(sa.ForeignKey("grants.id"))
    sequence: Mapped[int]
    amount: Mapped[Minor]
    status: Mapped[TrancheStatus] = mapped_column(default=TrancheStatus.PLANNED)
    due_on: Mapped[date]
    requested_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    requested_at: Mapped[datetime | None]
    prepared_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    prepared_at: Mapped[datetime | None]
    approved_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    approved_at: Mapped[datetime | None]
    released_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    released_at: Mapped[datetime | None]
    bank_reference: Mapped[str | None] = mapped_column(sa.String(60), unique=True)
    bank_reference_key: Mapped[str | None] = mapped_column(sa.String(60))
    event_id: Mapped[int | None] = mapped_column(sa.ForeignKey("ledger_events.id"))
    payout_account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("payout_accounts.id"))
    confirmed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    confirmed_at: Mapped[datetime | None]
    accounted_at: Mapped[datetime | None]
    grant: Mapped[Grant] = relationship(back_populates="tranches")
    payout_account: Mapped[PayoutAccount | None] = relationship()

    @property
    def is_paid(self) -> bool:
        return self.status in PAID

    @property
    def is_settled(self) -> bool:
        return self.status in SETTLED
