"""What gathering and registers share: the span of a report and sums of balances by kind of account."""

from dataclasses import dataclass
from datetime import date

from models.ledger import AccountKind
from reports.funding.data import Figure

CASH_KINDS = (AccountKind.CO_INVESTMENT, AccountKind.CO_INVESTMENT_SPENT)
IN_KIND_KINDS = (AccountKind.IN_KIND_HELD, AccountKind.IN_KIND_USED)
DISBURSED_KINDS = (AccountKind.ADVANCED, AccountKind.RECOVERABLE, AccountKind.WRITTEN_OFF, AccountKind.SPENT)


@dataclass(frozen=True)
class Span:
    """A fund and the days a report is about."""

    fund_id: int
    starts_on: date
    ends_on: date


Balances = dict[int | None, dict[AccountKind, Figure]]
"""{grant id, or None for the fund itself: {account kind: balance}}"""


def add(parts: list[Figure]) -> Figure:
    return Figure(sum(one.total for one in parts), sum(one.in_period for one in parts))


def of(held: dict[AccountKind, Figure], kinds: tuple[AccountKind, ...]) -> Figure:
    return add([held[kind] for kind in kinds if kind in held])


def all_of(balances: Balances, kinds: tuple[AccountKind, ...]) -> Figure:
    return add([of(held, kinds) for held in balances.values()])
