"""Allocations: the parts of a call's budget, each from one fund, some for one oblast or one theme only."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import STRICT, Base, Id, Minor, Texts, Versioned, text_in
from models.funds import Fund
from models.places import Oblast
from models.themes import Theme


class Allocation(Versioned, Base):
    """So much (tyiyn) of a call's budget comes from this fund; with an oblast, only for its villages; with a theme,
    only for projects of it.

    Its call's `budget` is the sum of its allocations. Those of a call that is open change by an amendment only.
    """

    __tablename__ = "allocations"
    __table_args__ = (
        sa.CheckConstraint("amount > 0", name="amount_positive"),
        sa.UniqueConstraint("call_id", "fund_id", "oblast_id", "theme_id"),
        *(  # an empty value equals no other: each way of leaving some empty has an index of its own
            sa.Index(
                f"uq_allocations_{name}",
                "call_id",
                "fund_id",
                *also,
                unique=True,
                sqlite_where=sa.text(condition),
                postgresql_where=sa.text(condition),
            )
            for name, also, condition in (
                ("everywhere", (), "oblast_id IS NULL AND theme_id IS NULL"),
                ("by_oblast", ("oblast_id",), "theme_id IS NULL"),
                ("by_theme", ("theme_id",), "oblast_id IS NULL"),
            )
        ),
        STRICT,
    )

    id: Mapped[Id]
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("calls.id"))
    fund_id: Mapped[int] = mapped_column(sa.ForeignKey("funds.id"), index=True)
    oblast_id: Mapped[int | None] = mapped_column(sa.ForeignKey("oblasts.id"), index=True)
    theme_id: Mapped[int | None] = mapped_column(sa.ForeignKey("themes.id"), index=True)
    amount: Mapped[Minor]

    fund: Mapped[Fund] = relationship(lazy="joined", innerjoin=True)
    oblast: Mapped[Oblast | None] = relationship(lazy="joined")
    theme: Mapped[Theme | None] = relationship(lazy="joined")

    def is_for(self, oblast_id: int, theme_id: int | None) -> bool:
        """Whether a project of this theme (None: of none) in this oblast can be paid from it."""
        return self.oblast_id in (None, oblast_id) and self.theme_id in (None, theme_id)

    def title_in(self, locale: str) -> str:
        """The fund, and the oblast and the theme when it is for one only."""
        oblast, theme = (one.names if one else None for one in (self.oblast, self.theme))
        return title(self.fund.names, oblast, theme, locale)


def title(fund: Texts, oblast: Texts | None, theme: Texts | None, locale: str) -> str:
    """The fund, and the oblast and the theme when it is for one only."""
    return ", ".join(text_in(one, locale) for one in (fund, oblast, theme) if one)
