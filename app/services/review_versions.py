"""Reopening a review that was handed in: with a reason, before the Council decides; every version stays readable."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from app.clock import bishkek_day
from app.localisation import N_
from app.services import audit, conflicts, notifications, standing_decisions
from app.services.actors import Actor
from app.services.applications import TRANSITIONS as APPLICATION_TRANSITIONS
from app.services.assignment_transitions import TRANSITIONS, must_be_a_day_ahead
from app.services.errors import DomainError, IncompleteError
from app.services.workflow import REVIEWER_READS_REASON, leads_on, reason_given, target
from models.applications import JUDGED, Application, ApplicationStatus
from models.base import db, lock
from models.calls import Criterion
from models.reviews import Assignment, Review, ReviewFlag, ReviewStatus, ReviewSubmission, Score

SHORTEST_REASON = 10


def may_be_reopened(assignment: Assignment) -> bool:
    """Whether its state allows it; a decision of the Council is looked for by `reopen`."""
    is_judged = assignment.application.status in JUDGED
    return is_judged and leads_on(TRANSITIONS, assignment.status, "reopen")


def reopen(assignment: Assignment, *, reason: str, due_on: date, actor: Actor, now: datetime) -> None:
    """The reviewer writes the review again, from what it says now; its scores count no more, and stay kept.

    The application is in review until it is handed in anew. Raises `IncompleteError` for a reason under 10 characters,
    `SeparationOfDutyError` when secretary or reviewer has a tie, `DomainError` once the Council has decided.
    """
    application = assignment.application
    lock(application)
    lock(assignment)
    new_status = target(TRANSITIONS, assignment.status, "reopen")
    conflicts.must_have_no_tie(application, actor)
    standing_decisions.must_not_be_there(application)
    text = reason_given(reason, REVIEWER_READS_REASON)
    if len(text) < SHORTEST_REASON:
        raise IncompleteError(N_("Say it in at least %(least)s characters."), field="reason", least=SHORTEST_REASON)
    must_be_a_day_ahead(due_on, now)
    conflicts.must_be_unhindered(assignment)
    if application.status is ApplicationStatus.REVIEWED:
        application.status = target(APPLICATION_TRANSITIONS, application.status, "reopen_review")
    review = assignment.review
    if review is None or review.total is None or review.submitted_at is None:
        raise DomainError(N_("There is no submitted review to reopen."))
    db.session.add(
        ReviewSubmission(
            review_id=review.id,
            submission=review.submission,
            comment=review.comment,
            private_note=review.private_note,
            flag=review.flag,
            total=review.total,
            submitted_at=review.submitted_at,
            reopened_at=now,
            reopened_by_id=actor.user_id,
            reason=text,
        )
    )
    review.status, review.total, review.submitted_at = ReviewStatus.DRAFT, None, None
    assignment.status, assignment.due_on, assignment.reminded_on = new_status, due_on, bishkek_day(now)
    db.session.flush()
    audit.record(
        actor,
        "review.reopen",
        review,
        now,
        application=application.id,
        assignment=assignment.id,
        submission=review.submission,
        reason=text,
    )
    message = N_("Your review is open again until %(day)s, please look at it once more: %(reason)s")
    notifications.tell([assignment.reviewer_id], message, review, now, day=due_on, reason=text)


def restore(assignment: Assignment) -> None:
    """Let a review that is open again count as it was handed in last; the caller holds the lock, and records it.

    It is one more submission, with the day of the one it repeats, since scores are only added to. Levels and
    justifications that were written since stay in the draft.
    """
    review = assignment.review
    if review is not None:
        lock(review)  # its reviewer may be saving a draft
    last = db.session.scalar(_LAST, {"review": review.id}) if review is not None else None
    if review is None or last is None:
        raise DomainError(N_("There is no submitted review to go back to."))
    scores = review.scores
    assignment.status = target(TRANSITIONS, assignment.status, "restore")
    review.submission += 1
    review.status, review.total, review.submitted_at = ReviewStatus.SUBMITTED, last.total, last.submitted_at
    review.comment, review.private_note, review.flag = last.comment, last.private_note, last.flag
    for one in scores:
        db.session.add(
            Score(
                review_id=review.id,
                submission=review.submission,
                criterion_id=one.criterion_id,
                level=one.level,
                justification=one.justification,
            )
        )
    db.session.flush()
    db.session.expire(review, ["all_scores"])


def record_restored(assignment: Assignment, actor: Actor, now: datetime, *, reason: str = "") -> None:
    """The row of the history for `restore`."""
    review = assignment.review
    audit.record(
        actor,
        "review.restore",
        review,
        now,
        application=assignment.application_id,
        assignment=assignment.id,
        submission=review.submission if review else None,
        reason=reason,
    )


_LAST = (
    db.select(ReviewSubmission)
    .where(ReviewSubmission.review_id == db.bindparam("review"))
    .order_by(ReviewSubmission.submission.desc())
    .limit(1)
)


@dataclass(frozen=True)
class Change:
    """One criterion that was judged otherwise in the submission that followed: levels 1-5 and both justifications."""

    criterion: Criterion
    before: Score
    after: Score


@dataclass(frozen=True)
class Version:
    """An earlier submission of a review, and what the next one changed.

    `is_last`: none has followed yet; `is_restored`: the next one is this one again, nothing was handed in anew.
    """

    kept: ReviewSubmission
    scores: list[Score]
    changes: list[Change] = field(default_factory=list)
    comment: tuple[str, str] | None = None
    private_note: tuple[str, str] | None = None
    flag: tuple[ReviewFlag, ReviewFlag] | None = None
    is_last: bool = False
    is_restored: bool = False


def reopened(application: Application) -> list[Review]:
    """Reviews of an application that were handed in, reopened, and are being written again."""
    query = db.select(Review).join(Review.assignment).order_by(Review.id)
    query = query.where(
        Assignment.application_id == application.id, Review.status == ReviewStatus.DRAFT, Review.submission > 0
    )
    return list(db.session.scalars(query.options(db.contains_eager(Review.assignment))))


def last_reopening(review: Review | None) -> ReviewSubmission | None:
    """The submission of a review that is open again, with who reopened it when and why; None for any other review."""
    if review is None or review.status is not ReviewStatus.DRAFT or review.submission == 0:
        return None
    found: ReviewSubmission | None = db.session.scalar(_LAST, {"review": review.id})
    return found


def of(reviews: Iterable[Review]) -> dict[int, list[Version]]:
    """{review id: its earlier submissions, the first one first}; reviews that were never reopened are left out."""
    by_id = {one.id: one for one in reviews if one.submission > 1 or one.status is ReviewStatus.DRAFT}
    if not by_id:
        return {}
    query = db.select(ReviewSubmission).where(ReviewSubmission.review_id.in_(by_id)).order_by(ReviewSubmission.id)
    kept: dict[int, list[ReviewSubmission]] = defaultdict(list)
    for one in db.session.scalars(query):
        kept[one.review_id].append(one)
    return {review_id: _versions(by_id[review_id], all_kept) for review_id, all_kept in kept.items()}


def _versions(review: Review, kept: list[ReviewSubmission]) -> list[Version]:
    scores: dict[int, list[Score]] = defaultdict(list)
    for score in review.all_scores:
        scores[score.submission].append(score)
    after: list[ReviewSubmission | Review | None] = [*kept[1:]]
    after.append(review if review.status is ReviewStatus.SUBMITTED else None)
    return [_compare(one, then, scores) for one, then in zip(kept, after, strict=True)]


def _compare(one: ReviewSubmission, then: ReviewSubmission | Review | None, scores: dict[int, list[Score]]) -> Version:
    own = scores[one.submission]
    if then is None:
        return Version(one, own, is_last=True)
    later = {score.criterion_id: score for score in scores[then.submission]}
    changes = [
        Change(score.criterion, score, later[score.criterion_id])
        for score in own
        if score.criterion_id in later
        and (score.level, score.justification)
        != (later[score.criterion_id].level, later[score.criterion_id].justification)
    ]
    return Version(
        one,
        own,
        changes,
        comment=None if one.comment == then.comment else (one.comment, then.comment),
        private_note=None if one.private_note == then.private_note else (one.private_note, then.private_note),
        flag=None if one.flag is then.flag else (one.flag, then.flag),
        is_restored=one.submitted_at == then.submitted_at,
    )
