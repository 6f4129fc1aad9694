"""The whole way of an appeal through the HTTP client: rejected, upheld, on the agenda again, awarded, told, granted."""

import io
from datetime import timedelta

from pypdf import PdfReader

from app import clock
from app.services import letters, verification
from models.appeals import Appeal
from models.applications import ApplicationStatus
from models.base import db
from models.council_sessions import CouncilSession
from models.grants import Grant
from models.letters import Letter
from models.users import Role
from tests.support.walks import Walk

WHY = "Сатып алуучулар менен келишимдер тиркелген, бирок алар эске алынган эмес."
UPHELD = "Келишимдер чын эле эске алынган эмес."


def day(days=0):
    return (clock.bishkek_day(clock.now()) + timedelta(days=days)).strftime("%d.%m.%Y")


def test_from_a_rejection_over_an_upheld_appeal_to_the_grant(app, programme):
    walk, people = Walk(app, programme), programme
    application = people.make_application(ApplicationStatus.REJECTED)
    letter = letters.readable(application, is_office=True)
    chair, council = people.chair_of(application.association), people.council_chair
    here = f"/applications/{application.id}"
    with clock.at(letter.sent_at + timedelta(days=1)):
        walk.send(chair, f"/letters/{letter.id}/appeal", text=WHY)
        appeal = f"/appeals/{db.session.scalar(db.select(Appeal.id))}"
        walk.press(people.secretary, appeal, f"{appeal}/acknowledge")
        walk.send(council, f"{appeal}/outcome", outcome="upheld", reason=UPHELD)
        first = db.session.scalars(db.select(CouncilSession)).one()
        signed = first.protocol.sha256
        assert appeal in walk.as_(people.secretary).get("/").text, "it waits on the desk"
        assert f"{appeal}/agenda" not in walk.as_(people.secretary).get(appeal).text, "no session sits"
        convene = f"/council/calls/{application.call_id}/new"
        assert convene in walk.as_(people.secretary).get(appeal).text
        assert application.title in walk.as_(people.secretary).get(convene).text
        walk.send(people.secretary, convene, held_on=day(), place="Ош", seats="3")
        second = db.session.scalars(db.select(CouncilSession).order_by(CouncilSession.id.desc())).first()
        session = f"/council/{second.id}"
        members = [one.id for one in (*people.reviewers, council)]
        walk.send(people.secretary, f"{session}/attendance", members=[str(one) for one in members])
        assert "Кайра чечиле турган арыздар" in walk.as_(people.secretary).get(session).text
        deciding = walk.as_(people.secretary).get(f"{session}/decide/{application.id}").text
        assert UPHELD in deciding and first.protocol.number in deciding
        walk.send_checked(
            people.secretary,
            f"{session}/decide/{application.id}",
            outcome="selected",
            amount=str(application.grant_requested // 100),
            **votes(application.call, members),
            reason="Келишимдер менен суроо-талап ырасталды.",
            check="1",
        )
        walk.press(council, session, f"{session}/sign")
        told = walk.as_(chair).get(here).text
        assert f"/letters/{letter.id}" in told and told.count("/letters/") == 1, "the new letter is held"
        new = db.session.scalars(db.select(Letter).where(Letter.id != letter.id)).one()
        assert walk.as_(chair).get(f"/letters/{new.id}").status_code == 404
        posting = f"/letters/sessions/{second.id}"
        walk.press(people.secretary, f"{posting}/check?letters={new.id}", f"{posting}/send")

        told = walk.as_(chair).get(here).text
        assert f"/letters/{letter.id}" in told and f"/letters/{new.id}" in told and "Алмаштырылды" in told
        assert new.number in walk.as_(chair).get(f"/letters/{letter.id}").text
        after = walk.as_(chair).get(f"/letters/{new.id}").text
        assert letter.number in after and UPHELD in after and f"{new.id}/appeal" not in after
        assert f"/letters/{new.id}" in walk.as_(chair).get(appeal).text
        before = walk.as_(people.secretary).get(f"/council/{first.id}").text
        assert "алмаштырылды: кайра чечилди" in before and session in before
        protocol = walk.as_(people.secretary).get(f"{session}/protocol").data
        text = " ".join("\n".join(page.extract_text() for page in PdfReader(io.BytesIO(protocol)).pages).split())
        assert first.protocol.number in text and UPHELD in text
        db.session.expire_all()
        assert first.protocol.sha256 == signed
        walk.send(people.finance, f"{here}/grant/new", starts_on=day(), ends_on=day(300))
        grant = db.session.scalars(db.select(Grant)).one()
        assert grant.amount == application.grant_requested
        stranger = people.make_user(Role.MEMBER)
        assert walk.as_(stranger).get(appeal).status_code == 404
        assert not any(check.findings for check in verification.run(people.storage))


def votes(call, members):
    """Everybody is for it, by name or counted, as the call says."""
    if call.vote_rule.value == "open":
        return {f"vote_{one}": "for" for one in members}
    return {"votes_for": str(len(members)), "votes_against": "0", "abstentions": "0"}
