"""The chair's answer to an application: who may give it, what is kept of it, who hears of it."""

import json

import pytest

from app import clock
from app.services import application_history, applications
from app.services.actors import Actor
from app.services.errors import IncompleteError, SeparationOfDutyError, WrongTransitionError
from models.applications import ApplicationStatus
from models.audit import AuditEvent
from models.base import db
from models.notifications import Notification
from models.users import Role

pytestmark = pytest.mark.either_database

S = ApplicationStatus
REASON = "Бюджетте сарайдын чатыры жок."


def test_the_chair_declines_with_a_reason_and_the_writers_are_told(programme):
    for status in (S.DRAFT, S.RETURNED):
        application = programme.make_application(status)
        chair, operator = (
            programme.chair_of(application.association),
            programme.operator_of(application.association.centre),
        )
        applications.decline(application, reason=f" {REASON} ", actor=Actor(chair), now=clock.now())
        event = db.session.scalars(db.select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
        assert (event.action, json.loads(event.details)) == ("application.decline", {"reason": REASON})
        assert application.status is status
        assert application_history.steps(application)[-1].reason == REASON
        told = db.select(Notification.user_id).where(Notification.message.startswith("The chair did not sign off"))
        assert {chair.id, operator.id} <= set(db.session.scalars(told))


def test_a_declined_application_is_signed_off_later(programme):
    application = programme.make_application(S.DRAFT)
    chair = Actor(programme.chair_of(application.association))
    applications.decline(application, reason=REASON, actor=chair, now=clock.now())
    applications.sign_off(application, actor=chair, now=clock.now())
    assert application.status is S.SIGNED_OFF
    assert [step.reason for step in application_history.steps(application)][-2:] == [REASON, ""]


def test_a_declined_return_ends_the_sign_off_it_had(programme):
    application = programme.make_application(S.RETURNED)
    chair = Actor(programme.chair_of(application.association))
    applications.sign_off(application, actor=chair, now=clock.now())
    applications.decline(application, reason=REASON, actor=chair, now=clock.now())
    with pytest.raises(IncompleteError):
        applications.submit(application, actor=chair, now=clock.now())


def test_nobody_but_the_chair_answers_and_never_without_a_reason(programme):
    application = programme.make_application(S.DRAFT)
    member = programme.make_user(Role.MEMBER, association=application.association)
    for act in (
        lambda: applications.decline(application, reason=REASON, actor=Actor(member), now=clock.now()),
        lambda: applications.sign_off(application, actor=Actor(member), now=clock.now()),
    ):
        with pytest.raises(SeparationOfDutyError):
            act()
    chair = Actor(programme.chair_of(application.association))
    with pytest.raises(IncompleteError):
        applications.decline(application, reason=" ", actor=chair, now=clock.now())
    submitted = programme.make_application(S.SUBMITTED)
    with pytest.raises(WrongTransitionError):
        applications.decline(
            submitted, reason=REASON, actor=Actor(programme.chair_of(submitted.association)), now=clock.now()
        )
