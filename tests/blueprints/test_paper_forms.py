"""Paper from the site: open to everybody for a published call, to its readers for an application; names to few."""

import re
from html import unescape
from itertools import pairwise

import pytest

from app import clock
from app.localisation import LOCALE_CODES
from app.services import applications, questions, screenings
from app.services.actors import Actor
from app.services.questions import NumberedPart, Section
from app.web.form_parts import PAGES
from models.applications import ApplicationStatus, ScreeningOutcome
from tests.factories import TEXT
from tests.reports.test_paper_forms import plain, words

S = ApplicationStatus
LABEL = re.compile(r"<(?:label|legend)[^>]*>\s*(?:<[a-z0-9]+[^>]*>\s*)*(\d+\.\d+ [^<]+)")


def labels_on(html):
    """The numbered labels of a page, from top to bottom."""
    return [plain(unescape(one)) for one in LABEL.findall(html)]


def address_of(app, application, part):
    with app.test_request_context():
        if isinstance(part, Section):
            return app.url_for("applications.edit_section", application_id=application.id, section_key=part.key)
        endpoint, more = PAGES[part.key]
        return app.url_for(endpoint, application_id=application.id, **more)


@pytest.mark.parametrize("locale", LOCALE_CODES)
def test_every_field_has_the_number_and_label_of_the_screen(app, client, programme, locale):
    draft = programme.make_application(S.DRAFT, association=programme.association, is_complete=False)
    client.sign_in(programme.chair).speak(locale)
    parts = questions.form_of(draft.call).parts
    empty, filled = (
        words(client.get(address).data)
        for address in (f"/calls/{draft.call_id}/form.pdf", f"/applications/{draft.id}/form.pdf")
    )
    seen = 0
    for part in parts:
        found = labels_on(client.get(address_of(app, draft, part)).text)
        asked = part.questions if isinstance(part, Section) else ()
        numbers = list(part.numbers.values()) if isinstance(part, NumberedPart) else [one.number for one in asked]
        assert [one.split(" ")[0] for one in found] == numbers, part.key
        assert [one for one in found if one not in empty] == []
        assert [one for one in found if one not in filled] == []
        seen += len(found)
    assert seen > 50


@pytest.mark.parametrize(("locale", "form", "guide"), [
    ("ky", "Арыз формасы", "Арыз берүүчүлөр үчүн көрсөтмө"),
    ("ru", "Форма заявки", "Памятка для заявителей"),
    ("en", "Application form", "Guide for applicants"),
])  # fmt: skip
def test_everybody_prints_form_and_guide_of_a_published_call(client, programme, locale, form, guide):
    call, visitor = programme.call, client.speak(locale)
    page = visitor.get(f"/open-calls/{call.id}").text
    for name, title in (("form", form), ("guide", guide)):
        assert f"/calls/{call.id}/{name}.pdf" in page
        answer = visitor.get(f"/calls/{call.id}/{name}.pdf")
        assert answer.mimetype == "application/pdf"
        assert f"{call.code}-{name}.pdf" in answer.headers["Content-Disposition"]
        assert title in words(answer.data) and plain(call.title_in(locale)) in words(answer.data)


def test_a_visitor_clicks_from_the_door_to_the_paper(client, programme):
    call = programme.call
    papers = [f"/calls/{call.id}/guide.pdf", f"/calls/{call.id}/form.pdf"]
    way = ["/sign-in", "/open-calls", f"/open-calls/{call.id}"]
    for here, there in pairwise(way):
        assert f'href="{there}"' in client.get(here).text
    assert all(f'href="{paper}"' in client.get(way[-1]).text for paper in papers)
    assert 'href="/open-calls"' in client.get("/open-calls").text.split("<main")[0]


def test_who_writes_finds_the_paper_on_desk_call_and_first_page(client, programme):
    call = programme.call
    client.sign_in(programme.operator)
    for page in ("/", f"/calls/{call.id}", "/applications/new"):
        found = client.get(page).text
        assert [one for one in ("guide", "form") if f'href="/calls/{call.id}/{one}.pdf"' not in found] == [], page
    draft = programme.make_call(is_open=False)
    assert ".pdf" not in client.sign_in(programme.secretary).get(f"/calls/{draft.id}").text


@pytest.mark.parametrize("name", ["form", "guide"])
def test_a_call_that_is_not_published_has_no_paper(client, programme, name):
    draft, hidden = programme.make_call(is_open=False), programme.make_call()
    hidden.is_public = False
    addresses = [f"/calls/{number}/{name}.pdf" for number in (draft.id, hidden.id, 999)]
    assert [client.get(one).status_code for one in addresses] == [404, 404, 404]


def test_names_are_printed_for_the_applicant_and_the_office_alone(client, programme):
    application = programme.make_application(S.REVIEWED)
    names = [application.meeting.led_by, applications.pledges_of(application)[0].remitter_name]
    for user, is_shown in (
        (programme.chair_of(application.association), True),
        (programme.operator_of(application.association.centre), True),
        (programme.secretary, True),
        (programme.council_chair, True),
        (programme.reviewers[0], False),
    ):
        client.sign_in(user).speak("en")
        page = client.get(f"/applications/{application.id}").text
        assert f"/applications/{application.id}/form.pdf" in page
        text = words(client.get(f"/applications/{application.id}/form.pdf").data)
        assert [name in text for name in names] == [is_shown, is_shown], user.username
        assert [name in page for name in names] == [is_shown, is_shown], user.username
        assert application.number in text and ("Signatures" in text) is is_shown


def test_a_foreign_application_has_no_paper(client, programme):
    application = programme.make_application(S.DRAFT, association=programme.association)
    other = programme.make_association(in_another_centre=True)
    address = f"/applications/{application.id}/form.pdf"
    for user in (programme.chair_of(other), programme.operator_of(other.centre), programme.reviewers[0]):
        assert client.sign_in(user).get(address).status_code == 404
    assert client.sign_in(programme.chair).get(address).status_code == 200


def test_a_returned_application_has_room_in_the_parts_asked_for_alone(client, programme):
    application = programme.make_application(S.SUBMITTED, association=programme.association)
    secretary, room = Actor(programme.secretary), "How to fill it in"
    screenings.screen(
        application, ScreeningOutcome.RETURNED, reason=TEXT, parts=["steps"], actor=secretary, now=clock.now()
    )
    text = words(client.sign_in(programme.chair).speak("en").get(f"/applications/{application.id}/form.pdf").data)
    assert room in text and "1 is the first month of the plan" in text
    assert "The same every month as in January" not in text and "Read this to the person" not in text
