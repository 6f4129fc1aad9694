"""Which rate counts on a day, and on which days none does: without a database.

The published order: the rate of the latest day counts, at most seven days old; of several of one day the one whose
source stands first in `ORDER`. A rate of InforEuro is one of its whole month and counts where none of these does.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from models.rates import ExchangeRate, RateSource

LONGEST_GAP = timedelta(days=7)
"""So old a rate may be on the day it is used (domain.md section 6)."""
ORDER = (
    RateSource.NBKR_DAILY,
    RateSource.NBKR_WEEKLY,
    RateSource.BANK,
    RateSource.MANUAL,
    RateSource.INFOREURO,
)
DAY = timedelta(days=1)


def counting(rates: Iterable[ExchangeRate], day: date) -> ExchangeRate | None:
    """The one of `rates` (approved ones of one currency that have not ended) that counts on `day`."""
    known = list(rates)
    recent = [
        one for one in known if one.source is not RateSource.INFOREURO and day - LONGEST_GAP <= one.valid_on <= day
    ]
    if recent:
        return min(recent, key=lambda one: (day - one.valid_on, ORDER.index(one.source)))
    monthly = [one for one in known if one.source is RateSource.INFOREURO and month_of(one.valid_on) == month_of(day)]
    return max(monthly, key=lambda one: one.valid_on, default=None)


def month_of(day: date) -> date:
    """The first day of the month of `day`."""
    return day.replace(day=1)


def last_of_month(day: date) -> date:
    """The last day of the month of `day`."""
    return month_of(month_of(day) + timedelta(days=31)) - DAY


def span(rate: ExchangeRate) -> tuple[date, date]:
    """The first and the last day on which a rate can count."""
    if rate.source is RateSource.INFOREURO:
        return month_of(rate.valid_on), last_of_month(rate.valid_on)
    return rate.valid_on, rate.valid_on + LONGEST_GAP


def gaps(rates: Iterable[ExchangeRate], first: date, last: date) -> Sequence[tuple[date, date]]:
    """(first, last) of each run of days from `first` to `last` on which none of `rates` counts."""
    found: list[tuple[date, date]] = []
    reached = first - DAY
    for begins, ends in sorted(span(one) for one in rates):
        if begins > last:
            break
        if begins > reached + DAY:
            found.append((reached + DAY, begins - DAY))
        reached = max(reached, ends)
    if reached < last:
        found.append((reached + DAY, last))
    return found
