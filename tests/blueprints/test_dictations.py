"""Writing on behalf through the pages: who dictates is asked first, and the member's code goes nowhere."""

import io
import logging
from datetime import date

import pytest
from pypdf import PdfReader

from app import clock
from app.services import applications, centres, dictations, questions, signatures, users
from app.services.actors import Actor
from forms.base import REQUIRED
from models.applications import Application, ApplicationStatus
from models.audit import AuditEvent
from models.base import db
from models.dictations import ConfirmationWay, Dictation
from models.form_submissions import FormSubmission
from models.reviews import AssignmentStatus
from models.users import Role, SignInAttempt
from tests.factories import PASSWORD
from tests.support.pages import form_fields, sent, text_of
from tests.support.queries import count

S, W = ApplicationStatus, ConfirmationWay


@pytest.fixture
def draft(programme):
    return programme.make_application(S.DRAFT, association=programme.association)


@pytest.fixture
def operator(client, programme, draft):
    return client.sign_in(programme.operator).speak("en")


@pytest.fixture
def written(programme, draft):
    """A session in which one section was saved."""
    dictation = programme.dictate(programme.association)
    actor = Actor(programme.operator, programme.association, dictation)
    applications.save_section(draft, "idea", draft.answers, actor=actor, now=clock.now())
    return dictation


@pytest.fixture
def ended(programme, written):
    """The same, ended: what is confirmed cannot grow."""
    dictations.end(written, actor=Actor(programme.operator, programme.association), now=clock.now())
    return written


def test_who_dictates_is_asked_before_a_page_to_write_on(operator, programme, draft):
    page = f"/applications/{draft.id}/sections/idea"
    answer = operator.get(page)
    assert answer.status_code == 303 and answer.location.startswith("/dictations/new?")
    begun = operator.submit(answer.location, member=str(programme.chair.person_id))
    assert begun.location == page
    shown = text_of(operator.get(page).text)
    assert f"You are acting for {draft.association.name_en} · dictated by {programme.chair.display_name}" in shown
    assert operator.submit(page, title="Сүт").status_code == 303
    dictation = db.session.scalars(db.select(Dictation)).one()
    event = db.session.scalars(db.select(AuditEvent).where(AuditEvent.action == "application.save_section")).all()[-1]
    assert event.dictation_id == dictation.id


def test_a_form_sent_after_the_end_gives_the_words_back(operator, programme, draft, written):
    page = f"/applications/{draft.id}/sections/idea"
    data = dict(form_fields(operator.get(page).text)) | {"title": "Жоголбой турган сөз"}
    assert (
        operator.post(
            f"/dictations/{written.id}/end",
            data=form_fields(operator.get(f"/dictations/{written.id}").text, f"/dictations/{written.id}/end"),
        ).status_code
        == 303
    )
    answer = operator.post(page, data=data)
    assert answer.status_code == 409 and "Жоголбой турган сөз" in answer.text
    assert f"/dictations/new?association_id={draft.association_id}" in answer.text
    db.session.expire_all()
    assert draft.answers["title"] != "Жоголбой турган сөз"


def test_a_new_application_is_chosen_first_and_dictated_then(operator, programme):
    association = programme.make_association()
    if association.centre_id != programme.association.centre_id:
        pytest.skip("the next village is another centre's")
    chosen = {"call": str(programme.call.id), "association": str(association.id), "language": "ru"}
    answer = operator.submit("/applications/new", **chosen)
    assert answer.status_code == 303 and answer.location.startswith("/dictations/new?")
    back = operator.submit(answer.location, name="Осмонов Бакыт, эсепчи").location
    fields = form_fields(operator.get(back).text)
    assert {name: fields[name] for name in chosen} == chosen
    assert operator.post(back, data=fields).status_code == 303
    assert db.session.scalars(db.select(Application.language).order_by(Application.id.desc())).first() == "ru"


def test_nobody_dictates_without_a_name(operator, draft):
    answer = operator.submit(f"/dictations/new?association_id={draft.association_id}")
    assert answer.status_code == 422 and "Say who dictates to you." in text_of(answer.text)
    assert 'href="#member' in answer.text, "the list is what is chosen from; a name is for who is not on it"
    assert count(Dictation) == 0


def test_where_one_goes_on_is_never_elsewhere(operator, programme, draft):
    url = f"/dictations/new?association_id={draft.association_id}&next=//evil.example"
    assert operator.submit(url, member=str(programme.chair.person_id)).location == "/"


def test_the_member_confirms_on_the_operator_s_screen(operator, programme, ended, caplog):
    url = f"/dictations/{ended.id}/confirm"
    caplog.set_level(logging.DEBUG)
    wrong = operator.submit(url, member=str(programme.chair.id), password="туура эмес код")
    assert wrong.status_code == 422 and "This is not the code of this person." in text_of(wrong.text)
    assert "туура эмес код" not in wrong.text and count(SignInAttempt) == 1
    assert operator.submit(url, member=str(programme.chair.id), password="").status_code == 422
    secret = {"member": str(programme.chair.id), "password": PASSWORD}
    right = operator.submit(url, **secret)
    assert right.location == f"/dictations/{ended.id}"
    db.session.expire_all()
    assert (ended.way, ended.confirmed_by_id) == (W.OWN_CODE, programme.chair.person_id)
    page = text_of(operator.get(right.location).text)
    assert f"{programme.chair.display_name}, Own code" in page
    kept = " ".join(db.session.scalars(db.select(AuditEvent.details)))
    assert PASSWORD not in caplog.text and PASSWORD not in kept


def test_the_code_is_in_no_digest_of_the_form(operator, programme, ended):
    url = f"/dictations/{ended.id}/confirm"
    data = dict(form_fields(operator.get(url).text)) | {"member": str(programme.chair.id), "password": PASSWORD}
    operator.post(url, data=data)
    assert count(FormSubmission) == 1
    assert operator.post(url, data=data | {"password": "башка"}).status_code == 303  # the replay of the same form


def test_the_eleventh_guess_is_refused_even_when_right(operator, programme, written):
    url = f"/dictations/{written.id}/confirm"
    for _ in range(10):
        operator.submit(url, member=str(programme.chair.id), password="туура эмес код")
    answer = operator.submit(url, member=str(programme.chair.id), password=PASSWORD)
    assert answer.status_code == 422 and "Too many attempts." in text_of(answer.text)
    db.session.expire_all()
    assert written.confirmed_at is None


def test_a_thumbprint_on_the_printed_receipt_confirms(operator, client, programme, ended):
    url, receipt = f"/dictations/{ended.id}/attach", operator.get(f"/dictations/{ended.id}/receipt.pdf")
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(receipt.data)).pages)
    assert programme.chair.display_name in text and "Saved a part of the application" in text
    number = dictations.receipt_number(ended)
    assert number in text
    typed = {"member": str(programme.chair.person_id), "way": "thumbprint", "receipt": f" {number} "}
    assert operator.submit(url, **typed).status_code == 422
    fake = (io.BytesIO(b"MZ not a picture"), "receipt.jpg")
    assert operator.submit(url, upload=fake, **typed).status_code == 422
    assert operator.submit(url, upload=sent(programme.make_photo()), **typed).status_code == 303
    client.sign_in(programme.secretary).speak("en")
    assert "Thumbprint on the printed receipt" in text_of(client.get(f"/dictations/{ended.id}").text)
    with client.get(f"/dictations/{ended.id}/scan") as given:
        assert given.data and given.headers["Content-Disposition"].startswith("attachment")


def test_the_chair_confirms_at_the_operator_s_screen_when_signing_off(operator, programme, draft, written):
    url = f"/applications/{draft.id}/sign-off-for-the-chair"
    wrong = operator.submit(url, way="own_code", password="туура эмес код")
    assert wrong.status_code == 422 and count(SignInAttempt) == 1
    assert operator.submit(url, way="signature").status_code == 422
    db.session.expire_all()
    assert draft.status is S.DRAFT
    assert operator.submit(url, way="own_code", password=PASSWORD).location == f"/applications/{draft.id}"
    db.session.expire_all()
    assert draft.status is S.SIGNED_OFF and written.way is W.OWN_CODE
    page = text_of(operator.get(f"/applications/{draft.id}").text)
    assert f"dictated by {programme.chair.display_name} · confirmed by {programme.chair.display_name}" in page
    check, submit = f"/applications/{draft.id}/check", f"/applications/{draft.id}/submit"
    sent_in = operator.post(submit, data=form_fields(operator.get(check).text, submit))
    assert sent_in.location == f"/applications/{draft.id}"
    db.session.expire_all()
    assert draft.status is S.SUBMITTED


def test_what_was_written_leads_back_to_where_it_was_written(operator, draft, written):
    assert f'href="/applications/{draft.id}"' in operator.get(f"/dictations/{written.id}").text


def test_what_was_changed_behind_the_chair_is_not_signed(operator, programme, draft, written):
    url = f"/applications/{draft.id}/sign-off-for-the-chair"
    data = dict(form_fields(operator.get(url).text)) | {"way": "own_code", "password": PASSWORD}
    applications.save_section(
        draft, "idea", draft.answers | {"title": "Башка"}, actor=Actor(programme.chair), now=clock.now()
    )
    assert operator.post(url, data=data).status_code == 409
    db.session.expire_all()
    assert draft.status is S.DRAFT and written.confirmed_at is None


def test_unconfirmed_writing_is_seen_by_chair_secretary_and_operator(client, programme, draft, written):
    dictations.end(written, actor=Actor(programme.operator, programme.association), now=clock.now())
    link = f'href="/dictations/{written.id}"'
    for user, desk in ((programme.operator, "Get what you wrote confirmed"), (programme.chair, "Confirm what your")):
        client.sign_in(user).speak("en")
        assert desk in text_of(client.get("/").text) and link in client.get("/dictations").text
    assert "not confirmed yet" not in text_of(client.get(f"/applications/{draft.id}").text)  # saving is no step
    assert "Waits to be confirmed" in text_of(client.get(f"/applications/{draft.id}").text)
    assert link in client.sign_in(programme.secretary).get("/dictations").text
    url = f"/dictations/{written.id}"
    client.sign_in(programme.chair)
    assert client.post(f"{url}/approve", data=form_fields(client.get(url).text, f"{url}/approve")).status_code == 303
    db.session.expire_all()
    assert written.way is W.OWN_ACCOUNT
    assert link not in client.get("/dictations").text and link in client.get("/dictations?all=1").text


def test_another_centre_and_another_operator_reach_nothing(client, programme, written):
    other = programme.make_association(in_another_centre=True)
    client.sign_in(programme.operator_of(other.centre))
    url = f"/dictations/{written.id}"
    for path in ("", "/confirm", "/attach", "/receipt.pdf", "/scan"):
        assert client.get(f"{url}{path}").status_code == 404, path
    assert client.get(f"/dictations/new?association_id={programme.association.id}").status_code == 404
    client.sign_in(programme.chair_of(other))
    assert client.get(url).status_code == 404


def test_a_chair_without_an_account_is_asked_for_paper_only(operator, programme, draft, written):
    programme.chair.disabled_at = clock.now()
    db.session.commit()
    page = operator.get(f"/applications/{draft.id}/sign-off-for-the-chair").text
    assert "The chair has no account" in text_of(page)
    assert "password" not in form_fields(page) and "own_code" not in page
    receipt = f"/applications/{draft.id}/signatures/receipt.pdf"
    assert f'href="{receipt}"' in page, "what is to be signed is printed from here"
    assert operator.get(receipt).status_code == 200


def test_what_was_written_behind_who_confirms_is_not_confirmed(client, programme, draft, written):
    actor = Actor(programme.operator, programme.association, written)
    url = f"/dictations/{written.id}"
    client.sign_in(programme.operator).speak("en")
    assert f'href="{url}/attach"' not in client.get(url).text
    number = dictations.receipt_number(written)
    paper = {"member": str(programme.chair.person_id), "way": "thumbprint", "receipt": number}
    early = dict(form_fields(client.get(f"{url}/attach").text)) | paper
    applications.save_section(draft, "problem", draft.answers, actor=actor, now=clock.now())
    answer = client.submit(f"{url}/attach", upload=sent(programme.make_photo()), **paper)
    assert answer.status_code == 422 and "End the writing first" in text_of(answer.text)
    client.sign_in(programme.chair).speak("en")
    assert f"{url}/approve" not in client.get(url).text
    dictations.end(written, actor=actor, now=clock.now())
    fields = dict(form_fields(client.get(url).text, f"{url}/approve"))
    assert fields["seen"] == dictations.stamp_of(written)
    assert client.post(f"{url}/approve", data=fields | {"seen": early["seen"]}).status_code == 409
    client.sign_in(programme.operator)
    early |= {"upload": sent(programme.make_photo())}
    fresh = form_fields(client.get(f"{url}/attach").text)
    early |= {name: fresh[name] for name in ("csrf_token", "idempotency_key")}
    assert client.post(f"{url}/attach", data=early, content_type="multipart/form-data").status_code == 409
    answer = client.submit(f"{url}/attach", upload=sent(programme.make_photo()), **paper)
    assert answer.status_code == 422, "what was printed before the last act is not what the paper says"
    assert "This is not the number of the receipt that lists everything." in text_of(answer.text)
    db.session.expire_all()
    assert written.confirmed_at is None


def test_a_reviewer_who_is_a_member_elsewhere_reads_no_names(client, programme, draft, written):
    reviewer = programme.reviewers[0]
    draft.status, draft.submitted_at = S.ELIGIBLE, clock.now()
    programme.assign(draft, reviewer).status = AssignmentStatus.ACCEPTED
    elsewhere = programme.make_association(in_another_centre=True)
    users.grant_role(reviewer, Role.MEMBER, association=elsewhere, actor=None, now=clock.now())
    url, caption = f"/applications/{draft.id}", "Who dictated, typed and confirmed"
    page = text_of(client.sign_in(reviewer).speak("en").get(url).text)
    assert draft.title in page and caption not in page and programme.operator.display_name not in page
    assert caption in text_of(client.sign_in(programme.secretary).speak("en").get(url).text)


def test_the_present_centre_collects_the_confirmation_and_the_old_one_sees_nothing(client, programme, ended):
    url, association, old = f"/dictations/{ended.id}", programme.association, programme.operator
    to = programme.make_association(in_another_centre=True).centre
    centres.move(association, to, reason="Жакыныраак", actor=Actor(programme.secretary), now=clock.now())
    client.sign_in(old).speak("en")
    assert "Get what you wrote confirmed" not in text_of(client.get("/").text) and client.get(url).status_code == 404
    client.sign_in(programme.operator_of(to)).speak("en")
    assert "Get what was written for the association confirmed" in text_of(client.get("/").text)
    page = client.get(url).text
    assert f"{url}/attach" in page and f"{url}/end" not in page
    answer = client.submit(f"{url}/confirm", member=str(programme.chair.id), password=PASSWORD)
    assert answer.location == url
    db.session.expire_all()
    assert ended.way is W.OWN_CODE


def test_another_operator_of_the_centre_ends_nothing(client, programme, written):
    colleague = programme.make_user(Role.OPERATOR, centre=programme.association.centre)
    url = f"/dictations/{written.id}"
    client.sign_in(colleague)
    fields = form_fields(client.get(f"{url}/attach").text)
    assert client.post(f"{url}/end", data=fields).status_code == 403
    db.session.expire_all()
    assert written.is_open


def pdf_text(answer):
    """The words of all pages of a PDF, in one line."""
    pages = PdfReader(io.BytesIO(answer.data)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).replace("\u00a0", " ").split())


def test_the_receipt_shows_the_words_of_the_parts_that_were_written(operator, programme, draft):
    dictation = programme.dictate(programme.association)
    actor, now = Actor(programme.operator, programme.association, dictation), clock.now()
    words = "Суу жок, жайында бакчалар куурайт. " * 40 + "Ушуну менен бүттү."
    applications.save_section(draft, "problem", {"problem": words}, actor=actor, now=now)
    applications.add_pledge(
        draft,
        remitter_name="Алтын Жылдыз",
        is_pseudonym=True,
        country="RU",
        currency="KGS",
        amount=50_000_00,
        due_on=date(2027, 3, 1),
        has_consent=True,
        actor=actor,
        now=now,
    )
    text = pdf_text(operator.get(f"/dictations/{dictation.id}/receipt.pdf"))
    form = questions.form_of(draft.call)
    asked = form.section("problem").questions[0]
    assert asked.numbered_in("en") in text and " ".join(words.split()) in text
    assert form.fixed("pledges").numbered_in("en") in text and "Алтын Жылдыз" in text and "50 000 som" in text
    numbers = form.fixed("pledges").numbers.values()
    assert all(number in text for number in numbers)
    assert form.fixed("budget").numbered_in("en") not in text, "nobody dictated it"
    stamp = applications.stamp_of(draft)
    assert all(stamp[start : start + 8] in text for start in range(0, 64, 8))
    applications.save_section(draft, "problem", {"problem": "Башка"}, actor=Actor(programme.chair), now=now)
    anew = pdf_text(operator.get(f"/dictations/{dictation.id}/receipt.pdf"))
    assert "Башка" in anew and stamp[:8] not in anew


def test_a_receipt_of_nothing_says_so(operator, programme, draft):
    dictation = programme.dictate(programme.association)
    text = pdf_text(operator.get(f"/dictations/{dictation.id}/receipt.pdf"))
    assert "Nothing was written." in text and "SHA-256" not in text


def test_the_sign_off_on_paper_asks_for_the_number_of_its_receipt(operator, client, programme, draft, written):
    url, receipt = (f"/applications/{draft.id}/{one}" for one in ("sign-off-for-the-chair", "signatures/receipt.pdf"))
    number, stamp = signatures.receipt_number(draft, applications.stamp_of(draft)), applications.stamp_of(draft)
    text = pdf_text(operator.get(receipt))
    assert number in text and stamp[:8] in text and programme.chair.display_name in text
    form = questions.form_of(draft.call)
    assert all(part.numbered_in("en") in text for part in form.parts)
    assert all(" ".join(draft.answers[one.key].split()) in text for one in form.questions if one.key in draft.answers)

    def attached(typed):
        return operator.submit(url, way="thumbprint", receipt=typed, upload=sent(programme.make_photo()))

    for wrong, words in (
        ("", REQUIRED),
        ("17/31", "This is not the number of the receipt that shows"),
    ):
        answer = attached(wrong)
        assert answer.status_code == 422 and words in text_of(answer.text)
    answers = {**draft.answers, "problem": draft.answers["problem"] + " Дагы бир сүйлөм."}
    applications.save_section(draft, "problem", answers, actor=Actor(programme.chair), now=clock.now())
    answer = attached(number)
    assert answer.status_code == 422 and "Print it again, read it aloud" in text_of(answer.text)
    db.session.expire_all()
    assert draft.status is S.DRAFT
    assert attached(signatures.receipt_number(draft, applications.stamp_of(draft))).status_code == 303
    db.session.expire_all()
    (kept,) = signatures.of(draft)
    assert draft.status is S.SIGNED_OFF and kept.receipt in text_of(operator.get(f"/applications/{draft.id}").text)
    scan = f"/applications/{draft.id}/signatures/{kept.id}/scan"
    for reader in (programme.operator, programme.chair, programme.secretary):
        client.sign_in(reader)
        with client.get(scan) as given:
            assert given.status_code == 200 and given.headers["Content-Disposition"].startswith("attachment")
    other = programme.make_application(S.DRAFT)
    assert client.get(f"/applications/{other.id}/signatures/{kept.id}/scan").status_code == 404
    client.sign_in(programme.operator_of(programme.make_association(in_another_centre=True).centre))
    for path in (scan, receipt):
        assert client.get(path).status_code == 404
