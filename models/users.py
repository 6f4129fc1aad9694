"""Users: who may sign in, in which roles and over what, and the sessions and attempts of signing in."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.associations import Association
from models.base import STRICT, Base, Id, Versioned
from models.centres import Centre
from models.funds import Donor
from models.people import Person


class Role(StrEnum):
    """The roles of domain.md section 2 that have an account."""

    MEMBER = "member"
    OPERATOR = "operator"
    REVIEWER = "reviewer"
    SECRETARY = "secretary"
    COUNCIL_CHAIR = "council_chair"
    FINANCE = "finance"
    MONITOR = "monitor"
    DONOR = "donor"
    ADMINISTRATOR = "administrator"


class User(Versioned, Base):
    """An account. Signs in with the user name or the phone number; there need be no e-mail."""

    __tablename__ = "users"

    id: Mapped[Id]
    username: Mapped[str] = mapped_column(sa.String(60))
    folded_username: Mapped[str] = mapped_column(sa.String(60), unique=True)
    phone: Mapped[str | None] = mapped_column(sa.String(20), unique=True)
    password_hash: Mapped[str] = mapped_column(sa.String(200))
    must_change_password: Mapped[bool] = mapped_column(default=False)
    code_expires_at: Mapped[datetime | None]
    locale: Mapped[str | None] = mapped_column(sa.String(2))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), unique=True)
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="joined")
    assigned_roles: Mapped[list["RoleAssignment"]] = relationship(
        back_populates="user", foreign_keys="RoleAssignment.user_id"
    )

    @property
    def display_name(self) -> str:
        return self.person.full_name

    @property
    def roles(self) -> frozenset[Role]:
        """The roles held now."""
        return frozenset(held.role for held in self.assigned_roles if held.ended_at is None)

    @property
    def association_ids(self) -> frozenset[int]:
        """Associations this user is a signed-in member of."""
        return frozenset(
            held.association_id
            for held in self.assigned_roles
            if held.ended_at is None and held.role is Role.MEMBER and held.association_id is not None
        )

    @property
    def centre_ids(self) -> frozenset[int]:
        """Centres this user operates."""
        return frozenset(
            held.centre_id
            for held in self.assigned_roles
            if held.ended_at is None and held.role is Role.OPERATOR and held.centre_id is not None
        )

    @property
    def donor_ids(self) -> frozenset[int]:
        """Donors this user reads for."""
        return frozenset(
            held.donor_id
            for held in self.assigned_roles
            if held.ended_at is None and held.role is Role.DONOR and held.donor_id is not None
        )

    def has_role(self, *roles: Role) -> bool:
        return not self.roles.isdisjoint(roles)


def _current(column: str, condition: str) -> sa.Index:
    """A role over a scope is held once at a time."""
    where = sa.text(f"ended_at IS NULL AND {condition}")
    name = f"uq_role_assignments_current_{column}"
    return sa.Index(name, "user_id", column, unique=True, sqlite_where=where, postgresql_where=where)


class RoleAssignment(Base):
    """One role of one user over one scope. Ended, never deleted."""

    __tablename__ = "role_assignments"
    __table_args__ = (
        sa.CheckConstraint("(role = 'member') = (association_id IS NOT NULL)", name="member_has_association"),
        sa.CheckConstraint("(role = 'operator') = (centre_id IS NOT NULL)", name="operator_has_centre"),
        sa.CheckConstraint("(role = 'donor') = (donor_id IS NOT NULL)", name="donor_has_donor"),
        _current("role", "association_id IS NULL AND centre_id IS NULL AND donor_id IS NULL"),
        _current("association_id", "association_id IS NOT NULL"),
        _current("centre_id", "centre_id IS NOT NULL"),
        _current("donor_id", "donor_id IS NOT NULL"),
        STRICT,
    )

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    role: Mapped[Role]
    association_id: Mapped[int | None] = mapped_column(sa.ForeignKey("associations.id"), index=True)
    centre_id: Mapped[int | None] = mapped_column(sa.ForeignKey("centres.id"), index=True)
    donor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("donors.id"))
    granted_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    granted_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    user: Mapped[User] = relationship(back_populates="assigned_roles", foreign_keys=[user_id])
    association: Mapped[Association | None] = relationship()
    centre: Mapped[Centre | None] = relationship()
    donor: Mapped[Donor | None] = relationship()


class UserSession(Base):
    """One signed-in browser. Only the SHA-256 of its token is kept; revoking takes effect at the next request.

    `confirmed_at` is when its user last proved who they are, by password or code; `second_step_at` when a second
    factor was given in it, None where the password alone opened it.
    """

    __tablename__ = "user_sessions"

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    browser: Mapped[str] = mapped_column(sa.String(200), default="")
    revoked_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime]
    second_step_at: Mapped[datetime | None]
    user: Mapped[User] = relationship()


class SignInAttempt(Base):
    """A failed sign-in, counted per account (folded name) and per address apart, over all workers and restarts."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (
        sa.Index("ix_sign_in_attempts_account", "account_key", "attempted_at"),
        sa.Index("ix_sign_in_attempts_address", "address_key", "attempted_at"),
        STRICT,
    )

    id: Mapped[Id]
    account_key: Mapped[str] = mapped_column(sa.String(64))
    address_key: Mapped[str] = mapped_column(sa.String(64))
    attempted_at: Mapped[datetime]
