"""The one order of locks (docs/architecture.md): acts that meet wait for one another, none of them is ended by it.

On PostgreSQL alone: on SQLite one writes at a time. Each test makes two acts meet where both have a lock and want one.
"""

from datetime import timedelta
from threading import Event
from time import sleep

import pytest

from app import clock
from app.services import (
    applications,
    assignment_candidates,
    assignment_plans,
    assignments,
    audit,
    conflict_detection,
    decisions,
    expenditures,
    interests,
    payment_batches,
    purchases,
    review_deadlines,
    reviews,
)
from app.services.actors import Actor
from app.services.decisions import Motion
from app.services.reviews import Judgement
from app.services.suppliers import Details, Written
from models.applications import Application, Payer
from models.assignment_plans import AssignmentPlan
from models.base import db, lock
from models.calls import Call
from models.council_sessions import CouncilSession, DecisionOutcome
from models.expenditures import Expenditure
from models.funds import Fund
from models.grants import Grant, Tranche, TrancheStatus
from models.interests import InterestKind
from models.purchases import Purchase, PurchaseStatus
from models.reviews import Assignment, AssignmentStatus
from models.users import Role, User
from tests.conftest import NOW
from tests.factories import TEXT
from tests.reliability.test_parallel import at_once
from tests.support import locks

pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


def test_a_plan_is_applied_while_the_council_decides_and_neither_dies_of_it(app, programme, monkeypatch):
    """Each has its first lock when it wants the next one: taken in two orders, one of them would be ended."""
    call = programme.make_past_call()
    application = programme.make_application("reviewed", call=call)
    session = programme.make_session(call, now=NOW)
    by, day = Actor(programme.secretary), clock.bishkek_day(NOW) + timedelta(days=9)
    third = programme.make_user(Role.REVIEWER)
    plan = assignment_candidates.plan(application, third, due_on=day, actor=by, now=NOW)
    plan_id, session_id, application_id, secretary = plan.id, session.id, application.id, programme.secretary.id
    db.session.commit()
    begun, holds_application = Event(), Event()
    take = assignment_plans._locked

    def locked(ids):
        begun.set()
        holds_application.wait(5)
        return take(ids)

    def lock_slowly(row):
        if isinstance(row, Call):
            begun.wait(5)
            holds_application.set()
        lock(row)

    monkeypatch.setattr(assignment_plans, "_locked", locked)
    monkeypatch.setattr(decisions, "lock", lock_slowly)
    motion = Motion(DecisionOutcome.REJECTED, amount=None, reason=TEXT, votes_for=3)

    def act(number: int) -> None:
        actor = Actor(db.session.get_one(User, secretary))
        if number:
            assignment_plans.apply(db.session.get_one(AssignmentPlan, plan_id), actor=actor, now=NOW)
        else:
            decided = db.session.get_one(Application, application_id)
            decisions.decide(db.session.get_one(CouncilSession, session_id), decided, motion, actor=actor, now=NOW)

    assert at_once(app, 2, act) == {"done": 1, "ChangedMeanwhileError": 1}


def test_an_interest_is_entered_while_somebody_submits(app, programme, monkeypatch):
    """Both hold what people are found by against each other, and both want the head of the history."""
    application, reviewer = programme.make_application("signed_off"), programme.make_user(Role.REVIEWER)
    application_id, user_id, chair = application.id, reviewer.id, programme.chair_of(application.association).id
    db.session.commit()
    holds, search, record = Event(), conflict_detection._search, audit.record

    def slowly(*found):
        holds.set()
        sleep(0.5)  # whoever enters the interest has begun by then
        return search(*found)

    def recorded(*what, **details):
        entry = record(*what, **details)
        if what[1] == "interest.declare":
            sleep(0.5)  # with the head of the history
        return entry

    monkeypatch.setattr(conflict_detection, "_search", slowly)
    monkeypatch.setattr(audit, "record", recorded)

    def act(number: int) -> None:
        if number:
            holds.wait(5)
            actor = Actor(db.session.get_one(User, user_id))
            interests.declare(
                InterestKind.BUSINESS, name="Ак-Булак", relation="", register_number="", actor=actor, now=NOW
            )
        else:
            actor = Actor(db.session.get_one(User, chair))
            applications.submit(db.session.get_one(Application, application_id), actor=actor, now=NOW)

    assert at_once(app, 2, act) == {"done": 2}


def test_the_last_review_comes_in_while_who_is_late_gets_time(app, programme, monkeypatch):
    """The review would end the late one, which the other act holds; both want the head of the history."""
    application = programme.make_application("in_review")
    programme.assign(application, programme.make_user(Role.REVIEWER), now=NOW - timedelta(days=30))
    first, second, late = assignments.of_application(application)
    for one in (first, second, late):
        assignments.declare(one, None, actor=Actor(one.reviewer), now=NOW - timedelta(days=20))
    judgements = {one.key: Judgement(4, TEXT) for one in application.call.criteria}
    reviews.submit(first, judgements, "", actor=Actor(first.reviewer), now=NOW)
    second_id, late_id, call_id, secretary = second.id, late.id, application.call_id, programme.secretary.id
    day = clock.bishkek_day(NOW) + timedelta(days=9)
    db.session.commit()
    holds, move = Event(), review_deadlines._move

    def slowly(*moved):
        holds.set()
        sleep(0.5)  # the review has come in by then
        return move(*moved)

    monkeypatch.setattr(review_deadlines, "_move", slowly)

    def act(number: int) -> None:
        if number:
            actor = Actor(db.session.get_one(User, secretary))
            review_deadlines.extend_late(db.session.get_one(Call, call_id), due_on=day, actor=actor, now=NOW)
        else:
            holds.wait(5)
            found = db.session.get_one(Assignment, second_id)
            reviews.submit(found, judgements, "", actor=Actor(found.reviewer), now=NOW)

    assert at_once(app, 2, act) == {"done": 2}
    db.session.expire_all()
    kept = db.session.get_one(Assignment, late_id)
    assert (kept.status, kept.due_on) == (AssignmentStatus.ACCEPTED, day)


def test_a_lock_out_of_the_order_of_the_table_is_named(app, programme):
    """Every test on PostgreSQL ends by this; here the table stands on its head."""
    places = locks.order()
    assert places["payment_batches"] < places["grants"] < places["purchases"] < places["funds"] < places[locks.HISTORY]
    spent = programme.make_expenditure(programme.make_grant("active", is_matched=True), amount=1_00)
    turned = locks.Locks({kind: -place for kind, place in places.items()})
    as_they_are = locks.Locks()
    with locks.watched(db.engine, turned), locks.watched(db.engine, as_they_are):
        refuse(spent.id, programme.finance.id)
    assert turned.wrong == {
        "expenditures.refuse: expenditures after grants",
        "expenditures.refuse: audit_head after grants",
        "expenditures.refuse: audit_head after expenditures",
    }
    assert as_they_are.wrong == set()


def noted_slowly(monkeypatch, action):
    """Whoever writes this act into the history keeps its head for a while; the event says that it has it."""
    holds, record = Event(), audit.record

    def recorded(*what, **details):
        record(*what, **details)
        if what[1] == action:
            holds.set()
            sleep(0.5)

    monkeypatch.setattr(audit, "record", recorded)
    return holds


def refuse(expenditure_id, officer):
    actor = Actor(db.session.get_one(User, officer))
    expenditures.refuse(db.session.get_one(Expenditure, expenditure_id), reason=TEXT, actor=actor, now=NOW)


def test_a_payment_list_is_begun_while_spending_of_a_grant_on_it_is_refused(app, programme, monkeypatch):
    """One has the head of the history and wants the grant, the other one the grant and wants the history."""
    tranche = programme.make_tranche(TrancheStatus.APPROVED)
    spent_id = programme.make_expenditure(tranche.grant, amount=1_00).id
    programme.name_payer(tranche.grant.fund)
    tranche_id, fund_id, officer = tranche.id, tranche.grant.fund_id, programme.finance.id
    db.session.commit()
    holds = noted_slowly(monkeypatch, "payment_batch.create")

    def act(number: int) -> None:
        if number:
            holds.wait(5)
            refuse(spent_id, officer)
        else:
            fund, chosen = db.session.get_one(Fund, fund_id), db.session.get_one(Tranche, tranche_id)
            actor = Actor(db.session.get_one(User, officer))
            payment_batches.create(fund, [chosen], pay_on=clock.bishkek_day(NOW), actor=actor, now=NOW)

    assert at_once(app, 2, act) == {"done": 2}


def test_a_supplier_is_registered_while_spending_of_the_grant_is_refused(app, programme, monkeypatch):
    """Who writes a new name on a document has the grant before the name stands in the history."""
    spent = programme.make_expenditure(programme.make_tranche(TrancheStatus.CONFIRMED).grant, amount=1_00)
    line_id, spent_id, officer = spent.budget_line_id, spent.id, programme.finance.id
    grant_id, chair = spent.grant_id, programme.chair_actor(spent.grant).user_id
    db.session.commit()
    holds = noted_slowly(monkeypatch, "supplier.register")

    def act(number: int) -> None:
        if number:
            holds.wait(5)
            refuse(spent_id, officer)
        else:
            grant = db.session.get_one(Grant, grant_id)
            record(grant, line_id, Written("ОсОО Нур-Сервис", Details(), is_another=True), chair)

    assert at_once(app, 2, act) == {"done": 2}


def record(grant, line_id, supplier, chair, purchase=None):
    expenditures.record(
        grant,
        next(one for one in grant.application.budget_lines if one.id == line_id),
        title="Муздаткыч",
        amount=1_000_00,
        paid_on=clock.bishkek_day(NOW) - timedelta(days=1),
        supplier=supplier,
        document_number="СФ-77",
        purchase=purchase,
        actor=Actor(db.session.get_one(User, chair)),
        now=NOW,
    )


def test_a_purchase_is_not_reopened_while_something_is_bought_by_it(app, programme, monkeypatch):
    """The quotation was looked at and the document is being written: whoever takes the quotation back comes after."""
    grant = programme.make_tranche(TrancheStatus.CONFIRMED).grant
    by = {"actor": programme.chair_actor(grant), "now": NOW}
    line = next(one for one in grant.application.budget_lines if one.payer is Payer.GRANT)
    purchase = purchases.begin(grant, line.heading, "Муздаткыч", **by)
    for number, name in enumerate(("Айкөл", "Нур-Сервис", "Достук")):
        purchases.quote(
            purchase,
            Written(name, Details(), is_another=True),
            amount=2_000_00 + number,
            quoted_on=clock.bishkek_day(NOW),
            upload=programme.make_pdf(),
            storage=programme.storage,
            **by,
        )
    purchases.choose(purchase, purchase.quotations[0], reason="", **by)
    purchase_id, grant_id, line_id, chair = purchase.id, grant.id, line.id, by["actor"].user_id
    db.session.commit()
    looked, must_be_quoted = Event(), purchases.must_be_quoted

    def slowly(*asked):
        must_be_quoted(*asked)
        looked.set()
        sleep(0.5)  # whoever takes it back has begun by then

    monkeypatch.setattr(purchases, "must_be_quoted", slowly)

    def act(number: int) -> None:
        found = db.session.get_one(Purchase, purchase_id)
        if number:
            looked.wait(5)
            purchases.reopen(found, actor=Actor(db.session.get_one(User, chair)), now=NOW)
        else:
            record(db.session.get_one(Grant, grant_id), line_id, found.quotations[0].supplier, chair, found)

    assert at_once(app, 2, act) == {"done": 1, "DomainError": 1}
    db.session.expire_all()
    kept = db.session.get_one(Purchase, purchase_id)
    assert kept.status is PurchaseStatus.CHOSEN and purchases.paid_by(kept) == 1_000_00
