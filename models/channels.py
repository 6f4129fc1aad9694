"""Channels: the ways in which money from abroad reaches a village, a list that the programme keeps."""

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import STRICT, Base, Id, Json, NamedInThree, Versioned, text_in


class EvidenceKind(StrEnum):
    """What proves that money came by a channel (domain.md section 5)."""

    TRANSFER_RECEIPT = "transfer_receipt"
    STATEMENT = "statement"
    CUSTOMS_DECLARATION = "customs_declaration"


class Channel(NamedInThree, Versioned, Base):
    """One way. `reference_label` says in three languages how its papers call their number, for example MTCN.

    `names_sender` and `names_receiver` say whether those names stand on the paper. One that is retired is offered no
    more; what was recorded with it keeps it. `code` is for files and never shown.
    """

    __tablename__ = "channels"
    __table_args__ = (sa.CheckConstraint("position > 0", name="position_positive"), STRICT)

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(sa.String(40), unique=True)
    reference_label: Mapped[Json]
    evidence: Mapped[EvidenceKind]
    names_sender: Mapped[bool]
    names_receiver: Mapped[bool]
    position: Mapped[int]
    is_active: Mapped[bool] = mapped_column(default=True)

    def reference_label_in(self, locale: str) -> str:
        return text_in(self.reference_label, locale)
