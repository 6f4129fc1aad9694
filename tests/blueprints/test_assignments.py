"""The secretary's board, asking reviewers, and their answers before they see anything."""

from datetime import timedelta

import pytest

from app import clock
from app.services import assignment_candidates, assignments, associations, conflicts, reviewers, reviews, workloads
from app.services.actors import Actor
from app.services.errors import DomainError, WrongTransitionError
from models.applications import ApplicationStatus
from models.assignment_plans import AssignmentPlan
from models.associations import MembershipRole
from models.audit import AuditEvent
from models.base import db
from models.notifications import Notification
from models.reviews import Assignment, AssignmentStatus, Conflict, ConflictKind
from models.users import Role
from tests.support.pages import form_fields, text_of
from tests.support.queries import count


@pytest.fixture
def eligible(programme):
    assert programme.reviewers
    return programme.make_application(ApplicationStatus.ELIGIBLE)


@pytest.fixture
def asked(programme, eligible):
    return programme.assign(eligible, programme.reviewers[0])


def can_be_asked(application):
    return [
        one.reviewer
        for one in assignment_candidates.of_application(application, conflicts.NO_TIES)
        if one.problem is None
    ]


def test_the_board_names_who_is_lacking_and_who_is_behind(client, programme, eligible):
    late = programme.make_application(ApplicationStatus.ELIGIBLE)
    programme.assign(late, programme.reviewers[0], now=clock.now() - timedelta(days=30))
    page = text_of(client.sign_in(programme.secretary).speak("en").get("/assignments").text)
    assert "Applications that lack reviewers 2" in page
    assert eligible.association.name("en") in page and "0 of 2" in page
    assert programme.reviewers[0].display_name in page
    assert "Late 1" in page


def test_the_board_names_what_wants_a_further_reviewer(client, programme):
    apart = programme.make_application(ApplicationStatus.IN_REVIEW)
    client.sign_in(programme.secretary).speak("en")
    assert "Applications whose scores lie far apart" not in client.get("/assignments").text
    for one, level in zip(assignments.of_application(apart), (1, 5), strict=True):
        programme.review(one, level=level)
    db.session.commit()
    page = client.get("/assignments").text
    assert "Applications whose scores lie far apart" in page and apart.association.name("en") in page
    assert f"/assignments/new/{apart.id}" in page
    programme.tie(apart, programme.secretary)
    db.session.commit()
    page = client.get("/assignments").text
    assert "Applications whose scores lie far apart" not in page and f"/assignments/new/{apart.id}" not in page


def test_the_secretary_asks_a_reviewer(client, programme, eligible):
    reviewer = programme.reviewers[1]
    url = f"/assignments/new/{eligible.id}"
    page = client.sign_in(programme.secretary).speak("en").get(url).text
    assert "0 of " in page and "has not said which languages they read" in text_of(page)
    plan = client.submit(url, reviewer=str(reviewer.id), due_on="01.11.2026").location
    assert plan.startswith("/assignment-plans/") and count(Assignment) == 0  # nobody is asked before the look
    assert reviewer.display_name in client.get(plan).text
    client.submit(plan, action=f"{plan}/apply")
    db.session.expire_all()
    assignment = db.session.scalar(db.select(Assignment))
    assert (assignment.reviewer_id, assignment.due_on.isoformat()) == (reviewer.id, "2026-11-01")
    assert eligible.status is ApplicationStatus.IN_REVIEW
    page = text_of(client.speak("en").get(url).text)
    assert "Has not answered" in page and "1 of 2" in page


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"due_on": "31.02.2027"}, "Enter a day as DD.MM.YYYY."),
        ({"due_on": "12.10.2026"}, "The day must lie in the future."),
        ({"due_on": "01.11.2026", "reviewer": None}, "Fill this in."),
        ({"due_on": "01.11.2026", "reviewer": "999999"}, "Not a valid choice."),
    ],
)
def test_asking_is_refused_at_the_field_and_keeps_what_was_typed(client, programme, eligible, typed, message):
    url = f"/assignments/new/{eligible.id}"
    typed = {"reviewer": str(programme.reviewers[0].id)} | typed
    answer = client.sign_in(programme.secretary).speak("en").submit(url, **typed)
    assert answer.status_code == 422
    assert message in text_of(answer.text)
    assert f'value="{typed["due_on"]}"' in answer.text
    assert count(Assignment) == 0


def test_a_reviewer_of_the_same_ayil_okmotu_is_neither_offered_nor_taken(client, programme, eligible):
    neighbour = programme.make_user(
        Role.REVIEWER, person=programme.make_person("Абдыкеримов Тынчтык", village=eligible.association.village)
    )
    url = f"/assignments/new/{eligible.id}"
    page = client.sign_in(programme.secretary).get(url).text
    assert programme.reviewers[0].display_name in page
    assert neighbour.display_name not in page.partition("</form>")[0]
    assert client.submit(url, reviewer=str(neighbour.id), due_on="01.11.2026").status_code == 422
    assert (count(Assignment), count(AssignmentPlan)) == (0, 0)


def test_by_hand_the_own_rayon_and_the_limit_bar_as_in_a_plan(client, programme, eligible):
    first, second = programme.reviewers
    by = {"actor": Actor(programme.secretary), "now": clock.now()}
    reviewers.set_limit(eligible.call, first, is_available=True, most=1, **by)
    url = f"/assignments/new/{eligible.id}"
    open_page = client.sign_in(programme.secretary).speak("en").get(url).text
    assert first.display_name in open_page and second.display_name in open_page
    other = programme.make_application(ApplicationStatus.ELIGIBLE, association=programme.make_association())
    programme.assign(other, first)  # the limit is reached after the page was opened
    born = eligible.association.village_id
    reviewers.save_profile(second, languages=["ky"], theme_ids=[], birth_village_id=born, **by)
    for one in (first, second):
        assert client.post(url, data=_fields(open_page) | {"reviewer": str(one.id)}).status_code == 422
        with pytest.raises(DomainError) as refusal:
            due_on = clock.bishkek_day(clock.now()) + timedelta(days=9)
            assignment_candidates.plan(eligible, one, due_on=due_on, **by)
        assert refusal.value.field == "reviewer"
    page = text_of(client.get(url).text)
    assert "Nobody else can be asked" in page
    assert "would judge more than 1" in page and "lives in the same rayon or was born there" in page
    assert count(AssignmentPlan) == 0


def test_the_same_form_sent_twice_asks_once(client, programme, eligible):
    url = f"/assignments/new/{eligible.id}"
    client.sign_in(programme.secretary)
    data = {"reviewer": str(programme.reviewers[0].id), "due_on": "01.11.2026"}
    page = client.get(url).text
    fields = _fields(page) | data
    first, second = client.post(url, data=fields), client.post(url, data=fields)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    assert count(AssignmentPlan) == 1
    assert client.post(url, data=fields | {"due_on": "02.11.2026"}).status_code == 409


def _fields(page):
    return dict(form_fields(page).items())


def test_nobody_can_be_asked_about_a_draft(client, programme):
    draft = programme.make_application(ApplicationStatus.DRAFT)
    assert programme.reviewers
    page = client.sign_in(programme.secretary).speak("en").get(f"/assignments/new/{draft.id}")
    assert "No reviewer can be asked now" in page.text
    assert "due_on" not in page.text


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SECRETARY])
def test_only_the_secretary_sees_who_judges(client, programme, eligible, role):
    client.sign_in(programme.user_of(role))
    assert client.get("/assignments").status_code == 403
    assert client.get(f"/assignments/new/{eligible.id}").status_code == 403


def test_before_the_declaration_nothing_of_the_application_is_shown(client, programme, eligible, asked):
    client.sign_in(programme.reviewers[0]).speak("en")
    page = client.get(f"/assignments/{asked.id}/answer").text
    assert eligible.title in page and eligible.association.name("en") in page
    assert eligible.association.village.name("en") in page and eligible.call.title_in("en") in page
    assert eligible.answers["problem"] not in page.replace(eligible.title, "")
    assert "200" not in text_of(page)
    assert client.get(f"/reviews/{asked.id}/edit").location == f"/assignments/{asked.id}/answer"
    assert client.get(f"/applications/{eligible.id}").status_code == 404


def test_no_interest_opens_the_application(client, programme, eligible, asked):
    url = f"/assignments/{asked.id}/answer"
    answer = client.sign_in(programme.reviewers[0]).submit(url, interest="none")
    assert answer.location == f"/reviews/{asked.id}/edit"
    assert asked.status is AssignmentStatus.ACCEPTED
    declared = db.session.scalar(db.select(Conflict))
    assert (declared.user_id, declared.kind) == (programme.reviewers[0].id, None)
    assert client.get(answer.location).status_code == 200
    assert client.get(f"/applications/{eligible.id}").status_code == 200


def test_an_interest_closes_it_and_tells_the_secretary(client, programme, eligible, asked):
    url = f"/assignments/{asked.id}/answer"
    client.sign_in(programme.reviewers[0])
    answer = client.submit(url, interest="business", explanation="Менин дүкөнүм аларга сатат.")
    assert answer.location == "/reviews"
    assert asked.status is AssignmentStatus.RECUSED
    assert db.session.scalar(db.select(Conflict)).kind is ConflictKind.BUSINESS
    assert client.get(f"/applications/{eligible.id}").status_code == 404
    told = db.session.scalars(db.select(Notification).where(Notification.user_id == programme.secretary.id)).all()
    assert told[-1].subject == f"applications:{eligible.id}"
    board = client.sign_in(programme.secretary).get(f"/assignments/new/{eligible.id}").text
    assert "Менин дүкөнүм аларга сатат." in board


def test_an_interest_needs_its_sentence(client, programme, asked):
    url = f"/assignments/{asked.id}/answer"
    answer = client.sign_in(programme.reviewers[0]).speak("en").submit(url, interest="kinship", explanation=" ")
    assert answer.status_code == 422
    assert "Say in a sentence what ties you to the applicant." in answer.text
    assert 'value="kinship" checked' in answer.text
    assert count(Conflict) == 0 and asked.status is AssignmentStatus.PROPOSED


def test_an_answer_must_be_chosen(client, programme, asked):
    answer = client.sign_in(programme.reviewers[0]).speak("en").submit(f"/assignments/{asked.id}/answer")
    assert answer.status_code == 422 and "Fill this in." in answer.text
    assert count(Conflict) == 0


def test_an_interest_found_while_reading_ends_the_assignment(client, programme, asked):
    assignments.declare(asked, None, actor=Actor(programme.reviewers[0]), now=clock.now())
    page = client.sign_in(programme.reviewers[0]).get(f"/assignments/{asked.id}/answer")
    assert 'value="none"' not in page.text
    client.submit(f"/assignments/{asked.id}/answer", interest="kinship", explanation="Жээним катчы экен.")
    assert asked.status is AssignmentStatus.RECUSED


def test_a_second_answer_is_refused(client, programme, asked):
    url = f"/assignments/{asked.id}/answer"
    client.sign_in(programme.reviewers[0]).speak("en")
    fields = _fields(client.get(url).text) | {"interest": "none"}
    assignments.decline(asked, reason="Убактым жок", actor=Actor(programme.reviewers[0]), now=clock.now())
    answer = client.post(url, data=fields)
    assert answer.status_code == 422
    assert asked.status is AssignmentStatus.DECLINED and count(Conflict) == 0


def test_giving_it_back_needs_a_reason(client, programme, asked):
    url = f"/assignments/{asked.id}/decline"
    client.sign_in(programme.reviewers[0]).speak("en")
    refused = client.submit(url)
    assert refused.status_code == 422 and "Fill this in." in refused.text
    assert asked.status is AssignmentStatus.PROPOSED
    assert client.submit(url, reason="Иш сапарымдамын").location == "/reviews"
    assert (asked.status, asked.decline_reason) == (AssignmentStatus.DECLINED, "Иш сапарымдамын")


def test_another_reviewers_assignment_is_not_there(client, programme, asked):
    client.sign_in(programme.reviewers[1])
    for path in ("/assignments/{}/answer", "/assignments/{}/decline", "/reviews/{}/edit"):
        answer, missing = client.get(path.format(asked.id)), client.get(path.format(999999))
        assert (answer.status_code, missing.status_code) == (404, 404)
        assert text_of(answer.text) == text_of(missing.text)


def test_applicants_never_read_who_judges(client, programme):
    """The names of reviewers, as canaries, on the pages an applicant and an operator can open."""
    application = programme.make_application(ApplicationStatus.REVIEWED)
    names = [one.display_name for one in programme.reviewers]
    assert len(reviews.readable_by(programme.reviewers[0], application)) == 2
    for user in (programme.chair_of(application.association), programme.operator_of(application.association.centre)):
        client.sign_in(user)
        for path in (f"/applications/{application.id}", "/applications", "/", "/messages"):
            page = client.get(path)
            assert page.status_code == 200
            assert not [name for name in names if name in page.text]
        assert client.get(f"/reviews/of/{application.id}").status_code == 403


def test_members_of_an_association_of_the_place_are_hindered(programme, eligible):
    reviewer = programme.make_user(Role.REVIEWER)
    associations.add_member(
        eligible.association,
        reviewer.person,
        MembershipRole.MEMBER,
        since_on=clock.bishkek_day(clock.now()),
        actor=None,
        now=clock.now(),
    )
    assert reviewer not in can_be_asked(eligible)


# Taking an unanswered request back ------------------------------------------------------------------------------------


def test_an_unanswered_request_is_taken_back_and_another_reviewer_asked(client, programme, eligible, asked):
    url = f"/assignments/{asked.id}/take-back"
    client.sign_in(programme.secretary).speak("en")
    assert url in client.get("/assignments").text and url in client.get(f"/assignments/new/{eligible.id}").text
    answer = client.submit(url, reason="Эки жумадан бери жооп жок")
    assert answer.location == f"/assignments/new/{eligible.id}"
    page = client.get(answer.location).text
    assert "0 of 2" in text_of(page) and "Эки жумадан бери жооп жок" in text_of(page) and url not in page
    other = programme.reviewers[1]
    assert client.submit(answer.location, reviewer=str(other.id), due_on="01.11.2026").status_code == 303
    db.session.expire_all()
    told = db.session.scalars(db.select(Notification).where(Notification.user_id == asked.reviewer_id)).all()[-1]
    assert "took back" in told.message and told.parameters == {"reason": "Эки жумадан бери жооп жок"}
    event = db.session.scalars(db.select(AuditEvent).where(AuditEvent.action == "assignment.take_back")).one()
    assert event.actor_id == programme.secretary.id
    assert asked.status is AssignmentStatus.CLOSED and eligible.status is ApplicationStatus.IN_REVIEW
    assert asked.reviewer not in can_be_asked(eligible)


def test_taking_back_wants_a_reason(client, programme, asked):
    client.sign_in(programme.secretary).speak("en")
    answer = client.submit(f"/assignments/{asked.id}/take-back", reason=" ")
    assert answer.status_code == 422 and "Fill this in." in text_of(answer.text)
    db.session.expire_all()
    assert asked.status is AssignmentStatus.PROPOSED


def test_what_was_answered_is_not_taken_back(client, programme, asked):
    client.sign_in(programme.secretary).speak("en")
    url = f"/assignments/{asked.id}/take-back"
    data = dict(form_fields(client.get(url).text)) | {"reason": "Кеч болду"}
    assignments.declare(asked, None, actor=Actor(asked.reviewer), now=clock.now())
    answer = client.post(url, data=data)
    assert answer.status_code == 422 and "This cannot be done now" in text_of(answer.text)
    assert "Кеч болду" in answer.text
    assert "it cannot be taken back" in text_of(client.get(url).text)
    db.session.expire_all()
    assert asked.status is AssignmentStatus.ACCEPTED


def test_a_reviewer_whose_request_was_taken_back_reads_nothing(app, client, programme, eligible, asked):
    answer = f"/assignments/{asked.id}/answer"
    data = dict(form_fields(client.sign_in(asked.reviewer).speak("en").get(answer).text)) | {"interest": "none"}
    secretary = app.test_client().sign_in(programme.secretary)
    secretary.submit(f"/assignments/{asked.id}/take-back", reason="Башка адам керек")
    page = text_of(client.get(answer).text)
    assert "The request has ended" in page and "Башка адам керек" in page
    assert client.get(f"/assignments/{asked.id}/decline").status_code == 200
    assert client.get(f"/reviews/{asked.id}/edit").location == answer
    assert client.post(answer, data=data).status_code == 422
    assert client.get(f"/applications/{eligible.id}").status_code == 404
    assert f"/reviews/of/{eligible.id}" not in client.get("/reviews").text
    assert "Башка адам керек" in text_of(client.get("/messages").text)


def test_the_third_request_taken_back_leaves_the_application_reviewed(programme):
    application = programme.make_application(ApplicationStatus.REVIEWED)
    third = programme.assign(application, programme.make_user(Role.REVIEWER))
    fourth = programme.assign(application, programme.make_user(Role.REVIEWER))
    actor = Actor(programme.secretary)
    assignments.take_back(third, reason="Жооп жок", actor=actor, now=clock.now())
    assert (application.status, fourth.status) == (ApplicationStatus.IN_REVIEW, AssignmentStatus.PROPOSED)
    assignments.take_back(fourth, reason="Жооп жок", actor=actor, now=clock.now())
    assert application.status is ApplicationStatus.REVIEWED
    with pytest.raises(WrongTransitionError):
        assignments.take_back(fourth, reason="Жооп жок", actor=actor, now=clock.now())


def test_a_request_that_ended_unanswered_opens_nothing_to_its_reviewer(client, programme):
    application = programme.make_application(ApplicationStatus.REVIEWED)
    third = programme.make_user(Role.REVIEWER)
    programme.assign(application, third)
    fourth = programme.assign(application, programme.make_user(Role.REVIEWER))
    programme.review(fourth)
    assert application.status is ApplicationStatus.REVIEWED
    assert client.sign_in(third).get(f"/applications/{application.id}").status_code == 404
    assert client.sign_in(fourth.reviewer).get(f"/applications/{application.id}").status_code == 200


def test_who_is_late_is_reminded_by_a_button_once_a_day(client, programme, eligible):
    late = programme.make_application(ApplicationStatus.ELIGIBLE)
    client.sign_in(programme.secretary).speak("en")
    assert "/assignments/remind" not in client.get("/assignments").text
    programme.assign(late, programme.reviewers[0], now=clock.now() - timedelta(days=30))
    assert client.submit("/assignments", action="/assignments/remind").location == "/assignments"
    assert "Those who are late have been reminded." in client.get("/assignments").text
    client.submit("/assignments", action="/assignments/remind")
    assert "Nobody is late whom nobody reminded today." in client.get("/assignments").text
    page = text_of(client.get("/history").text)
    assert "Reminded reviewers of their reviews" in page and "Reviews that are late" in page
    told = client.sign_in(programme.reviewers[0]).get("/messages").text
    assert "Reviews of yours are late: 1" in told and 'href="/reviews"' in told


def test_the_board_counts_what_was_taken_and_given_back(client, programme, eligible, asked):
    other = programme.assign(eligible, programme.reviewers[1])
    by = {"actor": Actor(programme.reviewers[1]), "now": clock.now()}
    assignments.decline(other, reason="Ооруп калдым", **by)
    loads = {one.reviewer.id: one for one in workloads.of_all(clock.bishkek_day(clock.now()), conflicts.NO_TIES)}
    first, second = (loads[one.id] for one in programme.reviewers)
    assert [(one.waiting, one.accepted, one.given_back) for one in (first, second)] == [(1, 0, 0), (0, 0, 1)]
    assignments.declare(asked, None, actor=Actor(programme.reviewers[0]), now=clock.now())
    loads = {one.reviewer.id: one for one in workloads.of_all(clock.bishkek_day(clock.now()), conflicts.NO_TIES)}
    assert loads[programme.reviewers[0].id].accepted == 1
    page = text_of(client.sign_in(programme.secretary).speak("en").get("/assignments").text)
    assert "Given back" in page


# More time, or going on without ---------------------------------------------------------------------------------------


def test_the_secretary_gives_more_time_to_one_or_to_all_who_are_late(client, programme, eligible, asked):
    other = programme.assign(eligible, programme.reviewers[1])
    late = clock.end_of_day(asked.due_on) + timedelta(seconds=1)
    day = asked.due_on + timedelta(days=4)
    one, everybody = f"/assignments/{asked.id}/extend", f"/assignments/extend-late/{eligible.call_id}"
    with clock.at(late):
        board = client.sign_in(programme.secretary).speak("en").get("/assignments").text
        assert one in board and everybody in board
        answer = client.submit(one, due_on=f"{asked.due_on:%d.%m.%Y}")
        assert answer.status_code == 422 and "The day must lie in the future." in text_of(answer.text)
        answer = client.submit(one, due_on=f"{day + timedelta(days=365):%d.%m.%Y}")  # a slip of the pen
        assert answer.status_code == 422 and "within 365 days" in text_of(answer.text)
        assert client.submit(one, due_on=f"{day:%d.%m.%Y}").location == "/assignments"
        page = text_of(client.get(everybody).text)
        assert other.reviewer.display_name in page and asked.reviewer.display_name not in page
        assert client.submit(everybody, due_on=f"{day:%d.%m.%Y}").location == "/assignments"
        assert everybody not in client.get("/assignments").text
        assert "Nobody is late in this call." in text_of(client.get(everybody).text)
    db.session.expire_all()
    assert [asked.due_on, other.due_on] == [day, day]


def test_the_board_offers_to_go_on_without_a_late_review(client, programme, eligible, asked):
    assignments.declare(asked, None, actor=Actor(asked.reviewer), now=clock.now())
    url = f"/assignments/{asked.id}/release"
    client.sign_in(programme.secretary).speak("en")
    assert url not in client.get("/assignments").text
    early = client.get(url).text  # by an old link: it says so before anything is typed
    assert "The last day of this review is not over" in text_of(early) and 'name="reason"' not in early
    with clock.at(clock.end_of_day(asked.due_on) + timedelta(seconds=1)):
        client.sign_in(programme.secretary)
        assert url in client.get("/assignments").text
        assert client.submit(url, reason="Ооруп жатат, жыйынга чейин жаза албайт").location == "/assignments"
        assert "it is handed in, given back or ended" in client.get(url).text
        board = text_of(client.get("/assignments").text)
        assert "Applications that lack reviewers 1" in board
    db.session.expire_all()
    assert asked.status is AssignmentStatus.CLOSED
    assert "жаза албайт" in client.get(f"/assignments/new/{eligible.id}").text


def test_a_late_review_that_was_opened_again_goes_back_to_what_was_submitted(client, programme):
    application = programme.make_application(ApplicationStatus.REVIEWED)
    again = assignments.of_application(application)[0]
    programme.reopen(again)
    with clock.at(clock.end_of_day(again.due_on) + timedelta(seconds=1)):
        client.sign_in(programme.secretary).speak("en")
        board = text_of(client.get("/assignments").text)
        assert "Go back to what was submitted" in board and "Go on without this review" not in board
        url = f"/assignments/{again.id}/release"
        assert "It counts as it was submitted before" in text_of(client.get(url).text)
        answer = client.submit(url, reason="Мөөнөтү өттү, кайра жазылган жок")
        assert "The review counts as it was submitted." in text_of(client.get(answer.location).text)
        page = text_of(client.get(f"/reviews/of/{application.id}").text)
        assert "It was not submitted anew by its last day, so it counts as it was." in page
    db.session.expire_all()
    assert application.status is ApplicationStatus.REVIEWED


def test_who_has_a_tie_to_the_applicant_gives_no_time_on_any_page(client, programme, eligible, asked):
    neighbour = programme.make_user(
        Role.SECRETARY, person=programme.make_person("Асанова Айгүл", village=eligible.association.village)
    )
    client.sign_in(neighbour)
    for verb in ("extend", "release"):
        assert client.get(f"/assignments/{asked.id}/{verb}").status_code == 403
    with clock.at(clock.end_of_day(asked.due_on) + timedelta(seconds=1)):
        client.sign_in(neighbour)
        assert asked.reviewer.display_name not in client.get(f"/assignments/extend-late/{eligible.call_id}").text
