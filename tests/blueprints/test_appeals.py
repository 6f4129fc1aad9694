"""An appeal in the browser: from the letter to the outcome, each at the own desk."""

from datetime import timedelta

from app import clock
from app.services import agendas, appeals, decisions, letters
from app.services.actors import Actor
from app.services.decisions import Motion
from models.appeals import Appeal, AppealStatus
from models.applications import ApplicationStatus
from models.base import db
from models.council_sessions import DecisionOutcome
from models.users import Role
from tests.factories import TEXT
from tests.support.pages import text_of

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
        assert client.sign_in(programme.make_user(Role.MEMBER)).get(here).status_code == 404
        client.sign_in(programme.secretary).speak("en")
        assert here in client.get("/").text and here in client.get("/appeals").text
        assert client.submit(here, action=f"{here}/acknowledge").location == here
        client.sign_in(programme.council_chair).speak("en")
        assert client.submit(f"{here}/outcome", outcome="dismissed", reason="Чечим туура.").location == here
        db.session.refresh(appeal)
        assert appeal.status is AppealStatus.DISMISSED
        assert "Чечим туура." in text_of(client.sign_in(chair).get(here).text)


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
    assert client.submit(here, action=f"{here}/agenda").location == council
    shown = text_of(client.get(council).text)
    assert shown.count("First decision: Not selected") == 2 and "on no agenda yet" not in shown
    assert "before the Council again" in client.get(here).text
    assert client.post(f"{here}/agenda").status_code in (303, 400), "a second time it is told, nothing is done"
    assert len(agendas.items_of(again)) == 2
    assert here not in client.get("/council").text
