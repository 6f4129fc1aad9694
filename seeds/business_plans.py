"""The business plan of each kind of project: its figures from the content file, and their way through the services."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.clock import bishkek_day
from app.services.actors import Actor
from app.services.applications import business_plans
from models.applications import Application

SOM = 100  # tyiyn
MONTHS_TO_BEGIN = 2
"""The work begins on the first of the month two months after the call closes: decided and agreed by then."""


def starts_on(closes_at: datetime) -> date:
    """The first day of month 1 of the plans in a call that closes then."""
    last = bishkek_day(closes_at)
    months = last.month - 1 + MONTHS_TO_BEGIN
    return date(last.year + months // 12, months % 12 + 1, 1)


def sale_lines(content: Any, language: str) -> Iterator[dict[str, Any]]:
    """The products of a plan in `language`: prices in tyiyn, volumes as twelve decimals."""
    for one in content["sales"]:
        yield {
            "product": one["product"][language],
            "buyers": one["buyers"][language],
            "unit": one["unit"][language],
            "price": tyiyn(one["price"]),
            "unit_cost": tyiyn(one["unit_cost"]),
            "volumes": [Decimal(str(volume)) for volume in one["volumes"]],
        }


def running_costs(content: Any, language: str) -> Iterator[dict[str, Any]]:
    """The running costs in `language`, twelve amounts in tyiyn each; one number in the file stands for every month."""
    for one in content["costs"]:
        amounts = one["amounts"] if isinstance(one["amounts"], list) else [one["amounts"]] * 12
        yield {"item": one["item"][language], "amounts": [tyiyn(amount) for amount in amounts]}


def work_steps(content: Any, language: str) -> Iterator[dict[str, Any]]:
    """The activities of the work plan in `language`."""
    for one in content["steps"]:
        yield {
            "activity": one["activity"][language],
            "responsible": one["responsible"][language],
            "first_month": one["first_month"],
            "last_month": one["last_month"],
        }


def tyiyn(som: float) -> int:
    """An amount of the content file in tyiyn."""
    return int(Decimal(str(som)) * SOM)


def begin(application: Application, content: Any, *, actor: Actor, now: datetime) -> None:
    """The first half of a plan: when it begins and what is sold."""
    business_plans.set_frame(
        application,
        starts_on=starts_on(application.call.closes_at),
        sales_from=content["sales_from"],
        opening_cash=tyiyn(content["opening_cash"]),
        actor=actor,
        now=now,
    )
    for line in sale_lines(content, application.language):
        business_plans.save_sale_line(application, None, **line, actor=actor, now=now)


def complete(application: Application, content: Any, *, actor: Actor, now: datetime) -> None:
    """The other half: what has to be paid, who does what, and the financing that the budget needs."""
    for cost in running_costs(content, application.language):
        business_plans.save_running_cost(application, None, **cost, actor=actor, now=now)
    for step in work_steps(content, application.language):
        business_plans.save_work_step(application, None, **step, actor=actor, now=now)
    business_plans.propose_financing(application, actor=actor, now=now)
