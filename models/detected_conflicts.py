"""Conflicts of interest found in the registers: what is compared, what was found, and what the secretary said of it."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.applications import Application
from models.base import STRICT, Base, Id, LongText
from models.reviews import ConflictKind
from models.users import User


class ConflictClue(StrEnum):
    """By what two entries of the registers are one."""

    PIN = "pin"
    ACCOUNT = "account"
    NUMBER = "number"
    PHONE = "phone"
    PLACE = "place"
    NAME = "name"
    FIRM = "firm"


class ConflictPart(StrEnum):
    """What an entry is to who judges (the first five) or to the applicant."""

    SELF = "self"
    KIN = "kin"
    OWN_MEMBERSHIP = "own_membership"
    OWN_BUSINESS = "own_business"
    OWN_CONTRIBUTION = "own_contribution"
    MEMBER = "member"
    REMITTER = "remitter"
    SUPPLIER = "supplier"
    HOLDER = "holder"
    ASSOCIATION = "association"


class ConflictStrength(StrEnum):
    STRONG = "strong"
    FAIR = "fair"
    WEAK = "weak"


class ConflictVerdict(StrEnum):
    CONFIRMED = "confirmed"
    FALSE_ALARM = "false_alarm"


class ConflictMark(Base):
    """What one side is found by, as a hash: either who judges (`user_id`) or an application, never both.

    Made anew whenever the side changes. `name`, `birth_year` and `pin` (a mark) tell apart who only shares the hash.
    """

    __tablename__ = "conflict_marks"
    __table_args__ = (
        sa.Index("ix_conflict_marks_mark", "mark", "user_id"),
        sa.CheckConstraint("(user_id IS NULL) <> (application_id IS NULL)", name="one_side"),
        STRICT,
    )

    id: Mapped[Id]
    mark: Mapped[int]
    clue: Mapped[ConflictClue]
    part: Mapped[ConflictPart]
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"), index=True)
    application_id: Mapped[int | None] = mapped_column(sa.ForeignKey("applications.id"), index=True)
    person_id: Mapped[int | None]
    name: Mapped[str] = mapped_column(sa.String(200))
    birth_year: Mapped[int | None]
    pin: Mapped[int | None]


_THEIR_PART = sa.Enum(  # two columns of one enum: the constraint of the second needs a name of its own
    ConflictPart,
    name="conflicttheirpart",
    native_enum=False,
    create_constraint=True,
    length=40,
    values_callable=lambda kind: [member.value for member in kind],
)


class DetectedConflict(Base):
    """Somebody who judges and an applicant have something in common. Once the secretary has said what it is, frozen.

    `own` and `theirs` are the two entries in words, and what each is; `clues` lists by what they are one ("name,pin").
    `evidence` is a hash of all this: the same evidence of the same two is one row for ever.
    """

    __tablename__ = "detected_conflicts"
    __table_args__ = (
        sa.UniqueConstraint("application_id", "user_id", "evidence"),
        sa.CheckConstraint("(verdict IS NULL) = (judged_at IS NULL)", name="judged_with_day"),
        STRICT,
    )

    id: Mapped[Id]
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("applications.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    kind: Mapped[ConflictKind]
    strength: Mapped[ConflictStrength]
    clues: Mapped[str] = mapped_column(sa.String(100))
    own_part: Mapped[ConflictPart]
    own: Mapped[str] = mapped_column(sa.String(200))
    their_part: Mapped[ConflictPart] = mapped_column(_THEIR_PART)
    theirs: Mapped[str] = mapped_column(sa.String(200))
    evidence: Mapped[int]
    found_at: Mapped[datetime]
    verdict: Mapped[ConflictVerdict | None]
    reason: Mapped[LongText] = mapped_column(sa.Text, default="")
    judged_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    judged_at: Mapped[datetime | None]
    application: Mapped[Application] = relationship()
    user: Mapped[User] = relationship(foreign_keys=[user_id])

    @property
    def found_by(self) -> list[ConflictClue]:
        return [ConflictClue(one) for one in self.clues.split(",")]
