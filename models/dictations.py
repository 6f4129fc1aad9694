"""Working sessions of an operator for an association: who dictated, who typed, who confirmed it, and how."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.associations import Association
from models.base import STRICT, Base, Id, Versioned
from models.documents import StoredFile
from models.people import Person
from models.users import User


class ConfirmationWay(StrEnum):
    """How somebody of the association stood by what was written."""

    OWN_CODE = "own_code"
    SIGNATURE = "signature"
    THUMBPRINT = "thumbprint"
    OWN_ACCOUNT = "own_account"
    SIGN_OFF = "sign_off"


ON_PAPER = frozenset({ConfirmationWay.SIGNATURE, ConfirmationWay.THUMBPRINT})


class Dictation(Versioned, Base):
    """What an operator wrote for an association from one beginning to its end. Frozen once it is confirmed.

    `dictated_by` is a person of the register, else `dictated_by_name` says who it was. Every audit event of the
    writing names it. On paper, `file` is the scan of the receipt with signature or thumbprint.
    """

    __tablename__ = "dictations"
    __table_args__ = (
        sa.CheckConstraint("(dictated_by_id IS NULL) = (dictated_by_name <> '')", name="somebody_dictated"),
        sa.CheckConstraint("(confirmed_at IS NULL) = (confirmed_by_id IS NULL)", name="somebody_confirmed"),
        sa.CheckConstraint("(confirmed_at IS NULL) = (way IS NULL)", name="confirmed_some_way"),
        sa.CheckConstraint("confirmed_at IS NULL OR ended_at IS NOT NULL", name="ended_when_confirmed"),
        sa.CheckConstraint(
            "(way IS NOT NULL AND way IN ('signature', 'thumbprint')) = (file_id IS NOT NULL)", name="paper_has_scan"
        ),
        sa.Index(
            "uq_dictations_open",
            "association_id",
            "typed_by_id",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
        STRICT,
    )

    id: Mapped[Id]
    association_id: Mapped[int] = mapped_column(sa.ForeignKey("associations.id"), index=True)
    typed_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    dictated_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    dictated_by_name: Mapped[str] = mapped_column(sa.String(200), default="")
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    confirmed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    way: Mapped[ConfirmationWay | None]
    file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stored_files.id"))
    association: Mapped[Association] = relationship()
    typed_by: Mapped[User] = relationship()
    dictated_by: Mapped[Person | None] = relationship(foreign_keys=[dictated_by_id])
    confirmed_by: Mapped[Person | None] = relationship(foreign_keys=[confirmed_by_id])
    file: Mapped[StoredFile | None] = relationship()

    @property
    def voice(self) -> str:
        """The name of who dictated."""
        return self.dictated_by.full_name if self.dictated_by else self.dictated_by_name

    @property
    def is_open(self) -> bool:
        return self.ended_at is None
