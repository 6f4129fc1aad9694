"""Business plans: sales, running costs, financing and work steps of an application, and what they come to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from app.localisation import N_, Money
from app.services import audit
from app.services.actors import Actor
from app.services.applications.budget_lines import HIGHEST_QUANTITY
from app.services.applications.drafts import must_be_a_month, must_be_editable
from app.services.cash_flow import MONTHS, YEAR, Movement, Plan, Sale
from app.services.errors import DomainError, IncompleteError
from app.services.match import HIGHEST_AMOUNT, split_tranches
from models.applications import Application, Payer
from models.base import Base, JsonDocument, db
from models.business_plans import BusinessPlan, Financing, RunningCost, SaleLine, WorkStep

CASH_PAYERS = (Payer.GRANT, Payer.REMITTANCE, Payer.COMMUNITY)
MONTHS_BETWEEN_TRANCHES = 2
PARTS: Mapping[type[Base], str] = {SaleLine: "sales", RunningCost: "costs", Financing: "financing", WorkStep: "steps"}
"""{table of rows: the part of the form they stand in}."""
EARLIEST, LATEST = date(2020, 1, 1), date(2100, 1, 1)


@dataclass(frozen=True)
class Contents:
    """Everything of an application's plan, each list in the order it was entered; `frame` is None until begun."""

    frame: BusinessPlan | None
    sales: list[SaleLine]
    costs: list[RunningCost]
    financing: list[Financing]
    steps: list[WorkStep]


def contents(application: Application) -> Contents:
    """The plan's rows."""
    return Contents(
        frame_of(application), *(rows(table, application) for table in (SaleLine, RunningCost, Financing, WorkStep))
    )


def contents_of(application_ids: Sequence[int]) -> dict[int, Contents]:
    """What `contents` says of each of the applications, in one query a table."""
    found = {application_id: Contents(None, [], [], [], []) for application_id in application_ids}
    for frame in _rows_of(BusinessPlan, application_ids):
        found[frame.application_id] = replace(found[frame.application_id], frame=frame)
    for name, table in (("sales", SaleLine), ("costs", RunningCost), ("financing", Financing), ("steps", WorkStep)):
        for row in _rows_of(table, application_ids):
            getattr(found[row.application_id], name).append(row)
    return found


def _rows_of(table: Any, application_ids: Sequence[int]) -> Iterable[Any]:
    query = db.select(table).where(table.application_id.in_(application_ids)).order_by(table.id)
    return db.session.scalars(query.execution_options(populate_existing=True))


def frame_of(application: Application) -> BusinessPlan | None:
    """The frame; None until it has been said."""
    frame: BusinessPlan | None = db.session.scalar(_rows(BusinessPlan), {"application_id": application.id})
    return frame


def rows(table: Any, application: Application) -> list[Any]:
    """The rows of `table` (sale lines, running costs, financing, work steps) that belong to the application."""
    return list(db.session.scalars(_rows(table), {"application_id": application.id}))


@lru_cache
def _rows(table: Any) -> Any:
    """The rows of one application: a statement made once for each table."""
    return db.select(table).where(table.application_id == db.bindparam("application_id")).order_by(table.id)


def plan_of(application: Application, found: Contents) -> Plan | None:
    """What the arithmetic needs; None while the frame or every sale is missing."""
    if found.frame is None or not found.sales:
        return None
    return Plan(
        first_month=found.frame.starts_on.month,
        sales_from=found.frame.sales_from,
        opening_cash=found.frame.opening_cash,
        sales=tuple(Sale(line.price, line.unit_cost, line.by_month) for line in found.sales),
        running_costs=tuple(tuple(cost.amounts) for cost in found.costs),
        investment=_investment(application),
        financing=tuple(Movement(one.month, one.amount) for one in found.financing),
        invested=application.total_cost,
    )


def figures(application: Application) -> tuple[date, Plan] | None:
    """The plan's first day and what the arithmetic needs, in one question to the database; None as `plan_of`."""
    parts: dict[str, list[Any]] = {"frame": [], "sale": [], "cost": [], "money": []}
    for part, *values in db.session.execute(_FIGURES, {"application_id": application.id}):
        parts[part].append(values)
    if not parts["frame"] or not parts["sale"]:
        return None
    ((starts_on, sales_from, opening_cash, _none),) = parts["frame"]
    plan = Plan(
        first_month=starts_on.month,
        sales_from=sales_from,
        opening_cash=opening_cash,
        sales=tuple(
            Sale(price, cost, tuple(Decimal(one) for one in volumes)) for _day, price, cost, volumes in parts["sale"]
        ),
        running_costs=tuple(tuple(amounts) for _day, _a, _b, amounts in parts["cost"]),
        investment=_investment(application),
        financing=tuple(Movement(month, amount) for _day, month, amount, _none in parts["money"]),
        invested=application.total_cost,
    )
    return starts_on, plan


P = BusinessPlan
_NO_DAY, _NO_NUMBER, _NO_LIST = (db.cast(db.null(), kind) for kind in (db.Date, db.BigInteger, JsonDocument))
_FIGURES = db.union_all(
    *(
        db.select(db.literal(part), *columns).where(table.application_id == db.bindparam("application_id"))
        for table, part, *columns in (
            (
                BusinessPlan,
                "frame",
                BusinessPlan.starts_on,
                BusinessPlan.sales_from,
                BusinessPlan.opening_cash,
                _NO_LIST,
            ),
            (SaleLine, "sale", _NO_DAY, SaleLine.price, SaleLine.unit_cost, SaleLine.volumes),
            (RunningCost, "cost", _NO_DAY, _NO_NUMBER, _NO_NUMBER, RunningCost.amounts),
            (Financing, "money", _NO_DAY, Financing.month, Financing.amount, _NO_LIST),
        )
    )
)


def _investment(application: Application) -> tuple[Movement, ...]:
    """What the budget pays in cash."""
    return tuple(Movement(line.month, line.amount) for line in application.budget_lines if line.payer in CASH_PAYERS)


# Writing -------------------------------------------------------------------------------------------------------------


def set_frame(
    application: Application,
    *,
    starts_on: date,
    sales_from: int,
    opening_cash: int,
    actor: Actor,
    now: datetime,
) -> BusinessPlan:
    """Say when the plan begins (its month is kept), from which month something is sold, and what is in hand."""
    must_be_editable(application, "business_plan")
    if not EARLIEST <= starts_on <= LATEST:
        raise DomainError(N_("Enter a month that can be right."), field="starts_on")
    must_be_a_month(sales_from, "sales_from")
    _check_amount(opening_cash, "opening_cash", least=0)
    frame = frame_of(application)
    if frame is None:
        frame = BusinessPlan(application_id=application.id, starts_on=starts_on, sales_from=sales_from)
        db.session.add(frame)
    frame.starts_on, frame.sales_from, frame.opening_cash = starts_on.replace(day=1), sales_from, opening_cash
    db.session.flush()
    audit.record(actor, "application.set_plan", application, now, sales_from=sales_from)
    return frame


def save_sale_line(
    application: Application,
    line: SaleLine | None,
    *,
    product: str,
    buyers: str,
    unit: str,
    price: int,
    unit_cost: int,
    volumes: Sequence[Decimal],
    actor: Actor,
    now: datetime,
) -> SaleLine:
    """Add a product, or change `line`. `volumes` are twelve, January first; prices in tyiyn."""
    must_be_editable(application, "sales")
    _check_amount(price, "price")
    _check_amount(unit_cost, "unit_cost", least=0)
    _check_year(volumes, HIGHEST_QUANTITY, "volume")
    if line is None:
        line = SaleLine(application_id=application.id)
        db.session.add(line)
    line.product, line.buyers, line.unit = product.strip(), buyers.strip(), unit.strip()
    line.price, line.unit_cost = price, unit_cost
    line.volumes = [format(volume, "f") for volume in volumes]
    return _kept(line, application, actor, now)


def save_running_cost(
    application: Application,
    cost: RunningCost | None,
    *,
    item: str,
    amounts: Sequence[int],
    actor: Actor,
    now: datetime,
) -> RunningCost:
    """Add a running cost, or change `cost`. `amounts` are twelve in tyiyn, January first."""
    must_be_editable(application, "costs")
    _check_year(amounts, HIGHEST_AMOUNT, "amount")
    if cost is None:
        cost = RunningCost(application_id=application.id)
        db.session.add(cost)
    cost.item, cost.amounts = item.strip(), list(amounts)
    return _kept(cost, application, actor, now)


def save_financing(
    application: Application,
    financing: Financing | None,
    *,
    payer: Payer,
    description: str,
    month: int,
    amount: int,
    actor: Actor,
    now: datetime,
) -> Financing:
    """Add money that is expected, or change `financing`. What is given in kind is no money."""
    must_be_editable(application, "financing")
    if payer not in CASH_PAYERS:
        raise DomainError(N_("What is given in kind brings no cash: leave it out here."), field="payer")
    must_be_a_month(month, "month")
    _check_amount(amount, "amount")
    if financing is None:
        financing = Financing(application_id=application.id)
        db.session.add(financing)
    financing.payer, financing.description = payer, description.strip()
    financing.month, financing.amount = month, amount
    return _kept(financing, application, actor, now)


def propose_financing(application: Application, *, actor: Actor, now: datetime) -> list[Financing]:
    """Fill an empty financing table from the budget: own money first, then the grant in the call's tranches.

    Raises `DomainError` when there are rows already, `IncompleteError` when the budget has no cash yet.
    """
    must_be_editable(application, "financing")
    if rows(Financing, application):
        raise DomainError(N_("The table has rows already. Remove them first, or change them."))
    paid = {payer: application.amount_paid_by(payer) for payer in CASH_PAYERS}
    parts = [(payer, 1, paid[payer]) for payer in (Payer.REMITTANCE, Payer.COMMUNITY)]
    percents = application.call.tranche_percents
    tranches = split_tranches(paid[Payer.GRANT], percents) if paid[Payer.GRANT] >= MONTHS * 100 else [paid[Payer.GRANT]]
    parts += [(Payer.GRANT, 1 + MONTHS_BETWEEN_TRANCHES * place, amount) for place, amount in enumerate(tranches)]
    made = [
        Financing(application_id=application.id, payer=payer, description="", month=month, amount=amount)
        for payer, month, amount in parts
        if amount
    ]
    if not made:
        raise IncompleteError(N_("The budget has no lines yet."))
    db.session.add_all(made)
    db.session.flush()
    audit.record(actor, "application.propose_financing", application, now, rows=len(made))
    return made


def save_work_step(
    application: Application,
    step: WorkStep | None,
    *,
    activity: str,
    responsible: str,
    first_month: int,
    last_month: int,
    actor: Actor,
    now: datetime,
) -> WorkStep:
    """Add an activity to the work plan, or change `step`."""
    must_be_editable(application, "steps")
    must_be_a_month(first_month, "first_month")
    must_be_a_month(last_month, "last_month")
    if last_month < first_month:
        raise DomainError(N_("The last month cannot lie before the first."), field="last_month")
    if step is None:
        step = WorkStep(application_id=application.id)
        db.session.add(step)
    step.activity, step.responsible = activity.strip(), responsible.strip()
    step.first_month, step.last_month = first_month, last_month
    return _kept(step, application, actor, now)


def remove(row: Base, application: Application, *, actor: Actor, now: datetime) -> None:
    """Take a row of the plan out."""
    must_be_editable(application, PARTS[type(row)])
    row_id = row.id  # type: ignore[attr-defined]
    db.session.delete(row)
    db.session.flush()
    audit.record(actor, "application.remove_plan_row", application, now, row=row_id, part=row.__tablename__)


def _kept(row: Any, application: Application, actor: Actor, now: datetime) -> Any:
    db.session.flush()
    audit.record(actor, "application.save_plan_row", application, now, row=row.id, part=row.__tablename__)
    return row


def _check_amount(amount: int, field: str, least: int = 1) -> None:
    if not least <= amount <= HIGHEST_AMOUNT:
        raise DomainError(N_("The amount must not be negative, and believable."), field=field)


def _check_year(values: Sequence[Any], highest: Any, field: str) -> None:
    """Twelve values; which one is wrong is named by its field, "volume_1" for January's."""
    if len(values) != YEAR:
        raise IncompleteError(N_("A month is missing: write 0 where there is nothing."), field=f"{field}_{len(values)}")
    for month, value in enumerate(values, start=1):
        if not 0 <= value <= highest:
            raise DomainError(N_("The value must be zero or more and believable."), field=f"{field}_{month}")
    if not any(values):
        raise IncompleteError(N_("Every month is empty."), field=f"{field}_1")


def content_of(application: Application) -> dict[str, Any]:
    """The plan as plain JSON values for the snapshot; amounts in tyiyn, decimals as text."""
    found = contents(application)
    frame = found.frame
    return {
        "starts_on": frame.starts_on.isoformat() if frame else None,
        "sales_from": frame.sales_from if frame else None,
        "opening_cash": frame.opening_cash if frame else None,
        "sales": [_plain(line, "product", "buyers", "unit", "price", "unit_cost", "volumes") for line in found.sales],
        "costs": [_plain(cost, "item", "amounts") for cost in found.costs],
        "financing": [_plain(one, "payer", "description", "month", "amount") for one in found.financing],
        "steps": [_plain(step, "activity", "responsible", "first_month", "last_month") for step in found.steps],
    }


def _plain(row: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


# Reading -------------------------------------------------------------------------------------------------------------


def gaps(application: Application, found: Contents) -> list[tuple[str, DomainError]]:
    """What is missing before sign-off, as (part of the form, what to do)."""
    missing: list[tuple[str, DomainError]] = []
    if found.frame is None:
        missing.append(("business_plan", IncompleteError(N_("Say when the plan begins."))))
    if not found.sales:
        missing.append(("sales", IncompleteError(N_("Say what is sold, to whom and at what price."))))
    if not found.costs:
        missing.append(("costs", IncompleteError(N_("Say what has to be paid each month."))))
    missing += [("financing", problem) for problem in unbalanced(application, found)]
    if not found.steps:
        missing.append(("steps", IncompleteError(N_("The work plan has no activities yet."))))
    return missing


def unbalanced(application: Application, found: Contents) -> list[DomainError]:
    """The payers whose money expected differs from what the budget counts on, to the tyiyn."""
    problems: list[DomainError] = []
    for payer in CASH_PAYERS:
        expected = sum(one.amount for one in found.financing if one.payer is payer)
        planned = application.amount_paid_by(payer)
        if expected != planned:
            problems.append(
                IncompleteError(
                    PAYER_DIFFERS[payer],
                    expected=Money(expected),
                    planned=Money(planned),
                    difference=Money(abs(planned - expected)),
                )
            )
    return problems


PAYER_DIFFERS = {
    Payer.GRANT: N_("Grant: %(expected)s expected, %(planned)s in the budget; the difference is %(difference)s."),
    Payer.REMITTANCE: N_(
        "Remittances: %(expected)s expected, %(planned)s in the budget; the difference is %(difference)s."
    ),
    Payer.COMMUNITY: N_(
        "Cash of the village: %(expected)s expected, %(planned)s in the budget; the difference is %(difference)s."
    ),
}
