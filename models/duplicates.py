"""Near-duplicates: what submissions are compared by, and what the secretary said of each pair."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.applications import Application
from models.base import STRICT, Base, Id, LongText


class DuplicateVerdict(StrEnum):
    CONFIRMED = "confirmed"
    FALSE_ALARM = "false_alarm"


class SubmittedText(Base):
    """The word trigrams of what was submitted last, sorted, four bytes each (`app.services.likeness.packed`).

    `compared_at` is when its pairs were kept.
    """

    __tablename__ = "submitted_texts"

    application_id: Mapped[int] = mapped_column(
        sa.BigInteger, sa.ForeignKey("applications.id"), primary_key=True, autoincrement=False
    )
    shingles: Mapped[bytes] = mapped_column(sa.LargeBinary)
    taken_at: Mapped[datetime]
    compared_at: Mapped[datetime | None]


class AlikePair(Base):
    """Two submissions that were alike when the later of them was handed in: lists count them, pages look again.

    `application_id` is the one with the higher number.
    """

    __tablename__ = "alike_pairs"
    __table_args__ = (
        sa.Index("ix_alike_pairs_other_id", "other_id"),
        sa.CheckConstraint("other_id < application_id", name="later_first"),
        STRICT,
    )

    application_id: Mapped[int] = mapped_column(
        sa.BigInteger, sa.ForeignKey("applications.id"), primary_key=True, autoincrement=False
    )
    other_id: Mapped[int] = mapped_column(
        sa.BigInteger, sa.ForeignKey("applications.id"), primary_key=True, autoincrement=False
    )


class MarkKind(StrEnum):
    TEXT = "text"
    PIN = "pin"
    PHONE = "phone"
    NAME = "name"
    REMITTER = "remitter"


class SubmissionMark(Base):
    """What two submissions may have in common, as a hash: bands of the text, people by PIN, phone, name.

    Kept at submission, in place of what was kept at the one before.
    """

    __tablename__ = "submission_marks"
    __table_args__ = (sa.Index("ix_submission_marks_application_id", "application_id"), STRICT)

    mark: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    application_id: Mapped[int] = mapped_column(
        sa.BigInteger, sa.ForeignKey("applications.id"), primary_key=True, autoincrement=False
    )
    kind: Mapped[MarkKind]


class DuplicateFinding(Base):
    """What the secretary said of a pair, once, with the evidence as it was then. Append-only.

    `application_id` is the later of the two. `evidence` lists the kinds ("text", "pin" …); `likeness` is in percent.
    """

    __tablename__ = "duplicate_findings"
    __table_args__ = (
        sa.UniqueConstraint("application_id", "other_id"),
        sa.CheckConstraint("other_id < application_id", name="later_first"),
        sa.CheckConstraint("likeness BETWEEN 0 AND 100", name="likeness_percent"),
        STRICT,
    )

    id: Mapped[Id]
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("applications.id"))
    other_id: Mapped[int] = mapped_column(sa.ForeignKey("applications.id"), index=True)
    verdict: Mapped[DuplicateVerdict]
    reason: Mapped[LongText] = mapped_column(sa.Text)
    likeness: Mapped[int]
    evidence: Mapped[str]
    found_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    found_at: Mapped[datetime]
    application: Mapped[Application] = relationship(foreign_keys="DuplicateFinding.application_id")
    other: Mapped[Application] = relationship(foreign_keys="DuplicateFinding.other_id")
