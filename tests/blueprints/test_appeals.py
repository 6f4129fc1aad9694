"""An appeal in the browser: from the letter to the outcome, each at the own desk."""

import re
from datetime import timedelta

import pytest

from app import clock
from app.localisation import deadline_text, use_locale
from app.services import agendas, appeals, assignments, decisions, dictations, letters
from app.services.actors import Actor
from app.services.decisions import Motion
from models.appeals import Appeal, AppealStatus
from models.applications import ApplicationStatus
from models.associations import MembershipRole
from models.base import db
from models.council_sessions import DecisionOutcome
from models.users import Role
from tests.factories import TEXT
from tests.support.pages import choose_form, filled, text_of

WHY = "Сатып алуучулар менен келишимдер тиркелген, бирок алар эске алынган эмес."


def test_an_appeal_goes_from_the_letter_to_its_outcome(client, programme):
    letter = letters.readable(programme.make_application(ApplicationStatus.REJECTED), is_office=True)
    chair, page = programme.chair_of(letter.association), f"/letters/{letter.id}"
    with clock.at(letter.sent_at):
        client.sign_in(chair).speak("en")
        assert f"{page}/appeal" in client.get(page).text
        assert "at least 40 characters" in client.submit(f"{page}/appeal", text="Кыска").text
        assert client.submit(f"{page}/appeal", text=WHY).status_code == 303
        appeal = db.session.scalar(db.select(Appeal))
        here = f"/appeals/{appeal.id}"
        assert WHY in client.get(here).text and f"{page}/appeal" not in client.get(page).text
        assert client.get(f"{page}/appeal").location == here  # an old page, or a second tab
        assert client.sign_in(programme.make_user(Role.MEMBER)).get(here).status_code == 404
        client.sign_in(programme.secretary).speak("en")
        assert here in client.get("/").text and here in client.get("/appeals").text
        assert client.submit(here, action=f"{here}/acknowledge").location == here
        client.sign_in(programme.council_chair).speak("en")
        assert client.submit(f"{here}/outcome", outcome="dismissed", reason="Чечим туура.").location == here
        db.session.refresh(appeal)
        assert appeal.status is AppealStatus.DISMISSED
        assert "Чечим туура." in text_of(client.sign_in(chair).get(here).text)


def test_the_chair_of_the_council_decides_with_everything_at_hand(client, programme):
    application = programme.make_application(ApplicationStatus.REJECTED)
    letter = letters.readable(application, is_office=True)
    chair = programme.chair_of(letter.association)
    with clock.at(letter.sent_at):
        appeal = appeals.lodge(letter, WHY, actor=Actor(chair), now=clock.now())
        appeals.acknowledge(appeal, actor=Actor(programme.secretary), now=clock.now())
        db.session.commit()
        here, session = f"/appeals/{appeal.id}", letter.decision.session_id
        of_office = {f"/reviews/of/{application.id}", f"/council/{session}/protocol"}
        both = {f"/applications/{application.id}", f"/letters/{letter.id}"}
        client.sign_in(programme.council_chair).speak("en")
        for page in (here, f"{here}/outcome"):
            links = set(re.findall(r'href="([^"]+)"', client.get(page).text))
            assert of_office | both <= links
        assert all(client.get(one).status_code == 200 for one in of_office | both)
        links = set(re.findall(r'href="([^"]+)"', client.sign_in(chair).get(here).text))
        assert both <= links and not of_office & links


@pytest.mark.parametrize("status", [ApplicationStatus.REJECTED, ApplicationStatus.RESERVE])
def test_the_page_of_the_application_says_until_when_one_can_appeal(client, programme, status):
    application = programme.make_application(status)
    letter = letters.readable(application, is_office=True)
    association, url = letter.association, f"/applications/{application.id}"
    until = letters.appeal_until(application.call, letter.sent_at)
    with use_locale("en"):
        said = " ".join(f"You can appeal against this decision until {deadline_text(until)}.".split())
    assert "23:59 (Bishkek time)" in said
    chair, operator = programme.chair_of(association), programme.operator_of(association.centre)
    member = next(one.person for one in association.memberships if one.role is MembershipRole.MEMBER)
    with clock.at(until):
        for user in (chair, operator):
            page = client.sign_in(user).speak("en").get(url).text
            assert said in text_of(page) and f'href="/letters/{letter.id}"' in page
        others = (programme.secretary, programme.make_user(Role.MEMBER, association=association, person=member))
        for user in others:
            assert said not in text_of(client.sign_in(user).speak("en").get(url).text)
    with clock.at(until + timedelta(seconds=1)):
        assert said not in text_of(client.sign_in(chair).speak("en").get(url).text)
    with clock.at(letter.sent_at):
        appeals.lodge(letter, WHY, actor=Actor(chair), now=clock.now())
        db.session.commit()
        assert said not in text_of(client.sign_in(chair).speak("en").get(url).text)


def test_the_operator_is_told_that_the_chair_has_to_dictate_it(client, programme):
    letter = letters.readable(programme.make_application(ApplicationStatus.REJECTED), is_office=True)
    association = letter.association
    operator = Actor(programme.operator_of(association.centre), association)
    member = next(one.person for one in association.memberships if one.role is MembershipRole.MEMBER)
    page = f"/letters/{letter.id}/appeal"
    with clock.at(letter.sent_at):
        dictations.begin(association, dictated_by=member, actor=operator, now=clock.now())
        client.sign_in(operator.user).speak("en")
        answer = client.submit(page, text=WHY)
        assert answer.status_code == 422 and WHY in answer.text
        assert "say that the chair dictates" in text_of(answer.text)
        assert db.session.scalar(db.select(Appeal)) is None


def test_after_the_days_the_page_says_so(client, programme):
    letter = letters.readable(programme.make_application(ApplicationStatus.REJECTED), is_office=True)
    until = letters.appeal_until(letter.application.call, letter.sent_at)
    with clock.at(until + timedelta(seconds=1)):
        client.sign_in(programme.chair_of(letter.association)).speak("en")
        shown = client.get(f"/letters/{letter.id}/appeal").text
    assert "the days for it are over" in shown


def test_an_appeal_upheld_while_the_council_sits_anew_joins_its_agenda_with_a_button(client, programme):
    call = programme.make_past_call()
    made = [programme.make_application(ApplicationStatus.REVIEWED, call=call) for _ in range(2)]
    session = programme.make_session(call)
    for one in made:
        motion = Motion(DecisionOutcome.REJECTED, None, TEXT, 3)
        decisions.decide(session, one, motion, actor=Actor(programme.secretary), now=clock.now())
    programme.sign(session)
    found = []
    for one in made:
        letter = letters.readable(one, is_office=True)
        actor = Actor(programme.chair_of(one.association))
        found.append(appeals.lodge(letter, WHY, actor=actor, now=letter.sent_at))
        appeals.acknowledge(found[-1], actor=Actor(programme.secretary), now=clock.now())
    chair = Actor(programme.council_chair)
    appeals.close(found[0], is_upheld=True, reason=TEXT, actor=chair, now=clock.now())
    again = programme.make_session(call, now=clock.now())
    appeals.close(found[1], is_upheld=True, reason=TEXT, actor=chair, now=clock.now())
    db.session.commit()
    client.sign_in(programme.secretary).speak("en")
    here, council = f"/appeals/{found[1].id}", f"/council/{again.id}"
    assert here in client.get("/council").text and here in client.get(council).text
    assert f"{here}/agenda" not in client.sign_in(programme.council_chair).get(here).text
    client.sign_in(programme.secretary).speak("en")
    once, twice = (filled(choose_form(client.get(here).text, f"{here}/agenda"), {}) for _ in range(2))
    assert client.post(f"{here}/agenda", data=once).location == council
    shown = text_of(client.get(council).text)
    assert shown.count("First decision: Not selected") == 2 and "on no agenda yet" not in shown
    assert "before the Council again" in client.get(here).text
    told = client.post(f"{here}/agenda", data=twice)
    assert (told.status_code, told.location) == (303, council)
    assert "The application is before the Council again already." in text_of(client.get(council).text)
    assert len(agendas.items_of(again)) == 2
    assert here not in client.get("/council").text


def test_the_page_of_an_appeal_that_was_followed_offers_no_other_session(client, programme):
    application = programme.make_application(ApplicationStatus.REJECTED)
    letter = letters.readable(application, is_office=True)
    appeal = appeals.lodge(letter, WHY, actor=Actor(programme.chair_of(letter.association)), now=letter.sent_at)
    appeals.acknowledge(appeal, actor=Actor(programme.secretary), now=clock.now())
    appeals.close(appeal, is_upheld=True, reason=TEXT, actor=Actor(programme.council_chair), now=clock.now())
    db.session.commit()
    client.sign_in(programme.secretary).speak("en")
    shown = client.get(f"/appeals/{appeal.id}").text
    assert "Convene the Council" in shown and "may also be worse than the first" in shown
    session = programme.make_session(application.call, now=clock.now())
    motion = Motion(DecisionOutcome.RESERVE, None, TEXT, 3)
    decisions.decide(session, application, motion, actor=Actor(programme.secretary), now=clock.now())
    programme.sign(session)
    db.session.commit()
    shown = client.get(f"/appeals/{appeal.id}").text
    assert "has decided anew" in shown and "Convene the Council" not in shown
    assert "may also be worse" not in shown


def test_where_the_scores_lie_far_apart_another_reviewer_is_asked_before_it_is_decided_anew(client, programme):
    call = programme.make_past_call()
    application = programme.make_application(ApplicationStatus.IN_REVIEW, call=call)
    for one, level in zip(assignments.of_application(application), (5, 1), strict=True):
        programme.review(one, level=level)
    by = {"actor": Actor(programme.secretary), "now": clock.now()}
    session = programme.make_session(call)
    decisions.decide(session, application, Motion(DecisionOutcome.REJECTED, None, TEXT, 3), **by)
    programme.sign(session)
    letter = letters.readable(application, is_office=True)
    appeal = appeals.lodge(letter, WHY, actor=Actor(programme.chair_of(letter.association)), now=letter.sent_at)
    appeals.acknowledge(appeal, **by)
    appeals.close(appeal, is_upheld=True, reason=TEXT, actor=Actor(programme.council_chair), now=clock.now())
    further = programme.make_user(Role.REVIEWER)
    db.session.commit()
    client.sign_in(programme.secretary).speak("en")
    here = f"/assignments/new/{application.id}"
    assert "No reviewer can be asked now" in client.get(here).text, "it is on no agenda yet"
    again = programme.make_session(call, now=clock.now())
    db.session.commit()
    assert here in client.get(f"/council/{again.id}").text
    due_on = clock.bishkek_day(clock.now()) + timedelta(days=9)
    plan = client.submit(here, reviewer=further.id, due_on=due_on.strftime("%d.%m.%Y")).location
    client.submit(plan, action=f"{plan}/apply")
    assert client.get(f"/council/{again.id}").text.count("still on their way") > 0
    client.sign_in(further).speak("en")
    client.submit("/interests", action=f"/interests/confirm/{call.id}")
    asked = assignments.of_application(application)[-1]
    answered = client.submit(f"/assignments/{asked.id}/answer", interest="none", explanation="")
    assert answered.location == f"/reviews/{asked.id}/edit" and client.get(answered.location).status_code == 200
