"""Allocations: the parts of a call's budget, each from one fund, some for one oblast only."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import STRICT, Base, Id, Minor, Texts, Versioned, text_in
from models.funds import Fund
from models.places import Oblast


class Allocation(Versioned, Base):
    """So much (tyiyn) of a call's budget comes from this fund; with an oblast, only for its villages.

    Its call's `budget` is the sum of its allocations. Those of a call that is open change by an amendment only.
    """

    __tablename__ = "allocations"
    __table_args__ = (
        sa.CheckConstraint("amount > 0", name="amount_positive"),
        sa.UniqueConstraint("call_id", "fund_id", "oblast_id"),
        sa.Index(
            "uq_allocations_everywhere",
            "call_id",
            "fund_id",
            unique=True,
            sqlite_where=sa.text("oblast_id IS NULL"),
            postgresql_where=sa.text("oblast_id IS NULL"),
        ),
        STRICT,
    )

    id: Mapped[Id]
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("calls.id"))
    fund_id: Mapped[int] = mapped_column(sa.ForeignKey("funds.id"), index=True)
    oblast_id: Mapped[int | None] = mapped_column(sa.ForeignKey("oblasts.id"), index=True)
    amount: Mapped[Minor]

    fund: Mapped[Fund] = relationship(lazy="joined", innerjoin=True)
    oblast: Mapped[Oblast | None] = relationship(lazy="joined")

    def title_in(self, locale: str) -> str:
        """The fund, and the oblast when it is for one only."""
        return title(self.fund.names, self.oblast.names if self.oblast else None, locale)


def title(fund: Texts, oblast: Texts | None, locale: str) -> str:
    """The fund, and the oblast when it is for one only."""
    return ", ".join(text_in(one, locale) for one in (fund, oblast) if one)
