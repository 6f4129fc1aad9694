"""An objection holds a changed account until finance and a second person have settled it."""

from datetime import timedelta

import pytest

from app import clock
from app.services import account_objections, account_tasks, gates, notifications, payout_accounts, tranches
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, DomainError, IncompleteError, SeparationOfDutyError
from models.account_objections import AccountObjectionStatus, ObjectionVerdict
from models.associations import PAUSE
from models.grants import TrancheStatus
from tests.factories import TEXT

S, V = AccountObjectionStatus, ObjectionVerdict


@pytest.fixture
def changed(programme):
    """A tranche that waits to be prepared; its account was changed four days ago and told."""
    tranche = programme.make_tranche(TrancheStatus.REQUESTED)
    programme.change_account(tranche.grant.association, now=clock.now() - timedelta(days=4))
    return tranche


def object_to(programme, tranche, **by):
    association = tranche.grant.association
    given = {"said_by": "", "reason": TEXT, "actor": Actor(programme.chair_of(association)), "now": clock.now()}
    return account_objections.raise_(association.payout_account, **(given | by))


def test_a_dismissed_objection_begins_the_pause_anew(programme, changed) -> None:
    account, now, finance = changed.grant.association.payout_account, clock.now(), Actor(programme.finance)
    objection = object_to(programme, changed)
    assert objection.said_by == programme.chair_of(changed.grant.association).display_name
    with pytest.raises(IncompleteError) as refused:
        tranches.prepare(changed, actor=finance, now=now)
    assert "objected to this account" in refused.value.message
    with pytest.raises(AlreadyUsedError):
        object_to(programme, changed)
    with pytest.raises(AlreadyUsedError):  # no newer proposal walks around it
        payout_accounts.propose(
            account.association, bank="Б", number="12990002", holder="А", actor=Actor(programme.chair), now=now
        )
    account_objections.answer(objection, V.DISMISS, reason=TEXT, actor=Actor(programme.other_finance), now=now)
    for wrong in (programme.other_finance, programme.finance):  # who answered; who confirmed the account
        with pytest.raises(SeparationOfDutyError):
            account_objections.agree(objection, actor=Actor(wrong), now=now)
        assert not [one for one in account_tasks.of(wrong) if one.endpoint == "account_objections.show"]
    assert [one.text for one in account_tasks.of(programme.council_chair)] == [
        "Settle an objection to a payout account"
    ]
    account_objections.agree(objection, actor=Actor(programme.council_chair), now=now)
    assert objection.status is S.DISMISSED and account.payable_from == now + PAUSE
    assert gates.is_open(changed)
    with pytest.raises(DomainError) as waits:
        tranches.prepare(changed, actor=finance, now=now + PAUSE - timedelta(minutes=1))
    assert "72 hours" in waits.value.message
    tranches.prepare(changed, actor=finance, now=now + PAUSE)
    news = notifications.inbox(programme.chair_of(account.association))
    assert "is dismissed" in next(one for one in news if "objection" in one.message).message


def test_an_objection_that_is_right_puts_the_account_of_before_back(programme, changed) -> None:
    association, now = changed.grant.association, clock.now()
    wrong, before = association.payout_account, association.payout_account.replaces
    tranches.prepare(changed, actor=Actor(programme.finance), now=now)
    with pytest.raises(IncompleteError):  # who writes it down says who said it
        object_to(programme, changed, actor=Actor(programme.other_finance))
    objection = object_to(programme, changed, said_by="Мурунку казыначы", actor=Actor(programme.other_finance))
    account_objections.answer(objection, V.UPHOLD, reason=TEXT, actor=Actor(programme.finance), now=now)
    account_objections.disagree(objection, reason=TEXT, actor=Actor(programme.secretary), now=now)
    assert objection.status is S.OPEN and objection.verdict is None
    account_objections.answer(objection, V.UPHOLD, reason=TEXT, actor=Actor(programme.finance), now=now)
    account_objections.agree(objection, actor=Actor(programme.secretary), now=now)
    assert objection.status is S.UPHELD
    assert association.payout_account is before and wrong.closed_at == now and before.closed_at is None
    with pytest.raises(DomainError) as refused:
        tranches.approve(changed, actor=Actor(programme.other_finance), now=now)
    assert "another one than the one this payment was prepared for" in refused.value.message
    tranches.send_back(changed, reason=TEXT, actor=Actor(programme.finance), now=now)
    tranches.request(changed, actor=programme.chair_actor(changed.grant), now=now)
    programme.advance(changed, TrancheStatus.RELEASED)
    assert changed.payout_account is before


def test_an_objection_against_a_proposal_keeps_it_from_being_confirmed(programme) -> None:
    association, now = programme.make_association(), clock.now()
    chair, before = Actor(programme.chair_of(association)), association.payout_account
    account = payout_accounts.propose(association, bank="Б", number="12990003", holder="А", actor=chair, now=now)
    objection = account_objections.raise_(account, said_by="", reason=TEXT, actor=chair, now=now)
    for act in (payout_accounts.confirm, lambda *a, **k: payout_accounts.refuse(*a, reason=TEXT, **k)):
        with pytest.raises(AlreadyUsedError):
            act(account, actor=Actor(programme.finance), now=now)
    account_objections.answer(objection, V.UPHOLD, reason=TEXT, actor=Actor(programme.finance), now=now)
    account_objections.agree(objection, actor=Actor(programme.other_finance), now=now)
    assert account.closed_at == now and association.payout_account is before
    with pytest.raises(DomainError):  # what is over cannot be objected to
        account_objections.raise_(account, said_by="", reason=TEXT, actor=chair, now=now)


def test_an_account_an_objection_has_closed_does_not_come_back(programme, changed) -> None:
    """B stood in the place of A and was found wrong while C, proposed meanwhile, names B as the one before it."""
    association, now = changed.grant.association, clock.now()
    wrong, first = association.payout_account, association.payout_account.replaces
    chair = programme.chair_actor(changed.grant)
    third = payout_accounts.propose(association, bank="Б", number="12990055", holder="А", actor=chair, now=now)

    def uphold():
        objection = object_to(programme, changed)
        account_objections.answer(objection, V.UPHOLD, reason=TEXT, actor=Actor(programme.other_finance), now=now)
        account_objections.agree(objection, actor=Actor(programme.secretary), now=now)

    uphold()
    assert association.payout_account is first and wrong.closed_at is not None
    payout_accounts.confirm(third, actor=Actor(programme.finance), now=now)
    assert association.payout_account is third and third.replaces is wrong
    uphold()
    assert association.payout_account is first and wrong.closed_at is not None
