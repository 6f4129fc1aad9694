"""The demonstration's time: stories told in the order in which their steps happened.

A story is a generator that yields the instant at which it wants to go on and is sent the instant at which it
does. The agenda always wakes the story whose instant is the earliest, so that numbers, ledger and audit trail
grow in the order of time, as they would have. What would happen after `until` does not happen.
"""

from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from heapq import heappop, heappush
from random import Random

from app.clock import BISHKEK, bishkek_day, start_of_day

Story = Generator[datetime, datetime, None]
Chapter = Generator[datetime, datetime, datetime]
"""A part of a story, told with `yield from`; it returns the instant at which it ended."""

LATEST_FIXED_DAY = date(2026, 11, 2)
"""The demonstration's calendar is written for days from here on; on an earlier clock it moves back by whole weeks."""


@dataclass
class Agenda:
    """What is to happen next. `now` never goes back."""

    now: datetime
    until: datetime
    _waiting: list[tuple[datetime, int, Story]] = field(default_factory=list)
    _started: int = 0

    def start(self, story: Story) -> None:
        """Let a story begin; it is woken for the first time at the instant it yields first."""
        self._started += 1
        self._wait(next(story), self._started, story)

    def run(self) -> None:
        """Wake the stories one by one until nothing is left that lies before `until`."""
        while self._waiting:
            when, order, story = heappop(self._waiting)
            self.now = when
            try:
                wanted = story.send(when)
            except StopIteration:
                continue
            self._wait(wanted, order, story)

    def _wait(self, wanted: datetime, order: int, story: Story) -> None:
        when = max(wanted, self.now)
        if when < self.until:
            heappush(self._waiting, (when, order, story))
        else:
            story.close()


@dataclass(frozen=True)
class Calendar:
    """Days of the demonstration: `today` and the shift of its fixed days on a clock that is behind."""

    today: date

    @property
    def shift(self) -> timedelta:
        behind = max(0, (LATEST_FIXED_DAY - self.today).days)
        return timedelta(weeks=-(-behind // 7))

    @property
    def until(self) -> datetime:
        """Nothing of the demonstration happens today or later."""
        return start_of_day(self.today)

    def on(self, year: int, month: int, day: int) -> date:
        """A fixed day of the demonstration."""
        return date(year, month, day) - self.shift

    def ago(self, days: int) -> date:
        """A day before today; a Sunday becomes the Saturday before."""
        return working_day(self.today - timedelta(days=days), -1)


def working_day(day: date, step: int = 1) -> date:
    """`day`, or the next (step 1) or last (step -1) day that is no Sunday."""
    return day + timedelta(days=step) if day.weekday() == 6 else day


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """An instant given by day and clock in Bishkek."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=BISHKEK).astimezone(UTC)


def office(day: date, chance: Random) -> datetime:
    """Some time within office hours of `day`."""
    return at(day, chance.randint(9, 16), chance.randint(0, 59))


def later(now: datetime, days: int, chance: Random) -> datetime:
    """Some office time `days` days after `now` (0: within the next hour or two)."""
    if days == 0:
        return now + timedelta(minutes=chance.randint(7, 50))
    return office(working_day(bishkek_day(now) + timedelta(days=days)), chance)
