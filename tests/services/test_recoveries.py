"""Money claimed back: by two people, owed until it is there, given up only by a decision; the fund always adds up."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app import clock
from app.services import funds, gates, grants, ledger, recoveries, repayments, terminations, verification
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
from models.ledger import AccountKind
from models.notifications import Notification
from models.recoveries import RecoveryKind, RecoveryStatus
from tests.factories import SOM, TEXT
from tests.support.databases import FULL

T, K = TrancheStatus, RecoveryKind


def propose(programme, grant, kind, amount, **changes):
    day = clock.bishkek_day(clock.now()) + timedelta(days=30)
    given_ = {"reason": TEXT, "due_on": day, "decision": "Протокол 4, 02.11.2026", "now": clock.now()}
    return recoveries.propose(grant, kind, amount=amount, actor=Actor(programme.finance), **given_ | changes)


def decided(programme, grant, kind, amount):
    made = propose(programme, grant, kind, amount)
    recoveries.approve(made, actor=Actor(programme.council_chair), now=clock.now())
    return made


def test_what_is_claimed_is_owed_until_it_is_paid_back_and_keeps_money_back(programme):
    tranche = programme.make_tranche(T.CONFIRMED)
    grant, before = tranche.grant, funds.position(tranche.grant.fund)
    with pytest.raises(LimitExceededError):
        propose(programme, grant, K.CLAIM, tranche.amount + 1)
    with pytest.raises(LimitExceededError):
        propose(programme, grant, K.LIFT, 1)
    claim = propose(programme, grant, K.CLAIM, 40_000 * SOM)
    assert recoveries.held(grant)[AccountKind.RECOVERABLE] == 0
    with pytest.raises(AlreadyUsedError):
        propose(programme, grant, K.CLAIM, 1)
    for own in (Actor(programme.finance), programme.chair_actor(grant)):
        with pytest.raises(SeparationOfDutyError):
            recoveries.approve(claim, actor=own, now=clock.now())
    recoveries.approve(claim, actor=Actor(programme.other_finance), now=clock.now())
    after = funds.position(grant.fund)
    assert (after.recoverable, before.advanced - after.advanced) == (40_000 * SOM, 40_000 * SOM)
    assert after.accounted == after.received and after.disbursed == before.disbursed
    stopped = next(one for one in gates.gate(grant.tranches[1]) if one.key == "recovery")
    assert not stopped.is_passed
    told = db.session.scalars(db.select(Notification.user_id).where(Notification.message.contains("claimed back, to")))
    assert programme.chair_of(grant.association).id in told.all()
    with pytest.raises(LimitExceededError), db.session.begin_nested():  # what is claimed is not theirs to spend
        programme.make_expenditure(grant, "accepted", amount=tranche.amount)
    programme.repay(grant, 40_000 * SOM)
    assert recoveries.held(grant)[AccountKind.RECOVERABLE] == 0  # claimed money first
    assert repayments.unspent(grant) == tranche.amount - 40_000 * SOM
    assert all(one.key != "recovery" for one in gates.gate(grant.tranches[1]))
    assert [one for check in verification.run(programme.storage) for one in check.findings] == []


def test_a_claim_is_lifted_or_given_up_and_what_is_given_up_never_comes_back(programme):
    tranche = programme.make_tranche(T.CONFIRMED)
    grant = tranche.grant
    decided(programme, grant, K.CLAIM, 30_000 * SOM)
    decided(programme, grant, K.LIFT, 10_000 * SOM)
    decided(programme, grant, K.WRITE_OFF, 20_000 * SOM)
    position = funds.position(grant.fund)
    assert (position.recoverable, position.written_off) == (0, 20_000 * SOM)
    assert position.advanced == repayments.unspent(grant) == tranche.amount - 20_000 * SOM
    assert position.accounted == position.received
    with pytest.raises(LimitExceededError):
        programme.repay(grant, tranche.amount)


def test_what_is_missing_is_said_at_its_field(programme):
    grant = programme.make_tranche(T.CONFIRMED).grant
    yesterday = clock.bishkek_day(clock.now()) - timedelta(days=1)
    for day in (None, yesterday):
        with pytest.raises(DomainError) as refusal:
            propose(programme, grant, K.CLAIM, SOM, due_on=day)
        assert refusal.value.field == "due_on"
    decided(programme, grant, K.CLAIM, 10 * SOM)
    for field in ("decision", "reason"):
        with pytest.raises(IncompleteError) as refused:
            propose(programme, grant, K.WRITE_OFF, 10 * SOM, **{field: " "})
        assert refused.value.field == field
    with pytest.raises(DomainError):
        propose(programme, programme.make_grant(GrantStatus.COMPLETED), K.CLAIM, 1)


def test_a_refused_proposal_moves_nothing_and_the_database_keeps_the_two_apart(programme):
    grant = programme.make_tranche(T.CONFIRMED).grant
    claim = propose(programme, grant, K.CLAIM, 10 * SOM)
    db.session.commit()
    with pytest.raises(IntegrityError):
        db.session.execute(text("UPDATE recoveries SET decided_by_id = proposed_by_id"))
    db.session.rollback()
    recoveries.refuse(claim, reason=TEXT, actor=Actor(programme.other_finance), now=clock.now())
    db.session.commit()
    assert claim.status is RecoveryStatus.REFUSED and recoveries.held(grant)[AccountKind.RECOVERABLE] == 0
    with pytest.raises(IntegrityError):
        db.session.execute(text("UPDATE recoveries SET amount = amount + 1"))
    db.session.rollback()
    with pytest.raises(WrongTransitionError):
        recoveries.approve(claim, actor=Actor(programme.council_chair), now=clock.now())


def test_an_early_end_claims_what_is_unspent_and_a_completed_grant_owes_nothing(programme):
    tranche = programme.make_tranche(T.CONFIRMED)
    grant, now = tranche.grant, clock.now()
    proposal = terminations.propose(grant, reason=TEXT, actor=Actor(programme.finance), now=now)
    terminations.approve(proposal, actor=Actor(programme.council_chair), now=now)
    (claim,) = recoveries.of_grant(grant)
    assert (claim.kind, claim.status, claim.amount) == (K.CLAIM, RecoveryStatus.APPROVED, tranche.amount)
    assert claim.due_on == clock.bishkek_day(now) + recoveries.TIME_TO_PAY
    decided(programme, grant, K.WRITE_OFF, 1_000 * SOM)
    programme.repay(grant)
    assert repayments.unspent(grant) == 0 and funds.position(grant.fund).written_off == 1_000 * SOM
    with pytest.raises(WrongTransitionError):
        grants.complete(grant, actor=Actor(programme.monitor), now=now)


@settings(max_examples=60 if FULL else 6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from(["spend", "repay", *K]), st.integers(1, 60)), max_size=8))
@pytest.mark.either_database
def test_whatever_is_claimed_spent_and_paid_back_the_fund_adds_up(programme, steps):
    """Amounts in percent of the tranche; what is too much is refused and changes nothing."""
    tranche = programme.make_tranche(T.CONFIRMED)
    grant, point = tranche.grant, db.session.begin_nested()
    for step, percent in steps:
        amount, before = tranche.amount * percent // 100, funds.position(grant.fund)
        inner = db.session.begin_nested()
        try:
            if step == "spend":
                programme.make_expenditure(grant, "accepted", amount=amount)
            elif step == "repay":
                programme.repay(grant, amount, reference=f"P-{grant.number}-{len(repayments.of_grant(grant))}")
            else:
                decided(programme, grant, step, amount)
        except DomainError:
            inner.rollback()
            assert funds.position(grant.fund) == before
            continue
        position = funds.position(grant.fund)
        assert position.accounted == position.received
        assert min(position.advanced, position.recoverable, position.written_off) >= 0
        assert position.disbursed == before.disbursed - (amount if step == "repay" else 0)
        assert set(ledger.currency_totals().values()) == {0}
    point.rollback()
