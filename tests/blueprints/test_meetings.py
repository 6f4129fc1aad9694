"""The page of the village meeting: entered, refused with the arithmetic, changed by two, printed empty."""

import io

import pytest
from pypdf import PdfReader

from app import clock
from models.applications import ApplicationStatus
from models.base import db
from models.documents import Document, DocumentKind
from models.meetings import Meeting
from tests.support.pages import form_fields, sent, text_of
from tests.support.queries import count

S = ApplicationStatus
TYPED = {
    "place": "Мектеп",
    "led_by": "Мамбетов Алмаз",
    "written_by": "Сыдыкова Гүлнара",
    "women": "25",
    "men": "20",
    "households": "41",
    "entitled": "80",
    "decision": "Сүт чогултуучу жай курабыз.",
    "votes_for": "40",
    "votes_against": "2",
    "abstentions": "3",
}


@pytest.fixture
def draft(programme):
    return programme.make_application(S.DRAFT, association=programme.association, is_complete=False)


@pytest.fixture
def url(draft):
    return f"/applications/{draft.id}/meeting"


@pytest.fixture
def chair(client, programme, draft):
    return client.sign_in(programme.chair).speak("en")


def day(days=0):
    return f"{clock.bishkek_day(clock.now()):%d.%m.%Y}" if not days else "13.10.2026"


def test_the_minutes_are_entered_with_their_scan_and_read_everywhere(chair, programme, draft, url):
    assert "The village meeting is not written down yet." in text_of(chair.get(f"/applications/{draft.id}/check").text)
    answer = chair.submit(url, held_on=day(), upload=sent(programme.make_photo()), **TYPED)
    assert answer.location == f"/applications/{draft.id}"
    (paper,) = db.session.scalars(db.select(Document))
    assert (paper.kind, paper.application_id) == (DocumentKind.MEETING_MINUTES, draft.id)
    check = text_of(chair.get(f"/applications/{draft.id}/check").text)
    assert "45 people: 25 women, 20 men, from 41 households" in check
    assert "50 % of 80 households are 40. 41 were represented. Quorum reached" in check
    assert "Village meeting Complete" in text_of(chair.get(f"/applications/{draft.id}").text)
    assert paper.filename in chair.get(url).text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"held_on": day(1)}, "The day lies in the future."),
        ({"votes_for": "41"}, "are 46 votes, but 45 people were present."),
        ({"households": "39"}, "50 % of 80 households are 40; only 39 were represented."),
        ({"women": "many"}, "Enter a whole number"),
        ({"women": "2,5"}, "Enter a whole number, for example 12."),
        ({"led_by": ""}, "Fill this in."),
    ],
)
def test_what_cannot_be_is_said_at_the_field_and_nothing_typed_is_lost(chair, url, changes, words):
    typed = {"held_on": day()} | TYPED | changes
    answer = chair.submit(url, **typed)
    assert answer.status_code == 422 and words in text_of(answer.text)
    kept = form_fields(answer.text)
    assert {name: kept[name] for name in typed} == typed
    assert count(Meeting) == 0


def test_a_file_that_is_no_picture_keeps_the_meeting_out_too(chair, url):
    answer = chair.submit(url, held_on=day(), upload=(io.BytesIO(b"MZ not a picture"), "minutes.jpg"), **TYPED)
    assert answer.status_code == 422 and count(Meeting) == count(Document) == 0


def test_the_second_of_two_writers_is_told(chair, url):
    chair.submit(url, held_on=day(), **TYPED)
    data = dict(form_fields(chair.get(url).text))
    assert chair.submit(url, place="Клуб").status_code == 303
    answer = chair.post(url, data=data | {"place": "Талаа"})
    assert answer.status_code == 409 and "Клуб" in answer.text and "Талаа" in answer.text
    db.session.expire_all()
    assert db.session.scalars(db.select(Meeting)).one().place == "Клуб"


def test_what_is_submitted_is_only_read(client, programme):
    application = programme.make_application(S.SUBMITTED)
    url = f"/applications/{application.id}/meeting"
    client.sign_in(programme.chair_of(application.association)).speak("en")
    assert client.get(url).location == f"/applications/{application.id}"
    assert "Minutes written by" in text_of(client.get(f"/applications/{application.id}").text)
    client.sign_in(programme.monitor)
    assert client.get(url).status_code == 403


def test_a_reviewer_reads_the_votes_but_no_names(client, programme):
    application = programme.make_application(S.REVIEWED)
    url, meeting = f"/applications/{application.id}", application.meeting
    page = text_of(client.sign_in(programme.reviewers[0]).speak("en").get(url).text)
    assert "40 for, 2 against, 3 abstained" in page and meeting.led_by not in page and meeting.written_by not in page
    assert meeting.led_by in client.sign_in(programme.secretary).get(url).text


@pytest.mark.parametrize(
    ("locale", "words"), [("ky", "Жыйын өткөн күн"), ("ru", "День схода"), ("en", "Day of the meeting")]
)
def test_the_empty_form_is_printed_in_the_reader_s_language(chair, draft, url, locale, words):
    answer = chair.speak(locale).get(f"{url}/form.pdf")
    assert answer.mimetype == "application/pdf"
    assert f"{draft.number}-meeting.pdf" in answer.headers["Content-Disposition"]
    pages = PdfReader(io.BytesIO(answer.data)).pages
    text = " ".join(pages[0].extract_text().split())
    assert len(pages) == 2 and words in text and draft.number in text and "50" in text


def test_another_centre_s_operator_finds_no_meeting(client, programme, draft, url):
    other = programme.make_association(in_another_centre=True)
    client.sign_in(programme.operator_of(other.centre))
    assert [client.get(url).status_code, client.get(f"{url}/form.pdf").status_code] == [404, 404]
