"""What stands on a desk: one task of one reader."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

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
