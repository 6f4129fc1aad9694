"""What a business plan's figures say, in sentences an operator can read out: one for each picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.localisation import N_, LazyText, Money, lazy, month_text, number_text
from app.services.applications import business_plans
from app.services.applications.business_plans import Contents
from app.services.cash_flow import LONGEST_PAYBACK, MONTHS, SCENARIOS, YEAR, Month, Outcome, Scenario, sensitivity
from models.applications import Application


@dataclass(frozen=True)
class Reading:
    """One sentence; `is_worrying` when the reader should look again."""

    text: LazyText
    is_worrying: bool


def month_of(starts_on: date, number: int) -> date:
    """The first day of the plan's month `number`."""
    months = starts_on.month - 1 + number - 1
    return date(starts_on.year + months // 12, months % 12 + 1, 1)


def cash(worst: Month, starts_on: date) -> Reading:
    month = month_text(month_of(starts_on, worst.number))
    if worst.lacking:
        text = lazy(
            N_("In the worst month (%(month)s) %(amount)s are missing: let money come earlier, or buy later."),
            month=month,
            amount=Money(worst.lacking),
        )
        return Reading(text, True)
    text = lazy(
        N_("There is always money in hand; the least is %(amount)s (%(month)s)."),
        month=month,
        amount=Money(worst.closing),
    )
    return Reading(text, False)


def break_even(found: Outcome, starts_on: date) -> Reading:
    if found.break_even is None:
        return Reading(lazy(N_("Within these two years the business does not earn back what it costs to run.")), True)
    return Reading(
        lazy(
            N_("From month %(number)s on (%(month)s) the business earns what it costs to run."),
            number=number_text(found.break_even),
            month=month_text(month_of(starts_on, found.break_even)),
        ),
        False,
    )


def payback(found: Outcome, starts_on: date) -> Reading:
    if found.payback is None:
        return Reading(lazy(N_("What is invested is not earned back within twenty years.")), True)
    return Reading(
        lazy(
            N_("Everything invested is earned back in month %(number)s (%(month)s)."),
            number=number_text(found.payback),
            month=month_text(month_of(starts_on, found.payback)),
        ),
        False,
    )


def margin(found: Outcome) -> Reading:
    share = found.margin
    if share is None:
        return Reading(lazy(N_("Nothing is sold yet, so nothing can be earned.")), True)
    of_hundred = Money(round(share * 100_00))
    if share < 0:
        return Reading(lazy(N_("Of each 100 som sold, %(amount)s are lost."), amount=Money(-of_hundred.amount)), True)
    return Reading(lazy(N_("Of each 100 som sold, %(amount)s remain."), amount=of_hundred), False)


SCENARIO_NAMES: dict[Scenario, str] = {
    SCENARIOS[0]: N_("Prices a fifth lower"),
    SCENARIOS[1]: N_("A fifth less sold"),
    SCENARIOS[2]: N_("Costs a fifth higher"),
}


def scenario(found: Outcome) -> Reading:
    """What a full year brings under the scenario of `found`."""
    if found.year_surplus < 0:
        text = lazy(N_("The business loses %(amount)s a year."), amount=Money(-found.year_surplus))
        return Reading(text, True)
    return Reading(lazy(N_("A year still brings %(amount)s."), amount=Money(found.year_surplus)), False)


def worse(outcomes: Sequence[Outcome]) -> Reading:
    """What a full year brings at the worst of these scenarios."""
    least = min(one.year_surplus for one in outcomes)
    if least < 0:
        return Reading(
            lazy(N_("If things go worse, the business can lose %(amount)s a year."), amount=Money(-least)), True
        )
    return Reading(
        lazy(N_("Even if things go worse, a year brings at least %(amount)s."), amount=Money(least)), least == 0
    )


@dataclass(frozen=True)
class Milestone:
    """What the business has earned since its beginning, at the end of month `number`, which begins on `day`."""

    number: int
    day: date
    earned: int


def milestones(found: Outcome, starts_on: date) -> list[Milestone]:
    """After one year, after two, and when everything invested is earned back (or never was)."""
    numbers = {YEAR, MONTHS, found.payback or LONGEST_PAYBACK}
    return [Milestone(one, month_of(starts_on, one), found.earned(one)) for one in sorted(numbers)]


def all_of(found: Outcome, starts_on: date) -> list[Reading]:
    """The sentences on the plan as it is: cash, break-even, payback, margin."""
    return [
        cash(found.worst, starts_on),
        break_even(found, starts_on),
        payback(found, starts_on),
        margin(found),
    ]


@dataclass(frozen=True)
class Picture:
    """A plan as it is shown: its rows, the first day of each month, and (once it can be reckoned) what it comes to.

    `scenarios` pairs each scenario's name (a message id) with its outcome and the sentence on it; `worse` is the
    sentence on all of them. `invested` is what `milestones` are held against, in tyiyn.
    """

    plan: Contents
    months: list[date]
    outcome: Outcome | None
    readings: list[Reading]
    scenarios: list[tuple[str, Outcome, Reading]]
    worse: Reading | None = None
    milestones: Sequence[Milestone] = ()
    invested: int = 0


def picture(application: Application) -> Picture:
    """Everything a page shows of an application's plan."""
    found = business_plans.contents(application)
    plan = business_plans.plan_of(application, found)
    if found.frame is None:
        return Picture(found, [], None, [], [])
    months = [month_of(found.frame.starts_on, number) for number in range(1, MONTHS + 1)]
    if plan is None:
        return Picture(found, months, None, [], [])
    planned, *others = sensitivity(plan)
    return Picture(
        found,
        months,
        planned,
        all_of(planned, found.frame.starts_on),
        [(SCENARIO_NAMES[one.scenario], one, scenario(one)) for one in others],
        worse(others),
        milestones(planned, found.frame.starts_on),
        plan.invested,
    )
