"""What the history says of rows that acts change one after the other: each stands as the last of its acts left it.

Assignments, reviews with their levels, attendance at the sessions of the Council, what became of applications. Until
when a review is due, and what its reviewer wrote beside the levels, stand in no act: they are not looked at.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from app.services.acts import MOMENT, NOT_THERE, UNRECORDED, WHO, Act, acts, of_number
from app.services.assignment_transitions import TRANSITIONS
from models.applications import Application, ApplicationStatus
from models.base import db
from models.calls import Criterion
from models.council_sessions import Attendance, CouncilSession, PresenceChange
from models.reviews import Assignment, AssignmentStatus, Review, ReviewStatus, ReviewSubmission, Score

S = ApplicationStatus
_LEADS_TO: dict[str, Any] = {action: transition.to for (_status, action), transition in TRANSITIONS.items()}
_ENDS = ("decline", "void", "close", "take_back", "release")
_OF_ASSIGNMENT = tuple(f"assignment.{one}" for one in ("assign", "accept", "recuse", *_ENDS))
_OF_REVIEW = ("review.submit", "review.reopen", "review.restore")
_CLOSES = ("application.withdraw", "agenda_item.take_off", "call.decide")
"""Acts that close the assignments they name."""
_BY_REVIEWER = frozenset({"assignment.accept", "assignment.recuse", "assignment.decline", "review.submit"})
SETTLED = frozenset({S.SELECTED, S.RESERVE, S.REJECTED, S.GRANT_OFFERED, S.WITHDRAWN})
"""What becomes of an application by the Council, by its grant, or because it is withdrawn."""


def unsound() -> Iterator[str]:
    """What is wrong with each row that acts have changed ("" where nothing is)."""
    yield from _assignments()
    yield from _reviews()
    yield from _attendances()
    yield from _presence_changes()
    yield from _applications()


def _assignments() -> Iterator[str]:
    """Each is where its last act led; the signature of a session closes those of its call that are in."""
    asked: dict[int, Act] = {}
    last, answered = _ends_of_assignments(asked)
    signed = _signatures()
    query = of_number(
        Assignment.id,
        Assignment.application_id,
        Assignment.reviewer_id,
        Assignment.status,
        Assignment.assigned_by_id,
        Assignment.assigned_at,
        Application.call_id,
    ).join(Application, Application.id == Assignment.application_id)
    for id_, application_id, reviewer_id, status, who, moment, call_id, number in db.session.execute(query):
        name, act = f"assignment {id_} on {number}", asked.pop(id_, None)
        if act is None:
            yield f"{name}: {UNRECORDED}"
            continue
        act_id, then = last[id_]
        if then is AssignmentStatus.SUBMITTED and signed.get(call_id, 0) > act_id:
            then = AssignmentStatus.CLOSED
        if (act.told["application"], act.told[WHO], act.told[MOMENT]) != (application_id, who, moment):
            yield f"{name}: {act.name} has it with another application, {WHO} or {MOMENT}"
        elif answered[id_] - {reviewer_id}:
            yield f"{name}: by the history another reviewer has answered it"
        else:
            yield f"{name} is {status.value}, by the history it is {then.value}" if status is not then else ""
    for act in asked.values():
        yield f"{act.name}: {NOT_THERE}"


def _ends_of_assignments(
    asked: dict[int, Act],
) -> tuple[dict[int, tuple[int, AssignmentStatus]], dict[int, set[int]]]:
    """By assignment: the last act with where it led, and who acted as its reviewer; `asked` gets the first act."""
    reviewed = {int(row[0]): int(row[1]) for row in db.session.execute(db.select(Review.id, Review.assignment_id))}
    last: dict[int, tuple[int, AssignmentStatus]] = {}
    answered: dict[int, set[int]] = defaultdict(set)
    for act in acts(*_OF_ASSIGNMENT, *_OF_REVIEW, *_CLOSES):
        verb = act.action.partition(".")[2]
        if act.action in _CLOSES:
            last |= dict.fromkeys(act.told.get("assignments", ()), (act.id, AssignmentStatus.CLOSED))
        elif verb == "assign":
            asked[act.row_id], last[act.row_id] = act, (act.id, AssignmentStatus.PROPOSED)
        else:
            id_ = act.row_id
            if act.action in _OF_REVIEW:  # the oldest acts do not name its assignment
                id_ = act.told.get("assignment", reviewed.get(id_, 0))
            last[id_] = act.id, _LEADS_TO[verb]
            if act.action in _BY_REVIEWER:
                answered[id_].add(act.told[WHO])
    return last, answered


def _signatures() -> dict[int, int]:
    """{call: the act by which the last session on it was signed}."""
    query = db.select(CouncilSession.id, CouncilSession.call_id)
    calls = {int(row[0]): int(row[1]) for row in db.session.execute(query)}
    return {calls.get(act.row_id, 0): act.id for act in acts("session.sign")}


def _reviews() -> Iterator[str]:
    """Each is as its last act left it, with no other submissions, and its totals are those of the levels."""
    submissions: dict[int, list[int]] = defaultdict(list)
    states: dict[int, ReviewStatus] = {}
    moments: dict[int, datetime] = {}
    for act in acts(*_OF_REVIEW):
        states[act.row_id] = ReviewStatus.DRAFT if act.action == "review.reopen" else ReviewStatus.SUBMITTED
        if act.action != "review.reopen":
            submissions[act.row_id].append(act.told["submission"])
        if act.action == "review.submit":  # one that is restored keeps the day on which it was handed in
            moments[act.row_id] = act.told[MOMENT]
    levels, totals = _levels(), _earlier_totals()
    query = (
        of_number(Review.id, Review.submission, Review.status, Review.total, Review.submitted_at)
        .join(Assignment, Assignment.id == Review.assignment_id)
        .join(Application, Application.id == Assignment.application_id)
    )
    for id_, submission, status, total, moment, number in db.session.execute(query.order_by(Review.id)):
        name, recorded, scored = f"review {id_} of {number}", submissions.pop(id_, []), levels.get(id_, {})
        then = states.get(id_, ReviewStatus.DRAFT)
        unrecorded = sorted({*scored, submission} - {0, *recorded})
        told = totals.get(id_, {}) | ({submission: total} if total is not None else {})
        wrong = [one for one, value in told.items() if scored.get(one) != value]
        if unrecorded:
            yield f"{name}, submission {unrecorded[0]}: {UNRECORDED}"
        elif submission != len(recorded):
            yield f"{name} was handed in {submission} times, by the history {len(recorded)} times"
        elif status is not then:
            yield f"{name} is {status.value}, by the history it is {then.value}"
        elif moment is not None and moment != moments.get(id_):
            yield f"{name} was handed in at another {MOMENT} by the history"
        elif wrong:
            one = wrong[0]
            yield f"{name}, submission {one}: the total is {told[one]}, its levels make {scored.get(one)}"
        else:
            yield ""
    for id_ in submissions:
        yield f"review {id_} was handed in by the history: it is not there"


def _levels() -> dict[int, dict[int, int]]:
    """{review: {submission: what its levels make by the weights of the call}}, in hundredths of a point."""
    made = db.func.sum(Score.level * Criterion.weight * 20)
    query = db.select(Score.review_id, Score.submission, made).join(Criterion, Criterion.id == Score.criterion_id)
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for review_id, submission, total in db.session.execute(query.group_by(Score.review_id, Score.submission)):
        found[review_id][submission] = int(total)
    return found


def _earlier_totals() -> dict[int, dict[int, int]]:
    """{review: {submission that was reopened: the total kept of it}}."""
    query = db.select(ReviewSubmission.review_id, ReviewSubmission.submission, ReviewSubmission.total)
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for review_id, submission, total in db.session.execute(query):
        found[review_id][submission] = total
    return found


def _attendances() -> Iterator[str]:
    """Who came to a session are those recorded last."""
    recorded = {act.row_id: set(act.told["present"]) for act in acts("session.record_attendance")}
    came: dict[int, set[int]] = defaultdict(set)
    for session_id, user_id in db.session.execute(db.select(Attendance.session_id, Attendance.user_id)):
        came[session_id].add(user_id)
    for session_id in sorted(came.keys() | recorded.keys()):
        others = sorted(came[session_id] ^ recorded.get(session_id, set()))
        yield f"session {session_id}: of who came the history records otherwise users {others}" if others else ""


def _presence_changes() -> Iterator[str]:
    """Who left or came is recorded one by one; who came late, also with the whole list."""
    waiting: Counter[tuple[Any, ...]] = Counter()
    lists: dict[tuple[Any, ...], set[int]] = defaultdict(set)
    for act in acts("session.change_presence", "session.record_attendance"):
        if act.action == "session.change_presence":
            waiting[act.row_id, act.told[MOMENT], act.told[WHO], act.told["person"], act.told["is_present"]] += 1
        else:
            lists[act.row_id, act.told[MOMENT], act.told[WHO]] |= set(act.told["present"])
    columns = PresenceChange.session_id, PresenceChange.changed_at, PresenceChange.recorded_by_id
    query = db.select(PresenceChange.id, *columns, PresenceChange.user_id, PresenceChange.is_present)
    for id_, *where, user_id, is_present in db.session.execute(query.order_by(PresenceChange.id)):
        key = (*where, user_id, is_present)
        if waiting[key]:
            waiting[key] -= 1
            yield ""
        else:
            is_recorded = is_present and user_id in lists[tuple(where)]
            yield "" if is_recorded else f"change of presence {id_} in session {where[0]}: {UNRECORDED}"
    for (session_id, *_, user_id, _is_present), count in waiting.items():
        if count:
            yield f"the history records that user {user_id} left or came in session {session_id}: {NOT_THERE}"


def _applications() -> Iterator[str]:
    """What became of each application is what the last act says; while it is before the Council anew, nothing has."""
    decided: dict[int, str] = {}
    last: dict[int, str | None] = {}
    for act in acts(
        "application.decide",
        "application.promote",
        "application.decide_anew",
        "application.withdraw",
        "agenda_item.take_off",
        "grant.offer",
        "grant.decline",
    ):
        noun, _dot, verb = act.action.partition(".")
        id_ = act.row_id if noun == "application" else act.told["application"]
        if verb == "decide":
            decided[id_] = act.told["outcome"]
        last[id_] = _BECOMES.get(act.action, decided.get(id_))
    query = db.select(Application.id, Application.number, Application.status).order_by(Application.id)
    for id_, number, status in db.session.execute(query):
        now, then = status.value if status in SETTLED else None, last.get(id_)
        if now == then:
            yield ""
        elif id_ not in last:
            yield f"application {number} is {status.value}: {UNRECORDED}"
        else:
            yield f"application {number} is {status.value}, by the history it is {then or 'before the Council'}"


_BECOMES: dict[str, str | None] = {
    "application.promote": S.SELECTED.value,
    "application.decide_anew": None,
    "application.withdraw": S.WITHDRAWN.value,
    "grant.offer": S.GRANT_OFFERED.value,
    "grant.decline": S.WITHDRAWN.value,
}
"""What an act makes of an application; a decision its outcome, and one taken off the agenda is as it was decided."""
