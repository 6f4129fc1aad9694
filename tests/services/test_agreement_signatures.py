"""The agreement is signed on the screen by two sides, each by who may, or on paper; both databases."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from app import clock
from app.localisation import use_locale
from app.services import agreement_signatures, grants
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, DomainError, IncompleteError, SeparationOfDutyError
from models.base import db
from models.grants import GrantStatus
from models.notifications import Notification


@pytest.fixture(autouse=True)
def in_english():
    with use_locale("en"):
        yield


def told(user):
    return list(db.session.scalars(db.select(Notification.message).where(Notification.user_id == user.id)))


def test_the_chair_signs_then_the_programme_and_the_grant_is_active(programme):
    grant, now = programme.make_grant("accepted"), clock.now()
    chair, secretary = programme.chair_actor(grant), Actor(programme.secretary)
    with pytest.raises(IncompleteError, match="First the chair"):
        agreement_signatures.countersign(grant, actor=secretary, now=now)
    with pytest.raises(IncompleteError):
        grants.activate(grant, actor=Actor(programme.finance), now=now)
    agreement_signatures.sign(grant, actor=chair, now=now)
    assert grant.status is GrantStatus.ACCEPTED and any("countersigns" in one for one in told(programme.secretary))
    with pytest.raises(IncompleteError):
        grants.activate(grant, actor=Actor(programme.finance), now=now)
    with pytest.raises(AlreadyUsedError):
        agreement_signatures.sign(grant, actor=chair, now=now)
    made = agreement_signatures.countersign(grant, actor=secretary, now=now)
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
            agreement_signatures.sign(grant, actor=Actor(who), now=now)
    agreement_signatures.sign(grant, actor=programme.chair_actor(grant), now=now)
    offered_by = Actor(programme.finance)
    assert grant.offered_by_id == offered_by.user_id
    with pytest.raises(SeparationOfDutyError, match="You offered this grant"):
        agreement_signatures.countersign(grant, actor=offered_by, now=now)
    with pytest.raises(AlreadyUsedError, match="programme countersigns there"):
        agreement_signatures.record_paper(
            grant, association="А", programme="Б", signed_on=now.date(), actor=offered_by, now=now
        )


@pytest.mark.either_database
def test_on_paper_it_is_written_down_who_signed_and_when(programme):
    grant, now, finance = programme.make_grant("accepted"), clock.now(), Actor(programme.finance)
    on = clock.bishkek_day(now)
    for association, programme_, day, field in (
        (" ", "Б", on, "association_signer"),
        ("А", "", on, "programme_signer"),
        ("А", "Б", on + timedelta(days=1), "signed_on"),
        ("А", "Б", clock.bishkek_day(grant.accepted_at) - timedelta(days=1), "signed_on"),
    ):
        with pytest.raises(DomainError) as refused, db.session.begin_nested():
            agreement_signatures.record_paper(
                grant, association=association, programme=programme_, signed_on=day, actor=finance, now=now
            )
        assert refused.value.field == field
    agreement_signatures.record_paper(grant, association="А", programme="Б", signed_on=on, actor=finance, now=now)
    assert agreement_signatures.on_screen(grant) == []
    with pytest.raises(IncompleteError, match="signed agreement is missing"):
        grants.activate(grant, actor=finance, now=now)
