"""The tranche gate and the four eyes, on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app import clock
from app.services import contributions, funds, gates, ledger, tranches, verification
from app.services.actors import Actor
from app.services.errors import (
    AlreadyUsedError,
    DomainError,
    IncompleteError,
    SeparationOfDutyError,
    WrongTransitionError,
)
from models.base import db
from models.contributions import ContributionStatus
from models.expenditures import ExpenditureStatus
from models.grants import GrantStatus, TrancheStatus
from models.ledger import AccountKind
from tests.support.queries import unprotect

T = TrancheStatus


def unmet(tranche):
    return {condition.key for condition in gates.gate(tranche) if not condition.met}


def test_a_pledge_alone_never_opens_the_gate(programme):
    grant = programme.make_grant()
    assert grant.application.remittance_pledged >= grant.amount
    assert unmet(grant.tranches[0]) == {"match"}
    with pytest.raises(IncompleteError):
        tranches.request(grant.tranches[0], actor=programme.chair_actor(grant), now=clock.now())
    assert grant.tranches[0].status is T.PLANNED


def test_the_gate_opens_at_exactly_the_match_due(programme):
    grant = programme.make_grant()
    first = grant.tranches[0]
    programme.make_contribution(grant, "verified", amount=first.amount - 1)
    assert unmet(first) == {"match"}
    programme.make_contribution(grant, "verified", amount=1)
    assert unmet(first) == set()


def test_a_recorded_contribution_does_not_count_before_it_is_verified(programme):
    grant = programme.make_grant()
    programme.make_contribution(grant, ContributionStatus.RECORDED, amount=grant.amount)
    assert contributions.counted(grant) == 0


def test_the_second_tranche_waits_until_80_percent_of_the_first_is_accounted_for(programme):
    tranche = programme.make_tranche(T.CONFIRMED)
    grant, second = tranche.grant, tranche.grant.tranches[1]
    due = tranche.amount * 80 // 100
    programme.make_expenditure(grant, ExpenditureStatus.ACCEPTED, amount=due - 1)
    assert unmet(second) == {"accounted"}
    programme.make_expenditure(grant, ExpenditureStatus.ACCEPTED, amount=1)
    assert tranche.status is T.ACCOUNTED
    assert unmet(second) == set()


def test_a_suspended_grant_pays_nothing(programme):
    tranche = programme.make_tranche(T.APPROVED)
    grant = tranche.grant
    grant.status = GrantStatus.SUSPENDED
    assert unmet(tranche) == {"running"}
    with pytest.raises(IncompleteError):
        programme.release(tranche)


def test_the_preparer_cannot_approve(programme):
    tranche = programme.make_tranche(T.PREPARED)
    with pytest.raises(SeparationOfDutyError):
        tranches.approve(tranche, actor=Actor(programme.finance), now=clock.now())
    assert tranche.status is T.PREPARED


def test_the_database_refuses_one_person_for_both_too(programme):
    tranche = programme.make_tranche(T.PREPARED)
    db.session.commit()
    with pytest.raises(IntegrityError):
        db.session.execute(
            text("UPDATE tranches SET approved_by_id = prepared_by_id WHERE id = :id"), {"id": tranche.id}
        )


def test_release_moves_committed_to_advanced_and_nothing_else(programme):
    tranche = programme.make_tranche(T.APPROVED)
    before = funds.position(tranche.grant.fund)
    programme.release(tranche)
    after = funds.position(tranche.grant.fund)
    assert after == replace(
        before, committed=before.committed - tranche.amount, advanced=before.advanced + tranche.amount
    )
    assert set(ledger.currency_totals().values()) == {0}


def test_a_bank_reference_counts_once(programme):
    first = programme.make_tranche(T.RELEASED)
    other = programme.make_tranche(T.APPROVED)
    spaced = "-".join(first.bank_reference.lower()).replace("a", "а")  # the second one is Cyrillic
    with pytest.raises(AlreadyUsedError) as refused:
        tranches.release(
            other,
            bank_reference=spaced,
            value_on=clock.bishkek_day(clock.now()),
            actor=Actor(programme.finance),
            now=clock.now(),
        )
    assert refused.value.parameters == {"number": first.grant.number, "fund": first.grant.fund.code}


def test_a_returned_payment_goes_back_and_can_be_requested_anew(programme):
    tranche = programme.make_tranche(T.RETURNED)
    held = ledger.balances((AccountKind.COMMITTED, AccountKind.ADVANCED), grant_id=tranche.grant_id)
    assert held == {AccountKind.COMMITTED: tranche.grant.amount, AccountKind.ADVANCED: 0}
    tranches.request(tranche, actor=programme.chair_actor(tranche.grant), now=clock.now())
    assert tranche.status is T.REQUESTED


def test_a_reversal_that_uncovers_paid_money_suspends_the_grant(programme):
    grant = programme.make_grant()
    contribution = programme.make_contribution(grant, "verified", amount=grant.amount)
    programme.advance(grant.tranches[0], T.RELEASED)
    contributions.reverse(contribution, reason="Эки жолу жазылган", actor=Actor(programme.finance), now=clock.now())
    assert grant.status is GrantStatus.SUSPENDED
    assert contributions.counted(grant) == 0


def test_the_whole_grant_is_paid_in_three_parts_that_total_the_award(programme):
    grant = programme.make_grant(is_matched=True)
    for tranche in grant.tranches:
        programme.advance(tranche, T.ACCOUNTED)
    held = ledger.balances((AccountKind.COMMITTED, AccountKind.ADVANCED, AccountKind.SPENT), grant_id=grant.id)
    assert sum(one.amount for one in grant.tranches) == grant.amount
    assert held[AccountKind.COMMITTED] == 0
    assert held[AccountKind.ADVANCED] + held[AccountKind.SPENT] == grant.amount


ACTS = {
    "request": lambda one, actor, now: tranches.request(one, actor=actor, now=now),
    "prepare": lambda one, actor, now: tranches.prepare(one, actor=actor, now=now),
    "send_back": lambda one, actor, now: tranches.send_back(one, reason="кайра", actor=actor, now=now),
    "approve": lambda one, actor, now: tranches.approve(one, actor=actor, now=now),
    "release": lambda one, actor, now: tranches.release(
        one, bank_reference="X-1", value_on=clock.bishkek_day(now), actor=actor, now=now
    ),
    "confirm": lambda one, actor, now: tranches.confirm(one, actor=actor, now=now),
    "return": lambda one, actor, now: tranches.return_(one, reason="кайра", actor=actor, now=now),
}


@pytest.mark.either_database
@pytest.mark.parametrize("status", list(TrancheStatus))
def test_only_the_acts_of_the_table_are_possible(programme, status):
    """Every act against every status: those in the table succeed, all others are refused and change nothing."""
    tranche = programme.make_tranche(status)
    db.session.commit()
    stranger = Actor(programme.make_user(None))
    db.session.commit()
    for action, act in ACTS.items():
        row = tranches.TRANSITIONS.get((status, action))
        if row is None:
            with pytest.raises(DomainError) as refusal:
                act(tranche, stranger, clock.now())
            assert isinstance(refusal.value, WrongTransitionError | IncompleteError)
            db.session.rollback()
            assert tranche.status is status
        else:
            act(tranche, stranger, clock.now())
            assert tranche.status in (row.to, T.ACCOUNTED)
            db.session.rollback()
            assert tranche.status is status


def change_account(programme, grant, *, now):
    """A second account, confirmed and told."""
    new = programme.change_account(grant.association, now=now)
    db.session.expire_all()
    return new


LONG_BEFORE, SHORTLY_BEFORE = timedelta(hours=72), timedelta(hours=71, minutes=59)


@pytest.mark.parametrize("status", [T.PREPARED, T.APPROVED])
def test_a_payment_goes_to_the_account_it_was_prepared_for_or_nowhere(programme, status):
    tranche = programme.make_tranche(status)
    old, chair = tranche.payout_account, programme.chair_actor(tranche.grant)
    assert old is tranche.grant.association.payout_account
    new = change_account(programme, tranche.grant, now=clock.now() - LONG_BEFORE)
    assert tranche.payout_account is old and gates.is_open(tranche)
    with pytest.raises(DomainError) as refused:
        if status is T.PREPARED:
            tranches.approve(tranche, actor=Actor(programme.other_finance), now=clock.now())
        else:
            programme.release(tranche)
    assert "another one than the one this payment was prepared for" in refused.value.message
    assert tranche.status is status
    tranches.send_back(tranche, reason="эсеп алмашты", actor=Actor(programme.finance), now=clock.now())
    assert (tranche.payout_account, tranche.prepared_by_id, tranche.approved_by_id) == (None, None, None)
    tranches.request(tranche, actor=chair, now=clock.now())
    programme.advance(tranche, T.RELEASED)
    assert tranche.payout_account is new
    assert tranche.grant.payout_account is old


def test_a_changed_account_is_not_paid_to_for_72_hours(programme):
    tranche, now = programme.make_tranche(T.REQUESTED), clock.now()
    new = change_account(programme, tranche.grant, now=now - SHORTLY_BEFORE)
    with pytest.raises(DomainError) as refused:
        tranches.prepare(tranche, actor=Actor(programme.finance), now=now)
    assert refused.value.parameters["hour"] == new.payable_from == now + timedelta(minutes=1)
    assert tranche.status is T.REQUESTED
    tranches.prepare(tranche, actor=Actor(programme.finance), now=now + timedelta(minutes=1))
    assert tranche.payout_account is new


def test_a_release_waits_for_the_hour_too(programme):
    """As a payment prepared before this rule could be."""
    tranche, now = programme.make_tranche(T.APPROVED), clock.now()
    unprotect("tranches")
    tranche.payout_account = change_account(programme, tranche.grant, now=now)
    db.session.flush()
    with pytest.raises(DomainError) as refused:
        programme.release(tranche)
    assert "less than 72 hours ago" in refused.value.message
    programme.release(tranche, now=now + LONG_BEFORE)
    assert tranche.status is T.RELEASED


def test_the_first_account_changes_nothing_and_waits_for_nothing(programme):
    association, now = programme.make_association(with_account=False), clock.now()
    account = programme.confirm_account(association, now=now)
    assert account.payable_from == now


def test_who_requested_does_not_prepare(programme):
    tranche = programme.make_tranche()
    tranches.request(tranche, actor=Actor(programme.finance), now=clock.now())
    with pytest.raises(SeparationOfDutyError):
        tranches.prepare(tranche, actor=Actor(programme.finance), now=clock.now())
    tranches.prepare(tranche, actor=Actor(programme.other_finance), now=clock.now())
    assert tranche.status is T.PREPARED


def test_verify_names_a_release_to_another_account(programme, home):
    def findings():
        found = {check.name: check for check in verification.run(home)}["released to the account prepared"]
        assert found.count == 1
        return found.findings

    tranche = programme.make_tranche(T.RELEASED)
    assert findings() == []
    unprotect("tranches")
    tranche.payout_account = change_account(programme, tranche.grant, now=clock.now() + timedelta(hours=1))
    db.session.flush()
    assert len(findings()) == 1 and "after the payment was prepared" in findings()[0]
    tranche.payout_account = programme.make_association().payout_account
    db.session.flush()
    assert "not the association's" in findings()[0]
