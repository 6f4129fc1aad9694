"""The amendment's page: the secretary publishes, everybody reads, who writes is shown what changed since."""

from datetime import timedelta

import pytest

from app import clock
from models.amendments import Amendment
from models.base import db
from tests.support.pages import form_fields, text_of
from tests.support.queries import count

REASONS = {"reason_ky": "Жол жабык", "reason_ru": "Дороги закрыты", "reason_en": "The roads are closed"}


@pytest.fixture
def secretary(client, programme):
    return client.sign_in(programme.secretary).speak("en")


def plain(page: str) -> str:
    return text_of(page).replace("\N{NO-BREAK SPACE}", " ")


def test_a_call_is_amended_while_a_draft_is_open(client, app, programme):
    draft = programme.make_application("draft")
    call_id, draft_id, chair = draft.call_id, draft.id, programme.chair_of(draft.association)
    writer = app.test_client().sign_in(chair).speak("en")
    assert "The call has changed since you began" not in writer.get(f"/applications/{draft_id}").text
    client.sign_in(programme.secretary).speak("en")
    here = f"/calls/{call_id}/amendments/new"
    kept = form_fields(client.get(here).text)
    assert kept["closes_on"] == "11.11.2026" and kept[f"allocation_{draft.call.allocations[0].id}"] == "5000000,00"
    answer = client.submit(here, closes_on="18.11.2026", **REASONS)
    assert (answer.status_code, answer.location) == (303, f"/calls/{call_id}")
    for page in (f"/open-calls/{call_id}", f"/calls/{call_id}", f"/applications/{draft_id}"):
        text = plain(writer.get(page).text)
        assert "Amendment 1: Deadline" in text and "The roads are closed" in text, page
        assert "Wednesday, 11 Nov 2026" in text and "Wednesday, 18 Nov 2026" in text, page
    assert "The call has changed since you began" in writer.get(f"/applications/{draft_id}").text
    told = plain(writer.get("/messages").text)
    assert "was changed: Deadline. Reason: The roads are closed" in told, told
    with clock.at(clock.now() + timedelta(days=33)):  # between the first deadline and the one in force
        check = writer.get(f"/applications/{draft_id}/check")
        assert (
            writer.post(
                f"/applications/{draft_id}/sign-off", data=form_fields(check.text, f"/applications/{draft_id}/sign-off")
            ).status_code
            == 303
        )
        check = writer.get(f"/applications/{draft_id}/check")
        writer.post(
            f"/applications/{draft_id}/submit", data=form_fields(check.text, f"/applications/{draft_id}/submit")
        )
    db.session.expire_all()
    assert draft.status.value == "submitted"


def test_who_begins_after_it_is_not_bothered(client, programme):
    programme.amend(programme.call)
    with clock.at(clock.now() + timedelta(days=20, minutes=1)):
        draft = programme.make_application("draft")
        client.sign_in(programme.chair_of(draft.association)).speak("en")
        assert "The call has changed since you began" not in client.get(f"/applications/{draft.id}").text


def test_nothing_typed_is_lost_and_what_is_wrong_stands_at_its_field(secretary, programme):
    here = f"/calls/{programme.call.id}/amendments/new"
    answer = secretary.submit(here, closes_on="01.11.2026", **REASONS)
    assert answer.status_code == 422
    assert "A deadline can only be moved to a later day." in text_of(answer.text)
    assert form_fields(answer.text)["reason_en"] == "The roads are closed"
    answer = secretary.submit(here, **REASONS)
    assert "Nothing is different from what is published." in text_of(answer.text)
    assert secretary.submit(here, closes_on="18.11.2026").status_code == 422
    assert count(Amendment) == 0


def test_two_secretaries_the_second_is_told(secretary, programme):
    here = f"/calls/{programme.call.id}/amendments/new"
    data = dict(form_fields(secretary.get(here).text))
    assert secretary.submit(here, closes_on="18.11.2026", **REASONS).status_code == 303
    answer = secretary.post(here, data=data | REASONS | {"closes_on": "20.11.2026"})
    assert answer.status_code == 409 and "18.11.2026" in answer.text and "20.11.2026" in answer.text
    assert count(Amendment) == 1


def test_conditions_of_submitted_applications_are_refused_with_the_reason(secretary, programme):
    application = programme.make_application("submitted")
    here = f"/calls/{application.call_id}/amendments/new"
    assert "they stay as they are in this call" in text_of(secretary.get(here).text)
    answer = secretary.submit(here, match_percent="150", **REASONS)
    assert answer.status_code == 422 and "Applications are submitted by this condition already" in text_of(answer.text)


def test_a_draft_has_no_amendments(secretary, programme):
    call = programme.make_call(is_open=False)
    answer = secretary.get(f"/calls/{call.id}/amendments/new")
    assert (answer.status_code, answer.location) == (303, f"/calls/{call.id}")
    assert "amendments/new" not in secretary.get(f"/calls/{call.id}").text
