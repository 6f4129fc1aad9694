"""Reviews: a level with a justification on each criterion, blind until the own one is in."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from string import ascii_uppercase

from sqlalchemy.orm.attributes import set_committed_value

from app.clock import bishkek_day
from app.localisation import N_
from app.services import assignments, audit, notifications, scoring
from app.services.actors import Actor
from app.services.assignments import TRANSITIONS as ASSIGNMENT_TRANSITIONS
from app.services.assignments import submitted_reviews
from app.services.conflicts import hindrance, must_be_unhindered
from app.services.errors import DomainError, IncompleteError, SeparationOfDutyError
from app.services.workflow import target
from models.applications import Application, ApplicationStatus
from models.base import db, lock
from models.calls import Call, Criterion
from models.reviews import (
    IS_COUNTED,
    OUTSTANDING,
    Assignment,
    AssignmentStatus,
    Review,
    ReviewFlag,
    ReviewStatus,
    Score,
)
from models.users import Role, User

SHORTEST_JUSTIFICATION = 40
LONGEST_JUSTIFICATION = 2000
LONGEST_COMMENT = 4000
LONGEST_NOTE = 2000
_KEEP_SCORES = db.insert(Score.__table__).inline()  # made once, and without objects


@dataclass(frozen=True)
class Judgement:
    """One criterion's level (None while undecided) and justification."""

    level: int | None
    justification: str


_NOTHING = Judgement(None, "")


def save_draft(
    assignment: Assignment,
    judgements: Mapping[str, Judgement],
    comment: str,
    *,
    private_note: str = "",
    flag: ReviewFlag = ReviewFlag.NONE,
    actor: Actor,
    now: datetime,
) -> Review:
    """Keep what is written so far, keyed by criterion; unfinished is welcome.

    Raises `SeparationOfDutyError` for a reviewer who got a tie to the applicant meanwhile, as `submit` does.
    """
    _must_be_writable(assignment, actor)
    review = _keep(assignment, judgements, comment, private_note, flag, now)
    db.session.flush()
    audit.record(actor, "review.save_draft", review, now, application=assignment.application_id)
    return review


_BRIEFLY = (
    db.select(Criterion)
    .where(Criterion.call_id == db.bindparam("call_id"))
    .order_by(Criterion.position)
    .options(db.defer(Criterion.anchors), db.defer(Criterion.description))
)


def read_criteria_briefly(call: Call) -> None:
    """Let `call.criteria` be the rubric without what its levels mean: these are long, and scoring asks for none."""
    set_committed_value(call, "criteria", list(db.session.scalars(_BRIEFLY, {"call_id": call.id})))


def _keep(
    assignment: Assignment,
    judgements: Mapping[str, Judgement],
    comment: str,
    private_note: str,
    flag: ReviewFlag,
    now: datetime,
) -> Review:
    review = assignment.review
    if review is None:
        review = Review(assignment=assignment, saved_at=now, submission=0)
        db.session.add(review)
    review.draft = {
        key: {"level": one.level, "justification": one.justification.strip()} for key, one in judgements.items()
    }
    review.comment, review.saved_at = comment.strip(), now
    review.private_note, review.flag = private_note.strip(), flag
    return review


def gaps(criteria: Sequence[Criterion], judgements: Mapping[str, Judgement]) -> Iterator[IncompleteError]:
    """What a review lacks before it can be handed in, each at the field of its criterion."""
    for criterion in criteria:
        one = judgements.get(criterion.key, _NOTHING)
        if one.level not in scoring.LEVELS:
            yield IncompleteError(N_("Choose a level from 1 to 5."), field=f"level_{criterion.key}")
        if len(one.justification.strip()) < SHORTEST_JUSTIFICATION:
            yield IncompleteError(
                N_("Justify the level in at least %(least)s characters."),
                field=f"justification_{criterion.key}",
                least=SHORTEST_JUSTIFICATION,
            )


def refusal_of_late(assignment: Assignment, now: datetime) -> DomainError | None:
    """Why a review cannot be handed in any more, when its last day is over. A draft is kept at any time."""
    if not assignment.is_late_on(bishkek_day(now)):
        return None
    return DomainError(
        N_(
            "The last day for this review was %(day)s, so it cannot be submitted. What you wrote is kept as a draft. "
            "Ask the secretary of the Council for more time: then it can be submitted as it is."
        ),
        day=assignment.due_on,
    )


def submit(
    assignment: Assignment,
    judgements: Mapping[str, Judgement],
    comment: str,
    *,
    private_note: str = "",
    flag: ReviewFlag = ReviewFlag.NONE,
    actor: Actor,
    now: datetime,
) -> Review:
    """Hand in the review; its scores become append-only.

    Raises `IncompleteError` naming the criterion without a level or with a justification under 40 characters, and
    `DomainError` after the end of its last day (`refusal_of_late`).
    When the call's number of reviews is in, the application becomes reviewed. The secretary is told of one who is
    suspicious of it, not who it is.
    """
    application = assignment.application
    lock(application)  # the last two reviews may come in together: one of them must see the other
    lock(assignment)
    if application.status is not ApplicationStatus.IN_REVIEW:
        raise DomainError(N_("The application is not in review: no more reviews are taken."))
    new_status = target(ASSIGNMENT_TRANSITIONS, assignment.status, "submit")
    _must_be_writable(assignment, actor)  # before the gaps: there is nothing to mend
    if too_late := refusal_of_late(assignment, now):
        raise too_late
    criteria = application.call.criteria
    for gap in gaps(criteria, judgements):
        raise gap
    review = _keep(assignment, judgements, comment, private_note, flag, now)
    review.submission += 1
    review.status, review.submitted_at = ReviewStatus.SUBMITTED, now
    review.total = scoring.total(
        {criterion.key: judgements[criterion.key].level or 0 for criterion in criteria}, application.call.weights
    )
    progress = assignments.progress(application, now, handing_in=assignment)
    assignment.status = new_status
    left = assignments.complete(application, progress) if progress.is_enough else None
    db.session.flush()  # the one of a review: what follows writes without objects
    scores = [
        {
            "review_id": review.id,
            "submission": review.submission,
            "criterion_id": criterion.id,
            "level": judgements[criterion.key].level,
            "justification": judgements[criterion.key].justification.strip(),
        }
        for criterion in criteria
    ]
    db.session.connection().execute(_KEEP_SCORES, scores)
    audit.record(
        actor,
        "review.submit",
        review,
        now,
        application=application.id,
        assignment=assignment.id,
        submission=review.submission,
    )
    if left is not None:
        assignments.tell_of_completion(application, left, actor=actor, now=now)
    if flag is ReviewFlag.SUSPECT:
        _warn(application, now)
    return review


def _warn(application: Application, now: datetime) -> None:
    """Tell the secretaries who have no tie to the application that a review is flagged."""
    message = N_("A review of %(number)s is flagged as suspicious: read it before the Council sits.")
    notifications.tell_holders(Role.SECRETARY, application, message, now)


def flags_of(call: Call, without: Collection[int] = ()) -> dict[int, list[ReviewFlag]]:
    """{application id: flags of its submitted reviews} of a call, for the Council; none of what is in `without`."""
    query = (
        db.select(Assignment.application_id, Review.flag)
        .join(Review.assignment)
        .join(Assignment.application)
        .where(
            Application.call_id == call.id,
            Application.id.not_in(without),
            IS_COUNTED,
            Review.flag != ReviewFlag.NONE,
        )
        .order_by(Review.id)
    )
    found: dict[int, list[ReviewFlag]] = defaultdict(list)
    for application_id, flag in db.session.execute(query):
        found[application_id].append(flag)
    return found


def readable_by(user: User, application: Application) -> list[Review]:
    """The submitted reviews `user` may read: all for the office, unless they still judge themselves or have a tie."""
    query = db.select(Assignment.id).where(
        Assignment.application_id == application.id,
        Assignment.reviewer_id == user.id,
        Assignment.status.in_(OUTSTANDING),
    )
    if hindrance(application, user) or db.session.scalar(query) is not None:
        return []
    if user.has_role(Role.SECRETARY, Role.COUNCIL_CHAIR):
        return submitted_reviews(application)
    reviews = submitted_reviews(application)
    return reviews if any(review.assignment.reviewer_id == user.id for review in reviews) else []


def initials_of(application: Application) -> dict[int, str]:
    """{assignment id: "A", "B", …}: what its reviewers are called where names are not shown. It stays."""
    query = db.select(Assignment.id).where(Assignment.application_id == application.id).order_by(Assignment.id)
    return {one: initials(place) for place, one in enumerate(db.session.scalars(query))}


def initials(place: int) -> str:
    """A to Z, then AA, AB, … for the place from 0: what an unnamed reviewer is called."""
    before, letter = divmod(place, len(ascii_uppercase))
    return (initials(before - 1) if before else "") + ascii_uppercase[letter]


def _must_be_writable(assignment: Assignment, actor: Actor) -> None:
    if assignment.reviewer_id != actor.user_id:
        raise SeparationOfDutyError(N_("Only the reviewer who was asked writes this review."))
    if assignment.status is not AssignmentStatus.ACCEPTED:
        raise DomainError(N_("Declare first whether you have an interest; a submitted review cannot be changed."))
    must_be_unhindered(assignment)
