"""The theme of an application: chosen from the list, missing before sign-off, kept in what is handed in."""

import json
from typing import Any

import pytest
from flask import Flask

from app import clock
from app.localisation import use_locale
from app.services import applications, differences, questions, screenings
from app.services import themes as reference_themes
from app.services.actors import Actor
from app.services.applications import themes
from app.services.errors import DomainError
from models.applications import Application, ApplicationStatus, ScreeningOutcome
from models.audit import AuditEvent
from models.base import db
from models.calls import CallStatus
from models.themes import Theme
from seeds import content, reference
from tests.factories import SOM, Programme
from tests.support.queries import count

pytestmark = pytest.mark.either_database

OSH, BATKEN = "KG-O", "KG-B"


@pytest.fixture
def draft(programme: Programme) -> Application:
    return programme.make_application("draft")


@pytest.fixture
def by(programme: Programme, draft: Application) -> dict[str, Any]:
    return {"actor": Actor(programme.chair_of(draft.association)), "now": clock.now()}


def test_the_list_comes_with_the_reference_data_once(app: Flask) -> None:
    found = reference_themes.listed()
    assert len(found) == 12 and [one.position for one in found] == list(range(1, 13))
    assert all(one.name_ky and one.name_ru and one.name_en for one in found)
    codes = [one.purpose_code for one in found if one.purpose_code]
    assert len(set(codes)) == len(codes) == 11 and all(one.isdigit() and len(one) == 5 for one in codes)
    found[0].name_ky = "Башкача"
    db.session.flush()
    reference.load_themes()
    assert count(Theme) == 12 and reference_themes.listed()[0].name_ky == "Башкача", "what is there stays"


def test_every_kind_of_project_of_the_demonstration_has_one(app: Flask) -> None:
    known = {one.code for one in reference_themes.listed()}
    assert {kind["theme"] for kind in content.load().kinds} <= known


def test_it_is_chosen_changed_and_audited(programme: Programme, draft: Application, by: dict[str, Any]) -> None:
    themes.choose(draft, programme.theme("water"), **by)
    db.session.commit()
    db.session.expire_all()
    assert draft.theme and draft.theme.code == "water"
    acts = db.session.scalars(db.select(AuditEvent).where(AuditEvent.action == "application.choose_theme")).all()
    assert [json.loads(one.details)["theme"]["en"] for one in acts] == [
        "Livestock, milk, bees and fish",
        "Water and irrigation",
    ]


def test_it_is_missing_until_somebody_chooses(programme: Programme, by: dict[str, Any]) -> None:
    empty = programme.make_application("draft", is_complete=False)
    assert "theme" in {gap.part for gap in applications.gaps(empty, clock.now())}
    themes.choose(empty, programme.theme("food"), **by)
    assert "theme" not in {gap.part for gap in applications.gaps(empty, clock.now())}


def test_an_application_from_before_there_were_themes_stays_valid(programme: Programme) -> None:
    """It was handed in without one: what was returned is handed in again, and the secretary finds it eligible."""
    application = programme.make_application("submitted")
    secretary, chair = Actor(programme.secretary), Actor(programme.chair_of(application.association))
    by: dict[str, Any] = {"actor": secretary, "now": clock.now()}
    screenings.screen(application, ScreeningOutcome.RETURNED, reason="Оңдоңуз.", parts=["idea"], **by)
    application.theme = None
    db.session.flush()
    assert {gap.part for gap in applications.lacking(application, clock.now())} == {"theme"}
    assert applications.gaps(application, clock.now()) == [] and not application.is_open("theme")
    applications.sign_off(application, actor=chair, now=clock.now())
    snapshot = applications.submit(application, actor=chair, now=clock.now())
    assert json.loads(snapshot.content)["theme"] is None
    screenings.screen(application, ScreeningOutcome.ELIGIBLE, reason="", **by)
    assert application.status is ApplicationStatus.ELIGIBLE


def test_whoever_is_asked_to_mend_anything_is_asked_for_it_too(programme: Programme) -> None:
    application = programme.make_application("submitted")
    application.theme = None
    db.session.flush()
    by: dict[str, Any] = {"actor": Actor(programme.secretary), "now": clock.now()}
    screenings.screen(application, ScreeningOutcome.RETURNED, reason="Оңдоңуз.", parts=["idea"], **by)
    assert application.is_open("theme") and not application.is_open("budget")


def test_only_what_the_call_has_money_for_is_offered(programme: Programme) -> None:
    """All the money of this call is for water, in Osh for crops too."""
    other, osh = programme.make_fund(), programme.oblast(OSH)
    call = programme.make_call(is_open=False, also=[(other, osh, 1_000_000 * SOM, "crops")])
    assert len(themes.offered(call)) == 12
    call.allocations[0].theme = programme.theme("water")
    db.session.flush()
    assert [one.code for one in themes.offered(call)] == ["crops", "water"]
    assert [one.code for one in themes.offered(call, osh.id)] == ["crops", "water"]
    assert [one.code for one in themes.offered(call, programme.oblast(BATKEN).id)] == ["water"]
    call.status = CallStatus.OPEN
    db.session.flush()
    association = programme.make_association(oblast=BATKEN)
    application = programme.make_application("draft", call=call, association=association, is_complete=False)
    by: dict[str, Any] = {"actor": Actor(programme.chair_of(association)), "now": clock.now()}
    with pytest.raises(DomainError) as refusal:
        themes.choose(application, programme.theme("crops"), **by)
    assert refusal.value.field == "theme" and application.theme_id is None
    themes.choose(application, programme.theme("water"), **by)
    assert application.theme_id == programme.theme("water").id


def test_who_handed_in_chooses_no_other(programme: Programme) -> None:
    submitted = programme.make_application("submitted")
    actor = Actor(programme.chair_of(submitted.association))
    with pytest.raises(DomainError):
        themes.choose(submitted, programme.theme("water"), actor=actor, now=clock.now())
    assert submitted.theme and submitted.theme.code == "livestock"


def test_a_snapshot_has_it_and_a_change_shows(programme: Programme) -> None:
    application = programme.make_application("submitted")
    kept = json.loads(application.snapshots[-1].content)
    assert kept["theme"] == {"code": "livestock", "name": programme.theme("livestock").names}
    now = kept | {"theme": {"code": "water", "name": programme.theme("water").names}}
    form = questions.form_of(application.call)
    assert differences.changed_keys(form, kept, now) == {"theme"}
    with use_locale("en"):
        (change,) = differences.between(form, kept, now, {})
    (field,) = change.rows[0].changes if len(change.rows) == 1 else change.rows[1].changes
    assert "".join(piece.text for piece in field.after) == "Water and irrigation"
    older = {key: value for key, value in kept.items() if key != "theme"}
    assert differences.changed_keys(form, older, older | {"theme": None}) == set()
