"""Letters on decisions: held from the signature on, sent with a second click, silent about who reviewed."""

import json
from datetime import timedelta
from fractions import Fraction
from types import SimpleNamespace

import pytest

from app import clock
from app.services import assignments, conflicts, council_sessions, decisions, grants, letters, reserves
from app.services.actors import Actor
from app.services.decisions import Motion
from app.services.errors import AlreadyUsedError, DomainError, IncompleteError, WrongTransitionError
from models.applications import ApplicationStatus
from models.audit import AuditEvent
from models.base import db
from models.council_sessions import DecisionOutcome
from models.letters import Letter, LetterStatus
from models.notifications import Notification
from reports import letter as paper
from tests.factories import SOM, TEXT
from tests.support.pages import form_fields, text_of
from tests.support.shelf import kept

pytestmark = pytest.mark.either_database

A, D = ApplicationStatus, DecisionOutcome


@pytest.fixture
@kept
def signed(programme):
    """One selected, two in reserve, one rejected; the protocol is signed and every letter held."""
    call = programme.make_past_call(budget=500_000 * SOM)
    found = [programme.judged(call, level) for level in (5, 4, 3, 2)]
    session = programme.make_session(call)
    for one, outcome in zip(found, (D.SELECTED, D.RESERVE, D.RESERVE, D.REJECTED), strict=True):
        motion = Motion(outcome, 200_000 * SOM if outcome is D.SELECTED else None, TEXT, 3, 0, 0)
        decisions.decide(session, one, motion, actor=Actor(programme.secretary), now=clock.now())
    council_sessions.sign(session, actor=Actor(programme.council_chair), now=clock.now())
    return session


def held(session, user):
    return letters.of(session, conflicts.ties_of(user))


def send(programme, session, chosen):
    actor = Actor(programme.secretary)
    return letters.send(session, [one.id for one in chosen], actor=actor, now=clock.now())


def told(application):
    subject = f"applications:{application.id}"
    query = db.select(Notification.message).where(Notification.subject == subject)
    return [one for one in db.session.scalars(query) if one in letters.MESSAGES.values()]


def test_until_the_letter_is_sent_nothing_of_the_decision_is_told_or_done(programme, signed):
    chosen = signed.decisions[0].application
    assert [one.decision.outcome for one in held(signed, programme.secretary)] == [
        D.SELECTED,
        D.RESERVE,
        D.RESERVE,
        D.REJECTED,
    ]
    assert {one.application.status for one in signed.decisions} == {A.REVIEWED} and told(chosen) == []
    with pytest.raises(WrongTransitionError):
        programme.offer(chosen)
    offices = db.session.scalars(db.select(Notification.user_id).where(Notification.message.contains("look through")))
    assert set(offices) == {programme.secretary.id, programme.council_chair.id}


def test_a_part_is_sent_and_takes_effect_once(programme, signed):
    first, second, *_others = held(signed, programme.secretary)
    with pytest.raises(IncompleteError):
        send(programme, signed, [])
    send(programme, signed, [first])
    assert (first.status, first.application.status, second.application.status) == (
        LetterStatus.SENT,
        A.SELECTED,
        A.REVIEWED,
    )
    assert len(told(first.application)) >= 1 and told(second.application) == []
    events = db.session.scalars(db.select(AuditEvent.action).where(AuditEvent.action.contains("send_letters"))).all()
    assert len(events) == 1
    with pytest.raises(AlreadyUsedError):
        send(programme, signed, [first])
    grant = programme.offer(first.application)
    grants.decline(grant, reason=TEXT, actor=Actor(programme.chair_of(grant.association)), now=clock.now())
    send(programme, signed, [second])
    with pytest.raises(DomainError, match="резервдик тизме толук эмес"):
        reserves.promote(second.application, grant, actor=Actor(programme.council_chair), now=clock.now())


def test_who_has_a_tie_to_an_applicant_neither_sees_nor_sends_the_letter(programme, signed):
    all_of_them = held(signed, programme.council_chair)
    programme.tie(all_of_them[0].application, programme.secretary)
    send(programme, signed, all_of_them)
    assert [one.status for one in held(signed, programme.council_chair)] == [
        LetterStatus.HELD,
        *[LetterStatus.SENT] * 3,
    ]
    assert letters.waiting(conflicts.ties_of(programme.secretary)) == []
    assert [row[2] for row in letters.waiting(conflicts.ties_of(programme.council_chair))] == [1]


def test_a_letter_names_place_reason_and_marks_but_nobody_who_reviewed(programme, signed):
    second = held(signed, programme.secretary)[2]
    data = paper.gather(second, clock.now())
    assert (data.place, data.reason, data.appeal_until) == (2, TEXT, None)
    assert sum(one.points for one in data.marks) == 6000 and {one.level for one in data.marks} == {3}
    shown = repr(data) + repr([paper.in_words(data, locale) for locale in ("ky", "ru", "en")])
    names = [one.reviewer.display_name for one in assignments.of_application(second.application)]
    assert names and not any(name in shown for name in names)
    assert "in place 2" in shown and "2-орунда" in shown


def test_the_mean_of_a_criterion_and_the_level_nearest_to_it():
    criteria = [SimpleNamespace(key="need", weight=20), SimpleNamespace(key="plan", weight=30)]
    found = letters.marks(criteria, {"need": [3, 4], "plan": [1, 1, 2]})
    assert [(one.points, one.level) for one in found] == [(Fraction(1400), 4), (Fraction(800), 1)]
    assert letters.marks(criteria, {"plan": [5]})[0].criterion is criteria[1]


def test_every_decided_application_has_one_letter(programme, signed):
    numbers = db.session.scalars(db.select(Letter.number)).all()
    assert len(numbers) == len(set(numbers)) == len(signed.decisions)


def test_a_session_from_before_there_were_letters_gets_them_as_of_its_signature(client, programme, signed):
    """What migration 0029 leaves: decided and told, without letters."""
    with pytest.raises(AlreadyUsedError):
        letters.prepare(signed, actor=Actor(programme.secretary), now=clock.now())
    programme.send_letters(signed)
    before = {one.application_id: (one.application.status, one.application.decided_at) for one in signed.decisions}
    db.session.execute(db.delete(Letter))
    tied = signed.decisions[0].application
    programme.tie(tied, programme.secretary)
    client.sign_in(programme.secretary).speak("en")
    page = f"/letters/sessions/{signed.id}"
    assert "3 applicants were told the decision on the day of the signature" in text_of(client.get(page).text)
    later = clock.now() + timedelta(days=3)
    with clock.at(later):
        assert (
            client.post(f"{page}/prepare", data=form_fields(client.get(page).text, f"{page}/prepare")).location == page
        )
    made = held(signed, programme.council_chair)
    protocol = signed.protocol
    assert [(one.status, one.sent_at, one.sent_by_id) for one in made] == [
        (LetterStatus.SENT, protocol.signed_at, protocol.signed_by_id)
    ] * 3 and tied.id not in {one.application_id for one in made}
    assert {
        one.application_id: (one.application.status, one.application.decided_at) for one in signed.decisions
    } == before
    event = db.session.scalar(db.select(AuditEvent).where(AuditEvent.action == "session.prepare_letters"))
    assert json.loads(event.details)["count"] == 3
    chair = programme.chair_of(made[0].association)
    assert "can be read and printed" in db.session.scalar(
        db.select(Notification.message).where(Notification.user_id == chair.id).order_by(Notification.id.desc())
    )
    assert paper.gather(made[0], later).appeal_until == letters.appeal_until(signed.call, protocol.signed_at)
    shown = client.get(page).text
    assert "/prepare" not in shown and made[0].number in shown
    assert f"{page}/prepare" in client.sign_in(programme.council_chair).get(page).text  # the tied one is left


def test_letters_are_prepared_of_what_is_signed_alone(programme):
    session = programme.make_session(programme.make_past_call())
    with pytest.raises(DomainError, match="кол коюлганда"):
        letters.prepare(session, actor=Actor(programme.secretary), now=clock.now())
