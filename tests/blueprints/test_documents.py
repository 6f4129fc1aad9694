"""Documents: checked by content, given out as attachments to those who may see them."""

import io

import pytest

from models.applications import ApplicationStatus
from models.base import db
from models.documents import Document, DocumentKind, StoredFile
from models.users import Role
from tests.support.pages import form_fields, text_of
from tests.support.queries import count


@pytest.fixture
def url(client, programme, draft):
    client.sign_in(programme.chair).speak("en")
    return f"/applications/{draft.id}/documents"


def send(client, url, name, content):
    data = dict(form_fields(client.get(url).text)) | {"kind": "meeting_minutes"}
    answer = client.post(url, data=data | {"upload": (io.BytesIO(content), name)})
    answer.request.environ["wsgi.input"].close()  # a large body lies in a file
    return answer


def fetch(client, document):
    """The answer with its file closed."""
    with client.get(f"/documents/{document.id}") as answer:
        return answer


def test_the_minutes_are_attached_and_given_out_as_an_attachment(client, programme, draft, url):
    upload = programme.make_pdf()
    assert send(client, url, "../протокол.pdf", upload.content).location == url
    document = db.session.scalars(db.select(Document)).one()
    assert (document.kind, document.application_id) == (DocumentKind.MEETING_MINUTES, draft.id)
    answer = fetch(client, document)
    assert answer.status_code == 200 and answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert ".." not in answer.headers["Content-Disposition"]
    assert "протокол.pdf" in text_of(client.get(url).text)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("plan.pdf", b"MZ\x90\x00 not a paper", "Only PDF, JPG and PNG files are taken."),
        ("page.png", b"<svg onload='alert(1)'></svg>", "Only PDF, JPG and PNG files are taken."),
        ("photo.jpg", b"%PDF-1.7 disguised", "The file's ending does not fit its content."),
        ("broken.pdf", b"%PDF-1.7 broken", "The PDF cannot be read. Scan it again."),
        ("empty.pdf", b"", "The file is empty."),
        ("large.pdf", b"%PDF-" + b"0" * (10 * 1024 * 1024), "The file is larger than 10 MB."),
    ],
)
def test_a_disguised_broken_or_large_file_is_refused(client, url, name, content, message):
    answer = send(client, url, name, content)
    assert answer.status_code == 422
    assert message in text_of(answer.text)
    assert (count(Document), count(StoredFile)) == (0, 0)


def test_a_file_must_be_chosen(client, url):
    answer = client.post(url, data=dict(form_fields(client.get(url).text)))
    assert answer.status_code == 422 and "Choose a file." in text_of(answer.text)


def test_far_too_large_a_body_gets_a_page(client, url):
    assert send(client, url, "huge.pdf", b"%PDF-" + b"0" * (13 * 1024 * 1024)).status_code == 413
    assert count(Document) == 0


def test_who_may_not_see_the_application_gets_no_document(client, programme):
    application = programme.make_application(ApplicationStatus.SUBMITTED)
    document = db.session.scalars(db.select(Document)).one()
    outsider = programme.make_association(in_another_centre=True)
    assert client.get(f"/documents/{document.id}").status_code == 303
    readers = [programme.chair_of(application.association), programme.secretary, programme.council_chair]
    strangers = [
        programme.chair_of(outsider),
        programme.operator_of(outsider.centre),
        programme.user_of(Role.DONOR),
        programme.user_of(Role.ADMINISTRATOR),
        programme.reviewers[0],
        programme.finance,
    ]
    assert [fetch(client.sign_in(user), document).status_code for user in readers] == [200] * 3
    assert [fetch(client.sign_in(user), document).status_code for user in strangers] == [404] * 6


def test_a_document_is_removed_while_the_application_is_written_only(client, programme, draft, url):
    send(client, url, "paper.pdf", programme.make_pdf().content)
    document = db.session.scalars(db.select(Document)).one()
    data = form_fields(client.get(url).text, f"{url}/{document.id}/delete")
    submitted = programme.make_application(ApplicationStatus.SUBMITTED)
    foreign = db.session.scalars(db.select(Document).where(Document.application_id == submitted.id)).one()
    assert client.post(f"{url}/{foreign.id}/delete", data=data).status_code == 404
    assert client.post(f"{url}/{document.id}/delete", data=data).status_code == 303
    db.session.expire_all()
    assert document.removed_at is not None and foreign.removed_at is None
    assert client.get(f"/documents/{document.id}").status_code == 404


def test_the_papers_of_a_submitted_application_stay(client, programme):
    application = programme.make_application(ApplicationStatus.SUBMITTED)
    document = db.session.scalars(db.select(Document)).one()
    client.sign_in(programme.chair_of(application.association)).speak("en")
    data = dict(form_fields(client.get(f"/applications/{application.id}/withdraw").text))
    answer = client.post(f"/applications/{application.id}/documents/{document.id}/delete", data=data)
    assert answer.status_code == 303
    assert "it can only be read now" in text_of(client.get(answer.location).text)
    db.session.expire_all()
    assert document.removed_at is None
