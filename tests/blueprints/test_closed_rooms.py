"""What somebody of the office reads of an open session does not depend on an application they have a tie to.

Every page is read in two worlds that differ only in how that application is scored.
"""

import re

import pytest

from app import clock
from app.services import call_scores, decisions
from app.services.actors import Actor
from app.services.decisions import Motion
from models.base import db
from models.council_sessions import DecisionOutcome
from models.reviews import Assignment, Review
from tests.factories import SOM, TEXT
from tests.support.pages import text_of

DECISION = {
    "outcome": "selected",
    "amount": "200 000",
    "votes_for": "3",
    "votes_against": "0",
    "abstentions": "0",
    "reason": TEXT,
    "check": "1",
}


@pytest.fixture
def applications(programme):
    """Four of 200 000 each in a call that has money for three; the last is ahead only of nobody."""
    call = programme.make_past_call(budget=600_000 * SOM, grant_ceiling=500_000 * SOM)
    made = [programme.make_application("reviewed", call=call) for _ in range(4)]
    for trigger in db.session.scalars(
        db.text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('scores', 'reviews')")
    ):
        db.session.execute(db.text(f"DROP TRIGGER {trigger}"))
    for application, levels in zip(made, ([5, 4], [4, 4], [4, 3], [3, 3]), strict=True):
        give(application, levels)
    return made


def give(application, levels):
    """The levels its two reviewers gave, in every criterion; as no service would change them."""
    query = db.select(Review.id).join(Assignment).where(Assignment.application_id == application.id)
    for review_id, level in zip(db.session.scalars(query.order_by(Review.id)), levels, strict=True):
        values = {"level": level, "total": 2000 * level, "review": review_id}
        db.session.execute(db.text("UPDATE scores SET level = :level WHERE review_id = :review"), values)
        db.session.execute(db.text("UPDATE reviews SET total = :total WHERE id = :review"), values)
    db.session.commit()
    db.session.expire_all()
    call_scores.forget()


@pytest.mark.parametrize("who", ["secretary", "council_chair"])
def test_pages_of_a_session_are_the_same_wherever_the_closed_one_stands(client, programme, applications, who):
    first, closed, *_, last = applications
    call, reader = first.call, getattr(programme, who)
    session = programme.make_session(call)
    motion = Motion(DecisionOutcome.REJECTED, None, TEXT, 3)
    decisions.decide(session, applications[2], motion, actor=Actor(programme.secretary), now=clock.now())
    programme.tie(closed, reader)
    db.session.commit()
    client.sign_in(reader).speak("en")
    decide = [f"/council/{session.id}/decide/{one.id}" for one in (first, last)]
    lines = f"/calls/{call.id}/allocations"
    pages = [
        *(f"/council/{session.id}{end}" for end in ("", "?decisions=all", "/projector", "/agenda")),
        *(f"/{noun}/{call.id}" for noun in ("rankings", "selections", "reserves")),
        lines,
        *decide,
    ]
    worlds = []
    for levels in ([4, 4], [5, 5], [5, 2], [1, 1]):
        give(closed, levels)
        read = {page: seen(client.get(page)) for page in pages}
        if who == "secretary":
            read |= {f"{page} checked": seen(client.submit(page, **DECISION)) for page in decide}
        worlds.append(read)
    refused = {page for page, text in worlds[0].items() if not text.startswith("200")}
    assert refused == ({*decide, lines, f"/council/{session.id}/agenda"} if who == "council_chair" else set())
    for page, text in worlds[0].items():
        assert [read[page] for read in worlds[1:]] == [text] * 3, page


def seen(response):
    """The status and the words of a page, without what is made anew for each request."""
    return f"{response.status_code} {re.sub(r'[A-Za-z0-9_-]{30,}', '', text_of(response.text))}"
