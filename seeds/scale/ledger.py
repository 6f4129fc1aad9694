"""Synthetic money: a grant for each of many synthetic applications, with all that was booked on it.

Fifty transfers a grant: the award, three tranches, twenty contributions in roubles (two transfers each) and six
documents. They are written in bulk in the shape the services give them; the fund, its instalment and the shared
accounts are made by the services. The newest grants wait with an approved tranche, so that a release can be measured.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, insert, select, text

from app.clock import bishkek_day
from app.localisation import LOCALE_CODES
from app.services import fund_agreements, funds, ledger, rates, remitters, suppliers
from app.services.actors import Actor
from app.services.fund_agreements import FundInput
from app.services.match import split_tranches
from app.services.references import reference_key
from models.applications import Application, BudgetHeading, BudgetLine, Payer
from models.associations import Association, PayoutAccount
from models.base import Base, db
from models.calls import Call, usual_match_terms
from models.channels import Channel
from models.contributions import Check, Contribution, ContributionKind, ContributionStatus
from models.expenditures import Expenditure, ExpenditureStatus
from models.funds import Donor, Fund
from models.grants import Grant, GrantStatus, Tranche, TrancheStatus
from models.ledger import AccountKind, EventKind, LedgerAccount, LedgerEvent, Transfer
from models.users import Role, RoleAssignment, User
from seeds.scale import stage as stages
from seeds.scale.stage import Stage

CODE = "SCALE"
BATCH = 500
AWARD, SENT, DOCUMENTS, RECEIPTS = 400_000_00, 25_000_00, 6, 20
YEARS = timedelta(days=5 * 365)
LEFT_WAITING = 130
"""So many of the newest grants wait for the release of their first tranche."""
A = AccountKind
Leg = tuple[int, int, int, str]
"""From which account to which, how much (minor units), in which currency."""


@dataclass
class _Rows:
    """What is written of one batch, by table, in the order in which keys want it."""

    by_table: dict[type[Base], list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))


@dataclass(frozen=True)
class _Hands:
    """Who does what, and on which rows every grant leans."""

    fund: Fund
    finance: Sequence[int]
    monitor: int
    heading: str
    controls: dict[AccountKind, int]
    available: int
    remitters: int
    exchange: tuple[int, int]
    rate_id: int
    channel_id: int
    in_som: int
    accounts: dict[int, int]
    supplier_id: int
    remitter_ids: Mapping[int, int]


def load(count: int, *, now: datetime) -> Fund:
    """Add a grant for each of the first `count` synthetic applications that have none. The caller commits."""
    stage = stages.find()
    fund = db.session.scalar(select(Fund).where(Fund.code == CODE)) or _fund(stage, now)
    hands = _hands(stage, fund, now)
    chosen = _applications(count)
    waiting = {row[0] for row in chosen[-LEFT_WAITING:]} if count > LEFT_WAITING else set()
    numbers = _Numbers()
    for start in range(0, len(chosen), BATCH):
        rows = _Rows()
        for application_id, association_id, line_id in chosen[start : start + BATCH]:
            is_waiting = application_id in waiting
            _grant(rows, numbers, hands, application_id, association_id, line_id, is_waiting, now)
        for table in (Grant, LedgerAccount, LedgerEvent, Transfer, Tranche, Contribution, Expenditure):
            for name in {frozenset(row) for row in rows.by_table[table]}:
                alike = [row for row in rows.by_table[table] if frozenset(row) == name]
                db.session.connection().execute(insert(table.__table__), alike)  # type: ignore[arg-type]
    numbers.keep()
    return fund


def _fund(stage: Stage, now: datetime) -> Fund:
    """A fund of a donor that is there, large enough for all."""
    finance = _users(Role.FINANCE)[0]
    donor = db.session.scalars(select(Donor).order_by(Donor.id)).first()
    assert donor is not None
    today, texts = bishkek_day(now), dict.fromkeys(LOCALE_CODES, "Synthetic")
    amount = 20_000 * AWARD * 2
    starts_on = today - YEARS
    content = FundInput(CODE, texts, "KGS", amount, starts_on, today + YEARS, texts, texts)
    fund = fund_agreements.create(donor, content, actor=Actor(finance), now=now)
    funds.receive(fund, amount, received_on=starts_on, bank_reference="SCALE-1", actor=Actor(finance), now=now)
    return fund


def _users(role: Role) -> list[User]:
    query = select(User).join(RoleAssignment, RoleAssignment.user_id == User.id)
    return list(db.session.scalars(query.where(RoleAssignment.role == role).order_by(User.id)))


def _hands(stage: Stage, fund: Fund, now: datetime) -> _Hands:
    heading, actor = BudgetHeading.EQUIPMENT.value, Actor(_users(Role.FINANCE)[0])
    currency = stage.rate.currency
    return _Hands(
        fund=fund,
        finance=[one.id for one in _users(Role.FINANCE)],
        monitor=_users(Role.MONITOR)[0].id,
        heading=heading,
        controls={
            kind: ledger.account(kind, fund_id=fund.id, heading=heading if kind is A.SPENT else None).id
            for kind in (A.COMMITTED, A.ADVANCED, A.SPENT, A.CO_INVESTMENT)
        },
        available=ledger.account(A.AVAILABLE, fund_id=fund.id).id,
        remitters=ledger.account(A.REMITTER, currency=currency).id,
        exchange=(ledger.account(A.EXCHANGE, currency=currency).id, ledger.account(A.EXCHANGE).id),
        rate_id=stage.rate.id,
        channel_id=db.session.scalars(select(Channel.id).where(Channel.code == "money_transfer")).one(),
        in_som=rates.in_som(SENT, currency, stage.rate),
        accounts={
            row[0]: row[1]
            for row in db.session.execute(
                select(PayoutAccount.association_id, PayoutAccount.id).where(
                    PayoutAccount.confirmed_at.is_not(None), PayoutAccount.closed_at.is_(None)
                )
            )
        },
        supplier_id=suppliers.named("Синтетика", suppliers.Details(), is_another=True, actor=actor, now=now).id,
        remitter_ids={
            one.id: remitters.named(one, "Синтетика", "RU", is_pseudonym=True, actor=actor, now=now).id
            for one in db.session.scalars(select(Association).order_by(Association.id))
        },
    )


def _applications(count: int) -> list[Any]:
    """(application, association, a budget line the grant pays) of those that have no grant yet, the oldest first."""
    line = (
        select(BudgetLine.application_id, func.min(BudgetLine.id).label("id"))
        .where(BudgetLine.payer == Payer.GRANT)
        .group_by(BudgetLine.application_id)
        .subquery()
    )
    query = (
        select(Application.id, Application.association_id, line.c.id)
        .join(Call, Call.id == Application.call_id)
        .join(line, line.c.application_id == Application.id)
        .join(PayoutAccount, PayoutAccount.association_id == Application.association_id)
        .outerjoin(Grant, Grant.application_id == Application.id)
        .where(Call.code.startswith("scale-"), PayoutAccount.confirmed_at.is_not(None))
        .where(PayoutAccount.closed_at.is_(None))
    )
    made = int(db.session.scalar(select(func.count()).select_from(Grant).where(Grant.number.startswith("S-G-"))) or 0)
    return list(db.session.execute(query.where(Grant.id.is_(None)).order_by(Application.id).limit(count - made)))


class _Numbers:
    """Ids given out in order: a bulk insert then need not tell them, row by row."""

    TABLES: tuple[type[Any], ...] = (Grant, LedgerAccount, LedgerEvent, Tranche)

    def __init__(self) -> None:
        self._last = {one: int(db.session.scalar(select(func.max(one.id))) or 0) for one in self.TABLES}

    def next(self, table: type[Any]) -> int:
        self._last[table] += 1
        return self._last[table]

    def keep(self) -> None:
        """Tell PostgreSQL's sequences how far they are."""
        if db.engine.dialect.name == "postgresql":
            for table, last in self._last.items():
                sequence = text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)")
                db.session.execute(sequence, {"name": table.__tablename__, "last": last})


def _grant(
    rows: _Rows,
    numbers: _Numbers,
    hands: _Hands,
    application_id: int,
    association_id: int,
    line_id: int,
    is_waiting: bool,
    now: datetime,
) -> None:
    """One grant with its accounts, tranches, contributions and documents, and what was booked of them."""
    id_ = numbers.next(Grant)
    starts_on = bishkek_day(now) - YEARS + timedelta(days=id_ * 7 % 1400)
    finance, other = hands.finance[0], hands.finance[1]
    begun = datetime.combine(starts_on, time(6), UTC)
    rows.by_table[Grant].append(
        {
            **{"id": id_, "number": f"S-G-{id_:06d}", "application_id": application_id, "fund_id": hands.fund.id},
            **{"association_id": association_id, "amount": AWARD, "match_percent": 100, "accounting_percent": 80},
            "status": GrantStatus.ACTIVE if is_waiting else GrantStatus.COMPLETED,
            **{"in_kind_counts": False, "starts_on": starts_on, "ends_on": starts_on + timedelta(days=400)},
            **{"offered_by_id": finance, "offered_at": begun, "accepted_by_id": finance, "accepted_at": begun},
            **{"activated_at": begun, "completed_at": None if is_waiting else begun + timedelta(days=399)},
            **{"match_terms": usual_match_terms(), "match_applicant": None},
            **{"payout_account_id": hands.accounts[association_id], "version": 1, "suspended_reason": ""},
        }
    )
    own = dict(_accounts(rows, numbers, hands, id_, association_id))

    def book(kind: EventKind, day: date, actor_id: int, *legs: Leg, rate: int | None = None) -> int:
        event = numbers.next(LedgerEvent)
        at = datetime.combine(day, time(7), UTC)
        rows.by_table[LedgerEvent].append(
            {
                **{"id": event, "kind": kind, "occurred_at": at, "value_on": day, "actor_id": actor_id},
                **{"grant_id": id_, "fund_id": hands.fund.id, "rate_id": rate, "reverses_id": None, "reason": ""},
            }
        )
        for source, destination, amount, currency in legs:
            rows.by_table[Transfer].append(
                {
                    **{"event_id": event, "debit_account_id": destination, "credit_account_id": source},
                    **{"currency": currency, "amount": amount, "value_on": day, "actor_id": actor_id},
                }
            )
        return event

    book(EventKind.GRANT_COMMITTED, starts_on, finance, (hands.available, own[A.COMMITTED], AWARD, "KGS"))
    for number in range(RECEIPTS):
        day = starts_on + timedelta(days=1 + number)
        event = book(
            EventKind.CONTRIBUTION_VERIFIED,
            day,
            hands.monitor,
            (hands.remitters, hands.exchange[0], SENT, "RUB"),
            (hands.exchange[1], own[A.CO_INVESTMENT], hands.in_som, "KGS"),
            rate=hands.rate_id,
        )
        rows.by_table[Contribution].append(_contribution(hands, id_, association_id, number, day, event, finance))
    for number, amount in enumerate(split_tranches(AWARD, (40, 40, 20)), start=1):
        day = starts_on + timedelta(days=40 + 100 * number)
        event_ = None
        if not is_waiting:
            event_ = book(EventKind.TRANCHE_RELEASED, day, other, (own[A.COMMITTED], own[A.ADVANCED], amount, "KGS"))
        row = _tranche(hands, numbers.next(Tranche), id_, number, amount, day, event_, association_id, now)
        if is_waiting and number == 1:
            row |= _approved(hands, association_id, now)
        rows.by_table[Tranche].append(row)
    for number in range(0 if is_waiting else DOCUMENTS):
        day, amount = starts_on + timedelta(days=150 + 40 * number), AWARD * 9 // 10 // DOCUMENTS
        event = book(EventKind.EXPENDITURE_ACCEPTED, day, other, (own[A.ADVANCED], own[A.SPENT], amount, "KGS"))
        rows.by_table[Expenditure].append(_expenditure(hands, id_, number, line_id, day, amount, event))


def _accounts(
    rows: _Rows, numbers: _Numbers, hands: _Hands, grant_id: int, association_id: int
) -> Iterator[tuple[AccountKind, int]]:
    for kind, control in hands.controls.items():
        id_, heading = numbers.next(LedgerAccount), hands.heading if kind is A.SPENT else None
        scope = f"fund:{hands.fund.id}/grant:{grant_id}" + (f"/heading:{heading}" if heading else "")
        rows.by_table[LedgerAccount].append(
            {
                **{"id": id_, "kind": kind, "currency": "KGS", "scope_key": scope, "fund_id": hands.fund.id},
                **{"grant_id": grant_id, "association_id": association_id, "heading": heading, "control_id": control},
            }
        )
        yield kind, id_


def _contribution(
    hands: _Hands, grant_id: int, association_id: int, number: int, day: date, event: int, recorded_by: int
) -> dict[str, Any]:
    reference = f"S{grant_id:06d}R{number:02d}"
    at = datetime.combine(day, time(8), UTC)
    return {
        **{"grant_id": grant_id, "kind": ContributionKind.REMITTANCE, "channel_id": hands.channel_id},
        **{"reference": reference, "reference_key": reference_key(reference), "sender_name": f"Синтетика {grant_id}"},
        "remitter_id": hands.remitter_ids[association_id],
        **{"sender_country": "RU", "sent_on": day, "currency": "RUB", "amount": SENT, "rate_id": hands.rate_id},
        **{"amount_kgs": hands.in_som, "status": ContributionStatus.VERIFIED, "recorded_by_id": recorded_by},
        **{"recorded_at": at, "verified_by_id": hands.monitor, "verified_at": at, "event_id": event},
        **{"checks": [one.value for one in Check], "reason": "", "version": 1},
    }


def _tranche(
    hands: _Hands,
    id_: int,
    grant_id: int,
    number: int,
    amount: int,
    day: date,
    event: int | None,
    association_id: int,
    now: datetime,
) -> dict[str, Any]:
    """A tranche that was planned for `day`; one that is booked was paid today, to an account confirmed before."""
    row: dict[str, Any] = {
        **{"id": id_, "grant_id": grant_id, "sequence": number, "amount": amount, "due_on": day, "version": 1},
        "status": TrancheStatus.PLANNED if event is None else TrancheStatus.ACCOUNTED,
    }
    if event is not None:
        row |= {"event_id": event, "bank_reference": f"S{grant_id:06d}T{number}", "released_at": now}
        row |= {"bank_reference_key": row["bank_reference"]}
        row |= _signed(hands, association_id, now) | {"released_by_id": hands.finance[1]}
        row |= {"confirmed_at": now, "accounted_at": now}
    return row


def _approved(hands: _Hands, association_id: int, now: datetime) -> dict[str, Any]:
    return {"status": TrancheStatus.APPROVED} | _signed(hands, association_id, now)


def _signed(hands: _Hands, association_id: int, at: datetime) -> dict[str, Any]:
    first, second = hands.finance[:2]
    return {
        **{"prepared_by_id": first, "prepared_at": at, "approved_by_id": second, "approved_at": at},
        "payout_account_id": hands.accounts[association_id],
    }


def _expenditure(
    hands: _Hands, grant_id: int, number: int, line_id: int, day: date, amount: int, event: int
) -> dict[str, Any]:
    document, at = f"S{grant_id:06d}D{number}", datetime.combine(day, time(9), UTC)
    return {
        **{"grant_id": grant_id, "budget_line_id": line_id, "title": "Синтетика", "payer": Payer.GRANT},
        **{"amount": amount, "paid_on": day, "supplier_id": hands.supplier_id, "accepted_amount": amount},
        **{"document_number": document, "document_key": reference_key(document), "version": 1, "reason": ""},
        **{"status": ExpenditureStatus.ACCEPTED, "recorded_by_id": hands.finance[0], "recorded_at": at},
        **{"accepted_by_id": hands.finance[1], "accepted_at": at, "event_id": event},
        **{"seen_flags": [], "seen_reason": ""},
    }
