"""Calibration: before a call's reviews begin, its reviewers judge the same two past applications and compare.

What is written here stands in tables of its own: no ranking, result, count or severity reads them.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from app.localisation import N_
from app.services import audit, conflicts, notifications, reviewers, reviews, scoring
from app.services.actors import Actor
from app.services.conflicts import NO_TIES, Ties
from app.services.errors import DomainError, IncompleteError, SeparationOfDutyError
from app.services.reviews import Judgement
from models.applications import Application, ApplicationStatus
from models.base import db, lock
from models.calibrations import Calibration, CalibrationReview
from models.calls import Call, CallStatus
from models.reviews import Assignment
from models.users import Role, User

EACH = 2
"""So many past applications are judged for practice."""
DECIDED = (
    ApplicationStatus.SELECTED,
    ApplicationStatus.RESERVE,
    ApplicationStatus.REJECTED,
    ApplicationStatus.GRANT_OFFERED,
)
MOST_CANDIDATES = 200


def of_call(call: Call, ties: Ties = NO_TIES) -> list[Calibration]:
    """What the reviewers of a call judge for practice, in the order it was chosen in; without that of the ties."""
    query = db.select(Calibration).where(Calibration.call_id == call.id).order_by(Calibration.id)
    found = db.session.scalars(query.options(_WITH_APPLICATION))
    return [one for one in found if not ties.has(one.application)]


_WITH_APPLICATION = db.joinedload(Calibration.application).joinedload(Application.association)


def panel(call: Call) -> list[User]:
    """The reviewers of a call, by name."""
    return [one.user for one in reviewers.panel(call) if one.part.is_available]


def can_be_chosen(call: Call) -> bool:
    """Whether the call is open and no reviewer was asked for an application of it yet."""
    query = db.select(Assignment.id).join(Assignment.application).where(Application.call_id == call.id).limit(1)
    return call.status is CallStatus.OPEN and db.session.scalar(query) is None


def candidates(call: Call, secretary: User) -> list[Application]:
    """Decided ones of earlier calls to which neither the secretary nor a reviewer has a tie, the newest first."""
    ties = conflicts.ties_of_any([*panel(call), secretary])
    free = ties.free(Application.association_id, Application.id)
    query = (
        db.select(Application)
        .join(Application.call)
        .where(
            Application.status.in_(DECIDED),
            Call.status == CallStatus.DECIDED,
            Call.closes_at < call.closes_at,
            ~Application.is_test,
            *free,
        )
        .options(db.joinedload(Application.association), db.contains_eager(Application.call))
        .order_by(Call.closes_at.desc(), Application.id)
        .limit(MOST_CANDIDATES)
    )
    return list(db.session.scalars(query))


def choose(call: Call, application_ids: Sequence[int], *, actor: Actor, now: datetime) -> list[Calibration]:
    """Choose what is judged for practice, or others as long as nobody has begun; every reviewer of the call is told.

    Raises `IncompleteError` unless two of the `candidates` are named, `DomainError` once reviews have begun.
    """
    lock(call)
    if not can_be_chosen(call):
        raise DomainError(N_("Calibration is for an open call in which nobody was asked for a review yet."))
    chosen = [one for one in candidates(call, actor.user) if one.id in set(application_ids)]
    if len(chosen) != EACH or len(set(application_ids)) != EACH:
        raise IncompleteError(N_("Choose two applications."), field="applications")
    if _written(of_call(call)):
        raise DomainError(N_("A reviewer has begun already: the applications stay."))
    db.session.execute(db.delete(Calibration).where(Calibration.call_id == call.id))
    made = [Calibration(call=call, application=one, chosen_by_id=actor.user_id, chosen_at=now) for one in chosen]
    db.session.add_all(made)
    db.session.flush()
    audit.record(actor, "calibration.choose", call, now, count=len(made), row=[one.application_id for one in made])
    for user in panel(call):
        notifications.tell(
            [user.id],
            N_("Before the reviews of “%(call)s” begin, judge two past applications for practice. They count nowhere."),
            "calibrations:all",
            now,
            call=call.title_in(user.locale or "ky"),
        )
    return made


def of_reviewer(user: User) -> list[tuple[Calibration, CalibrationReview | None]]:
    """What `user` is asked to judge for practice in calls that are not decided, with what is written of it."""
    query = (
        db.select(Calibration)
        .join(Calibration.call)
        .where(Call.status == CallStatus.OPEN)
        .options(_WITH_APPLICATION, db.contains_eager(Calibration.call))
        .order_by(Calibration.id)
    )
    asked = list(db.session.scalars(query))
    parts = {call: reviewers.part_of(call, user) for call in {one.call for one in asked}}
    asked = [one for one in asked if parts[one.call].is_available]
    mine = {one.calibration_id: one for one in _written(asked, user)}
    return [(one, mine.get(one.id)) for one in asked]


def is_asked(calibration: Calibration, user: User) -> bool:
    """Whether `user` may open it: it waits for them in a call that is not decided, or they have handed it in."""
    written = review_of(calibration, user)
    if written is not None and written.submitted_at:
        return True
    call = calibration.call
    return call.status is CallStatus.OPEN and reviewers.part_of(call, user).is_available


def review_of(calibration: Calibration, user: User) -> CalibrationReview | None:
    return next(iter(_written([calibration], user)), None)


def _written(calibrations: Sequence[Calibration], user: User | None = None) -> list[CalibrationReview]:
    query = db.select(CalibrationReview).where(CalibrationReview.calibration_id.in_([one.id for one in calibrations]))
    if user is not None:
        query = query.where(CalibrationReview.reviewer_id == user.id)
    return list(db.session.scalars(query.order_by(CalibrationReview.id)))


def save_draft(
    calibration: Calibration, judgements: Mapping[str, Judgement], comment: str, *, actor: Actor, now: datetime
) -> CalibrationReview:
    """Keep what is written so far; unfinished is welcome.

    Raises `DomainError` once it is handed in or the call is decided, `SeparationOfDutyError` for who was not asked or
    has a tie.
    """
    lock(calibration.call)
    review = review_of(calibration, actor.user)
    if calibration.call.status is not CallStatus.OPEN or (review is not None and review.submitted_at):
        raise DomainError(N_("What was handed in for practice cannot be changed, nor once the call is decided."))
    if not actor.user.has_role(Role.REVIEWER):
        raise DomainError(N_("This person is not a reviewer."))
    if not is_asked(calibration, actor.user):
        raise SeparationOfDutyError(N_("Only the reviewer who was asked writes this review."))
    if problem := conflicts.hindrance(calibration.application, actor.user):
        raise SeparationOfDutyError(problem)
    if review is None:
        review = CalibrationReview(calibration=calibration, reviewer_id=actor.user_id, saved_at=now)
        db.session.add(review)
    review.draft = {
        key: {"level": one.level, "justification": one.justification.strip()} for key, one in judgements.items()
    }
    review.comment, review.saved_at = comment.strip(), now
    db.session.flush()
    audit.record(actor, "calibration.save_draft", calibration.call, now, row=calibration.id)
    return review


def submit(
    calibration: Calibration, judgements: Mapping[str, Judgement], comment: str, *, actor: Actor, now: datetime
) -> CalibrationReview:
    """Hand in a practice review: from then on it stays, and the reviewer sees how the others judged.

    Raises as `save_draft` and, for what is missing, as `reviews.submit`.
    """
    criteria = calibration.call.criteria
    review = save_draft(calibration, judgements, comment, actor=actor, now=now)
    for gap in reviews.gaps(criteria, judgements):
        raise gap
    levels = {one.key: judgements[one.key].level or 0 for one in criteria}
    review.submitted_at, review.total = now, scoring.total(levels, calibration.call.weights)
    db.session.flush()
    audit.record(actor, "calibration.submit", calibration.call, now, row=calibration.id)
    return review


@dataclass(frozen=True)
class LevelsGiven:
    """One criterion: the own level (None: not judged), how often the others gave each level 1-5, and their mean."""

    key: str
    own: int | None
    others: Mapping[int, int]
    mean: Fraction | None


@dataclass(frozen=True)
class Comparison:
    """One past application: own and mean total of all and their spread in hundredths of a point, nobody named."""

    calibration: Calibration
    own: int | None
    mean: Fraction | None
    spread: int
    count: int
    criteria: Sequence[LevelsGiven]


def compare(call: Call, user: User | None, ties: Ties) -> list[Comparison]:
    """How the reviewers differ: for `user` what they handed in themselves; for the secretary (None) all are others.

    Nothing of the applications the reader has `ties` to.
    """
    found = []
    for calibration in of_call(call, ties):
        done = [one for one in _written([calibration]) if one.submitted_at]
        own = next((one for one in done if user is not None and one.reviewer_id == user.id), None)
        if user is None or own is not None:
            found.append(_compare(calibration, done, own))
    return found


def _compare(calibration: Calibration, done: Sequence[CalibrationReview], own: CalibrationReview | None) -> Comparison:
    totals = [one.total for one in done if one.total is not None]
    others = [one for one in done if one is not own]
    criteria = []
    for criterion in calibration.call.criteria:
        counts = Counter(one.draft[criterion.key]["level"] for one in others)
        mean = Fraction(sum(level * count for level, count in counts.items()), len(others)) if others else None
        level = own.draft[criterion.key]["level"] if own else None
        criteria.append(LevelsGiven(criterion.key, level, {one: counts[one] for one in scoring.LEVELS}, mean))
    return Comparison(
        calibration,
        own.total if own else None,
        Fraction(sum(totals), len(totals)) if totals else None,
        max(totals) - min(totals) if totals else 0,
        len(totals),
        criteria,
    )


def progress(call: Call, ties: Ties) -> list[tuple[User, int]]:
    """Each reviewer of a call with how many practice reviews are handed in, by name; those of the ties not counted."""
    done = Counter(one.reviewer_id for one in _written(of_call(call, ties)) if one.submitted_at)
    return [(one, done[one.id]) for one in panel(call)]
