"""Exchange rates of the demonstration: entered each Monday by one finance officer, approved by the other."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from app.services import rates
from models.rates import RateSource
from seeds.agenda import Story, at
from seeds.programme import Programme

NOTE = "demonstration"
BASE: tuple[tuple[str, int, str, RateSource], ...] = (
    ("USD", 1, "87.4500", RateSource.NBKR_DAILY),
    ("EUR", 1, "101.5100", RateSource.NBKR_DAILY),
    ("RUB", 1, "1.1239", RateSource.NBKR_DAILY),
    ("KZT", 1, "0.1851", RateSource.NBKR_DAILY),
    ("TRY", 1, "2.2500", RateSource.NBKR_WEEKLY),
    ("KRW", 100, "6.3000", RateSource.NBKR_WEEKLY),
    ("GBP", 1, "116.0000", RateSource.NBKR_WEEKLY),
    ("UZS", 1000, "7.0000", RateSource.NBKR_WEEKLY),
)
"""Currency, nominal, som for the nominal, source."""
FURTHEST = 150  # hundredths of a percent a rate drifts away from its base


def first_monday(programme: Programme) -> date:
    return programme.calendar.on(2025, 1, 6)


def weekly(programme: Programme) -> Story:
    """Enter and approve the rates of every Monday up to today."""
    day = first_monday(programme)
    drifts = dict.fromkeys((currency for currency, *_rest in BASE), 0)
    chance = programme.chance("rates")
    while True:
        now = yield at(day, 10, 5)
        entered = []
        for currency, nominal, base, source in BASE:
            drifts[currency] = _drift(drifts[currency], chance)
            value = (Decimal(base) * (10_000 + drifts[currency]) / 10_000).quantize(Decimal("0.0001"))
            entered.append(
                rates.enter(
                    currency,
                    day,
                    nominal,
                    value,
                    source,
                    actor=programme.as_staff("finance1"),
                    now=now,
                    source_note=NOTE,
                )
            )
        now = yield at(day, 10, 40)
        for rate in entered:
            rates.approve(rate, actor=programme.as_staff("finance2"), now=now)
        day += timedelta(days=7)


def _drift(before: int, chance: Random) -> int:
    return max(-FURTHEST, min(FURTHEST, before + chance.randint(-22, 22)))
