"""Reads a fund's figures out of the ledger and the registers: a fixed number of queries, however many grants.

What counts is the value date of the ledger's events: up to the report's end for positions, within the period
for the second column. Only som accounts are summed; foreign money stands beside them with its rate.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.localisation import N_
from models.base import BASE_CURRENCY, db
from models.contributions import ContributionKind
from models.funds import Fund
from models.grants import RUNNING, GrantStatus
from models.ledger import AccountKind, EventKind, LedgerAccount, LedgerEvent, Transfer
from reports.funding import registers
from reports.funding.data import (
    VERSION,
    CoInvestment,
    Figure,
    FundingReportData,
    Leverage,
    Position,
)
from reports.funding.sums import CASH_KINDS, DISBURSED_KINDS, IN_KIND_KINDS, Balances, Span, add, all_of

Progress = Callable[[int, str], None]
UNDER_WAY = frozenset(one.value for one in RUNNING | {GrantStatus.ACCEPTED})
A = AccountKind


class LedgerMismatchError(Exception):
    """The ledger and the registers do not say the same: no report is made of such figures."""


def gather(
    fund: Fund, starts_on: date, ends_on: date, *, generated_at: datetime, progress: Progress | None = None
) -> FundingReportData:
    """The figures of `fund` for the days `starts_on`..`ends_on`; `progress` hears (percent, message id).

    Raises `LedgerMismatchError` when the position does not add up or differs from the registers.
    """
    tell: Progress = progress or (lambda _percent, _step: None)
    span = Span(fund.id, starts_on, ends_on)
    tell(5, N_("Reading the ledger"))
    balances = _balances(span)
    returned = _returned(span)
    instalments = registers.instalments(span)
    received = Figure(
        sum(one.amount_kgs for one in instalments),
        sum(one.amount_kgs for one in instalments if one.received_on >= starts_on),
    )
    repaid = _repaid(span)
    position = _position(balances, received, returned, repaid, registers.given_back(span))
    tell(25, N_("Reading the grants"))
    grants, awarded = registers.grants(span, balances, repaid)
    tell(45, N_("Reading the tranches"))
    tranches = registers.tranches(span)
    tell(60, N_("Reading the co-investment"))
    co_investments = registers.co_investments(span)
    cash, in_kind = all_of(balances, CASH_KINDS), all_of(balances, IN_KIND_KINDS)
    _check(position, cash, in_kind, co_investments)
    tell(75, N_("Reading the results"))
    results = registers.results(span)
    tell(90, N_("Reading visits and rates"))
    running = {one.number for one in grants if one.status in UNDER_WAY}
    visits_done, visit_delays = registers.visits(span)
    risk_counts, risks = registers.risks(span)
    data = FundingReportData(
        version=VERSION,
        donor=fund.donor.names,
        emblem=fund.donor.emblem.value,
        fund_code=fund.code,
        fund=fund.names,
        purpose=dict(fund.purpose),
        statement=dict(fund.statement),
        currency=fund.currency,
        agreed=fund.amount,
        starts_on=starts_on,
        ends_on=ends_on,
        generated_at=generated_at.replace(microsecond=0),
        position=position,
        awarded=awarded,
        cash=cash,
        in_kind=in_kind,
        leverage=Leverage(cash.total, in_kind.total, position.disbursed.total),
        co_investments=co_investments,
        grants=grants,
        tranches=tranches,
        results=results,
        tranche_delays=registers.tranche_delays(tranches, running, ends_on),
        visit_delays=visit_delays,
        visits_done=visits_done,
        risk_counts=risk_counts,
        risks=risks,
        rates=registers.rates(span),
        instalments=instalments,
        overrides=registers.overrides(span),
    )
    tell(100, "")
    return data


# Ledger -----------------------------------------------------------------------------------------------------------


def _balances(span: Span) -> Balances:
    sums: dict[tuple[int | None, AccountKind], list[int]] = defaultdict(lambda: [0, 0])
    for side, sign in ((Transfer.debit_account_id, 1), (Transfer.credit_account_id, -1)):
        query = (
            sa.select(
                LedgerAccount.grant_id,
                LedgerAccount.kind,
                sa.func.sum(Transfer.amount),
                sa.func.sum(sa.case((LedgerEvent.value_on >= span.starts_on, Transfer.amount), else_=0)),
            )
            .join(Transfer, side == LedgerAccount.id)
            .join(LedgerEvent, LedgerEvent.id == Transfer.event_id)
            .where(
                LedgerAccount.fund_id == span.fund_id,
                LedgerAccount.currency == BASE_CURRENCY,
                LedgerAccount.kind != A.DONOR,
                LedgerEvent.value_on <= span.ends_on,
            )
            .group_by(LedgerAccount.grant_id, LedgerAccount.kind)
        )
        for grant_id, kind, total, in_period in db.session.execute(query):
            held = sums[grant_id, kind]
            held[0] += sign * int(total)
            held[1] += sign * int(in_period)
    result: Balances = defaultdict(dict)
    for (grant_id, kind), (total, in_period) in sums.items():
        result[grant_id][kind] = Figure(total, in_period)
    return result


def _returned(span: Span) -> Figure:
    """Tranches the bank sent back: what reversals of payments took out of the advances."""
    return _moved(span, EventKind.TRANCHE_RELEASED, reversed_ones=True)


def _repaid(span: Span) -> Figure:
    """What associations paid back of what they had, less what was recorded so by mistake."""
    booked = _moved(span, EventKind.TRANCHE_RETURNED)
    wrong = _moved(span, EventKind.TRANCHE_RETURNED, reversed_ones=True)
    return Figure(booked.total - wrong.total, booked.in_period - wrong.in_period)


def _moved(span: Span, kind: EventKind, *, reversed_ones: bool = False) -> Figure:
    """What events of this kind, or the reversals of such events, moved up to the end of the report and within it."""
    query = sa.select(LedgerEvent.value_on, sa.func.sum(Transfer.amount)).join(Transfer)
    if reversed_ones:
        original = aliased(LedgerEvent)
        query = query.join(original, original.id == LedgerEvent.reverses_id).where(original.kind == kind)
    else:
        query = query.where(LedgerEvent.kind == kind)
    query = query.where(LedgerEvent.fund_id == span.fund_id, LedgerEvent.value_on <= span.ends_on)
    rows = [(day, int(amount)) for day, amount in db.session.execute(query.group_by(LedgerEvent.value_on))]
    return Figure(sum(amount for _day, amount in rows), sum(amount for day, amount in rows if day >= span.starts_on))


def _position(balances: Balances, received: Figure, returned: Figure, repaid: Figure, given_back: int) -> Position:
    return Position(
        received=received,
        committed=all_of(balances, (A.COMMITTED,)).total,
        advanced=all_of(balances, (A.ADVANCED,)).total,
        disbursed=all_of(balances, DISBURSED_KINDS),
        spent=all_of(balances, (A.SPENT,)),
        returned=returned,
        repaid=repaid,
        recoverable=all_of(balances, (A.RECOVERABLE,)).total,
        written_off=all_of(balances, (A.WRITTEN_OFF,)).total,
        indirect=all_of(balances, (A.INDIRECT,)).total,
        given_back=given_back,
        available=all_of(balances, (A.AVAILABLE,)).total,
    )


def _check(position: Position, cash: Figure, in_kind: Figure, rows: tuple[CoInvestment, ...]) -> None:
    if position.difference:
        raise LedgerMismatchError(f"received differs from its parts by {position.difference} tyiyn")
    goods = ContributionKind.IN_KIND.value
    for held, listed in (
        (cash, [one.kgs for one in rows if one.kind != goods]),
        (in_kind, [one.kgs for one in rows if one.kind == goods]),
    ):
        if held != add(listed):
            raise LedgerMismatchError(f"co-investment is {held} in the ledger and {add(listed)} in the register")
