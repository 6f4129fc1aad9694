"""What page, paper and workbook of the funding report say in the same words."""

from collections.abc import Sequence

from app.labels import OVERRIDABLE_CONDITIONS, RATE_SOURCES, ROLES
from app.localisation import N_, date_text, money, number_text
from app.localisation import gettext as _
from models.overrides import OverridableCondition
from models.rates import RateSource
from models.users import Role
from reports.funding.data import RARE, FundingReportData, GrantRow, Leverage, OverrideRow, RateRow

TITLE = N_("Funding report")


def period_text(data: FundingReportData) -> str:
    """The days the report is about."""
    return f"{date_text(data.starts_on)} – {date_text(data.ends_on)}"


def leverage_text(leverage: Leverage, *, with_in_kind: bool) -> str:
    """The leverage as people read it, or that there is none yet."""
    ratio = leverage.with_in_kind if with_in_kind else leverage.cash_only
    return _("not available") if ratio is None else number_text(ratio, 2)


def rate_source(rate: RateRow) -> str:
    """Whose rate it is, where it can be looked up, and whether it was withdrawn since."""
    parts = [_(RATE_SOURCES[RateSource(rate.source)]), *([rate.note] if rate.note else ())]
    if rate.withdrawn_on is not None:
        parts.append(_("withdrawn on %(day)s", day=rate.withdrawn_on))
    return "; ".join(parts)


def overridden(row: OverrideRow) -> str:
    """The condition that was set aside."""
    return _(OVERRIDABLE_CONDITIONS[OverridableCondition(row.condition)])


def offices(row: OverrideRow) -> str:
    """Who set it aside: offices, no people."""
    names = {"proposed": _(ROLES[Role(row.proposed_as)]), "approved": _(ROLES[Role(row.approved_as)])}
    return _("proposed: %(proposed)s; approved: %(approved)s", **names)


def in_period(data: FundingReportData) -> dict[str, int]:
    """{key of `figures`: what of it is dated within the period, in tyiyn}; balances have no such part."""
    position = data.position
    return {
        "received": position.received.in_period,
        "disbursed": position.disbursed.in_period,
        "spent": position.spent.in_period,
        "returned": position.returned.in_period,
        "repaid": position.repaid.in_period,
        "awarded": data.awarded.in_period,
        "cash": data.cash.in_period,
        "in_kind": data.in_kind.in_period,
    }


_PARTS = {
    "available": N_("%(amount)s available"),
    "indirect": N_("%(amount)s kept for indirect costs"),
    "given_back": N_("%(amount)s given back to the donor"),
    "committed": N_("%(amount)s committed and not yet paid"),
    "advanced": N_("%(amount)s paid and not yet accounted for"),
    "recoverable": N_("%(amount)s claimed back"),
    "written_off": N_("%(amount)s given up"),
    "spent": N_("%(amount)s spent"),
}
"""What the money received is made of, in the order of its way."""


def identity_text(data: FundingReportData) -> str:
    """The identity every position keeps, with its figures; what is rare is named where there is any."""
    position = data.position
    amounts = {name: getattr(position, name) for name in _PARTS} | {"spent": position.spent.total}
    parts = [_(text, amount=money(amounts[name])) for name, text in _PARTS.items() if amounts[name] or name not in RARE]
    return _(
        "Check: %(received)s received = %(parts)s.", received=money(position.received.total), parts=" + ".join(parts)
    )


def leverage_lines(data: FundingReportData) -> list[str]:
    """Both leverages with formula and denominator."""
    leverage = data.leverage
    disbursed = money(leverage.disbursed)
    return [
        _(
            "Leverage = verified co-investment ÷ grant money disbursed. "
            "Cash only: %(cash)s ÷ %(disbursed)s = %(ratio)s.",
            cash=money(leverage.cash),
            disbursed=disbursed,
            ratio=leverage_text(leverage, with_in_kind=False),
        ),
        _(
            "With goods and labour: %(all)s ÷ %(disbursed)s = %(ratio)s.",
            all=money(leverage.cash + leverage.in_kind),
            disbursed=disbursed,
            ratio=leverage_text(leverage, with_in_kind=True),
        ),
    ]


def sum_of(grants: Sequence[GrantRow], field: str) -> int:
    """The sum of one money field over grants, in tyiyn."""
    return sum(int(getattr(one, field)) for one in grants)
