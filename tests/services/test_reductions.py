"""An award that is not carried is cut to what is carried, to the tyiyn; what is freed goes back to its fund."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app import clock
from app.services import funds, gates, grants, ledger, reductions, verification
from app.services.actors import Actor
from app.services.errors import DomainError, IncompleteError, SeparationOfDutyError
from models.base import db
from models.grants import GrantStatus, TrancheStatus
from models.ledger import AccountKind
from models.notifications import Notification

T = TrancheStatus
REASON = "Айыл калганын чогулта албады"


def reduce(programme, grant, **changes):
    values = {"expected": reductions.proposed(grant).after, "reason": REASON} | changes
    return reductions.reduce(grant, actor=Actor(programme.finance), now=clock.now(), **values)


def test_the_last_tranche_is_cut_to_what_is_carried_and_the_rest_is_free_again(programme):
    """Verified is one tyiyn and a half of the last tranche beyond the first two."""
    grant = programme.make_grant()
    first, second, third = (one.amount for one in grant.tranches)
    programme.make_contribution(grant, "verified", amount=first + second + third // 2 + 1)
    for one in grant.tranches[:2]:
        programme.advance(one, T.ACCOUNTED)
    before, awarded = funds.position(grant.fund), grant.amount
    found = reduce(programme, grant)
    freed = third - third // 2 - 1
    assert (found.before, found.after, found.sequence) == (awarded, awarded - freed, 1)
    assert [one.amount for one in grant.tranches] == [first, second, third // 2 + 1]
    assert (grant.amount, grant.awarded) == (awarded - freed, awarded)
    assert funds.position(grant.fund) == replace(
        before, committed=before.committed - freed, available=before.available + freed
    )
    assert set(ledger.currency_totals().values()) == {0}
    assert gates.is_open(grant.tranches[2]), "what is left of the last tranche is carried"
    programme.advance(grant.tranches[2], T.ACCOUNTED)
    held = ledger.balances((AccountKind.COMMITTED, AccountKind.ADVANCED), grant_id=grant.id)
    assert held[AccountKind.COMMITTED] == 0
    assert not any(check.findings for check in verification.run(programme.storage))


def test_a_tranche_of_which_nothing_is_carried_is_dropped_and_the_grant_can_be_completed(programme):
    grant = programme.make_grant()
    first, second, _third = (one.amount for one in grant.tranches)
    programme.make_contribution(grant, "verified", amount=first + second)
    for one in grant.tranches[:2]:
        programme.advance(one, T.ACCOUNTED)
    reduce(programme, grant)
    assert [one.status for one in grant.tranches] == [T.ACCOUNTED, T.ACCOUNTED, T.DROPPED]
    assert grant.amount == first + second
    accepted, now = (json.loads(one.content) for one in grant.agreements)
    assert accepted["change"] is None and [one["amount"] for one in now["tranches"]] == [first, second]
    assert (now["amount"], now["change"]["amount_before"], now["change"]["amount"]) == (
        grant.amount, grant.awarded, grant.amount,
    )  # fmt: skip
    assert now["change"]["reason"] == REASON and grant.agreement.sequence == 2
    told = db.session.scalars(db.select(Notification).where(Notification.message.contains("is reduced"))).all()
    assert {one.user_id for one in told} >= {programme.chair_of(grant.association).id}
    assert all(one.parameters["reason"] == REASON for one in told)
    every = db.select(Notification.user_id).where(Notification.message.contains("Every tranche of"))
    assert programme.monitor.id in set(db.session.scalars(every))
    programme.make_visit(grant, "done")
    programme.make_result(grant, "verified")
    programme.repay(grant)
    grants.complete(grant, actor=Actor(programme.monitor), now=clock.now())
    assert grant.status is GrantStatus.COMPLETED
    assert not any(check.findings for check in verification.run(programme.storage))


def test_what_was_paid_stays_when_even_that_is_not_carried_any_more(programme):
    """The money paid is not asked back by a reduction: what waits to be paid is dropped."""
    grant = programme.make_grant()
    (first, *_rest) = (one.amount for one in grant.tranches)
    programme.make_contribution(grant, "verified", amount=first - 1)
    programme.make_contribution(grant, "verified", amount=1)
    programme.advance(grant.tranches[0], T.RELEASED)
    reduce(programme, grant)
    assert [one.amount for one in grant.tranches] == [first, 0, 0]


@pytest.mark.either_database
def test_what_cannot_be_reduced_is_said(programme):
    def refused(grant, error=DomainError, **changes):
        with pytest.raises(error) as refusal:
            reduce(programme, grant, **changes)
        return refusal.value.message

    whole = programme.make_grant(is_matched=True)
    assert "nothing is to be reduced" in refused(whole)
    empty = programme.make_grant()
    assert "nothing would be left" in refused(empty)
    assert "Only an active grant" in refused(programme.make_grant("suspended"))
    grant = programme.make_grant()
    programme.make_contribution(grant, "verified", amount=grant.tranches[0].amount)
    refused(grant, IncompleteError, reason=" ")
    programme.make_contribution(grant, "verified", amount=100)
    assert "changed meanwhile" in refused(grant, IncompleteError, expected=grant.tranches[0].amount)
    programme.advance(grant.tranches[0], T.PREPARED)
    assert "under way" in refused(grant)
    assert grant.reductions == []


@pytest.mark.either_database
def test_who_belongs_to_the_association_does_not_reduce_its_grant(programme):
    grant = programme.make_grant()
    programme.make_contribution(grant, "verified", amount=grant.tranches[0].amount)
    with pytest.raises(SeparationOfDutyError):
        reductions.reduce(
            grant,
            expected=reductions.proposed(grant).after,
            reason=REASON,
            actor=programme.chair_actor(grant),
            now=clock.now(),
        )


def test_a_reduction_is_never_changed(programme):
    grant = programme.make_reduced()
    db.session.commit()
    for statement in (
        "UPDATE reductions SET after = after - 1",
        "DELETE FROM reductions",
        "UPDATE tranches SET amount = 1 WHERE status = 'dropped'",
        "UPDATE tranches SET amount = 0 WHERE status = 'planned'",
    ):
        with pytest.raises(DBAPIError):
            db.session.execute(text(statement))
        db.session.rollback()
    grant.amount += 1
    db.session.flush()
    found = [one for check in verification.run(programme.storage) for one in check.findings]
    assert any("then" in one and grant.number in one for one in found)
