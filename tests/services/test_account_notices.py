"""A changed payout account: told to who held office before it, by somebody else than who asked for it."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from app import clock
from app.clock import bishkek_day
from app.services import account_notices, account_tasks, associations, gates, payout_accounts, tranches
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, DomainError, IncompleteError, SeparationOfDutyError
from models.account_notices import AccountNotice, NoticeWay
from models.associations import PAUSE, Association, MembershipRole, PayoutAccount
from models.base import db
from models.grants import TrancheStatus
from models.people import Person
from models.users import Role

T = TrancheStatus


def elect(programme, association: Association, role: MembershipRole, *, now) -> Person:
    """Another chair or treasurer in the place of who is there."""
    (held,) = (one for one in association.memberships if one.is_current and one.role is role)
    actor = Actor(programme.administrator)
    associations.end_membership(held, on=bishkek_day(now), actor=actor, now=now)
    person = programme.make_person()
    associations.add_member(association, person, role, since_on=bishkek_day(now), actor=actor, now=now)
    return person


def ask(programme, association: Association, *, now) -> PayoutAccount:
    """The operator asks for another account."""
    operator = programme.operator_of(association.centre)
    by = Actor(operator, on_behalf_of=association)
    return payout_accounts.propose(association, bank="РСК", number="12990001", holder="Айыл", actor=by, now=now)


def test_who_held_office_before_is_told_and_a_late_change_of_office_is_pointed_out(programme) -> None:
    association, start = programme.make_association(), clock.now()
    now = start + timedelta(days=30)
    old = {one.person_id for one in association.memberships if one.role is MembershipRole.CHAIR}
    new = elect(programme, association, MembershipRole.CHAIR, now=now - PAUSE + timedelta(minutes=1))
    account = ask(programme, association, now=now)
    told = account_notices.contacts(account)
    assert [one.office for one in told] == [MembershipRole.CHAIR, MembershipRole.TREASURER]
    assert told[0].person.id in old and new.id not in {one.person.id for one in told}
    changes = account_notices.changes_before(account)
    assert {(one.person.id, one.came) for one in changes} == {(new.id, True), *((one, False) for one in old)}
    later = ask(programme, association, now=now + timedelta(hours=1))  # by now the new chair is in office long enough
    assert account_notices.contacts(later)[0].person.id == new.id and not account_notices.changes_before(later)


def test_a_changed_account_is_paid_to_once_it_was_told_and_the_pause_is_over(programme) -> None:
    tranche, now = programme.make_tranche(T.REQUESTED), clock.now()
    association = tranche.grant.association
    account = programme.change_account(association, now=now - PAUSE, is_told=False)
    with pytest.raises(IncompleteError) as refused:
        tranches.prepare(tranche, actor=Actor(programme.finance), now=now)
    assert "has not been told yet" in refused.value.message
    finance = programme.other_finance
    assert not account_tasks.of(programme.finance)  # who confirmed the account
    with pytest.raises(SeparationOfDutyError):
        account_notices.record(
            account, account_notices.contacts(account)[0].person.id, NoticeWay.PHONE, bishkek_day(now),
            actor=Actor(programme.finance), now=now,
        )  # fmt: skip
    (task,) = (one for one in account_tasks.of(finance) if one.endpoint == "account_notices.new")
    assert task.arguments == {"account_id": account.id}
    programme.tell_of(account, now=now)
    assert not account_tasks.of(finance)
    (condition,) = (one for one in gates.gate(tranche) if one.key == "account")
    assert condition.met and "was told of the change" in condition.detail.message
    tranches.prepare(tranche, actor=Actor(finance), now=now)
    assert tranche.payout_account is account


def test_nobody_notes_it_for_the_own_change_or_for_somebody_else(programme) -> None:
    association, now = programme.make_association(), clock.now()
    account, chair = ask(programme, association, now=now), programme.chair_of(association)
    treasurer = account_notices.contacts(account)[1].person
    operator, today = programme.operator_of(association.centre), bishkek_day(now)

    def note(person_id, way, actor, day=today):
        return account_notices.record(account, person_id, way, day, actor=actor, now=now)

    on_behalf = Actor(operator, on_behalf_of=association)
    finance = Actor(programme.finance)
    with pytest.raises(SeparationOfDutyError):
        note(treasurer.id, NoticeWay.PHONE, on_behalf)  # who asked for the change
    with pytest.raises(SeparationOfDutyError):
        note(treasurer.id, NoticeWay.PHONE, Actor(chair))
    with pytest.raises(SeparationOfDutyError):
        note(chair.person_id, NoticeWay.PHONE, Actor(chair))
    for wrong in ((programme.finance.person_id, today), (treasurer.id, today - timedelta(days=1))):
        with pytest.raises(DomainError):
            note(wrong[0], NoticeWay.PHONE, finance, wrong[1])
    assert note(chair.person_id, NoticeWay.SCREEN, Actor(chair)).way is NoticeWay.SCREEN
    note(treasurer.id, NoticeWay.IN_PERSON, finance)
    with pytest.raises(SeparationOfDutyError):  # who told it does not confirm the account
        payout_accounts.confirm(account, actor=finance, now=now)
    payout_accounts.confirm(account, actor=Actor(programme.other_finance), now=now)
    with pytest.raises(AlreadyUsedError):
        note(treasurer.id, NoticeWay.PHONE, finance)
    with pytest.raises(DomainError):  # the first account changes nothing
        account_notices.record(
            programme.make_association().payout_account, treasurer.id, NoticeWay.PHONE, today, actor=finance, now=now
        )


def test_the_database_refuses_a_notice_by_who_asked(programme) -> None:
    account = ask(programme, programme.make_association(), now=clock.now())
    treasurer = account_notices.contacts(account)[1].person
    db.session.add(
        AccountNotice(
            payout_account=account,
            proposed_by_id=account.proposed_by_id,
            person=treasurer,
            way=NoticeWay.PHONE,
            told_on=bishkek_day(clock.now()),
            recorded_by_id=account.proposed_by_id,
            recorded_at=clock.now(),
        )
    )
    with pytest.raises(IntegrityError):
        db.session.flush()


def test_the_centre_hears_of_it_on_its_desk(programme) -> None:
    association, now = programme.make_association(), clock.now()
    account = programme.change_account(association, now=now, is_told=False)
    operator, other = programme.operator_of(association.centre), programme.make_user(Role.MONITOR)
    assert [one.arguments["account_id"] for one in account_tasks.of(operator)] == [account.id]
    assert not account_tasks.of(other)
