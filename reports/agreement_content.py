"""What a grant agreement says, as plain frozen data read from the content that is kept. Amounts in tyiyn."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.services import agreements
from models.base import Texts, round_half_up
from models.grants import Grant
from reports.credits import Credit


@dataclass(frozen=True)
class TrancheLine:
    """An instalment. `co_investment_due` is what must be verified through it, cumulated."""

    sequence: int
    amount: int
    due_on: date
    through: int
    co_investment_due: int


@dataclass(frozen=True)
class BudgetRow:
    """A planned cost of the annex; `amount` is that of this version, the rest stands as in the application."""

    heading: str
    item: str
    unit: str
    quantity: Decimal
    unit_cost: int
    amount: int
    payer: str

    @property
    def is_changed(self) -> bool:
        """Whether money was moved to it or from it, so that quantity and unit cost do not make its amount."""
        return self.amount != round_half_up(self.quantity * self.unit_cost)


@dataclass(frozen=True)
class TargetRow:
    """A promised result of the annex."""

    title: Texts
    unit: str
    baseline: Decimal
    target: Decimal


@dataclass(frozen=True)
class StepRow:
    """An activity of the work plan, from its first month to its last."""

    activity: str
    responsible: str
    first_month: int
    last_month: int


@dataclass(frozen=True)
class PlanData:
    """What the project does, and what its business comes to; months count from that of `starts_on`, amounts in tyiyn.

    `break_even` and `payback` are None where the plan does not reach them.
    """

    objective: str
    activities: str
    starts_on: date
    sales_from: int
    invested: int
    year_sales: int
    break_even: int | None
    payback: int | None
    steps: tuple[StepRow, ...]


@dataclass(frozen=True)
class ChangedLine:
    """A budget line whose amount the amendment changes."""

    heading: str
    item: str
    before: int
    after: int


@dataclass(frozen=True)
class ChangeData:
    """What this version of the agreement changes against the one before; `sequence` is its own.

    The two amounts (tyiyn) are there where the award was reduced, or raised again.
    """

    kind: str
    reason: str
    sequence: int
    ends_before: date | None
    ends_on: date | None
    lines: tuple[ChangedLine, ...]
    amount_before: int | None = None
    amount: int | None = None

    @property
    def is_decided(self) -> bool:
        """Whether the programme alone decided it, so that nobody signs it: a reduction of the award."""
        return self.kind == agreements.REDUCED


@dataclass(frozen=True)
class AgreementData:
    """What is agreed. `account` is (bank, number, holder) or None while the grant is only offered.

    `terms` are the sentences of each section in each language: {"ky": {"duties": [...], ...}, ...}.
    """

    number: str
    sha256: str
    dated_at: datetime
    application: str
    project: str
    association: Texts
    village: Texts
    ayil_okmotu: Texts
    donor: Texts
    fund: Texts
    fund_code: str
    amount: int
    starts_on: date
    ends_on: date
    account: tuple[str, str, str] | None
    tranches: tuple[TrancheLine, ...]
    budget: tuple[BudgetRow, ...]
    targets: tuple[TargetRow, ...]
    terms: Mapping[str, Mapping[str, Sequence[str]]]
    emblem: str
    statement: Texts
    plan: PlanData | None = None
    """Agreements kept before plans were an annex have none."""
    change: ChangeData | None = None

    @property
    def credits(self) -> tuple[Credit, ...]:
        """The one fund it is paid from."""
        return (Credit(self.emblem, self.statement),)

    @property
    def is_accepted(self) -> bool:
        """Whether this is the content kept when it was agreed, fixed by its hash, and no mere offer."""
        return bool(self.sha256)


def gather(grant: Grant, sequence: int | None = None) -> AgreementData:
    """What was agreed last, or as that version, from the kept content alone; what an offer says today.

    Raises `LookupError` for a version there is not.
    """
    agreement = grant.agreement
    if sequence is not None:
        agreement = {one.sequence: one for one in grant.agreements}[sequence]
    if agreement is None:
        return read(agreements.content_of(grant, dated_at=grant.offered_at))
    return read(json.loads(agreement.content), agreement.sha256)


def read(content: Mapping[str, Any], sha256: str = "") -> AgreementData:
    """The data of a kept content, see `agreements.content_of`."""
    account = content["account"]
    return AgreementData(
        number=content["number"],
        sha256=sha256,
        dated_at=datetime.fromisoformat(content["dated_at"]),
        application=content["application"],
        project=content["project"],
        association=content["association"],
        village=content["village"],
        ayil_okmotu=content["ayil_okmotu"],
        donor=content["donor"],
        fund=content["fund"],
        fund_code=content["fund_code"],
        starts_on=date.fromisoformat(content["starts_on"]),
        ends_on=date.fromisoformat(content["ends_on"]),
        amount=content["amount"],
        account=(account["bank"], account["number"], account["holder"]) if account else None,
        tranches=tuple(
            TrancheLine(**{**one, "due_on": date.fromisoformat(one["due_on"])}) for one in content["tranches"]
        ),
        budget=tuple(BudgetRow(**{**one, "quantity": Decimal(one["quantity"])}) for one in content["budget"]),
        targets=tuple(
            TargetRow(one["title"], one["unit"], Decimal(one["baseline"]), Decimal(one["target"]))
            for one in content["targets"]
        ),
        terms=content["terms"],
        emblem=content["emblem"],
        statement=content["statement"],
        plan=_plan_of(content.get("plan")),
        change=_change_of(content.get("change")),
    )


def _change_of(kept: Mapping[str, Any] | None) -> ChangeData | None:
    if kept is None:
        return None
    days = {name: date.fromisoformat(kept[name]) if kept[name] else None for name in ("ends_before", "ends_on")}
    return ChangeData(**{**kept, **days, "lines": tuple(ChangedLine(**one) for one in kept["lines"])})


def _plan_of(kept: Mapping[str, Any] | None) -> PlanData | None:
    if kept is None:
        return None
    steps = tuple(StepRow(**one) for one in kept["steps"])
    return PlanData(**{**kept, "starts_on": date.fromisoformat(kept["starts_on"]), "steps": steps})
