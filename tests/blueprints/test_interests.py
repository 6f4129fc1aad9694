"""The own register of interests in the browser: entered, ended, confirmed before the first review of a call."""

import pytest

from app import clock
from app.services import assignments, interests
from app.services.actors import Actor
from models.applications import ApplicationStatus
from models.base import db
from models.interests import Interest, InterestKind
from models.reviews import AssignmentStatus
from models.users import Role
from tests.support import pages


@pytest.fixture
def reviewer(client, programme):
    user = programme.make_user(Role.REVIEWER)
    client.sign_in(user).speak("en")
    return user


def test_an_interest_is_entered_and_ended(client, reviewer):
    answer = client.submit("/interests/new", kind="kin", name="Асанова  Бүбүсара", relation="эжем", register_number="")
    assert answer.status_code == 303
    one = db.session.scalars(db.select(Interest)).one()
    assert (one.user_id, one.name, one.ended_at) == (reviewer.id, "Асанова Бүбүсара", None)
    page = client.get("/interests").text
    assert "Асанова Бүбүсара" in page and "эжем" in page and "holds" in page
    client.submit("/interests", action=f"/interests/{one.id}/end")
    db.session.expire_all()
    assert one.ended_at is not None and "ended on" in client.get("/interests").text


def test_kin_needs_the_relation(client, reviewer):
    answer = client.submit("/interests/new", kind="kin", name="Асанова Бүбүсара", relation=" ", register_number="")
    assert answer.status_code == 422 and "Say how this person is related to you" in answer.text


def test_nobody_sees_or_ends_the_register_of_another(client, programme, reviewer):
    by = {"actor": Actor(programme.reviewers[0]), "now": clock.now()}
    one = interests.declare(InterestKind.BUSINESS, name="Ак-Булак", relation="", register_number="", **by)
    page = client.get("/interests").text
    assert "Ак-Булак" not in page
    data = pages.filled(pages.choose_form(page, "/interests", "/sign-out"), {})
    assert client.post(f"/interests/{one.id}/end", data=data).status_code == 404
    assert one.ended_at is None


def test_before_the_first_review_of_a_call_the_register_is_confirmed(client, programme, reviewer):
    application = programme.make_application(ApplicationStatus.IN_REVIEW)
    day, by = clock.bishkek_day(application.call.closes_at), Actor(programme.secretary)
    asked = assignments.assign(application, reviewer, due_on=day, actor=by, now=clock.now())
    url = f"/assignments/{asked.id}/answer"
    asks = "First confirm your register of interests for this call:"
    assert asks in client.get(url).text
    answer = client.submit(url, interest="none", explanation="")
    assert answer.status_code == 422 and "First confirm your register of interests" in answer.text
    client.submit("/interests", action=f"/interests/confirm/{application.call_id}")
    assert "confirmed" in client.get("/interests").text
    assert asks not in client.get(url).text
    assert client.submit(url, interest="none", explanation="").status_code == 303
    db.session.expire_all()
    assert asked.status is AssignmentStatus.ACCEPTED


def test_who_was_answering_comes_back_to_the_request(client, programme, reviewer):
    application = programme.make_application(ApplicationStatus.IN_REVIEW)
    day, by = clock.bishkek_day(application.call.closes_at), Actor(programme.secretary)
    asked = assignments.assign(application, reviewer, due_on=day, actor=by, now=clock.now())
    url, register = f"/assignments/{asked.id}/answer", f"/interests?answering={asked.id}"
    assert f'href="{register}"' in client.get(url).text and f'href="{url}"' in client.get(register).text
    entered = {"kind": "business", "name": "Ак-Булак", "relation": "", "register_number": ""}
    assert client.submit(f"/interests/new?answering={asked.id}", **entered).location == register
    one = db.session.scalars(db.select(Interest)).one()
    assert client.submit(register, action=f"/interests/{one.id}/end?answering={asked.id}").location == register
    confirm = f"/interests/confirm/{application.call_id}?answering={asked.id}"
    assert client.submit(register, action=confirm).location == url
    assert client.submit(url, interest="none", explanation="").status_code == 303


@pytest.mark.parametrize("given", ["another's", "//example.com", "99999999999999999999", "-1", ""])
def test_nothing_but_an_own_request_is_led_back_to(client, programme, reviewer, given):
    application = programme.make_application(ApplicationStatus.IN_REVIEW)
    if given == "another's":
        given = str(assignments.of_application(application)[0].id)
    register = f"/interests?answering={given}"
    page = client.get(register)
    assert page.status_code == 200 and "Back to the request" not in page.text
    action = f"/interests/confirm/{application.call_id}"
    data = pages.filled(pages.choose_form(page.text, action), {})
    assert client.post(f"{action}?answering={given}", data=data).location == "/interests"
