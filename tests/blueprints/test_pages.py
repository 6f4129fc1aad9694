"""What pages say in small things: errors, footer, hints, browsers, where the suspend button stands."""

import io

import pytest
from pypdf import PdfReader
from sqlalchemy.orm.exc import StaleDataError

from app import clock
from app.web.access import public
from models.applications import ApplicationStatus
from models.base import db
from models.users import UserSession
from tests.conftest import NOW
from tests.support.pages import text_of

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile Safari/604.1"
ANDROID = "Mozilla/5.0 (Android 14; Mobile; rv:130.0) Gecko/130.0 Firefox/130.0"


def test_an_error_page_says_a_sentence_and_no_number(client, programme):
    client.sign_in(programme.chair).speak("en")
    for url, status in (("/no-such-page", 404), ("/assignments", 403)):
        answer = client.get(url)
        assert answer.status_code == status and f">{status}<" not in answer.text


def test_the_footer_says_the_name_once(client):
    footer = client.speak("ky").get("/sign-in").text.split("<footer", 1)[1]
    assert text_of("<footer" + footer).count("Ашар") == 1


def test_suspending_stands_apart_at_the_end(client, programme):
    grant = programme.make_grant("active")
    client.sign_in(programme.finance).speak("en")
    page = client.get(f"/grants/{grant.id}").text
    assert page.index(f'href="/grants/{grant.id}/suspend"') > page.index('id="papers"')
    assert "Nothing is paid while a grant is suspended." in page


def test_the_account_of_an_offered_grant_comes_with_the_acceptance(client, programme):
    grant = programme.make_grant("offered")
    client.sign_in(programme.chair_of(grant.association)).speak("en")
    page = text_of(client.get(f"/grants/{grant.id}").text)
    assert "fixed when you accept the grant" in page and "No confirmed account." not in page


@pytest.mark.parametrize(("status", "text"), [("draft", "Continue your application"), (None, "Start an application")])
def test_under_an_existing_bid_the_button_continues_it(client, programme, status, text):
    association, _open = programme.association, programme.call
    if status:
        bid = programme.make_application(ApplicationStatus(status), association=association)
    page = client.sign_in(programme.chair).speak("en").get(f"/associations/{association.id}").text
    found = [one for one in ("Continue your application", "Start an application") if one in page]
    assert found == [text]
    if status:
        assert page.count(f'href="/applications/{bid.id}"') == 2


def test_what_a_choice_needs_is_not_called_optional(client, programme):
    page = client.sign_in(programme.administrator).speak("en").get("/people/new").text
    for name, hint in (
        ("association", "If the role is held in an association."),
        ("centre", "If the role is held at a resource centre."),
        ("donor", "If the person reads for a donor."),
    ):
        label = page.split(f'<label class="govuk-label" for="{name}">', 1)[1].split("</label>")[0]
        assert "(optional)" not in label and hint in page
    assert "(optional)" in page.split('for="phone">', 1)[1].split("</label>")[0]


@pytest.mark.parametrize(
    ("agent", "words"),
    [(CHROME, "Chrome, Linux"), (SAFARI, "Safari, iPhone"), (ANDROID, "Firefox, Android"), ("", "unknown")],
)
def test_a_browser_is_named_in_words_and_this_one_is_marked(client, programme, agent, words):
    client.sign_in(programme.chair).sign_in(programme.chair).speak("en")
    earlier, _own = db.session.query(UserSession).order_by(UserSession.id)
    earlier.browser = agent
    page = text_of(client.get("/account").text)
    assert (
        words in page and "Mozilla" not in page and page.count("this one") == 2
    )  # the mark, and the button's sentence


def test_the_receipt_names_the_territory_and_no_code(client, programme):
    application = programme.make_application(ApplicationStatus.SUBMITTED)
    client.sign_in(programme.chair_of(application.association)).speak("en")
    paper = client.get(f"/applications/{application.id}/receipt").data
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages)
    assert "Ayil aymak" in text and "Ayil okmotu" not in text and f"{application.call.code} ·" not in text


def test_examples_of_days_are_near_today_and_would_be_taken(client, programme):
    application = programme.make_application(ApplicationStatus.ELIGIBLE)
    assert programme.reviewers
    url = f"/assignments/new/{application.id}"
    client.sign_in(programme.secretary).speak("en")
    for day, shown in ((NOW, "26.10.2026"), (NOW.replace(year=2028), "26.10.2028")):
        with clock.at(day):
            assert f"For example, {shown}. The reviewer sees this day." in text_of(client.get(url).text)
    answer = client.submit(url, reviewer=str(programme.reviewers[0].id), due_on="26.10.2026")
    assert answer.status_code == 303


def test_a_lost_race_in_which_nothing_was_typed_is_a_plain_409(own_app, client):
    @public
    def lose():
        raise StaleDataError("another session was faster")

    own_app.add_url_rule("/lose", "lose", lose)
    answer = client.get("/lose")
    assert answer.status_code == 409 and "<h1" in answer.text
