"""The ledger: accounts, events and one-row transfers. Balanced by construction, append-only by trigger.

A transfer moves an amount from the credited account (source) to the debited one (destination). An account's
balance is what was debited less what was credited; the balances of a currency always total zero.
"""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from models.base import STRICT, Base, Currency, Id, Minor


class AccountKind(StrEnum):
    """What an account holds (domain.md section 6). Those marked (world) stand for the outside and go below zero."""

    DONOR = "donor"  # (world) money paid by the donor of a fund
    EXCHANGE = "exchange"  # (world) the other side of a currency exchange
    REMITTER = "remitter"  # (world) money sent by migrants
    COMMUNITY = "community"  # (world) cash collected in the village
    IN_KIND_GIVEN = "in_kind_given"  # (world) labour, materials, land use
    ROUNDING = "rounding"  # (world) fund: what a bank credited beside the som its rate gives
    AVAILABLE = "available"  # fund: received and not yet promised
    INDIRECT = "indirect"  # fund: kept by the programme for its own costs, as the agreement allows
    COMMITTED = "committed"  # grant: awarded and not yet paid
    ADVANCED = "advanced"  # grant: paid and not yet accounted for
    RECOVERABLE = "recoverable"  # grant: claimed back from the association and not there yet
    WRITTEN_OFF = "written_off"  # grant: claimed back and given up
    SPENT = "spent"  # grant and heading: grant money accounted for
    CO_INVESTMENT = "co_investment"  # grant: verified cash held by the project
    CO_INVESTMENT_SPENT = "co_investment_spent"  # grant and heading: co-investment cash accounted for
    IN_KIND_HELD = "in_kind_held"  # grant: verified goods and labour
    IN_KIND_USED = "in_kind_used"  # grant and heading: goods and labour used up


WORLD = frozenset(
    {
        AccountKind.DONOR,
        AccountKind.EXCHANGE,
        AccountKind.REMITTER,
        AccountKind.COMMUNITY,
        AccountKind.IN_KIND_GIVEN,
        AccountKind.ROUNDING,
    }
)


class LedgerAccount(Base):
    """An account. `scope_key` names what it belongs to, so that there is one account a kind, scope and currency.

    Accounts of grants have a control account (`control_id`): the one of the same kind and heading of their whole fund.
    It takes no transfer itself; its turnovers are those of all it controls (models/turnovers.py).
    """

    __tablename__ = "ledger_accounts"
    __table_args__ = (
        sa.UniqueConstraint("kind", "scope_key", "currency"),
        sa.UniqueConstraint("id", "currency"),
        STRICT,
    )

    id: Mapped[Id]
    kind: Mapped[AccountKind]
    currency: Mapped[Currency]
    scope_key: Mapped[str] = mapped_column(sa.String(80))
    fund_id: Mapped[int | None] = mapped_column(sa.ForeignKey("funds.id"), index=True)
    grant_id: Mapped[int | None] = mapped_column(sa.ForeignKey("grants.id"), index=True)
    association_id: Mapped[int | None] = mapped_column(sa.ForeignKey("associations.id"), index=True)
    heading: Mapped[str | None] = mapped_column(sa.String(40))
    control_id: Mapped[int | None] = mapped_column(sa.ForeignKey("ledger_accounts.id"), index=True)


class EventKind(StrEnum):
    FUND_RECEIVED = "fund_received"
    GRANT_COMMITTED = "grant_committed"
    GRANT_RELEASED = "grant_released"
    TRANCHE_RELEASED = "tranche_released"
    TRANCHE_RETURNED = "tranche_returned"  # unspent, paid back by the association; a bank's return is a reversal
    RECOVERY_CLAIMED = "recovery_claimed"
    RECOVERY_LIFTED = "recovery_lifted"
    WRITTEN_OFF = "written_off"
    FUND_CLOSED = "fund_closed"  # what a fund did not use goes back to its donor
    CONTRIBUTION_VERIFIED = "contribution_verified"
    EXPENDITURE_ACCEPTED = "expenditure_accepted"
    REVERSAL = "reversal"


class LedgerEvent(Base):
    """Why transfers were made: one event, one or more transfers. Append-only."""

    __tablename__ = "ledger_events"
    __table_args__ = (
        sa.Index("uq_ledger_events_value", "id", "value_on", "actor_id", unique=True),
        sa.Index("ix_ledger_events_value_on", "value_on", "id"),
        sa.Index("ix_ledger_events_fund", "fund_id", "value_on", "id"),
        sa.Index("ix_ledger_events_grant", "grant_id", "value_on", "id"),
        sa.Index("ix_ledger_events_kind", "kind", "value_on", "id"),
    )

    id: Mapped[Id]
    kind: Mapped[EventKind]
    occurred_at: Mapped[datetime]
    value_on: Mapped[date]
    actor_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    grant_id: Mapped[int | None] = mapped_column(sa.ForeignKey("grants.id"))
    fund_id: Mapped[int | None] = mapped_column(sa.ForeignKey("funds.id"))
    rate_id: Mapped[int | None] = mapped_column(sa.ForeignKey("exchange_rates.id"))
    reverses_id: Mapped[int | None] = mapped_column(sa.ForeignKey("ledger_events.id"), unique=True)
    reason: Mapped[str] = mapped_column(sa.String(400), default="")
    transfers: Mapped[list["Transfer"]] = relationship(back_populates="event", order_by="Transfer.id")


class Transfer(Base):
    """One immutable row: debit account, credit account, amount > 0 in minor units, one currency for both sides.

    Value day and actor are the event's, which the key holds together: an account is read by day without its events.
    """

    __tablename__ = "transfers"
    __table_args__ = (
        sa.ForeignKeyConstraint(["debit_account_id", "currency"], ["ledger_accounts.id", "ledger_accounts.currency"]),
        sa.ForeignKeyConstraint(["credit_account_id", "currency"], ["ledger_accounts.id", "ledger_accounts.currency"]),
        sa.ForeignKeyConstraint(
            ["event_id", "value_on", "actor_id"],
            ["ledger_events.id", "ledger_events.value_on", "ledger_events.actor_id"],
        ),
        sa.CheckConstraint("amount > 0", name="amount_positive"),
        sa.CheckConstraint("debit_account_id <> credit_account_id", name="two_accounts"),
        sa.Index("ix_transfers_debit", "debit_account_id", "value_on", "id", "amount"),
        sa.Index("ix_transfers_credit", "credit_account_id", "value_on", "id", "amount"),
        STRICT,
    )

    id: Mapped[Id]
    event_id: Mapped[int] = mapped_column(index=True)
    debit_account_id: Mapped[int]
    credit_account_id: Mapped[int]
    currency: Mapped[Currency]
    amount: Mapped[Minor]
    value_on: Mapped[date]
    actor_id: Mapped[int]
    event: Mapped[LedgerEvent] = relationship(back_populates="transfers")
    debit_account: Mapped[LedgerAccount] = relationship(
        primaryjoin=lambda: foreign(Transfer.debit_account_id) == LedgerAccount.id, viewonly=True
    )
    credit_account: Mapped[LedgerAccount] = relationship(
        primaryjoin=lambda: foreign(Transfer.credit_account_id) == LedgerAccount.id, viewonly=True
    )
