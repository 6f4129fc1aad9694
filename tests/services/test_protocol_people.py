"""Two people of one name in one protocol: each is put right, or taken off, wherever that very person stands."""

import json

import pytest

from app import clock
from app.services import agendas, corrected_protocols, council_sessions, decisions, protocol_people, protocol_places
from app.services.actors import Actor
from app.services.ballots import Ballot, DissentInput
from app.services.decisions import Motion
from app.services.protocol_places import Change, Place
from models.base import db
from models.calls import VoteRule
from models.corrected_protocols import CorrectedProtocol
from models.council_sessions import DecisionOutcome, VoteChoice
from models.reviews import ConflictKind
from models.users import Role
from tests.factories import TEXT
from tests.support.pages import form_fields, text_of

pytestmark = pytest.mark.either_database

FOR, AGAINST = VoteChoice.FOR, VoteChoice.AGAINST
ONE_NAME = "Асанов Бакыт"
NEW = "Асанов Бакытбек"


@pytest.fixture
def session(programme, by):
    """Signed, of seven seats: the chair, two reviewers, and two of one name. The first of these votes for, leaves and
    comes back; the second votes against with a dissent, and is out of the room for another application."""
    call = programme.make_past_call(vote_rule=VoteRule.OPEN)
    found = [programme.make_application("reviewed", call=call) for _ in range(2)]
    first, second = (programme.make_user(Role.REVIEWER) for _ in range(2))
    session = programme.make_session(call, first, second)
    for one in (first, second):
        one.person.full_name = ONE_NAME
    for is_present in (False, True):
        council_sessions.change_presence(session, first, is_present, **by)
    others = [one for one in session.present if one not in (first, second)]
    for place, application in enumerate(found):
        agendas.discuss(session, application, **by)
        here = [*others, first] if place else [*others, second, first]
        if place:
            agendas.recuse(session, application, second, ConflictKind.OTHER, **by)
        cast = [Ballot(one.id, AGAINST if one is second else FOR) for one in here]
        dissents = [] if place else [DissentInput(second.id, "Рыногу жок.")]
        motion = Motion(DecisionOutcome.REJECTED, None, TEXT, ballots=cast, dissents=dissents)
        decisions.decide(session, application, motion, **by)
    council_sessions.sign(session, actor=Actor(programme.council_chair), now=clock.now())
    return session


def content_of(one):
    return json.loads(one.content)


def where(content, name):
    """Every place of a content in which a name stands."""
    return [path for path, said in protocol_places.standing(content) if said == name]


def signed(session, by, programme, make):
    """A signed correction with the changes that `make` says of the people of the one it corrects."""
    one = corrected_protocols.draft(session, TEXT, **by)
    people = protocol_people.of(one)
    corrected_protocols.correct_session(one, make(people), **by)
    corrected_protocols.propose(one, **by)
    corrected_protocols.sign(one, actor=Actor(programme.council_chair), now=clock.now())
    return one


def votes_of(row, *names):
    return {one["name"]: one["choice"] for one in row["ballots"] if one["name"] in names}


def test_one_of_two_namesakes_is_renamed_everywhere_and_the_other_stays(programme, session, by):
    first = content_of(session.protocol)
    same = where(first, ONE_NAME)
    made = signed(session, by, programme, lambda people: [people[3].renamed(NEW)])
    said = content_of(made)
    new, old = where(said, NEW), where(said, ONE_NAME)
    assert sorted([*new, *old]) == sorted(same) and said["present"][3:] == [NEW, ONE_NAME]
    a, b = said["decisions"]
    assert votes_of(a, NEW, ONE_NAME) == {NEW: "for", ONE_NAME: "against"} and votes_of(b, NEW) == {NEW: "for"}
    assert [one["name"] for one in a["dissents"]] == [ONE_NAME]
    assert [one["name"] for one in said["movements"]] == [NEW, NEW]
    assert b["recused"] == [one["name"] for one in b["recusals"]] == [ONE_NAME]
    assert NEW in b["in_room"] and ONE_NAME not in b["in_room"]
    assert corrected_protocols.unsound() == [""]


def test_one_of_two_namesakes_was_not_there_after_another_correction_moved_the_list(programme, session, by):
    """The chain: somebody before them is taken off and somebody comes, then one of them goes, then one is renamed."""
    moved = signed(
        session, by, programme, lambda people: [people[1].taken_off(), Change(Place.ATTENDANCE, None, "Жаңы Мүчө")]
    )
    assert content_of(moved)["present"][2:] == [ONE_NAME, ONE_NAME, "Жаңы Мүчө"]
    one = corrected_protocols.draft(session, TEXT, **by)
    people = protocol_people.of(one)
    assert [(each.row, bool(each.account)) for each in people] == list(enumerate((False, False, True, True, False)))
    assert [each.account for each in people[2:4]] == [each.user.username for each in session.attendances[3:]]
    content = corrected_protocols.corrected_content(one)
    without = protocol_places.applied(content, [people[3].taken_off(), people[2].renamed(NEW)])
    a, b = without["decisions"]
    assert without["present"][2:] == [NEW, "Жаңы Мүчө"] and where(without, ONE_NAME) == []
    assert a["votes"] == [3, 0, 0] and a["dissents"] == [] and votes_of(a, NEW) == {NEW: "for"} and b["recused"] == []
    swapped = protocol_places.applied(content, [people[2].taken_off(), people[3].renamed(NEW)])
    a, b = swapped["decisions"]
    assert a["votes"] == [2, 1, 0] and votes_of(a, NEW) == {NEW: "against"} and b["recused"] == [NEW]
    assert swapped["movements"] == []


def test_a_name_of_two_without_saying_whose_changes_nothing(session, by):
    one = corrected_protocols.draft(session, TEXT, **by)
    content, people = corrected_protocols.corrected_content(one), protocol_people.of(one)
    for change in (
        Change(Place.NAME, ONE_NAME, NEW),
        Change(Place.ATTENDANCE, ONE_NAME, None),
        Change(Place.NAME, people[0].name, NEW, index=3, at=people[3].at),
    ):
        with pytest.raises(ValueError, match=r"name came|stands in a place"):
            protocol_places.applied(content, [change])


def test_who_cannot_be_told_apart_is_left_out(session, by, monkeypatch):
    """A first protocol whose rows do not say who stood where."""
    one = corrected_protocols.draft(session, TEXT, **by)
    kept = protocol_people.protocols.people_of(session)
    monkeypatch.setattr(protocol_people.protocols, "people_of", lambda _session: kept | {"decisions": []})
    assert [each.row for each in protocol_people.of(one)] == [0, 1, 2]


def test_the_page_tells_two_of_one_name_apart_and_changes_the_one_that_is_meant(client, programme, session):
    client.sign_in(programme.secretary).speak("en")
    page = client.submit(f"/council/{session.id}/corrections/new", reason=TEXT).location
    shown = text_of(client.get(f"{page}/session").text)
    account = session.attendances[4].user.username
    assert f"{ONE_NAME} (no. 5 on the list of attendance, signs in as {account})" in shown
    ballots = text_of(client.get(f"{page}/decisions/{session.decisions[0].application_id}").text)
    assert f"no. 4 on the list of attendance, signs in as {session.attendances[3].user.username}" in ballots
    assert client.submit(f"{page}/session", name_4=NEW).location == page
    assert "Spelling of a name, no. 5 on the list of attendance" in text_of(client.get(page).text)
    kept = form_fields(client.get(f"{page}/session").text)
    assert (kept["name_3"], kept["name_4"]) == (ONE_NAME, NEW)
    assert client.submit(f"{page}/session", absent="3", place="Ноокат").location == page
    kept = form_fields(client.get(f"{page}/session").text)
    assert (kept["absent"], kept["name_4"], kept["place"]) == ("3", NEW, "Ноокат")
    one = db.session.scalar(db.select(CorrectedProtocol))
    said = corrected_protocols.signed_content(one)
    assert said["present"][3:] == [NEW] and where(said, ONE_NAME) == []
