"""What a reader of an application should look at again: reckoned each time, kept nowhere, refusing nothing.

Each warning is one sentence with its figures, for who writes the part, for the check before sign-off and for who
judges: prices far from the register, months without cash, pledges above what the remitter can send.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from app.clock import bishkek_day
from app.localisation import N_, LazyText, Money, lazy
from app.services import plan_readings, prices
from app.services.applications import business_plans
from app.services.cash_flow import lowest
from app.services.price_checks import Register, percent_off
from models.applications import Application, BudgetLine, Payer
from models.base import LOCALES
from models.pledges import Pledge


@dataclass(frozen=True)
class PlanWarning:
    """The part of the form it belongs to, and the sentence."""

    part: str
    text: LazyText


ABOVE = N_(
    "%(item)s: %(price)s for one (%(unit)s) is %(percent)s %% more than the %(limit)s "
    "that the price register gives at the most for “%(listed)s”."
)
BELOW = N_(
    "%(item)s: %(price)s for one (%(unit)s) is %(percent)s %% less than the %(limit)s "
    "that the price register gives at the least for “%(listed)s”."
)
BEYOND = N_(
    "The pledge of %(amount)s by %(day)s is more than the person says can be sent: %(capacity)s a month "
    "for %(months)s months come to %(possible)s, and %(lacking)s are missing."
)
UNLISTED = N_("%(item)s is given in kind, but the price list does not count it: choose its rate.")


def of_prices(lines: Iterable[BudgetLine], register: Register) -> list[PlanWarning]:
    """Lines whose price of one lies outside the register's range, and lines in kind that no rate counts."""
    found = []
    for line in lines:
        if line.payer is Payer.IN_KIND:
            if line.price_id is None:
                found.append(PlanWarning("budget", lazy(UNLISTED, item=line.item)))
            continue
        listed = register.nearest(line.item, line.unit)
        off = percent_off(line.unit_cost, listed.low, listed.high) if listed else 0
        if listed is not None and off:
            text = lazy(
                ABOVE if off > 0 else BELOW,
                item=line.item,
                unit=line.unit,
                price=Money(line.unit_cost),
                percent=abs(off),
                limit=Money(listed.high if off > 0 else listed.low),
                listed={"name": dict(zip(LOCALES, listed.names, strict=True))},
            )
            found.append(PlanWarning("budget", text))
    return found


def of_budget(application: Application, *, now: datetime) -> list[PlanWarning]:
    """The same for an application: the prices of its place that counted when it was handed in, or count now."""
    if not application.budget_lines:
        return []
    day = bishkek_day(application.submitted_at or now)
    return of_prices(application.budget_lines, prices.register_for(application.association.ayil_okmotu, day))


def of_cash(application: Application) -> list[PlanWarning]:
    """The month with the least money in hand, when some is missing."""
    figures = business_plans.figures(application)
    if figures is None:
        return []
    starts_on, plan = figures
    reading = plan_readings.cash(lowest(plan), starts_on)
    return [PlanWarning("financing", reading.text)] if reading.is_worrying else []


def months_of(first: date, last: date) -> int:
    """The months begun from `first` to `last`, at least one."""
    months = (last.year - first.year) * 12 + last.month - first.month
    return max(1, months + (last.day >= first.day))


def of_pledges(pledges: Iterable[Pledge]) -> list[PlanWarning]:
    """Promises above what the person says can be sent until their day. No name: reviewers read it too."""
    found = []
    for pledge in pledges:
        if pledge.monthly_capacity is None:
            continue
        months = months_of(bishkek_day(pledge.recorded_at), pledge.due_on)
        possible = months * pledge.monthly_capacity
        if pledge.amount > possible:
            text = lazy(
                BEYOND,
                amount=Money(pledge.amount, pledge.currency),
                day=pledge.due_on,
                capacity=Money(pledge.monthly_capacity, pledge.currency),
                months=months,
                possible=Money(possible, pledge.currency),
                lacking=Money(pledge.amount - possible, pledge.currency),
            )
            found.append(PlanWarning("pledges", text))
    return found


def of_application(application: Application, pledges: Iterable[Pledge], *, now: datetime) -> list[PlanWarning]:
    """Every warning, in the order of the form."""
    return [*of_budget(application, now=now), *of_cash(application), *of_pledges(pledges)]
