"""Business plans of synthetic applications: a frame, a sale line, a cost, a step and financing that closes."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from app.services.applications.business_plans import CASH_PAYERS
from models.applications import ApplicationStatus, Payer
from models.business_plans import BusinessPlan, Financing, RunningCost, SaleLine, WorkStep
from seeds import business_plans
from seeds.scale import stage as stages
from seeds.scale.stage import Draft, PlanRows


def by_kind(kinds: Sequence[Any], starts_on: date) -> dict[tuple[str, str], PlanRows]:
    """The plan of each kind of project by its key and language: the same for every application."""
    return {(kind["key"], language): _of(kind, language, starts_on) for kind in kinds for language in ("ky", "ru")}


def _of(kind: Any, language: str, starts_on: date) -> PlanRows:
    """The plan of a kind of project, cut down to its first sale, cost and step; it closes payer by payer."""
    content = kind["plan"]
    sale = next(business_plans.sale_lines(content, language))
    cash = dict.fromkeys(CASH_PAYERS, 0)
    for line in kind["budget"]:
        payer = Payer(line["payer"])
        if payer in cash:
            cash[payer] += business_plans.tyiyn(line["unit_cost"] * Decimal(str(line["quantity"])))
    return PlanRows(
        frame={
            "starts_on": starts_on,
            "sales_from": content["sales_from"],
            "opening_cash": business_plans.tyiyn(content["opening_cash"]),
        },
        sales=[sale | {"volumes": [format(volume, "f") for volume in sale["volumes"]]}],
        costs=[next(business_plans.running_costs(content, language))],
        financing=[
            {"payer": payer, "description": "", "month": 1, "amount": amount}
            for payer, amount in cash.items()
            if amount
        ],
        steps=[next(business_plans.work_steps(content, language))],
    )


def content_of(plan: PlanRows) -> dict[str, Any]:
    """The plan as it stands in a snapshot."""
    return {
        **plan.frame,
        "starts_on": plan.frame["starts_on"].isoformat(),
        "sales": plan.sales,
        "costs": plan.costs,
        "financing": plan.financing,
        "steps": plan.steps,
    }


def write(written: Sequence[tuple[int, Draft]]) -> None:
    """Write the plans of what is more than a draft."""
    planned = [(id_, draft.plan) for id_, draft in written if draft.row["status"] is not ApplicationStatus.DRAFT]
    stages.write(BusinessPlan, [_row(id_, plan.frame) for id_, plan in planned])
    stages.write(SaleLine, [_row(id_, row) for id_, plan in planned for row in plan.sales])
    stages.write(RunningCost, [_row(id_, row) for id_, plan in planned for row in plan.costs])
    stages.write(Financing, [_row(id_, row) for id_, plan in planned for row in plan.financing])
    stages.write(WorkStep, [_row(id_, row) for id_, plan in planned for row in plan.steps])


def _row(id_: int, row: dict[str, Any]) -> dict[str, Any]:
    return row | {"application_id": id_, "version": 1}
