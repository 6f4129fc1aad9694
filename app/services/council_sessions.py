"""The Council's session: attendance, a decision on each application, the signed protocol."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sqlalchemy.orm.attributes import flag_modified

from app.clock import bishkek_day
from app.localisation import N_, sort_key
from app.services import agendas, audit, calls, conflicts, letters, new_decisions, notifications, numbering, recusals
from app.services.actors import Actor
from app.services.agendas import must_be_open
from app.services.assignments import TRANSITIONS as ASSIGNMENT_TRANSITIONS
from app.services.decisions import in_flight, undecided
from app.services.errors import (
    AlreadyUsedError,
    DomainError,
    IncompleteError,
    LimitExceededError,
    SeparationOfDutyError,
)
from app.services.protocols import content_of
from app.services.workflow import Transition, target
from models.appeals import Appeal
from models.applications import Application, ApplicationStatus
from models.base import canonical_json, db, fingerprint, lock, lock_as_read
from models.calls import Call, CallStatus
from models.council_sessions import (
    Attendance,
    CouncilSession,
    PresenceChange,
    Protocol,
    SessionStatus,
)
from models.reviews import Assignment, AssignmentStatus
from models.users import Role, User

S = SessionStatus
TRANSITIONS: Mapping[tuple[SessionStatus, str], Transition] = {
    (S.OPEN, "sign"): Transition(
        S.SIGNED,
        N_("Council chair"),
        N_("was present, has a free part; every application of the call decided"),
    ),
    (S.OPEN, "adjourn"): Transition(S.ADJOURNED, N_("Council secretary"), N_("nothing decided; reason given")),
}
FURTHEST_AHEAD = timedelta(days=365)
"""A session is convened for a day that is known: one years ahead is a slip of the pen, and would hold up the call."""
AHEAD = N_("The session is on %(day)s: its protocol is signed on that day or after it.")


def convene(call: Call, *, held_on: date, place: str, seats: int, actor: Actor, now: datetime) -> CouncilSession:
    """Open a session on a call whose deadline is past; on a decided one where appeals are upheld, to decide anew.

    Then the applications of the appeals that were upheld by that day are on its agenda, but those the actor has a tie
    to. Raises `DomainError` where there is nothing to decide, while letters of the call are held, and for a day before
    the call closed; `LimitExceededError` for one too far ahead.
    """
    new_decisions.lock_for(_to_decide_anew(call, held_on, actor, now))
    lock(call)  # who moves up from the reserve list meanwhile goes first, or comes too late
    anew = _to_decide_anew(call, held_on, actor, now)
    if new_decisions.open_session(call) is not None:
        raise AlreadyUsedError(N_("A session on this call is open already."))
    _must_be_a_day_of(call, held_on, now)
    if not 3 <= seats <= 101:
        raise DomainError(N_("The Council has 3 to 101 seats."), field="seats")
    members = len(council_members())
    if seats < members:
        raise DomainError(
            N_("The Council has %(members)s members: there cannot be fewer seats."), field="seats", members=members
        )
    session = CouncilSession(
        call=call, held_on=held_on, place=place.strip(), seats=seats, created_by_id=actor.user_id, created_at=now
    )
    db.session.add(session)
    db.session.flush()
    agendas.refresh(session)
    audit.record(
        actor,
        "session.convene",
        session,
        now,
        call=call.id,
        day=held_on.isoformat(),
        venue=session.place,
        seats=seats,
    )
    for appeal in anew:
        new_decisions.take_up(appeal, session, actor=actor, now=now)
    notifications.tell(
        [one.id for one in council_members()],
        N_("The Council sits on the call “%(call)s” on %(day)s: %(place)s."),
        session,
        now,
        call={"name": call.title},
        day=held_on,
        place=session.place,
    )
    return session


def _must_be_a_day_of(call: Call, held_on: date, now: datetime) -> None:
    closed_on, last = bishkek_day(call.closes_at), bishkek_day(now) + FURTHEST_AHEAD
    if held_on < closed_on:
        message = N_("The call closed on %(day)s: no session on it is held before that day.")
        raise DomainError(message, field="held_on", day=closed_on)
    if held_on > last:
        message = N_("A session is convened a year ahead at most: not for a day after %(day)s.")
        raise LimitExceededError(message, field="held_on", day=last)


def _to_decide_anew(call: Call, held_on: date, actor: Actor, now: datetime) -> list[Appeal]:
    """The appeals a session of a decided call sits for, upheld by its day; none for a call that is not decided yet."""
    if call.status is CallStatus.OPEN and call.is_past_deadline(now):
        return []
    found = new_decisions.waiting(conflicts.ties_of(actor.user), call) if call.status is CallStatus.DECIDED else []
    if not found:
        raise DomainError(
            N_("The Council sits when the deadline is past and the call is not decided yet, or an appeal is upheld.")
        )
    if letters.are_held(call):
        raise DomainError(N_("Letters on this call are still held: send them before the Council decides anew."))
    days = {one.id: new_decisions.day_due(one) for one in found}
    if held_on < min(days.values()):
        message = N_("Appeals were upheld on %(day)s: no session decides anew before that day.")
        raise DomainError(message, field="held_on", day=min(days.values()))
    return [one for one in found if days[one.id] <= held_on]


def record_attendance(session: CouncilSession, members: list[User], *, actor: Actor, now: datetime) -> None:
    """Set who came. Once a discussion is opened people can only be added: whoever is, came later."""
    lock_as_read(session)
    must_be_open(session)
    flag_modified(session, "seats")  # the session gets a new version: who edits the same list at once is told
    present = {one.user_id: one for one in session.attendances}
    wanted = {member.id for member in members}
    has_begun = agendas.has_begun(session)
    if has_begun and present.keys() - wanted:
        raise DomainError(N_("After the first discussion nobody can be taken off the attendance."), field="members")
    if len(wanted) > session.seats:
        raise LimitExceededError(N_("More people than seats."), field="members")
    for user_id in present.keys() - wanted:
        session.attendances.remove(present[user_id])
        db.session.delete(present[user_id])
    for member in members:
        if member.id not in present:
            session.attendances.append(Attendance(user=member))
            if has_begun:
                _change_presence(session, member, True, actor, now)
    db.session.flush()
    audit.record(actor, "session.record_attendance", session, now, present=sorted(wanted))
    agendas.refresh(session)
    _recuse_arrived(session, actor, now)


def change_presence(session: CouncilSession, member: User, is_present: bool, *, actor: Actor, now: datetime) -> None:
    """Somebody leaves the session, or comes back; what was decided before keeps who was there."""
    lock(session)
    must_be_open(session)
    flag_modified(session, "seats")
    if member.id not in {one.user_id for one in session.attendances}:
        raise DomainError(N_("This person is not on the list of those who came."))
    if (member in session.present) is is_present:
        raise AlreadyUsedError(N_("This is recorded already."))
    _change_presence(session, member, is_present, actor, now)
    db.session.flush()
    audit.record(actor, "session.change_presence", session, now, person=member.id, is_present=is_present)
    _recuse_arrived(session, actor, now)


def _change_presence(session: CouncilSession, member: User, is_present: bool, actor: Actor, now: datetime) -> None:
    session.presence_changes.append(
        PresenceChange(user_id=member.id, is_present=is_present, changed_at=now, recorded_by_id=actor.user_id)
    )


def _recuse_arrived(session: CouncilSession, actor: Actor, now: datetime) -> None:
    """Who comes while something is discussed that they have a part in stays outside."""
    item = agendas.under_discussion(session)
    if item is not None:
        recusals.record(item, actor=actor, now=now)


def latest(before_id: int | None = None, limit: int = 60) -> list[CouncilSession]:
    """Sessions, the newest first."""
    query = db.select(CouncilSession).options(
        db.joinedload(CouncilSession.call), db.selectinload(CouncilSession.decisions)
    )
    if before_id is not None:
        query = query.where(CouncilSession.id < before_id)
    return list(db.session.scalars(query.order_by(CouncilSession.id.desc()).limit(limit)))


def awaited(now: datetime) -> list[Call]:
    """Calls past their deadline that are not decided and have no open session: the first session of each."""
    sitting = db.select(CouncilSession.call_id).where(CouncilSession.status == SessionStatus.OPEN)
    query = db.select(Call).where(Call.status == CallStatus.OPEN, Call.closes_at < now, Call.id.not_in(sitting))
    return list(db.session.scalars(query.order_by(Call.closes_at, Call.id)))


def of_call(call: Call) -> list[CouncilSession]:
    query = db.select(CouncilSession).where(CouncilSession.call_id == call.id)
    return list(db.session.scalars(query.order_by(CouncilSession.id)))


def council_members() -> list[User]:
    """Who sits in the Council: enabled reviewers and the chair, in the order of the alphabet."""
    ids = {*notifications.holders(Role.REVIEWER), *notifications.holders(Role.COUNCIL_CHAIR)}
    members = db.session.scalars(db.select(User).where(User.id.in_(ids))).unique()
    return sorted(members, key=lambda one: sort_key(one.display_name))


def is_ahead(session: CouncilSession, now: datetime) -> bool:
    """Whether the day of the session is still to come."""
    return bishkek_day(now) < session.held_on


def sign(session: CouncilSession, *, actor: Actor, now: datetime) -> Protocol:
    """The chair signs: the protocol is frozen with its hash, and each applicant's letter is held.

    What was decided takes effect on an application, and is told, when its letter is sent.

    Raises `SeparationOfDutyError` when the signer was not present or has a tie to every applicant that was decided on,
    `IncompleteError` while applications of the call are not reviewed or not decided, `DomainError` before the day of
    the session: a protocol says what was.
    """
    lock(session)
    must_be_open(session)
    if is_ahead(session, now):
        raise DomainError(AHEAD, day=session.held_on)
    applications = (
        db.select(Application)
        .where(Application.call_id == session.call_id)
        .order_by(Application.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    db.session.scalars(applications).all()
    if actor.user_id not in {one.user_id for one in session.attendances}:
        raise SeparationOfDutyError(N_("Only a chair who was present can sign."))
    if not session.decisions:
        raise IncompleteError(N_("There is no decision yet."))
    _must_have_a_free_part(session, actor)
    waiting, moving = len(undecided(session)), Counter(one.status for one in in_flight(session.call))
    if moving:
        raise IncompleteError(
            N_(
                "The protocol cannot be signed yet: applications to screen: %(screen)s; sent back for changes: "
                "%(returned)s; to review: %(review)s; to decide: %(decide)s."
            ),
            screen=moving[ApplicationStatus.SUBMITTED] + moving[ApplicationStatus.RESUBMITTED],
            returned=moving[ApplicationStatus.RETURNED],
            review=moving[ApplicationStatus.ELIGIBLE] + moving[ApplicationStatus.IN_REVIEW],
            decide=waiting,
        )
    if waiting:
        raise IncompleteError(N_("%(count)s applications wait for a decision."), count=waiting)
    content = canonical_json(content_of(session))
    protocol = Protocol(
        session=session,
        number=numbering.next_number("P", now.year),
        content=content,
        sha256=fingerprint(content),
        signed_by_id=actor.user_id,
        signed_at=now,
    )
    db.session.add(protocol)
    session.status = target(TRANSITIONS, session.status, "sign")
    is_first = session.call.status is not CallStatus.DECIDED  # a session that decides anew leaves the call as it is
    closed = _close_assignments(session.call)
    if is_first:
        session.call.status = target(calls.TRANSITIONS, session.call.status, "decide")
    db.session.flush()
    letters.hold(session, now=now)
    audit.record(actor, "session.sign", session, now, sha256=protocol.sha256)
    if is_first:
        audit.record(actor, "call.decide", session.call, now, assignments=closed)
    return protocol


def _must_have_a_free_part(session: CouncilSession, actor: Actor) -> None:
    """Refuse a chair who has a tie to every applicant: of a session that decides anew it may be the only one."""
    ties = conflicts.ties_of(actor.user)
    if all(ties.has(one.application) for one in session.decisions):
        raise SeparationOfDutyError(
            N_(
                "You have a tie to every applicant this session decided on: another chair who was present signs. If "
                "there is none, the administrator gives the role of the chair to a member who was present."
            )
        )


def _close_assignments(call: Call) -> list[int]:
    """Close the reviews of a call; the ids of their assignments."""
    query = (
        db.select(Assignment)
        .join(Application, Application.id == Assignment.application_id)
        .where(Application.call_id == call.id, Assignment.status == AssignmentStatus.SUBMITTED)
        .order_by(Assignment.id)
    )
    closed = list(db.session.scalars(query))
    for assignment in closed:
        assignment.status = target(ASSIGNMENT_TRANSITIONS, assignment.status, "close")
    return [one.id for one in closed]
