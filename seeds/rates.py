"""Exchange rates of the demonstration: taken over each Monday by one finance officer, approved by the other.

In the last month those of the National Bank's daily file come every working day; the last file still waits.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from app.services import rates
from app.services.rates import Quote
from models.rates import RateSource
from seeds.agenda import Story, at
from seeds.programme import Programme

NOTES = {
    RateSource.NBKR_DAILY: "Улуттук банктын күндүк файлы (көрсөтмө)",
    RateSource.NBKR_WEEKLY: "Улуттук банктын жумалык файлы (көрсөтмө)",
}
"""The values are made up around those of one real day, and say so."""
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
WITHIN_A_WEEK = 12  # and within a week from its Monday
DAYS_WITH_DAILY_RATES = 31
MONDAY, SATURDAY = 0, 5
MISTYPED_AGO, OF_THE_BANK_AGO = 18, 11  # days


def first_monday(programme: Programme) -> date:
    return programme.calendar.on(2025, 1, 6)


def taken_over(programme: Programme) -> Story:
    """Enter and approve the rates of every Monday up to today, in the last month of every working day."""
    day, today = first_monday(programme), programme.calendar.today
    chance, daily = programme.chance("rates"), programme.chance("daily rates")
    drifts = dict.fromkeys((currency for currency, *_rest in BASE), 0)
    while True:
        is_monday = day.weekday() == MONDAY
        if day.weekday() < SATURDAY and (is_monday or (today - day).days <= DAYS_WITH_DAILY_RATES):
            now = yield at(day, 10, 5)
            if is_monday:
                drifts = {currency: _drift(before, chance) for currency, before in drifts.items()}
            sources = tuple(NOTES) if is_monday else (RateSource.NBKR_DAILY,)
            shown = drifts if is_monday else _wiggled(drifts, daily)
            entered = {}
            for source in sources:
                quotes = [_quote(*one[:3], shown[one[0]]) for one in BASE if one[3] is source]
                entered[source] = rates.enter_all(
                    quotes, day, source, actor=programme.as_staff("finance1"), now=now, source_note=NOTES[source]
                )
            now = yield at(day, 10, 40)
            for source, rows in entered.items():
                if source is RateSource.NBKR_WEEKLY or _next_working_day(day) < today:
                    last_id = max(one.id for one in rows)
                    rates.approve_day(day, source, last_id, actor=programme.as_staff("finance2"), now=now)
        day += timedelta(days=1)


def taken_back(programme: Programme) -> Story:
    """A rate typed wrongly is refused; one of a bank is approved, and withdrawn when it turns out to be another's."""
    day = programme.calendar.ago(MISTYPED_AGO)
    now = yield at(day, 11, 10)
    finance1, finance2 = programme.as_staff("finance1"), programme.as_staff("finance2")
    mistyped = rates.enter(
        "RUB", day, 1, Decimal("11.239"), RateSource.MANUAL, actor=finance1, now=now, source_note="Телефон аркылуу"
    )
    now = yield at(day, 11, 30)
    rates.refuse(mistyped, reason="Үтүр жылып калган: 1,1239 болушу керек.", actor=finance2, now=now)
    day = programme.calendar.ago(OF_THE_BANK_AGO)
    now = yield at(day, 14, 0)
    of_the_bank = rates.enter(
        "EUR", day, 1, Decimal("102.9"), RateSource.BANK, actor=finance1, now=now, source_note="Айыл Банк, билдирме 14"
    )
    now = yield at(day, 14, 20)
    rates.approve(of_the_bank, actor=finance2, now=now)
    now = yield at(day, 15, 5)
    rates.withdraw(
        of_the_bank, reason="Бул сатуу курсу экен, фонддун эсебине сатып алуу курсу керек.", actor=finance1, now=now
    )


def _quote(currency: str, nominal: int, base: str, drift: int) -> Quote:
    return Quote(currency, nominal, (Decimal(base) * (10_000 + drift) / 10_000).quantize(Decimal("0.0001")))


def _wiggled(drifts: Mapping[str, int], chance: Random) -> dict[str, int]:
    return {currency: drift + chance.randint(-WITHIN_A_WEEK, WITHIN_A_WEEK) for currency, drift in drifts.items()}


def _next_working_day(day: date) -> date:
    return day + timedelta(days=7 - day.weekday() if day.weekday() + 1 >= SATURDAY else 1)


def _drift(before: int, chance: Random) -> int:
    return max(-FURTHEST, min(FURTHEST, before + chance.randint(-22, 22)))
