"""The one clock: instants are aware UTC, days and deadlines are those of Asia/Bishkek.

Services never ask what time it is, they are told; the edges ask here. Tests and the
demonstration programme set another time with `at()`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

BISHKEK = ZoneInfo("Asia/Bishkek")

_fixed: ContextVar[datetime | None] = ContextVar("fixed_now", default=None)


def now() -> datetime:
    """The present instant as an aware UTC datetime."""
    return _fixed.get() or datetime.now(UTC)


def bishkek_day(instant: datetime) -> date:
    """The calendar day in Bishkek on which `instant` falls."""
    return instant.astimezone(BISHKEK).date()


def end_of_day(day: date) -> datetime:
    """23:59:59 of `day` in Bishkek as an aware UTC datetime: the usual deadline."""
    return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=BISHKEK).astimezone(UTC)


def start_of_day(day: date) -> datetime:
    """00:00 of `day` in Bishkek as an aware UTC datetime."""
    return datetime(day.year, day.month, day.day, tzinfo=BISHKEK).astimezone(UTC)


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Make `now()` answer `instant` inside the block."""
    token = _fixed.set(instant)
    try:
        yield
    finally:
        _fixed.reset(token)
