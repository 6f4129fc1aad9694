"""Assets: entered once their spending is accepted, confirmed by another, seen, lost and found; never worth too much."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import DatabaseError

from app import clock
from app.services import assets, desks, visits
from app.services.actors import Actor
from app.services.errors import (
    AlreadyUsedError,
    DomainError,
    IncompleteError,
    LimitExceededError,
    SeparationOfDutyError,
    WrongTransitionError,
)
from models.applications import BudgetHeading
from models.assets import Asset, AssetEnd, AssetStatus
from models.audit import AuditEvent
from models.base import db
from models.centres import Condition
from models.funds import Emblem
from models.grants import TrancheStatus
from models.notifications import Notification
from tests.factories import SOM

pytestmark = pytest.mark.either_database
WHY = "Уурулар түнкүсүн кампаны бузуп киришкен."


@pytest.fixture
def grant(programme: Any) -> Any:
    made = programme.make_grant("active", is_matched=True)
    programme.advance(made.tranches[0], TrancheStatus.CONFIRMED)
    return made


@pytest.fixture
def bill(programme: Any, grant: Any) -> Any:
    return programme.make_expenditure(grant, "accepted", amount=20_000 * SOM)


def today() -> Any:
    return clock.bishkek_day(clock.now())


def by(programme: Any, who: Any) -> dict[str, Any]:
    return {"actor": who if isinstance(who, Actor) else Actor(who), "now": clock.now()}


def test_things_of_one_document_are_never_worth_more_than_was_accepted_of_it(programme: Any, bill: Any) -> None:
    first = programme.make_asset(bill, value=12_000 * SOM)
    assert first.number == f"I-{today().year}-0001" and first.status is AssetStatus.RECORDED
    with pytest.raises(LimitExceededError) as refusal:
        programme.make_asset(bill, value=8_000 * SOM + 1)
    assert refusal.value.field == "value"
    programme.make_asset(bill, value=8_000 * SOM)
    assert assets.entered_of(bill) == bill.amount and assets.sources(bill.grant) == []
    assets.refuse(first, reason=WHY, **by(programme, programme.finance))
    assert [(row.id, left) for row, left in assets.sources(bill.grant)] == [(bill.id, 12_000 * SOM)]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"kept_at": ""}, "kept_at"),
        ({"keeper_name": ""}, "keeper_name"),
        ({"quantity": 0}, "quantity"),
        ({"quantity": assets.MOST_ALIKE + 1}, "quantity"),
        ({"value": 0}, "value"),
        ({"bears_emblem": False}, "why_bare"),
    ],
)
def test_what_is_not_whole_is_refused_at_its_field(
    programme: Any, bill: Any, changes: dict[str, Any], field: str
) -> None:
    bill.grant.fund.donor.emblem = Emblem.EU
    with pytest.raises(DomainError) as refusal:
        programme.make_asset(bill, **({"value": SOM} | changes))
    assert refusal.value.field == field
    assert programme.make_asset(bill, value=SOM, bears_emblem=False, why_bare="Кой").why_bare == "Кой"


def test_only_accepted_spending_brings_things_and_a_photo_shows_one_of_them(
    programme: Any, grant: Any, bill: Any
) -> None:
    with pytest.raises(DomainError):
        programme.make_asset(programme.make_expenditure(grant, "recorded"), value=SOM)
    content = assets.AssetInput("Тартма", 1, SOM, "", "Кампа", "Асанова", bears_emblem=True)
    photo, proof = programme.make_photo(), {"storage": programme.storage, **by(programme, programme.chair_actor(grant))}
    first = assets.record(bill, content, photo, **proof)
    with pytest.raises(AlreadyUsedError):
        assets.record(bill, content, photo, **proof)
    with pytest.raises(DomainError):
        assets.record(bill, content, programme.make_pdf(), **proof)
    assets.refuse(first, reason=WHY, **by(programme, programme.finance))
    assert assets.record(bill, content, photo, **proof).photo.content_sha256 == first.photo.content_sha256


def test_another_person_confirms_and_nobody_of_the_association(programme: Any, bill: Any) -> None:
    asset = programme.make_asset(bill, value=SOM)
    with pytest.raises(SeparationOfDutyError):
        assets.confirm(asset, **by(programme, programme.chair_actor(bill.grant)))
    assets.confirm(asset, **by(programme, programme.finance))
    assert asset.confirmed_by_id == programme.finance.id
    with pytest.raises(WrongTransitionError):
        assets.refuse(asset, reason=WHY, **by(programme, programme.finance))


def test_what_was_entered_stays_as_it_is(programme: Any, bill: Any) -> None:
    asset = programme.make_asset(bill, value=SOM)
    place = asset.kept_at
    db.session.commit()
    for name, value in {"value": 2 * SOM, "name": "Башка", "bears_emblem": False, "photo_id": bill.id}.items():
        with pytest.raises(DatabaseError):
            db.session.execute(db.update(Asset).where(Asset.id == asset.id).values({name: value}))
        db.session.rollback()
    assets.move(asset, kept_at="Мектеп", keeper_name="Осмонов", **by(programme, programme.chair_actor(bill.grant)))
    db.session.commit()
    assert db.session.get_one(Asset, asset.id).kept_at == "Мектеп"
    moved = db.session.scalars(db.select(AuditEvent).where(AuditEvent.action == "asset.move")).one()
    assert json.loads(moved.details)["kept_before"] == place  # where it was stays in the history
    with pytest.raises(IncompleteError):
        assets.move(asset, kept_at=" ", keeper_name="Осмонов", **by(programme, programme.chair_actor(bill.grant)))


def test_what_is_lost_is_told_and_can_be_found_again(programme: Any, bill: Any) -> None:
    asset, chair = programme.make_asset(bill, status="confirmed"), programme.chair_actor(bill.grant)
    for day in (today() + timedelta(days=1), today() - timedelta(days=1)):
        with pytest.raises(DomainError) as refusal:
            assets.end(asset, AssetEnd.LOST, day, reason=WHY, **by(programme, chair))
        assert refusal.value.field == "ended_on"
    with pytest.raises(IncompleteError):
        assets.end(asset, AssetEnd.LOST, today(), reason="", **by(programme, chair))
    assets.end(asset, AssetEnd.LOST, today(), reason=WHY, **by(programme, chair))
    told = db.select(Notification.user_id).where(Notification.parameters["reason"].as_string() == WHY)
    assert {programme.finance.id, programme.monitor.id} <= set(db.session.scalars(told))
    assert not asset.is_live and assets.entered_of(bill) == bill.amount, "what is lost is not bought again"
    with pytest.raises(DomainError):
        assets.move(asset, kept_at="Мектеп", keeper_name="Осмонов", **by(programme, chair))
    assets.find(asset, reason=WHY, **by(programme, programme.monitor))
    assert asset.is_live and asset.end_kind is None and asset.reason == ""


def test_an_officer_writes_what_was_seen_and_a_lost_emblem_shows(programme: Any, grant: Any, bill: Any) -> None:
    grant.fund.donor.emblem = Emblem.EU
    asset, officer = programme.make_asset(bill), by(programme, programme.monitor)
    seen = {"checked_on": today(), "bears_emblem": False, "note": ""}
    with pytest.raises(DomainError):
        assets.look_at(asset, Condition.WORKS, **seen, **officer)
    assets.confirm(asset, **by(programme, programme.finance))
    with pytest.raises(IncompleteError):
        assets.look_at(asset, Condition.BROKEN, **seen, **officer)
    with pytest.raises(SeparationOfDutyError):
        assets.look_at(asset, Condition.WORKS, **seen, **by(programme, programme.chair_actor(grant)))
    planned = visits.plan(grant, planned_on=today(), visitor=programme.monitor, **officer)
    with pytest.raises(DomainError):
        assets.look_at(asset, Condition.WORKS, **seen, visit=planned, **officer)
    assert not asset.lacks_emblem
    check = assets.look_at(asset, Condition.WORKS, **seen, **officer)
    assert asset.last_check is check and asset.lacks_emblem
    with pytest.raises(DatabaseError):
        db.session.execute(db.update(type(check)).values(note="башка"))


def test_equipment_that_is_not_in_the_register_stands_on_the_desk(programme: Any, grant: Any, bill: Any) -> None:
    chair, text = programme.chair_of(grant.association), "Enter what was bought in the asset register"

    def waits(user: Any, message: str) -> bool:
        return any(one.text == message for one in desks.tasks_for(user, clock.now()))

    assert waits(chair, text) is (bill.budget_line.heading is BudgetHeading.EQUIPMENT)
    bill.budget_line.heading = BudgetHeading.EQUIPMENT
    db.session.flush()
    assert waits(chair, text)
    asset = programme.make_asset(bill)
    assert not waits(chair, text) and waits(programme.finance, "Confirm what stands in the asset register")
    assets.confirm(asset, **by(programme, programme.finance))
    assert not waits(programme.finance, "Confirm what stands in the asset register")
