"""The pages of a corrected protocol: drafted in the browser, looked through, signed, read beside the first one."""

import io

import pytest
from pypdf import PdfReader

from models.base import db
from models.corrected_protocols import CorrectedProtocol, CorrectionStatus
from models.council_sessions import DecisionOutcome
from models.notifications import Notification
from tests.support.pages import form_fields, text_of
from tests.support.shelf import kept


@pytest.fixture
@kept
def session(programme):
    application = programme.make_application("reviewed", call=programme.make_past_call())
    return programme.decide(application, DecisionOutcome.SELECTED)


@pytest.fixture
def secretary(client, programme):
    return client.sign_in(programme.secretary).speak("en")


@pytest.fixture
def chair(app, programme):
    return app.test_client().sign_in(programme.council_chair).speak("en")


def begin(client, session):
    answer = client.submit(f"/council/{session.id}/corrections/new", reason="Аты ката жазылган.")
    assert answer.status_code == 303
    return answer.location


def test_from_the_mistake_to_the_signature(client, programme, session, secretary, chair):
    index, application = f"/council/{session.id}/corrections", session.decisions[0].application
    assert "Nothing is corrected" in secretary.get(index).text
    page = begin(secretary, session)
    assert "Nothing is corrected yet" in secretary.get(page).text
    assert "corrected by" not in secretary.get("/council").text + secretary.get(f"/council/{session.id}").text
    assert secretary.submit(f"{page}/session", place="Ош, Ленин 205", name_0="Асанова Айгүл").location == page
    assert secretary.submit(f"{page}/decisions/{application.id}", votes_for="2", abstentions="1").location == page
    shown = text_of(secretary.get(page).text)
    for words in ("Ош, Ленин 205", "Асанова Айгүл", "3 for, 0 against, 0 abstained", "2 for, 0 against, 1 abstained"):
        assert words in shown, words
    kept = form_fields(secretary.get(f"{page}/session").text)
    assert (kept["place"], kept["name_0"]) == ("Ош, Ленин 205", "Асанова Айгүл")
    assert page in secretary.get("/").text and page not in chair.get("/").text
    assert secretary.submit(page, action=f"{page}/propose").location == page
    assert page in chair.get("/").text and f"{page}/session" not in chair.get(page).text
    assert chair.submit(page, action=f"{page}/sign").location == page
    made = db.session.scalar(db.select(CorrectedProtocol))
    assert made.status is CorrectionStatus.SIGNED and made.signed_by is programme.council_chair
    marked = text_of(secretary.get(f"/council/{session.id}").text)
    assert f"This protocol is corrected by protocol {made.number}" in marked
    assert f"Place Ош → Ош, Ленин 205, corrected by protocol {made.number}" in marked
    assert f"(PDF) corrected by protocol {made.number}" in marked
    assert f"Day {session.held_on.day}" in marked
    listed = secretary.get("/council").text
    assert f"corrected by protocol {made.number}" in listed and f'href="{page}"' in listed
    for file in (f"{page}/pdf", f"{page}/pdf?languages=ky-ru", f"/council/{session.id}/protocol"):
        answer = chair.get(file)
        text = "".join(one.extract_text() for one in PdfReader(io.BytesIO(answer.data)).pages)
        assert answer.mimetype == "application/pdf" and session.protocol.number in text
        assert ("Асанова Айгүл" in text) is (file != f"/council/{session.id}/protocol")
    assert made.number in secretary.get(index).text and "Draft a corrected protocol" in secretary.get(index).text


@pytest.mark.either_database
def test_a_draft_is_read_whole_and_cannot_be_taken_for_the_signed_one(app, programme, session, secretary, chair):
    page = begin(secretary, session)
    file = f"{page}/draft.pdf"
    assert file not in secretary.get(page).text  # nothing is corrected yet
    secretary.submit(f"{page}/session", place="Ош, Ленин 205", name_0="Асанова Айгүл")
    for reader, step in ((secretary, "propose"), (chair, "sign")):  # drafted, then proposed
        assert file in reader.get(page).text
        for languages, mark in (("", "Not signed"), ("?languages=ky-ru", "Кол коюлган эмес")):
            answer = reader.get(file + languages)
            paper = PdfReader(io.BytesIO(answer.data))
            pages = [one.extract_text() for one in paper.pages]
            text = "".join(pages)
            assert "Асанова Айгүл" in text and "Ош, Ленин 205" in text
            assert all(mark in one for one in pages) and "SHA" not in text
            said = f"{paper.metadata} {answer.headers}"
            assert session.protocol.number not in said and session.protocol.sha256[:8] not in text + said
        assert reader.submit(page, action=f"{page}/{step}").location == page
    assert secretary.get(file).status_code == 404 and file not in secretary.get(page).text
    made = db.session.scalar(db.select(CorrectedProtocol))
    signed = "".join(one.extract_text() for one in PdfReader(io.BytesIO(chair.get(f"{page}/pdf").data)).pages)
    assert made.number in signed and "Not signed" not in signed and "SHA-256" in signed


def test_who_writes_on_what_another_has_changed_keeps_the_words(programme, session, secretary):
    page = begin(secretary, session)
    early = form_fields(secretary.get(f"{page}/session").text).to_dict()
    assert secretary.submit(f"{page}/session", place="Ноокат").status_code == 303
    late = secretary.post(f"{page}/session", data=early | {"place": "Ош, Ленин 205"})
    assert late.status_code == 409 and "Ош, Ленин 205" in late.text
    button = form_fields(secretary.get(page).text, f"{page}/propose").to_dict()
    assert secretary.submit(f"{page}/session", place="Араван").status_code == 303
    assert secretary.post(f"{page}/propose", data=button).status_code == 409
    made = db.session.scalar(db.select(CorrectedProtocol))
    assert made.status is CorrectionStatus.DRAFT and made.changes[0]["after"] == "Араван"


@pytest.mark.parametrize(
    ("where", "typed", "message"),
    [
        ("session", {"held_on": "01.01.2031"}, "The session was not held after its protocol was signed."),
        ("session", {"held_on": "01.01.2020"}, "The session was not held before the call was closed."),
        ("session", {"place": " "}, "Fill this in."),
        ("session", {"name_0": ""}, "Fill this in."),
        ("session", {"came": "Бир\nЭки\nҮч"}, "More people than seats."),
        ("decision", {"votes_for": "0", "votes_against": "3"}, "there was no majority for the decision"),
        ("decision", {"votes_for": "4"}, "More votes than people in the room"),
        ("decision", {"votes_for": "-1"}, "More votes than people in the room"),
        ("decision", {"reason": ""}, "Fill this in."),
    ],
)
def test_a_refusal_stands_at_the_field_and_nothing_is_lost(session, secretary, where, typed, message):
    page = begin(secretary, session)
    url = f"{page}/session" if where == "session" else f"{page}/decisions/{session.decisions[0].application_id}"
    answer = secretary.submit(url, **typed)
    assert answer.status_code == 422 and message in text_of(answer.text)
    kept = form_fields(answer.text)
    assert all(kept[name].replace("\r", "").strip() == value.strip() for name, value in typed.items())
    assert db.session.scalar(db.select(CorrectedProtocol)).changes == []


def test_the_chair_sends_it_back_and_the_secretary_gives_it_up(programme, session, secretary, chair):
    page = begin(secretary, session)
    secretary.submit(f"{page}/session", place="Ноокат")
    secretary.submit(page, action=f"{page}/propose")
    assert secretary.submit(f"{page}/session", place="Араван").status_code == 422
    assert chair.submit(f"{page}/return", reason="Күнү да ката.").location == page
    assert "Күнү да ката." in secretary.get(page).text
    told = db.session.scalar(db.select(Notification).order_by(Notification.id.desc()))
    assert told.user_id == programme.secretary.id and told.parameters["reason"] == "Күнү да ката."
    assert secretary.submit(page, action=f"{page}/withdraw").location == page
    assert f"{page}/session" not in secretary.get(page).text
    index = secretary.get(f"/council/{session.id}/corrections").text
    assert page not in index and "Draft a corrected protocol" in index


def test_who_has_a_tie_does_not_write_on_that_decision(programme, session, secretary):
    page, application = begin(secretary, session), session.decisions[0].application
    url = f"{page}/decisions/{application.id}"
    assert url in secretary.get(page).text
    programme.tie(application, programme.secretary)
    db.session.commit()
    assert secretary.get(url).status_code == 403 and url not in secretary.get(page).text


def test_a_corrected_protocol_of_another_session_is_not_found(programme, session, secretary):
    page = begin(secretary, session)
    made = db.session.scalar(db.select(CorrectedProtocol))
    other = programme.make_session(programme.make_past_call())
    assert secretary.get(f"/council/{other.id}/corrections/{made.id}").status_code == 404
    assert secretary.get(f"/council/{other.id}/corrections").status_code == 404
    assert secretary.get(f"/council/{other.id}/corrections/new").status_code == 404
    assert secretary.get(f"{page}/pdf").status_code == 404
    assert secretary.get(f"/council/{other.id}/corrections/{made.id}/draft.pdf").status_code == 404
    assert secretary.get(f"{page}/decisions/{programme.make_application('draft').id}").status_code == 404


def test_nobody_outside_the_office_reads_a_protocol(app, programme, session, secretary, chair):
    """Signed, with its letters still held: neither the first one nor the corrected one."""
    page, base = begin(secretary, session), f"/council/{session.id}"
    secretary.submit(f"{page}/session", place="Ноокат")
    outsiders = [app.test_client().sign_in(user) for user in (programme.reviewers[0], programme.finance)]
    assert {one.get(f"{page}/draft.pdf").status_code for one in outsiders} <= {403, 404}
    secretary.submit(page, action=f"{page}/propose")
    chair.submit(page, action=f"{page}/sign")
    association = session.decisions[0].application.association
    urls = (base, f"{base}/protocol", f"{base}/corrections", page, f"{page}/pdf")
    for user in (
        programme.chair_of(association),
        programme.operator_of(association.centre),
        programme.reviewers[0],
        programme.finance,
        programme.monitor,
        programme.donor_user,
        programme.administrator,
    ):
        client = app.test_client().sign_in(user)
        assert {client.get(url).status_code for url in urls} <= {403, 404}, user.roles
    assert {chair.get(url).status_code for url in urls} == {200}
