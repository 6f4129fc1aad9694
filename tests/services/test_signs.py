"""Signs to look at: near-duplicate receipts over the programme, money that comes back; said once."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from app import clock
from app.services import expenditures, signs, suppliers
from app.services.actors import Actor
from app.services.conflicts import NO_TIES, Ties
from app.services.errors import AlreadyUsedError, IncompleteError, SeparationOfDutyError
from models.applications import Payer
from models.base import db
from models.signs import SignKind

WHY = "Эки квитанцияны тең көрдүм: эки башка которуу, жөнөтүүчү ырастады."


@pytest.fixture
def twins(programme):
    """Two receipts of one sender in two grants, two days apart, by two channels; a third one says other things."""
    grant, other = programme.make_grant(), programme.make_grant()
    day = clock.bishkek_day(clock.now()) - timedelta(days=5)
    first = programme.make_contribution(grant, sent_on=day, reference="A-10001")
    second = programme.make_contribution(
        other, sent_on=day + timedelta(days=2), sender_name=" токтогулов  НУРБЕК", channel="card", reference="B-1001"
    )
    programme.make_contribution(other, sent_on=day, sender_name="Башка киши", reference="C-10001")
    return first, second


def test_near_duplicates_are_found_over_the_programme_and_said_once(programme, twins):
    first, second = twins
    (sign,) = signs.of_contribution(first)
    assert (sign.kind, sign.contribution, sign.twin) == (SignKind.NEAR_DUPLICATE, second, first)
    assert signs.of_contribution(second) == [sign] == signs.listed(NO_TIES).rows
    assert signs.listed(Ties(frozenset({first.grant.association_id}), frozenset())).rows == []
    by = {"actor": Actor(programme.monitor), "now": clock.now()}
    with pytest.raises(IncompleteError):
        signs.judge(sign, reason=" ", **by)
    with pytest.raises(SeparationOfDutyError):
        signs.judge(sign, reason=WHY, actor=programme.chair_actor(first.grant), now=clock.now())
    finding = signs.judge(sign, reason=WHY, **by)
    with pytest.raises(AlreadyUsedError):
        signs.judge(sign, reason=WHY, **by)
    (kept,) = signs.listed(NO_TIES).rows
    assert kept.finding is finding and finding.reason == WHY
    with pytest.raises(DBAPIError), db.session.begin_nested():
        db.session.execute(db.text("UPDATE sign_findings SET reason = 'x'"))


@pytest.mark.either_database
def test_what_was_refused_is_compared_no_more(programme, twins):
    programme.make_contribution(twins[0].grant, "refused", sent_on=twins[0].sent_on, reference="D-10001")
    assert signs.listed(NO_TIES).waiting == 1


@pytest.mark.either_database
def test_money_that_comes_back_is_found_on_both_sides(programme):
    grant = programme.make_grant("active")
    day = clock.bishkek_day(clock.now())
    big = programme.make_contribution(grant, "verified", amount=grant.amount, sent_on=day - timedelta(days=4))
    same = programme.make_contribution(grant, amount=7_777_00, sender_name="Акматова Айгүл", sent_on=day)
    line = next(one for one in grant.application.budget_lines if one.payer is Payer.REMITTANCE)

    by = {"actor": programme.chair_actor(grant), "now": clock.now()}

    def pay(supplier, amount, number):
        return expenditures.record(
            grant,
            line,
            title="Төлөм",
            amount=amount,
            paid_on=day - timedelta(days=1),
            supplier=suppliers.named(supplier, suppliers.Details(), is_another=True, **by),
            document_number=number,
            **by,
        )

    to_sender, as_much = pay("ТОКТОГУЛОВ нурбек", 1_000_00, "N-1"), pay("ОсОО Дүкөн", 7_777_00, "N-2")
    (found,) = signs.of_expenditure(to_sender)
    assert (found.contribution, found.same_name, found.same_amount) == (big, True, False)
    (found,) = signs.of_contribution(same)
    assert (found.expenditure, found.same_name, found.same_amount) == (as_much, False, True)
    assert [one.kind for one in signs.listed(NO_TIES).rows] == [SignKind.CIRCULAR] * 2
    finding = signs.judge(found, reason=WHY, actor=Actor(programme.finance), now=clock.now())
    assert [one.finding for one in signs.listed(NO_TIES).rows] == [None, finding], "what waits stands first"
