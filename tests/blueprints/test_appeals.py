"""An appeal in the browser: from the letter to the outcome, each at the own desk."""

from datetime import timedelta

from app import clock
from app.services import letters
from models.appeals import Appeal, AppealStatus
from models.applications import ApplicationStatus
from models.base import db
from models.users import Role
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
