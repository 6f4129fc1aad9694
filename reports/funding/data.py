"""The figures of a funding report as plain frozen data, and their canonical JSON.

Amounts are tyiyn unless a currency is named beside them. A `Figure` holds the sum up to the report's end
and the part of it dated within the period. Nothing here names a person.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from app.localisation import N_
from models.base import Texts, canonical_json

VERSION = 1
RARE = {
    "recoverable": N_("Claimed back and not paid yet"),
    "written_off": N_("Claimed back and given up"),
    "indirect": N_("Kept for indirect costs"),
    "given_back": N_("Given back to the donor"),
}
"""Parts of a position (message ids) that most funds never have: named, and kept in the JSON, where there is any."""


@dataclass(frozen=True)
class Figure:
    """A sum in tyiyn: all events up to the end of the report, and those within its period."""

    total: int = 0
    in_period: int = 0


@dataclass(frozen=True)
class Position:
    """Where the money stands at the end.

    received = available + committed + indirect + given_back + disbursed, of which
    disbursed = advanced + recoverable + written_off + spent: what was paid to associations less what they paid back
    (`repaid`). Reports of before have neither what was paid back nor what was claimed back (`recoverable`) or given up
    (`written_off`); a fund that is not closed kept nothing (`indirect`) and gave nothing back (`given_back`).
    """

    received: Figure
    committed: int
    advanced: int
    disbursed: Figure
    spent: Figure
    returned: Figure
    available: int
    repaid: Figure = Figure()
    recoverable: int = 0
    written_off: int = 0
    indirect: int = 0
    given_back: int = 0

    @property
    def difference(self) -> int:
        """What the identity is off by, in tyiyn: zero, or the ledger is not right."""
        with_associations = self.advanced + self.recoverable + self.written_off + self.spent.total
        with_programme = self.available + self.committed + self.indirect
        return self.received.total - with_programme - with_associations - self.given_back


@dataclass(frozen=True)
class CoInvestment:
    """Verified co-investment of one kind from one country in one currency; `amount` in that currency's minor units."""

    kind: str
    country: str
    currency: str
    count: int
    amount: int
    kgs: Figure


@dataclass(frozen=True)
class Leverage:
    """Verified co-investment by grant money disbursed, both up to the end, in tyiyn."""

    cash: int
    in_kind: int
    disbursed: int

    @property
    def cash_only(self) -> Decimal | None:
        """Som of verified cash for each som disbursed, two decimals; None while nothing is disbursed."""
        return self._ratio(self.cash)

    @property
    def with_in_kind(self) -> Decimal | None:
        return self._ratio(self.cash + self.in_kind)

    def _ratio(self, numerator: int) -> Decimal | None:
        if self.disbursed <= 0:
            return None
        return (Decimal(numerator) / self.disbursed).quantize(Decimal("0.01"), ROUND_HALF_UP)


@dataclass(frozen=True)
class GrantRow:
    """One grant; money up to the report's end, status as on the day the report was made.

    `purpose_code` is the OECD-DAC purpose of its theme; reports from before there were themes have neither.
    """

    number: str
    association: Texts
    ayil_okmotu: Texts
    oblast: Texts
    title: str
    status: str
    starts_on: date
    ends_on: date
    amount: int
    disbursed: int
    spent: int
    cash: int
    in_kind: int
    latitude: float | None
    longitude: float | None
    theme: Texts | None = None
    purpose_code: str | None = None


NEWER = ("theme", "purpose_code")
"""Of a grant: left out of the JSON where there is none, so that what was frozen before keeps its hash."""


@dataclass(frozen=True)
class TrancheRow:
    """An instalment of a grant. `paid` is 0 until it was paid; `paid_on` is the day of the transfer."""

    grant: str
    sequence: int
    due_on: date
    amount: int
    paid: int
    paid_on: date | None
    status: str


@dataclass(frozen=True)
class ResultRow:
    """One indicator over all grants. `value`, `female`, `male` are None when not (completely) collected.

    `baseline` and `target` add up all `grants` with a target (or average them when `is_average`); `value` the
    `collected` ones with a verified value.
    """

    key: str
    title: Texts
    unit: str
    is_average: bool
    grants: int
    collected: int
    baseline: Decimal
    target: Decimal
    value: Decimal | None
    female: Decimal | None
    male: Decimal | None


@dataclass(frozen=True)
class TrancheDelay:
    """A tranche due and not paid at the report's end."""

    grant: str
    sequence: int
    due_on: date
    days: int
    amount: int
    status: str


@dataclass(frozen=True)
class VisitDelay:
    """A visit planned for a day up to the report's end and not made by then."""

    grant: str
    planned_on: date
    days: int


@dataclass(frozen=True)
class RiskRow:
    """The rating of the newest visit of a grant, for those not low."""

    grant: str
    visited_on: date
    risk: str


@dataclass(frozen=True)
class OverrideRow:
    """A condition of a tranche that two offices set aside; `paid_on` is the day of the payment, None before it."""

    grant: str
    sequence: int
    condition: str
    reason: str
    approved_on: date
    proposed_as: str
    approved_as: str
    paid_on: date | None


@dataclass(frozen=True)
class RateRow:
    """An exchange rate pinned by what is counted here: how many instalments and contributions.

    `note` says where it can be looked up; `withdrawn_on` is the day from which on it counts for nothing new. Reports of
    before have neither.
    """

    currency: str
    valid_on: date
    nominal: int
    value: Decimal
    source: str
    instalments: int
    contributions: int
    note: str | None = None
    withdrawn_on: date | None = None


@dataclass(frozen=True)
class InstalmentRow:
    """Money received from the donor; `amount` in minor units of `currency`."""

    received_on: date
    bank_reference: str
    currency: str
    amount: int
    amount_kgs: int


@dataclass(frozen=True)
class FundingReportData:
    """Everything a funding report says."""

    version: int
    donor: Texts
    emblem: str
    fund_code: str
    fund: Texts
    purpose: Texts
    statement: Texts
    currency: str
    agreed: int
    starts_on: date
    ends_on: date
    generated_at: datetime
    position: Position
    awarded: Figure
    cash: Figure
    in_kind: Figure
    leverage: Leverage
    co_investments: tuple[CoInvestment, ...]
    grants: tuple[GrantRow, ...]
    tranches: tuple[TrancheRow, ...]
    results: tuple[ResultRow, ...]
    tranche_delays: tuple[TrancheDelay, ...]
    visit_delays: tuple[VisitDelay, ...]
    visits_done: int
    risk_counts: Mapping[str, int]
    risks: tuple[RiskRow, ...]
    rates: tuple[RateRow, ...]
    instalments: tuple[InstalmentRow, ...]
    overrides: tuple[OverrideRow, ...] = ()
    """Left out of the JSON where there is none: reports of before do not have them."""

    @property
    def number(self) -> str:
        """How the report is called: fund and period."""
        return f"{self.fund_code} {self.starts_on.isoformat()} / {self.ends_on.isoformat()}"


def figures(data: FundingReportData) -> list[tuple[str, str, int]]:
    """(key, message id, tyiyn) of the headline totals; page, PDF and workbook show these and no others."""
    position = data.position
    return [
        ("received", N_("Received from the donor"), position.received.total),
        ("awarded", N_("Awarded to grants"), data.awarded.total),
        ("committed", N_("Committed and not yet paid"), position.committed),
        ("disbursed", N_("Disbursed to associations"), position.disbursed.total),
        ("repaid", N_("Paid back by associations"), position.repaid.total),
        *_rare(position),
        ("spent", N_("Spent and accounted for"), position.spent.total),
        ("returned", N_("Sent back by banks"), position.returned.total),
        ("available", N_("Available for new grants"), position.available),
        ("cash", N_("Verified co-investment in cash"), data.cash.total),
        ("in_kind", N_("Verified co-investment in kind"), data.in_kind.total),
    ]


def _rare(position: Position) -> list[tuple[str, str, int]]:
    """What was claimed back, or settled when the fund was closed, where there is any."""
    return [(name, text, getattr(position, name)) for name, text in RARE.items() if getattr(position, name)]


# Canonical JSON ---------------------------------------------------------------------------------------------------


def to_json(data: FundingReportData) -> str:
    """Canonical JSON of the report: the text that is frozen and hashed."""
    values = _plain(asdict(data))
    for grant in values["grants"]:
        for name in NEWER:
            if grant[name] is None:
                del grant[name]
    for rate in values["rates"]:
        for name in ("note", "withdrawn_on"):
            if rate[name] is None:
                del rate[name]
    if not values["overrides"]:
        del values["overrides"]
    position = values["position"]
    if not data.position.repaid.total:
        del position["repaid"]
    for name in RARE:
        if not position[name]:
            del position[name]
    return canonical_json(values)


def from_json(content: str) -> FundingReportData:
    """The report a frozen text says. Raises `ValueError` for a version this code does not know."""
    values = json.loads(content)
    if values.get("version") != VERSION:
        raise ValueError(f"funding report of version {values.get('version')!r}")
    data: FundingReportData = _typed(FundingReportData, values)
    return data


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value


def _typed(kind: Any, value: Any) -> Any:
    """`value` from JSON as `kind`: a dataclass, a tuple of them, an optional, a day, an instant, a decimal."""
    if is_dataclass(kind):
        hints = _hints(kind)
        kept = {one.name: _typed(hints[one.name], value[one.name]) for one in fields(kind) if one.name in value}
        return kind(**kept)  # type: ignore[operator]
    if get_origin(kind) is tuple:
        item = get_args(kind)[0]
        return tuple(_typed(item, one) for one in value)
    if isinstance(kind, UnionType):
        item = next(one for one in get_args(kind) if one is not type(None))
        return None if value is None else _typed(item, value)
    if kind in (datetime, date):
        return kind.fromisoformat(value)
    return Decimal(value) if kind is Decimal else value


_known_hints: dict[Any, dict[str, Any]] = {}


def _hints(kind: Any) -> dict[str, Any]:
    if kind not in _known_hints:
        _known_hints[kind] = get_type_hints(kind)
    return _known_hints[kind]
