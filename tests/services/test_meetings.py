"""The village meeting: what the minutes may say, on both databases."""

from datetime import timedelta

import pytest

from app import clock
from app.localisation import use_locale
from app.services import applications
from app.services.actors import Actor
from app.services.applications import meetings
from app.services.errors import DomainError, LimitExceededError
from models.applications import ApplicationStatus
from models.audit import AuditEvent
from models.base import db
from models.calls import QuorumOf
from models.meetings import Meeting
from tests.support.queries import count

pytestmark = pytest.mark.either_database

S = ApplicationStatus


@pytest.fixture
def draft(programme):
    return programme.make_application(S.DRAFT, is_complete=False)


def write(programme, application, **changes):
    today = clock.bishkek_day(clock.now())
    content = programme.minutes(changes.pop("held_on", today), **changes)
    actor = Actor(programme.chair_of(application.association))
    return meetings.record(application, content, actor=actor, now=clock.now())


def test_the_meeting_is_written_down_and_changed(programme, draft):
    meeting = write(programme, draft, place=" Клуб ")
    assert write(programme, draft, women=26, votes_for=41) is meeting
    db.session.expire_all()
    assert (meeting.place, meeting.present, meeting.version, count(Meeting)) == ("Мектептин залы", 46, 2, 1)
    event = db.session.scalars(db.select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
    assert (event.action, event.subject) == ("application.record_meeting", f"applications:{draft.id}")
    assert meetings.content_of(draft)["quorum"] == 40


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"votes_for": 39}, "votes_for", "39 for, 2 against and 3 abstained are 44 votes, but 45 people were present."),
        ({"votes_for": 22, "votes_against": 20}, "votes_for", "22 of 45 voted for"),
        ({"households": 39}, "households", "50 % of 80 households are 40; only 39 were represented."),
        ({"entitled": 83}, "households", "50 % of 83 households are 42; only 41 were represented."),
        ({"households": None}, "households", "counted in households"),
        ({"households": 46}, "households", "45 people cannot stand for 46 households."),
        ({"entitled": 40}, "entitled", "41 of 40 cannot be"),
        ({"women": -1}, "women", "zero or more"),
        ({"men": 100_001}, "men", "zero or more"),
        ({"women": 0, "men": 0, "votes_for": 0, "votes_against": 0, "abstentions": 0}, "women", "Nobody was present"),
    ],
)
def test_what_cannot_be_is_refused_with_the_arithmetic(programme, draft, changes, field, words):
    with pytest.raises(DomainError) as refusal, use_locale("en"):
        write(programme, draft, **changes)
    with use_locale("en"):
        assert words in str(refusal.value)
    assert refusal.value.field == field
    assert count(Meeting) == 0


def test_the_meeting_lies_between_the_call_s_publication_and_today(programme, draft):
    today, published = clock.bishkek_day(clock.now()), clock.bishkek_day(draft.call.opened_at)
    for day in (today + timedelta(days=1), published - timedelta(days=1)):
        with pytest.raises(DomainError) as refusal:
            write(programme, draft, held_on=day)
        assert refusal.value.field == "held_on"
    assert write(programme, draft, held_on=published).held_on == published
    assert write(programme, draft, held_on=today).held_on == today


def test_a_call_may_count_adults(programme):
    call = programme.make_call(quorum_of=QuorumOf.ADULTS, quorum_percent=20)
    draft = programme.make_application(S.DRAFT, call=call, is_complete=False)
    assert write(programme, draft, households=None, entitled=225).households is None
    with pytest.raises(LimitExceededError) as refusal, use_locale("en"):
        write(programme, draft, entitled=226)
    with use_locale("en"):
        assert "20 % of 226 adults are 46; only 45 came." in str(refusal.value)
    assert refusal.value.field == "women"


def test_without_the_meeting_nothing_is_signed_off(programme):
    draft = programme.make_application(S.DRAFT)
    chair = Actor(programme.chair_of(draft.association))
    assert applications.gaps(draft, clock.now()) == []
    draft.meeting.votes_for, draft.meeting.votes_against = 20, 22
    with pytest.raises(LimitExceededError):
        applications.sign_off(draft, actor=chair, now=clock.now())
    db.session.delete(draft.meeting)
    db.session.flush()
    db.session.expire(draft, ["meeting"])
    assert [gap.part for gap in applications.gaps(draft, clock.now())] == ["meeting"]
    with pytest.raises(DomainError):
        applications.sign_off(draft, actor=chair, now=clock.now())
    assert draft.status is S.DRAFT


def test_the_snapshot_holds_the_meeting_and_a_submitted_one_stays(programme):
    application = programme.make_application(S.SUBMITTED)
    kept = applications.content_of(application)["meeting"]
    assert (kept["women"], kept["quorum"], kept["quorum_of"]) == (25, 40, "households")
    assert '"meeting":{"abstentions":3' in application.snapshots[0].content
    with pytest.raises(DomainError):
        write(programme, application)
