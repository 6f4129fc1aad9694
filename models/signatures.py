"""Signatures: who stands by an application or does not, how that was given, and the stamp of what was signed."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import STRICT, Base, Id, LongText
from models.dictations import ConfirmationWay
from models.documents import StoredFile
from models.people import Person
from models.users import User


class SignatureOutcome(StrEnum):
    SIGNED = "signed"
    DECLINED = "declined"


class Signature(Base):
    """One answer of the chair to an application. Append-only.

    `person` signed or declined (None in a dry run, whose association has no people, and where an old record does not
    say), `typed_by` recorded it. On paper `receipt` is the number of what was signed and `file` its scan; `way` is
    None where a word was passed on. `sha256` is the stamp of the content (empty: from before stamps were kept).
    """

    __tablename__ = "signatures"
    __table_args__ = (
        sa.CheckConstraint("(outcome = 'declined') = (reason <> '')", name="reason_if_declined"),
        sa.CheckConstraint(
            "(file_id IS NULL AND receipt = '') OR (way IS NOT NULL AND way IN ('signature', 'thumbprint'))",
            name="paper_only",
        ),
        STRICT,
    )

    id: Mapped[Id]
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("applications.id"), index=True)
    outcome: Mapped[SignatureOutcome]
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    way: Mapped[ConfirmationWay | None]
    receipt: Mapped[str] = mapped_column(sa.String(40), default="")
    file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stored_files.id"))
    typed_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    signed_at: Mapped[datetime]
    sha256: Mapped[str] = mapped_column(sa.String(64), default="")
    reason: Mapped[LongText] = mapped_column(sa.Text, default="")
    person: Mapped[Person | None] = relationship()
    typed_by: Mapped[User] = relationship()
    file: Mapped[StoredFile | None] = relationship()
