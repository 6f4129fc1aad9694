"""A reduced award grows again: never beyond what the Council awarded, what is carried and what the fund has free."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from app import clock
from app.localisation import use_locale
from app.services import (
    award_raises,
    contributions,
    funds,
    gates,
    grant_amendments,
    grants,
    reductions,
    terminations,
    verification,
)
from app.services.actors import Actor
from app.services.errors import DomainError, IncompleteError, LimitExceededError, SeparationOfDutyError
from models.base import db
from models.grant_amendments import GrantAmendmentStatus
from models.grants import GrantStatus, TrancheStatus
from models.ledger import EventKind, LedgerEvent
from reports import agreement_content as paper
from tests.support.databases import FULL
from tests.support.queries import unprotect

T = TrancheStatus
WHY = "Айылдыктар калган акчаны чогултту."


@pytest.fixture(autouse=True)
def in_english():
    with use_locale("en"):
        yield


def reduced(programme, more=0):
    """A running grant cut to its first tranche, for which `more` tyiyn are verified since."""
    grant = programme.make_reduced()
    if more:
        programme.make_contribution(grant, "verified", amount=more)
    return grant


def proposed(programme, grant, amount, *, days=30, by=None):
    due_on = clock.bishkek_day(clock.now()) + timedelta(days=days)
    actor = by or Actor(programme.finance)
    return grant_amendments.raise_award(grant, amount, due_on, reason=WHY, actor=actor, now=clock.now())


def approve(programme, amendment, by=None):
    grant_amendments.approve(amendment, actor=Actor(by or programme.other_finance), now=clock.now())


def findings(programme):
    return [one for check in verification.run(programme.storage) for one in check.findings]


@pytest.mark.either_database
def test_what_is_carried_again_is_a_tranche_of_its_own_and_is_paid_once_signed(programme):
    grant = reduced(programme, more=50_000_00)
    first, before = grant.amount, funds.position(grant.fund)
    made = proposed(programme, grant, first + 50_000_00)
    assert grant.amount == first and made.status is GrantAmendmentStatus.PROPOSED, "nothing holds before the decision"
    approve(programme, made)
    assert (grant.amount, grant.awarded) == (first + 50_000_00, grant.reductions[0].before)
    assert [one.amount for one in grant.tranches] == [first, 0, 0, 50_000_00]
    assert funds.position(grant.fund) == replace(
        before, committed=before.committed + 50_000_00, available=before.available - 50_000_00
    )
    event = db.session.get_one(LedgerEvent, made.event_id)
    assert (event.kind, event.grant_id, event.reason) == (EventKind.GRANT_COMMITTED, grant.id, WHY)
    change = paper.gather(grant).change
    assert (change.kind, change.amount_before, change.amount) == ("raise", first, grant.amount)
    programme.sign_on_paper(grant, clock.now())
    programme.advance(grant.tranches[0], T.ACCOUNTED)
    programme.advance(grant.tranches[3], T.ACCOUNTED)
    assert findings(programme) == []


def test_the_new_tranche_waits_for_the_signatures_and_for_the_tranche_before_that_is_left(programme):
    grant = reduced(programme, more=50_000_00)
    programme.advance(grant.tranches[0], T.RELEASED)
    approve(programme, proposed(programme, grant, grant.amount + 50_000_00))
    new = grant.tranches[3]
    unmet = {one.key for one in gates.gate(new) if not one.is_passed}
    assert unmet == {"accounted", "received", "signed"}, "of the tranche paid, not of those dropped"
    programme.sign_on_paper(grant, clock.now())
    programme.advance(grant.tranches[0], T.ACCOUNTED)
    assert gates.is_open(new)


def test_a_call_that_asks_for_visits_and_reports_asks_for_them_before_the_new_tranche_too(programme):
    call = programme.make_past_call(visits_before_tranches=True, reports_before_tranches=True)
    grant = programme.make_grant(call=call)
    first = grant.tranches[0].amount
    programme.make_contribution(grant, "verified", amount=first)
    finance, now = Actor(programme.finance), clock.now()
    reductions.reduce(grant, expected=first, reason=WHY, actor=finance, now=now)
    programme.make_contribution(grant, "verified", amount=50_000_00)
    approve(programme, proposed(programme, grant, first + 50_000_00))
    assert grant.visit_before == grant.report_before == [2, 3, 4]
    assert {"visit", "report"} <= {one.key for one in gates.gate(grant.tranches[3])}


@pytest.mark.either_database
def test_no_award_grows_beyond_the_council_the_match_and_the_fund(programme):
    grant = reduced(programme, more=50_000_00)
    first, awarded = grant.amount, grant.awarded
    with pytest.raises(LimitExceededError, match="at most") as refused:
        proposed(programme, grant, first + 50_000_01)
    assert (refused.value.field, refused.value.parameters["most"].amount) == ("amount", first + 50_000_00)
    with pytest.raises(DomainError, match="higher than the one in force"):
        proposed(programme, grant, first)
    programme.make_contribution(grant, "verified", amount=awarded)
    assert award_raises.room_of(grant).carried == awarded
    with pytest.raises(LimitExceededError):
        proposed(programme, grant, awarded + 1)
    with pytest.raises(DomainError, match="must not lie in the past"):
        proposed(programme, grant, awarded, days=-1)
    with pytest.raises(DomainError, match="within the period of the project"):
        proposed(programme, grant, awarded, days=(grant.ends_on - clock.bishkek_day(clock.now())).days + 1)
    approve(programme, proposed(programme, grant, awarded))
    with pytest.raises(DomainError, match="only the Council awards more"):
        proposed(programme, grant, awarded + 1)


def test_what_an_open_call_counts_on_is_not_free_for_a_raise(programme):
    grant = reduced(programme, more=50_000_00)
    room = award_raises.room_of(grant)
    made = proposed(programme, grant, grant.amount + 50_000_00)
    programme.make_call(budget=room.fund_has - 10_000_00)
    with pytest.raises(LimitExceededError):
        approve(programme, made)
    assert grant.amount == made.amount_before and made.status is GrantAmendmentStatus.PROPOSED


def test_a_raise_that_does_not_fit_any_more_is_proposed_anew(programme):
    """A reversal, and a second reduction, between the proposal and the decision."""
    grant = reduced(programme, more=50_000_00)
    made = proposed(programme, grant, grant.amount + 50_000_00)
    made.grant.amount -= 1
    db.session.flush()
    with pytest.raises(DomainError, match="changed meanwhile"):
        approve(programme, made)


def test_who_may_not_propose_or_decide(programme):
    grant = reduced(programme, more=50_000_00)
    wanted = grant.amount + 50_000_00
    with pytest.raises(SeparationOfDutyError):
        proposed(programme, grant, wanted, by=programme.chair_actor(grant))
    made = proposed(programme, grant, wanted)
    for who in (programme.finance, programme.secretary):
        with pytest.raises(SeparationOfDutyError):
            approve(programme, made, who)
    db.session.commit()
    with pytest.raises(IntegrityError):
        db.session.execute(
            text(
                "UPDATE grant_amendments SET status = 'approved', decided_by_id = proposed_by_id, decided_at = "
                "proposed_at, agreement_id = (SELECT max(id) FROM agreements), event_id = (SELECT 1)"
            )
        )
    db.session.rollback()
    for column in ("amount_after = amount_after + 1", "due_on = ends_before", "amount_before = 1"):
        with pytest.raises(DBAPIError):
            db.session.execute(text(f"UPDATE grant_amendments SET {column}"))
        db.session.rollback()


def test_a_grant_that_stops_ends_or_owes_does_not_grow(programme):
    def refused(grant):
        with pytest.raises(DomainError) as refusal:
            proposed(programme, grant, grant.amount + 1_000_00)
        return refusal.value.message

    grant = reduced(programme)
    assert "carries no more" in refused(grant)
    programme.make_contribution(grant, "verified", amount=10_000_00)
    terminations.propose(grant, reason=WHY, actor=Actor(programme.finance), now=clock.now())
    assert "proposed already that this grant ends" in refused(grant)
    other = reduced(programme, more=10_000_00)
    grants.suspend(other, reason=WHY, actor=Actor(programme.finance), now=clock.now())
    assert other.status is GrantStatus.SUSPENDED and "active grant" in refused(other)


def test_raises_and_reductions_are_one_chain_from_the_award_to_what_is_in_force(programme):
    """Whatever is verified and reversed in what steps: every tyiyn of the award is in a tranche and in the books."""
    grant = reduced(programme)
    first, finance = grant.amount, Actor(programme.finance)

    @settings(max_examples=60 if FULL else 6, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.integers(1, 90_000_00), min_size=1, max_size=3))
    def holds(steps):
        brought = []
        for more in steps:
            brought.append(programme.make_contribution(grant, "verified", amount=more))
            most = award_raises.room_of(grant).most
            assert most == min(grant.awarded, first + sum(one.amount for one in brought))
            if most > grant.amount:
                approve(programme, proposed(programme, grant, most))
                programme.sign_on_paper(grant, clock.now())
            assert sum(one.amount for one in grant.tranches) == grant.amount == most
        for one in brought:
            contributions.reverse(one, reason=WHY, actor=finance, now=clock.now())
        reductions.reduce(grant, expected=first, reason=WHY, actor=finance, now=clock.now())
        assert grant.amount == sum(one.amount for one in grant.tranches) == first

    holds()
    assert findings(programme) == []


def test_a_raise_booked_past_the_chain_is_found(programme):
    grant = reduced(programme, more=50_000_00)
    approve(programme, proposed(programme, grant, grant.amount + 50_000_00))
    grant.amount += 1
    db.session.flush()
    assert any("award was changed to" in one and grant.number in one for one in findings(programme))


def test_after_a_raise_the_award_can_be_reduced_again(programme):
    grant = reduced(programme)
    first, brought = grant.amount, programme.make_contribution(grant, "verified", amount=50_000_00)
    approve(programme, proposed(programme, grant, first + 50_000_00))
    programme.sign_on_paper(grant, clock.now())
    contributions.reverse(brought, reason=WHY, actor=Actor(programme.finance), now=clock.now())
    with pytest.raises(IncompleteError):
        reductions.reduce(grant, expected=1, reason=WHY, actor=Actor(programme.finance), now=clock.now())
    reductions.reduce(grant, expected=first, reason=WHY, actor=Actor(programme.finance), now=clock.now())
    assert grant.amount == first and [one.amount for one in grant.tranches] == [first, 0, 0, 0]
    assert findings(programme) == []


def test_a_contribution_that_counts_for_more_than_was_booked_is_found(programme):
    grant = reduced(programme)
    (row,) = contributions.of_grant(grant)
    assert findings(programme) == []
    unprotect("contributions")
    row.amount_kgs += 1
    db.session.flush()
    assert any(one.startswith(f"contribution {row.id}: counts for") for one in findings(programme))
