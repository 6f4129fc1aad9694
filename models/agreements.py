"""What was agreed with the association: every version of its agreement, kept whole."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import STRICT, Base, Id, LongText


class Agreement(Base):
    """All that a grant's agreement prints: canonical JSON and its SHA-256. Append-only.

    Sequence 1 is what the association accepted; each change of it and each reduction of the award makes the next one.
    The last one is in force; one that a change made is signed by both sides before more is paid.
    """

    __tablename__ = "agreements"
    __table_args__ = (
        sa.CheckConstraint("sequence > 0", name="sequence_positive"),
        sa.UniqueConstraint("grant_id", "sequence"),
        STRICT,
    )

    id: Mapped[Id]
    grant_id: Mapped[int] = mapped_column(sa.ForeignKey("grants.id"))
    sequence: Mapped[int]
    content: Mapped[LongText] = mapped_column(sa.Text)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    made_at: Mapped[datetime]
