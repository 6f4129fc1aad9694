"""Themes: what a project is about, in the programme's own short list. Donors report by the purpose code."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import STRICT, Base, Id, NamedInThree


class Theme(NamedInThree, Base):
    """One theme. `purpose_code` is the five-digit purpose of the OECD-DAC creditor reporting system, where one fits."""

    __tablename__ = "themes"
    __table_args__ = (
        sa.CheckConstraint("purpose_code IS NULL OR length(purpose_code) = 5", name="purpose_code_has_5_digits"),
        STRICT,
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(sa.String(40), unique=True)
    position: Mapped[int]
    purpose_code: Mapped[str | None] = mapped_column(sa.String(5))
