"""A running grant ended early: by two people, with its money; afterwards only what comes back is booked."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app import clock
from app.services import funds, grants, ledger, repayments, terminations, tranches, verification
from app.services.actors import Actor
from app.services.errors import (
    AlreadyUsedError,
    DomainError,
    IncompleteError,
    SeparationOfDutyError,
    WrongTransitionError,
)
from models.base import db
from models.grants import GrantStatus, TrancheStatus
from models.notifications import Notification
from models.terminations import TerminationStatus
from tests.factories import TEXT

T = TrancheStatus


def propose(programme, grant):
    return terminations.propose(grant, reason=TEXT, actor=Actor(programme.finance), now=clock.now())


def test_an_ended_grant_gives_its_commitment_back_and_owes_what_is_unspent(programme):
    tranche = programme.make_tranche(T.CONFIRMED)
    grant, before, now = tranche.grant, funds.position(tranche.grant.fund), clock.now()
    programme.make_expenditure(grant, "accepted", amount=tranche.amount // 4)
    committed, unspent = grant.amount - tranche.amount, tranche.amount - tranche.amount // 4
    proposal = propose(programme, grant)
    assert grant.status is GrantStatus.ACTIVE and terminations.left(grant) == (committed, unspent)
    with pytest.raises(AlreadyUsedError):
        propose(programme, grant)
    for own in (Actor(programme.finance), programme.chair_actor(grant)):
        with pytest.raises(SeparationOfDutyError):
            terminations.approve(proposal, actor=own, now=now)
    terminations.approve(proposal, actor=Actor(programme.council_chair), now=now)
    assert (grant.status, proposal.freed, proposal.to_repay) == (GrantStatus.TERMINATED, committed, unspent)
    after = funds.position(grant.fund)
    assert (after.available - before.available, after.committed - before.committed) == (committed, -committed)
    assert after.accounted == after.received
    told = db.session.scalars(
        db.select(Notification.user_id).where(Notification.message.contains("ended early:"))
    ).all()
    assert programme.chair_of(grant.association).id in told
    finance = Actor(programme.finance)
    with pytest.raises(IncompleteError):
        tranches.request(grant.tranches[1], actor=programme.chair_actor(grant), now=now)
    for verb in (grants.suspend, grants.resume):
        with pytest.raises(WrongTransitionError):
            verb(grant, reason=TEXT, actor=finance, now=now)
    programme.repay(grant)
    assert repayments.unspent(grant) == 0 and terminations.left(grant) == (0, 0)
    assert set(ledger.currency_totals().values()) == {0}
    assert [one for check in verification.run(programme.storage) for one in check.findings] == []


@pytest.mark.parametrize("status", [T.APPROVED, T.RELEASED])
@pytest.mark.either_database
def test_a_payment_under_way_keeps_the_grant_from_ending(programme, status):
    grant = programme.make_tranche(status).grant
    proposal = propose(programme, grant)
    with pytest.raises(DomainError):
        terminations.approve(proposal, actor=Actor(programme.other_finance), now=clock.now())
    assert grant.status is GrantStatus.ACTIVE


def test_a_refused_proposal_leaves_the_grant_and_the_database_keeps_the_two_apart(programme):
    grant, now = programme.make_grant(), clock.now()
    proposal = propose(programme, grant)
    db.session.commit()
    with pytest.raises(IntegrityError):
        db.session.execute(text("UPDATE terminations SET decided_by_id = proposed_by_id"))
    db.session.rollback()
    terminations.refuse(proposal, reason=TEXT, actor=Actor(programme.other_finance), now=now)
    assert (grant.status, proposal.status) == (GrantStatus.ACTIVE, TerminationStatus.REFUSED)
    db.session.commit()
    with pytest.raises(IntegrityError):
        db.session.execute(text("UPDATE terminations SET reason = 'x'"))
    db.session.rollback()
    with pytest.raises(WrongTransitionError):
        terminations.approve(proposal, actor=Actor(programme.council_chair), now=now)
    assert propose(programme, grant).status is TerminationStatus.PROPOSED
