"""Centres: one in each ayil okmotu."""

import json

import pytest

from app import clock
from app.localisation import use_locale
from app.services import centres, places
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, DomainError
from models.audit import AuditEvent
from models.base import db
from models.centres import Centre
from models.users import Role
from tests.factories import Programme, three


def actions() -> list[str]:
    return list(db.session.scalars(db.select(AuditEvent.action).order_by(AuditEvent.id)))


def test_an_ayil_okmotu_has_one_centre_and_the_refusal_names_it(programme: Programme) -> None:
    place, other = places.ayil_okmotus()[:2]
    actor, now = Actor(programme.administrator), clock.now()
    made = centres.open_(place, three("Борбор"), phone="0555 123456", actor=actor, now=now)
    assert (made.phone, actions()[-1]) == ("+996555123456", "centre.open")
    with pytest.raises(AlreadyUsedError) as refused, use_locale("ru"):
        centres.open_(place, three("Экинчи"), actor=actor, now=now)
    with use_locale("ru"):
        assert "Борбор ru" in str(refused.value)
    assert refused.value.field == "ayil_okmotu"
    centres.open_(other, three("Экинчи"), actor=actor, now=now)
    assert db.session.scalar(db.select(db.func.count()).select_from(Centre)) == 2


def test_a_centre_is_changed_but_not_with_a_wrong_phone(programme: Programme) -> None:
    centre, actor, now = programme.association.centre, Actor(programme.administrator), clock.now()
    centres.change(centre, three("Жаңы"), opening_hours="10–16", phone="", actor=actor, now=now)
    assert (centre.name_en, centre.opening_hours, centre.phone) == ("Жаңы en", "10–16", None)
    assert actions()[-1] == "centre.change"
    with pytest.raises(DomainError) as refused:
        centres.change(centre, three("Башка"), phone="12", actor=actor, now=now)
    assert refused.value.field == "phone"
    assert centre.name_en == "Жаңы en"


def test_operators_are_those_who_hold_the_role_now(programme: Programme) -> None:
    centre = programme.association.centre
    gone, here = programme.make_user(Role.OPERATOR), programme.make_user(Role.OPERATOR)
    gone.disabled_at = clock.now()
    db.session.flush()
    assert [user.id for user in centres.operators_of(centre)] == [here.id]
    assert centres.association_counts() == {centre.id: 1}
    event = db.session.scalars(db.select(AuditEvent).where(AuditEvent.action == "centre.open")).one()
    assert json.loads(event.details) == {}
