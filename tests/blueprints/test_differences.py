"""A returned application: only what was asked for is open, and what was changed is read side by side."""

import pytest

from app import clock
from app.services import applications, screenings
from app.services.actors import Actor
from models.applications import ApplicationStatus, ScreeningOutcome
from models.base import db
from models.users import Role
from tests.support.pages import text_of

ASKED = ["problem", "documents"]


@pytest.fixture
def returned(programme):
    application = programme.make_application(ApplicationStatus.SUBMITTED, association=programme.association)
    screenings.screen(
        application,
        ScreeningOutcome.RETURNED,
        reason="Көйгөйдү тактап жазыңыз.",
        parts=ASKED,
        actor=Actor(programme.secretary),
        now=clock.now(),
    )
    db.session.commit()
    return application


def test_the_task_list_says_what_is_asked_for_and_why(client, programme, returned):
    client.sign_in(programme.chair).speak("en")
    html = client.get(f"/applications/{returned.id}").text
    page = text_of(html)
    assert "Көйгөйдү тактап жазыңыз." in page
    assert "Parts to be mended: 3. The problem and the people; 16. Documents" in page
    assert "1. The idea Not asked for" in page and "16. Documents Asked for" in page
    assert f"/applications/{returned.id}/sections/problem" in html and "/sections/idea" not in html
    client.submit(f"/applications/{returned.id}/sections/problem", problem="Суу такыр жок, малды алыс айдайбыз.")
    assert "3. The problem and the people Changed" in text_of(client.get(f"/applications/{returned.id}").text)
    check = client.get(f"/applications/{returned.id}/check").text
    assert "/sections/problem" in check and "/sections/idea" not in check


def test_what_was_not_asked_for_cannot_be_changed_through_the_pages(client, programme, returned):
    client.sign_in(programme.chair).speak("en")
    url = f"/applications/{returned.id}"
    assert client.get(f"{url}/sections/idea").status_code == 303
    page = client.get(f"{url}/budget")
    assert "The secretary has not asked for this part" in text_of(page.text) and "Add a line" not in text_of(page.text)
    assert client.get(f"{url}/meeting").status_code == 303
    for form in ("plan/sales", "plan/costs", "plan/financing", "plan/steps", "pledges", "targets"):
        assert "The secretary has not asked for this part" in text_of(client.get(f"{url}/{form}").text), form
    line = returned.budget_lines[0].id
    assert client.get(f"{url}/budget/{line}/edit").status_code == 303
    assert client.get(f"{url}/plan/frame").status_code == 303


def test_both_submissions_stand_side_by_side(client, programme, returned):
    client.sign_in(programme.chair).speak("en")
    url = f"/applications/{returned.id}/differences"
    assert client.get(url).status_code == 404, "nothing has been submitted a second time"
    answers = applications.section_of(returned, "problem").answers
    actor, now = Actor(programme.chair), clock.now()
    changed = {**answers, "problem": "Алгачкы " + answers["problem"]}
    applications.save_section(returned, "problem", changed, actor=actor, now=now)
    applications.sign_off(returned, actor=actor, now=now)
    applications.submit(returned, actor=actor, now=now)
    db.session.commit()
    for reader in (programme.chair, programme.secretary, programme.user_of(Role.COUNCIL_CHAIR)):
        client.sign_in(reader).speak("en")
        assert url in client.get(f"/applications/{returned.id}").text
        html = client.get(url).text
        page = text_of(html)
        assert "3.1 Which problem do you solve?" in page and "3.2" not in page and "Budget" not in page
        assert "<ins>" in html and "put in: Алгачкы" in page
        assert "Asked for, but as it was: 16. Documents" in page
        assert "Көйгөйдү тактап жазыңыз." in page
    assert client.get(f"{url}?submission=1").status_code == client.get(f"{url}?submission=3").status_code == 404
    other = programme.make_association(in_another_centre=True)
    client.sign_in(programme.chair_of(other))
    assert client.get(url).status_code == 404
    client.sign_in(programme.reviewers[0])
    assert client.get(url).status_code == 403


def test_a_returned_application_says_that_only_the_sending_is_left(client, programme, returned):
    page = text_of(client.sign_in(programme.chair).speak("en").get(f"/applications/{returned.id}").text)
    assert "The secretary asks for changes" in page
    returned.signed_off_at = clock.now()
    db.session.commit()
    page = text_of(client.get(f"/applications/{returned.id}").text)
    assert "The chair has signed off. Submit the application again." in page and "Check and submit" in page
    assert "The secretary asks for changes" not in page
