"""After an upheld appeal the Council decides anew: what was signed stays, money and caps hold, the last one counts."""

import json

import pytest
import sqlalchemy as sa

from app import clock
from app.services import (
    appeals,
    applications,
    awards,
    conflicts,
    council_sessions,
    decisions,
    desks,
    grants,
    letters,
    new_decisions,
    reserves,
    verification,
)
from app.services.actors import Actor
from app.services.calls import allocations
from app.services.decisions import Motion
from app.services.errors import AlreadyUsedError, DomainError, LimitExceededError, SeparationOfDutyError
from models.appeals import AppealStatus
from models.applications import ApplicationStatus
from models.base import db
from models.calls import CallStatus
from models.council_sessions import Decision, DecisionOutcome
from models.notifications import Notification
from models.users import Role
from reports import letter as paper
from reports import protocol as protocol_report
from reports import protocol_content
from tests.factories import SOM, TEXT
from tests.support.shelf import kept

pytestmark = pytest.mark.either_database

A, D = ApplicationStatus, DecisionOutcome
WHY = "Сатып алуучулар менен келишимдер тиркелген, бирок алар эске алынган эмес."
UPHELD = "Келишимдер чын эле эске алынган эмес."
LEVELS = {5: D.SELECTED, 4: D.RESERVE, 3: D.REJECTED}
ASKED = 200_000 * SOM


@pytest.fixture
def decided(programme):
    return judged(programme)


@kept
def judged(programme, outcomes=LEVELS, **rules):
    """{outcome and level: application} of a call judged 5, 4 and 3: selected, in reserve, rejected if nothing else is
    said; every letter is sent."""
    call = programme.make_past_call(**({"budget": 500_000 * SOM} | rules))
    found = {level: programme.judged(call, level) for level in outcomes}
    session = programme.make_session(call)
    for level, outcome in outcomes.items():
        decide(programme, session, found[level], outcome)
    programme.sign(session)
    return found | {outcomes[level]: one for level, one in found.items()}


def decide(programme, session, application, outcome, amount=ASKED):
    motion = Motion(outcome, amount if outcome is D.SELECTED else None, TEXT, 3, 0, 0)
    return decisions.decide(session, application, motion, actor=Actor(programme.secretary), now=clock.now())


def uphold(programme, application, *, is_upheld=True):
    letter = letters.readable(application, is_office=True)
    actor = Actor(programme.chair_of(application.association))
    appeal = appeals.lodge(letter, WHY, actor=actor, now=letter.sent_at)
    appeals.acknowledge(appeal, actor=Actor(programme.secretary), now=clock.now())
    chair = Actor(programme.council_chair)
    appeals.close(appeal, is_upheld=is_upheld, reason=UPHELD, actor=chair, now=clock.now())
    return appeal


def sit_again(programme, application, outcome=None):
    """Convene on the decided call; with an outcome: decide, sign, and send the letter."""
    session = programme.make_session(application.call, now=clock.now())
    if outcome is not None:
        decide(programme, session, application, outcome)
        programme.sign(session)
    return session


def test_a_rejected_application_is_awarded_anew_and_the_first_decision_stays(programme, decided):
    application = decided[D.REJECTED]
    first = new_decisions.last_of(application)
    kept, first_letter = first.session.protocol.content, letters.readable(application, is_office=False)
    appeal = uphold(programme, application)
    tasks = [one.text for one in desks.tasks_for(programme.secretary, clock.now())]
    assert "Put the application on the agenda of a session: it is decided anew" in tasks
    session = sit_again(programme, application)
    assert application.status is A.REVIEWED and set(new_decisions.on_the_agenda(session)) == {application.id}
    assert decisions.undecided(session) == [application]
    assert new_decisions.waiting(conflicts.ties_of(programme.secretary)) == []
    with pytest.raises(DomainError):  # it is before the Council
        applications.withdraw(
            application, reason=TEXT, actor=Actor(programme.chair_of(application.association)), now=clock.now()
        )

    before = allocations.left(allocations.standings(application.call))
    second = decide(programme, session, application, D.SELECTED)
    assert (first.sequence, second.sequence, new_decisions.before(second)) == (1, 2, first)
    assert allocations.left(allocations.standings(application.call)) == before - ASKED
    council_sessions.sign(session, actor=Actor(programme.council_chair), now=clock.now())
    assert application.call.status is CallStatus.DECIDED and application.status is A.REVIEWED
    assert letters.readable(application, is_office=False) is first_letter  # the new one is held
    assert letters.readable(application, is_office=True).decision is second
    assert letters.next_after(first_letter, is_office=False) is None
    programme.send_letters(session)

    assert application.status is A.SELECTED and awards.decision_for(application) is second
    assert [one.decision for one in letters.all_readable(application, is_office=False)] == [second, first]
    assert first.session.protocol.content == kept and first.outcome is D.REJECTED
    assert new_decisions.following(first.session) == {first.id: second}
    row = json.loads(session.protocol.content)["decisions"][0]["follows"]
    assert (row["protocol"], row["held_on"]) == (
        first.session.protocol.number,
        first.session.held_on.isoformat(),
    )
    assert (row["outcome"], row["upheld_for"]) == ("rejected", UPHELD) and appeal.status is AppealStatus.UPHELD
    said = db.session.scalars(
        db.select(Notification.message).where(Notification.subject == f"applications:{application.id}")
    )
    assert letters.ANEW[D.SELECTED] in set(said)
    grant = programme.offer(application)
    assert grant.amount == ASKED
    findings = {one.name: (one.count, one.findings) for one in verification.run(programme.storage)}
    assert findings["decisions made anew"] == (1, []) and not any(found for _count, found in findings.values())


def test_letter_and_protocol_name_what_they_follow(programme, decided):
    application = decided[D.REJECTED]
    first_letter = letters.readable(application, is_office=True)
    uphold(programme, application)
    session = sit_again(programme, application, D.RESERVE)
    letter = letters.readable(application, is_office=False)
    data = paper.gather(letter, clock.now())
    assert data.place == 2, "behind the one that is on the list since the first session"
    words = paper.in_words(data, "en")
    assert first_letter.number in words.paragraphs[0] and UPHELD in words.paragraphs[0]
    assert words.steps[-1].endswith("it is final.") and not any("can appeal" in one for one in words.steps)
    with pytest.raises(AlreadyUsedError):
        appeals.lodge(letter, WHY, actor=Actor(programme.chair_of(letter.association)), now=letter.sent_at)
    content = protocol_content.gather(session.protocol)
    assert [(one.number, one.amount) for one in content.earlier_awards] == [(decided[D.SELECTED].number, ASKED)]
    assert content.awarded_by_allocation == [ASKED] and content.awarded == 0
    assert protocol_report.to_pdf(content, "ky", "ru").startswith(b"%PDF")
    first = protocol_content.gather(new_decisions.last_of(decided[D.RESERVE]).session.protocol)
    assert first.earlier_awards == () and not any(one.follows for one in first.decisions)


@pytest.mark.database
def test_what_was_decided_is_not_decided_again_without_an_upheld_appeal(programme, decided):
    uphold(programme, decided[D.REJECTED])
    session = sit_again(programme, decided[D.REJECTED])
    dismissed = uphold(programme, decided[D.RESERVE], is_upheld=False)
    with pytest.raises(DomainError, match="кайра чечим кабыл алынат"):
        new_decisions.take_up(dismissed, session, actor=Actor(programme.secretary), now=clock.now())
    decided[D.RESERVE].status = A.REVIEWED  # as if it had come back by another way
    db.session.flush()
    with pytest.raises(AlreadyUsedError):
        decide(programme, session, decided[D.RESERVE], D.SELECTED)
    earlier = new_decisions.last_of(decided[D.REJECTED])
    columns = [one.name for one in Decision.__table__.columns if one.name not in ("id", "session_id")]
    names = ", ".join(columns)
    twice = f"INSERT INTO decisions (session_id, {names}) SELECT {session.id}, {names} FROM decisions"
    twice += f" WHERE id = {earlier.id}"
    with pytest.raises(sa.exc.IntegrityError), db.session.begin_nested():
        db.session.execute(sa.text(twice))


def test_an_upheld_appeal_of_later_joins_the_session_that_sits(programme, decided):
    uphold(programme, decided[D.REJECTED])
    with pytest.raises(DomainError):
        programme.make_session(programme.make_application(A.REJECTED).call)  # nothing is upheld there
    session = sit_again(programme, decided[D.REJECTED])
    appeal = uphold(programme, decided[D.RESERVE])
    programme.tie(decided[D.RESERVE], programme.secretary)
    assert new_decisions.waiting(conflicts.ties_of(programme.secretary)) == []
    with pytest.raises(SeparationOfDutyError):
        new_decisions.take_up(appeal, session, actor=Actor(programme.secretary), now=clock.now())
    other = Actor(programme.council_chair)
    new_decisions.take_up(appeal, session, actor=other, now=clock.now())
    with pytest.raises(AlreadyUsedError):
        new_decisions.take_up(appeal, session, actor=other, now=clock.now())
    assert set(new_decisions.on_the_agenda(session)) == {decided[D.REJECTED].id, decided[D.RESERVE].id}
    closed = {decided[D.RESERVE].id}
    assert set(new_decisions.on_the_agenda(session, closed)) == {decided[D.REJECTED].id}
    assert reserves.listed(session.call) == []


def test_while_letters_are_held_nothing_is_decided_anew_and_nobody_moves_up(programme, decided):
    grant = programme.offer(decided[D.SELECTED])
    chair = Actor(programme.chair_of(grant.association))
    uphold(programme, decided[D.REJECTED])
    session = sit_again(programme, decided[D.REJECTED])
    grants.decline(grant, reason=TEXT, actor=chair, now=clock.now())
    with pytest.raises(DomainError):  # the list may change
        reserves.promote(decided[D.RESERVE], grant, actor=Actor(programme.council_chair), now=clock.now())
    decide(programme, session, decided[D.REJECTED], D.RESERVE)
    council_sessions.sign(session, actor=Actor(programme.council_chair), now=clock.now())
    uphold(programme, decided[D.RESERVE])
    with pytest.raises(DomainError):  # a letter is held
        sit_again(programme, decided[D.RESERVE])
    programme.send_letters(session)
    again = sit_again(programme, decided[D.RESERVE], D.REJECTED)
    assert again.protocol and decided[D.RESERVE].status is A.REJECTED
    promotion = reserves.promote(decided[D.REJECTED], grant, actor=Actor(programme.council_chair), now=clock.now())
    assert promotion.protocol is session.protocol, "that of the decision that holds, not of the first one"
    assert not any(one.findings for one in verification.run(programme.storage))


def test_who_moved_up_meanwhile_has_nothing_to_be_decided_anew(programme, decided):
    grant = programme.offer(decided[D.SELECTED])
    actor = Actor(programme.chair_of(grant.association))
    grants.decline(grant, reason=TEXT, actor=actor, now=clock.now())
    early = uphold(programme, decided[D.RESERVE])
    reserves.promote(decided[D.RESERVE], grant, actor=Actor(programme.council_chair), now=clock.now())
    assert new_decisions.waiting(conflicts.ties_of(programme.secretary)) == []
    uphold(programme, decided[D.REJECTED])
    session = sit_again(programme, decided[D.REJECTED])
    with pytest.raises(DomainError, match="грант"):
        new_decisions.take_up(early, session, actor=Actor(programme.secretary), now=clock.now())
    early.status, early.closed_at = AppealStatus.ACKNOWLEDGED, None
    db.session.flush()
    with pytest.raises(DomainError, match="грант"):
        appeals.close(early, is_upheld=True, reason=TEXT, actor=Actor(programme.council_chair), now=clock.now())


def test_caps_and_departures_are_held_against_all_awards_of_the_call(programme):
    found = judged(programme, most_per_oblast=1)
    application = found[D.REJECTED]
    assert len({one.association.ayil_okmotu.rayon.oblast_id for one in found.values()}) == 1
    uphold(programme, application)
    session = sit_again(programme, application)
    assert [one.application for one in new_decisions.earlier_awards(session.call)] == [found[D.SELECTED]]
    with pytest.raises(LimitExceededError, match="ошончосу тандалды"):
        decide(programme, session, application, D.SELECTED)


def test_it_departs_where_it_goes_before_one_that_another_session_passed_over(programme, decided):
    application = decided[D.REJECTED]
    uphold(programme, application)
    session = sit_again(programme, application)
    said = decisions.departs(session, application, Motion(D.SELECTED, ASKED, TEXT, 3))
    assert [one.parameters["number"] for one in said if "number" in one.parameters] == [decided[D.RESERVE].number]
    assert decisions.departs(session, application, Motion(D.SELECTED, ASKED, TEXT, 3), {application.id}) == []
    decide(programme, session, application, D.SELECTED)
    programme.sign(session)
    departs = json.loads(session.protocol.content)["decisions"][0]["departs"]
    assert decided[D.RESERVE].number in {one["number"] for one in departs}


def test_what_an_open_call_was_promised_is_not_awarded_anew(programme, decided):
    application = decided[D.REJECTED]
    fund = application.call.fund
    left = allocations.free(fund, beside=application.call)
    other = programme.make_call(budget=left - ASKED + SOM)
    assert other.fund is fund and allocations.free(fund, beside=application.call) == ASKED - SOM
    uphold(programme, application)
    session = sit_again(programme, application)
    with pytest.raises(LimitExceededError):
        decide(programme, session, application, D.SELECTED)
    assert decide(programme, session, application, D.RESERVE).sequence == 2


def test_verify_finds_a_decision_that_followed_no_upheld_appeal(programme, decided):
    appeal = uphold(programme, decided[D.REJECTED])
    sit_again(programme, decided[D.REJECTED], D.RESERVE)
    assert new_decisions.unsound() == [""]
    appeal.status = AppealStatus.DISMISSED
    db.session.flush()
    assert ["without an upheld appeal" in one for one in new_decisions.unsound()] == [True]


def test_an_upheld_appeal_is_taken_up_once(programme, decided):
    first, other = decided[D.REJECTED], decided[D.RESERVE]
    appeal = uphold(programme, first)
    assert new_decisions.is_due(appeal)
    sit_again(programme, first, D.REJECTED)
    assert not new_decisions.is_due(appeal), "it was decided anew, however"
    uphold(programme, other)
    session = sit_again(programme, other)
    with pytest.raises(AlreadyUsedError):
        new_decisions.take_up(appeal, session, actor=Actor(programme.secretary), now=clock.now())
    assert first.status is A.REJECTED and set(new_decisions.on_the_agenda(session)) == {other.id}


def test_verify_finds_what_is_before_the_council_without_an_upheld_appeal(programme, decided):
    application = decided[D.REJECTED]
    uphold(programme, application)
    session = sit_again(programme, application)
    assert new_decisions.unsound() == [""]
    decide(programme, session, application, D.REJECTED)
    council_sessions.sign(session, actor=Actor(programme.council_chair), now=clock.now())
    assert new_decisions.unsound() == ["", ""], "its letter is held"
    programme.send_letters(session)
    application.status = A.REVIEWED  # as if it had come back by another way
    db.session.flush()
    assert [application.number in one for one in new_decisions.unsound()] == [False, True]


def test_a_chair_with_a_tie_to_the_only_applicant_does_not_sign(programme, decided, client):
    application = decided[D.REJECTED]
    uphold(programme, application)
    village = application.association.village
    neighbour = programme.make_user(Role.COUNCIL_CHAIR, person=programme.make_person("Асанов Улан", village=village))
    session = sit_again(programme, application)
    by = {"actor": Actor(programme.secretary), "now": clock.now()}
    council_sessions.record_attendance(session, [*session.present, neighbour], **by)
    decide(programme, session, application, D.RESERVE)
    db.session.commit()
    shown = client.sign_in(neighbour).speak("en").get(f"/council/{session.id}").text
    assert "another chair who was present signs" in shown and f"/council/{session.id}/sign" not in shown
    with pytest.raises(SeparationOfDutyError, match="башка төрага"):
        council_sessions.sign(session, actor=Actor(neighbour), now=clock.now())
    assert f"/council/{session.id}/sign" in client.sign_in(programme.council_chair).get(f"/council/{session.id}").text
    council_sessions.sign(session, actor=Actor(programme.council_chair), now=clock.now())
    assert session.protocol.signed_by is programme.council_chair


def test_an_open_session_lacks_no_letters(programme, decided):
    application = decided[D.REJECTED]
    uphold(programme, application)
    session = sit_again(programme, application)
    decide(programme, session, application, D.RESERVE)
    assert letters.unwritten(session, conflicts.NO_TIES) == []
