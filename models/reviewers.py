"""Reviewers as such: what they read and know about, and how much they can judge in a call."""

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import STRICT, Base, Id, Json, Versioned
from models.places import Village
from models.themes import Theme
from models.users import User


class Leaning(StrEnum):
    WISH = "wish"
    RATHER_NOT = "rather_not"


class ReviewerProfile(Base):
    """What a reviewer says of themselves for every call. `languages` are codes of those they read: ["ky", "ru"].

    The home village is that of the person; only the village of birth is asked here.
    """

    __tablename__ = "reviewer_profiles"

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), unique=True)
    languages: Mapped[Json] = mapped_column(default=list)
    birth_village_id: Mapped[int | None] = mapped_column(sa.ForeignKey("villages.id"), index=True)
    user: Mapped[User] = relationship()
    birth_village: Mapped[Village | None] = relationship()
    fields: Mapped[list["ReviewerTheme"]] = relationship(
        order_by="ReviewerTheme.theme_id", cascade="all, delete-orphan"
    )

    @property
    def theme_ids(self) -> frozenset[int]:
        """The themes this reviewer knows about."""
        return frozenset(one.theme_id for one in self.fields)


class ReviewerTheme(Base):
    """A field of a reviewer: a theme they know about."""

    __tablename__ = "reviewer_themes"
    __table_args__ = (sa.UniqueConstraint("profile_id", "theme_id"), STRICT)

    id: Mapped[Id]
    profile_id: Mapped[int] = mapped_column(sa.ForeignKey("reviewer_profiles.id"))
    theme_id: Mapped[int] = mapped_column(sa.ForeignKey("themes.id"), index=True)
    theme: Mapped[Theme] = relationship()


class Availability(Versioned, Base):
    """Whether a reviewer judges in a call, and `most` applications there. Without a row: yes, and the call's load."""

    __tablename__ = "availabilities"
    __table_args__ = (
        sa.UniqueConstraint("call_id", "user_id"),
        sa.CheckConstraint("most > 0", name="most_positive"),
        STRICT,
    )

    id: Mapped[Id]
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("calls.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    is_available: Mapped[bool] = mapped_column(default=True)
    most: Mapped[int]


class ThemePreference(Base):
    """A theme that a reviewer wishes to judge in a call, or would rather not."""

    __tablename__ = "theme_preferences"
    __table_args__ = (sa.UniqueConstraint("call_id", "user_id", "theme_id"), STRICT)

    id: Mapped[Id]
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("calls.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    theme_id: Mapped[int] = mapped_column(sa.ForeignKey("themes.id"), index=True)
    leaning: Mapped[Leaning]
