"""The budget of a draft, line by line; what is given in kind is counted by a rate of the price list."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from app.clock import bishkek_day
from app.labels import BUDGET_HEADINGS
from app.localisation import N_, Money
from app.services import audit, prices
from app.services.actors import Actor
from app.services.applications.drafts import must_be_a_month, must_be_editable, renew
from app.services.calls.allocations import headings_paid
from app.services.errors import DomainError, IncompleteError
from app.services.match import HIGHEST_AMOUNT
from app.services.prices import HIGHEST_QUANTITY
from models.applications import Application, BudgetHeading, BudgetLine, Payer
from models.base import db
from models.prices import Price, PriceKind


def rates_for(application: Application, line: BudgetLine | None, *, locale: str, now: datetime) -> list[Price]:
    """The in-kind rates a line may be counted by: those of the place today, and the one it is counted by already."""
    found = prices.rates_for(application.association.ayil_okmotu, bishkek_day(now), locale)
    if line is None or line.price_id is None or any(one.id == line.price_id for one in found):
        return found
    return [*found, db.session.get_one(Price, line.price_id)]


def add_budget_line(
    application: Application,
    *,
    heading: BudgetHeading,
    item: str,
    unit: str,
    quantity: Decimal,
    unit_cost: int | None,
    payer: Payer,
    month: int = 1,
    price: Price | None = None,
    actor: Actor,
    now: datetime,
) -> BudgetLine:
    """Add a planned cost; `unit_cost` in tyiyn, `month` is the plan's in which it is paid.

    What is given in kind takes unit and price from `price`, a rate of the list, and its name when `item` is empty.
    Raises `IncompleteError` without a rate, `DomainError` when another price was given.
    """
    must_be_editable(application, "budget")
    _must_be_eligible(application, heading, payer)
    counted = _counted(application, None, item, unit, unit_cost, payer, price, now)
    _must_be_believable(quantity, counted["unit_cost"])
    must_be_a_month(month)
    line = BudgetLine(heading=heading, quantity=quantity, payer=payer, month=month, **counted)
    application.budget_lines.append(line)
    db.session.flush()
    renew(application)
    audit.record(
        actor, "application.add_budget_line", application, now, line=line.id, amount=line.amount, payer=payer.value
    )
    return line


def _counted(
    application: Application,
    line: BudgetLine | None,
    item: str,
    unit: str,
    unit_cost: int | None,
    payer: Payer,
    price: Price | None,
    now: datetime,
) -> dict[str, Any]:
    """Item, unit, price of one and the rate it comes from, as they are kept."""
    if payer is not Payer.IN_KIND:
        if price is not None:
            raise DomainError(
                N_("A rate counts what is given in kind: take it out, or choose that the line is given in kind."),
                field="price",
            )
        for field, value in (("item", item.strip()), ("unit", unit.strip()), ("unit_cost", unit_cost)):
            if value in ("", None):
                raise IncompleteError(N_("Fill this in."), field=field)
        return {"item": item.strip(), "unit": unit.strip(), "unit_cost": unit_cost, "price_id": None}
    if price is None:
        raise IncompleteError(N_("What is given in kind is counted by the price list: choose its rate."), field="price")
    is_kept = line is not None and line.price_id == price.id
    if price.kind is not PriceKind.IN_KIND or not (is_kept or price.is_valid_on(bishkek_day(now))):
        raise DomainError(N_("This rate does not count any more: choose another one."), field="price")
    locale = application.language
    if unit_cost is not None and unit_cost != price.usual:
        raise DomainError(
            N_(
                "In kind is counted by the price list: “%(item)s” is %(price)s for one (%(unit)s). "
                "Leave the price empty, or choose another rate."
            ),
            field="unit_cost",
            item={"name": price.names},
            unit={"name": price.unit},
            price=Money(price.usual),
        )
    return {
        "item": item.strip() or price.name(locale),
        "unit": price.unit_in(locale),
        "unit_cost": price.usual,
        "price_id": price.id,
    }


def ineligible(application: Application) -> list[BudgetHeading]:
    """The kinds of cost of lines the grant is to pay that the call's money does not pay for, in the list's order.

    While somebody still writes: what was handed in stays eligible, since the call's money cannot be narrowed then.
    """
    if not application.is_editable:
        return []
    asked = {line.heading for line in application.budget_lines if line.payer is Payer.GRANT}
    gone = asked - set(headings_paid(application.call)) if asked else set()
    return [one for one in BudgetHeading if one in gone]


def not_paid(heading: BudgetHeading, **where: Any) -> DomainError:
    """What is said of a kind of cost that no grant of the call pays for."""
    message = N_("The money of this call does not pay for “%(heading)s”: let another pay for it, or leave it out.")
    return DomainError(message, heading={"texts": [BUDGET_HEADINGS[heading]]}, **where)


def _must_be_eligible(application: Application, heading: BudgetHeading, payer: Payer) -> None:
    if payer is Payer.GRANT and heading not in headings_paid(application.call):
        raise not_paid(heading, field="heading")


def _must_be_believable(quantity: Decimal, unit_cost: int) -> None:
    if not 0 < quantity <= HIGHEST_QUANTITY:
        raise DomainError(N_("The quantity must be more than zero and believable."), field="quantity")
    if not 0 < unit_cost <= HIGHEST_AMOUNT or quantity * unit_cost > HIGHEST_AMOUNT:
        raise DomainError(N_("The price must be more than zero and believable."), field="unit_cost")


def change_budget_line(
    line: BudgetLine,
    application: Application,
    *,
    heading: BudgetHeading,
    item: str,
    unit: str,
    quantity: Decimal,
    unit_cost: int | None,
    payer: Payer,
    month: int,
    price: Price | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Change a planned cost; `unit_cost` in tyiyn. The caller has checked the line's version. Raises as adding does."""
    must_be_editable(application, "budget")
    _must_be_eligible(application, heading, payer)
    counted = _counted(application, line, item, unit, unit_cost, payer, price, now)
    _must_be_believable(quantity, counted["unit_cost"])
    must_be_a_month(month)
    before = line.amount
    line.heading, line.payer, line.quantity, line.month = heading, payer, quantity, month
    for name, value in counted.items():
        setattr(line, name, value)
    db.session.flush()
    renew(application)
    audit.record(
        actor,
        "application.change_budget_line",
        application,
        now,
        line=line.id,
        before=before,
        amount=line.amount,
        payer=payer.value,
    )


def remove_budget_line(line: BudgetLine, application: Application, *, actor: Actor, now: datetime) -> None:
    must_be_editable(application, "budget")
    line_id, amount = line.id, line.amount
    application.budget_lines.remove(line)
    db.session.delete(line)
    db.session.flush()
    renew(application)
    audit.record(actor, "application.remove_budget_line", application, now, line=line_id, amount=amount)
