"""Unspent money comes back: to the fund, once, never more than is unspent; nothing is completed before."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import clock
from app.localisation import Money
from app.services import conflicts, funds, grants, ledger, repayments, verification
from app.services.actors import Actor
from app.services.errors import (
    AlreadyUsedError,
    DomainError,
    IncompleteError,
    LimitExceededError,
    SeparationOfDutyError,
    WrongTransitionError,
)
from models.base import db
from models.grants import GrantStatus, TrancheStatus
from models.repayments import RepaymentStatus
from tests.factories import SOM, TEXT
from tests.support.databases import FULL

T = TrancheStatus


def test_what_comes_back_is_the_funds_again_and_settles_the_tranche(programme):
    tranche = programme.make_tranche(T.CONFIRMED)
    grant, before = tranche.grant, funds.position(tranche.grant.fund)
    kept = tranche.amount // 2
    programme.make_expenditure(grant, "accepted", amount=kept)
    assert tranche.status is T.CONFIRMED and repayments.unspent(grant) == tranche.amount - kept
    with pytest.raises(LimitExceededError):
        programme.repay(grant, tranche.amount - kept + 1)
    programme.repay(grant, tranche.amount - kept, reference="BACK-1")
    after = funds.position(grant.fund)
    back = tranche.amount - kept
    assert (after.available - before.available, before.advanced - after.advanced) == (back, tranche.amount)
    assert after.accounted == after.received == before.received
    assert tranche.status is T.ACCOUNTED and repayments.unspent(grant) == 0
    with pytest.raises(LimitExceededError):
        programme.repay(grant, 1, reference="BACK-2")
    assert [one for check in verification.run(programme.storage) for one in check.findings] == []


def test_a_repayment_counts_once_and_is_recorded_by_who_has_no_part_in_it(programme):
    grant = programme.make_tranche(T.CONFIRMED).grant
    programme.repay(grant, 10 * SOM, reference="ВК-77")
    with pytest.raises(AlreadyUsedError) as refused:
        programme.repay(grant, 10 * SOM, reference="bk 77")  # in Latin letters, small
    assert refused.value.parameters == {"number": grant.number}
    given_ = {"bank_reference": "B-9", "reason": TEXT, "actor": Actor(programme.finance), "now": clock.now()}
    today = clock.bishkek_day(clock.now())
    for wrong in (today + timedelta(days=1), grant.starts_on - timedelta(days=1)):
        with pytest.raises(DomainError) as refusal:
            repayments.record(grant, amount=1, paid_on=wrong, **given_)
        assert refusal.value.field == "paid_on"
    with pytest.raises(IncompleteError):
        repayments.record(grant, amount=1, paid_on=today, **given_ | {"reason": " "})
    own = given_ | {"actor": programme.chair_actor(grant)}
    with pytest.raises(SeparationOfDutyError):
        repayments.record(grant, amount=1, paid_on=today, **own)


def test_nothing_moves_until_another_person_has_confirmed_it(programme):
    tranche = programme.make_tranche(T.CONFIRMED)
    grant, before, finance = tranche.grant, funds.position(tranche.grant.fund), Actor(programme.finance)
    given_ = {"paid_on": clock.bishkek_day(clock.now()), "reason": TEXT, "actor": finance, "now": clock.now()}
    made = repayments.record(grant, amount=tranche.amount, bank_reference="В-1", **given_)
    assert (funds.position(grant.fund), tranche.status) == (before, T.CONFIRMED)
    assert (repayments.unspent(grant), repayments.expected(grant)) == (tranche.amount, 0)
    assert repayments.by_grant([grant.id]) == {}
    with pytest.raises(LimitExceededError):  # what is recorded already cannot come once more
        repayments.record(grant, amount=1, bank_reference="В-2", **given_)
    with pytest.raises(SeparationOfDutyError):
        repayments.confirm(made, actor=finance, now=clock.now())
    with pytest.raises(SeparationOfDutyError):
        repayments.confirm(made, actor=programme.chair_actor(grant), now=clock.now())
    with pytest.raises(WrongTransitionError):
        repayments.reverse(made, reason=TEXT, actor=finance, now=clock.now())
    other = programme.other_finance
    assert repayments.waiting_for(programme.finance, conflicts.ties_of(programme.finance)) == []
    assert repayments.waiting_for(other, conflicts.ties_of(other)) == [made]
    repayments.confirm(made, actor=Actor(other), now=clock.now())
    assert (made.status, tranche.status) == (RepaymentStatus.CONFIRMED, T.ACCOUNTED)
    assert repayments.by_grant([grant.id]) == {grant.id: tranche.amount}
    assert repayments.waiting_for(other, conflicts.ties_of(other)) == []
    with pytest.raises(WrongTransitionError):
        repayments.confirm(made, actor=Actor(other), now=clock.now())


def test_a_repayment_that_is_not_there_is_refused_and_its_reference_is_free_again(programme):
    tranche = programme.make_tranche(T.CONFIRMED)
    grant, finance = tranche.grant, Actor(programme.finance)
    given_ = {"paid_on": clock.bishkek_day(clock.now()), "reason": TEXT, "actor": finance, "now": clock.now()}
    made = repayments.record(grant, amount=10 * SOM, bank_reference="В-1", **given_)
    with pytest.raises(IncompleteError):
        repayments.refuse(made, reason=" ", actor=finance, now=clock.now())
    repayments.refuse(made, reason=TEXT, actor=finance, now=clock.now())  # who recorded it may take it back
    assert (made.status, made.event_id, repayments.unspent(grant)) == (RepaymentStatus.REFUSED, None, tranche.amount)
    with pytest.raises(WrongTransitionError):
        repayments.confirm(made, actor=Actor(programme.other_finance), now=clock.now())
    again = repayments.record(grant, amount=20 * SOM, bank_reference="В-1", **given_)
    programme.make_expenditure(grant, "accepted", amount=tranche.amount - 10 * SOM)
    with pytest.raises(LimitExceededError):  # less is unspent by now
        repayments.confirm(again, actor=Actor(programme.other_finance), now=clock.now())
    assert again.status is RepaymentStatus.RECORDED


def test_a_repayment_recorded_by_mistake_is_reversed_and_the_tranche_waits_for_its_accounts_again(programme):
    tranche = programme.make_tranche(T.CONFIRMED)
    grant, before = tranche.grant, funds.position(tranche.grant.fund)
    programme.repay(grant, tranche.amount, reference="ВК-78")
    assert tranche.status is T.ACCOUNTED
    wrong = repayments.of_grant(grant)[0]
    given_ = {"reason": TEXT, "now": clock.now()}
    with pytest.raises(SeparationOfDutyError):
        repayments.reverse(wrong, actor=programme.chair_actor(grant), **given_)
    repayments.reverse(wrong, actor=Actor(programme.finance), **given_)
    assert tranche.status is T.CONFIRMED and repayments.unspent(grant) == tranche.amount
    assert funds.position(grant.fund) == before
    with pytest.raises(WrongTransitionError):
        repayments.reverse(wrong, actor=Actor(programme.finance), **given_)
    programme.repay(grant, 10 * SOM, reference="ВК-78")  # of the same paper, to the right sum
    assert [one.status.value for one in repayments.of_grant(grant)] == ["reversed", "confirmed"]
    assert [one for check in verification.run(programme.storage) for one in check.findings] == []


def test_what_a_completed_grant_rests_on_and_what_is_promised_to_others_is_not_reversed(programme):
    grant = programme.make_tranche(T.CONFIRMED).grant
    programme.repay(grant, 10 * SOM)
    (mine,) = repayments.of_grant(grant)
    grant.status = GrantStatus.COMPLETED
    with pytest.raises(DomainError) as refusal:
        repayments.reverse(mine, reason=TEXT, actor=Actor(programme.finance), now=clock.now())
    assert "completed" in refusal.value.message


def test_a_grant_with_unspent_money_is_not_completed(programme):
    grant = programme.make_grant(is_matched=True)
    for tranche in grant.tranches:
        programme.advance(tranche, T.ACCOUNTED)
    programme.make_visit(grant, "done")
    programme.make_result(grant, "verified")
    assert repayments.unspent(grant) > 0  # the agreement asks for a share of each tranche
    with pytest.raises(IncompleteError) as refusal:
        grants.complete(grant, actor=Actor(programme.monitor), now=clock.now())
    assert refusal.value.parameters == {"left": Money(repayments.unspent(grant))}
    programme.repay(grant)
    grants.complete(grant, actor=Actor(programme.monitor), now=clock.now())
    assert grant.status is GrantStatus.COMPLETED


@settings(max_examples=40 if FULL else 6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from(["spend", "repay"]), st.integers(1, 60)), max_size=6))
@pytest.mark.either_database
def test_whatever_is_spent_and_paid_back_the_fund_adds_up(programme, steps):
    """Amounts in percent of the tranche; what is too much is refused and changes nothing."""
    tranche = programme.make_tranche(T.CONFIRMED)
    grant, number = tranche.grant, db.session.begin_nested()
    for step, percent in steps:
        amount, unspent = tranche.amount * percent // 100, repayments.unspent(grant)
        try:
            if step == "spend":
                programme.make_expenditure(grant, "accepted", amount=amount)
            else:
                programme.repay(grant, amount, reference=f"P-{grant.number}-{len(repayments.of_grant(grant))}")
        except DomainError:
            assert amount > unspent
            break
        assert repayments.unspent(grant) == unspent - amount >= 0
        position = funds.position(grant.fund)
        assert position.accounted == position.received
        assert set(ledger.currency_totals().values()) == {0}
    number.rollback()
