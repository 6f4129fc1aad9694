"""Number series: the people-facing numbers of applications, grants and protocols."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class NumberSeries(Base):
    """The last number given in a series such as "A-2026"."""

    __tablename__ = "number_series"

    name: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    last: Mapped[int]
