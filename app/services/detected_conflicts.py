"""What the secretary says of conflicts that were found: each once, and for good."""

from collections.abc import Sequence
from datetime import datetime

from app.localisation import N_
from app.services import assignments, audit, conflicts, standing_decisions
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, SeparationOfDutyError
from app.services.workflow import reason_given
from models.applications import Application
from models.base import db, lock
from models.calls import Call
from models.detected_conflicts import ConflictStrength, ConflictVerdict, DetectedConflict
from models.users import User

SHOWN = 200
_ORDER = db.case({one: place for place, one in enumerate(ConflictStrength)}, value=DetectedConflict.strength)


def of_call(call: Call, reader: User, *, judged: bool = False) -> Sequence[DetectedConflict]:
    """What was found in a call and waits, or what was said of it; the strongest first.

    Without applicants `reader` has a tie to.
    """
    said = DetectedConflict.verdict.is_not(None) if judged else DetectedConflict.verdict.is_(None)
    query = (
        db.select(DetectedConflict)
        .join(Application, Application.id == DetectedConflict.application_id)
        .where(Application.call_id == call.id, said)
        .where(*conflicts.ties_of(reader).free(Application.association_id, Application.id))
        .options(
            db.contains_eager(DetectedConflict.application).joinedload(Application.association),
            db.joinedload(DetectedConflict.user),
        )
        .order_by(_ORDER, DetectedConflict.id)
        .limit(SHOWN)
    )
    return list(db.session.scalars(query))


def judge(
    found: DetectedConflict, verdict: ConflictVerdict, *, reason: str, actor: Actor, now: datetime
) -> DetectedConflict:
    """Say once that it is a conflict, which then hinders like a declared one, or a false alarm.

    With a conflict what was asked of the reviewer ends, and a written review is void. Raises `IncompleteError`
    without a reason, `AlreadyUsedError` when it has been said, `SeparationOfDutyError` for who has a tie to the
    applicant, or would call what was found against themselves a false alarm.
    """
    lock(found.application)
    lock(found)
    text = reason_given(reason)
    if found.verdict is not None:
        raise AlreadyUsedError(N_("What this is has been said already."))
    conflicts.must_have_no_tie(found.application, actor)
    if found.user_id == actor.user_id and verdict is ConflictVerdict.FALSE_ALARM:
        raise SeparationOfDutyError(
            N_("It was found against you: you can confirm it, but only somebody else calls it a false alarm.")
        )
    if verdict is ConflictVerdict.CONFIRMED:  # a review may be void by it
        standing_decisions.must_not_be_discussed(found.application)
    found.verdict, found.reason, found.judged_by_id, found.judged_at = verdict, text, actor.user_id, now
    db.session.flush()
    is_conflict = verdict is ConflictVerdict.CONFIRMED
    ended = assignments.end_of_tied(found.application, found.user, now) if is_conflict else None
    audit.record(
        actor,
        "conflict.judge",
        found.application,
        now,
        found=found.id,
        person=found.user_id,
        verdict=verdict.value,
    )
    if ended is not None:
        assignments.tell_of_void(ended, actor=actor, now=now)
    return found
