"""Centres: one in each ayil okmotu."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from app import clock
from app.localisation import use_locale
from app.services import centres, equipment, pipelines, places
from app.services.actors import Actor
from app.services.conflicts import NO_TIES
from app.services.equipment import EquipmentInput
from app.services.errors import AlreadyUsedError, DomainError
from models.audit import AuditEvent
from models.base import db
from models.centres import Centre, Condition
from models.users import Role
from tests.factories import Programme, three

pytestmark = pytest.mark.either_database


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
    centres.change(centre, three("Жаңы"), actor=actor, now=now)
    assert (centre.name_en, actions()[-1]) == ("Жаңы en", "centre.change")
    rest = {"hours_note": " түшкү тыныгуу ", "address": "Мектеп көчөсү 3", "actor": actor, "now": now}
    centres.keep(centre, {"2": ("10:00", "16:00"), "1": ("09:00", "17:00")}, phone="", **rest)
    db.session.flush()
    db.session.expire_all()
    assert centre.hours == {"1": ["09:00", "17:00"], "2": ["10:00", "16:00"]}
    assert (centre.hours_note, centre.phone, actions()[-1]) == ("түшкү тыныгуу", None, "centre.keep")
    for hours, phone, field in (({}, "12", "phone"), ({"6": ("17:00", "09:00")}, None, "day_6")):
        with pytest.raises(DomainError) as refused:
            centres.keep(centre, hours, phone=phone, **rest)
        assert refused.value.field == field


def test_an_association_moves_with_a_reason_and_only_to_another_centre(programme: Programme) -> None:
    association, other = programme.association, programme.make_association(in_another_centre=True).centre
    actor, now = Actor(programme.secretary), clock.now()
    for centre, reason in ((association.centre, "Жол"), (other, " ")):
        with pytest.raises(DomainError):
            centres.move(association, centre, reason=reason, actor=actor, now=now)
    centres.move(association, other, reason="Жол жакын", actor=actor, now=now)
    db.session.expire_all()
    assert (association.centre_id, actions()[-1]) == (other.id, "association.move")


def test_equipment_of_a_donor_with_an_emblem_has_to_bear_it(programme: Programme) -> None:
    centre, donor, actor, now = (
        programme.association.centre,
        programme.fund.donor,
        Actor(programme.operator),
        clock.now(),
    )
    content = EquipmentInput("Принтер", 1, Condition.WORKS, donor.id, False, clock.bishkek_day(now))
    item = equipment.save(centre, None, content, actor=actor, now=now)
    assert item.lacks_emblem and centre.equipment == [item]
    equipment.save(centre, item, replace(content, bears_emblem=True), actor=actor, now=now)
    assert not item.lacks_emblem and actions()[-1] == "centre.save_equipment"
    tomorrow = content.checked_on + timedelta(days=1)
    for wrong, field in (
        (replace(content, quantity=0), "quantity"),
        (replace(content, checked_on=tomorrow), "checked_on"),
    ):
        with pytest.raises(DomainError) as refused:
            equipment.save(centre, None, wrong, actor=actor, now=now)
        assert refused.value.field == field
    equipment.remove(item, centre, actor=actor, now=now)
    assert centre.equipment == []


def test_the_pipeline_says_where_each_association_stands(programme: Programme) -> None:
    first = programme.make_application("draft", association=programme.association)
    centre, call = programme.association.centre, programme.call
    others = [programme.make_association() for _ in range(4)]
    same = [one for one in others if one.centre_id == centre.id]
    assert len(same) >= 3
    empty = programme.make_application("draft", association=same[0], is_complete=False)
    returned = programme.make_application("returned", association=same[1])
    with use_locale("en"):
        found = {one.association.id: (str(one.state), one.until) for one in pipelines.of(centre, NO_TIES, clock.now())}
    assert found[first.association_id] == ("Waits for the chair", call.closes_at)
    assert found[empty.association_id][0].startswith("Draft, still missing: ")
    assert found[returned.association_id] == ("Returned for changes", None)
    assert found[same[2].id] == ("Not started", call.closes_at)
    assert [one.subject for one in pipelines.deadlines(centre, NO_TIES, clock.now())] == [call]


def test_operators_are_those_who_hold_the_role_now(programme: Programme) -> None:
    centre = programme.association.centre
    gone, here = programme.make_user(Role.OPERATOR), programme.make_user(Role.OPERATOR)
    gone.disabled_at = clock.now()
    db.session.flush()
    assert [user.id for user in centres.operators_of(centre)] == [here.id]
    assert centres.association_counts() == {centre.id: 1}
    event = db.session.scalars(db.select(AuditEvent).where(AuditEvent.action == "centre.open")).one()
    assert json.loads(event.details) == {}
