"""My profile as a reviewer, my part in a call, and the secretary's view of who judges how much."""

import pytest

from app import clock
from app.services import reviewers
from app.services.actors import Actor
from models.applications import ApplicationStatus
from models.reviewers import Leaning
from models.users import Role
from tests.support.pages import text_of


@pytest.fixture
def reviewer(programme):
    return programme.reviewers[0]


def test_a_reviewer_fills_in_the_profile(client, programme, reviewer):
    theme, village = programme.theme("water"), reviewers.villages()[0]
    client.sign_in(reviewer).speak("en")
    assert 'href="/reviewers/profile"' in client.get("/reviews").text
    sent = {"languages": ["ky", "ru"], "themes": [str(theme.id)], "birth_village": str(village.id)}
    answer = client.submit("/reviewers/profile", **sent)
    assert answer.status_code == 303
    kept = reviewers.profile_of(reviewer)
    assert (kept.languages, kept.theme_ids, kept.birth_village_id) == (["ky", "ru"], {theme.id}, village.id)
    page = client.get("/reviewers/profile").text
    assert f'value="{village.id}" selected' in page and 'value="ru" checked' in page


def test_a_profile_without_a_language_is_refused_at_its_field(client, reviewer):
    answer = client.sign_in(reviewer).speak("en").submit("/reviewers/profile", languages=[])
    assert answer.status_code == 422 and "Tick at least one language." in answer.text
    assert reviewers.profile_of(reviewer) is None


def test_a_profile_changed_in_another_window_is_not_overwritten(client, programme, reviewer):
    client.sign_in(reviewer).speak("en")
    form = client.get("/reviewers/profile").text
    version = form.split('name="version" type="hidden" value="')[1].split('"')[0]
    assert client.submit("/reviewers/profile", languages=["ky"]).status_code == 303
    answer = client.submit("/reviewers/profile", languages=["en"], version=version)
    assert answer.status_code == 409
    assert reviewers.profile_of(reviewer).languages == ["ky"]


def test_a_reviewer_says_what_they_judge_in_a_call(client, programme, reviewer):
    application = programme.make_application(ApplicationStatus.ELIGIBLE)
    url, theme = f"/reviewers/calls/{application.call_id}", programme.theme("water")
    client.sign_in(reviewer).speak("en")
    assert url in client.get("/reviewers/profile").text
    page = client.get(url).text
    assert application.title not in page and application.number not in page, "no application is named before"
    answer = client.submit(url, most="4", wishes=[str(theme.id)])
    assert answer.location == "/reviewers/profile"
    said = reviewers.part_of(application.call, reviewer)
    assert (said.is_available, said.most, said.themes(Leaning.WISH)) == (True, 4, [theme.id])
    assert client.submit(url, most="4", wishes=[str(theme.id)], rather_not=[str(theme.id)]).status_code == 422
    assert client.get("/reviewers/calls/999999").status_code == 404


def test_the_secretary_sees_and_changes_limits(client, programme, reviewer):
    by = {"actor": Actor(reviewer), "now": clock.now()}
    theme = programme.theme("water")
    reviewers.save_profile(reviewer, languages=["ky"], theme_ids=[theme.id], birth_village_id=None, **by)
    application = programme.make_application(ApplicationStatus.ELIGIBLE)
    programme.assign(application, reviewer)
    url = f"/reviewers/calls/{application.call_id}/{reviewer.id}"
    client.sign_in(programme.secretary).speak("en")
    assert 'href="/reviewers"' in client.get("/assignments").text
    page = client.get("/reviewers").text
    assert reviewer.display_name in page and theme.name_en in page and "Кыргызча" in page and url in page
    assert client.submit(url, most="1").location == f"/reviewers?call_id={application.call_id}"
    assert reviewers.part_of(application.call, reviewer).most == 1
    assert "at most 1" in text_of(client.sign_in(reviewer).get("/messages").text)


def test_a_limit_of_somebody_who_is_no_reviewer_is_not_there(client, programme):
    url = f"/reviewers/calls/{programme.call.id}/{programme.monitor.id}"
    assert client.sign_in(programme.secretary).get(url).status_code == 404
    assert client.get("/reviewers?call_id=999999").status_code == 404


def test_without_a_call_there_is_nobody_to_list(client, programme):
    page = client.sign_in(programme.secretary).speak("en").get("/reviewers")
    assert page.status_code == 200 and "No call waits for reviews" in page.text


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SECRETARY])
def test_only_the_secretary_sees_the_panel(client, programme, role):
    assert client.sign_in(programme.user_of(role)).get("/reviewers").status_code == 403
