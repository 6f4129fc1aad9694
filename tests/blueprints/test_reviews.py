"""Reviews: drafts keep everything, submitting needs all, nobody reads others' before the own one is in."""

from datetime import timedelta

import pytest

from app import clock
from app.services import assignments, associations, review_deadlines, users
from app.services.actors import Actor
from models.applications import ApplicationStatus
from models.associations import MembershipRole
from models.audit import AuditEvent
from models.base import db
from models.reviews import AssignmentStatus, Conflict, ConflictKind, Review, ReviewStatus, Score
from models.users import Role
from tests.support.pages import form_fields, text_of

WHY = "Айыл жыйынында талкууланган, баары жазылган, далилдер жетиштүү."


def count(table):
    return db.session.scalar(db.select(db.func.count()).select_from(table))


@pytest.fixture
def application(programme):
    return programme.make_application(ApplicationStatus.IN_REVIEW)


@pytest.fixture
def assignment(programme, application):
    """The first reviewer's, with no interest declared."""
    found = assignments.of_application(application)[0]
    assignments.declare(found, None, actor=Actor(found.reviewer), now=clock.now())
    return found


@pytest.fixture
def url(client, assignment):
    client.sign_in(assignment.reviewer).speak("en")
    return f"/reviews/{assignment.id}/edit"


def keys_of(assignment):
    return [one.key for one in assignment.application.call.criteria]


def complete(assignment, level=4):
    texts = {f"justification_{key}": f"{WHY} {key}" for key in keys_of(assignment)}
    return texts | {f"level_{key}": str(level) for key in keys_of(assignment)} | {"comment": "Жалпысынан жакшы."}


def send(client, url, button, **changes):
    """Press one of the two buttons."""
    fields = dict(form_fields(client.get(url).text).items())
    return client.post(url, data=fields | changes | {button: "1"})


def test_the_page_shows_the_application_and_every_level_in_words(client, url, assignment, application):
    page = client.get(url).text
    for text in (*application.answers.values(), application.budget_lines[0].item):
        assert text in page
    for criterion in application.call.criteria:
        assert criterion.title_in("en") in page
        for level in range(1, 6):
            assert criterion.anchor_in(level, "en").split("'")[0] in page
    assert "Токтогулов" not in page  # who sends the money is not the reviewer's business


def test_a_draft_may_be_unfinished_and_comes_back_whole(client, url, assignment):
    key = keys_of(assignment)[0]
    answer = send(client, url, "save", **{f"level_{key}": "3", f"justification_{key}": "кыска", "comment": "кийин"})
    assert answer.location == url
    assert assignment.review.status is ReviewStatus.DRAFT
    assert assignment.review.draft[key] == {"level": 3, "justification": "кыска"}
    fields = form_fields(client.get(url).text)
    assert (fields[f"level_{key}"], fields[f"justification_{key}"], fields["comment"]) == ("3", "кыска", "кийин")
    assert db.session.scalar(db.select(AuditEvent).where(AuditEvent.action == "review.save_draft")) is not None


def test_submitting_closes_the_review(client, url, assignment, application):
    answer = send(client, url, "submit", **complete(assignment))
    assert answer.location == f"/reviews/of/{application.id}"
    assert (assignment.status, assignment.review.total) == (AssignmentStatus.SUBMITTED, 8000)
    assert count(Score) == len(application.call.criteria)
    assert client.get(url).location == f"/reviews/of/{application.id}"
    assert "80.00" in text_of(client.get(answer.location).text)


def test_what_is_submitted_a_second_too_late_is_kept_and_submitted_with_more_time(
    client, programme, url, assignment, application
):
    last = clock.end_of_day(assignment.due_on)
    page = client.get(url).text  # was open in time
    with clock.at(last + timedelta(seconds=1)):
        fields = dict(form_fields(page).items()) | complete(assignment) | {"submit": "1"}
        answer = client.post(url, data=fields)
        assert answer.location == url
        page = client.get(url).text
        assert "The last day for this review was 26 Oct 2026, so it cannot be submitted." in text_of(page)
        assert 'name="submit"' not in page and WHY in page
        assert (assignment.status, count(Score)) == (AssignmentStatus.ACCEPTED, 0)
        assert assignment.review.comment == "Жалпысынан жакшы."
        day = assignment.due_on + timedelta(days=3)
        review_deadlines.extend(
            assignment, due_on=day, actor=Actor(programme.secretary), now=last + timedelta(seconds=1)
        )
        assert "The last day for this review was" not in client.get(url).text
    with clock.at(clock.end_of_day(day)):
        client.sign_in(assignment.reviewer)
        assert client.submit(url, submit="1").location == f"/reviews/of/{application.id}"


def test_an_incomplete_review_is_refused_at_each_field_and_nothing_is_lost(client, url, assignment):
    first, second, third = keys_of(assignment)[:3]
    typed = complete(assignment) | {f"justification_{first}": "кыска", f"justification_{third}": " " * 60}
    typed.pop(f"level_{second}")
    answer = send(client, url, "submit", **typed)
    assert answer.status_code == 422
    assert answer.text.lower().count("choose a level from 1 to 5.") == 2  # in the summary and at the field
    assert answer.text.lower().count("justify the level in at least 40 characters.") == 4
    fields = form_fields(answer.text)
    kept = {name: value for name, value in typed.items() if name != f"justification_{third}"}
    assert {name: fields[name] for name in kept} == kept
    assert assignment.status is AssignmentStatus.ACCEPTED and count(Score) == 0 and count(Review) == 0


def test_thirty_nine_characters_are_too_few_and_forty_are_enough(client, url, assignment):
    key = keys_of(assignment)[0]
    assert send(client, url, "submit", **complete(assignment) | {f"justification_{key}": "ө" * 39}).status_code == 422
    assert send(client, url, "submit", **complete(assignment) | {f"justification_{key}": "ө" * 40}).status_code == 303


@pytest.mark.parametrize("level", ["0", "6", "-1", "4.5", "five", "' OR 1=1"])
def test_a_level_that_does_not_exist_is_refused(client, url, assignment, level):
    key = keys_of(assignment)[0]
    for button in ("save", "submit"):
        answer = send(client, url, button, **complete(assignment) | {f"level_{key}": level})
        assert answer.status_code == 422 and "Choose a level from 1 to 5." in answer.text
    assert count(Review) == 0


def test_too_long_a_justification_is_refused(client, url, assignment):
    key = keys_of(assignment)[0]
    answer = send(client, url, "save", **{f"justification_{key}": "ө" * 2001})
    assert answer.status_code == 422 and "At most 2000 characters." in text_of(answer.text)
    assert form_fields(answer.text)[f"justification_{key}"] == "ө" * 2001


def test_the_same_review_sent_twice_counts_once(client, url, assignment, application):
    fields = dict(form_fields(client.get(url).text).items()) | complete(assignment) | {"submit": "1"}
    first, second = client.post(url, data=fields), client.post(url, data=fields)
    assert (first.status_code, second.status_code, first.location) == (303, 303, second.location)
    assert (count(Review), count(Score)) == (1, len(application.call.criteria))
    other = fields | {f"level_{keys_of(assignment)[0]}": "1"}
    assert client.post(url, data=other).status_code == 409
    assert assignment.review.total == 8000


def test_two_windows_the_second_is_told_and_both_texts_stand_there(client, url, assignment):
    key = keys_of(assignment)[0]
    early = dict(form_fields(client.get(url).text).items())
    send(client, url, "save", **{f"justification_{key}": "биринчи терезе"})
    answer = client.post(url, data=early | {f"justification_{key}": "экинчи терезе", "save": "1"})
    assert answer.status_code == 409
    assert "биринчи терезе" in answer.text and "экинчи терезе" in answer.text
    assert "You changed this in another window" in answer.text and "another person" not in answer.text
    assert assignment.review.draft[key]["justification"] == "биринчи терезе"


def test_a_stale_window_cannot_submit_over_a_newer_draft(client, url, assignment):
    early = dict(form_fields(client.get(url).text).items())
    send(client, url, "save", comment="жаңысы")
    assert client.post(url, data=early | complete(assignment) | {"submit": "1"}).status_code == 409
    assert assignment.status is AssignmentStatus.ACCEPTED and count(Score) == 0


def test_others_scores_are_hidden_until_the_own_is_in(client, programme, url, assignment, application):
    other = assignments.of_application(application)[1]
    programme.review(other)
    page = client.get(f"/reviews/of/{application.id}")
    assert "No review to read yet" in page.text
    assert "80.00" not in page.text
    send(client, url, "submit", **complete(assignment, level=2))
    page = client.get(f"/reviews/of/{application.id}").text
    assert "80.00" in page and "40.00" in page and "60.00" in page
    assert "Reviewer B" in page and "Your review" in page
    assert other.reviewer.display_name not in page


def test_the_picture_marks_the_own_review_or_the_mean(client, programme, url, assignment, application):
    """In total and on each criterion, of 1000: 40 of the own review between 40 and 80, and 60 for the office."""
    programme.review(assignments.of_application(application)[1])
    send(client, url, "submit", **complete(assignment, level=2))
    here, full, other = (
        f"/reviews/of/{application.id}",
        '"ash-bar__fill" x="{}"',
        '<line class="ash-bar__mark" x1="800.0"',
    )
    rows = 1 + len(application.call.criteria)
    page = client.get(here).text
    assert "the full mark is yours" in page
    assert (page.count(full.format("396.0")), page.count(other)) == (rows, rows)
    page = client.sign_in(programme.secretary).speak("en").get(here).text
    assert "the full mark is the mean" in page and page.count(full.format("596.0")) == rows


def test_names_stand_there_for_the_reviewers_when_the_call_says_so(client, programme):
    call = programme.make_call(reviewers_named=True)
    association = programme.make_association()
    application = programme.make_application(ApplicationStatus.REVIEWED, call=call, association=association)
    first, second = assignments.of_application(application)
    page = client.sign_in(first.reviewer).speak("en").get(f"/reviews/of/{application.id}").text
    assert second.reviewer.display_name in page and "Reviewer B" not in page
    client.sign_in(programme.chair_of(association)).speak("en")
    for address in (f"/applications/{application.id}", f"/calls/{call.id}", "/messages"):
        text = client.get(address).text
        assert first.reviewer.display_name not in text and second.reviewer.display_name not in text


def test_a_letter_stays_when_another_review_comes_in_before(client, programme, application):
    second = assignments.of_application(application)[1]
    third = programme.assign(application, programme.make_user(Role.REVIEWER))
    programme.review(third)
    programme.review(second)
    page = client.sign_in(third.reviewer).speak("en").get(f"/reviews/of/{application.id}").text
    assert "Reviewer B" in page and "Reviewer A" not in page


def test_an_interest_hides_reviews_from_the_office_too(client, programme, application):
    programme.review(assignments.of_application(application)[0])
    office, now = programme.make_user(Role.REVIEWER), clock.now()
    asked = programme.assign(application, office)
    users.end_role(office.assigned_roles[0], actor=Actor(programme.administrator), now=now)
    users.grant_role(office, Role.COUNCIL_CHAIR, actor=None, now=now)
    client.sign_in(office).speak("en")
    assert "No review to read yet" in client.get(f"/reviews/of/{application.id}").text
    assert "80.00" in client.sign_in(programme.council_chair).speak("en").get(f"/reviews/of/{application.id}").text
    client.sign_in(office).speak("en")
    assignments.declare(asked, ConflictKind.KINSHIP, explanation="тууганым", actor=Actor(office), now=now)
    answer = client.get(f"/reviews/of/{application.id}")
    assert answer.status_code == 403 and "You have a tie to this applicant" in answer.text


def test_from_a_review_handed_in_one_goes_on_to_the_others(client, url, assignment):
    answer = send(client, url, "submit", **complete(assignment))
    assert 'href="/reviews"' in client.get(answer.location).text.split("<main")[1].split('class="ash-actions"')[-1]


def test_the_office_reads_all_with_names(client, programme):
    application = programme.make_application(ApplicationStatus.REVIEWED)
    for user in (programme.secretary, programme.council_chair):
        page = client.sign_in(user).get(f"/reviews/of/{application.id}").text
        assert all(one.display_name in page for one in programme.reviewers)


@pytest.mark.parametrize(
    "role", [role for role in Role if role not in (Role.SECRETARY, Role.COUNCIL_CHAIR, Role.REVIEWER)]
)
def test_nobody_else_reads_reviews(client, programme, application, role):
    client.sign_in(programme.user_of(role))
    assert client.get(f"/reviews/of/{application.id}").status_code == 403
    assert client.get("/reviews").status_code == 403


def test_a_reviewer_of_something_else_finds_nothing(client, programme, application):
    client.sign_in(programme.make_user(Role.REVIEWER)).speak("en")
    assert client.get(f"/reviews/of/{application.id}").status_code == 404
    assert "No review is asked of you" in client.get("/reviews").text


def test_my_reviews_lead_to_the_next_step(client, programme, url, assignment, application):
    page = client.get("/reviews").text
    assert url in page and application.title in page
    other = assignments.of_application(application)[1]
    page = client.sign_in(other.reviewer).get("/reviews").text
    assert f"/assignments/{other.id}/answer" in page


def tie(programme, reviewer, application, how):
    """What ties `reviewer` to the applicant after the assignment."""
    if how == "village":
        reviewer.person.village = application.association.village
    elif how == "interest":
        programme.tie(application, reviewer)
    else:
        associations.add_member(
            application.association,
            reviewer.person,
            MembershipRole.MEMBER,
            since_on=clock.bishkek_day(clock.now()),
            actor=None,
            now=clock.now(),
        )
    db.session.flush()
    db.session.expire(application.association, ["memberships"])


TIES = {
    "village": "The reviewer lives in the same ayil okmotu.",
    "member": "The reviewer is a member of an association of the same ayil okmotu.",
    "interest": "The reviewer has declared an interest.",
}


@pytest.mark.parametrize("how", TIES)
@pytest.mark.parametrize("button", ["save", "submit"])
def test_a_tie_that_arose_after_the_assignment_stops_the_review(
    client, programme, url, assignment, application, how, button
):
    page = client.get(url)  # opened before the tie
    data = dict(form_fields(page.text).items()) | complete(assignment) | {button: "1"}
    tie(programme, assignment.reviewer, application, how)
    answer = client.post(url, data=data)
    assert (answer.status_code, answer.location) == (303, f"/assignments/{assignment.id}/answer")
    assert TIES[how] in client.get(answer.location).text
    assert count(Review) == 0


@pytest.mark.parametrize("how", ["village", "member"])
def test_a_tie_that_arose_after_the_request_is_not_declared_away(client, programme, how):
    application = programme.make_application(ApplicationStatus.IN_REVIEW)
    asked = assignments.of_application(application)[0]
    client.sign_in(asked.reviewer).speak("en")
    tie(programme, asked.reviewer, application, how)
    page = client.submit(f"/assignments/{asked.id}/answer", interest="none")
    assert page.status_code == 422 and TIES[how] in page.text
    db.session.expire_all()
    assert asked.status is AssignmentStatus.PROPOSED and count(Conflict) == 0
