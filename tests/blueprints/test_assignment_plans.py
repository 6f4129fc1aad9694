"""The secretary plans, looks, and asks all of a plan at once."""

import io
import subprocess
import sys
from datetime import timedelta

import pytest

from app import clock
from app.services import assignment_plans, reviewers
from app.services.actors import Actor
from models.applications import ApplicationStatus
from models.assignment_plans import AssignmentPlan, PlanStatus
from models.base import db
from models.reviews import Assignment
from models.users import Role
from tests.support.pages import text_of
from tests.support.queries import count
from tests.support.shelf import kept
from tests.support.sources import ROOT

S = ApplicationStatus


@pytest.fixture
@kept
def two(programme):
    programme.make_user(Role.REVIEWER)
    assert len(programme.reviewers) == 2
    return [programme.make_application(S.ELIGIBLE, association=programme.make_association()) for _ in range(2)]


@pytest.fixture
def secretary(client, programme):
    return client.sign_in(programme.secretary).speak("en")


def day(days=14):
    return f"{clock.bishkek_day(clock.now() + timedelta(days=days)):%d.%m.%Y}"


def planned(client, call, **typed):
    answer = client.submit(f"/assignment-plans/new/{call.id}", **{"mode": "fill", "due_on": day()} | typed)
    assert answer.status_code == 303
    return answer.location


def test_from_the_board_to_a_plan_to_asking_all(client, programme, secretary, two):
    call = two[0].call
    assert 'href="/assignment-plans"' in client.get("/assignments").text
    assert f'href="/assignment-plans/new/{call.id}"' in client.get("/assignment-plans").text
    form = text_of(client.get(f"/assignment-plans/new/{call.id}").text)
    assert "Applications that lack reviewers 2" in form
    url = planned(client, call)
    page = client.get(url).text
    for application in two:
        assert application.number in page
    assert "0 → " in page and "has not said which languages they read" in page
    assert count(Assignment) == 0
    assert client.submit(url, action=f"{url}/apply").location == url
    assert count(Assignment) == 4
    page = client.get(url).text
    assert "Reviewers asked" in page and "4 assignments are made." in page and f"{url}/apply" not in page
    reviewer = db.session.scalars(db.select(Assignment)).first().reviewer
    told = text_of(client.sign_in(reviewer).get("/messages").text)
    assert "Applications that you are asked to judge" in told


def test_a_plan_is_put_away(client, programme, secretary, two):
    url = planned(client, two[0].call)
    assert client.submit(url, action=f"{url}/discard").location == url
    assert db.session.scalar(db.select(AssignmentPlan)).status is PlanStatus.DISCARDED
    assert "Put away" in client.get("/assignment-plans").text


def test_a_stale_plan_says_what_does_not_fit(client, programme, secretary, two):
    url = planned(client, two[0].call)
    plan = db.session.scalar(db.select(AssignmentPlan))
    one = assignment_plans.planned(plan, ())[0]
    programme.assign(one.application, one.reviewer)
    client.submit(url, action=f"{url}/apply")
    page = client.get(url).text
    assert "The plan does not fit any more" in page and one.application.number in page
    assert "has been asked already" in page and count(Assignment) == 1


def test_a_shortage_says_which_limit_to_change(client, programme, secretary, two):
    call, by = two[0].call, {"actor": Actor(programme.secretary), "now": clock.now()}
    for one in reviewers.panel(call):
        reviewers.set_limit(call, one.user, is_available=True, most=1, **by)
    page = text_of(client.get(planned(client, call)).text)
    assert "1 reviewer is lacking." in page and "1 place more is needed." in page
    assert programme.reviewers[0].display_name in page and "Change limits" in page


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"due_on": "12.10.2020"}, "The day must lie in the future."),
        ({"mode": "top_up", "each": "0"}, "Enter a number from 1 to 10."),
        ({"mode": "repair"}, "No application lacks a reviewer this way"),
        ({"mode": "list"}, "Not a valid choice."),
    ],
)
def test_a_plan_that_cannot_be_made_is_refused_at_its_field(client, programme, secretary, two, typed, message):
    url = f"/assignment-plans/new/{two[0].call_id}"
    answer = client.submit(url, **{"mode": "fill", "due_on": day()} | typed)
    assert answer.status_code == 422 and message in text_of(answer.text)
    assert count(AssignmentPlan) == 0


@pytest.mark.parametrize("locale", ["ky", "ru"])
def test_in_the_other_languages(client, programme, secretary, two, locale):
    url = planned(client.speak(locale), two[0].call)
    words = {"ky": "мурунку сынактарда бул ассоциацияны баалаган эмес", "ru": "не оценивал эту ассоциацию"}
    assert words[locale] in client.get(url).text


def test_nobody_else_sees_a_plan(client, programme, two):
    client.sign_in(programme.secretary)
    url = planned(client, two[0].call)
    for role in (Role.REVIEWER, Role.COUNCIL_CHAIR, Role.OPERATOR):
        assert client.sign_in(programme.user_of(role)).get(url).status_code == 403


def test_the_solver_is_loaded_with_the_first_plan_only():
    """It is heavy, and most processes never plan anything. numpy is there anyhow: openpyxl loads it where it can."""
    code = "import sys; import app.factory; sys.exit(bool({'ortools', 'pandas'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_a_list_is_taken_over_from_a_file_or_from_rows(client, programme, secretary, two):
    call, one = two[0].call, programme.reviewers[0]
    url = f"/assignment-plans/import/{call.id}"
    assert f'href="{url}"' in client.get("/assignment-plans").text
    content = f"application;reviewer\n{two[0].number};{one.username}\n{two[0].number};nobody\n".encode("utf-8-sig")
    answer = client.submit(url, file=(io.BytesIO(content), "list.csv"), due_on=day())
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "Rows that are not taken" in page and "There is no reviewer with this user name." in page
    assert one.display_name in page
    answer = client.submit(url, rows=f"{two[1].number},{one.username}", due_on=day())
    assert client.submit(answer.location, action=f"{answer.location}/apply").status_code == 303
    (made,) = db.session.scalars(db.select(Assignment))
    assert (made.application_id, made.reviewer_id) == (two[1].id, one.id)


@pytest.mark.parametrize(
    ("content", "message"),
    [("Ж".encode("cp1251"), "Save the list as CSV in UTF-8."), (b"\n", "The list holds no row.")],
)
def test_a_list_that_cannot_be_read_is_refused_at_its_field(client, programme, secretary, two, content, message):
    url = f"/assignment-plans/import/{two[0].call_id}"
    answer = client.submit(url, file=(io.BytesIO(content), "list.csv"), due_on=day())
    assert answer.status_code == 422 and message in answer.text


def test_a_plan_is_downloaded_as_a_list(client, programme, secretary, two):
    url = planned(client, two[0].call)
    answer = client.get(f"{url}/plan.csv")
    assert answer.mimetype == "text/csv" and answer.data.startswith(b"\xef\xbb\xbfapplication,reviewer")
    assert answer.data.count(b"\r\n") == 5
    assert "attachment" in answer.headers["Content-Disposition"]
