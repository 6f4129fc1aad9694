"""Lists of exchange rates: what waits, what there is by currency, source and period, what lacks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby

from app.clock import bishkek_day
from app.localisation import N_, sort_key
from app.services import rate_choice, rates
from app.services.rates import FOREIGN
from models.base import db
from models.funds import Fund
from models.rates import ExchangeRate, RateSource

PAGE = 60
KEPT_UP = timedelta(days=90)
"""A currency that had a rate within these days is one the programme works with."""
LARGE_CHANGE = 10
"""Percent: so large a step from one rate to the next is asked about."""


@dataclass(frozen=True)
class Filter:
    """What the list is narrowed to; a day stands for "from" and "until" it."""

    currency: str = ""
    source: RateSource | None = None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class WaitingDay:
    """What one source gave for one day and nobody has approved yet; `changes` by currency, see `changes`."""

    valid_on: date
    source: RateSource
    rates: Sequence[ExchangeRate]
    changes: Mapping[str, Decimal]

    @property
    def last_id(self) -> int:
        """The newest of them: who approves them all has seen up to this one."""
        return max(one.id for one in self.rates)

    def open_to(self, user_id: int) -> list[ExchangeRate]:
        """Those that `user_id` may approve: others entered them."""
        return [one for one in self.rates if one.entered_by_id != user_id]


def waiting(limit: int = 200) -> list[WaitingDay]:
    """What waits for another person's approval by day and source, the oldest day first."""
    query = db.select(ExchangeRate).where(ExchangeRate.approved_at.is_(None), ExchangeRate.ended_at.is_(None))
    found = db.session.scalars(query.order_by(ExchangeRate.valid_on, ExchangeRate.source, ExchangeRate.id).limit(limit))
    days = []
    for (valid_on, source), group in groupby(found, key=lambda one: (one.valid_on, one.source)):
        rows = list(group)
        values = {one.currency: one.unit_value for one in rows}
        days.append(WaitingDay(valid_on, source, rows, changes(values, valid_on)))
    return days


def changes(values: Mapping[str, Decimal], day: date) -> dict[str, Decimal]:
    """{currency: percent} by which som for one unit differ from the rate that counted the day before `day`.

    One decimal; a currency for which none counted is left out.
    """
    before = day - rate_choice.DAY
    known = rates.could_count(list(values), before) if values else []
    found = {}
    for currency, value in values.items():
        last = rate_choice.counting((one for one in known if one.currency == currency), before)
        if last is not None:
            found[currency] = percent(last.unit_value, value)
    return found


def percent(before: Decimal, after: Decimal) -> Decimal:
    """By how many percent `after` is more than `before`, to one decimal."""
    return ((after / before - 1) * 100).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def page(wanted: Filter, before_id: int | None = None, limit: int = PAGE) -> list[ExchangeRate]:
    """The rates with the latest day first, from below the rate `before_id`."""
    query = db.select(ExchangeRate)
    if wanted.currency:
        query = query.where(ExchangeRate.currency == wanted.currency)
    if wanted.source is not None:
        query = query.where(ExchangeRate.source == wanted.source)
    if wanted.first is not None:
        query = query.where(ExchangeRate.valid_on >= wanted.first)
    if wanted.last is not None:
        query = query.where(ExchangeRate.valid_on <= wanted.last)
    reached = db.session.get(ExchangeRate, before_id) if before_id is not None else None
    if reached is not None:
        query = query.where(
            (ExchangeRate.valid_on < reached.valid_on)
            | ((ExchangeRate.valid_on == reached.valid_on) & (ExchangeRate.id < reached.id))
        )
    query = query.order_by(ExchangeRate.valid_on.desc(), ExchangeRate.id.desc()).limit(limit)
    return list(db.session.scalars(query))


def counting_on(day: date) -> list[ExchangeRate]:
    """The rates that count on `day`, by currency."""
    known = rates.could_count(FOREIGN, day)
    found = (rate_choice.counting([one for one in known if one.currency == code], day) for code in FOREIGN)
    return sorted((one for one in found if one), key=lambda one: one.currency)


def lacking(day: date) -> list[str]:
    """The currencies the programme works with for which no rate counts on `day`: those of funds that run, and those
    that had a rate within `KEPT_UP`."""
    funded = db.select(Fund.currency).where(Fund.starts_on <= day, Fund.ends_on >= day)
    kept_up = db.select(ExchangeRate.currency).where(*rates.COUNTS, ExchangeRate.valid_on.between(day - KEPT_UP, day))
    used = {*db.session.scalars(funded.distinct()), *db.session.scalars(kept_up.distinct())} & set(FOREIGN)
    known = rates.could_count(sorted(used), day) if used else []
    counting = {one.currency for one in known if rate_choice.counting([one], day)}
    return sorted(used - counting)


def last_day(rate: ExchangeRate) -> date:
    """The last day on which a rate can count."""
    return rate_choice.span(rate)[1]


def currencies() -> list[str]:
    """The currencies that have ever had a rate."""
    found = db.session.scalars(db.select(ExchangeRate.currency).distinct())
    return sorted(found, key=sort_key)


def years(currency: str = "") -> list[int]:
    """The years of which there are rates, of a currency when it is given; the latest first."""
    query = db.select(db.func.min(ExchangeRate.valid_on), db.func.max(ExchangeRate.valid_on))
    if currency:
        query = query.where(ExchangeRate.currency == currency)
    first, last = db.session.execute(query).one()
    return list(range(last.year, first.year - 1, -1)) if first else []


def period(name: str, now: datetime) -> tuple[date, date]:
    """The first and the last day of "3" or "12" months up to today, or of a year. Raises `ValueError` for others."""
    today = bishkek_day(now)
    if name in ("3", "12"):
        return today - timedelta(days=91 if name == "3" else 365), today
    if len(name) == 4 and name.isascii() and name.isdigit() and name != "0000":
        return date(int(name), 1, 1), min(today, date(int(name), 12, 31))
    raise ValueError(name)


PERIODS = {"3": N_("The last three months"), "12": N_("The last twelve months")}
"""Periods a picture can be of, besides single years."""
