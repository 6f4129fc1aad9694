"""Signs to look at in the money: receipts that are near alike, money that comes back; what was said of each."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import STRICT, Base, Id, LongText
from models.contributions import Contribution
from models.expenditures import Expenditure


class SignKind(StrEnum):
    """A receipt that may have been recorded twice, or money that may have gone round in a circle."""

    NEAR_DUPLICATE = "near_duplicate"
    CIRCULAR = "circular"


class SignFinding(Base):
    """What was said of a sign, once: looked at, and nothing is wrong. Append-only.

    Of two contributions (`twin_id` the earlier one), or of a contribution and an expenditure of the same grant.
    """

    __tablename__ = "sign_findings"
    __table_args__ = (
        sa.UniqueConstraint("contribution_id", "twin_id"),
        sa.UniqueConstraint("contribution_id", "expenditure_id"),
        sa.CheckConstraint("(twin_id IS NULL) <> (expenditure_id IS NULL)", name="of_one_pair"),
        sa.CheckConstraint("twin_id < contribution_id", name="later_first"),
        STRICT,
    )

    id: Mapped[Id]
    contribution_id: Mapped[int] = mapped_column(sa.ForeignKey("contributions.id"))
    twin_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contributions.id"), index=True)
    expenditure_id: Mapped[int | None] = mapped_column(sa.ForeignKey("expenditures.id"), index=True)
    reason: Mapped[LongText] = mapped_column(sa.Text)
    found_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    found_at: Mapped[datetime]
    contribution: Mapped[Contribution] = relationship(foreign_keys="SignFinding.contribution_id")
    twin: Mapped[Contribution | None] = relationship(foreign_keys="SignFinding.twin_id")
    expenditure: Mapped[Expenditure | None] = relationship()
