"""Second factors: the secret that a person's phone makes codes from, recovery codes, and sign-ins half done."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import STRICT, Base, Id
from models.users import User


class SecondFactor(Base):
    """What makes the codes of an account's phone (TOTP, RFC 6238). Removed, it is deleted: a secret has no history.

    `secret` is sealed with a key that is not in the database. `last_step` is the number of half minutes since 1970 of
    the code used last: a code of it or of an earlier one is never taken again.
    """

    __tablename__ = "second_factors"
    __table_args__ = (sa.CheckConstraint("last_step > 0", name="step_positive"), STRICT)

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), unique=True)
    secret: Mapped[str] = mapped_column(sa.String(400))
    last_step: Mapped[int]
    set_up_at: Mapped[datetime]
    user: Mapped[User] = relationship()


class RecoveryCode(Base):
    """A code on paper that stands in for the phone once. Only its hash is kept."""

    __tablename__ = "recovery_codes"

    id: Mapped[Id]
    factor_id: Mapped[int] = mapped_column(sa.ForeignKey("second_factors.id"), index=True)
    code_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    used_at: Mapped[datetime | None]


class PendingSignIn(Base):
    """The password was right, the second step is not done: no session and no rights. Bound to one browser's token."""

    __tablename__ = "pending_sign_ins"

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    begun_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    wrong_codes: Mapped[int] = mapped_column(default=0)
    user: Mapped[User] = relationship()
