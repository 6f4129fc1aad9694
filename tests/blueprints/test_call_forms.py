"""Setting up the application form and the papers of a call, through the pages."""

import pytest

from app import clock
from app.localisation import use_locale
from app.services import call_forms, calls, questions
from app.services.actors import Actor
from app.services.call_forms import MOST_QUESTIONS, QuestionInput
from app.services.errors import DomainError, LimitExceededError
from models.audit import AuditEvent
from models.base import db
from models.documents import DocumentKind
from tests.support.pages import form_fields, text_of

TITLE = {"title_ky": "Айлана-чөйрө", "title_ru": "Окружающая среда", "title_en": "Environment"}
LABEL = {"label_ky": "Сууга таасири?", "label_ru": "Влияние на воду?", "label_en": "What does it do to the water?"}
UP = {"direction": "up"}
TEXT = {"text_ky": "Эсеп.", "text_ru": "Справка.", "text_en": "A statement."}


@pytest.fixture
def call(programme):
    return programme.make_call(is_open=False)


@pytest.fixture
def secretary(client, programme, call):
    return client.sign_in(programme.secretary).speak("en")


def form_now(call):
    db.session.expire_all()
    return questions.form_of(call)


def test_a_part_and_its_questions_are_set_up(secretary, call):
    url = f"/calls/{call.id}/form"
    answer = secretary.submit(f"{url}/sections/new", **TITLE)
    assert answer.location == f"{url}/sections/section_1/questions/new"
    assert "The part “Environment” asks nothing yet." in text_of(secretary.get(url).text)
    assert "The part “Environment” asks nothing yet." in text_of(secretary.get(f"/calls/{call.id}").text)
    answer = secretary.submit(answer.location, **LABEL, limit="500", least="15", rows="4")
    assert answer.status_code == 303
    (question,) = form_now(call).section("section_1").questions
    assert (question.number, question.words, question.least, question.rows) == ("7.1", 500, 15, 4)
    assert "500 words" in text_of(secretary.get(f"{url}/sections/section_1/edit").text)
    assert form_fields(secretary.get(f"{url}/questions/question_1/edit").text)["limit"] == "500"
    assert question.label == {"ky": LABEL["label_ky"], "ru": LABEL["label_ru"], "en": LABEL["label_en"]}
    page = text_of(secretary.get(url).text)
    assert "7. Environment" in page and "8. Budget" in page and "Every part asks something" in page
    secretary.submit(f"{url}/sections/section_1/edit", title_en="Nature")
    secretary.submit(f"{url}/questions/question_1/edit", hint_ky="Оңой", hint_ru="Легко", hint_en="Easy", limit="600")
    section = form_now(call).section("section_1")
    assert section.title_in("en") == "Nature" and section.questions[0].hint_in("en") == "Easy"
    secretary.post(
        f"{url}/parts/section_1/move", data=form_fields(secretary.get(url).text, f"{url}/parts/section_1/move") | UP
    )
    assert form_now(call).by_key["section_1"].number == "6" and form_now(call).by_key["future"].number == "7"
    secretary.submit(f"{url}/questions/question_1/delete")
    secretary.submit(f"{url}/sections/section_1/delete")
    assert call.form == questions.default_form()
    acts = db.session.scalars(db.select(AuditEvent.action).where(AuditEvent.subject == f"calls:{call.id}")).all()
    assert {"call.save_section", "call.save_question", "call.move_part", "call.remove_question"} <= set(acts)
    page = text_of(secretary.get("/history").text)
    assert "Nature" in page and "What does it do to the water?" in page


def test_refusals_stand_at_their_fields(secretary, call):
    url = f"/calls/{call.id}/form"
    answer = secretary.submit(f"{url}/sections/idea/questions/new", **LABEL, hint_ky="Бир гана тилде", limit="9")
    assert answer.status_code == 422 and "Write it in all three languages." in text_of(answer.text)
    for field, value, words in (
        ("limit", "9", "The longest answer has 10 to 1000 words."),
        ("limit", "1001", "The longest answer has 10 to 1000 words."),
        ("least", "3000", "The shortest answer cannot be longer than the longest."),
        ("rows", "21", "Enter a whole number from 1 to 20."),
    ):
        answer = secretary.submit(f"{url}/sections/idea/questions/new", **(LABEL | {field: value}))
        assert answer.status_code == 422, field
        assert f'id="{field}-error"' in answer.text and words in text_of(answer.text), field
    answer = secretary.submit(f"{url}/questions/title/edit", rows="3")
    assert answer.status_code == 422 and 'id="rows-error"' in answer.text
    answer = secretary.submit(f"{url}/questions/title/delete")
    assert answer.status_code == 422 and "it stays" in text_of(answer.text)
    answer = secretary.submit(f"{url}/sections/idea/delete")
    assert answer.status_code == 422 and "it stays" in text_of(answer.text)
    assert form_now(call).sha256 == questions.read(questions.default_form()).sha256
    assert secretary.get(f"{url}/sections/budget/edit").status_code == 404
    assert secretary.get(f"{url}/questions/nothing/edit").status_code == 404


def test_the_second_of_two_editors_of_one_question_is_told(secretary, call):
    url = f"/calls/{call.id}/form/questions/risks/edit"
    first = form_fields(secretary.get(url).text).to_dict()
    other = form_fields(secretary.get(f"/calls/{call.id}/form/questions/title/edit").text).to_dict()
    assert secretary.post(url, data=first | {"label_en": "What can go wrong?"}).status_code == 303
    answer = secretary.post(url, data=first | {"label_en": "Dangers", "idempotency_key": ""})
    assert answer.status_code == 409
    assert "Dangers" in text_of(answer.text) and "What can go wrong?" in text_of(answer.text)
    edited = secretary.post(f"/calls/{call.id}/form/questions/title/edit", data=other | {"label_en": "Name"})
    assert edited.status_code == 303, "another question was not touched meanwhile"
    labels = {one.key: one.label_in("en") for one in form_now(call).questions}
    assert (labels["risks"], labels["title"]) == ("What can go wrong?", "Name")


def test_papers_are_asked_for(secretary, call):
    url = f"/calls/{call.id}/documents"
    answer = secretary.submit(f"{url}/new", kind="other", is_required="y", months="3", **TEXT)
    assert answer.status_code == 303 and answer.location == f"/calls/{call.id}/form#papers"
    db.session.expire_all()
    paper = questions.documents_of(call)[-1]
    assert (paper.kind, paper.is_required, paper.months) == (DocumentKind.OTHER, True, 3)
    page = text_of(secretary.get(f"/calls/{call.id}").text)
    assert "A statement." in page and "not older than 3 months" in page
    answer = secretary.submit(f"{url}/new", kind="other", **TEXT)
    assert answer.status_code == 422 and 'id="kind-error"' in answer.text
    answer = secretary.submit(f"{url}/other/edit", months="61")
    assert answer.status_code == 422 and 'id="months-error"' in answer.text
    answer = secretary.submit(f"{url}/meeting_minutes/edit", is_required=None)
    assert answer.status_code == 422 and 'id="is_required-error"' in answer.text
    assert secretary.submit(f"{url}/other/edit", months="", text_en="Another statement.").status_code == 303
    db.session.expire_all()
    assert questions.documents_of(call)[-1].months is None
    assert secretary.submit(f"{url}/other/delete").status_code == 303
    assert secretary.submit(f"{url}/meeting_minutes/delete").status_code == 422
    db.session.expire_all()
    assert call.required_documents == questions.default_documents()


def test_an_open_call_is_frozen(client, programme):
    call = programme.call
    client.sign_in(programme.secretary).speak("en")
    url = f"/calls/{call.id}/form"
    for page in ("sections/new", "sections/idea/edit", "questions/risks/edit", "questions/risks/delete"):
        assert client.get(f"{url}/{page}").location == url
    page = client.get(url)
    assert "The form is frozen" in text_of(page.text) and "/move" not in page.text
    by = {"actor": Actor(programme.secretary), "now": clock.now()}
    texts = {"ky": "а", "ru": "б", "en": "c"}
    paper = {"is_new": True, "is_required": True, "months": None, "text": texts}
    for act in (
        lambda: call_forms.save_section(call, None, texts, **by),
        lambda: call_forms.remove_section(call, "future", **by),
        lambda: call_forms.move_part(call, "future", up=True, **by),
        lambda: call_forms.save_question(call, "idea", None, QuestionInput(texts, texts, 200, 0, 3), **by),
        lambda: call_forms.remove_question(call, "idea", "summary", **by),
        lambda: call_forms.move_question(call, "idea", "summary", up=True, **by),
        lambda: call_forms.save_document(call, DocumentKind.OTHER, **paper, **by),
        lambda: call_forms.remove_document(call, DocumentKind.PHOTO, **by),
    ):
        with use_locale("en"), pytest.raises(DomainError, match="frozen"):
            act()


def test_a_page_has_its_limits_and_a_call_its_check(programme):
    call = programme.make_call(is_open=False, with_dry_run=False)
    by = {"actor": Actor(programme.secretary), "now": clock.now()}
    texts = {"ky": "а", "ru": "б", "en": "c"}
    asked = QuestionInput(texts, dict.fromkeys(texts, ""), 200, 0, 3)
    key = call_forms.save_section(call, None, texts, **by)
    with use_locale("en"), pytest.raises(DomainError, match="asks nothing yet"):
        calls.open_(call, **by)
    keys = [call_forms.save_question(call, key, None, asked, **by) for _number in range(MOST_QUESTIONS)]
    assert len(set(keys)) == MOST_QUESTIONS
    with pytest.raises(LimitExceededError):
        call_forms.save_question(call, key, None, asked, **by)
    call_forms.move_question(call, key, keys[0], up=True, **by)
    call_forms.move_question(call, key, keys[0], up=False, **by)
    assert [one.key for one in questions.form_of(call).section(key).questions][:2] == [keys[1], keys[0]]
    programme.skip_dry_run(call, clock.now())
    calls.open_(call, **by)
