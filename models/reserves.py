"""The reserve list: who moved up from it when the money of a grant that was declined came free."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.allocations import Allocation
from models.applications import Application
from models.base import STRICT, Base, Id, Json, Minor
from models.council_sessions import Protocol
from models.grants import Grant


class Promotion(Base):
    """An application of the reserve list is selected with what a declined grant set free. Append-only.

    `protocol` is the one whose reserve list it follows, `grant` the declined one, `amount` (tyiyn) what is awarded
    from `allocation`; `passed_over` those that stood before it, in their order: [{number, title, reason: what
    kept it from moving up}].
    """

    __tablename__ = "promotions"
    __table_args__ = (
        sa.CheckConstraint("amount > 0", name="amount_positive"),
        sa.UniqueConstraint("application_id"),
        STRICT,
    )

    id: Mapped[Id]
    protocol_id: Mapped[int] = mapped_column(sa.ForeignKey("protocols.id"), index=True)
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("applications.id"))
    grant_id: Mapped[int] = mapped_column(sa.ForeignKey("grants.id"), index=True)
    allocation_id: Mapped[int] = mapped_column(sa.ForeignKey("allocations.id"), index=True)
    amount: Mapped[Minor]
    passed_over: Mapped[Json]
    confirmed_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    confirmed_at: Mapped[datetime]

    protocol: Mapped[Protocol] = relationship()
    application: Mapped[Application] = relationship()
    grant: Mapped[Grant] = relationship()
    allocation: Mapped[Allocation] = relationship()
