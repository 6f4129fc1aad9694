"""A session without a quorum ends without decisions, and what cannot be decided anew goes off the agenda again."""

import json

import pytest
import sqlalchemy as sa

from app import clock
from app.services import (
    adjournments,
    agendas,
    appeals,
    assignments,
    boards,
    conflicts,
    council_sessions,
    desks,
    letters,
    new_decisions,
    reserves,
    verification,
)
from app.services.actors import Actor
from app.services.errors import DomainError, IncompleteError, SeparationOfDutyError, WrongTransitionError
from models.agenda_items import AgendaStatus
from models.applications import ApplicationStatus
from models.audit import AuditEvent
from models.base import db
from models.council_sessions import DecisionOutcome, Protocol, SessionStatus
from models.notifications import Notification
from models.reviews import AssignmentStatus
from models.users import Role
from tests.services.test_new_decisions import decide, judged, sit_again, uphold

pytestmark = pytest.mark.either_database

A, D = ApplicationStatus, DecisionOutcome
WHY = "Кворум чогулган жок."


@pytest.fixture
def decided(programme):
    return judged(programme)


def messages(subject):
    return set(db.session.scalars(db.select(Notification.message).where(Notification.subject == subject)))


def acts_on(item):
    acts = db.select(AuditEvent.action).where(AuditEvent.subject == f"agenda_items:{item.id}")
    return db.session.scalars(acts.order_by(AuditEvent.id)).all()


def findings(programme):
    return [one for check in verification.run(programme.storage) for one in check.findings]


def test_a_session_that_decided_nothing_ends_and_another_one_decides(programme, by):
    application = programme.make_application(A.REVIEWED)
    call, now = application.call, application.call.closes_at
    session = programme.make_session(call)
    agendas.discuss(session, application, **by)
    with pytest.raises(IncompleteError) as refused:
        adjournments.adjourn(session, reason=" ", **by)
    assert refused.value.field == "reason" and session.status is SessionStatus.OPEN
    adjournments.adjourn(session, reason=WHY, **by)
    assert (session.status, session.adjourned_reason, session.adjourned_by) == (
        SessionStatus.ADJOURNED,
        WHY,
        programme.secretary,
    )
    assert agendas.item_of(session, application).status is AgendaStatus.WAITING, "the discussion has ended"
    assert application.status is A.REVIEWED and boards.board(session, ()).undecided == 0
    assert db.session.scalars(db.select(AuditEvent.action).order_by(AuditEvent.id.desc())).first() == "session.adjourn"
    told = db.select(Notification.user_id).where(Notification.subject == f"council_sessions:{session.id}")
    told = told.where(Notification.message.contains("ended without decisions"))
    assert set(db.session.scalars(told)) == {one.id for one in council_sessions.council_members()}
    for act in (
        lambda: adjournments.adjourn(session, reason=WHY, **by),
        lambda: decide(programme, session, application, D.SELECTED),
        lambda: council_sessions.record_attendance(session, [], **by),
        lambda: council_sessions.sign(session, actor=Actor(programme.council_chair), now=clock.now()),
    ):
        with pytest.raises(DomainError, match="чечимсиз аяктаган"):
            act()
    assert call in council_sessions.awaited(clock.now() if clock.now() > now else now.replace(year=now.year + 1))
    another = programme.make_session(call)
    decide(programme, another, application, D.SELECTED)
    programme.sign(another, now=clock.start_of_day(another.held_on))
    assert application.status is A.SELECTED and db.session.query(Protocol).count() == 1
    assert not findings(programme)


@pytest.mark.database
def test_with_a_decision_it_ends_with_its_protocol(programme, by):
    application = programme.make_application(A.REVIEWED)
    session = programme.make_session(application.call)
    decide(programme, session, application, D.REJECTED)
    with pytest.raises(DomainError, match="протокол"):
        adjournments.adjourn(session, reason=WHY, **by)
    assert session.status is SessionStatus.OPEN and session.adjourned_at is None
    statement = "UPDATE council_sessions SET status = 'adjourned'"
    with pytest.raises(sa.exc.IntegrityError), db.session.begin_nested():
        db.session.execute(sa.text(statement))  # without day, person and reason


@pytest.mark.database
@pytest.mark.parametrize("first", [D.REJECTED, D.RESERVE])
def test_what_cannot_be_decided_anew_is_as_it_was_and_waits(programme, decided, by, first):
    application = decided[first]
    appeal = uphold(programme, application)
    session = sit_again(programme, application)
    conflicts_of = conflicts.ties_of(programme.secretary)
    item = adjournments.take_off(session, application, reason=WHY, **by)
    assert item.status is AgendaStatus.TAKEN_OFF and application.status.value == first.value
    assert new_decisions.waiting(conflicts_of) == [appeal] and new_decisions.is_due(appeal)
    assert new_decisions.on_the_agenda(session) == {} and boards.board(session, ()).undecided == 0
    said = messages(f"applications:{application.id}")
    assert any("did not decide anew" in one for one in said)
    on_the_list = [one.application.id for one in reserves.listed(application.call)]
    assert (application.id in on_the_list) is (first is D.RESERVE)
    with pytest.raises(DomainError, match="Кайра чечиле турган"):
        adjournments.take_off(session, application, reason=WHY, **by)

    new_decisions.take_up(appeal, session, **by)  # another day: the same item again, behind the others
    assert agendas.item_of(session, application).id == item.id and item.status is AgendaStatus.WAITING
    adjournments.adjourn(session, reason=WHY, **by)
    assert application.status.value == first.value and item.status is AgendaStatus.TAKEN_OFF
    assert not findings(programme)
    again = sit_again(programme, application, D.REJECTED)
    assert [one.sequence for one in again.decisions] == [2] and application.status is A.REJECTED
    assert letters.readable(application, is_office=False).decision.session is again
    assert not findings(programme)


def test_reviewers_who_were_asked_for_it_are_done(programme, decided, by):
    application = decided[D.REJECTED]
    judge = assignments.of_application(application)[0].reviewer
    uphold(programme, application)
    programme.find_tie(application, judge)
    session = sit_again(programme, application)
    assert application.status is A.IN_REVIEW, "a review is void"
    handed_in, awaited = (programme.assign(application, programme.make_user(Role.REVIEWER)) for _ in range(2))
    assignments.declare(awaited, None, actor=Actor(awaited.reviewer), now=clock.now())
    programme.review(handed_in)
    adjournments.take_off(session, application, reason=WHY, **by)
    assert application.status is A.REJECTED and awaited.status is handed_in.status is AssignmentStatus.CLOSED
    event = db.session.scalars(db.select(AuditEvent).where(AuditEvent.action == "agenda_item.take_off")).one()
    assert json.loads(event.details)["assignments"] == [handed_in.id, awaited.id]
    assert any("not before the Council" in one for one in messages(f"assignments:{awaited.id}"))
    assert not findings(programme)


def test_only_what_waits_is_taken_off_and_by_nobody_with_a_tie(programme, decided, by):
    application = decided[D.REJECTED]
    uphold(programme, application)
    session = sit_again(programme, application)
    with pytest.raises(DomainError, match="Кайра чечиле турган"):
        adjournments.take_off(session, decided[D.RESERVE], reason=WHY, **by)
    with pytest.raises(IncompleteError):
        adjournments.take_off(session, application, reason="", **by)
    agendas.discuss(session, application, **by)
    with pytest.raises(WrongTransitionError):
        adjournments.take_off(session, application, reason=WHY, **by)
    agendas.put_back(session, application, **by)
    programme.tie(application, programme.secretary)
    with pytest.raises(SeparationOfDutyError):
        adjournments.take_off(session, application, reason=WHY, **by)
    assert application.status is A.REVIEWED


@pytest.mark.parametrize("is_discussed", [False, True])
def test_nobody_ends_a_session_that_decides_anew_on_an_applicant_they_have_a_tie_to(
    programme, decided, by, is_discussed
):
    application = decided[D.REJECTED]
    uphold(programme, application)
    session = sit_again(programme, application)
    if is_discussed:
        agendas.discuss(session, application, **by)
    tied = programme.make_user(Role.SECRETARY)
    programme.tie(application, tied)
    with pytest.raises(SeparationOfDutyError, match="башка катчы аяктатат"):
        adjournments.adjourn(session, reason=WHY, actor=Actor(tied), now=clock.now())
    assert session.status is SessionStatus.OPEN and application.status is A.REVIEWED
    adjournments.adjourn(session, reason=WHY, **by)
    assert application.status is A.REJECTED


def test_a_tie_to_what_is_discussed_refuses_the_end_of_the_session_and_one_to_what_waits_does_not(programme, by):
    waiting = programme.make_application(A.REVIEWED)
    discussed = programme.make_application(A.REVIEWED, association=programme.make_association(), call=waiting.call)
    session = programme.make_session(waiting.call)
    agendas.discuss(session, discussed, **by)
    tied = {one: programme.make_user(Role.SECRETARY) for one in (waiting, discussed)}
    for application, secretary in tied.items():
        programme.tie(application, secretary)
    with pytest.raises(SeparationOfDutyError):
        adjournments.adjourn(session, reason=WHY, actor=Actor(tied[discussed]), now=clock.now())
    assert agendas.under_discussion(session).application is discussed
    adjournments.adjourn(session, reason=WHY, actor=Actor(tied[waiting]), now=clock.now())
    assert session.status is SessionStatus.ADJOURNED and waiting.status is A.REVIEWED


def test_a_discussion_that_ends_with_the_session_has_its_end_in_the_history(programme, decided, by):
    application = programme.make_application(A.REVIEWED)
    session = programme.make_session(application.call)
    item = agendas.discuss(session, application, **by)
    adjournments.adjourn(session, reason=WHY, **by)
    assert item.status is AgendaStatus.WAITING and acts_on(item) == ["agenda_item.discuss", "agenda_item.put_back"]

    uphold(programme, decided[D.REJECTED])
    again = sit_again(programme, decided[D.REJECTED])
    item = agendas.discuss(again, decided[D.REJECTED], **by)
    adjournments.adjourn(again, reason=WHY, **by)
    assert acts_on(item) == ["agenda_item.discuss", "agenda_item.take_off"]


def test_desks_and_the_appeal_lead_on(programme, decided, by):
    application = decided[D.REJECTED]
    appeal = uphold(programme, application)
    session = sit_again(programme, application)
    adjournments.adjourn(session, reason=WHY, **by)
    tasks = [one.text for one in desks.tasks_for(programme.secretary, clock.now())]
    assert "Put the application on the agenda of a session: it is decided anew" in tasks
    chair = [one.text for one in desks.tasks_for(programme.council_chair, clock.now())]
    assert "Sign the protocol when every decision is made" not in chair
    assert appeals.listed(conflicts.ties_of(programme.secretary)) == [appeal]
