"""Visits: planned, photographed, recorded by who went there."""

from typing import Any

import pytest

from app import clock
from app.services import documents, visits
from app.services.actors import Actor
from app.services.documents import Upload
from app.services.errors import ChangedMeanwhileError, DomainError, SeparationOfDutyError
from models.audit import AuditEvent
from models.base import db
from models.grants import Grant
from models.users import Role
from models.visits import RiskRating, Visit, VisitStatus
from tests.factories import Programme
from tests.support.clients import Client
from tests.support.pages import choose_form, filled, sent, text_of

SEEN: dict[str, Any] = {
    "visited_on": "12.10.2026",
    "checklist": ["works", "emblem"],
    "findings": "Жабдуу орнотулган, күн сайын иштейт.",
    "follow_up": "Эмблеманы оңдоо",
    "risk": "medium",
    "latitude": "40,512345",
    "longitude": "72,812345",
}


@pytest.fixture
def grant(programme: Programme) -> Grant:
    return programme.make_grant("active")


def test_a_visit_is_planned_once(english: Client, programme: Programme, grant: Grant) -> None:
    english.sign_in(programme.monitor)
    url = f"/grants/{grant.id}/visits/new"
    data = filled(choose_form(english.get(url).text, url), {"planned_on": "20.10.2026"})
    assert [english.post(url, data=data).status_code for _ in range(2)] == [303, 303]
    visit = db.session.scalars(db.select(Visit)).one()
    assert visit.visitor_id == programme.monitor.id
    assert visit.planned_on.isoformat() == "2026-10-20"


@pytest.mark.parametrize(
    ("day", "message"),
    [("11.10.2026", "The day must not lie in the past."), ("завтра", "Enter a day as DD.MM.YYYY.")],
)
def test_a_wrong_day_is_refused(english: Client, programme: Programme, grant: Grant, day: str, message: str) -> None:
    english.sign_in(programme.monitor)
    page = english.submit(f"/grants/{grant.id}/visits/new", planned_on=day)
    assert page.status_code == 422
    assert message in text_of(page.text)
    assert f'value="{day}"' in page.text
    assert db.session.scalars(db.select(Visit)).all() == []


def test_only_a_monitoring_officer_is_a_choice(english: Client, programme: Programme, grant: Grant) -> None:
    english.sign_in(programme.monitor)
    page = english.submit(f"/grants/{grant.id}/visits/new", planned_on="20.10.2026", visitor=str(programme.finance.id))
    assert page.status_code == 422
    assert db.session.scalars(db.select(Visit)).all() == []


def test_photos_first_then_the_record(english: Client, programme: Programme, grant: Grant) -> None:
    visit = programme.make_visit(grant, with_photo=False)
    english.sign_in(programme.monitor)
    url = f"/visits/{visit.id}"
    page = english.submit(url, **SEEN)
    assert page.status_code == 422
    assert "Attach at least one photo." in text_of(page.text)
    assert SEEN["findings"] in page.text
    assert 'value="40,512345"' in page.text
    assert visit.status is VisitStatus.PLANNED
    assert english.submit(url, action=f"{url}/photo", upload=sent(programme.make_photo())).status_code == 303
    assert english.submit(url, **SEEN).status_code == 303
    assert visit.status is VisitStatus.DONE
    assert visit.checklist["works"] is True
    assert visit.checklist["safe"] is False
    assert visit.risk is RiskRating.MEDIUM
    assert (visit.latitude, visit.longitude) == (40.512345, 72.812345)
    text = text_of(english.get(url).text)
    assert "Medium risk" in text
    assert "Эмблеманы оңдоо" in text


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"visited_on": "13.10.2026"}, "The day lies in the future."),
        ({"findings": "Баары жакшы"}, "Describe what you saw in a sentence or two."),
        ({"latitude": "140"}, "The place is not right: latitude and longitude in degrees."),
        ({"longitude": ""}, "The place is not right: latitude and longitude in degrees."),
        ({"latitude": "north"}, "Enter a number"),
        ({"risk": None}, "Fill this in."),
        ({"checklist": ["works", "nonsense"]}, "not a valid choice"),
    ],
)
def test_what_is_wrong_is_said(
    english: Client, programme: Programme, grant: Grant, changes: dict[str, Any], message: str
) -> None:
    visit = programme.make_visit(grant)
    english.sign_in(programme.monitor)
    page = english.submit(f"/visits/{visit.id}", **SEEN | changes)
    assert page.status_code == 422
    assert message in text_of(page.text)
    assert "Эмблеманы оңдоо" in page.text
    assert visit.status is VisitStatus.PLANNED


@pytest.mark.parametrize(
    "upload", [Upload("photo.jpg", b"<svg onload=alert(1)>"), Upload("photo.png", b"\xff\xd8\xff\xe0 no picture")]
)
def test_a_disguised_photo_is_refused(english: Client, programme: Programme, grant: Grant, upload: Upload) -> None:
    visit = programme.make_visit(grant, with_photo=False)
    english.sign_in(programme.monitor)
    assert english.submit(f"/visits/{visit.id}/photo", upload=sent(upload)).status_code == 422
    assert documents.of(visit) == []


def test_a_paper_is_no_photo(english: Client, programme: Programme, grant: Grant) -> None:
    visit = programme.make_visit(grant, with_photo=False)
    english.sign_in(programme.monitor)
    page = english.submit(f"/visits/{visit.id}/photo", upload=sent(programme.make_pdf()))
    assert page.status_code == 422
    assert "A photo is a JPG or PNG picture." in text_of(page.text)


def test_who_goes_there_records_it(english: Client, programme: Programme, grant: Grant) -> None:
    visit, other = programme.make_visit(grant), programme.make_user(Role.MONITOR)
    english.sign_in(programme.monitor)
    url = f"/visits/{visit.id}"
    assert "Record the visit" in english.get(url).text
    english.sign_in(other)
    assert "Record the visit" not in english.get(url).text
    assert english.get(f"{url}/photo").status_code == 409
    fields = choose_form(english.get("/account").text, "/account", "/account/sign-out-everywhere").fields.to_dict()
    page = english.post(url, data=fields | SEEN)
    assert page.status_code == 422
    assert "The officer who visits records the visit." in text_of(page.text)
    assert visit.status is VisitStatus.PLANNED


def test_a_record_is_not_changed(english: Client, programme: Programme, grant: Grant) -> None:
    visit = programme.make_visit(grant, "done")
    english.sign_in(programme.monitor)
    fields = choose_form(english.get("/account").text, "/account", "/account/sign-out-everywhere").fields.to_dict()
    assert english.post(f"/visits/{visit.id}", data=fields | SEEN).status_code == 422
    assert visit.risk is RiskRating.LOW


def test_the_association_reads_and_others_find_nothing(english: Client, programme: Programme, grant: Grant) -> None:
    visit, other = programme.make_visit(grant), programme.make_grant("active")
    english.sign_in(programme.chair_of(grant.association))
    assert english.get(f"/visits/{visit.id}").status_code == 200
    assert english.get(f"/grants/{grant.id}/visits/new").status_code == 403
    assert english.sign_in(programme.chair_of(other.association)).get(f"/visits/{visit.id}").status_code == 404
    assert english.sign_in(programme.donor_user).get(f"/visits/{visit.id}").status_code == 403


def test_the_photos_are_shown_to_who_sent_money_later_and_hidden_again(english: Client, programme: Programme) -> None:
    english.sign_in(programme.monitor)
    visit = programme.make_visit(programme.make_grant("active"), "done")
    here, planned = f"/visits/{visit.id}", programme.make_visit(visit.grant)
    show, hide = f"{here}/show-photos", f"{here}/hide-photos"
    page = english.get(here).text
    assert show in page and hide not in page and "show-photos" not in english.get(f"/visits/{planned.id}").text
    assert english.submit(here, action=show).location == here
    assert visit.shows_photos and "may be seen by those who sent money" in text_of(english.get(here).text)
    assert english.submit(here, action=hide).location == here
    db.session.expire_all()
    assert not visit.shows_photos and show in english.get(here).text
    acts = db.session.scalars(
        db.select(AuditEvent.action).where(AuditEvent.action.like("visit.%_photos")).order_by(AuditEvent.id)
    ).all()
    assert acts == ["visit.show_photos", "visit.hide_photos"]
    english.sign_in(programme.chair_of(visit.grant.association))
    assert show not in english.get(here).text


def test_photos_are_marked_once_by_an_officer_without_a_tie(programme: Programme) -> None:
    visit = programme.make_visit(programme.make_grant("active"), "done")
    officer, now = Actor(programme.monitor), clock.now()
    with pytest.raises(ChangedMeanwhileError):
        visits.let_photos_be_seen(visit, False, actor=officer, now=now)
    with pytest.raises(SeparationOfDutyError):
        visits.let_photos_be_seen(visit, True, actor=programme.chair_actor(visit.grant), now=now)
    with pytest.raises(DomainError):
        visits.let_photos_be_seen(programme.make_visit(visit.grant), True, actor=officer, now=now)
    assert not visit.shows_photos
