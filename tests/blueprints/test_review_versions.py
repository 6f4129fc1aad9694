"""Note and flag for the Council, and a review that is opened again: every version stays, none counts twice."""

from datetime import timedelta

import pytest

from app import clock
from app.localisation import date_text, use_locale
from app.services import assignments, rankings, review_versions, reviews
from app.services.actors import Actor
from app.services.errors import DomainError
from app.services.reviews import Judgement
from models.applications import ApplicationStatus
from models.audit import AuditEvent
from models.base import db
from models.council_sessions import DecisionOutcome
from models.notifications import Notification
from models.reviews import AssignmentStatus, Conflict, ConflictKind, ReviewFlag, ReviewStatus, ReviewSubmission, Score
from models.users import Role
from tests.support.pages import form_fields, text_of

WHY = "Айыл жыйынында талкууланган, баары жазылган, далилдер жетиштүү."
NOTE = "Баалар рыноктогудан эки эсе кымбат экенин өзүм көрдүм."
REASON = "Баалар жөнүндө жаңы кагаз келди."


@pytest.fixture
def application(programme):
    return programme.make_application(ApplicationStatus.REVIEWED)


@pytest.fixture
def assignment(application):
    return assignments.of_application(application)[0]


def due_on(days=7):
    return clock.bishkek_day(clock.now() + timedelta(days=days))


def hand_in(assignment, level=2, **more):
    judgements = {one.key: Judgement(level, WHY) for one in assignment.application.call.criteria}
    return reviews.submit(assignment, judgements, "Кайра", actor=Actor(assignment.reviewer), now=clock.now(), **more)


def told(user):
    query = db.select(Notification.message).where(Notification.user_id == user.id)
    return list(db.session.scalars(query))


def test_note_and_flag_are_kept_in_the_draft_and_by_autosave(client, programme):
    application = programme.make_application(ApplicationStatus.IN_REVIEW)
    assignment = assignments.of_application(application)[0]
    assignments.declare(assignment, None, actor=Actor(assignment.reviewer), now=clock.now())
    url = f"/reviews/{assignment.id}/edit"
    client.sign_in(assignment.reviewer).speak("en")
    form = dict(form_fields(client.get(url).text))
    assert form["flag"] == "none"
    answer = client.post(f"/reviews/{assignment.id}/autosave", data=form | {"private_note": NOTE, "flag": "ask"})
    assert answer.status_code == 200
    form |= {name: str(answer.json[name]) for name in ("version", "idempotency_key")}
    kept = form_fields(client.get(url).text)
    assert (kept["private_note"], kept["flag"]) == (NOTE, "ask")
    assert client.post(url, data=form | {"private_note": NOTE, "flag": "excellent", "save": "1"}).status_code == 303
    assert assignment.review.flag is ReviewFlag.EXCELLENT
    page = dict(form_fields(client.get(url).text))
    assert client.post(url, data=page | {"flag": "wonderful", "save": "1"}).status_code == 422
    stale = client.post(f"/reviews/{assignment.id}/autosave", data=form | {"private_note": "жаңы"})
    assert stale.status_code == 409 and assignment.review.private_note == NOTE
    client.sign_in(assignments.of_application(application)[1].reviewer).speak("en")
    other = dict(form_fields(client.get("/account").text))
    assert client.post(f"/reviews/{assignment.id}/autosave", data=form | other).status_code == 404


def test_the_council_reads_note_and_flag_and_nobody_else(client, programme):
    application = programme.make_application(ApplicationStatus.IN_REVIEW)
    first, second = assignments.of_application(application)
    assignments.declare(first, None, actor=Actor(first.reviewer), now=clock.now())
    hand_in(first, private_note=NOTE, flag=ReviewFlag.SUSPECT)
    programme.review(second)
    page = f"/reviews/of/{application.id}"
    for user in (programme.secretary, programme.council_chair):
        text = client.sign_in(user).speak("en").get(page).text
        assert NOTE in text and "Suspicious" in text
        assert "Suspicious" in client.get(f"/rankings/{application.call_id}").text
    for reader in (first.reviewer, second.reviewer):
        text = client.sign_in(reader).speak("en").get(page).text
        assert "40.00" in text and NOTE not in text and "Suspicious" not in text
    writer = client.sign_in(programme.chair_of(application.association)).speak("en")
    text = writer.get(f"/applications/{application.id}").text
    assert NOTE not in text and "Suspicious" not in text


def test_a_suspicion_is_told_to_the_secretary_without_a_tie_and_names_nobody(programme):
    application = programme.make_application(ApplicationStatus.IN_REVIEW)
    tied = programme.make_user(Role.SECRETARY)
    kind, now = ConflictKind.KINSHIP, clock.now()
    db.session.add(
        Conflict(application_id=application.id, user_id=tied.id, kind=kind, explanation=WHY, declared_at=now)
    )
    first = assignments.of_application(application)[0]
    assignments.declare(first, None, actor=Actor(first.reviewer), now=clock.now())
    hand_in(first, flag=ReviewFlag.SUSPECT)
    flagged = "A review of %(number)s is flagged as suspicious: read it before the Council sits."
    assert flagged in told(programme.secretary) and flagged not in told(tied)
    parameters = db.session.scalar(db.select(Notification.parameters).where(Notification.message == flagged))
    assert parameters == {"number": application.number}


def test_a_reopened_review_stands_as_it_was_counts_no_more_and_comes_back(client, programme, assignment, application):
    client.sign_in(programme.secretary).speak("en")
    url = f"/reviews/{assignment.id}/reopen"
    day = f"{due_on():%d.%m.%Y}"
    short = client.submit(url, reason="кыска", due_on=day)
    assert short.status_code == 422 and "at least 10 characters" in text_of(short.text)
    assert client.submit(url, reason=REASON, due_on=day).location == f"/reviews/of/{application.id}"
    assert (assignment.status, application.status) == (AssignmentStatus.ACCEPTED, ApplicationStatus.IN_REVIEW)
    assert (assignment.review.status, assignment.review.total) == (ReviewStatus.DRAFT, None)
    assert application.id not in [row.application.id for row in rankings.rank(application.call)]
    assert REASON in client.get(f"/reviews/of/{application.id}").text
    reviewer = client.sign_in(assignment.reviewer).speak("en")
    assert REASON in reviewer.get("/messages").text
    shown = reviewer.get(f"/reviews/{assignment.id}/edit").text
    fields, today = form_fields(shown), clock.bishkek_day(clock.now())
    with use_locale("en"):
        said = f"Why it was opened again on {date_text(today)} {REASON}"
    assert " ".join(said.split()) in text_of(shown)
    criteria = [one.key for one in application.call.criteria]
    assert all(fields[f"level_{key}"] == "4" for key in criteria)
    answer = reviewer.submit(
        f"/reviews/{assignment.id}/edit", **{f"level_{criteria[0]}": "2", "private_note": NOTE, "submit": "1"}
    )
    assert answer.status_code == 303
    assert (application.status, assignment.review.submission) == (ApplicationStatus.REVIEWED, 2)
    assert db.session.scalar(db.select(db.func.count()).select_from(Score)) == 3 * len(criteria)
    page = client.sign_in(programme.council_chair).speak("en").get(f"/reviews/of/{application.id}").text
    assert "level 4, then 2" in page and REASON in page and "80.00 points" in text_of(page)
    assert "level 4, then 2" not in reviewer.sign_in(assignment.reviewer).get(f"/reviews/of/{application.id}").text
    action = db.select(AuditEvent).where(AuditEvent.action == "review.reopen")
    assert REASON in db.session.scalars(action).one().details


def test_every_version_says_what_the_next_one_changed(programme, assignment):
    for level, note in ((3, "биринчи"), (1, "экинчи")):
        programme.reopen(assignment)
        hand_in(assignment, level, private_note=note)
    first, second = review_versions.of([assignment.review])[assignment.review.id]
    assert [(one.kept.submission, one.kept.total, one.is_last) for one in (first, second)] == [
        (1, 8000, False),
        (2, 6000, False),
    ]
    assert {(one.before.level, one.after.level) for one in first.changes} == {(4, 3)}
    assert {(one.before.level, one.after.level) for one in second.changes} == {(3, 1)}
    assert (first.private_note, second.private_note) == (("", "биринчи"), ("биринчи", "экинчи"))
    programme.reopen(assignment)
    third = review_versions.of(review_versions.reopened(assignment.application))[assignment.review.id][-1]
    assert third.is_last and [one.level for one in third.scores] == [1] * len(third.scores)


def test_nothing_is_reopened_once_the_council_has_decided(client, programme, assignment, application):
    programme.decide(application, DecisionOutcome.SELECTED, is_signed=False)
    client.sign_in(programme.secretary).speak("en")
    answer = client.submit(f"/reviews/{assignment.id}/reopen", reason=REASON, due_on=f"{due_on():%d.%m.%Y}")
    assert "The Council is dealing with this application" in answer.text
    assert db.session.scalar(db.select(db.func.count()).select_from(ReviewSubmission)) == 0


@pytest.mark.parametrize("who", ["secretary", "reviewer"])
def test_who_has_a_tie_opens_nothing_again(client, programme, assignment, application, who):
    user = programme.secretary if who == "secretary" else assignment.reviewer
    kind = ConflictKind.KINSHIP
    db.session.add(
        Conflict(application_id=application.id, user_id=user.id, kind=kind, explanation=WHY, declared_at=clock.now())
    )
    db.session.commit()
    with pytest.raises(DomainError):
        programme.reopen(assignment)
    db.session.rollback()
    if who == "secretary":
        client.sign_in(programme.secretary)
        assert client.get(f"/reviews/{assignment.id}/reopen").status_code == 403
