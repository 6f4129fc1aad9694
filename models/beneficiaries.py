"""Who benefits from an application, counted."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import STRICT, Base, Id, Versioned

GROUPS = ("young", "migrant_families", "returnees", "disabled")
"""Each is a part of all who benefit, women and men together; a person may belong to several."""


class Beneficiaries(Versioned, Base):
    """The people of one application, by sex, and how many of them belong to each of `GROUPS`.

    `young` are those of 14 to 28 years (domain.md section 7 counts 14-17 and 18-28), `migrant_families` members of the
    families of migrants; `households` is how many households all of them come from.
    """

    __tablename__ = "beneficiaries"
    __table_args__ = (
        sa.CheckConstraint("women >= 0 AND men >= 0 AND women + men > 0", name="somebody_benefits"),
        sa.CheckConstraint("households BETWEEN 1 AND women + men", name="households_fit"),
        *(sa.CheckConstraint(f"{group} BETWEEN 0 AND women + men", name=f"{group}_fit") for group in GROUPS),
        STRICT,
    )

    id: Mapped[Id]
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("applications.id"), unique=True)
    women: Mapped[int]
    men: Mapped[int]
    young: Mapped[int]
    migrant_families: Mapped[int]
    returnees: Mapped[int]
    disabled: Mapped[int]
    households: Mapped[int]
    counted_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    counted_at: Mapped[datetime]

    @property
    def people(self) -> int:
        """All of them."""
        return self.women + self.men
