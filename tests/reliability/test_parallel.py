"""Limited money is not spent twice (R7), a repeated form records once (R5): real threads, both databases.

`make test` samples, `make reliability` (ASHAR_FULL=yes) runs the N of reliability.md. Each prints its N.
"""

import os
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError

from app import clock
from app.services import (
    calls,
    channels,
    contributions,
    decisions,
    duplicates,
    ledger,
    overrides,
    payment_batches,
    second_steps,
    tranches,
)
from app.services.actors import Actor
from app.services.calls import allocations
from app.services.decisions import Motion
from app.services.errors import DomainError
from models.applications import Application
from models.base import db
from models.calls import Call, CallStatus
from models.contributions import Contribution, ContributionKind
from models.council_sessions import CouncilSession, DecisionOutcome
from models.duplicates import AlikePair
from models.form_submissions import FormSubmission
from models.funds import Fund
from models.grants import Grant, Tranche, TrancheStatus
from models.ledger import AccountKind
from models.overrides import Override, OverrideStatus
from models.payment_batches import Payment, PaymentStatus
from models.rates import ExchangeRate
from models.users import Role, User, UserSession
from tests.conftest import NOW
from tests.factories import TEXT, Programme
from tests.support.accounts import SEAL, code_for, enrol
from tests.support.clients import apart
from tests.support.pages import form_fields

pytestmark = pytest.mark.database
FULL = os.environ.get("ASHAR_FULL") == "yes"
AT_ONCE = 50 if FULL else 12
FORMS = 1000 if FULL else 30
REPLAYS = 5


def at_once(app: Flask, count: int, act: Callable[[int], object]) -> Counter[str]:
    """Run `act(i)` in `count` threads that start together, each committing its own transaction."""
    start = Barrier(count)

    def run(number: int) -> str:
        def inside() -> str:
            with app.app_context(), clock.at(NOW):
                start.wait(30)
                try:
                    act(number)
                    db.session.commit()
                except (DomainError, IntegrityError, StaleDataError) as refusal:
                    db.session.rollback()
                    return type(refusal).__name__
                except OperationalError as error:  # waited too long for the lock: a refusal too, nothing is written
                    db.session.rollback()
                    return f"busy: {str(error.orig)[:40]}"
                finally:
                    db.session.remove()
                return "done"

        return str(apart(inside))

    with ThreadPoolExecutor(count) as threads:
        return Counter(threads.map(run, range(count)))


def test_one_of_many_parallel_releases_of_a_tranche_succeeds(app, programme, database):
    tranche = programme.make_tranche(TrancheStatus.APPROVED)
    tranche_id, grant_id, officer = tranche.id, tranche.grant_id, programme.finance.id
    db.session.commit()

    def release(number: int) -> None:
        tranches.release(
            db.session.get_one(Tranche, tranche_id),
            bank_reference=f"PARALLEL-{number}",
            value_on=clock.bishkek_day(NOW),
            actor=Actor(db.session.get_one(User, officer)),
            now=NOW,
        )

    outcomes = at_once(app, AT_ONCE, release)
    print(f"{database.kind}: {AT_ONCE} releases at once: {dict(outcomes)}")
    db.session.expire_all()
    assert outcomes["done"] == 1
    advanced = ledger.balances((AccountKind.ADVANCED,), grant_id=grant_id)[AccountKind.ADVANCED]
    assert advanced == db.session.get_one(Tranche, tranche_id).amount


def test_one_of_many_parallel_lists_takes_a_tranche_and_one_answer_of_the_bank_is_booked(app, programme, database):
    tranche = programme.make_tranche(TrancheStatus.APPROVED)
    programme.name_payer(tranche.grant.fund)
    tranche_id, fund_id, officer = tranche.id, tranche.grant.fund_id, programme.finance.id
    db.session.commit()

    def put(_number: int) -> None:
        fund, chosen = db.session.get_one(Fund, fund_id), db.session.get_one(Tranche, tranche_id)
        actor, day = Actor(db.session.get_one(User, officer)), clock.bishkek_day(NOW)
        payment_batches.create(fund, [chosen], pay_on=day, actor=actor, now=NOW)

    outcomes = at_once(app, AT_ONCE, put)
    print(f"{database.kind}: {AT_ONCE} lists at once: {dict(outcomes)}")
    db.session.expire_all()
    payment = db.session.scalars(db.select(Payment)).one()
    assert outcomes["done"] == 1
    payment_batches.close(payment.batch, actor=Actor(programme.finance), now=NOW)
    payment_batches.send(payment.batch, actor=Actor(programme.finance), now=NOW)
    payment_id = payment.id
    db.session.commit()

    def answer(number: int) -> None:
        one, actor = db.session.get_one(Payment, payment_id), Actor(db.session.get_one(User, officer))
        if number % 2:
            reference, day = f"LIST-{number}", clock.bishkek_day(NOW)
            payment_batches.confirm(one.batch, one, bank_reference=reference, value_on=day, actor=actor, now=NOW)
        else:
            payment_batches.fail(one.batch, one, reason=TEXT, actor=actor, now=NOW)

    outcomes = at_once(app, AT_ONCE, answer)
    print(f"{database.kind}: {AT_ONCE} answers of the bank at once: {dict(outcomes)}")
    db.session.expire_all()
    assert outcomes["done"] == 1
    is_paid = db.session.get_one(Payment, payment_id).status is PaymentStatus.CONFIRMED
    assert db.session.get_one(Tranche, tranche_id).is_paid is is_paid


def test_an_override_withdrawn_while_the_payment_is_released(app, programme, database):
    """Either the payment went out through it, or it is withdrawn and nothing went out; never both, never neither."""
    for number in range(4 if FULL else 2):
        override = programme.make_override("approved")
        tranche_id, override_id, chair, officer = (
            programme.advance(override.tranche, TrancheStatus.APPROVED).id,
            override.id,
            programme.council_chair.id,
            programme.finance.id,
        )
        db.session.commit()

        def act(
            which: int, run: int = number, ids: tuple[int, ...] = (tranche_id, override_id, chair, officer)
        ) -> None:
            if which % 2:
                by = Actor(db.session.get_one(User, ids[2]))
                overrides.withdraw(db.session.get_one(Override, ids[1]), reason=TEXT, actor=by, now=NOW)
            else:
                tranches.release(
                    db.session.get_one(Tranche, ids[0]),
                    bank_reference=f"RACE-{run}-{which}",
                    value_on=clock.bishkek_day(NOW),
                    actor=Actor(db.session.get_one(User, ids[3])),
                    now=NOW,
                )

        outcome = at_once(app, 4, act)
        db.session.expire_all()
        override, tranche = db.session.get_one(Override, override_id), db.session.get_one(Tranche, tranche_id)
        assert outcome["done"] == 1, outcome
        assert (override.status, tranche.status) in (
            (OverrideStatus.USED, TrancheStatus.RELEASED),
            (OverrideStatus.WITHDRAWN, TrancheStatus.APPROVED),
        )
        print(f"{database.kind}: 2 releases and 2 withdrawals at once: {override.status.value}, {dict(outcome)}")


def test_the_last_money_of_an_allocation_is_awarded_once(app, programme, database):
    """Everybody records a decision of the session at once; the allocation has enough for one of them."""
    fund = programme.make_fund(amount=10_000_000_00)
    call = programme.make_past_call(budget=500_000_00, grant_ceiling=500_000_00, also=[(fund, None, 200_000_00)])
    chosen = [programme.make_application("reviewed", call=call).id for _ in range(AT_ONCE)]
    session_id, last_id, secretary = programme.make_session(call).id, call.allocations[1].id, programme.secretary.id
    db.session.commit()

    def decide(number: int) -> None:
        decisions.decide(
            db.session.get_one(CouncilSession, session_id),
            db.session.get_one(Application, chosen[number]),
            Motion(
                DecisionOutcome.SELECTED,
                amount=150_000_00,
                reason=TEXT,
                votes_for=3,
                votes_against=0,
                abstentions=0,
                allocation_id=last_id,
            ),
            actor=Actor(db.session.get_one(User, secretary)),
            now=clock.now(),
        )

    outcome = at_once(app, AT_ONCE, decide)
    assert outcome["done"] == 1, outcome
    db.session.expire_all()
    assert [one.left for one in allocations.standings(call)] == [500_000_00, 50_000_00]
    print(f"{database.kind}: {AT_ONCE} decisions at once on the last money of an allocation: 1 recorded, {outcome}")


def test_the_last_money_of_a_fund_is_promised_once(app, programme, database):
    """Calls that all count on the same money of a second fund are opened at once."""
    fund = programme.make_fund(amount=300_000_00)
    drafts = [programme.make_call(is_open=False, also=[(fund, None, 200_000_00)]).id for _ in range(AT_ONCE)]
    secretary = programme.secretary.id
    db.session.commit()

    def open_(number: int) -> None:
        actor = Actor(db.session.get_one(User, secretary))
        calls.open_(db.session.get_one(Call, drafts[number]), actor=actor, now=clock.now())

    outcome = at_once(app, AT_ONCE, open_)
    assert outcome["done"] == 1, outcome
    db.session.expire_all()
    assert allocations.free(fund, beside=db.session.get_one(Call, drafts[0])) in (300_000_00, 100_000_00)
    opened = db.session.scalars(db.select(Call).where(Call.id.in_(drafts), Call.status == CallStatus.OPEN)).all()
    assert len(opened) == 1
    print(f"{database.kind}: {AT_ONCE} calls opened at once on the last money of a fund: 1 opened, {outcome}")


@pytest.mark.database
def test_alike_applications_handed_in_at_once_are_all_taken_and_paired(app, programme, database):
    """Every second one sees the first: a pair that nobody saw would be shown to nobody."""
    made = [programme.make_application("submitted", association=programme.make_association()).id for _ in range(6)]
    db.session.commit()
    pairs = db.session.scalar(db.select(db.func.count()).select_from(AlikePair))
    db.session.execute(db.delete(AlikePair))
    db.session.commit()
    for _again in range(2):
        found = at_once(app, 6, lambda number: duplicates.keep(db.session.get_one(Application, made[number]), now=NOW))
        assert found == {"done": 6}
        assert db.session.scalar(db.select(db.func.count()).select_from(AlikePair)) == pairs == 15
        db.session.commit()


def test_one_receipt_recorded_by_many_at_once_counts_once(app, programme, database):
    grant = programme.make_grant()
    grant_id, chair = grant.id, programme.chair_actor(grant).user_id
    db.session.commit()

    def record(_number: int) -> None:
        contributions.record(
            db.session.get_one(Grant, grant_id),
            ContributionKind.REMITTANCE,
            channel=channels.of_code("bank"),
            reference="SAME-RECEIPT",
            sender_name="Айбек",
            sender_country="RU",
            sent_on=clock.bishkek_day(NOW),
            currency="KGS",
            amount=100_00,
            pledge=None,
            actor=Actor(db.session.get_one(User, chair)),
            now=NOW,
        )

    outcomes = at_once(app, AT_ONCE, record)
    print(f"{database.kind}: the same receipt {AT_ONCE} times at once: {dict(outcomes)}")
    assert outcomes["done"] == 1
    assert db.session.scalar(db.select(db.func.count()).select_from(Contribution)) == 1


def test_a_form_sent_five_times_at_once_records_once(app, programme, database):
    """Through the pages: the same filled-in form, replayed in parallel, leads every time to the same place."""
    officer = programme.finance
    client = app.test_client().sign_in(officer)
    before = db.session.scalar(db.select(db.func.count()).select_from(ExchangeRate))
    bodies = []
    for number in range(FORMS):
        fields = form_fields(client.get("/rates/new").text).to_dict()
        day = f"{number % 28 + 1:02d}.{number // 28 % 12 + 1:02d}.{2020 - number // 336}"
        bodies.append(
            fields
            | {
                "currency": "USD",
                "nominal": "1",
                "value": "87,45",
                "valid_on": day,
                "source": "nbkr_daily",
                "source_note": "",
            }
        )

    cookie = client.get_cookie(app.config["SESSION_COOKIE_NAME"])

    def send(body: dict[str, str]) -> list[tuple[int, str | None]]:
        def one(_number: int) -> tuple[int, str | None]:
            def post() -> tuple[int, str | None]:
                with clock.at(NOW):
                    other = app.test_client()
                    other.set_cookie(cookie.key, cookie.value)
                    answer = super(type(other), other).open("/rates/new", method="POST", data=body)
                    return answer.status_code, answer.headers.get("Location")

            return apart(post)  # type: ignore[no-any-return]

        with ThreadPoolExecutor(REPLAYS) as threads:
            return list(threads.map(one, range(REPLAYS)))

    wrong = [answers for answers in map(send, bodies) if {status for status, _where in answers} != {303}]
    db.session.expire_all()
    recorded = db.session.scalar(db.select(db.func.count()).select_from(ExchangeRate)) - before
    kept = db.session.scalar(db.select(db.func.count()).select_from(FormSubmission))
    print(f"{database.kind}: {FORMS} forms × {REPLAYS} replays at once: {recorded} records, {len(wrong)} wrong answers")
    assert wrong == []
    assert recorded == FORMS
    assert kept == FORMS


def test_the_same_key_with_another_body_is_a_conflict(app, programme):
    client = app.test_client().sign_in(programme.finance)
    body = form_fields(client.get("/rates/new").text).to_dict() | {
        "currency": "USD",
        "nominal": "1",
        "value": "87,45",
        "valid_on": "01.10.2026",
        "source": "nbkr_daily",
    }
    assert client.post("/rates/new", data=body).status_code == 303
    assert client.post("/rates/new", data=body | {"value": "88,00"}).status_code == 409
    assert client.post("/rates/new", data=body).status_code == 303


def test_a_code_of_the_phone_opens_one_door_of_many(app: Flask, programme: Programme) -> None:
    """R17: the same code at the same moment, each with the right password."""
    owner = programme.make_user(Role.FINANCE)
    enrol(owner)
    tokens = [second_steps.begin(owner, now=clock.now())[1] for _ in range(AT_ONCE)]
    code = code_for(owner)
    db.session.commit()

    def enter(number: int) -> None:
        pending = second_steps.live(tokens[number], clock.now())
        assert pending is not None
        second_steps.finish(pending, code, seal=SEAL, address="10.0.0.1", browser="", now=clock.now())

    outcomes = at_once(app, AT_ONCE, enter)
    print(f"one code at {AT_ONCE} doors: {dict(outcomes)}")
    assert outcomes["done"] == 1
    assert db.session.scalar(db.select(db.func.count()).select_from(UserSession)) == 1
