"""A mistake in a signed protocol: another one names it and puts the words right; what was decided stays."""

import json

import pytest

from app import clock
from app.localisation import use_locale
from app.services import agendas, corrected_protocols, council_sessions, decisions, protocol_places, verification
from app.services.actors import Actor
from app.services.ballots import Ballot, DissentInput
from app.services.decisions import Motion
from app.services.errors import (
    AlreadyUsedError,
    DomainError,
    IncompleteError,
    SeparationOfDutyError,
    WrongTransitionError,
)
from app.services.protocol_places import Change, Place
from models.base import db, fingerprint
from models.calls import VoteRule
from models.corrected_protocols import CorrectedProtocol, CorrectionStatus
from models.council_sessions import DecisionOutcome, VoteChoice
from models.letters import Letter, LetterStatus
from models.notifications import Notification
from models.users import Role
from tests.factories import SOM, TEXT
from tests.support.queries import unprotect
from tests.support.shelf import kept

pytestmark = pytest.mark.either_database

FOR, AGAINST = VoteChoice.FOR, VoteChoice.AGAINST


@pytest.fixture
def application(programme):
    return programme.make_application("reviewed", call=programme.make_past_call(vote_rule=VoteRule.OPEN))


@pytest.fixture
@kept
def session(programme, application):
    """Signed: chair, both reviewers and one more of five seats; three for, one against, with a dissent and a note."""
    member = programme.make_user(Role.REVIEWER)
    programme.make_user(Role.REVIEWER)
    session = programme.make_session(application.call, member)
    by = {"actor": Actor(programme.secretary), "now": clock.now()}
    agendas.discuss(session, application, **by)
    agendas.note(session, application, "Жол жок.", in_protocol=True, **by)
    cast = [Ballot(one.id, choice) for one, choice in zip(session.present, (FOR, FOR, FOR, AGAINST), strict=True)]
    motion = Motion(
        DecisionOutcome.SELECTED,
        amount=200_000 * SOM,
        reason=TEXT,
        ballots=cast,
        dissents=[DissentInput(member.id, "Рыногу жок.")],
    )
    decisions.decide(session, application, motion, **by)
    council_sessions.sign(session, actor=Actor(programme.council_chair), now=clock.now())
    return session


@pytest.fixture
def chair(programme):
    return {"actor": Actor(programme.council_chair), "now": clock.now()}


def content_of(one):
    return json.loads(one.content)


def draft(session, by, *changes):
    made = corrected_protocols.draft(session, "Аты ката жазылган.", **by)
    corrected_protocols.correct_session(made, changes, **by)
    return made


def signed(session, by, chair, *changes):
    made = draft(session, by, *changes)
    corrected_protocols.propose(made, **by)
    corrected_protocols.sign(made, **chair)
    return made


def findings():
    check = verification.Check("protocols")
    found = list(verification._protocols(check))
    return check.count, found


@pytest.mark.database
def test_the_first_one_stays_and_the_corrected_one_names_it(programme, session, application, by, chair):
    first = session.protocol
    before = (first.number, first.content, first.sha256)
    name = content_of(first)["present"][3]
    made = corrected_protocols.draft(session, "Аты ката жазылган.", **by)
    place = Change(Place.PLACE, "Ош", "Ош, Ленин 205")
    corrected_protocols.correct_session(made, [place, Change(Place.NAME, name, "Асанова Айгүл")], **by)
    row = content_of(first)["decisions"][0]
    corrected_protocols.correct_decision(
        made, application, [Change(Place.NOTE, "Жол жок.", "Жол бар.", row["number"], 0)], **by
    )
    corrected_protocols.propose(made, **by)
    corrected_protocols.sign(made, **chair)
    assert (first.number, first.content, first.sha256) == before
    assert made.status is CorrectionStatus.SIGNED and made.number not in (None, first.number)
    assert made.sha256 == fingerprint(made.content)
    said = content_of(made)
    assert said["corrects"] == [
        {"number": first.number, "signed_at": first.signed_at.isoformat(), "sha256": first.sha256}
    ]
    assert len(said["correction"]["changes"]) == 3 and said["correction"]["reason"] == "Аты ката жазылган."
    assert said["place"] == "Ош, Ленин 205" and said["present"][3] == "Асанова Айгүл"
    decided = said["decisions"][0]
    assert decided["ballots"][3]["name"] == decided["dissents"][0]["name"] == decided["in_room"][3] == "Асанова Айгүл"
    assert decided["notes"] == ["Жол бар."]
    assert name not in json.dumps({key: text for key, text in said.items() if key != "correction"}, ensure_ascii=False)
    unchanged = {"outcome", "amount", "rank", "score", "votes", "reason", "departs"}
    assert {key: decided[key] for key in unchanged} == {key: row[key] for key in unchanged}
    assert said["ranking"] == content_of(first)["ranking"]
    assert corrected_protocols.latest(first) is made
    told = db.session.scalars(
        db.select(Notification.user_id).where(Notification.message.contains("has a mistake in its record"))
    ).all()
    assert {one.id for one in council_sessions.council_members()} <= set(told)
    held = db.session.scalars(db.select(Letter.status)).all()
    assert held == [LetterStatus.HELD]  # no letter is made or sent by it
    assert findings() == (2, [])


def test_a_second_correction_corrects_the_latest_and_names_both(session, by, chair):
    first = signed(session, by, chair, Change(Place.PLACE, "Ош", "Ош, Ленин"))
    second = signed(session, by, chair, Change(Place.PLACE, "Ош, Ленин", "Ош, Ленин 205"))
    assert second.corrects is first and corrected_protocols.latest(session.protocol) is second
    numbers = [one["number"] for one in content_of(second)["corrects"]]
    assert numbers == [session.protocol.number, first.number]
    assert content_of(second)["place"] == "Ош, Ленин 205" and findings() == (3, [])


def test_votes_are_counted_anew_and_a_decision_keeps_its_ground(session, application, by):
    made, number = corrected_protocols.draft(session, TEXT, **by), application.number
    other = [Change(Place.BALLOT, "for", "abstained", number, 2)]
    corrected_protocols.correct_decision(made, application, other, **by)
    content = protocol_places.applied(content_of(session.protocol), protocol_places.read(made.changes))
    assert content["decisions"][0]["votes"] == [2, 1, 1]
    lost = [Change(Place.BALLOT, "for", "against", number, place) for place in (1, 2)]
    with pytest.raises(DomainError, match="жазуунун катасы эмес"):
        corrected_protocols.correct_decision(made, application, lost, **by)
    names = content_of(session.protocol)["present"]
    corrected_protocols.correct_session(made, [Change(Place.ATTENDANCE, names[3], None)], **by)
    left = protocol_places.applied(content_of(session.protocol), protocol_places.read(made.changes))["decisions"][0]
    assert left["votes"] == [2, 0, 1] and left["dissents"] == [] and left["in_room"] == names[:3]
    with pytest.raises(DomainError, match="кворум"):
        corrected_protocols.correct_session(made, [Change(Place.ATTENDANCE, one, None) for one in names[2:]], **by)


def test_a_first_protocol_with_votes_against_the_application_is_corrected_still(session, application):
    """There a rejection has more votes against: its reason can be put right, and its votes."""
    content, number = content_of(session.protocol), application.number
    row = content["decisions"][0]
    row["outcome"], row["votes"] = "rejected", [1, 3, 0]
    for one, choice in zip(row["ballots"], ("for", "against", "against", "against"), strict=True):
        one["choice"] = choice
    days = {"closed_on": session.held_on, "signed_on": session.held_on}
    for change in (
        Change(Place.REASON, TEXT, "Акча жок.", number),
        Change(Place.BALLOT, "for", "abstained", number, 0),
    ):
        assert protocol_places.must_stand(content, [change], **days) is None


def test_what_cannot_stand_in_a_protocol_is_refused(session, application, by):
    made, present = corrected_protocols.draft(session, TEXT, **by), content_of(session.protocol)["present"]
    held_on = content_of(session.protocol)["held_on"]
    for change, kind in (
        (Change(Place.PLACE, "Ош", ""), IncompleteError),
        (Change(Place.HELD_ON, held_on, "2031-01-01"), DomainError),
        (Change(Place.NAME, present[0], present[1]), AlreadyUsedError),
        (Change(Place.ATTENDANCE, None, present[0]), AlreadyUsedError),
        (Change(Place.ATTENDANCE, None, "А" * 201), DomainError),
    ):
        with pytest.raises(kind):
            corrected_protocols.correct_session(made, [change], **by)
    come = [Change(Place.ATTENDANCE, None, f"Мүчө {number}") for number in range(2)]
    with pytest.raises(DomainError, match="орун"):
        corrected_protocols.correct_session(made, come, **by)
    corrected_protocols.correct_session(made, come[:1], **by)
    with pytest.raises(DomainError, match="добуштар залдагы адамдардан көп"):
        votes = Change(Place.VOTES, [3, 1, 0], [5, 0, 0], application.number)
        corrected_protocols.correct_decision(made, application, [votes], **by)


def test_one_drafts_and_another_signs(programme, session, application, by, chair):
    assert corrected_protocols.of(session.protocol) == []
    made = corrected_protocols.draft(session, TEXT, **by)
    with pytest.raises(AlreadyUsedError):
        corrected_protocols.draft(session, TEXT, **by)
    with pytest.raises(IncompleteError):
        corrected_protocols.propose(made, **by)
    corrected_protocols.correct_session(made, [Change(Place.PLACE, "Ош", "Ноокат")], **by)
    with pytest.raises(WrongTransitionError):
        corrected_protocols.sign(made, **chair)
    corrected_protocols.propose(made, **by)
    with pytest.raises(DomainError):
        corrected_protocols.correct_session(made, [], **by)
    with pytest.raises(SeparationOfDutyError):
        corrected_protocols.sign(made, **by)
    absent = programme.make_user(Role.COUNCIL_CHAIR)
    with pytest.raises(SeparationOfDutyError):
        corrected_protocols.sign(made, actor=Actor(absent), now=clock.now())
    corrected_protocols.send_back(made, "Күнү да ката.", **chair)
    assert (made.status, made.returned_for) == (CorrectionStatus.DRAFT, "Күнү да ката.")
    corrected_protocols.withdraw(made, **by)
    again = draft(session, by, Change(Place.PLACE, "Ош", "Ноокат"))
    assert again.status is CorrectionStatus.DRAFT and corrected_protocols.latest(session.protocol) is None
    programme.tie(application, programme.secretary)
    with pytest.raises(SeparationOfDutyError):
        corrected_protocols.correct_decision(again, application, [], **by)


def test_a_chair_who_is_secretary_too_does_not_sign_the_own_draft(session, by, chair):
    made = draft(session, chair, Change(Place.PLACE, "Ош", "Ноокат"))
    corrected_protocols.propose(made, **by)
    with pytest.raises(SeparationOfDutyError, match="караламасын түзгөн"):
        corrected_protocols.sign(made, **chair)
    assert made.status is CorrectionStatus.PROPOSED


def test_nothing_is_corrected_before_the_signature(programme, by):
    open_one = programme.make_session(programme.make_past_call())
    with pytest.raises(DomainError, match="кол коюла элек"):
        corrected_protocols.draft(open_one, TEXT, **by)


def test_verify_finds_what_was_forged_around_the_triggers(session, by, chair):
    """Who owns the database takes the trigger off and writes another amount, with its right hash."""
    made = signed(session, by, chair, Change(Place.PLACE, "Ош", "Ноокат"))
    forged = made.content.replace(f'"amount":{200_000 * SOM}', f'"amount":{300_000 * SOM}')
    assert forged != made.content
    unprotect("corrected_protocols")
    db.session.execute(
        db.update(CorrectedProtocol.__table__)
        .where(CorrectedProtocol.id == made.id)
        .values(content=forged, sha256=fingerprint(forged))
    )
    db.session.expire_all()
    assert findings()[1] == [f"corrected protocol {made.number} is not {session.protocol.number} with its changes"]


def test_no_change_of_another_decision_comes_in_with_one(programme, session, application, by):
    """The tie is held against the application that is named: its changes are the only ones."""
    other = programme.make_application("reviewed", call=programme.make_past_call())
    programme.tie(application, programme.secretary)
    made = corrected_protocols.draft(session, "Аты ката жазылган.", **by)
    note = Change(Place.NOTE, "Жол жок.", "Жол бар.", application.number, 0)
    place = Change(Place.PLACE, "Ош", "Ош, Ленин 205")
    for application_given, changes in ((other, [note]), (other, [place]), (None, [note]), (None, [place, note])):
        with use_locale("en"), pytest.raises(DomainError, match="another part of the protocol"):
            if application_given is None:
                corrected_protocols.correct_session(made, changes, **by)
            else:
                corrected_protocols.correct_decision(made, application_given, changes, **by)
    with pytest.raises(SeparationOfDutyError):
        corrected_protocols.correct_decision(made, application, [note], **by)
    assert made.changes == []
    corrected_protocols.correct_session(made, [place], **by)
    assert len(made.changes) == 1


def test_who_has_a_tie_changes_the_votes_neither_by_who_came_nor_by_the_signature(
    programme, session, application, by, chair
):
    against = content_of(session.protocol)["present"][3]
    absent = Change(Place.ATTENDANCE, against, None)
    made = corrected_protocols.draft(session, "Келген эмес.", **by)
    programme.tie(application, programme.secretary)
    with pytest.raises(SeparationOfDutyError):
        corrected_protocols.correct_session(made, [absent], **by)
    other = {"actor": Actor(programme.make_user(Role.SECRETARY)), "now": clock.now()}
    corrected_protocols.correct_session(made, [absent], **other)
    corrected_protocols.propose(made, **by)
    programme.tie(application, programme.council_chair)
    with pytest.raises(SeparationOfDutyError):
        corrected_protocols.sign(made, **chair)
    assert made.status is CorrectionStatus.PROPOSED


def test_who_signed_was_there_and_who_dissents_did_not_vote_for_it(session, application, by, chair):
    present, number = content_of(session.protocol)["present"], application.number
    made = corrected_protocols.draft(session, TEXT, **by)
    with pytest.raises(DomainError, match="кол койгон") as refused:
        corrected_protocols.correct_session(made, [Change(Place.ATTENDANCE, present[0], None)], **by)
    assert refused.value.field == "absent"
    with pytest.raises(DomainError, match="өзгөчө пикир"):
        corrected_protocols.correct_decision(
            made, application, [Change(Place.BALLOT, "against", "for", number, 3)], **by
        )
    abstained = Change(Place.BALLOT, "against", "abstained", number, 3)
    corrected_protocols.correct_decision(made, application, [abstained], **by)
    corrected_protocols.correct_session(made, [Change(Place.ATTENDANCE, present[3], None)], **by)
    corrected_protocols.propose(made, **by)
    corrected_protocols.sign(made, **chair)
    assert content_of(made)["decisions"][0]["dissents"] == [] and len(content_of(made)["present"]) == 3
