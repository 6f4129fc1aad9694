"""Pledges: promises of co-investment made with an application. A pledge never opens a tranche."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import STRICT, Base, Currency, Id, Minor, Versioned
from models.remitters import Remitter


class PledgeStatus(StrEnum):
    PLEDGED = "pledged"
    PARTLY_RECEIVED = "partly_received"
    FULFILLED = "fulfilled"
    LAPSED = "lapsed"


class Pledge(Versioned, Base):
    """Who promises what from where by when. `remitter_name` may be a pseudonym; consent to keep it is recorded.

    The name stays as it was promised; `remitter_id` names who it is in the register of the association.

    `consent_version` and `consent_locale` say which text the person agreed to, and in which language, on `consent_on`
    (none for pledges from before the text was kept). `monthly_capacity` is what the person says can be sent in a
    month, in minor units of the pledge's currency.
    """

    __tablename__ = "pledges"
    __table_args__ = (
        sa.CheckConstraint("amount > 0 AND amount_kgs > 0", name="amounts_positive"),
        sa.CheckConstraint("monthly_capacity > 0", name="capacity_positive"),
        STRICT,
    )

    id: Mapped[Id]
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("applications.id"), index=True)
    remitter_id: Mapped[int | None] = mapped_column(sa.ForeignKey("remitters.id"), index=True)
    remitter_name: Mapped[str] = mapped_column(sa.String(200))
    is_pseudonym: Mapped[bool] = mapped_column(default=False)
    country: Mapped[str] = mapped_column(sa.String(2))
    currency: Mapped[Currency]
    amount: Mapped[Minor]
    rate_id: Mapped[int | None] = mapped_column(sa.ForeignKey("exchange_rates.id"))
    amount_kgs: Mapped[Minor]
    due_on: Mapped[date]
    has_consent: Mapped[bool]
    consent_version: Mapped[int | None]
    consent_locale: Mapped[str | None] = mapped_column(sa.String(2))
    consent_on: Mapped[date | None]
    monthly_capacity: Mapped[Minor | None]
    status: Mapped[PledgeStatus] = mapped_column(default=PledgeStatus.PLEDGED)
    recorded_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    recorded_at: Mapped[datetime]

    remitter: Mapped[Remitter | None] = relationship()
