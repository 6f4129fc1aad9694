"""The visit as a condition of the gate, what a visit holds back, conditions two people set aside; both databases."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app import clock
from app.localisation import use_locale
from app.services import gates, override_rules, overrides, tranches
from app.services.actors import Actor
from app.services.errors import (
    AlreadyUsedError,
    ChangedMeanwhileError,
    DomainError,
    IncompleteError,
    SeparationOfDutyError,
    WrongTransitionError,
)
from app.services.override_rules import Rule
from models.base import db
from models.grants import TrancheStatus
from models.notifications import Notification
from models.overrides import OverridableCondition, OverrideStatus
from models.users import Role
from models.visits import VisitStatus

C, S, T = OverridableCondition, OverrideStatus, TrancheStatus
WHY = "Жабдуу келди, сезон күтпөйт."


@pytest.fixture(autouse=True)
def in_english():
    with use_locale("en"):
        yield


def unmet(tranche):
    return {one.key for one in gates.gate(tranche) if not one.met}


def in_the_way(tranche):
    return {one.key for one in gates.gate(tranche) if not one.is_passed}


def told(user):
    query = db.select(Notification.message).where(Notification.user_id == user.id)
    return list(db.session.scalars(query.order_by(Notification.id)))


def test_a_call_that_asks_for_visits_gives_its_grants_the_condition(programme):
    plain = programme.make_grant()
    assert plain.visit_before == [] and "visit" not in {one.key for one in gates.gate(plain.tranches[1])}
    call = programme.make_past_call(visits_before_tranches=True)
    grant = programme.make_grant(call=call, is_matched=True)
    first, second, _third = grant.tranches
    assert grant.visit_before == [2, 3]
    assert "visit" not in {one.key for one in gates.gate(first)}
    programme.make_visit(grant, VisitStatus.DONE)
    with clock.at(clock.now() + timedelta(days=2)):
        programme.advance(first, T.ACCOUNTED)
        assert unmet(second) == {"visit"}, "who was there before the money was sent did not see what it paid for"
        with pytest.raises(IncompleteError, match="No visit has been recorded since"):
            tranches.request(second, actor=programme.chair_actor(grant), now=clock.now())
    with clock.at(clock.now() + timedelta(days=3)):
        visit = programme.make_visit(grant, VisitStatus.DONE)
        assert unmet(second) == set()
        assert next(one for one in gates.gate(second) if one.key == "visit").evidence is visit


def test_what_a_visit_holds_back_is_held_until_another_one_finds_it_mended(programme):
    grant = programme.make_grant(is_matched=True)
    first = programme.advance(grant.tranches[0], T.APPROVED)
    programme.make_visit(grant, VisitStatus.DONE, holds_payment=True)
    assert unmet(first) == {"running"}
    assert any("keeps further money back" in text for text in told(programme.finance))
    with pytest.raises(IncompleteError, match="keeps further money back until another visit"):
        programme.release(first)
    with clock.at(clock.now() + timedelta(hours=1)):
        programme.make_visit(grant, VisitStatus.DONE)
    programme.release(first)
    assert first.status is T.RELEASED


def test_two_people_set_a_condition_aside_for_one_payment(programme):
    made = programme.make_override(S.PROPOSED)
    tranche, chair, now = made.tranche, Actor(programme.council_chair), clock.now()
    assert in_the_way(tranche) == {"accounted"}
    overrides.approve(made, actor=chair, now=now)
    assert (made.proposed_as, made.approved_as) == (Role.FINANCE, Role.COUNCIL_CHAIR)
    assert (unmet(tranche), in_the_way(tranche)) == ({"accounted"}, set())
    assert any("is overridden" in text for text in told(programme.chair_of(made.grant.association)))
    programme.advance(tranche, T.RELEASED)
    assert made.status is S.USED and made.event_id == tranche.event_id
    tranches.return_(tranche, reason=WHY, actor=Actor(programme.finance), now=now)
    assert in_the_way(tranche) == {"accounted"}, "it does not outlive the payment it was made for"
    with pytest.raises(WrongTransitionError):
        overrides.withdraw(made, reason=WHY, actor=chair, now=now)


def test_one_who_proposes_never_approves_whatever_the_rules(programme):
    both = (Role.FINANCE, Role.COUNCIL_CHAIR)
    by, now = Actor(programme.secretary), clock.now()
    changed = override_rules.change_all({C.ACCOUNTED: Rule(both, both)}, seen="", actor=by, now=now)
    assert changed == [C.ACCOUNTED] and override_rules.rules()[C.VISIT] == override_rules.USUAL
    made = programme.make_override(S.PROPOSED)
    with pytest.raises(SeparationOfDutyError, match="another person decides"):
        overrides.approve(made, actor=Actor(programme.finance), now=now)
    assert overrides.steps_for(made, programme.finance) == ["withdraw"]
    db.session.commit()
    with pytest.raises(IntegrityError):
        db.session.execute(
            sa.text(
                "UPDATE overrides SET status = 'approved', approved_by_id = proposed_by_id, approved_as = 'finance', "
                "approved_at = proposed_at"
            )
        )


@pytest.mark.either_database
def test_the_rules_say_who_and_never_the_match_or_the_account(programme):
    tranche, now = programme.make_tranche(T.CONFIRMED).grant.tranches[1], clock.now()
    assert {one.value for one in C} == {"accounted", "visit", "report"}
    assert overrides.overridable(tranche, gates.gate(tranche), programme.finance) == [C.ACCOUNTED]
    assert overrides.overridable(tranche, gates.gate(tranche), programme.secretary) == []
    with pytest.raises(SeparationOfDutyError, match="do not let your office"):
        overrides.propose(tranche, C.ACCOUNTED, reason=WHY, actor=Actor(programme.secretary), now=now)
    with pytest.raises(DomainError, match="nothing is to be overridden"):
        overrides.propose(tranche, C.VISIT, reason=WHY, actor=Actor(programme.finance), now=now)
    made = programme.make_override(S.PROPOSED, tranche=tranche)
    with pytest.raises(AlreadyUsedError):
        overrides.propose(tranche, C.ACCOUNTED, reason=WHY, actor=Actor(programme.other_finance), now=now)
    by = Actor(programme.administrator)
    for office in (Role.MEMBER, Role.ADMINISTRATOR):
        with pytest.raises(DomainError, match="cannot be let"):
            override_rules.change_all({C.VISIT: Rule((office,), (Role.FINANCE,))}, seen="", actor=by, now=now)
    with pytest.raises(DomainError, match="or nobody for both"):
        override_rules.change_all({C.VISIT: Rule((Role.FINANCE,), ())}, seen="", actor=by, now=now)
    override_rules.change_all({C.ACCOUNTED: Rule((), ())}, seen="", actor=by, now=now)
    with pytest.raises(ChangedMeanwhileError):
        override_rules.change_all({C.VISIT: Rule((), ())}, seen="", actor=by, now=now)
    with pytest.raises(SeparationOfDutyError):
        overrides.approve(made, actor=Actor(programme.council_chair), now=now)
    assert overrides.steps_for(made, programme.council_chair) == []
