"""The Council: what is decided takes effect with the chair's signature, the quorum counts the members there are."""

import json
from datetime import timedelta

import pytest

from app import clock
from app.services import (
    adjournments,
    applications,
    assignments,
    council_sessions,
    decisions,
    reviews,
    screenings,
    verification,
)
from app.services.actors import Actor
from app.services.calls import allocations
from app.services.decisions import Motion
from app.services.errors import AlreadyUsedError, DomainError, IncompleteError, LimitExceededError
from app.services.reviews import Judgement
from models.applications import Application, ApplicationStatus, ScreeningOutcome
from models.audit import AuditEvent
from models.base import db
from models.council_sessions import CouncilSession, Decision, DecisionOutcome
from models.notifications import Notification
from models.reviews import AssignmentStatus
from models.users import Role
from tests.factories import SOM, TEXT, Programme
from tests.support.queries import unprotect

pytestmark = pytest.mark.either_database

A = ApplicationStatus


def decide(
    programme: Programme, session: CouncilSession, application: Application, amount: int | None = 200_000 * SOM
) -> None:
    outcome = DecisionOutcome.SELECTED if amount else DecisionOutcome.REJECTED
    decisions.decide(
        session,
        application,
        Motion(outcome, amount=amount, reason=TEXT, votes_for=3, votes_against=0, abstentions=0),
        actor=Actor(programme.secretary),
        now=clock.now(),
    )


def pending(fund_id: int) -> int:
    return allocations.pending_awards([fund_id])[fund_id]


def test_a_decision_takes_effect_when_it_is_signed_and_its_letter_sent(programme):
    application = programme.make_application("reviewed", call=programme.make_past_call())
    session = programme.make_session(application.call)
    applicants = Notification.user_id == programme.chair_of(application.association).id
    told = db.session.scalar(db.select(db.func.count()).select_from(Notification).where(applicants))
    decide(programme, session, application)
    assert application.status is A.REVIEWED and application.decided_at is None
    assert db.session.scalar(db.select(db.func.count()).select_from(Notification).where(applicants)) == told
    assert decisions.undecided(session) == []
    with pytest.raises(AlreadyUsedError):
        decide(programme, session, application)
    council_sessions.sign(session, actor=Actor(programme.council_chair), now=clock.now())
    assert application.status is A.REVIEWED and application.decided_at is None
    assert db.session.scalar(db.select(db.func.count()).select_from(Notification).where(applicants)) == told
    programme.send_letters(session)
    assert application.status is A.SELECTED and application.decided_at == clock.now()


def test_an_award_is_pending_once_from_the_decision_to_the_grant(programme):
    application = programme.make_application("reviewed", call=programme.make_past_call())
    session, fund_id = programme.make_session(application.call), application.call.fund_id
    before = allocations.left(allocations.standings(session.call))
    decide(programme, session, application)
    assert pending(fund_id) == 200_000 * SOM
    assert before - allocations.left(allocations.standings(session.call)) == 200_000 * SOM
    council_sessions.sign(session, actor=Actor(programme.council_chair), now=clock.now())
    assert pending(fund_id) == 200_000 * SOM
    programme.send_letters(session)
    assert pending(fund_id) == 200_000 * SOM
    programme.offer(application)
    assert pending(fund_id) == 0


def test_what_the_council_has_decided_is_not_withdrawn_or_judged_anew_before_the_signature(programme):
    application = programme.make_application("reviewed", call=programme.make_past_call())
    session = programme.make_session(application.call)
    decide(programme, session, application)
    with pytest.raises(DomainError, match="Кеңеш карап жатат"):
        applications.withdraw(
            application, reason=TEXT, actor=Actor(programme.chair_of(application.association)), now=clock.now()
        )
    with pytest.raises(DomainError, match="Кеңеш карап жатат"):
        programme.assign(application, programme.make_user(Role.REVIEWER))


@pytest.mark.parametrize("status", ["submitted", "resubmitted", "returned", "eligible", "in_review"])
def test_nothing_is_signed_while_an_application_is_on_its_way(programme, status):
    call = programme.make_past_call()
    decided = programme.make_application("reviewed", call=call)
    programme.make_application(status, call=call)
    session = programme.make_session(call)
    decide(programme, session, decided, None)
    with pytest.raises(IncompleteError) as refusal:
        council_sessions.sign(session, actor=Actor(programme.council_chair), now=clock.now())
    assert sum(refusal.value.parameters.values()) == 1
    assert decided.status is A.REVIEWED


def test_what_was_never_mended_is_found_ineligible_and_the_council_can_finish(programme):
    call = programme.make_past_call()
    decided, returned = (
        programme.make_application("reviewed", call=call),
        programme.make_application("returned", call=call),
    )
    session = programme.make_session(call)
    decide(programme, session, decided)
    screenings.screen(
        returned, ScreeningOutcome.INELIGIBLE, reason=TEXT, actor=Actor(programme.secretary), now=clock.now()
    )
    assert returned.status is A.INELIGIBLE
    programme.sign(session)
    assert decided.status is A.SELECTED


def test_a_council_of_five_does_not_sit_on_three_seats(programme):
    call = programme.make_past_call()
    assert len(programme.reviewers) == 2 and programme.council_chair
    for _ in range(2):
        programme.make_user(Role.REVIEWER)
    arguments = {"held_on": clock.bishkek_day(clock.now()), "place": "Ош", "now": clock.now()}
    with pytest.raises(DomainError) as refusal:
        council_sessions.convene(call, seats=4, actor=Actor(programme.secretary), **arguments)
    assert (refusal.value.field, refusal.value.parameters["members"]) == ("seats", 5)
    assert council_sessions.convene(call, seats=5, actor=Actor(programme.secretary), **arguments).seats == 5


def test_a_session_is_held_from_the_day_the_call_closed_to_a_year_ahead(programme):
    call, now = programme.make_past_call(), clock.now()
    closed_on, in_a_year = clock.bishkek_day(call.closes_at), clock.bishkek_day(now) + timedelta(days=365)
    programme.make_application("reviewed", call=call)
    members, by = len(council_sessions.council_members()), {"actor": Actor(programme.secretary), "now": now}

    def convene(day):
        return council_sessions.convene(call, held_on=day, place="Ош", seats=max(3, members), **by)

    for day in (closed_on - timedelta(days=1), closed_on.replace(year=1999)):
        with pytest.raises(DomainError, match="жабылган") as refusal:
            convene(day)
        assert (refusal.value.field, refusal.value.parameters) == ("held_on", {"day": closed_on})
    for day in (in_a_year + timedelta(days=1), closed_on.replace(year=2099)):
        with pytest.raises(LimitExceededError) as refusal:
            convene(day)
        assert (refusal.value.field, refusal.value.parameters) == ("held_on", {"day": in_a_year})
    for day in (closed_on, in_a_year):
        session = convene(day)
        assert session.held_on == day
        adjournments.adjourn(session, reason=TEXT, **by)


def test_no_protocol_is_signed_before_the_day_of_its_session(programme):
    application = programme.make_application("reviewed", call=programme.make_past_call())
    morrow = clock.bishkek_day(clock.now()) + timedelta(days=1)
    session = programme.make_session(application.call, now=clock.start_of_day(morrow))
    decide(programme, session, application)
    chair, last_second = Actor(programme.council_chair), clock.start_of_day(morrow) - timedelta(seconds=1)
    with pytest.raises(DomainError) as refusal:
        council_sessions.sign(session, actor=chair, now=last_second)
    assert refusal.value.parameters == {"day": morrow} and session.protocol is None
    assert council_sessions.sign(session, actor=chair, now=clock.start_of_day(morrow)).session is session


def test_a_withdrawn_application_is_taken_off_its_reviewers_and_they_are_told(programme):
    application = programme.make_application("in_review")
    first, second = assignments.of_application(application)
    programme.review(first)
    actor = Actor(programme.chair_of(application.association))
    applications.withdraw(application, reason=TEXT, actor=actor, now=clock.now())
    assert (first.status, second.status) == (AssignmentStatus.SUBMITTED, AssignmentStatus.CLOSED)
    told = db.select(Notification.user_id).where(Notification.message.contains("was withdrawn: nothing is left"))
    assert list(db.session.scalars(told)) == [second.reviewer_id]
    office = db.select(Notification).where(Notification.message.contains("was withdrawn: %(reason)s"))
    assert {one.parameters["reason"] for one in db.session.scalars(office)} == {TEXT}
    event = db.session.scalars(db.select(AuditEvent).where(AuditEvent.action == "application.withdraw")).one()
    assert json.loads(event.details)["reason"] == TEXT
    with pytest.raises(DomainError):
        programme.review(second)


def test_a_third_reviewer_is_asked_and_waited_for(programme):
    application = programme.make_application("reviewed")
    third = programme.assign(application, programme.make_user(Role.REVIEWER))
    assert application.status is A.IN_REVIEW
    programme.review(third)
    assert application.status is A.REVIEWED
    fourth = programme.assign(application, programme.make_user(Role.REVIEWER))
    assert application.status is A.IN_REVIEW
    assignments.decline(fourth, reason=TEXT, actor=Actor(fourth.reviewer), now=clock.now())
    assert application.status is A.REVIEWED


def test_who_has_accepted_is_waited_for_and_who_has_not_is_let_go(programme):
    application = programme.make_application("in_review")
    first, second = assignments.of_application(application)
    third, fourth = (programme.assign(application, programme.make_user(Role.REVIEWER)) for _ in range(2))
    assignments.declare(third, None, actor=Actor(third.reviewer), now=clock.now())
    programme.review(first)
    programme.review(second)
    assert application.status is A.IN_REVIEW
    judgements = {one.key: Judgement(4, TEXT) for one in application.call.criteria}
    reviews.submit(third, judgements, TEXT, actor=Actor(third.reviewer), now=clock.now())
    assert application.status is A.REVIEWED and fourth.status is AssignmentStatus.CLOSED


@pytest.mark.database
def test_a_second_decision_is_refused_and_the_free_budget_stays(programme):
    """There is no changing of a decision: neither a higher nor a lower amount nor another outcome moves money."""
    call = programme.make_past_call()
    first, second = (programme.make_application("reviewed", call=call) for _ in range(2))
    session, other_call = programme.make_session(call), programme.make_past_call()
    before = allocations.left(allocations.standings(session.call))
    decide(programme, session, first, 150_000 * SOM)
    for amount in (200_000 * SOM, 100_000 * SOM, None):
        with pytest.raises(AlreadyUsedError):
            decide(programme, session, first, amount)
        assert before - allocations.left(allocations.standings(session.call)) == 150_000 * SOM
        assert pending(call.fund_id) == 150_000 * SOM
    decide(programme, session, second, None)
    assert before - allocations.left(allocations.standings(session.call)) == 150_000 * SOM
    assert other_call.fund_id == call.fund_id  # what is awarded here is not free for another call of the fund
    assert pending(other_call.fund_id) == 150_000 * SOM


def test_verify_holds_the_decisions_against_the_protocol(programme):
    """Who owns the database takes the triggers off and writes something else: the paper says otherwise."""
    one = programme.make_application("selected")
    (decision,) = db.session.scalars(db.select(Decision).where(Decision.application_id == one.id))
    number = decision.session.protocol.number

    def findings():
        db.session.expire_all()
        (check,) = (one for one in verification.run(programme.storage) if one.name == "protocols")
        return check.findings

    assert findings() == []
    unprotect("decisions")
    table, told = Decision.__table__, f"protocol {number}: the decision on {one.number} is not"
    for change in ({"amount": decision.amount - 1}, {"reason": "Башка себеп"}, {"votes_for": decision.votes_for + 1}):
        before = {name: getattr(decision, name) for name in change}
        db.session.execute(db.update(table).where(table.c.id == decision.id).values(**change))
        assert findings() == [f"{told} as it was signed"], change
        db.session.execute(db.update(table).where(table.c.id == decision.id).values(**before))
    assert findings() == []
