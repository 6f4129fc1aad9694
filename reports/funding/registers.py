"""What the registers say of a fund: grants, tranches, co-investment, results, visits, rates; few queries each."""

from collections import defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.clock import bishkek_day, end_of_day
from models.applications import Application
from models.associations import Association
from models.base import Texts, db
from models.contributions import Contribution, ContributionKind
from models.fund_closings import ClosingStatus, FundClosing
from models.funds import FundInstalment
from models.grants import Grant, Tranche, TrancheStatus
from models.indicators import Indicator, Result, ResultStatus, Target
from models.ledger import AccountKind, LedgerEvent
from models.overrides import Override, OverrideStatus
from models.places import AyilOkmotu, Oblast, Rayon, Village
from models.rates import ExchangeRate
from models.terminations import Termination, TerminationStatus
from models.themes import Theme
from models.visits import RiskRating, Visit, VisitStatus
from reports.funding.data import (
    CoInvestment,
    Figure,
    GrantRow,
    InstalmentRow,
    OverrideRow,
    RateRow,
    ResultRow,
    RiskRow,
    TrancheDelay,
    TrancheRow,
    VisitDelay,
)
from reports.funding.sums import CASH_KINDS, DISBURSED_KINDS, IN_KIND_KINDS, Balances, Span, add, all_of, of

AVERAGED = frozenset({"household_income"})  # an average already: grants are averaged, not added
A = AccountKind


def _texts(row: Any, start: int) -> Texts:
    return {"ky": row[start], "ru": row[start + 1], "en": row[start + 2]}


def instalments(span: Span) -> tuple[InstalmentRow, ...]:
    """Money received from the donor up to the end."""
    query = (
        sa.select(
            FundInstalment.received_on,
            FundInstalment.bank_reference,
            FundInstalment.currency,
            FundInstalment.amount,
            FundInstalment.amount_kgs,
        )
        .where(FundInstalment.fund_id == span.fund_id, FundInstalment.received_on <= span.ends_on)
        .order_by(FundInstalment.received_on, FundInstalment.id)
    )
    return tuple(InstalmentRow(*row) for row in db.session.execute(query))


def given_back(span: Span) -> int:
    """What went back to the donor when the fund was closed, in tyiyn, if that was up to the end."""
    query = sa.select(sa.func.sum(FundClosing.left_kgs - FundClosing.kept_kgs)).where(
        FundClosing.fund_id == span.fund_id,
        FundClosing.status == ClosingStatus.APPROVED,
        FundClosing.paid_on <= span.ends_on,
    )
    return int(db.session.scalar(query) or 0)


def grants(span: Span, balances: Balances, repaid: Figure) -> tuple[tuple[GrantRow, ...], Figure]:
    """The grants offered up to the end, and what was awarded: still committed, or paid, also when it was paid back.

    What an early end gave back to the fund unpaid is not awarded any more.
    """
    end = end_of_day(span.ends_on)
    query = (
        sa.select(
            Grant.id,
            Grant.number,
            Grant.status,
            Grant.starts_on,
            Grant.ends_on,
            Grant.amount - sa.func.coalesce(Termination.freed, 0),
            Application.title,
            sa.func.coalesce(Village.latitude, AyilOkmotu.latitude),
            sa.func.coalesce(Village.longitude, AyilOkmotu.longitude),
            *(
                getattr(kind, f"name_{code}")
                for kind in (Association, AyilOkmotu, Oblast)
                for code in ("ky", "ru", "en")
            ),
            Theme,
        )
        .join(Application, Application.id == Grant.application_id)
        .outerjoin(Theme, Theme.id == Application.theme_id)
        .join(Association, Association.id == Grant.association_id)
        .join(AyilOkmotu, AyilOkmotu.id == Association.ayil_okmotu_id)
        .join(Rayon, Rayon.id == AyilOkmotu.rayon_id)
        .join(Oblast, Oblast.id == Rayon.oblast_id)
        .outerjoin(Village, Village.id == Association.village_id)
        .outerjoin(
            Termination,
            sa.and_(
                Termination.grant_id == Grant.id,
                Termination.status == TerminationStatus.APPROVED,
                Termination.decided_at <= end,
            ),
        )
        .where(Grant.fund_id == span.fund_id, Grant.offered_at <= end)
        .order_by(Grant.number)
    )
    rows = []
    for row in db.session.execute(query):
        held = balances.get(row[0], {})
        rows.append(
            GrantRow(
                number=row[1],
                association=_texts(row, 9),
                ayil_okmotu=_texts(row, 12),
                oblast=_texts(row, 15),
                title=row[6],
                status=row[2].value,
                starts_on=row[3],
                ends_on=row[4],
                amount=row[5],
                disbursed=of(held, DISBURSED_KINDS).total,
                spent=of(held, (A.SPENT,)).total,
                cash=of(held, CASH_KINDS).total,
                in_kind=of(held, IN_KIND_KINDS).total,
                latitude=row[7],
                longitude=row[8],
                theme=row.Theme.names if row.Theme else None,
                purpose_code=row.Theme.purpose_code if row.Theme else None,
            )
        )
    return tuple(rows), add([all_of(balances, (A.COMMITTED, *DISBURSED_KINDS)), repaid])


def tranches(span: Span) -> tuple[TrancheRow, ...]:
    """Every tranche of the grants; one paid after the end was still planned then."""
    query = (
        sa.select(Grant.number, Tranche.sequence, Tranche.due_on, Tranche.amount, Tranche.status, LedgerEvent.value_on)
        .join(Grant, Grant.id == Tranche.grant_id)
        .outerjoin(LedgerEvent, LedgerEvent.id == Tranche.event_id)
        .where(Grant.fund_id == span.fund_id, Grant.offered_at <= end_of_day(span.ends_on))
        .order_by(Grant.number, Tranche.sequence)
    )
    rows = []
    for number, sequence, due_on, amount, status, value_on in db.session.execute(query):
        paid = value_on is not None and value_on <= span.ends_on
        if not paid and value_on is not None:
            status = TrancheStatus.PLANNED
        rows.append(
            TrancheRow(
                number, sequence, due_on, amount, amount if paid else 0, value_on if paid else None, status.value
            )
        )
    return tuple(rows)


def overrides(span: Span) -> tuple[OverrideRow, ...]:
    """What was set aside up to the end: used by a payment, or in force for the next one; offices, no people."""
    query = (
        sa.select(Grant.number, Tranche.sequence, Override, LedgerEvent.value_on)
        .join(Tranche, Tranche.id == Override.tranche_id)
        .join(Grant, Grant.id == Override.grant_id)
        .outerjoin(LedgerEvent, LedgerEvent.id == Override.event_id)
        .where(
            Grant.fund_id == span.fund_id,
            Override.approved_at <= end_of_day(span.ends_on),
            Override.status.in_((OverrideStatus.APPROVED, OverrideStatus.USED)),
        )
        .order_by(Override.id)
    )
    return tuple(
        OverrideRow(
            grant=number,
            sequence=sequence,
            condition=one.condition.value,
            reason=one.reason,
            approved_on=bishkek_day(one.approved_at),
            proposed_as=one.proposed_as.value,
            approved_as=one.approved_as.value,
            paid_on=paid_on if paid_on is not None and paid_on <= span.ends_on else None,
        )
        for number, sequence, one, paid_on in db.session.execute(query)
        if one.approved_at is not None and one.approved_as is not None
    )


def tranche_delays(tranches: tuple[TrancheRow, ...], running: set[str], ends_on: date) -> tuple[TrancheDelay, ...]:
    """Tranches of running grants due before the end and not paid by then, the latest first."""
    late = [
        TrancheDelay(one.grant, one.sequence, one.due_on, (ends_on - one.due_on).days, one.amount, one.status)
        for one in tranches
        if one.paid_on is None and one.due_on < ends_on and one.grant in running
    ]
    return tuple(sorted(late, key=lambda one: (-one.days, one.grant, one.sequence)))


def co_investments(span: Span) -> tuple[CoInvestment, ...]:
    """Verified contributions by kind, country and currency; a reversed one counts until the day of its reversal."""
    verified, reversal = aliased(LedgerEvent), aliased(LedgerEvent)

    def within(event: Any, column: Any) -> Any:
        return sa.func.sum(sa.case((event.value_on.between(span.starts_on, span.ends_on), column), else_=0))

    def until(event: Any, column: Any) -> Any:
        return sa.func.sum(sa.case((event.value_on <= span.ends_on, column), else_=0))

    query = (
        sa.select(
            Contribution.kind,
            Contribution.sender_country,
            Contribution.currency,
            until(verified, 1) - until(reversal, 1),
            until(verified, Contribution.amount) - until(reversal, Contribution.amount),
            until(verified, Contribution.amount_kgs) - until(reversal, Contribution.amount_kgs),
            within(verified, Contribution.amount_kgs) - within(reversal, Contribution.amount_kgs),
        )
        .join(Grant, Grant.id == Contribution.grant_id)
        .join(verified, verified.id == Contribution.event_id)
        .outerjoin(reversal, reversal.id == Contribution.reversal_event_id)
        .where(Grant.fund_id == span.fund_id)
        .group_by(Contribution.kind, Contribution.sender_country, Contribution.currency)
    )
    rows = [
        CoInvestment(kind.value, country, currency, int(count), int(amount), Figure(int(kgs), int(in_period)))
        for kind, country, currency, count, amount, kgs, in_period in db.session.execute(query)
        if count or kgs or in_period
    ]
    order = {kind.value: index for index, kind in enumerate(ContributionKind)}
    return tuple(sorted(rows, key=lambda one: (order[one.kind], -one.kgs.total, one.country, one.currency)))


def results(span: Span) -> tuple[ResultRow, ...]:
    """Each indicator over all grants, by the newest verified value of each."""
    newest = sa.func.row_number().over(partition_by=Result.target_id, order_by=Result.period_ends_on.desc())
    values = (
        sa.select(Result.target_id, Result.value, Result.female, Result.male, newest.label("place"))
        .where(Result.status == ResultStatus.VERIFIED, Result.period_ends_on <= span.ends_on)
        .subquery()
    )
    query = (
        sa.select(Target.indicator_id, Target.baseline, Target.target, values.c.value, values.c.female, values.c.male)
        .join(Grant, Grant.id == Target.grant_id)
        .outerjoin(values, (values.c.target_id == Target.id) & (values.c.place == 1))
        .where(Grant.fund_id == span.fund_id, Grant.offered_at <= end_of_day(span.ends_on))
    )
    by_indicator: dict[int, list[Any]] = defaultdict(list)
    for row in db.session.execute(query):
        by_indicator[row[0]].append(row[1:])
    indicators = db.session.scalars(sa.select(Indicator).order_by(Indicator.id))
    return tuple(_result(one, by_indicator[one.id]) for one in indicators if one.id in by_indicator)


def _result(indicator: Indicator, rows: list[Any]) -> ResultRow:
    is_average = indicator.key in AVERAGED
    known = [row for row in rows if row[2] is not None]
    complete = (
        bool(known)
        and not is_average
        and all(row[3] is not None and row[4] is not None and row[3] + row[4] == row[2] for row in known)
    )
    return ResultRow(
        key=indicator.key,
        title=dict(indicator.title),
        unit=indicator.unit,
        is_average=is_average,
        grants=len(rows),
        collected=len(known),
        baseline=_together([row[0] for row in rows], is_average),
        target=_together([row[1] for row in rows], is_average),
        value=_together([row[2] for row in known], is_average) if known else None,
        female=_together([row[3] for row in known], False) if complete else None,
        male=_together([row[4] for row in known], False) if complete else None,
    )


def _together(values: list[Decimal], is_average: bool) -> Decimal:
    total = sum(values, Decimal(0))
    return (total / len(values)).quantize(Decimal("0.01"), ROUND_HALF_UP) if is_average else total


def visits(span: Span) -> tuple[int, tuple[VisitDelay, ...]]:
    """Visits made up to the end, and those planned by then and not made."""
    mine = Grant.fund_id == span.fund_id
    made = (Visit.status == VisitStatus.DONE) & (Visit.visited_on <= span.ends_on)
    done = db.session.scalar(
        sa.select(sa.func.count()).select_from(Visit).join(Grant, Grant.id == Visit.grant_id).where(mine, made)
    )
    late = (
        sa.select(Grant.number, Visit.planned_on)
        .join(Grant, Grant.id == Visit.grant_id)
        .where(
            mine,
            Visit.planned_on < span.ends_on,
            (Visit.visited_on.is_(None)) | (Visit.visited_on > span.ends_on),
        )
        .order_by(Visit.planned_on, Grant.number, Visit.id)
    )
    rows = db.session.execute(late)
    return int(done or 0), tuple(VisitDelay(number, day, (span.ends_on - day).days) for number, day in rows)


def risks(span: Span) -> tuple[dict[str, int], tuple[RiskRow, ...]]:
    """Grants by the rating of their newest visit, and the ones rated medium or high."""
    query = (
        sa.select(Grant.number, Visit.visited_on, Visit.risk)
        .join(Grant, Grant.id == Visit.grant_id)
        .where(
            Grant.fund_id == span.fund_id,
            Visit.status == VisitStatus.DONE,
            Visit.visited_on <= span.ends_on,
            Visit.risk.is_not(None),
        )
        .order_by(Visit.visited_on, Visit.id)
    )
    newest: dict[str, tuple[date, RiskRating]] = {
        number: (visited_on, risk) for number, visited_on, risk in db.session.execute(query) if visited_on and risk
    }
    counts = {rating.value: 0 for rating in RiskRating}
    for _day, risk in newest.values():
        counts[risk.value] += 1
    grave = {RiskRating.HIGH: 0, RiskRating.MEDIUM: 1}
    rows = [(grave[risk], number, day, risk) for number, (day, risk) in newest.items() if risk in grave]
    return counts, tuple(RiskRow(number, day, risk.value) for _order, number, day, risk in sorted(rows))


def rates(span: Span) -> tuple[RateRow, ...]:
    """The rates pinned by the instalments and the co-investment counted here."""
    uses: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    instalments = (
        sa.select(FundInstalment.rate_id, sa.func.count())
        .where(FundInstalment.fund_id == span.fund_id, FundInstalment.received_on <= span.ends_on)
        .group_by(FundInstalment.rate_id)
    )
    verified, reversal = aliased(LedgerEvent), aliased(LedgerEvent)
    contributions = (
        sa.select(Contribution.rate_id, sa.func.count())
        .join(Grant, Grant.id == Contribution.grant_id)
        .join(verified, verified.id == Contribution.event_id)
        .outerjoin(reversal, reversal.id == Contribution.reversal_event_id)
        .where(
            Grant.fund_id == span.fund_id,
            verified.value_on <= span.ends_on,
            reversal.id.is_(None) | (reversal.value_on > span.ends_on),
        )
        .group_by(Contribution.rate_id)
    )
    for place, query in enumerate((instalments, contributions)):
        for rate_id, count in db.session.execute(query):
            if rate_id is not None:
                uses[rate_id][place] = int(count)
    rates = sa.select(ExchangeRate).order_by(ExchangeRate.currency, ExchangeRate.valid_on, ExchangeRate.id)
    return tuple(
        RateRow(
            one.currency,
            one.valid_on,
            one.nominal,
            one.value,
            one.source.value,
            instalments=uses[one.id][0],
            contributions=uses[one.id][1],
            note=one.source_note or None,
            withdrawn_on=bishkek_day(one.ended_at) if one.ended_at else None,
        )
        for one in db.session.scalars(rates)
        if one.id in uses
    )
