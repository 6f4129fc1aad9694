"""The agenda, the votes by name, a member's seat and the wall, as they are used in a session."""

import re

import pytest

from app import clock
from app.localisation import number_text, use_locale
from app.services import agendas, boards, conflicts, council_sessions, decisions, rankings
from app.services.actors import Actor
from app.services.ballots import Ballot
from app.services.decisions import Motion
from models.agenda_items import AgendaStatus
from models.base import db
from models.calls import VoteRule
from models.council_sessions import AgendaOrder, Decision, DecisionOutcome, Vote, VoteChoice
from models.reviews import ConflictKind
from models.users import Role
from tests.factories import TEXT
from tests.support.pages import choose_form, filled, form_fields, text_of
from tests.support.queries import count
from tests.support.shelf import kept


@pytest.fixture
def call(programme):
    return programme.make_past_call(vote_rule=VoteRule.OPEN)


@pytest.fixture
@kept
def applications(programme, call):
    return [programme.make_application("reviewed", call=call) for _ in range(2)]


@pytest.fixture
@kept
def session(programme, call, applications):
    """Chair, both reviewers and one more member, of four seats."""
    return programme.make_session(call, programme.make_user(Role.REVIEWER))


def press_button(client, page, action, **changes):
    """Send the one form of `page` that leads to `action`."""
    return client.submit(page, action=action, **changes)


def record(client, url, typed):
    """Send the form of a decision without looking at it first."""
    return client.post(url, data=dict(form_fields(client.get(url).text).items()) | typed | {"record": "1"})


def fields_of_a_move(client, page):
    """The fields of the first form that moves an item."""
    return dict(choose_form(client.get(page).text, page).fields.items())


def discuss(client, session, application):
    page = f"/council/{session.id}/decide/{application.id}"
    return press_button(client, page, f"/council/{session.id}/agenda/{application.id}/discuss")


def ballots(session, **changes):
    votes = {f"vote_{one.id}": "for" for one in session.present}
    return votes | {"outcome": "selected", "amount": "200 000", "reason": "Айылга керек."} | changes


def test_votes_by_name_are_checked_and_recorded(client, programme, session, applications):
    first, url = applications[0], f"/council/{session.id}/decide/{applications[0].id}"
    client.sign_in(programme.secretary).speak("en")
    assert discuss(client, session, first).location == url
    assert agendas.item_of(session, first).status is AgendaStatus.DISCUSSED
    against = {f"vote_{session.present[3].id}": "against"}
    typed = ballots(session, dissenter_1=str(session.present[3].id), dissent_1="Рыногу жок.", **against)
    checked = client.submit(url, **typed, check="1")
    shown, against_it = text_of(checked.text), session.present[3].display_name
    assert checked.status_code == 200 and "3 for, 1 against, 0 abstained" in shown
    assert f"Against {against_it}" in shown and f"{against_it} Рыногу жок." in shown
    assert f"For {', '.join(one.display_name for one in session.present[:3])}" in shown
    fields = dict(form_fields(checked.text).items())
    assert client.post(url, data=fields | {"record": "1"}).location == f"/council/{session.id}"
    decision = db.session.scalar(db.select(Decision))
    assert (decision.votes_for, decision.votes_against, count(Vote)) == (3, 1, 4)
    assert [one.reason for one in decision.dissents] == ["Рыногу жок."]


def test_a_missing_vote_and_a_removed_member_are_told(client, programme, session, applications):
    url, last = f"/council/{session.id}/decide/{applications[0].id}", session.present[3]
    client.sign_in(programme.secretary).speak("en")
    typed = ballots(session)
    del typed[f"vote_{last.id}"]
    answer = record(client, url, typed)
    assert answer.status_code == 422 and f'id="vote_{last.id}-error"' in answer.text
    assert form_fields(answer.text)["reason"].strip() == "Айылга керек."
    open_page = dict(form_fields(client.get(url).text).items())
    for held in last.assigned_roles:  # removed while the secretary's page stands open
        held.ended_at = clock.now()
    db.session.commit()
    refused = client.post(url, data=open_page | ballots(session) | {"record": "1"})
    assert refused.status_code == 422 and count(Vote) == 0
    assert f"Left or recused: {last.display_name}; came: –." in text_of(refused.text)
    again = client.post(url, data=dict(form_fields(refused.text).items()) | {"record": "1"})
    assert again.status_code == 303 and count(Vote) == 3
    assert last.id not in db.session.scalar(db.select(Decision)).present


def test_what_is_recorded_is_what_was_checked(client, programme, session, applications):
    """Somebody leaves between the page of the check and the recording: the vote is not dropped in silence."""
    url, last = f"/council/{session.id}/decide/{applications[0].id}", session.present[3]
    by = {"actor": Actor(programme.secretary), "now": clock.now()}
    client.sign_in(programme.secretary).speak("en")
    discuss(client, session, applications[0])
    dissent = {"dissenter_1": str(last.id), "dissent_1": "Рыногу жок."}
    checked = client.submit(url, **ballots(session, **dissent), check="1")
    fields = dict(form_fields(checked.text).items())
    council_sessions.change_presence(session, last, False, **by)
    db.session.commit()
    refused = client.post(url, data=fields | {"record": "1"})
    assert refused.status_code == 422 and count(Decision) == 0
    assert f"Left or recused: {last.display_name}; came: –." in text_of(refused.text)
    kept = dict(form_fields(refused.text).items())
    assert (kept["reason"].strip(), kept["amount"], kept["dissent_1"].strip()) == (
        "Айылга керек.",
        "200 000",
        "Рыногу жок.",
    )
    assert all(kept[f"vote_{one.id}"] == "for" for one in session.present) and f"vote_{last.id}" not in kept
    council_sessions.change_presence(session, last, True, **by)
    db.session.commit()
    back = client.post(url, data=kept | {"dissenter_1": "", "dissent_1": "", "record": "1"})
    assert back.status_code == 422 and f"Left or recused: –; came: {last.display_name}." in text_of(back.text)


def test_two_secretaries_at_once_the_second_is_told_and_keeps_the_words(client, programme, session, applications):
    first, url = applications[0], f"/council/{session.id}/decide/{applications[0].id}"
    client.sign_in(programme.secretary).speak("en")
    early = dict(form_fields(client.get(url).text).items())
    other = programme.make_user(Role.SECRETARY)
    agendas.discuss(session, first, actor=Actor(other), now=clock.now())
    db.session.commit()
    answer = client.post(url, data=early | ballots(session, reason="Менин сөзүм.") | {"record": "1"})
    assert answer.status_code == 409 and "Менин сөзүм." in answer.text and count(Decision) == 0


def test_a_decided_application_shows_its_decision_and_the_session_leads_to_the_next(
    client, programme, session, applications
):
    first, second = agendas.items_of(session)
    client.sign_in(programme.secretary).speak("en")
    base = f"/council/{session.id}"
    assert f"{base}/decide/{first}" in client.get(base).text.split("Decide on the next application")[0]
    assert record(client, f"{base}/decide/{first}", ballots(session)).status_code == 303
    page = client.get(f"{base}/decide/{first}").text
    assert "cannot be changed" in page and "vote_" not in page and 'name="outcome"' not in page
    assert f"{base}/decide/{second}" in client.get(base).text.split("Decide on the next application")[0]


def test_nobody_leaves_the_room_by_being_the_first_of_the_list(client, programme, session, applications):
    first = applications[0]
    agendas.discuss(session, first, actor=Actor(programme.secretary), now=clock.now())
    db.session.commit()
    client.sign_in(programme.secretary).speak("en")
    page = f"/council/{session.id}/agenda/{first.id}/recusals"
    assert client.submit(page, kind="kinship").status_code == 422, "nobody was chosen"
    assert decisions.recused(session, first) == []
    assert client.submit(page, kind="kinship", member=str(programme.reviewers[0].id)).status_code == 303
    assert decisions.recused(session, first) == [programme.reviewers[0]]


def test_the_agenda_is_moved_without_javascript(client, programme, session, applications):
    page = f"/council/{session.id}/agenda"
    client.sign_in(programme.secretary).speak("en")
    early = fields_of_a_move(client, page)
    first, second = (one.id for one in applications)
    move = {"application": str(second), "place": "1"}
    assert client.post(page, data=early | move).location == page
    assert list(agendas.items_of(session)) == [second, first]
    fresh = fields_of_a_move(client, page)
    wrong = client.post(page, data=fresh | {"application": str(first), "place": "7"})
    assert wrong.status_code == 422 and "places go from 1 to 2." in wrong.text
    late = early | {"idempotency_key": fresh["idempotency_key"], "application": str(first), "place": "1"}
    assert client.post(page, data=late).status_code == 409
    press_button(client, page, f"{page}/sort", order="ranked")
    assert session.agenda_order is AgendaOrder.RANKED and list(agendas.items_of(session)) == [first, second]
    foreign = programme.make_application("reviewed")
    db.session.commit()
    again = fields_of_a_move(client, page)
    assert client.post(page, data=again | {"application": str(foreign.id), "place": "1"}).status_code == 404


def test_a_tied_secretary_is_out_of_the_room_everywhere(client, programme, session, applications):
    tied, free = applications
    programme.tie(tied, programme.secretary)
    row = next(one for one in rankings.rank(session.call) if one.application.id == tied.id)
    with use_locale("en"):
        score = number_text(row.points / 100, 2)
    agendas.discuss(session, tied, actor=Actor(programme.make_user(Role.SECRETARY)), now=clock.now())
    db.session.commit()
    client.sign_in(programme.secretary).speak("en")
    base = f"/council/{session.id}"
    dark = client.get(f"{base}/decide/{tied.id}")
    assert dark.status_code == 403 and "You are out of the room" in dark.text and score not in dark.text
    wall = text_of(client.get(f"{base}/projector").text)
    assert "You are out of the room" in wall and tied.number not in wall and score not in wall
    for path in (f"agenda/{tied.id}/notes", f"agenda/{tied.id}/recusals"):
        assert client.get(f"{base}/{path}").status_code == 403
    agenda = client.get(f"{base}/agenda").text
    assert f"decide/{tied.id}" not in agenda and f"decide/{free.id}" in agenda
    assert client.get(f"{base}/decide/{free.id}").status_code == 200


def test_no_sum_and_no_history_tells_a_tied_secretary_what_was_awarded(client, programme, session, applications):
    tied, free = applications
    programme.tie(tied, programme.secretary)
    base, pages = f"/council/{session.id}", {}
    urls = (base, f"{base}/projector", f"{base}/decide/{free.id}", f"/rankings/{session.call_id}", "/history")
    client.sign_in(programme.secretary).speak("en")
    other = {"actor": Actor(programme.make_user(Role.SECRETARY)), "now": clock.now()}
    for moment in ("before", "after"):
        pages[moment] = [set(re.findall(r"[\d\u202f\xa0 ]+ som", text_of(client.get(url).text))) for url in urls]
        if moment == "before":
            cast = [Ballot(one.id, VoteChoice.FOR) for one in session.present]
            motion = Motion(DecisionOutcome.SELECTED, 123_000 * 100, TEXT, ballots=cast)
            decisions.decide(session, tied, motion, **other)
            db.session.commit()
    assert pages["before"] == pages["after"] and any(pages["after"])
    history = text_of(client.get("/history").text)
    assert tied.number not in history and free.number in history
    assert "123 000" not in history.replace("\u202f", " ").replace("\xa0", " ")
    client.sign_in(other["actor"].user).speak("en")
    seen = [text_of(client.get(url).text).replace("\u202f", " ").replace("\xa0", " ") for url in urls]
    assert "123 000" in seen[0] and "123 000" in seen[4] and tied.number in seen[4]


def test_the_wall_shows_the_item_its_votes_and_the_next(client, programme, session, applications):
    first = applications[0]
    client.sign_in(programme.council_chair).speak("en")
    wall = f"/council/{session.id}/projector"
    assert "Nothing is under discussion" in client.get(wall).text
    agendas.discuss(session, first, actor=Actor(programme.secretary), now=clock.now())
    agendas.note(session, first, "Жашыруун.", in_protocol=False, actor=Actor(programme.secretary), now=clock.now())
    db.session.commit()
    page = client.get(wall).text
    assert first.number in page and "80.00" in page and 'http-equiv="refresh"' in page and "Жашыруун" not in page
    client.sign_in(programme.secretary)
    record(client, f"/council/{session.id}/decide/{first.id}", ballots(session))
    page = text_of(client.sign_in(programme.council_chair).get(wall).text)
    assert "4 for, 0 against, 0 abstained" in page and "1 application waits" in page


def test_the_wall_is_silent_of_what_somebody_present_was_out_for(client, programme, session, applications):
    member, first = session.present[3], applications[0]
    secretary, now = Actor(programme.secretary), clock.now()
    agendas.discuss(session, first, actor=secretary, now=now)
    agendas.recuse(session, first, member, ConflictKind.KINSHIP, actor=secretary, now=now)
    db.session.commit()
    client.sign_in(programme.secretary).speak("en")
    voters = {key: value for key, value in ballots(session).items() if key != f"vote_{member.id}"}
    assert record(client, f"/council/{session.id}/decide/{first.id}", voters).status_code == 303
    wall = text_of(client.sign_in(programme.council_chair).get(f"/council/{session.id}/projector").text)
    assert "for, 0 against" not in wall and first.number not in wall


def test_ranks_tell_nothing_of_what_is_closed(programme, call):
    """Others stand as if it were not there, as on the ranking's own page."""
    better, other = (programme.judged(call, level) for level in (5, 4))
    session = programme.make_session(call)
    assert [one.row.rank for one in boards.board(session, ()).waiting] == [1, 2]
    seen = boards.board(session, {better.id}).waiting
    assert [(one.application.id, one.row.rank) for one in seen] == [(other.id, 1)]


def test_a_member_leaves_the_room_at_the_own_seat(client, programme, session, applications):
    member, first = session.present[3], applications[0]
    client.sign_in(member).speak("en")
    seat = f"/council/{session.id}/seat"
    assert seat in client.get("/").text
    assert "Nothing is under discussion just now" in client.get(seat).text
    assert client.get(f"/council/{session.id}").status_code == 403
    agendas.discuss(session, first, actor=Actor(programme.secretary), now=clock.now())
    db.session.commit()
    page = client.get(seat).text
    assert first.number in page and "80.00" not in page
    assert client.submit(seat, kind="kinship").location == seat
    page = client.get(seat).text
    assert "You are out of the room" in page and first.number not in page
    assert member not in decisions.voters_on(session, first)


def test_nobody_leaves_the_room_for_what_their_page_did_not_show(client, programme, session, applications):
    """The next application may be called while somebody still reads of the one before."""
    member, (first, second, *_) = session.present[3], applications
    secretary, now = Actor(programme.secretary), clock.now()
    agendas.discuss(session, first, actor=secretary, now=now)
    db.session.commit()
    client.sign_in(member).speak("en")
    seat = f"/council/{session.id}/seat"
    form = choose_form(client.get(seat).text, seat)
    agendas.put_back(session, first, actor=secretary, now=now)
    agendas.discuss(session, second, actor=secretary, now=now)
    db.session.commit()
    assert client.post(seat, data=filled(form, {"kind": "kinship"})).status_code == 409
    assert {first.id, second.id}.isdisjoint(conflicts.closed_to(member, session.call))


def test_who_did_not_come_or_was_removed_has_no_seat(client, programme, session, applications):
    stranger, member = programme.make_user(Role.REVIEWER), session.present[3]
    seat = f"/council/{session.id}/seat"
    assert client.sign_in(stranger).get(seat).status_code == 404
    agendas.discuss(session, applications[0], actor=Actor(programme.secretary), now=clock.now())
    client.sign_in(member)
    opened = filled(choose_form(client.get(seat).text, seat), {"kind": "kinship"})
    for held in member.assigned_roles:
        held.ended_at = clock.now()
    db.session.commit()
    assert client.get(seat).status_code == 403
    assert client.post(seat, data=opened).status_code == 403
    assert decisions.recused(session, applications[0]) == []


def test_somebody_leaves_and_comes_back(client, programme, session, applications):
    page, member = f"/council/{session.id}/attendance", session.present[3]
    client.sign_in(programme.secretary).speak("en")
    for is_there in (False, True):
        press_button(client, page, f"{page}/{member.id}")
        assert (member in session.present) is is_there
        db.session.expire_all()
