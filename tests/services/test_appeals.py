"""Appeals: within the call's days to the second, once, by who speaks for the association, decided by who has no tie."""

from datetime import timedelta

import pytest

from app import clock
from app.services import appeals, conflicts, desks, letters
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, DomainError, IncompleteError, SeparationOfDutyError
from models.appeals import AppealStatus
from models.applications import ApplicationStatus
from models.associations import MembershipRole
from models.base import db
from models.notifications import Notification
from models.users import Role
from tests.factories import TEXT

pytestmark = pytest.mark.either_database

WHY = "Сатып алуучулар менен келишимдер тиркелген, бирок алар эске алынган эмес."


@pytest.fixture
def letter(programme):
    found = letters.readable(programme.make_application(ApplicationStatus.REJECTED), is_office=True)
    assert found is not None and found.sent_at is not None
    return found


def chair_of(programme, letter):
    return Actor(programme.chair_of(letter.association))


def lodge(programme, letter, text=WHY, *, actor=None, now=None):
    return appeals.lodge(letter, text, actor=actor or chair_of(programme, letter), now=now or letter.sent_at)


def test_it_is_taken_through_the_last_second_of_the_last_day_and_not_one_later(programme, letter):
    until = letters.appeal_until(letter.application.call, letter.sent_at)
    assert clock.bishkek_day(until) - clock.bishkek_day(letter.sent_at) == timedelta(days=10)
    with pytest.raises(DomainError, match="чейин кабыл алынган"):
        lodge(programme, letter, now=until + timedelta(seconds=1))
    assert not appeals.may_lodge(letter, until + timedelta(seconds=1))
    last = until + timedelta(microseconds=999_999)
    assert appeals.may_lodge(letter, last) and lodge(programme, letter, now=last).status is AppealStatus.LODGED
    with pytest.raises(AlreadyUsedError):
        lodge(programme, letter, now=last)
    assert not appeals.may_lodge(letter, last)


def test_only_who_speaks_for_the_association_appeals_and_says_why(programme, letter):
    with pytest.raises(IncompleteError, match="40"):
        lodge(programme, letter, "а" * 39 + "  ")
    with pytest.raises(SeparationOfDutyError):
        lodge(programme, letter, actor=Actor(programme.make_user(Role.MEMBER, association=letter.association)))
    operator = programme.operator_of(letter.association.centre)
    dictation = programme.dictate(letter.association)
    spoken = Actor(operator, letter.association, dictation)
    assert lodge(programme, letter, actor=spoken).lodged_by_id == operator.id


def test_at_the_centre_the_one_appeal_is_lodged_and_taken_back_at_the_chairs_word_alone(programme, letter):
    association = letter.association
    operator = programme.operator_of(association.centre)
    member = next(one.person for one in association.memberships if one.role is MembershipRole.MEMBER)
    dictation = programme.dictate(association)
    chair, spoken = dictation.dictated_by, Actor(operator, association, dictation)
    others = [(member, ""), (None, chair.full_name)]  # a name that was typed is nobody's word

    def refused(act):
        for voice, name in others:
            dictation.dictated_by, dictation.dictated_by_name = voice, name
            with pytest.raises(SeparationOfDutyError, match="төрагасы өзү айтып берет"):
                act(spoken)
        with pytest.raises(SeparationOfDutyError):
            act(Actor(operator, association))
        dictation.dictated_by, dictation.dictated_by_name = chair, ""

    refused(lambda actor: lodge(programme, letter, actor=actor))
    appeal = lodge(programme, letter, actor=spoken)
    refused(lambda actor: appeals.withdraw(appeal, reason=TEXT, actor=actor, now=clock.now()))
    appeals.withdraw(appeal, reason=TEXT, actor=spoken, now=clock.now())
    assert appeal.status is AppealStatus.WITHDRAWN


def test_a_selected_application_has_nothing_to_appeal_against(programme):
    chosen = letters.readable(programme.make_application(ApplicationStatus.SELECTED), is_office=True)
    with pytest.raises(DomainError, match="гана даттанса болот"):
        lodge(programme, chosen)


def test_it_is_acknowledged_and_decided_and_the_signed_decision_stays(programme, letter):
    appeal = lodge(programme, letter)
    with pytest.raises(DomainError):  # first it is received
        decide(programme, appeal)
    texts = [task.text for task in desks.tasks_for(programme.secretary, letter.sent_at)]
    assert "Confirm that the Council has the appeal" in texts
    appeals.acknowledge(appeal, actor=Actor(programme.secretary), now=clock.now())
    due = [one for one in desks.tasks_for(programme.council_chair, clock.now()) if one.endpoint == "appeals.show"]
    assert [one.due_on for one in due] == [clock.bishkek_day(clock.now() + timedelta(days=7))]
    with pytest.raises(IncompleteError):
        decide(programme, appeal, reason=" ")
    decide(programme, appeal)
    assert (appeal.status, letter.application.status) == (AppealStatus.UPHELD, ApplicationStatus.REJECTED)
    told = db.session.scalars(db.select(Notification).where(Notification.subject == f"appeals:{appeal.id}")).all()
    assert {programme.secretary.id, programme.council_chair.id, programme.chair_of(letter.association).id} <= {
        one.user_id for one in told
    }
    with pytest.raises(DomainError):
        appeals.withdraw(appeal, reason=TEXT, actor=chair_of(programme, letter), now=clock.now())


def test_who_has_a_tie_neither_sees_nor_hears_of_nor_decides_an_appeal(programme, letter):
    chair = programme.council_chair
    programme.tie(letter.application, chair)
    appeal = lodge(programme, letter)
    appeals.acknowledge(appeal, actor=Actor(programme.secretary), now=clock.now())
    with pytest.raises(SeparationOfDutyError):
        decide(programme, appeal)
    assert appeals.listed(conflicts.ties_of(chair)) == []
    told = db.session.scalars(db.select(Notification.user_id).where(Notification.subject == f"appeals:{appeal.id}"))
    assert chair.id not in set(told)


def decide(programme, appeal, reason=TEXT):
    appeals.close(appeal, is_upheld=True, reason=reason, actor=Actor(programme.council_chair), now=clock.now())
