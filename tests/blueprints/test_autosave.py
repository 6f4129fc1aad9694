"""Saving a page of questions while it is written: what it answers, and when it keeps nothing."""

import pytest

from models.applications import ApplicationSection, ApplicationStatus
from models.audit import AuditEvent
from models.base import db
from tests.support.pages import form_fields

S = ApplicationStatus


@pytest.fixture
def draft(programme):
    return programme.make_application(S.DRAFT, association=programme.association)


@pytest.fixture
def page(draft):
    return f"/applications/{draft.id}/sections/problem"


@pytest.fixture
def chair(client, programme, draft):
    return client.sign_in(programme.chair).speak("en")


def kept(draft):
    """The answers of the page as they are stored now."""
    db.session.expire_all()
    query = db.select(ApplicationSection.answers).where(ApplicationSection.application_id == draft.id)
    return db.session.scalar(query.where(ApplicationSection.key == "problem"))


def saves():
    action = AuditEvent.action == "application.save_section"
    return db.session.scalar(db.select(db.func.count()).select_from(AuditEvent).where(action))


def test_the_form_goes_on_with_what_it_is_answered(chair, draft, page):
    form, before = dict(form_fields(chair.get(page).text)), saves()
    for text in ("Суу", "Суу жок"):
        answer = chair.post(f"{page}/autosave", data=form | {"problem": text})
        assert answer.status_code == 200 and kept(draft)["problem"] == text
        form |= {name: str(answer.json[name]) for name in ("version", "idempotency_key")}
    assert saves() == before + 2
    assert chair.post(page, data=form | {"problem": "Суу такыр жок"}).status_code == 303
    assert kept(draft)["problem"] == "Суу такыр жок"


def test_the_same_request_again_writes_nothing_and_leads_to_the_page(chair, draft, page):
    form, before = dict(form_fields(chair.get(page).text)), saves()
    for status in (200, 303):
        answer = chair.post(f"{page}/autosave", data=form | {"problem": "Суу жок"})
        assert answer.status_code == status
    assert answer.location == page and saves() == before + 1


@pytest.mark.parametrize(
    ("change", "status"), [({"problem": "сүт " * 251}, 422), ({"problem": "ү" * 5001}, 422), ({"version": "1000"}, 409)]
)
def test_what_does_not_fit_is_not_kept(chair, draft, page, change, status):
    before = kept(draft)
    form = dict(form_fields(chair.get(page).text))
    assert chair.post(f"{page}/autosave", data=form | {"problem": "Суу жок"} | change).status_code == status
    assert kept(draft) == before


def test_a_submitted_application_is_not_written_on(client, programme):
    submitted = programme.make_application(S.SUBMITTED, association=programme.association)
    other = programme.make_application(S.DRAFT)
    client.sign_in(programme.chair_of(submitted.association)).speak("en")
    before = kept(submitted)
    section = next(one for one in submitted.sections if one.key == "problem")
    key = form_fields(client.get("/account").text)
    form = {name: key[name] for name in ("csrf_token", "idempotency_key")} | {"version": str(section.version)}
    url = "/applications/{}/sections/{}/autosave"
    assert client.post(url.format(submitted.id, "problem"), data=form | {"problem": "Башка"}).status_code == 422
    assert client.post(url.format(other.id, "problem"), data=form).status_code == 404
    assert client.post(url.format(submitted.id, "secrets"), data=form).status_code == 404
    assert kept(submitted) == before
