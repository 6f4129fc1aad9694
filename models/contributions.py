"""Contributions: co-investment that came, with its evidence, verified by a second person."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import STRICT, Base, Currency, Id, Json, Minor, Versioned
from models.channels import Channel
from models.grants import Grant
from models.pledges import Pledge
from models.rates import ExchangeRate
from models.remitters import Remitter


class ContributionKind(StrEnum):
    REMITTANCE = "remittance"
    COMMUNITY_CASH = "community_cash"
    IN_KIND = "in_kind"


class ContributionStatus(StrEnum):
    RECORDED = "recorded"
    VERIFIED = "verified"
    REFUSED = "refused"
    REVERSED = "reversed"


class Check(StrEnum):
    """What the second person goes through before a contribution counts; each must hold."""

    LEGIBLE = "legible"
    AMOUNT = "amount"
    DAY = "day"
    SENDER = "sender"
    UNUSED = "unused"
    ARRIVED = "arrived"


class Contribution(Versioned, Base):
    """One sum of money or goods. `reference_key` is the normalised reference, unique a channel while it counts.

    `sender_name` is who stands on the receipt, `remitter_id` whose money it is: kin may send for somebody.
    `received_on`, `receiver_name` and the `fee` the channel took beside the amount are there where the receipt shows
    them. `checks` lists what the verifier ticked (values of `Check`), empty until then. A refused one has the check
    that does not hold as `fault`, or words as its `reason`, or both.
    """

    __tablename__ = "contributions"
    __table_args__ = (
        sa.CheckConstraint("amount > 0 AND amount_kgs > 0", name="amounts_positive"),
        sa.CheckConstraint("verified_by_id IS NULL OR verified_by_id <> recorded_by_id", name="two_people"),
        sa.CheckConstraint(
            "(status IN ('verified', 'reversed')) = (event_id IS NOT NULL)", name="booked_when_verified"
        ),
        sa.CheckConstraint("(status = 'reversed') = (reversal_event_id IS NOT NULL)", name="reversed_with_event"),
        sa.CheckConstraint("(kind = 'remittance') = (reference_key IS NOT NULL)", name="remittance_has_reference"),
        sa.CheckConstraint("(kind = 'remittance') = (channel_id IS NOT NULL)", name="remittance_has_channel"),
        sa.CheckConstraint("kind <> 'remittance' OR remitter_id IS NOT NULL", name="remittance_has_remitter"),
        sa.CheckConstraint("received_on >= sent_on", name="received_after_sent"),
        sa.CheckConstraint("fee >= 0", name="fee_not_negative"),
        sa.Index(
            "uq_contributions_reference",
            "channel_id",
            "reference_key",
            unique=True,
            sqlite_where=sa.text("status IN ('recorded', 'verified')"),
            postgresql_where=sa.text("status IN ('recorded', 'verified')"),
        ),
        sa.Index("ix_contributions_in_som", "amount_kgs", "sent_on"),
        sa.Index("ix_contributions_sent", "currency", "amount", "sent_on"),
        sa.Index("ix_contributions_grant", "grant_id", "id"),
        sa.Index("ix_contributions_status", "status", "id"),
        STRICT,
    )

    id: Mapped[Id]
    grant_id: Mapped[int] = mapped_column(sa.ForeignKey("grants.id"))
    pledge_id: Mapped[int | None] = mapped_column(sa.ForeignKey("pledges.id"), index=True)
    remitter_id: Mapped[int | None] = mapped_column(sa.ForeignKey("remitters.id"), index=True)
    kind: Mapped[ContributionKind]
    channel_id: Mapped[int | None] = mapped_column(sa.ForeignKey("channels.id"))
    reference: Mapped[str] = mapped_column(sa.String(60), default="")
    reference_key: Mapped[str | None] = mapped_column(sa.String(60))
    sender_name: Mapped[str] = mapped_column(sa.String(200))
    sender_country: Mapped[str] = mapped_column(sa.String(2))
    receiver_name: Mapped[str] = mapped_column(sa.String(200), default="")
    sent_on: Mapped[date]
    received_on: Mapped[date | None]
    currency: Mapped[Currency]
    amount: Mapped[Minor]
    fee: Mapped[Minor] = mapped_column(default=0)
    rate_id: Mapped[int | None] = mapped_column(sa.ForeignKey("exchange_rates.id"))
    amount_kgs: Mapped[Minor]
    status: Mapped[ContributionStatus] = mapped_column(default=ContributionStatus.RECORDED)
    recorded_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    recorded_at: Mapped[datetime]
    verified_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    verified_at: Mapped[datetime | None]
    checks: Mapped[Json] = mapped_column(default=list)
    fault: Mapped[Check | None]
    reason: Mapped[str] = mapped_column(sa.String(400), default="")
    event_id: Mapped[int | None] = mapped_column(sa.ForeignKey("ledger_events.id"))
    reversal_event_id: Mapped[int | None] = mapped_column(sa.ForeignKey("ledger_events.id"))

    grant: Mapped[Grant] = relationship()
    pledge: Mapped[Pledge | None] = relationship()
    remitter: Mapped[Remitter | None] = relationship()
    channel: Mapped[Channel | None] = relationship()
    rate: Mapped[ExchangeRate | None] = relationship()
