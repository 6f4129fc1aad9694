"""Ending a session without decisions, and taking off its agenda what cannot be decided anew: the secretary's pages."""

import pytest

from app import clock
from app.services import letters
from models.applications import ApplicationStatus
from models.base import db
from models.council_sessions import DecisionOutcome, SessionStatus
from models.users import Role
from tests.services.test_new_decisions import decide, judged, sit_again, uphold
from tests.support.pages import text_of

A, D = ApplicationStatus, DecisionOutcome
WHY = "Кворум чогулган жок."


@pytest.fixture
def session(programme):
    return programme.make_session(programme.make_application(A.REVIEWED).call)


def test_the_secretary_ends_a_session_and_convenes_another(client, programme, session):
    here, page = f"/council/{session.id}", f"/council/{session.id}/adjourn"
    client.sign_in(programme.secretary).speak("en")
    assert page in client.get(here).text
    answer = client.submit(page, reason="")
    assert answer.status_code == 422 and "Fill this in." in text_of(answer.text)
    assert client.submit(page, reason=WHY).location == here
    db.session.refresh(session)
    assert session.status is SessionStatus.ADJOURNED
    shown = client.get(here).text
    assert WHY in shown and "Ended without decisions" in shown and page not in shown
    assert "Agenda" not in text_of(shown) and "Record who is present" not in shown
    assert "nothing can be changed any more" in text_of(client.get(page).text)  # an old page, or a second tab
    wall = text_of(client.get(f"{here}/projector").text)
    assert "The session has ended without decisions" in wall and "Every application is decided" not in wall
    for address in (f"{here}/projector", f"{here}/agenda", f"/rankings/{session.call_id}", "/council"):
        assert client.get(address).status_code == 200
    with clock.at(clock.now().replace(year=clock.now().year + 1)):
        assert f"/council/calls/{session.call_id}/new" in client.get("/council").text


def test_a_session_with_a_decision_goes_on(client, programme):
    decided = judged(programme)
    uphold(programme, decided[D.REJECTED])
    session = sit_again(programme, decided[D.REJECTED])
    decide(programme, session, decided[D.REJECTED], D.RESERVE)
    db.session.commit()
    page = f"/council/{session.id}/adjourn"
    client.sign_in(programme.secretary).speak("en")
    assert page not in client.get(f"/council/{session.id}").text
    assert "the session ends with its protocol" in text_of(client.get(page).text)
    assert f"/agenda/{decided[D.REJECTED].id}/take-off" not in client.get(f"/council/{session.id}").text


def test_what_cannot_be_decided_anew_is_taken_off(client, programme):
    decided = judged(programme)
    application = decided[D.REJECTED]
    appeal = uphold(programme, application)
    session = sit_again(programme, application)
    db.session.commit()
    here, page = f"/council/{session.id}", f"/council/{session.id}/agenda/{application.id}/take-off"
    client.sign_in(programme.secretary).speak("en")
    assert page in client.get(here).text
    answer = client.submit(page, reason=" ")
    assert answer.status_code == 422 and "Fill this in." in text_of(answer.text)
    assert client.submit(page, reason=WHY).location == here
    assert client.get(page).status_code == 404, "it is on the agenda no more"
    idle = client.get(here).text
    assert "nothing is left to decide in this session" in text_of(idle)
    assert idle.count(f"{here}/adjourn") == 2 and "application is decided." not in text_of(idle)
    wall = text_of(client.get(f"{here}/projector").text)
    assert "No application waits for a decision" in wall and "Every application is decided" not in wall
    client.sign_in(programme.council_chair).speak("en")
    assert "there is nothing to sign" in text_of(client.get(here).text)
    client.sign_in(programme.secretary).speak("en")
    assert f"/appeals/{appeal.id}" in client.get(here).text, "it waits for an agenda"
    assert client.get(f"/council/{session.id}/agenda/{decided[D.RESERVE].id}/take-off").status_code == 404
    chair = programme.chair_of(application.association)
    assert WHY in text_of(client.sign_in(chair).speak("en").get("/messages").text)
    assert letters.readable(application, is_office=False).decision.outcome is D.REJECTED


def test_neither_somebody_with_a_tie_nor_another_role(client, programme):
    decided = judged(programme)
    application = decided[D.REJECTED]
    uphold(programme, application)
    session = sit_again(programme, application)
    db.session.commit()
    pages = f"/council/{session.id}/agenda/{application.id}/take-off", f"/council/{session.id}/adjourn"
    for role in (Role.REVIEWER, Role.OPERATOR, Role.FINANCE, Role.DONOR):
        client.sign_in(programme.make_user(role))
        for page in pages:
            assert client.get(page).status_code in (403, 404)
    programme.tie(application, programme.secretary)
    db.session.commit()
    client.sign_in(programme.secretary)
    assert client.get(pages[0]).status_code == 403
    assert application.number not in client.get(pages[1]).text
