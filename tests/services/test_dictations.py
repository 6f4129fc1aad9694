"""Writing on behalf: whose words, whose hands, who stands by it; on both databases."""

import json
from datetime import timedelta

import pytest
from sqlalchemy.exc import DatabaseError

from app import clock
from app.services import (
    applications,
    audit,
    dictations,
    documents,
    own_codes,
    payout_accounts,
    signatures,
    user_accounts,
    users,
    verification,
)
from app.services.actors import Actor
from app.services.dictations import Confirmation
from app.services.errors import (
    AlreadyUsedError,
    ChangedMeanwhileError,
    DomainError,
    IncompleteError,
    SeparationOfDutyError,
)
from app.services.sign_in_attempts import GUESSES_PER_ACCOUNT, TooManyAttemptsError
from app.services.users import SignInRefusedError
from models.applications import ApplicationStatus
from models.associations import MembershipRole
from models.audit import AuditEvent
from models.base import db
from models.dictations import ConfirmationWay, Dictation
from models.notifications import Notification
from tests.factories import PASSWORD
from tests.support.queries import counted_queries

pytestmark = pytest.mark.either_database

S, W = ApplicationStatus, ConfirmationWay
IDEA = {"title": "Сүт чогултуучу жай"}


@pytest.fixture
def draft(programme):
    return programme.make_application(S.DRAFT, association=programme.association)


@pytest.fixture
def dictation(programme, draft):
    return programme.dictate(programme.association)


@pytest.fixture
def operator(programme, dictation):
    return Actor(programme.operator, programme.association, dictation)


def write(draft, operator):
    applications.save_section(draft, "idea", IDEA, actor=operator, now=clock.now())


def end(dictation, operator):
    dictations.end(dictation, actor=operator, now=clock.now())


def scan(programme):
    return documents.store(programme.make_photo(), storage=programme.storage, now=clock.now())


@pytest.mark.database
def test_every_row_of_the_trail_names_the_dictation_and_the_chain_holds(programme, draft, dictation, operator):
    write(draft, operator)
    event = db.session.scalars(db.select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
    assert (event.actor_id, event.on_behalf_of_id, event.dictation_id) == (
        programme.operator.id,
        programme.association.id,
        dictation.id,
    )
    assert [one.id for one in dictations.acts(dictation)] == [event.id]
    assert dictations.counts([dictation]) == {dictation.id: 1}
    assert dictations.of_application(draft) == [dictation]
    kept = event.hash
    assert audit.hash_of(event) == kept
    with db.session.no_autoflush:
        event.dictation_id = None
        assert audit.hash_of(event) != kept
        db.session.expire(event)
    assert list(audit.broken_links()) == []


def test_who_dictates_is_a_member_or_somebody_named_but_never_the_typist(programme, draft):
    association, operator, now = programme.association, programme.operator, clock.now()
    actor, stranger = Actor(operator, association), programme.make_person()
    named = dictations.begin(association, dictated_by=None, name=" Осмонов Бакыт, кошуна ", actor=actor, now=now)
    assert named.voice == "Осмонов Бакыт, кошуна"
    for who, name, error in ((None, " ", IncompleteError), (stranger, "", DomainError)):
        with pytest.raises(error):
            dictations.begin(association, dictated_by=who, name=name, actor=actor, now=now)
    with pytest.raises(DomainError):
        dictations.begin(association, dictated_by=None, name="Бакыт", actor=Actor(programme.chair), now=now)


def test_a_new_voice_ends_the_old_one_and_yesterday_s_does_not_speak_today(programme, dictation):
    association, now = programme.association, clock.now()
    assert dictations.current(programme.operator, association, now) is dictation
    assert dictations.current(programme.operator, association, now + timedelta(days=1)) is None
    later = programme.dictate(association)
    assert not dictation.is_open and dictations.open_of(association) == [later]


@pytest.mark.database
def test_a_member_confirms_with_the_code_and_nothing_changes_afterwards(programme, draft, dictation, operator):
    write(draft, operator)
    end(dictation, operator)
    confirmation = Confirmation(programme.chair.person, W.OWN_CODE)
    dictations.confirm(dictation, confirmation, actor=operator, now=clock.now())
    assert (dictation.way, dictation.confirmed_by, dictation.is_open) == (W.OWN_CODE, programme.chair.person, False)
    event = db.session.scalars(db.select(AuditEvent).where(AuditEvent.action == "dictation.confirm")).one()
    assert json.loads(event.details)["way"] == "own_code"
    with pytest.raises(AlreadyUsedError):
        dictations.confirm(dictation, confirmation, actor=operator, now=clock.now())
    for statement in (
        db.update(Dictation).values(dictated_by_name="Башка", dictated_by_id=None),
        db.delete(Dictation),
    ):
        with pytest.raises(DatabaseError, match="append-only"), db.session.begin_nested():
            db.session.execute(statement)


def test_paper_needs_its_scan_and_the_typist_or_a_stranger_confirms_nothing(programme, draft, dictation, operator):
    now, chair = clock.now(), programme.chair.person
    end(dictation, operator)
    for confirmation, error in (
        (Confirmation(chair, W.THUMBPRINT), IncompleteError),
        (Confirmation(programme.make_person(), W.OWN_CODE), DomainError),
        (Confirmation(programme.operator.person, W.SIGNATURE, scan(programme)), DomainError),
    ):
        with pytest.raises(error):
            dictations.confirm(dictation, confirmation, actor=operator, now=now)
    file = scan(programme)
    dictations.confirm(dictation, Confirmation(chair, W.THUMBPRINT, file), actor=operator, now=now)
    assert dictation.file is file
    assert not any(check.findings for check in verification.run(programme.storage))


def test_what_is_ended_unconfirmed_waits_on_the_desks_and_is_told(programme, draft, dictation, operator):
    chair, typist = programme.chair, programme.operator
    dictations.end(dictation, actor=operator, now=clock.now())
    assert dictations.unconfirmed_for(chair, 9) == []  # nothing was written
    again = programme.dictate(programme.association)
    write(draft, Actor(typist, programme.association, again))
    assert dictations.unconfirmed_for(chair, 9) == []
    dictations.end(again, actor=operator, now=clock.now())
    assert dictations.unconfirmed_for(chair, 9) == dictations.unconfirmed_for(typist, 9) == [again]
    told = db.select(Notification.user_id).where(Notification.message.startswith("The centre has written for"))
    assert chair.id in set(db.session.scalars(told))
    dictations.confirm(again, Confirmation(chair.person, W.OWN_ACCOUNT), actor=Actor(chair), now=clock.now())
    assert dictations.unconfirmed_for(chair, 9) == []


def test_a_sign_off_on_behalf_needs_the_chair_s_own_confirmation(programme, draft, dictation, operator):
    write_again = {"actor": operator, "now": clock.now()}
    applications.save_section(draft, "idea", draft.answers | IDEA, **write_again)
    treasurer = next(one.person for one in draft.association.memberships if one.role is MembershipRole.TREASURER)
    for confirmation in (None, Confirmation(treasurer, W.OWN_CODE)):
        with pytest.raises(SeparationOfDutyError):
            applications.sign_off(draft, confirmation=confirmation, **write_again)
    assert draft.status is S.DRAFT and dictation.is_open
    applications.sign_off(draft, confirmation=Confirmation(programme.chair.person, W.OWN_CODE), **write_again)
    assert draft.status is S.SIGNED_OFF
    assert (dictation.way, dictation.confirmed_by) == (W.OWN_CODE, programme.chair.person)


def test_a_sign_off_in_a_session_of_its_own_leaves_nothing_to_confirm(programme, draft, dictation, operator):
    """What was written before is confirmed already; the chair does not confirm the own confirmation once more."""
    chair = Confirmation(programme.chair.person, W.OWN_CODE)
    applications.save_section(draft, "idea", draft.answers | IDEA, actor=operator, now=clock.now())
    end(dictation, operator)
    dictations.confirm(dictation, chair, actor=operator, now=clock.now())
    later = programme.dictate(programme.association)
    again = Actor(programme.operator, programme.association, later)
    applications.sign_off(draft, confirmation=chair, actor=again, now=clock.now())
    assert [act.action for act in dictations.acts(later)] == ["application.sign_off"]
    assert (later.way, later.confirmed_by) == (W.OWN_CODE, programme.chair.person)


def test_the_chair_s_own_sign_off_confirms_what_the_centre_wrote(programme, draft, dictation, operator):
    applications.save_section(draft, "idea", draft.answers | IDEA, actor=operator, now=clock.now())
    elsewhere = programme.make_application(S.DRAFT)
    other = programme.dictate(elsewhere.association)
    applications.sign_off(draft, actor=Actor(programme.chair), now=clock.now())
    assert (dictation.way, dictation.confirmed_by) == (W.SIGN_OFF, programme.chair.person)
    assert other.confirmed_at is None and other.is_open


def test_nothing_is_confirmed_that_can_still_grow_and_nothing_is_written_into_what_ended(
    programme, draft, dictation, operator
):
    write(draft, operator)
    chair, now = Confirmation(programme.chair.person, W.OWN_CODE), clock.now()
    with pytest.raises(IncompleteError):
        dictations.confirm(dictation, chair, actor=operator, now=now)
    seen = dictations.stamp_of(dictation)
    applications.save_section(draft, "problem", draft.answers, actor=operator, now=now)
    end(dictation, operator)
    with pytest.raises(ChangedMeanwhileError):
        dictations.confirm(dictation, chair, actor=operator, now=now, seen=seen)
    with pytest.raises(DomainError, match="бүтүп калды"), db.session.begin_nested():
        write(draft, operator)
    dictations.confirm(dictation, chair, actor=operator, now=now, seen=dictations.stamp_of(dictation))
    with pytest.raises(DomainError, match="бүтүп калды"), db.session.begin_nested():
        write(draft, operator)
    assert dictations.counts([dictation]) == {dictation.id: 2}


def test_a_sign_off_leaves_a_session_in_which_something_else_was_written(programme, draft, dictation, operator):
    applications.save_section(draft, "idea", draft.answers, actor=operator, now=clock.now())
    later = programme.dictate(programme.association)
    mixed = Actor(programme.operator, programme.association, later)
    applications.save_section(draft, "problem", draft.answers, actor=mixed, now=clock.now())
    account = {"bank": "Айыл Банк", "number": "1180000000000001", "holder": "Башка"}
    payout_accounts.propose(programme.association, **account, actor=mixed, now=clock.now())
    end(later, mixed)
    applications.sign_off(draft, actor=Actor(programme.chair), now=clock.now())
    assert dictation.way is W.SIGN_OFF
    assert later.confirmed_at is None and later in dictations.unconfirmed_for(programme.chair, 9)


@pytest.mark.database
def test_a_sign_off_takes_the_sessions_before_the_head_of_the_trail(programme, draft, dictation, operator, database):
    if database.kind == "sqlite":
        pytest.skip("SQLite has one lock")
    applications.save_section(draft, "idea", draft.answers, actor=operator, now=clock.now())
    db.session.commit()
    with counted_queries() as statements:
        applications.sign_off(draft, actor=Actor(programme.chair), now=clock.now())
    taken = [one for one in statements if "FOR UPDATE" in one]
    sessions = next(place for place, one in enumerate(taken) if "FROM dictations" in one)
    head = next(place for place, one in enumerate(taken) if "FROM audit_head" in one)
    assert sessions < head


# The own code --------------------------------------------------------------------------------------------------------


def prove(user, password, now=None):
    now = now or clock.now()
    held = own_codes.hash_to_check(user, address="192.0.2.7", now=now)
    own_codes.prove(user, users.check_password(held, password), address="192.0.2.7", now=now)


def test_the_own_code_is_throttled_together_with_the_sign_in(programme):
    chair = programme.chair
    prove(chair, PASSWORD)
    for _ in range(GUESSES_PER_ACCOUNT):
        with pytest.raises(SignInRefusedError) as refusal:
            prove(chair, "туура эмес")
        assert refusal.value.field == "password"
    with pytest.raises(TooManyAttemptsError):
        prove(chair, PASSWORD)
    with pytest.raises(TooManyAttemptsError):
        users.hash_to_check(chair.username, address="192.0.2.8", now=clock.now())
    prove(chair, PASSWORD, clock.now() + timedelta(minutes=6))


def test_a_code_the_centre_has_issued_proves_nothing(programme):
    chair, centre = programme.chair, Actor(programme.operator)
    code = user_accounts.issue_code(chair, actor=centre, now=clock.now())
    with pytest.raises(SeparationOfDutyError):
        prove(chair, code)
    users.change_password(chair, code, PASSWORD, now=clock.now())
    with pytest.raises(SeparationOfDutyError):
        prove(chair, PASSWORD)
    prove(chair, PASSWORD, clock.now() + timedelta(hours=25))


@pytest.fixture
def made_by_the_centre(programme):
    """The account of the treasurer, opened a moment ago by the operator, with a password somebody chose."""
    held = next(one for one in programme.association.memberships if one.role is MembershipRole.TREASURER)
    centre = Actor(programme.operator)
    user, code = user_accounts.open_for_member(held, "operator.made", actor=centre, now=clock.now())
    users.change_password(user, code, PASSWORD, now=clock.now())
    return user


def test_an_account_the_centre_has_just_opened_confirms_nothing(
    programme, draft, dictation, operator, made_by_the_centre
):
    user, tomorrow = made_by_the_centre, clock.now() + timedelta(hours=25)
    write(draft, operator)
    end(dictation, operator)
    with pytest.raises(SeparationOfDutyError):
        prove(user, PASSWORD)
    prove(user, PASSWORD, tomorrow)
    confirmation = Confirmation(user.person, W.OWN_ACCOUNT)
    with pytest.raises(SeparationOfDutyError):
        dictations.confirm(dictation, confirmation, actor=Actor(user), now=clock.now())
    dictations.confirm(dictation, confirmation, actor=Actor(user), now=tomorrow)
    assert dictation.way is W.OWN_ACCOUNT


def test_a_chair_whose_code_the_centre_issued_signs_off_on_paper(programme, draft, dictation, operator):
    chair, now = programme.chair, clock.now()
    code = user_accounts.issue_code(chair, actor=Actor(programme.operator), now=now)
    users.change_password(chair, code, PASSWORD, now=now)
    untouched = programme.make_application(S.DRAFT)
    applications.save_section(draft, "idea", draft.answers, actor=operator, now=now)
    with pytest.raises(SeparationOfDutyError):
        applications.sign_off(draft, actor=Actor(chair), now=now)
    assert draft.status is S.DRAFT
    other = programme.chair_of(untouched.association)
    user_accounts.issue_code(other, actor=Actor(programme.operator), now=now)
    applications.sign_off(untouched, actor=Actor(other), now=now)  # nobody wrote it but they
    paper = Confirmation(
        chair.person, W.SIGNATURE, scan(programme), signatures.receipt_number(draft, applications.stamp_of(draft))
    )
    applications.sign_off(draft, confirmation=paper, actor=operator, now=now)
    assert dictation.way is W.SIGNATURE


def test_a_disabled_member_confirms_nothing(programme):
    users.disable(programme.chair, actor=Actor(programme.administrator), now=clock.now())
    assert own_codes.account_of(programme.chair.person) is None
    with pytest.raises(SignInRefusedError):
        prove(programme.chair, PASSWORD)


def test_who_typed_is_not_asked_to_confirm(programme, draft, dictation, operator):
    write(draft, operator)
    end(dictation, operator)
    query = db.select(Notification.user_id).where(Notification.subject == f"dictations:{dictation.id}")
    told = set(db.session.scalars(query))
    assert programme.chair.id in told and programme.operator.id not in told
