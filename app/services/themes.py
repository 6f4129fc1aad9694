"""Themes: those there are, for applications, allocations and, by the same list, for what reviewers know about."""

from models.base import db
from models.themes import Theme


def listed() -> list[Theme]:
    """Every theme, in the programme's order."""
    return list(db.session.scalars(db.select(Theme).order_by(Theme.position, Theme.id)))
