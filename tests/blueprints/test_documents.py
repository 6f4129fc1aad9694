"""Documents: checked by content, given out as attachments to those who may see them."""

import io
from datetime import date

import pytest

from app import clock
from app.localisation import use_locale
from app.services import amendments, applications, documents
from app.services.actors import Actor
from models.applications import ApplicationStatus
from models.base import db
from models.documents import Document, DocumentKind, StoredFile
from models.notifications import Notification
from models.users import Role
from tests.support.pages import form_fields, sent, text_of
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
    shown = client.get(f"{url}/{document.id}/delete").text
    assert "paper.pdf" in text_of(shown) and document.removed_at is None
    data = form_fields(shown)
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
    address = f"/applications/{application.id}/documents/{document.id}/delete"
    assert client.get(address).location == f"/applications/{application.id}/documents"
    data["version"] = str(document.version)
    answer = client.post(address, data=data)
    assert answer.status_code == 422 and "it can only be read now" in text_of(answer.text)
    db.session.expire_all()
    assert document.removed_at is None


# Pages, states, expiry -----------------------------------------------------------------------------------------------


def attach(client, programme, url, **changes):
    """Attach another PDF: the scan that came of it."""
    data = dict(form_fields(client.get(url).text)) | {"kind": "meeting_minutes"} | changes
    answer = client.post(url, data=data | {"upload": sent(programme.make_pdf())})
    if answer.status_code != 303:
        return answer
    db.session.expire_all()
    return db.session.scalars(db.select(Document).order_by(Document.id.desc())).first()


def test_a_paper_of_three_pages_keeps_their_order_and_goes_as_a_whole(client, programme, draft, url):
    first = attach(client, programme, url)
    second, third = (attach(client, programme, url, goes_to=f"page-{first.id}", kind="photo") for _ in range(2))
    assert [(one.page_of_id, one.position, one.kind) for one in (second, third)] == [
        (first.id, 2, DocumentKind.MEETING_MINUTES),
        (first.id, 3, DocumentKind.MEETING_MINUTES),
    ]
    move = form_fields(client.get(url).text, f"{url}/{third.id}/move")
    assert client.post(f"{url}/{third.id}/move", data=move).status_code == 303
    db.session.expire_all()
    assert [one.id for one in documents.of(draft)] == [first.id, third.id, second.id]
    client.submit(f"{url}/{third.id}/delete")
    db.session.expire_all()
    assert [(one.id, one.position) for one in documents.of(draft)] == [(first.id, 1), (second.id, 2)]
    assert "(2)" in text_of(client.get(f"{url}/{first.id}/delete").text)
    client.submit(f"{url}/{first.id}/delete")
    db.session.expire_all()
    assert documents.of(draft) == []


def test_the_list_of_the_call_says_how_each_paper_stands(client, programme, draft, url):
    def state():
        row = client.get(url).text.split("Papers asked for", 1)[1].split("Minutes of the village meeting", 1)[1]
        table = row.split("</tr>", 1)[0]
        return next(
            one for one in ("missing", "attached", "expires soon", "expired", "not taken") if f">{one}<" in table
        )

    def gap():
        found = [str(one.problem) for one in applications.gaps(draft, clock.now()) if one.part == "documents"]
        return found[0].replace("\u00a0", " ") if found else None

    with use_locale("en"):
        assert (state(), gap()) == ("missing", "The minutes of the village meeting are missing.")
        paper = attach(client, programme, url, expires_on="01.11.2026")
        assert (state(), gap()) == ("expires soon", None)
        paper.expires_on = date(2026, 12, 31)
        db.session.commit()
        assert (state(), gap()) == ("attached", None)
        paper.expires_on = date(2026, 10, 11)
        db.session.commit()
        assert state() == "expired"
        assert gap().endswith(": valid until 11 Oct 2026 only. Attach a newer one.")
        newer = attach(client, programme, url, goes_to=f"replace-{paper.id}")
        assert paper.replaced_by_id == newer.id and (state(), gap()) == ("attached", None)
        assert "replaced by a newer one" in text_of(client.get(url).text)
        client.submit(f"{url}/{newer.id}/delete")
        db.session.expire_all()
        assert paper.replaced_by_id is None and state() == "expired"


def test_the_list_of_tasks_says_what_is_wrong_with_a_paper_that_is_there(client, programme, draft, url):
    paper = attach(client, programme, url, expires_on="01.11.2026")
    paper.expires_on = date(2026, 10, 11)
    db.session.commit()
    page = text_of(client.get(f"/applications/{draft.id}").text)
    assert "valid until 11 Oct 2026 only. Attach a newer one." in page.replace("\u00a0", " ")


def test_a_paper_may_not_be_older_than_the_call_lets_it(client, programme, draft, url):
    """The day counts from what stands on the paper; a call that asks later for newer ones does not lose the old one."""

    def asks(months):
        wanted = [dict(one) for one in draft.call.required_documents]
        wanted[0]["months"] = months
        reason = dict.fromkeys(("ky", "ru", "en"), "Эски кагаз кабыл алынбайт.")
        by = {"actor": Actor(programme.secretary), "now": clock.now()}
        amendments.publish(draft.call, {"required_documents": wanted}, reason, **by)
        db.session.commit()

    def gap():
        return [str(one.problem) for one in applications.gaps(draft, clock.now()) if one.part == "documents"]

    paper = attach(client, programme, url)
    asks(6)
    with use_locale("en"):
        assert "its day is missing" in text_of(client.get(url).text)
        assert gap()[0].endswith("Attach it again in its own place, with its day.")
        for day, message in (
            ("", "Say which day stands on the paper: the call takes none that is too old."),
            ("11.04.2026", "The call takes papers of the last 6 months only. Attach a newer one."),
            ("13.10.2026", "The day lies in the future."),
        ):
            answer = attach(client, programme, url, goes_to=f"replace-{paper.id}", dated_on=day)
            assert answer.status_code == 422 and message in text_of(answer.text).replace("\u00a0", " ")
        newer = attach(client, programme, url, goes_to=f"replace-{paper.id}", dated_on="12.04.2026")
        assert newer.dated_on == date(2026, 4, 12) and gap() == []
        assert "expires soon of 12 Apr 2026 valid until 12 Oct 2026" in text_of(client.get(url).text).replace(
            "\u00a0", " "
        )
        attach(client, programme, url, goes_to=f"page-{newer.id}")
        assert gap() == []
        asks(5)
        assert "valid until 12 Sep 2026 only" in gap()[0].replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"expires_on": "11.10.2026"}, "The paper is not valid any more. Attach a newer one."),
        ({"expires_on": "soon"}, "Enter a day as DD.MM.YYYY."),
        ({"goes_to": "page-999999"}, "Not a valid choice."),
        ({"goes_to": "replace-x"}, "Not a valid choice."),
    ],
)
def test_a_paper_that_does_not_fit_is_refused(client, programme, url, changes, message):
    answer = attach(client, programme, url, **changes)
    assert answer.status_code == 422 and message in text_of(answer.text)
    assert count(Document) == 0


def test_the_secretary_does_not_take_a_paper_and_may_take_it_after_all(client, programme):
    application = programme.make_application(ApplicationStatus.SUBMITTED)
    document = db.session.scalars(db.select(Document)).one()
    page, here = f"/applications/{application.id}", f"/applications/{application.id}/documents/{document.id}"
    client.sign_in(programme.secretary).speak("en")
    assert client.submit(f"{here}/refuse").status_code == 422
    assert client.submit(f"{here}/refuse", reason="Колдор окулбайт").location == page
    db.session.expire_all()
    assert document.refused_by_id == programme.secretary.id
    told = db.session.scalars(db.select(Notification.message).order_by(Notification.id.desc())).first()
    assert told == "A paper of the application %(number)s was not taken: %(reason)s"
    shown = client.get(page).text
    assert "not taken" in text_of(shown) and "Колдор окулбайт" in text_of(shown)
    with use_locale("en"):
        (gap,) = applications.gaps(application, clock.now())
        assert str(gap.problem).endswith(": not taken (Колдор окулбайт). Attach another one.")
    assert client.submit(f"{here}/refuse", reason="Дагы").status_code == 422
    assert client.post(f"{here}/take-again", data=form_fields(shown, f"{here}/take-again")).location == page
    db.session.expire_all()
    assert document.is_in_force and applications.gaps(application, clock.now()) == []
    eligible = programme.make_application(ApplicationStatus.ELIGIBLE)
    other = documents.of(eligible)[0]
    answer = client.submit(f"/applications/{eligible.id}/documents/{other.id}/refuse", reason="Кеч")
    assert answer.status_code == 422 and "while the secretary screens" in text_of(answer.text)


def test_who_has_a_tie_to_the_applicant_decides_about_none_of_its_papers(client, programme):
    application = programme.make_application(ApplicationStatus.SUBMITTED)
    document = db.session.scalars(db.select(Document)).one()
    page, here = f"/applications/{application.id}", f"/applications/{application.id}/documents/{document.id}"
    neighbour = programme.make_user(Role.SECRETARY)
    client.sign_in(neighbour).speak("en")
    form = dict(form_fields(client.get(f"{here}/refuse").text)) | {"reason": "Колдор окулбайт"}
    neighbour.person.village_id = application.association.village_id
    db.session.commit()
    for answer in (client.get(f"{here}/refuse"), client.post(f"{here}/refuse", data=form)):
        assert answer.status_code == 403 and "You have a tie to this applicant" in text_of(answer.text)
    db.session.expire_all()
    assert document.is_in_force
    client.sign_in(programme.secretary).speak("en")
    assert client.submit(f"{here}/refuse", reason="Колдор окулбайт").location == page
    client.sign_in(neighbour).speak("en")
    shown = client.get(page).text
    assert f"{here}/take-again" not in shown and "You have a tie to this applicant" in text_of(shown)
    again = form | {
        "csrf_token": form_fields(shown, "/sign-out")["csrf_token"]
    }  # the button was pressed before there was a tie
    assert client.post(f"{here}/take-again", data=again).status_code == 403
    db.session.expire_all()
    assert document.refused_by_id == programme.secretary.id
