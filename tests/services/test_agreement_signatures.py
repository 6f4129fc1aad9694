"""The agreement is signed on the screen by two sides, each by who may, or on paper; both databases."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from app import clock
from app.localisation import use_locale
from app.services import (
    agreement_signatures,
    agreement_tasks,
    documents,
    gates,
    grant_amendments,
    grants,
    next_steps,
    reductions,
    tranches,
)
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, DomainError, IncompleteError, SeparationOfDutyError
from models.base import db
from models.documents import DocumentKind
from models.grants import GrantStatus
from models.notifications import Notification


@pytest.fixture(autouse=True)
def in_english():
    with use_locale("en"):
        yield


def record(programme, grant, association, other, day, by=None):
    """Finance enters the paper."""
    agreement_signatures.record_paper(
        grant, programme.make_pdf(), seen=grant.agreement.sha256, association=association, programme=other,
        signed_on=day,
        storage=programme.storage, actor=Actor(by or programme.other_finance), now=clock.now(),
    )  # fmt: skip


def told(user):
    return list(db.session.scalars(db.select(Notification.message).where(Notification.user_id == user.id)))


def test_the_chair_signs_then_the_programme_and_the_grant_is_active(programme):
    grant, now = programme.make_grant("accepted"), clock.now()
    chair, secretary = programme.chair_actor(grant), Actor(programme.secretary)
    with pytest.raises(IncompleteError, match="First the chair"):
        agreement_signatures.countersign(grant, seen=grant.agreement.sha256, actor=secretary, now=now)
    with pytest.raises(IncompleteError):
        grants.activate(grant, actor=Actor(programme.finance), now=now)
    agreement_signatures.sign(grant, seen=grant.agreement.sha256, actor=chair, now=now)
    assert grant.status is GrantStatus.ACCEPTED and any("countersigns" in one for one in told(programme.secretary))
    with pytest.raises(IncompleteError):
        grants.activate(grant, actor=Actor(programme.finance), now=now)
    with pytest.raises(AlreadyUsedError):
        agreement_signatures.sign(grant, seen=grant.agreement.sha256, actor=chair, now=now)
    made = agreement_signatures.countersign(grant, seen=grant.agreement.sha256, actor=secretary, now=now)
    assert grant.status is GrantStatus.ACTIVE and made.sha256 == grant.agreement.sha256
    assert any("signed by both sides" in one for one in told(programme.finance))
    assert [one[0] for one in agreement_signatures.on_screen(grant)] == ["association", "programme"]
    db.session.commit()
    for statement in ("UPDATE agreement_signatures SET name = 'x'", "DELETE FROM agreement_signatures"):
        with pytest.raises(DBAPIError, match="append-only"):
            db.session.execute(sa.text(statement))
        db.session.rollback()


@pytest.mark.either_database
def test_nobody_else_signs_for_a_side(programme):
    grant, now = programme.make_grant("accepted"), clock.now()
    for who in (programme.finance, programme.secretary):
        with pytest.raises(SeparationOfDutyError, match="Only the chair"):
            agreement_signatures.sign(grant, seen=grant.agreement.sha256, actor=Actor(who), now=now)
    agreement_signatures.sign(grant, seen=grant.agreement.sha256, actor=programme.chair_actor(grant), now=now)
    offered_by = Actor(programme.finance)
    assert grant.offered_by_id == offered_by.user_id
    with pytest.raises(SeparationOfDutyError, match="You offered this grant"):
        agreement_signatures.countersign(grant, seen=grant.agreement.sha256, actor=offered_by, now=now)
    with pytest.raises(AlreadyUsedError, match="programme countersigns there"):
        record(programme, grant, "А", "Б", now.date())


@pytest.mark.either_database
def test_on_paper_it_is_written_down_who_signed_and_when(programme):
    grant, now = programme.make_grant("accepted"), clock.now()
    assert programme.other_finance
    on = clock.bishkek_day(now)
    for association, programme_, day, field in (
        (" ", "Б", on, "association_signer"),
        ("А", "", on, "programme_signer"),
        ("А", "Б", on + timedelta(days=1), "signed_on"),
        ("А", "Б", clock.bishkek_day(grant.accepted_at) - timedelta(days=1), "signed_on"),
    ):
        with pytest.raises(DomainError) as refused, db.session.begin_nested():
            record(programme, grant, association, programme_, day)
        assert refused.value.field == field
    assert grant.status is GrantStatus.ACCEPTED and not documents.of(grant)
    record(programme, grant, "А", "Б", on)
    assert agreement_signatures.on_screen(grant) == [] and grant.status is GrantStatus.ACTIVE
    assert [one.kind for one in documents.of(grant)] == [DocumentKind.SIGNED_AGREEMENT]


def amended(programme):
    """A grant that runs, with more time agreed on; its change waits for signatures."""
    grant = programme.make_grant("active", is_matched=True)
    day = grant.ends_on + timedelta(days=30)
    chair, now = programme.chair_actor(grant), clock.now()
    change = grant_amendments.extend(grant, day, reason="Жол жабылды", actor=chair, now=now)
    grant_amendments.approve(change, actor=Actor(programme.finance), now=clock.now())
    return grant


def keeps_back(grant):
    return [one.key for one in gates.gate(grant.tranches[0]) if not one.is_passed]


@pytest.mark.either_database
def test_a_change_keeps_money_back_until_both_sides_have_signed_it(programme):
    grant, now = amended(programme), clock.now()
    assert grant.change_unsigned and keeps_back(grant) == ["signed"]
    with pytest.raises(IncompleteError, match="signatures of both sides"):
        tranches.request(grant.tranches[0], actor=programme.chair_actor(grant), now=now)
    with pytest.raises(IncompleteError, match="First the chair"):
        agreement_signatures.countersign(grant, seen=grant.agreement.sha256, actor=Actor(programme.secretary), now=now)
    agreement_signatures.sign(grant, seen=grant.agreement.sha256, actor=programme.chair_actor(grant), now=now)
    assert grant.change_unsigned and "countersign" in str(next_steps.step_of(grant).text)
    made = agreement_signatures.countersign(
        grant, seen=grant.agreement.sha256, actor=Actor(programme.secretary), now=now
    )
    assert made.sha256 == grant.agreement.sha256 and grant.agreement.sequence == 2
    assert not grant.change_unsigned and keeps_back(grant) == []
    assert [sequence for sequence, _one in agreement_signatures.of_grant(grant)] == [1, 1, 2, 2]
    with pytest.raises(DomainError, match="nothing waits for signatures"):
        agreement_signatures.sign(grant, seen=grant.agreement.sha256, actor=programme.chair_actor(grant), now=now)


@pytest.mark.either_database
def test_a_newer_change_asks_the_chair_to_sign_again(programme):
    grant, now = amended(programme), clock.now()
    agreement_signatures.sign(grant, seen=grant.agreement.sha256, actor=programme.chair_actor(grant), now=now)
    day = grant.ends_on + timedelta(days=10)
    again = grant_amendments.extend(grant, day, reason="Кар калың", actor=programme.chair_actor(grant), now=now)
    grant_amendments.approve(again, actor=Actor(programme.finance), now=now)
    with pytest.raises(IncompleteError, match="First the chair"):
        agreement_signatures.countersign(grant, seen=grant.agreement.sha256, actor=Actor(programme.secretary), now=now)
    record(programme, grant, "А", "Б", clock.bishkek_day(now))
    assert not grant.change_unsigned


def test_a_change_waits_on_the_desks_of_those_who_sign(programme):
    grant, now = amended(programme), clock.now()

    def waits(user, text):
        return any(one.text == text and grant.number in one.subject for one in agreement_tasks.of(user))

    chair = programme.chair_of(grant.association)
    assert waits(chair, "Sign the agreement") and waits(programme.finance, "Enter the signed agreement")
    agreement_signatures.sign(grant, seen=grant.agreement.sha256, actor=programme.chair_actor(grant), now=now)
    assert not waits(chair, "Sign the agreement") and waits(programme.secretary, "Countersign the agreement")
    agreement_signatures.countersign(grant, seen=grant.agreement.sha256, actor=Actor(programme.secretary), now=now)
    assert not waits(programme.secretary, "Countersign the agreement")


@pytest.mark.either_database
def test_a_version_that_was_not_shown_is_not_signed(programme):
    """Between the page and the press another change came into force."""
    grant, now = amended(programme), clock.now()
    chair, shown = programme.chair_actor(grant), grant.agreement.sha256
    day = grant.ends_on + timedelta(days=10)
    again = grant_amendments.extend(grant, day, reason="Кар калың", actor=chair, now=now)
    grant_amendments.approve(again, actor=Actor(programme.finance), now=now)
    with pytest.raises(IncompleteError, match="newer version"):
        agreement_signatures.sign(grant, seen=shown, actor=chair, now=now)
    agreement_signatures.sign(grant, seen=grant.agreement.sha256, actor=chair, now=now)
    with pytest.raises(IncompleteError, match="newer version"):
        agreement_signatures.countersign(grant, seen=shown, actor=Actor(programme.secretary), now=now)


@pytest.mark.either_database
def test_nobody_makes_an_agreement_alone_on_paper(programme):
    grant, today = programme.make_grant("accepted"), clock.bishkek_day(clock.now())
    with pytest.raises(SeparationOfDutyError, match="You offered this grant"):
        record(programme, grant, "А", "Б", today, by=programme.finance)
    record(programme, grant, "А", "Б", today)
    day, now = grant.ends_on + timedelta(days=30), clock.now()
    change = grant_amendments.extend(grant, day, reason="Жол", actor=Actor(programme.other_finance), now=now)
    grant_amendments.approve(change, actor=Actor(programme.finance), now=now)
    with pytest.raises(SeparationOfDutyError, match="You asked for this change"):
        record(programme, grant, "А", "Б", today)
    record(programme, grant, "А", "Б", today, by=programme.finance)
    assert not grant.change_unsigned


@pytest.mark.either_database
def test_the_desks_look_at_the_newest_version_of_each_grant_alone(programme):
    """One grant has more versions than the other: the signature under the other one is seen all the same."""
    first, now = amended(programme), clock.now()
    second = amended(programme)
    day = second.ends_on + timedelta(days=10)
    again = grant_amendments.extend(second, day, reason="Кар", actor=programme.chair_actor(second), now=now)
    grant_amendments.approve(again, actor=Actor(programme.finance), now=now)
    agreement_signatures.sign(first, seen=first.agreement.sha256, actor=programme.chair_actor(first), now=now)

    def waits(user):
        return [one.subject.split(" ")[0] for one in agreement_tasks.of(user)]

    assert waits(programme.secretary) == [first.number]
    assert waits(programme.other_finance) == [second.number]
    assert waits(programme.chair_of(first.association)) == []


def test_an_award_is_not_reduced_while_a_change_waits_to_be_signed(programme):
    grant = programme.make_grant()
    programme.make_contribution(grant, "verified", amount=grant.tranches[0].amount)
    chair, now = programme.chair_actor(grant), clock.now()
    day = grant.ends_on + timedelta(days=30)
    change = grant_amendments.extend(grant, day, reason="Жол", actor=chair, now=now)
    grant_amendments.approve(change, actor=Actor(programme.finance), now=now)
    left = reductions.proposed(grant).after
    with pytest.raises(DomainError, match="both sides sign it first"):
        reductions.reduce(grant, expected=left, reason="Жетпейт", actor=Actor(programme.finance), now=now)
    programme.sign_on_paper(grant, now)
    reductions.reduce(grant, expected=left, reason="Жетпейт", actor=Actor(programme.finance), now=now)
