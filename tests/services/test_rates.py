"""Exchange rates: two people, one standing rate a source and day, refused and withdrawn ones, and what used them."""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from app import clock
from app.policy import visible
from app.services import (
    applications,
    conflicts,
    rate_choice,
    rate_files,
    rate_imports,
    rate_lists,
    rate_tasks,
    rate_uses,
    rates,
)
from app.services.actors import Actor
from app.services.errors import (
    AlreadyUsedError,
    ChangedMeanwhileError,
    DomainError,
    IncompleteError,
    SeparationOfDutyError,
)
from app.services.rate_imports import LineState
from app.services.rate_lists import Filter
from app.services.rates import Quote
from models.applications import Application
from models.audit import AuditEvent
from models.base import db
from models.funds import Fund
from models.grants import Grant
from models.notifications import Notification
from models.rates import ExchangeRate, RateSource, RateState
from models.users import Role
from tests.factories import Programme
from tests.unit.test_rate_files import file_of, row

S = RateSource
TODAY = date(2026, 10, 12)
REFUSED = r"append-only|violates|CHECK|UNIQUE"


@pytest.fixture
def ours(programme: Programme) -> dict[str, Any]:
    return {"actor": Actor(programme.finance), "now": clock.now()}


@pytest.fixture
def others(programme: Programme) -> dict[str, Any]:
    return {"actor": Actor(programme.other_finance), "now": clock.now()}


def enter(by: dict[str, Any], source: RateSource = S.NBKR_DAILY, on: date = TODAY, value: str = "87") -> ExchangeRate:
    return rates.enter("USD", on, 1, Decimal(value), source, source_note="Кагаз", **by)


def told(role_holder: Any) -> list[str]:
    query = db.select(Notification.message).where(Notification.user_id == role_holder.id).order_by(Notification.id)
    return list(db.session.scalars(query))


def test_a_refused_rate_makes_room_for_the_right_one(programme: Programme, ours: Any, others: Any) -> None:
    wrong = enter(ours, value="78")
    with pytest.raises(AlreadyUsedError):
        enter(ours)
    with pytest.raises(IncompleteError):
        rates.refuse(wrong, reason="  ", **others)
    rates.refuse(wrong, reason="Эки цифра алмашып калган", **others)
    assert wrong.state is RateState.REFUSED
    assert told(programme.finance)[-1] == "The rate of %(currency)s for %(day)s was refused: %(reason)s"
    with pytest.raises(AlreadyUsedError):
        rates.approve(wrong, **others)
    with pytest.raises(AlreadyUsedError):
        rates.refuse(wrong, reason="Дагы", **others)
    right = enter(ours)
    rates.approve(right, **others)
    assert rates.rate_for("USD", TODAY) is right
    assert rate_lists.waiting() == []


def test_a_withdrawn_rate_counts_for_nothing_new_and_stays_with_what_used_it(
    programme: Programme, ours: Any, others: Any
) -> None:
    grant = programme.make_grant()
    rate = programme.make_rate("USD", value="78")
    contribution = programme.make_contribution(grant, currency="USD", amount=100_00, sent_on=TODAY)
    with pytest.raises(SeparationOfDutyError):
        rates.withdraw(rate, reason="Ката", **others)  # who approved it
    rates.withdraw(rate, reason="Ката", **ours)
    assert (rate.state, contribution.rate, contribution.amount_kgs) == (RateState.WITHDRAWN, rate, 7_800_00)
    with pytest.raises(IncompleteError) as refusal:
        rates.rate_for("USD", TODAY)
    assert refusal.value.parameters == {"currency": "USD", "day": TODAY}
    with pytest.raises(DomainError):
        rates.withdraw(rate, reason="Дагы", **ours)
    again = enter(ours)
    rates.approve(again, **others)
    assert programme.make_contribution(grant, currency="USD", amount=100_00, sent_on=TODAY).amount_kgs == 8_700_00
    actions = db.session.scalars(db.select(AuditEvent.action).where(AuditEvent.subject == f"exchange_rates:{rate.id}"))
    assert list(actions) == ["rate.enter", "rate.approve", "rate.withdraw"]


def attempt(statement: Any) -> bool:
    """Whether the database takes it; it is taken back."""
    try:
        db.session.execute(statement)
        return True
    except DBAPIError as error:
        assert re.search(REFUSED, str(error.orig))
        return False
    finally:
        db.session.rollback()


def test_the_database_refuses_what_the_code_forbids(programme: Programme, ours: Any, others: Any) -> None:
    table = ExchangeRate.__table__
    waits, refused, approved, gone = (enter(ours, on=TODAY - timedelta(days=number)) for number in range(4))
    rates.refuse(refused, reason="Ката", **others)
    for one in (approved, gone):
        rates.approve(one, **others)
    rates.withdraw(gone, reason="Ката", **ours)
    ids = {one: one.id for one in (waits, refused, approved, gone)}
    finance, other, now = programme.finance.id, programme.other_finance.id, clock.now()
    third = programme.make_user(Role.FINANCE).id
    db.session.commit()

    def change(one: ExchangeRate, **values: Any) -> bool:
        return attempt(sa.update(table).where(table.c.id == ids[one]).values(**values))

    approval, end = {"approved_by_id": other, "approved_at": now}, {"ended_by_id": finance, "ended_at": now}
    whole_end = end | {"ended_reason": "Ката"}
    assert change(waits, **approval) and change(waits, **whole_end) and change(approved, **whole_end)
    for one in (waits, refused, approved, gone):
        assert not change(one, value=Decimal("1")) and not change(one, valid_on=TODAY - timedelta(days=99))
        assert not change(one, source_note="Башка") and not change(one, entered_by_id=third)
        assert not attempt(sa.delete(table).where(table.c.id == ids[one]))
    assert not change(waits, **approval | {"approved_by_id": finance}), "who entered it"
    assert not change(waits, approved_at=now) and not change(waits, **end), "half of it"
    assert not change(refused, **approval), "what was refused never counts"
    assert not change(approved, approved_by_id=third) and not change(approved, approved_at=None, approved_by_id=None)
    assert not change(approved, **whole_end | {"ended_by_id": other}), "who approved it"
    for one in (refused, gone):
        assert not change(one, ended_reason="Башка") and not change(one, ended_at=None, ended_by_id=None)
    kept = {"currency": "USD", "nominal": 1, "value": Decimal("87"), "source_note": "", "entered_at": now}
    new = kept | {"valid_on": TODAY, "source": S.NBKR_DAILY, "entered_by_id": finance}
    assert not attempt(sa.insert(table).values(**new)), "one standing rate a day and source"
    assert attempt(sa.insert(table).values(**new | {"valid_on": TODAY - timedelta(days=1)})), "the other was refused"
    assert attempt(sa.insert(table).values(**new | {"valid_on": TODAY - timedelta(days=3)})), "the other was withdrawn"
    fetched = new | {"valid_on": TODAY - timedelta(days=9), "entered_by_id": None}
    assert attempt(sa.insert(table).values(**fetched)) and not attempt(
        sa.insert(table).values(**fetched | {"source": S.BANK})
    ), "nobody enters rates of the National Bank alone"
    if db.engine.dialect.name == "sqlite":
        replace = sa.insert(table).prefix_with("OR REPLACE")
        assert not attempt(replace.values(**new))
        assert attempt(replace.values(**new | {"valid_on": TODAY - timedelta(days=1)}))
        moved = sa.update(table).prefix_with("OR REPLACE").where(table.c.id == ids[refused])
        assert not attempt(moved.values(id=ids[waits]))


def test_who_approves_a_day_approves_what_was_shown(programme: Programme, ours: Any, others: Any) -> None:
    quotes = [Quote("USD", 1, Decimal("87.45")), Quote("EUR", 1, Decimal("101.5")), Quote("KZT", 1, Decimal("0.18"))]
    usd, eur, _kzt = rates.enter_all(quotes, TODAY, S.NBKR_DAILY, source_note="daily.xml", **ours)
    own = rates.enter("RUB", TODAY, 1, Decimal("1.1"), S.NBKR_DAILY, **others)
    shown = own.id
    rates.refuse(eur, reason="Ката", **others)
    later = rates.enter("EUR", TODAY, 1, Decimal("101.6"), S.NBKR_DAILY, **ours)
    weekly = rates.enter("GBP", TODAY, 1, Decimal("116"), S.NBKR_WEEKLY, **ours)
    assert rates.approve_day(TODAY, S.NBKR_DAILY, shown, **others) == 2
    assert [one.state.value for one in (usd, eur, own, later, weekly)] == [
        "approved", "refused", "waiting", "waiting", "waiting",
    ]  # fmt: skip
    with pytest.raises(ChangedMeanwhileError):
        rates.approve_day(TODAY, S.NBKR_DAILY, shown, **others)
    assert told(programme.other_finance)[0] == "%(source)s: %(count)s rates for %(day)s wait for your approval."
    waiting = rate_lists.waiting()
    assert [(one.source, len(one.rates), len(one.open_to(programme.other_finance.id))) for one in waiting] == [
        (S.NBKR_DAILY, 2, 1),
        (S.NBKR_WEEKLY, 1, 1),
    ]


def test_all_rates_of_a_file_are_entered_or_none(programme: Programme, ours: Any) -> None:
    enter(ours)
    quotes = [Quote("EUR", 1, Decimal("101")), Quote("USD", 1, Decimal("88"))]
    db.session.commit()
    with pytest.raises(AlreadyUsedError):
        rates.enter_all(quotes, TODAY, S.NBKR_DAILY, source_note="", **ours)
    db.session.rollback()
    assert list(db.session.scalars(db.select(ExchangeRate.currency))) == ["USD"]


@pytest.mark.either_database
def test_a_file_is_held_against_what_is_there(programme: Programme, ours: Any, others: Any) -> None:
    programme.make_rate("USD", on=TODAY - timedelta(days=1), value="80")
    for code, value in (("EUR", "101.5"), ("RUB", "1.2")):
        rates.enter(code, TODAY, 1, Decimal(value), S.NBKR_DAILY, **ours)
    rows = (
        row("USD", value="90,4")
        + row("EUR", value="101,50")
        + row("RUB", value="1,1239")
        + row("JPY")
        + row("KZT", "x")
    )
    file = rate_files.read(file_of(rows, day=f"{TODAY:%d.%m.%Y}"))
    lines = rate_imports.look(file, now=clock.now())
    assert [one.state for one in lines] == [
        LineState.NEW,
        LineState.THERE,
        LineState.DIFFERS,
        LineState.REFUSED,
        LineState.REFUSED,
    ]
    assert lines[0].change == Decimal("13.0")
    assert lines[2].known is not None and lines[2].known.value == Decimal("1.2")
    (entered,) = rate_imports.take(file, "daily.xml", **others)
    assert (entered.currency, entered.value, entered.source_note) == ("USD", Decimal("90.4"), "daily.xml")
    with pytest.raises(DomainError, match="Киргизе турган"):
        rate_imports.take(file, "daily.xml", **others)


@pytest.mark.either_database
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"on": date(1993, 5, 9)}, "valid_on"),
        ({"on": TODAY + timedelta(days=32)}, "valid_on"),
        ({"source": S.INFOREURO}, "valid_on"),
        ({"value": "0"}, "value"),
        ({"value": "0.000000001"}, "value"),
        ({"value": "1000000"}, "value"),
    ],
)
def test_what_cannot_be_a_rate_is_refused(ours: Any, change: dict[str, Any], field: str) -> None:
    with pytest.raises(DomainError) as refusal:
        enter(ours, **change)
    assert refusal.value.field == field


@pytest.mark.either_database
def test_a_rate_of_a_bank_or_by_hand_says_where_it_stands(ours: Any) -> None:
    for source in (S.BANK, S.MANUAL):
        with pytest.raises(IncompleteError) as refusal:
            rates.enter("USD", TODAY, 1, Decimal(87), source, source_note=" ", **ours)
        assert refusal.value.field == "source_note"


def test_each_day_has_the_rate_of_the_published_order(programme: Programme, ours: Any, others: Any) -> None:
    """What SQL finds is what the order says of all rates; of another currency, of waiting and ended ones nothing."""
    said = [
        (S.NBKR_DAILY, -40), (S.MANUAL, -40), (S.BANK, -38), (S.NBKR_WEEKLY, -38), (S.NBKR_DAILY, -25),
        (S.NBKR_DAILY, -24), (S.MANUAL, -2), (S.BANK, -1), (S.BANK, -60),
    ]  # fmt: skip
    made = [enter(ours, source, TODAY + timedelta(days=days)) for source, days in said]
    made.append(enter(ours, S.INFOREURO, date(2026, 9, 1)))
    programme.make_rate("EUR", on=TODAY)
    for one in made[:-2] + made[-1:]:
        rates.approve(one, **others)
    rates.withdraw(made[5], reason="Ката", **ours)
    counts = [one for one in made if one.state is RateState.APPROVED]
    assert len(counts) == 8
    every = [TODAY - timedelta(days=days) for days in range(70, -12, -1)]
    found = [one for one in every if (rate := _or_none(one)) is not None and rate == rate_choice.counting(counts, one)]
    none = [one for one in every if _or_none(one) is None]
    assert len(found) + len(none) == len(every) and len(found) > 30
    missing = {
        day for first, last in rate_choice.gaps(counts, every[0], every[-1]) for day in every if first <= day <= last
    }
    assert missing == set(none) and len(none) > 15


def _or_none(day: date) -> ExchangeRate | None:
    try:
        return rates.rate_for("USD", day)
    except IncompleteError:
        return None


def test_currencies_that_are_worked_with_and_have_no_rate_today(programme: Programme) -> None:
    user, now = programme.finance, clock.now()
    assert rate_lists.lacking(TODAY) == []
    programme.make_rate("RUB", on=TODAY - timedelta(days=8))
    programme.make_rate("USD", on=TODAY - timedelta(days=7))
    programme.make_rate("TRY", on=TODAY - timedelta(days=91))
    assert rate_lists.lacking(TODAY) == ["RUB"]
    programme.make_fund(currency="EUR")
    assert rate_lists.lacking(TODAY + timedelta(days=8)) == ["EUR", "RUB", "USD"]
    assert [(one.text, one.subject) for one in rate_tasks.finance(user, now)] == [
        ("Enter the rates that are missing today", "EUR, RUB")
    ]


def test_the_list_is_narrowed_and_goes_on_below_a_rate(programme: Programme, ours: Any) -> None:
    days = [TODAY - timedelta(days=number) for number in range(5)]
    made = [enter(ours, on=one) for one in reversed(days)]
    late = enter(ours, S.NBKR_WEEKLY, days[3])
    programme.make_rate("EUR", on=days[0])
    usd = Filter(currency="USD")
    assert [one.valid_on for one in rate_lists.page(usd, limit=4)] == [days[0], days[1], days[2], days[3]]
    assert rate_lists.page(usd, limit=4)[3] is late, "of one day the one entered last"
    assert [one.id for one in rate_lists.page(usd, late.id)] == [made[1].id, made[0].id]
    assert rate_lists.page(Filter("USD", S.NBKR_WEEKLY)) == [late]
    assert len(rate_lists.page(Filter(first=days[2], last=days[1]))) == 2
    assert rate_lists.currencies() == ["EUR", "USD"]


def test_the_page_of_a_rate_lists_what_used_it_as_far_as_the_reader_sees_it(programme: Programme) -> None:
    rate = programme.make_rate("USD", value="87")
    fund = programme.make_fund(currency="EUR")
    application = programme.make_application("draft")
    pledge = applications.add_pledge(
        application,
        remitter_name="Айбек",
        is_pseudonym=True,
        country="RU",
        currency="USD",
        amount=100_00,
        due_on=TODAY + timedelta(days=60),
        has_consent=True,
        actor=Actor(programme.chair),
        now=clock.now(),
    )
    assert pledge.rate_id == rate.id

    def uses(user: Any) -> rate_uses.Uses:
        seen = [visible(user, one).whereclause for one in (Fund, Grant, Application)]
        return rate_uses.of(rate, rate_uses.Reader(*seen, conflicts.kept_from(user)))

    seen = uses(programme.secretary)
    assert [(one.id, of.number) for one, of in seen.pledges] == [(pledge.id, application.number)]
    assert (seen.total, seen.left) == (1, 0)
    hidden = uses(programme.finance)  # finance sees applications once they are awarded
    assert (list(hidden.pledges), hidden.left) == ([], 1)
    (instalment,) = fund.instalments
    euro = db.session.get_one(ExchangeRate, instalment.rate_id)
    assert rate_uses.count(euro) == 1


def test_two_cannot_stand_for_one_day_and_source(programme: Programme, ours: Any) -> None:
    one = enter(ours)
    table = ExchangeRate.__table__
    kept = dict(db.session.execute(sa.select(table).where(table.c.id == one.id)).mappings().one()) | {"id": one.id + 1}
    with pytest.raises(IntegrityError):
        db.session.execute(sa.insert(table).values(**kept))
    db.session.rollback()
