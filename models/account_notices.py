"""Account notices: who of before was told that the payout account of an association changes. Append-only."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.associations import PayoutAccount
from models.base import STRICT, Base, Id
from models.people import Person


class NoticeWay(StrEnum):
    IN_PERSON = "in_person"  # the paper was handed over
    PHONE = "phone"
    SCREEN = "screen"  # read by the person, from the own account


class AccountNotice(Base):
    """One person who held office before the change was told of it. Who proposed the change never records it."""

    __tablename__ = "account_notices"
    __table_args__ = (
        sa.UniqueConstraint("payout_account_id", "person_id"),
        sa.ForeignKeyConstraint(
            ["payout_account_id", "proposed_by_id"],
            ["payout_accounts.id", "payout_accounts.proposed_by_id"],
            name="fk_account_notices_proposer",
        ),
        sa.CheckConstraint("recorded_by_id <> proposed_by_id", name="two_people"),
        STRICT,
    )

    id: Mapped[Id]
    payout_account_id: Mapped[int]
    proposed_by_id: Mapped[int]
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    way: Mapped[NoticeWay]
    told_on: Mapped[date]
    recorded_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    recorded_at: Mapped[datetime]
    payout_account: Mapped[PayoutAccount] = relationship(back_populates="notices")
    person: Mapped[Person] = relationship()
