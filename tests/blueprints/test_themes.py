"""The page on which the theme of a project is chosen, and where it is read."""

import pytest

from app import clock
from app.services import assignments
from app.services.actors import Actor
from models.applications import ApplicationStatus
from models.base import db
from tests.support.pages import form_fields, text_of


@pytest.fixture
def url(client, programme, draft):
    client.sign_in(programme.chair).speak("en")
    return f"/applications/{draft.id}/theme"


@pytest.fixture
def water(programme):
    return str(programme.theme("water").id)


def test_it_is_chosen_and_read_everywhere(client, programme, draft, url, water):
    page = client.get(url).text
    assert form_fields(page)["theme"] == ""
    assert "2.1 What is the project mainly about?" in text_of(page)
    answer = client.submit(url, theme=water)
    assert answer.status_code == 303 and answer.location == f"/applications/{draft.id}/sections/problem"
    assert "Saved: Theme of the project." in text_of(client.get(answer.location).text)
    db.session.expire_all()
    assert draft.theme.code == "water" and form_fields(client.get(url).text)["theme"] == water
    assert "Theme of the project Water and irrigation" in text_of(client.get(f"/applications/{draft.id}/check").text)


def test_it_is_asked_for_in_the_list_of_tasks(client, programme):
    empty = programme.make_application("draft", is_complete=False)
    client.sign_in(programme.chair_of(empty.association)).speak("en")
    assert "2. Theme of the project Not started yet" in text_of(client.get(f"/applications/{empty.id}").text)
    answer = client.submit(f"/applications/{empty.id}/theme", theme="")
    assert answer.status_code == 422 and "Fill this in." in text_of(answer.text)
    assert client.submit(f"/applications/{empty.id}/theme", theme="100000").status_code == 422
    db.session.expire_all()
    assert empty.theme_id is None


def test_of_two_writers_the_second_is_told_and_who_writes_another_part_is_not_in_the_way(
    client, programme, draft, url, water
):
    first = form_fields(client.get(url).text).to_dict()
    section = f"/applications/{draft.id}/sections/idea"
    assert client.submit(section, title="Башка аталыш").status_code == 303, "the application's row has changed"
    crops = str(programme.theme("crops").id)
    second = form_fields(client.get(url).text).to_dict()
    assert client.post(url, data=first | {"theme": water}).status_code == 303
    answer = client.post(url, data=second | {"theme": crops})
    told = text_of(answer.text)
    assert answer.status_code == 409 and "Water and irrigation" in told and "Crops, orchards" in told
    db.session.expire_all()
    assert draft.theme.code == "water" and draft.title == "Башка аталыш"


def test_the_secretary_and_the_reviewer_read_it(client, app, programme):
    application = programme.make_application("eligible")
    assignment = programme.assign(application, programme.reviewers[0])
    assignments.declare(assignment, None, actor=Actor(assignment.reviewer), now=clock.now())
    db.session.commit()
    reviewer = app.test_client().sign_in(assignment.reviewer).speak("en")
    here = text_of(reviewer.get(f"/reviews/{assignment.id}/edit").text)
    assert "Theme of the project Livestock, milk, bees and fish" in here
    application.theme = None
    db.session.commit()
    client.sign_in(programme.secretary).speak("en")
    page = text_of(client.get(f"/applications/{application.id}").text)
    assert "The theme of the project is not chosen yet." in page


def test_a_part_that_is_not_open_leads_to_the_application(client, programme, url):
    other = programme.make_application(ApplicationStatus.SUBMITTED, association=programme.make_association())
    client.sign_in(programme.chair_of(other.association)).speak("en")
    answer = client.get(f"/applications/{other.id}/theme")
    assert answer.status_code == 303 and answer.location == f"/applications/{other.id}"
