"""Letters in the browser: counted, looked at in three languages, sent with a second click, read by the applicant."""

import io

import pytest
from pypdf import PdfReader

from app import clock
from app.services import council_sessions, decisions
from app.services.actors import Actor
from app.services.decisions import Motion
from models.applications import ApplicationStatus
from models.base import db
from models.council_sessions import DecisionOutcome
from models.letters import Letter
from tests.support.pages import form_fields, text_of

REASON = "Рынок алыс, сатуу эсептелген эмес, баасы да такталган эмес."


@pytest.fixture
def letter(programme):
    application = programme.make_application(ApplicationStatus.REVIEWED, call=programme.make_past_call())
    session = programme.make_session(application.call)
    motion = Motion(DecisionOutcome.REJECTED, None, REASON, 3, 0, 0)
    decisions.decide(session, application, motion, actor=Actor(programme.secretary), now=clock.now())
    council_sessions.sign(session, actor=Actor(programme.council_chair), now=clock.now())
    return db.session.scalar(db.select(Letter))


def test_the_secretary_looks_at_the_letters_and_sends_them_with_a_second_click(client, programme, letter):
    session_id = letter.decision.session_id
    client.sign_in(programme.secretary).speak("en")
    assert f"/letters/sessions/{session_id}" in client.get("/").text
    index = text_of(client.get(f"/letters/sessions/{session_id}").text)
    assert "Wait to be sent" in index and "Held, not sent yet" in index
    for language, words in (("ky", "тандап алган жок"), ("ru", "не отобрал"), ("en", "has not selected")):
        assert words in client.get(f"/letters/{letter.id}?language={language}").text
    assert client.get(f"/letters/sessions/{session_id}/check").location.endswith(f"/letters/sessions/{session_id}")
    check, send = (f"/letters/sessions/{session_id}/{step}" for step in ("check", "send"))
    ticked = form_fields(client.get(f"/letters/sessions/{session_id}").text, check)  # posted: there may be thousands
    looked_at = client.post(check, data=ticked).text
    assert "This cannot be taken back" in looked_at and letter.sent_at is None
    assert client.post(send, data=form_fields(looked_at, send)).status_code == 303
    db.session.refresh(letter)
    assert letter.sent_at is not None


def test_the_applicant_reads_nothing_before_and_the_letter_after(client, programme, letter):
    application = letter.application
    page, url = f"/applications/{application.id}", f"/letters/{letter.id}"
    chair, operator = programme.chair_of(application.association), programme.operator_of(application.association.centre)
    for user in (chair, operator):
        client.sign_in(user).speak("en")
        shown = client.get(page).text + client.get("/applications").text + client.get("/").text
        assert "/letters/" not in shown and "Not selected" not in shown and REASON not in shown
        assert client.get(url).status_code == client.get(f"{url}/letter.pdf").status_code == 404
    programme.send_letters(letter.decision.session)
    for user in (chair, operator):
        client.sign_in(user).speak("en")
        assert url in client.get(page).text and REASON in text_of(client.get(url).text)
    text = "".join(one.extract_text() for one in PdfReader(io.BytesIO(client.get(f"{url}/letter.pdf").data)).pages)
    assert letter.number in text and "Nearest level" in text
    assert not any(one.display_name in text for one in programme.reviewers)
