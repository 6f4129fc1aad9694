"""Associations of villages and of ayil okmotus, their members and payout accounts."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import STRICT, Base, Id, NamedInThree, Versioned, waiting_index
from models.centres import Centre
from models.people import Person
from models.places import AyilOkmotu, Village

PAUSE = timedelta(hours=72)
"""How long after a change of account nothing is paid (domain.md section 3)."""


class AssociationKind(StrEnum):
    VILLAGE = "village"
    AYIL_OKMOTU = "ayil_okmotu"


class MembershipRole(StrEnum):
    CHAIR = "chair"
    TREASURER = "treasurer"
    SECRETARY = "secretary"
    MEMBER = "member"


class Association(NamedInThree, Versioned, Base):
    """A village association, or the association of one ayil okmotu over them. It belongs to one centre."""

    __tablename__ = "associations"
    __table_args__ = (
        sa.CheckConstraint("(kind = 'village') = (village_id IS NOT NULL)", name="village_if_village_kind"),
        sa.Index(
            "uq_associations_test",
            "is_test",
            unique=True,
            sqlite_where=sa.text("is_test = 1"),
            postgresql_where=sa.text("is_test"),
        ),
        STRICT,
    )

    id: Mapped[Id]
    kind: Mapped[AssociationKind]
    village_id: Mapped[int | None] = mapped_column(sa.ForeignKey("villages.id"), unique=True)
    ayil_okmotu_id: Mapped[int] = mapped_column(sa.ForeignKey("ayil_okmotus.id"), index=True)
    centre_id: Mapped[int] = mapped_column(sa.ForeignKey("centres.id"), index=True)
    founded_on: Mapped[date | None]
    is_test: Mapped[bool] = mapped_column(default=False)
    search_text: Mapped[str] = mapped_column(sa.Text, default="")
    sort_key: Mapped[str] = mapped_column(sa.String(400), default="", index=True)

    village: Mapped[Village | None] = relationship()
    ayil_okmotu: Mapped[AyilOkmotu] = relationship()
    centre: Mapped[Centre] = relationship()
    memberships: Mapped[list["Membership"]] = relationship(back_populates="association")
    payout_accounts: Mapped[list["PayoutAccount"]] = relationship(back_populates="association")

    @property
    def payout_account(self) -> "PayoutAccount | None":
        """The account money goes to now: confirmed and not closed."""
        return next((account for account in self.payout_accounts if account.is_current), None)


class Membership(Versioned, Base):
    """A person's part in an association over a time."""

    __tablename__ = "memberships"
    __table_args__ = (
        sa.Index(
            "uq_memberships_current",
            "association_id",
            "person_id",
            unique=True,
            sqlite_where=sa.text("until_on IS NULL"),
            postgresql_where=sa.text("until_on IS NULL"),
        ),
        sa.Index(
            "uq_memberships_office",
            "association_id",
            "role",
            unique=True,
            sqlite_where=sa.text("until_on IS NULL AND role IN ('chair', 'treasurer')"),
            postgresql_where=sa.text("until_on IS NULL AND role IN ('chair', 'treasurer')"),
        ),
        STRICT,
    )

    id: Mapped[Id]
    association_id: Mapped[int] = mapped_column(sa.ForeignKey("associations.id"), index=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), index=True)
    role: Mapped[MembershipRole]
    since_on: Mapped[date]
    until_on: Mapped[date | None]
    association: Mapped[Association] = relationship(back_populates="memberships")
    person: Mapped[Person] = relationship()

    @property
    def is_current(self) -> bool:
        return self.until_on is None


class PayoutAccount(Versioned, Base):
    """The bank account grants are paid to. A change is proposed by one person and confirmed by another.

    `replaces` is the account it takes the place of, None for the first one: of a change, who held office before it is
    told, and may object. `pause_since` is when an objection was dismissed: the pause starts anew.
    """

    __tablename__ = "payout_accounts"
    __table_args__ = (
        sa.CheckConstraint("confirmed_by_id IS NULL OR confirmed_by_id <> proposed_by_id", name="two_people"),
        sa.Index(
            "uq_payout_accounts_current",
            "association_id",
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL AND confirmed_at IS NOT NULL"),
            postgresql_where=sa.text("closed_at IS NULL AND confirmed_at IS NOT NULL"),
        ),
        sa.Index("uq_payout_accounts_proposer", "id", "proposed_by_id", unique=True),
        waiting_index("ix_payout_accounts_waiting", "id", where="confirmed_at IS NULL AND closed_at IS NULL"),
        STRICT,
    )

    id: Mapped[Id]
    association_id: Mapped[int] = mapped_column(sa.ForeignKey("associations.id"), index=True)
    bank: Mapped[str] = mapped_column(sa.String(120))
    number: Mapped[str] = mapped_column(sa.String(40))
    holder: Mapped[str] = mapped_column(sa.String(200))
    proposed_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    proposed_at: Mapped[datetime]
    confirmed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    confirmed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    replaces_id: Mapped[int | None] = mapped_column(sa.ForeignKey("payout_accounts.id"))
    pause_since: Mapped[datetime | None]
    association: Mapped[Association] = relationship(back_populates="payout_accounts")
    replaces: Mapped["PayoutAccount | None"] = relationship(remote_side="PayoutAccount.id")
    notices: Mapped[list[Any]] = relationship(
        "AccountNotice", back_populates="payout_account", order_by="AccountNotice.id"
    )
    objections: Mapped[list[Any]] = relationship(
        "AccountObjection", back_populates="payout_account", order_by="AccountObjection.id"
    )

    @property
    def is_current(self) -> bool:
        return self.confirmed_at is not None and self.closed_at is None

    @property
    def is_open(self) -> bool:
        """Whether the proposal waits to be confirmed or refused: a newer one closes it."""
        return self.confirmed_at is None and self.closed_at is None

    @property
    def paid_first_from(self) -> datetime | None:
        """The instant from which money may go to it where nobody objects, None while nobody has confirmed it.

        The first confirmed account of an association changes nothing, so it waits for nothing.
        """
        if self.confirmed_at is None:
            return None
        before = (self.confirmed_at, self.id)
        others = ((one.confirmed_at, one.id) for one in self.association.payout_accounts if one.confirmed_at)
        return self.confirmed_at + PAUSE if any(other < before for other in others) else self.confirmed_at

    @property
    def payable_from(self) -> datetime | None:
        """As `paid_first_from`, or the end of the pause an objection that was dismissed has begun anew."""
        first = self.paid_first_from
        return max(first, self.pause_since + PAUSE) if first is not None and self.pause_since is not None else first

    @property
    def open_objection(self) -> Any:
        """The `AccountObjection` that holds it, None when nobody objects. Only a change can be objected to."""
        if self.replaces_id is None:
            return None
        return next((one for one in self.objections if one.settled_at is None), None)

    @property
    def owes_notice(self) -> bool:
        """Whether who held office before the change has still to be told."""
        return self.replaces_id is not None and not self.notices

    @property
    def masked_number(self) -> str:
        """The account number with all but the last three characters hidden."""
        return f"…{self.number[-3:]}"
