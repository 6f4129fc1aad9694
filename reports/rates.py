"""The rates of one currency over a period: one gather, from which the picture, the CSV and the workbook are made."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from app.labels import RATE_SOURCES, currency_text
from app.localisation import date_text, use_locale
from app.localisation import gettext as _
from app.services import rate_choice, rate_lists, rates
from app.services.rate_choice import DAY, LONGEST_GAP, ORDER
from models.rates import ExchangeRate, RateSource
from reports.sheets import Heading, Sheets, Value, csv_of

WIDTH, HEIGHT, EDGE = 800, 300, 8
"""The picture's units: days from left to right, som from bottom to top; nothing is drawn nearer to the edge."""
MOST_MARKS = 140
"""Of more rates of one source the single ones are not marked: their marks would run into each other."""
STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True)
class CurrencyPeriod:
    """What a currency was worth: `value` som for `nominal` units.

    `rates` are those of the period that are approved and were not withdrawn, by day; `gaps` the runs of days (first,
    last) on which none counted.
    """

    currency: str
    nominal: int
    first: date
    last: date
    rates: Sequence[ExchangeRate]
    gaps: Sequence[tuple[date, date]]

    def value_of(self, rate: ExchangeRate) -> Decimal:
        """Som for `nominal` units, at most eight decimals."""
        return round(rate.unit_value * self.nominal, 8)

    @property
    def ends(self) -> tuple[ExchangeRate, ExchangeRate] | None:
        """The rates that counted on the first and on the last day that have one."""
        if not self.rates:
            return None
        first, last = (rate_choice.counting(self.rates, one.valid_on) for one in (self.rates[0], self.rates[-1]))
        return (first, last) if first and last else None

    @property
    def change(self) -> Decimal | None:
        """By how many percent the last one is more than the first."""
        return rate_lists.percent(self.ends[0].unit_value, self.ends[1].unit_value) if self.ends else None


def gather(currency: str, first: date, last: date) -> CurrencyPeriod:
    """The rates of `currency` from `first` to `last`; days before the first rate there ever was are no gap."""
    could_count = rates.could_count([currency], first, last)
    shown = [one for one in could_count if first <= one.valid_on <= last]
    begins = max(first, min((rate_choice.span(one)[0] for one in could_count), default=first))
    gaps = rate_choice.gaps(could_count, begins, last) if could_count else []
    nominal = could_count[-1].nominal if could_count else 1
    return CurrencyPeriod(currency, nominal, first, last, shown, gaps)


# Picture -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """The rates of one source: runs of points "x,y x,y" without a gap between them, and marks (x, y)."""

    source: RateSource
    runs: Sequence[str]
    marks: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Picture:
    """Ready to be drawn: lines by source, bands (x, width) without a rate, and (y, value) of the lines across."""

    lines: Sequence[Line]
    bands: Sequence[tuple[float, float]]
    levels: Sequence[tuple[float, Decimal]]
    width: int = WIDTH
    height: int = HEIGHT


def picture(data: CurrencyPeriod) -> Picture | None:
    """The picture of a period, None without rates."""
    if not data.rates:
        return None
    values = [float(data.value_of(one)) for one in data.rates]
    levels = _levels(min(values), max(values))
    days = max(1, (data.last - data.first).days)

    def across(day: date) -> float:
        return round(EDGE + (WIDTH - 2 * EDGE) * (day - data.first).days / days, 1)

    def up(value: float) -> float:
        share = (value - levels[0]) / (levels[-1] - levels[0])
        return round(HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * share, 1)

    lines = [
        _line(source, [one for one in data.rates if one.source is source], data, across, up)
        for source in ORDER
        if any(one.source is source for one in data.rates)
    ]
    bands = [(across(first), round(across(last) - across(first) + 2, 1)) for first, last in data.gaps]
    return Picture(lines, bands, [(up(one), Decimal(f"{one:.8g}")) for one in reversed(levels)])


def _levels(low: float, high: float) -> list[float]:
    """Three to six round numbers, equally far apart, with `low` and `high` between the first and the last."""
    room = high - low if high - low > high * 1e-4 else high * 0.02
    rough = room / 3
    size = 10 ** math.floor(math.log10(rough))
    step = next(one * size for one in STEPS if one * size >= rough * 0.999999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    last = max(last, first + 2)
    return [round(number * step, 10) for number in range(first, last + 1)]


def _line(
    source: RateSource,
    own: Sequence[ExchangeRate],
    data: CurrencyPeriod,
    across: Callable[[date], float],
    up: Callable[[float], float],
) -> Line:
    """Points of one source; a rate of InforEuro is a level line through its month."""
    runs: list[list[str]] = []
    before: date | None = None
    for one in own:
        y = up(float(data.value_of(one)))
        if source is RateSource.INFOREURO:
            first, last = rate_choice.span(one)
            ends = (max(first, data.first), min(last, data.last))
            runs.append([f"{across(day)},{y}" for day in ends])
            continue
        if before is None or one.valid_on - before > LONGEST_GAP + DAY:
            runs.append([])
        runs[-1].append(f"{across(one.valid_on)},{y}")
        before = one.valid_on
    marks = [(across(one.valid_on), up(float(data.value_of(one)))) for one in own]
    return Line(source, [" ".join(one) for one in runs if len(one) > 1], marks if len(marks) <= MOST_MARKS else [])


# Files ---------------------------------------------------------------------------------------------------------------


def _headings() -> list[Heading]:
    return [
        Heading(_("Currency"), 10),
        Heading(_("Valid from"), 13),
        Heading(_("Units"), 9, "#,##0"),
        Heading(_("Som"), 14, "#,##0.0000####"),
        Heading(_("Source"), 40),
        Heading(_("Where it can be looked up"), 40),
    ]


def _rows(data: CurrencyPeriod) -> list[Sequence[Value]]:
    return [
        (one.currency, one.valid_on, one.nominal, one.value, _(RATE_SOURCES[one.source]), one.source_note)
        for one in data.rates
    ]


def to_csv(data: CurrencyPeriod, locale: str) -> bytes:
    """The rates as UTF-8 CSV with a byte order mark."""
    with use_locale(locale):
        return csv_of(_headings(), _rows(data))


def to_xlsx(data: CurrencyPeriod, locale: str, *, made_at: datetime) -> bytes:
    """A sheet of the rates and one of the days on which none counted."""
    with use_locale(locale):
        title = f"{currency_text(data.currency)}, {date_text(data.first)} – {date_text(data.last)}"
        book = Sheets(title, made_at)
        book.add(_("Rates"), _headings(), _rows(data), intro=[title])
        gaps: list[Sequence[Value]] = [(first, last, (last - first).days + 1) for first, last in data.gaps]
        heads = [Heading(_("First day"), 13), Heading(_("Last day"), 13), Heading(_("Days"), 9, "#,##0")]
        book.add(_("Days without a rate"), heads, gaps)
        return book.save()
