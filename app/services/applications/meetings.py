"""The village meeting behind an application: its minutes as a record, with the quorum and the votes held to account."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from app.clock import bishkek_day
from app.localisation import N_
from app.services import audit, documents
from app.services.actors import Actor
from app.services.applications.drafts import must_be_editable
from app.services.documents import Upload
from app.services.errors import DomainError, IncompleteError, LimitExceededError
from app.services.quorums import Quorum
from models.applications import Application
from models.base import db
from models.calls import Call, CallStatus, QuorumOf
from models.documents import DocumentKind
from models.meetings import Meeting

MOST_PEOPLE = 100_000
NUMBERS = ("women", "men", "households", "entitled", "votes_for", "votes_against", "abstentions")
NO_QUORUM = {
    QuorumOf.HOUSEHOLDS: N_(
        "No quorum: %(percent)s %% of %(entitled)s households are %(needed)s; only %(counted)s were represented. "
        "Hold the meeting again."
    ),
    QuorumOf.ADULTS: N_(
        "No quorum: %(percent)s %% of %(entitled)s adults are %(needed)s; only %(counted)s came. "
        "Hold the meeting again."
    ),
}


@dataclass(frozen=True)
class MeetingInput:
    """What the minutes say, see `models.meetings.Meeting`."""

    held_on: date
    place: str
    led_by: str
    written_by: str
    women: int
    men: int
    households: int | None
    entitled: int
    decision: str
    votes_for: int
    votes_against: int
    abstentions: int


def record(
    application: Application,
    content: MeetingInput,
    upload: Upload | None = None,
    *,
    storage: Path | None = None,
    actor: Actor,
    now: datetime,
) -> Meeting:
    """Write the meeting down, or change what is written, and attach a photo or scan of the minutes when one came.

    The caller has checked the record's version. Raises `DomainError` at the field for a day ahead or before the call
    was published, for votes that are not those of the people present, for a quorum that was not reached (with the
    arithmetic), and for a meeting that did not agree.
    """
    must_be_editable(application, "meeting")
    if content.held_on > bishkek_day(now):
        raise DomainError(N_("The day lies in the future."), field="held_on")
    for problem in problems(content, application.call):
        raise problem
    if upload is not None and storage is not None:
        day = content.held_on
        documents.attach(
            application, DocumentKind.MEETING_MINUTES, upload, storage=storage, actor=actor, now=now, dated_on=day
        )
    meeting = application.meeting
    if meeting is None:
        meeting = application.meeting = Meeting(application_id=application.id)
    for name, value in asdict(content).items():
        setattr(meeting, name, value.strip() if isinstance(value, str) else value)
    meeting.recorded_by_id, meeting.recorded_at = actor.user_id, now
    db.session.flush()
    audit.record(
        actor,
        "application.record_meeting",
        application,
        now,
        held_on=content.held_on.isoformat(),
        attendance=meeting.present,
        votes_for=meeting.votes_for,
    )
    return meeting


def quorum(meeting: Meeting | MeetingInput, call: Call) -> Quorum:
    """The quorum as the call counts it."""
    counted = meeting.households if call.quorum_of is QuorumOf.HOUSEHOLDS else meeting.women + meeting.men
    return Quorum(counted or 0, meeting.entitled, call.quorum_percent)


def earliest_day(call: Call) -> date | None:
    """The day the call was published: a village decides about what it has read. None for a draft, of a dry run."""
    return bishkek_day(call.opened_at or call.opens_at) if call.status is not CallStatus.DRAFT else None


def problems(meeting: Meeting | MeetingInput, call: Call) -> Iterator[DomainError]:
    """What keeps the meeting from carrying an application in `call`."""
    for name in NUMBERS:
        value = getattr(meeting, name)
        if value is not None and not 0 <= value <= MOST_PEOPLE:
            yield DomainError(N_("The number must be zero or more and believable."), field=name)
            return
    present = meeting.women + meeting.men
    earliest = earliest_day(call)
    if earliest is not None and meeting.held_on < earliest:
        yield DomainError(
            N_("The call was published on %(day)s. The meeting that decides about it comes afterwards."),
            field="held_on",
            day=earliest,
        )
    if present == 0:
        yield DomainError(N_("Nobody was present: write how many women and men came."), field="women")
    if meeting.households is not None and not 1 <= meeting.households <= present:
        yield DomainError(
            N_("%(present)s people cannot stand for %(households)s households."),
            field="households",
            present=present,
            households=meeting.households,
        )
    yield from _quorum_problems(meeting, call)
    voted = meeting.votes_for + meeting.votes_against + meeting.abstentions
    if voted != present:
        yield DomainError(
            N_(
                "%(votes_for)s for, %(votes_against)s against and %(abstentions)s abstained are %(voted)s votes, "
                "but %(present)s people were present."
            ),
            field="votes_for",
            votes_for=meeting.votes_for,
            votes_against=meeting.votes_against,
            abstentions=meeting.abstentions,
            voted=voted,
            present=present,
        )
    elif 2 * meeting.votes_for <= present:
        yield LimitExceededError(
            N_("The meeting did not agree: %(votes_for)s of %(present)s voted for. More than half is needed."),
            field="votes_for",
            votes_for=meeting.votes_for,
            present=present,
        )


def _quorum_problems(meeting: Meeting | MeetingInput, call: Call) -> Iterator[DomainError]:
    if call.quorum_of is QuorumOf.HOUSEHOLDS and meeting.households is None:
        yield IncompleteError(N_("The quorum of this call is counted in households: count them."), field="households")
        return
    found = quorum(meeting, call)
    if found.entitled < max(found.counted, 1):
        yield DomainError(
            N_("%(counted)s of %(entitled)s cannot be: write how many there are in the whole village."),
            field="entitled",
            counted=found.counted,
            entitled=found.entitled,
        )
    elif not found.is_reached:
        yield LimitExceededError(
            NO_QUORUM[call.quorum_of],
            field="households" if call.quorum_of is QuorumOf.HOUSEHOLDS else "women",
            percent=found.percent,
            entitled=found.entitled,
            needed=found.needed,
            counted=found.counted,
        )


def gaps(application: Application) -> Iterator[DomainError]:
    """What is missing before sign-off: the record itself, or what the call asks of it."""
    if application.meeting is None:
        yield IncompleteError(N_("The village meeting is not written down yet."))
    else:
        yield from problems(application.meeting, application.call)


def content_of(application: Application) -> dict[str, Any] | None:
    """The meeting as the snapshot keeps it, with the quorum it was held to; None while there is none."""
    meeting = application.meeting
    if meeting is None:
        return None
    kept = {name: getattr(meeting, name) for name in MeetingInput.__dataclass_fields__}
    call = application.call
    rule = {"quorum_of": call.quorum_of.value, "quorum_percent": call.quorum_percent}
    return kept | rule | {"held_on": meeting.held_on.isoformat(), "quorum": quorum(meeting, call).needed}
