"""What stands on a desk: one task of one reader."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from app.clock import bishkek_day

ANSWER_WITHIN = timedelta(days=7)
"""By when the office answers what came in (screening, verifying, checking): the house's own measure."""


@dataclass(frozen=True)
class Task:
    """One thing that waits: what to do (message with parameters), about what, where, and until when (None: no day)."""

    text: str
    subject: str
    endpoint: str
    arguments: Mapping[str, Any]
    due_on: date | None = None


def planned_for(day: date | None, asked_at: datetime | None) -> date | None:
    """The day it was planned for, but not before the house's time to answer what was asked is over."""
    latest = bishkek_day(asked_at + ANSWER_WITHIN) if asked_at else None
    return max(day, latest) if day and latest else day
