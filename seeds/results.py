"""Results of the demonstration: reported by the associations, verified by monitoring."""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from app.services import results
from models.grants import Grant
from models.indicators import Target
from seeds.agenda import Chapter, later
from seeds.programme import Programme

MIDWAY = ("jobs_created", "persons_trained", "migrant_families_served")
BY_SEX = frozenset({"jobs_created", "persons_trained"})
STEPS = {"jobs_created": Decimal("0.5"), "household_income": Decimal(100), "annual_sales": Decimal(1000)}


def midway(programme: Programme, grant: Grant, is_recent: bool, chance: Random, now: datetime) -> Chapter:
    """About half is reached; of a grant that is under way one value still waits to be verified."""
    now = yield later(now, 3, chance)
    end = _period_end(grant, now)
    targets = [one for one in results.targets_of(grant) if one.indicator.key in MIDWAY]
    shares = [(target, chance.randint(38, 60)) for target in targets]
    return (yield from _reported(programme, grant, shares, end, is_recent, chance, now))


def final(programme: Programme, grant: Grant, chance: Random, now: datetime) -> Chapter:
    """What was reached in the end on every indicator."""
    now = yield later(now, 3, chance)
    shares = [(target, chance.randint(86, 114)) for target in results.targets_of(grant)]
    return (yield from _reported(programme, grant, shares, now.date(), False, chance, now))


def _reported(
    programme: Programme,
    grant: Grant,
    shares: list[tuple[Target, int]],
    end: date,
    leave_one: bool,
    chance: Random,
    now: datetime,
) -> Chapter:
    reported = []
    for target, percent in shares:
        key = target.indicator.key
        value = _rounded(target.baseline + (target.target - target.baseline) * percent / 100, key)
        female = _rounded(value * chance.randint(42, 64) / 100, key) if key in BY_SEX else None
        reported.append(
            results.report(
                target,
                grant,
                period_ends_on=end,
                value=value,
                female=female,
                male=None if female is None else value - female,
                evidence=target.indicator.tool[grant.application.language],
                actor=programme.actor_for(grant.association),
                now=now,
            )
        )
    now = yield later(now, chance.randint(2, 4), chance)
    for result in reported[1:] if leave_one else reported:
        results.verify(result, actor=programme.as_staff("monitoring2"), now=now)
    return now


def _rounded(value: Decimal, key: str) -> Decimal:
    """Round to what is counted: whole people and families, half jobs, hundreds or thousands of som."""
    step = STEPS.get(key, Decimal(1))
    return (value / step).to_integral_value(ROUND_HALF_UP) * step


def _period_end(grant: Grant, now: datetime) -> date:
    """The end of the last month, or yesterday when the grant is younger."""
    day = now.date().replace(day=1) - timedelta(days=1)
    return day if day >= grant.starts_on else now.date() - timedelta(days=1)
