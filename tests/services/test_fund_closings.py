"""A fund is closed by two people, once nothing of it is promised, paid ahead or owed; then nothing moves any more."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app import clock
from app.services import fund_closings, funds, ledger, verification
from app.services.actors import Actor
from app.services.errors import (
    AlreadyUsedError,
    DomainError,
    IncompleteError,
    LimitExceededError,
    SeparationOfDutyError,
    WrongTransitionError,
)
from models.base import db
from models.fund_closings import ClosingStatus
from models.grants import GrantStatus, TrancheStatus
from models.ledger import AccountKind
from tests.factories import SOM, TEXT


def propose(programme, fund, **changes):
    today = clock.bishkek_day(clock.now())
    given = {"kept": 0, "amount": funds.position(fund).available, "paid_on": today, "bank_reference": "OUT-1"}
    return fund_closings.propose(fund, **given | changes, reason=TEXT, actor=Actor(programme.finance), now=clock.now())


def ended(programme):
    """A fund whose one grant is completed."""
    return programme.make_grant(GrantStatus.COMPLETED).fund


def test_what_is_left_goes_to_the_donor_and_the_fund_is_over(programme):
    fund = ended(programme)
    fund.indirect_percent = 5
    left, most = funds.position(fund).available, fund_closings.most_kept(fund)
    assert 0 < most == funds.position(fund).received * 5 // 100
    with pytest.raises(LimitExceededError) as refusal:
        propose(programme, fund, kept=most + 1, amount=left - most - 1)
    assert refusal.value.field == "kept"
    closing = propose(programme, fund, kept=most, amount=left - most)
    with pytest.raises(AlreadyUsedError):
        propose(programme, fund)
    with pytest.raises(SeparationOfDutyError):
        fund_closings.approve(closing, actor=Actor(programme.finance), now=clock.now())
    fund_closings.approve(closing, actor=Actor(programme.council_chair), now=clock.now())
    position = funds.position(fund)
    assert (fund.closed_on, position.given_back) == (clock.bishkek_day(clock.now()), left - most)
    assert (position.available, position.indirect, position.accounted) == (0, most, position.received)
    assert set(ledger.currency_totals().values()) == {0}
    today = clock.bishkek_day(clock.now())
    with pytest.raises(DomainError) as refused:
        funds.receive(
            fund, SOM, received_on=today, bank_reference="IN-9", actor=Actor(programme.finance), now=clock.now()
        )
    assert refused.value.message == "The fund is closed."
    with pytest.raises(DomainError):
        propose(programme, fund)
    assert [one for check in verification.run(programme.storage) for one in check.findings] == []


@pytest.mark.either_database
def test_a_fund_with_another_currency_goes_back_through_the_exchange(programme):
    programme.make_rate("EUR", value="100")
    fund = programme.make_fund(currency="EUR", amount=50_000_00)
    closing = propose(programme, fund, amount=49_990_00)
    fund_closings.approve(closing, actor=Actor(programme.other_finance), now=clock.now())
    donor = ledger.account(AccountKind.DONOR, currency="EUR", fund_id=fund.id)
    assert ledger.balance(donor) == -10_00  # what the two exchanges differ by stays with the exchange
    assert funds.position(fund).accounted == funds.position(fund).received
    assert set(ledger.currency_totals().values()) == {0}


@pytest.mark.parametrize("status", [GrantStatus.OFFERED, GrantStatus.ACTIVE, GrantStatus.SUSPENDED])
@pytest.mark.either_database
def test_a_grant_that_is_not_over_keeps_the_fund_open(programme, status):
    grant = programme.make_grant(status)
    with pytest.raises(DomainError) as refusal:
        propose(programme, grant.fund)
    assert refusal.value.parameters == {"number": grant.number}


@pytest.mark.either_database
def test_money_owed_keeps_the_fund_open_and_what_does_not_fit_is_said_at_its_field(programme):
    fund = ended(programme)
    for changes, field in (
        ({"amount": 0}, "amount"),
        ({"amount": 1}, "amount"),
        ({"paid_on": None}, "paid_on"),
        ({"paid_on": clock.bishkek_day(clock.now()) + timedelta(days=1)}, "paid_on"),
    ):
        with pytest.raises(DomainError) as refusal:
            propose(programme, fund, **changes)
        assert refusal.value.field == field
    with pytest.raises(IncompleteError) as missing:
        propose(programme, fund, bank_reference=" ")
    assert missing.value.field == "bank_reference"
    owing = programme.make_tranche(TrancheStatus.CONFIRMED).grant
    owing.status = GrantStatus.TERMINATED
    with pytest.raises(DomainError) as owed:
        propose(programme, owing.fund)
    assert owed.value.parameters.keys() == {"amount"}


def test_a_refused_proposal_leaves_the_fund_open_and_the_database_keeps_the_two_apart(programme):
    fund = ended(programme)
    closing = propose(programme, fund)
    db.session.commit()
    with pytest.raises(IntegrityError):
        db.session.execute(text("UPDATE fund_closings SET decided_by_id = proposed_by_id"))
    db.session.rollback()
    fund_closings.refuse(closing, reason=TEXT, actor=Actor(programme.other_finance), now=clock.now())
    db.session.commit()
    assert closing.status is ClosingStatus.REFUSED and not fund.is_closed
    with pytest.raises(IntegrityError):
        db.session.execute(text("UPDATE fund_closings SET amount = amount + 1"))
    db.session.rollback()
    with pytest.raises(WrongTransitionError):
        fund_closings.approve(closing, actor=Actor(programme.council_chair), now=clock.now())
    assert propose(programme, fund).status is ClosingStatus.PROPOSED
