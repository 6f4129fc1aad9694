"""The protocol of a session that decides anew: recomputed by hand, with what it follows and what was awarded before."""

import io
import re

import pytest
from pypdf import PdfReader

from app import clock
from app.services import appeals, decisions, letters
from app.services.actors import Actor
from app.services.decisions import Motion
from models.council_sessions import DecisionOutcome
from reports import protocol, protocol_content
from tests.factories import SOM, TEXT
from tests.support import recomputing
from tests.support.recomputing import part

UPHELD = "Келишимдер чын эле эске алынган эмес."
D = DecisionOutcome


@pytest.fixture
def anew(programme):
    """180 000 som of 500 000 were awarded to the best; after the appeal of the third it is awarded 200 000."""
    call, by = programme.make_past_call(budget=500_000 * SOM), {"actor": Actor(programme.secretary)}
    found = [programme.judged(call, level) for level in (5, 4, 3)]
    session = programme.make_session(call)
    for application, outcome in zip(found, (D.SELECTED, D.RESERVE, D.REJECTED), strict=True):
        amount = 180_000 * SOM if outcome is D.SELECTED else None
        decisions.decide(session, application, Motion(outcome, amount, TEXT, 3), **by, now=clock.now())
    programme.sign(session)
    letter = letters.readable(found[2], is_office=True)
    chair = Actor(programme.chair_of(found[2].association))
    appeal = appeals.lodge(letter, TEXT, actor=chair, now=letter.sent_at)
    appeals.acknowledge(appeal, **by, now=clock.now())
    appeals.close(appeal, is_upheld=True, reason=UPHELD, actor=Actor(programme.council_chair), now=clock.now())
    again = programme.make_session(call, now=clock.now())
    decisions.decide(again, found[2], Motion(D.SELECTED, 200_000 * SOM, TEXT, 3), **by, now=clock.now())
    programme.sign(again)
    return found, session.protocol, again.protocol


def text_of(signed, *locales):
    content = protocol.to_pdf(protocol_content.gather(signed), *locales)
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def test_ranks_money_and_what_is_followed_are_recomputed_from_the_printed_pages(anew):
    found, first, second = anew
    text = text_of(second, "en")
    rows = recomputing.by_hand(text)
    assert [rows[one.number].rank for one in found] == [1, 2, 3], "the ranking is that of the whole call"
    asked, awarded, _amounts = recomputing.sums(text)
    table = part(text, "Awarded before this session", "These awards stand")
    before = [int("".join(one.split())) for one in re.findall(r"^\d{1,3}(?:[ \u00a0]\d{3})+$", table, re.M)]
    assert found[0].number in table and before == [180_000, 180_000] and (asked, awarded) == (200_000, 200_000)
    flat = " ".join(text.split())
    result = flat[flat.index("Result ") :]
    assert "Awarded: 200 000 som of the call's budget of 500 000 som; left: 120 000 som." in result
    reasons = flat[flat.index(f"{found[2].number} ·") :]
    assert f"decision in protocol {first.number}" in reasons and "Not selected" in reasons
    assert UPHELD in reasons and f"It goes before {found[1].number}" in reasons
    assert "Awarded before" not in text_of(first, "en") and "Decided anew" not in text_of(first, "en")


def test_it_is_printed_in_kyrgyz_and_russian_side_by_side(anew):
    text = " ".join(text_of(anew[2], "ky", "ru").split())
    for words in ("Бул отурумга чейин ыйгарылгандар / Присуждено до этого заседания", "Даттануудан кийин кайра"):
        assert words in text, words
