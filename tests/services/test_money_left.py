"""What may be awarded now: decisions made anew, their list, pages and protocol, and the reserve list go by one rule."""

import io
import json

import pytest
from pypdf import PdfReader

from app import clock
from app.services import boards, calls, conflicts, decisions, grants, new_decisions, reserves, selections
from app.services.actors import Actor
from app.services.calls import allocations
from app.services.decisions import Motion
from app.services.errors import DomainError, LimitExceededError
from app.services.selection import Hindrance
from models.applications import ApplicationStatus
from models.base import db
from models.council_sessions import DecisionOutcome
from models.users import Role
from reports import protocol, protocol_content
from tests.factories import SOM, TEXT
from tests.services.test_new_decisions import ASKED, decide, judged, sit_again, uphold
from tests.support import recomputing
from tests.support.pages import text_of

A, D = ApplicationStatus, DecisionOutcome
pytestmark = pytest.mark.either_database


def departs(session, application, outcome, amount=None):
    return decisions.departs(session, application, Motion(outcome, amount, TEXT, 3))


def sign(programme, session):
    """The content of the protocol, and {number: what goes down the list in som} walked from its printed page."""
    signed = programme.sign(session)
    pages = PdfReader(io.BytesIO(protocol.to_pdf(protocol_content.gather(signed), "en"))).pages
    text = "\n".join(page.extract_text() for page in pages)
    return json.loads(signed.content), recomputing.down_the_list(text, recomputing.by_hand(text)), text


def decline(programme, application):
    grant = programme.offer(application)
    actor = Actor(programme.chair_of(grant.association))
    grants.decline(grant, reason=TEXT, actor=actor, now=clock.now())
    return grant


@pytest.fixture
def promised_away(programme):
    """Its fund has 800 000 left when the Council decides anew, and promised all of it to a call that opened since."""
    fund = programme.make_fund(amount=1_000_000 * SOM)
    found = judged(programme, fund=fund)
    programme.make_call(fund=fund, budget=800_000 * SOM)
    return found


def test_pages_list_and_protocol_know_what_an_open_call_was_promised(client, programme, promised_away):
    application = promised_away[D.REJECTED]
    call = application.call
    uphold(programme, application)
    session = sit_again(programme, application)
    assert allocations.left(boards.board(session, ()).standings) == 0
    proposal = selections.of_call(call)
    assert not proposal.straight.awards and set(proposal.straight.hindrances.values()) == {Hindrance.MONEY}
    client.sign_in(programme.secretary).speak("en")
    for address in (f"/council/{session.id}", f"/council/{session.id}/decide/{application.id}"):
        assert "Left to award 0 som" in text_of(client.get(address).text).replace("\xa0", " "), address
    assert "300 000" not in text_of(client.get(f"/council/{session.id}/projector").text).replace("\xa0", " ")
    assert "selected down the list" not in text_of(client.get(f"/rankings/{call.id}").text)
    with pytest.raises(LimitExceededError):
        decide(programme, session, application, D.SELECTED)
    assert departs(session, application, D.RESERVE) == [], "nothing else could be decided"
    decide(programme, session, application, D.RESERVE)
    board = boards.board(session, ())
    assert not boards.departed(session, board, ())
    content, walked, text = sign(programme, session)
    assert content["decisions"][0]["departs"] == [] and content["funds"] == [ASKED]
    assert list(walked.values()) == [200_000, None, None]
    assert "promised to other open calls" in " ".join(text.split())


def test_what_an_earlier_session_awarded_out_of_turn_is_not_there_any_more(programme):
    """The first session passed by the second and paid the third: upheld, the second is forced to the reserve list."""
    rules = {"budget": 400_000 * SOM, "grant_ceiling": 300_000 * SOM}
    found = judged(programme, **rules, outcomes={5: D.SELECTED, 4: D.REJECTED, 3: D.SELECTED})
    second = found[4]
    uphold(programme, second)
    session = sit_again(programme, second)
    assert departs(session, second, D.RESERVE) == []
    decide(programme, session, second, D.RESERVE)
    content, walked, text = sign(programme, session)
    assert content["decisions"][0]["departs"] == []
    assert [row["straight"] for row in content["ranking"]] == [ASKED, None, ASKED]
    assert walked == {found[5].number: 200_000, second.number: None, found[3].number: 200_000}
    assert " ".join(text.split()).count("Awarded before this session.") == 2


def test_caps_count_what_an_earlier_session_awarded(programme):
    found = judged(programme, most_per_oblast=1)
    uphold(programme, found[D.RESERVE])
    session = sit_again(programme, found[D.RESERVE])
    assert selections.of_call(session.call).straight.hindrances[found[D.RESERVE].id] is Hindrance.OBLAST
    decide(programme, session, found[D.RESERVE], D.RESERVE)
    _content, walked, _text = sign(programme, session)
    assert [one for one in walked.values() if one] == [200_000]


def test_a_declined_grant_keeps_its_rank_and_nothing_else(client, programme):
    """Its money goes to those behind it: both get what they ask for, and neither decision departs."""
    found = judged(programme)
    declined, second, third = found[D.SELECTED], found[D.RESERVE], found[D.REJECTED]
    decline(programme, declined)
    for application in (second, third):
        uphold(programme, application)
    session = sit_again(programme, second)
    proposal = selections.of_call(session.call)
    assert {key: one.amount for key, one in proposal.straight.awards.items()} == dict.fromkeys(
        (second.id, third.id), ASKED
    )
    client.sign_in(programme.secretary).speak("en")
    gone, there = (one.association.name("en") for one in (declined, third))
    line = session.call.allocations[0].id
    for query in (f"application={declined.id}", f"line_{line}=200000&partial_awards=y"):
        page = text_of(client.get(f"/selections/{session.call_id}?{query}").text)
        assert "How far is it from the line?" not in page and gone not in page and there in page, query
    assert "goes out" in page
    assert gone in text_of(client.get(f"/rankings/{session.call_id}").text)
    for application in (second, third):
        assert departs(session, application, D.SELECTED, ASKED) == []
        decide(programme, session, application, D.SELECTED)
    content, walked, _text = sign(programme, session)
    assert [row["hindrance"] for row in content["ranking"]] == ["declined", None, None]
    assert [row["rank"] for row in content["ranking"]] == [1, 2, 3] and content["earlier_awards"] == []
    assert walked == {declined.number: None, second.number: 200_000, third.number: 200_000}
    assert not any(one["departs"] for one in content["decisions"])


def test_the_what_if_of_a_session_that_decides_anew_begins_with_what_is_left(client, programme):
    found = judged(programme)
    uphold(programme, found[D.RESERVE])
    session = sit_again(programme, found[D.RESERVE])
    proposal = selections.of_call(session.call)
    assert [one.left for one in proposal.rules.lines] == [300_000 * SOM]
    assert {key: one.amount for key, one in proposal.straight.awards.items()} == {
        found[D.RESERVE].id: ASKED,
        found[D.REJECTED].id: 100_000 * SOM,
    }
    client.sign_in(programme.secretary).speak("en")
    page = text_of(client.get(f"/selections/{session.call_id}").text).replace("\xa0", " ")
    assert "1 award from before stands" in page and "of 300 000 som" in page
    raised = selections.one_level_more(session.call, proposal, found[D.REJECTED].id)
    assert len(raised) == 2 * len(session.call.criteria), "it is over the line already"


def test_nobody_moves_up_with_what_an_open_call_was_promised(client, programme):
    fund = programme.make_fund(amount=1_000_000 * SOM)
    found = judged(programme, fund=fund)
    grant = decline(programme, found[D.SELECTED])
    call = grant.application.call
    assert reserves.next_for(call, reserves.freed(call)[0]).row.application_id == found[D.RESERVE].id
    other = programme.make_call(fund=fund, budget=700_000 * SOM)
    (free,) = reserves.freed(call)
    assert reserves.next_for(call, free).award.amount == ASKED, "of 300 000 that are left"
    programme.make_call(fund=fund, budget=300_000 * SOM, grant_ceiling=300_000 * SOM)
    assert reserves.next_for(call, free).row is None
    with pytest.raises(DomainError):
        reserves.promote(found[D.RESERVE], grant, actor=Actor(programme.council_chair), now=clock.now())
    page = text_of(client.sign_in(programme.council_chair).speak("en").get(f"/reserves/{call.id}").text)
    assert "Nobody of the reserve list can move up." in page and "What is left is not enough for it." in page
    assert allocations.free(fund, beside=other) >= allocations.promised(other, fund)
    assert new_decisions.money_left(other)[0].left == 700_000 * SOM, "its own promise is its own"


@pytest.mark.parametrize("is_anew", [True, False])
def test_the_free_money_of_a_draft_tells_a_tied_reader_nothing(client, programme, is_anew):
    """An open session awards: whoever has no tie sees a decision made anew move the free money of the fund."""
    if is_anew:
        found = judged(programme)
        application = found[D.REJECTED]
        uphold(programme, application)
        session = sit_again(programme, application)
    else:
        application = programme.make_application(A.REVIEWED, call=programme.make_past_call(budget=500_000 * SOM))
        session = programme.make_session(application.call)
    tied = programme.make_user(Role.SECRETARY)
    programme.tie(application, tied)
    draft = programme.make_call(is_open=False)
    ties = conflicts.ties_of(tied)
    free = allocations.free(programme.fund, beside=draft)

    def shown(ties):
        item = next(one for one in calls.checklist(draft, ties) if one.section == "allocations")
        return item.found.parameters["free"].amount

    assert shown(ties) == shown(conflicts.NO_TIES) == free
    page = text_of(client.sign_in(tied).speak("en").get(f"/calls/{draft.id}").text)
    decide(programme, session, application, D.SELECTED)
    db.session.commit()
    assert shown(ties) == free and text_of(client.get(f"/calls/{draft.id}").text) == page
    assert shown(conflicts.NO_TIES) == allocations.free(programme.fund, beside=draft) == free - is_anew * ASKED


def test_what_a_tied_reader_is_not_shown_keeps_the_call_shut(programme):
    fund = programme.make_fund(amount=1_000_000 * SOM)
    found = judged(programme, fund=fund)
    application = found[D.REJECTED]
    uphold(programme, application)
    draft = programme.make_call(is_open=False, fund=fund, budget=700_000 * SOM)
    decide(programme, sit_again(programme, application), application, D.SELECTED)
    tied = programme.make_user(Role.SECRETARY)
    programme.tie(application, tied)
    assert all(one.met for one in calls.checklist(draft, conflicts.ties_of(tied)))
    with pytest.raises(LimitExceededError) as refused:
        calls.open_(draft, actor=Actor(tied), now=clock.now())
    assert refused.value.parameters["free"].amount == 600_000 * SOM
