"""The arithmetic of a business plan: months of cash, break-even, payback, margin, sensitivity. Pure; amounts in tyiyn.

Quantities are decimals by calendar month, so that a season stands where it is; every product of quantity and price
is rounded half up once, for one line and month. Nothing here knows a database, an application or a language.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, count, islice
from typing import NamedTuple

from models.base import round_half_up

MONTHS = 24
"""The months a plan shows."""
YEAR = 12
LONGEST_PAYBACK = 240
"""Months: what is not earned back in twenty years is never earned back."""


@dataclass(frozen=True)
class Sale:
    """One product: `price` and `unit_cost` (what making one costs) in tyiyn, `volumes` for January to December."""

    price: int
    unit_cost: int
    volumes: tuple[Decimal, ...]


@dataclass(frozen=True)
class Movement:
    """Money that moves once, in the month of this number (1 is the plan's first)."""

    month: int
    amount: int


@dataclass(frozen=True)
class Plan:
    """What the arithmetic needs.

    `first_month` is the calendar month (1-12) of month 1; sales and running costs begin in month `sales_from`.
    `running_costs` holds one sequence of twelve amounts (January to December) for each cost. `investment` is what
    the budget pays in cash, `financing` what comes in for it; `opening_cash` is there before month 1. `invested` is
    the whole budget, what is given in kind included: payback is counted against it.
    """

    first_month: int
    sales_from: int
    opening_cash: int
    sales: tuple[Sale, ...]
    running_costs: tuple[tuple[int, ...], ...]
    investment: tuple[Movement, ...]
    financing: tuple[Movement, ...]
    invested: int


@dataclass(frozen=True)
class Scenario:
    """Prices, volumes and costs in percent of the plan's."""

    price: int = 100
    volume: int = 100
    cost: int = 100


AS_PLANNED = Scenario()
SCENARIOS = (Scenario(price=80), Scenario(volume=80), Scenario(cost=120))
"""What a plan is tried against: prices a fifth lower, a fifth less sold, costs a fifth higher."""


@dataclass(frozen=True)
class Month:
    """One month: `number` from 1, `calendar` 1-12; `closing` is the cash in hand at its end."""

    number: int
    calendar: int
    sales: int
    making: int
    running: int
    investment: int
    financing: int
    closing: int

    @property
    def surplus(self) -> int:
        """What the business itself earns or loses in the month: sales less making and running it."""
        return self.sales - self.making - self.running

    @property
    def lacking(self) -> int:
        """The cash that is missing at its end; 0 when there is some."""
        return max(0, -self.closing)


class Business(NamedTuple):
    """One calendar month of full business: what is sold, what making that costs, what running costs."""

    sales: int
    making: int
    running: int

    @property
    def surplus(self) -> int:
        return self.sales - self.making - self.running


@dataclass(frozen=True)
class Outcome:
    """What a plan comes to under one scenario.

    `year` holds the twelve calendar months of full business, January first; what is named `year_` is their sum.
    `break_even` is the first month from which the business, counted from its beginning, is never behind again within
    the plan; `payback` the month by whose end its surpluses have earned back everything invested. Either is None when
    it does not happen. `worst` is the month with the least cash.
    """

    scenario: Scenario
    months: tuple[Month, ...]
    year: tuple[Business, ...]
    break_even: int | None
    payback: int | None

    @property
    def year_sales(self) -> int:
        return sum(month.sales for month in self.year)

    @property
    def year_making(self) -> int:
        return sum(month.making for month in self.year)

    @property
    def year_running(self) -> int:
        return sum(month.running for month in self.year)

    @property
    def year_costs(self) -> int:
        return self.year_making + self.year_running

    @property
    def year_surplus(self) -> int:
        return self.year_sales - self.year_costs

    @property
    def earned_by_month(self) -> tuple[int, ...]:
        """What the business has earned or lost since its beginning, at the end of each month of the plan."""
        return tuple(accumulate(month.surplus for month in self.months))

    def earned(self, number: int) -> int:
        """The same at the end of month `number`, which may lie behind the plan: there every year is a full one."""
        first, shown = self.months[0].calendar, len(self.months)
        behind = sum(self.year[(first - 2 + one) % YEAR].surplus for one in range(shown + 1, number + 1))
        return behind + sum(month.surplus for month in self.months[:number])

    @property
    def margin(self) -> Fraction | None:
        """Surplus of a year as a share of its sales; None when nothing is sold."""
        return Fraction(self.year_surplus, self.year_sales) if self.year_sales else None

    @property
    def worst(self) -> Month:
        return _worst(self.months)

    @property
    def lacking(self) -> int:
        """The cash that is missing in the worst month; 0 when there is always some."""
        return self.worst.lacking


def lowest(plan: Plan) -> Month:
    """The month with the least cash as planned, without everything else an outcome reckons."""
    return _worst(islice(_months(plan, AS_PLANNED), MONTHS))


def _worst(months: Iterable[Month]) -> Month:
    return min(months, key=lambda month: (month.closing, month.number))


def outcome(plan: Plan, scenario: Scenario = AS_PLANNED) -> Outcome:
    """Everything a plan comes to under `scenario`."""
    months = tuple(islice(_months(plan, scenario), MONTHS))
    return Outcome(
        scenario,
        months,
        year=tuple(_business(plan, scenario, calendar) for calendar in range(1, YEAR + 1)),
        break_even=_break_even(months, plan.sales_from),
        payback=_payback(plan, scenario),
    )


def sensitivity(plan: Plan) -> list[Outcome]:
    """The plan as it is, then under each of `SCENARIOS`."""
    return [outcome(plan, scenario) for scenario in (AS_PLANNED, *SCENARIOS)]


def _months(plan: Plan, scenario: Scenario) -> Iterator[Month]:
    """Month after month, without end."""
    cash = plan.opening_cash
    year = [_business(plan, scenario, calendar) for calendar in range(1, YEAR + 1)]
    for number in count(1):
        calendar = (plan.first_month - 2 + number) % YEAR + 1
        sales, making, running = year[calendar - 1] if number >= plan.sales_from else (0, 0, 0)
        investment, financing = _in_month(plan.investment, number), _in_month(plan.financing, number)
        cash += financing + sales - investment - making - running
        yield Month(number, calendar, sales, making, running, investment, financing, cash)


def _business(plan: Plan, scenario: Scenario, calendar: int) -> Business:
    """One calendar month of full business."""
    volumes = [(sale, sale.volumes[calendar - 1] * scenario.volume / 100) for sale in plan.sales]
    sales = sum(round_half_up(volume * sale.price * scenario.price / 100) for sale, volume in volumes)
    making = sum(round_half_up(volume * sale.unit_cost * scenario.cost / 100) for sale, volume in volumes)
    running = sum(round_half_up(Decimal(cost[calendar - 1]) * scenario.cost / 100) for cost in plan.running_costs)
    return Business(sales, making, running)


def _in_month(movements: Sequence[Movement], number: int) -> int:
    return sum(one.amount for one in movements if one.month == number)


def _break_even(months: Sequence[Month], sales_from: int) -> int | None:
    """The first month after the last one at whose end the business had lost more than it had earned."""
    earned, behind = 0, sales_from - 1
    for month in months:
        earned += month.surplus
        if month.number >= sales_from and earned < 0:
            behind = month.number
    first = behind + 1
    return first if first <= len(months) and any(month.sales for month in months) else None


def _payback(plan: Plan, scenario: Scenario) -> int | None:
    earned = 0
    for month in islice(_months(plan, scenario), LONGEST_PAYBACK):
        earned += month.surplus
        if month.number >= plan.sales_from and earned >= plan.invested and month.sales:
            return month.number
    return None
