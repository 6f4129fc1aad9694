"""Complete rows are frozen (R4), on both databases: approved rates, reports, form and criteria of an open call."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DBAPIError

from app import clock
from app.services import (
    account_objections,
    corrected_protocols,
    expenditure_reports,
    fund_closings,
    funding_reports,
    funds,
    grant_amendments,
    prices,
    purchases,
    rates,
    recoveries,
    repayments,
    suppliers,
    terminations,
    tranche_receipts,
)
from app.services.actors import Actor
from app.services.prices import Item, Quote
from app.services.protocol_places import Change, Place
from models.account_objections import AccountObjection, ObjectionVerdict
from models.allocations import Allocation
from models.amendments import Amendment
from models.applications import BudgetHeading
from models.associations import PayoutAccount
from models.base import db
from models.calls import AMENDABLE, FIXED, UNTIL_SUBMITTED, Call, Criterion, VoteRule
from models.contributions import Contribution
from models.corrected_protocols import CorrectedProtocol
from models.council_sessions import DecisionOutcome
from models.expenditure_reports import ExpenditureReport
from models.expenditures import Expenditure
from models.fund_closings import FundClosing
from models.funding_reports import FundingReport
from models.grant_amendments import GrantAmendment
from models.grants import Tranche
from models.indicators import Result
from models.overrides import Override
from models.payment_batches import Payment, PaymentBatch
from models.prices import Price, PriceKind
from models.purchases import Quotation
from models.rates import ExchangeRate, RateSource
from models.recoveries import Recovery, RecoveryKind
from models.repayments import Repayment
from models.terminations import Termination
from models.tranche_receipts import TrancheReceipt
from models.visits import Visit
from tests.factories import SOM, TEXT, three

REFUSED = r"append-only|frozen|only an approved tranche"
pytestmark = pytest.mark.database


def a_rate(programme: Any) -> ExchangeRate:
    """An approved one."""
    return programme.make_rate("RUB", on=clock.bishkek_day(clock.now()), value="1.10")


def a_report(programme: Any) -> FundingReport:
    """A finished one."""
    fund, now = programme.fund, clock.now()
    report = funding_reports.request(
        fund, starts_on=fund.starts_on, ends_on=fund.ends_on, locale="ky", actor=Actor(programme.secretary), now=now
    )
    funding_reports.freeze(report, '{"total":1}', now=now)
    return report


def a_criterion(programme: Any) -> Criterion:
    """One of an open call."""
    return programme.make_call().criteria[0]


def an_allocation(programme: Any) -> Allocation:
    """One of an open call."""
    return programme.make_call().allocations[0]


def a_call(programme: Any) -> Call:
    """An open one."""
    return programme.make_call()


def a_price(programme: Any) -> Price:
    """One that took the place of another."""
    by: dict[str, Any] = {"actor": Actor(programme.secretary), "now": clock.now()}
    item = Item(PriceKind.IN_KIND, three("Эмгек"), three("күн"), None)
    today = clock.bishkek_day(clock.now())
    return prices.replace(prices.add(item, Quote(100, "Базар", today), **by), Quote(120, "Базар", today), **by)


def a_corrected_protocol(programme: Any) -> CorrectedProtocol:
    """A signed one."""
    application = programme.make_application("reviewed", call=programme.make_past_call())
    session = programme.decide(application, DecisionOutcome.REJECTED)
    by: dict[str, Any] = {"actor": Actor(programme.secretary), "now": clock.now()}
    made = corrected_protocols.draft(session, "Жери ката.", **by)
    corrected_protocols.correct_session(made, [Change(Place.PLACE, session.place, "Ноокат")], **by)
    corrected_protocols.propose(made, **by)
    corrected_protocols.sign(made, actor=Actor(programme.council_chair), now=clock.now())
    return made


def an_amendment(programme: Any) -> GrantAmendment:
    """One of a grant that was refused."""
    grant, now = programme.make_grant(), clock.now()
    grant.fund.ends_on = grant.ends_on + timedelta(days=90)
    by, day = programme.chair_actor(grant), grant.ends_on + timedelta(days=30)
    made = grant_amendments.extend(grant, day, reason="Жол жабылды", actor=by, now=now)
    grant_amendments.refuse(made, reason="Убакыт жетет", actor=Actor(programme.finance), now=now)
    return made


def an_objection(programme: Any) -> AccountObjection:
    """A dismissed one."""
    association, now = programme.make_association(), clock.now()
    chair = Actor(programme.chair_of(association))
    made = account_objections.raise_(
        programme.change_account(association), said_by="", reason=TEXT, actor=chair, now=now
    )
    account_objections.answer(made, ObjectionVerdict.DISMISS, reason=TEXT, actor=Actor(programme.finance), now=now)
    account_objections.agree(made, actor=Actor(programme.council_chair), now=now)
    return made


def a_receipt(programme: Any) -> TrancheReceipt:
    """Of a tranche that came whole."""
    made = tranche_receipts.of(programme.make_tranche("confirmed"))
    assert made is not None
    return made


def a_spending_report(programme: Any) -> ExpenditureReport:
    """An accepted one."""
    grant, now = programme.make_grant("active"), clock.now()
    by: dict[str, Any] = {"actor": programme.chair_actor(grant), "now": now}
    made = expenditure_reports.draft(grant, clock.bishkek_day(now), **by)
    expenditure_reports.submit(made, explanation="", **by)
    expenditure_reports.accept(made, actor=Actor(programme.finance), now=now)
    return made


def an_override(programme: Any) -> Override:
    """One that a payment has used."""
    made: Override = programme.make_override("used")
    return made


def a_batch(programme: Any) -> PaymentBatch:
    """A closed list for the bank."""
    made: PaymentBatch = programme.make_batch(until="closed")
    return made


def a_payment(programme: Any) -> Payment:
    """One on a list that is still looked through."""
    made: Payment = programme.make_batch().payments[0]
    return made


def a_closing(programme: Any) -> FundClosing:
    """Refused by another person."""
    fund, now = programme.make_grant("completed").fund, clock.now()
    made = fund_closings.propose(
        fund,
        kept=0,
        amount=funds.position(fund).available,
        paid_on=clock.bishkek_day(now),
        bank_reference="OUT-1",
        reason="Фонд бүттү",
        actor=Actor(programme.finance),
        now=now,
    )
    fund_closings.approve(made, actor=Actor(programme.council_chair), now=now)
    return made


def an_early_end(programme: Any) -> Termination:
    """Decided by another person."""
    grant, now = programme.make_grant("active"), clock.now()
    made = terminations.propose(grant, reason="Иш токтоду", actor=Actor(programme.finance), now=now)
    terminations.approve(made, actor=Actor(programme.council_chair), now=now)
    return made


def a_claim(programme: Any) -> Recovery:
    """Decided by another person."""
    grant, now = programme.make_tranche("confirmed").grant, clock.now()
    made = recoveries.propose(
        grant,
        RecoveryKind.CLAIM,
        amount=1,
        reason="Документтер жок",
        due_on=clock.bishkek_day(now),
        actor=Actor(programme.finance),
        now=now,
    )
    recoveries.approve(made, actor=Actor(programme.council_chair), now=now)
    return made


def a_repayment(programme: Any) -> Repayment:
    """The whole of what was paid."""
    grant = programme.make_tranche("confirmed").grant
    programme.repay(grant)
    made: Repayment = repayments.of_grant(grant)[0]
    return made


def an_account(programme: Any) -> PayoutAccount:
    """The one a grant is paid to."""
    made: PayoutAccount = programme.make_association().payout_account
    return made


def a_contribution(programme: Any) -> Contribution:
    """A verified one."""
    made: Contribution = programme.make_contribution(programme.make_grant("active"), "verified")
    return made


def a_document(programme: Any) -> Expenditure:
    """A paid document finance has accepted."""
    made: Expenditure = programme.make_expenditure(programme.make_tranche("confirmed").grant, "accepted", amount=SOM)
    return made


def a_quotation(programme: Any) -> Quotation:
    """One of three offers, the one that was taken."""
    grant, now = programme.make_grant("active"), clock.now()
    by = {"actor": programme.chair_actor(grant), "now": now}
    row = purchases.begin(grant, BudgetHeading.EQUIPMENT, TEXT, **by)
    firm = suppliers.named("Firm", suppliers.Details(), is_another=True, **by)
    made: Quotation = purchases.quote(
        row, firm, amount=SOM, quoted_on=clock.bishkek_day(now), upload=programme.make_pdf(),
        storage=programme.storage, **by,
    )  # fmt: skip
    return made


def a_result(programme: Any) -> Result:
    """A verified value."""
    made: Result = programme.make_result(programme.make_grant("active"), "verified")
    return made


def a_visit(programme: Any) -> Visit:
    """One that was made."""
    made: Visit = programme.make_visit(programme.make_grant("active"), "done")
    return made


def a_released_tranche(programme: Any) -> Tranche:
    """Money that left."""
    made: Tranche = programme.make_tranche("released")
    return made


FROZEN = {
    a_contribution: {"amount_kgs": 1, "sender_name": "Башка"},
    a_document: {"accepted_amount": 1, "reason": "аз"},
    a_quotation: {"amount": 1},
    a_released_tranche: {"amount": 1},
    a_result: {"value": Decimal(1)},
    a_visit: {"findings": "Баары жакшы болду", "holds_payment": True},
    an_account: {"number": "1299000000000001"},
    an_early_end: {"freed": 1, "reason": "x"},
    a_claim: {"amount": 2},
    a_closing: {"amount": 2},
    a_repayment: {"amount": 1},
    a_batch: {"content": "{}", "pay_on": date(2030, 1, 1)},
    a_payment: {"amount": 1},
    a_corrected_protocol: {"content": "{}", "changes": []},
    a_call: {"budget": 900_000_000, "form": '{"parts":[]}'},
    a_price: {"usual": 1, "low": 1, "high": 1},
    a_rate: {"value": Decimal("9.99")},
    a_report: {"content": '{"total":2}'},
    a_criterion: {"weight": 1},
    an_amendment: {"status": "proposed", "answer": None, "decided_at": None, "decided_by_id": None},
    a_spending_report: {"explanation": "Башка"},
    a_receipt: {"received": 1, "difference_reason": "аз"},
    an_objection: {"said_by": "Башка"},
    an_override: {"status": "approved", "ended_at": None, "event_id": None},
    an_allocation: {"amount": 900_000_000},
}
"""How to make a frozen row -> the change that is tried."""


def attempts(row: Any, change: dict[str, Any]) -> dict[str, Any]:
    """The ways to change, replace or remove `row`, by name."""
    table = row.__table__
    kept = dict(db.session.execute(sa.select(table).where(table.c.id == row.id)).mappings().one()) | change
    insert = sa.dialects.sqlite.insert if db.engine.dialect.name == "sqlite" else sa.dialects.postgresql.insert
    upsert = insert(table).values(**kept)
    ways = {
        "update": sa.update(table).where(table.c.id == row.id).values(**change),
        "delete": sa.delete(table).where(table.c.id == row.id),
        "upsert": upsert.on_conflict_do_update(index_elements=["id"], set_=change),
    }
    if db.engine.dialect.name == "sqlite":
        ways["replace"] = sa.insert(table).prefix_with("OR REPLACE").values(**kept)
        other = {name: value for name, value in kept.items() if name != "id"}
        if table.name not in (
            "account_objections",
            "funding_reports",
            "overrides",
            "visits",
        ):  # no other unique key: this would be just another one
            ways["replace by another key"] = sa.insert(table).prefix_with("OR REPLACE").values(**other)
    return ways


@pytest.mark.parametrize("make", FROZEN)
def test_a_complete_row_is_neither_changed_nor_replaced_nor_deleted(
    app: Flask, programme: Any, database: Any, make: Any
) -> None:
    row = make(programme)
    table, row_id = row.__table__, row.id
    ways = attempts(row, FROZEN[make])
    db.session.commit()
    before = db.session.execute(sa.select(table).where(table.c.id == row_id)).one()
    for name, statement in ways.items():
        with pytest.raises(DBAPIError, match=REFUSED):
            db.session.execute(statement)
        db.session.rollback()
        assert db.session.execute(sa.select(table).where(table.c.id == row_id)).one() == before, name
    print(f"{database.kind}: {table.name}: {len(ways)} ways refused")


def test_what_is_not_complete_can_still_be_changed(app: Flask, programme: Any) -> None:
    """The triggers freeze complete rows alone: the draft's criterion, the report that waits, its state afterwards."""
    criterion = programme.make_call(is_open=False).criteria[0]
    criterion.weight = 3
    report = a_report(programme)
    report.step = "kept"
    db.session.commit()
    assert criterion.weight == 3 and report.step == "kept"


def test_a_criterion_does_not_move_into_or_out_of_an_open_call(app: Flask, programme: Any) -> None:
    draft, opened = programme.make_call(is_open=False), programme.make_call()
    moves = [(draft.criteria[0].id, opened.id), (opened.criteria[0].id, draft.id)]
    db.session.commit()
    for criterion_id, call_id in moves:
        move = sa.update(Criterion.__table__).where(Criterion.id == criterion_id)
        with pytest.raises(DBAPIError, match=REFUSED):
            db.session.execute(move.values(call_id=call_id, key="moved", position=99))
        db.session.rollback()


def test_nothing_takes_the_place_of_a_frozen_row(app: Flask, programme: Any, database: Any) -> None:
    """SQLite's OR REPLACE would delete, without any DELETE trigger, the row whose id an open row is given."""
    if database.kind == "postgresql":
        pytest.skip("PostgreSQL has no replacing statement")
    open_rate = programme.make_rate("KZT", on=clock.bishkek_day(clock.now()), value="0.2")
    assert open_rate.approved_at is not None
    rate = rates.enter(
        "KZT",
        clock.bishkek_day(clock.now()),
        1,
        Decimal("0.3"),
        RateSource.MANUAL,
        actor=Actor(programme.finance),
        now=clock.now(),
        source_note="Базар",
    )
    draft, opened = programme.make_call(is_open=False), programme.make_call()
    pairs = [
        (rate, open_rate),
        (draft.criteria[0], opened.criteria[0]),
        (draft.allocations[0], opened.allocations[0]),
    ]
    statements = [
        sa.update(one.__table__).prefix_with("OR REPLACE").where(one.__table__.c.id == one.id).values(id=frozen.id)
        for one, frozen in pairs
    ]
    kept = dict(
        db.session.execute(sa.select(Criterion.__table__).where(Criterion.id == draft.criteria[0].id)).mappings().one()
    )
    statements.append(
        sa.insert(Criterion.__table__)
        .prefix_with("OR REPLACE")
        .values(**kept | {"id": opened.criteria[0].id, "key": "other", "position": 98})
    )
    db.session.commit()
    for statement in statements:
        with pytest.raises(DBAPIError, match=REFUSED):
            db.session.execute(statement)
        db.session.rollback()


def _moved(allocation_id: int, **values: Any) -> bool:
    """Whether the database takes the change of an allocation; it is taken back."""
    try:
        db.session.execute(sa.update(Allocation.__table__).where(Allocation.id == allocation_id).values(**values))
        return True
    except DBAPIError as error:
        assert "frozen" in str(error.orig)
        return False
    finally:
        db.session.rollback()


def test_an_allocation_of_an_open_call_changes_its_amount_with_the_amendment_that_names_it(
    app: Flask, programme: Any
) -> None:
    call, other, draft = programme.make_call(), programme.make_call(), programme.make_call(is_open=False)
    own_id, other_id, draft_id = (one.allocations[0].id for one in (call, other, draft))
    call_id, fund_id, oblast_id = call.id, programme.make_fund().id, programme.oblast("KG-O").id
    db.session.commit()
    assert _moved(draft_id, amount=1, fund_id=fund_id) and not _moved(draft_id, call_id=call_id)
    assert not _moved(own_id, amount=900_000_000)
    _publish(other, programme, ["budget"])
    assert not _moved(other_id, amount=900_000_000), "an amendment of something else"
    _publish(call, programme, ["allocations", "budget"])
    assert _moved(own_id, amount=900_000_000)
    another = {"fund_id": fund_id, "oblast_id": oblast_id, "theme_id": programme.theme("water").id}
    for name, value in (another | {"call_id": draft.id, "id": own_id + 1000}).items():
        assert not _moved(own_id, amount=900_000_000, **{name: value}), name
    db.session.execute(sa.update(Call.__table__).where(Call.id == call_id).values(amendment_count=1))
    db.session.commit()
    assert not _moved(own_id, amount=1), "the amendment has been applied"


def _added(**values: Any) -> bool:
    """Whether the database takes an allocation more; it is taken back."""
    try:
        db.session.execute(sa.insert(Allocation.__table__).values(amount=1, version=1, **values))
        return True
    except DBAPIError as error:
        assert "frozen" in str(error.orig)
        return False
    finally:
        db.session.rollback()


def test_an_allocation_comes_into_an_open_call_with_the_amendment_that_names_it(app: Flask, programme: Any) -> None:
    call, other = programme.make_call(), programme.make_call()
    call_id, other_id, fund_id, theme_id = call.id, other.id, programme.make_fund().id, programme.theme("water").id
    new = {"fund_id": fund_id, "theme_id": theme_id}
    db.session.commit()
    assert not _added(call_id=call_id, **new)
    _publish(other, programme, ["budget"])
    assert not _added(call_id=other_id, **new), "an amendment of something else"
    _publish(call, programme, ["allocations", "budget"])
    assert _added(call_id=call_id, **new) and not _added(call_id=other_id, **new)
    db.session.execute(sa.update(Call.__table__).where(Call.id == call_id).values(amendment_count=1))
    db.session.commit()
    assert not _added(call_id=call_id, **new), "the amendment has been applied"


def test_what_comes_in_takes_the_place_of_none(database: Any, programme: Any) -> None:
    """OR REPLACE by id or by the key of another allocation, while an amendment lets one in."""
    if database.kind == "postgresql":
        pytest.skip("PostgreSQL has no replacing statement")
    fund, osh = programme.make_fund(), programme.oblast("KG-O")
    call = programme.make_call(also=[(fund, osh, 100_000_000, "water"), (fund, None, 100_000_000, "water")])
    columns = ("id", "call_id", "fund_id", "oblast_id", "theme_id")
    there = [{name: getattr(one, name) for name in columns} for one in call.allocations]
    db.session.commit()
    _publish(call, programme, ["allocations", "budget"])
    tried = there + [{name: value for name, value in one.items() if name != "id"} for one in there]
    for values in tried:
        statement = sa.insert(Allocation.__table__).prefix_with("OR REPLACE").values(amount=1, version=1, **values)
        with pytest.raises(DBAPIError, match=REFUSED):
            db.session.execute(statement)
        db.session.rollback()


NEW = {
    "title": {"ky": "а", "ru": "б", "en": "c"},
    "summary": {"ky": "а", "ru": "б", "en": "c"},
    "in_kind_counts": True,
    "match_percent": 150,
    "match_terms": {"percents": {}},
    "quorum_of": "adults",
    "required_documents": [],
    "form": '{"parts":[]}',
    "budget": 900_000_000,
    "grant_floor": 5,
    "grant_ceiling": 7_000_000_000,
}


def _another(call: Call, name: str) -> Any:
    """A value the column does not hold."""
    if name in NEW:
        return NEW[name]
    if name == "vote_rule":
        return next(one for one in VoteRule if one is not call.vote_rule)
    if name == "closes_at":
        return call.closes_at + timedelta(days=1)
    if name in ("eligibility", "tranche_percents"):
        return {"other": 1}
    if name == "ranks_by":
        return "adjusted"
    if name == "partial_awards":
        return not call.partial_awards
    if name in ("opens_at", "opened_at"):
        return call.opens_at - timedelta(days=1)
    if name.endswith("_on"):
        return clock.bishkek_day(call.closes_at) + timedelta(days=300)
    return "other" if name == "code" else (getattr(call, name) or 0) + 1


def _publish(call: Call, programme: Any, names: Any, sequence: int = 1) -> None:
    db.session.add(
        Amendment(
            call_id=call.id,
            sequence=sequence,
            reason={"ky": "с", "ru": "п", "en": "r"},
            changes={name: [None, None] for name in names},
            published_at=clock.now(),
            published_by_id=programme.secretary.id,
        )
    )
    db.session.commit()


def _tried(call_id: int, **values: Any) -> bool:
    """Whether the database takes the change; it is taken back."""
    try:
        db.session.execute(sa.update(Call.__table__).where(Call.id == call_id).values(**values))
        return True
    except DBAPIError as error:
        assert "frozen" in str(error.orig)
        return False
    finally:
        db.session.rollback()


def test_an_open_call_changes_exactly_as_an_amendment_says(app: Flask, programme: Any) -> None:
    """Column by column: refused without an amendment, with one of another column, and when it is not the next one."""
    call, other = programme.make_call(), programme.make_call()
    call_id, other_id = call.id, other.id
    columns = (*AMENDABLE, *UNTIL_SUBMITTED)
    values = {name: _another(call, name) for name in columns}
    db.session.commit()
    assert not any(_tried(call_id, **{name: value}) for name, value in values.items())
    assert not _tried(call_id, amendment_count=1)
    _publish(call, programme, columns)
    for name, value in values.items():
        assert _tried(call_id, **{name: value}, amendment_count=1), name
        assert not _tried(call_id, **{name: value}), name
        assert not _tried(call_id, **{name: value}, amendment_count=2), name
    _publish(other, programme, ["budget"])
    taken = [name for name, value in values.items() if _tried(other_id, **{name: value}, amendment_count=1)]
    assert taken == ["budget"]


def test_what_stays_does_not_change_with_an_amendment_either(app: Flask, programme: Any) -> None:
    call = programme.make_call()
    call_id = call.id
    values = {name: _another(call, name) for name in FIXED if name not in ("id", "fund_id", "created_by_id")}
    values |= {"fund_id": programme.make_fund().id, "created_by_id": programme.finance.id, "id": call_id + 1000}
    db.session.commit()
    _publish(call, programme, (*FIXED, "status"))
    assert set(values) == set(FIXED)
    for name, value in values.items():
        assert not _tried(call_id, **{name: value}, amendment_count=1), name
    assert not _tried(call_id, status="draft", amendment_count=1)
    assert _tried(call_id, status="decided")


def test_conditions_stay_once_somebody_has_submitted(app: Flask, programme: Any) -> None:
    application = programme.make_application("submitted")
    call = application.call
    call_id, values = call.id, {name: _another(call, name) for name in UNTIL_SUBMITTED}
    db.session.commit()
    _publish(call, programme, UNTIL_SUBMITTED)
    for name, value in values.items():
        assert not _tried(call_id, **{name: value}, amendment_count=1), name


def test_every_column_of_a_call_is_decided_on() -> None:
    """A new column of calls must be put into one of the lists of `models.calls`."""
    moving = {"status", "version", "is_public", "amendment_count"}
    assert {one.name for one in Call.__table__.columns} == {*AMENDABLE, *UNTIL_SUBMITTED, *FIXED, *moving}
