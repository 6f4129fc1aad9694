"""Conflicts that were found, in the browser: the list, the finding, and what a confirmed one closes."""

import pytest

from app import clock, jobs
from app.services import assignments, conflict_detection
from models.applications import ApplicationStatus
from models.base import db
from models.detected_conflicts import DetectedConflict
from models.notifications import Notification
from models.outbox import OutboxJob
from models.reviews import AssignmentStatus
from tests.services.test_conflict_detection import tell_apart

WHY = "Паспорту менен салыштырдым, катчыдан сурадым."


@pytest.fixture
def reviewed(client, programme):
    """A reviewed application of which one reviewer has a member's phone; the secretary is signed in."""
    application = programme.make_application(ApplicationStatus.REVIEWED)
    tell_apart()
    application.association.memberships[0].person.phone = "+996555010203"
    asked = assignments.of_application(application)[0]
    asked.reviewer.person.phone = "0555 01-02-03"
    conflict_detection.search(application.call, now=clock.now())
    client.sign_in(programme.secretary).speak("en")
    return application


def found():
    return db.session.scalars(db.select(DetectedConflict)).one()


def test_the_list_gives_the_evidence_and_the_strength(client, reviewed):
    page = client.get("/conflicts").text
    one = found()
    assert one.user.display_name in page and "The same phone number" in page and "Strong" in page
    assert f"A member of the association: {one.theirs}" in page


def test_a_confirmed_conflict_voids_the_review_and_closes_the_application(client, programme, reviewed):
    one, asked = found(), assignments.of_application(reviewed)[0]
    client.sign_in(asked.reviewer).speak("en")
    assert client.get(f"/applications/{reviewed.id}").status_code == 200
    client.sign_in(programme.secretary).speak("en")
    assert client.submit(f"/conflicts/{one.id}", verdict="confirmed", reason=WHY).status_code == 303
    db.session.expire_all()
    assert asked.status is AssignmentStatus.RECUSED and reviewed.status is ApplicationStatus.IN_REVIEW
    page = client.get("/conflicts").text
    assert "Nothing waits" in page and WHY in page and "A conflict of interest" in page
    told = db.session.scalars(db.select(Notification.message).where(Notification.user_id == programme.secretary.id))
    assert any("another reviewer is needed" in message for message in told)
    client.sign_in(asked.reviewer).speak("en")
    assert "Your review is void" in client.get(f"/assignments/{asked.id}/answer").text
    for url in (f"/applications/{reviewed.id}", f"/reviews/of/{reviewed.id}", f"/applications/{reviewed.id}/plan"):
        assert client.get(url).status_code in (403, 404), url


def test_a_false_alarm_is_said_once(client, reviewed):
    one = found()
    assert client.submit(f"/conflicts/{one.id}", verdict="false_alarm", reason=WHY).status_code == 303
    assert client.get(f"/conflicts/{one.id}").status_code == 303, "there is nothing left to say"
    assert "A false alarm" in client.get("/conflicts").text


def test_a_finding_needs_its_reason(client, reviewed):
    answer = client.submit(f"/conflicts/{found().id}", verdict="confirmed", reason=" ")
    assert answer.status_code == 422
    db.session.expire_all()
    assert found().verdict is None


def test_who_has_a_tie_neither_sees_nor_judges_it(client, programme, reviewed):
    programme.secretary.person.village_id = reviewed.association.village_id
    page = client.get("/conflicts").text
    assert "Nothing waits" in page
    assert client.get(f"/conflicts/{found().id}").status_code == 403
    for url in (f"/applications/{reviewed.id}", f"/applications/{reviewed.id}/form"):
        assert client.get(url).status_code in (403, 404), url


def test_a_whole_call_is_searched_as_a_job(client, programme, reviewed):
    other = programme.make_application(ApplicationStatus.SUBMITTED, association=programme.make_association())
    programme.secretary.person.phone = "0555777888"
    other.association.memberships[0].person.phone = "+996555777888"
    client.submit("/conflicts", action=f"/conflicts/search/{reviewed.call_id}")
    job = db.session.scalars(db.select(OutboxJob).where(OutboxJob.function == "app.jobs.search_conflicts")).one()
    jobs.search_conflicts(*job.arguments)
    db.session.expire_all()
    query = db.select(DetectedConflict).where(DetectedConflict.application_id == other.id)
    assert {one.user_id for one in db.session.scalars(query)} >= {programme.secretary.id}
