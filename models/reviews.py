"""Who judges what (assignments, conflicts) and the judgements (reviews, scores)."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.applications import Application
from models.base import STRICT, Base, Id, Json, LongText, Versioned
from models.calls import Criterion
from models.users import User


class AssignmentStatus(StrEnum):
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    RECUSED = "recused"
    SUBMITTED = "submitted"
    CLOSED = "closed"


HOLDING = frozenset(
    {
        AssignmentStatus.PROPOSED,
        AssignmentStatus.ACCEPTED,
        AssignmentStatus.SUBMITTED,
        AssignmentStatus.CLOSED,
    }
)


OUTSTANDING = (AssignmentStatus.PROPOSED, AssignmentStatus.ACCEPTED)
"""The reviewer still has to answer or to write."""

HANDED_IN = (AssignmentStatus.SUBMITTED, AssignmentStatus.CLOSED)
"""A submitted review counts under these; closed unfinished there is none."""


class ConflictKind(StrEnum):
    KINSHIP = "kinship"
    PLACE = "place"
    MEMBERSHIP = "membership"
    BUSINESS = "business"
    CONTRIBUTOR = "contributor"
    OTHER = "other"


class Assignment(Versioned, Base):
    """One reviewer for one application."""

    __tablename__ = "assignments"
    __table_args__ = (
        sa.UniqueConstraint("application_id", "reviewer_id"),
        sa.Index("ix_assignments_reviewer", "reviewer_id", "status"),
        STRICT,
    )

    id: Mapped[Id]
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("applications.id"))
    reviewer_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    status: Mapped[AssignmentStatus] = mapped_column(default=AssignmentStatus.PROPOSED)
    assigned_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    assigned_at: Mapped[datetime]
    due_on: Mapped[date]
    answered_at: Mapped[datetime | None]
    decline_reason: Mapped[str] = mapped_column(sa.String(400), default="")
    reminded_on: Mapped[date | None]
    application: Mapped[Application] = relationship()
    reviewer: Mapped[User] = relationship(foreign_keys=[reviewer_id])
    review: Mapped["Review | None"] = relationship(back_populates="assignment", uselist=False)

    @property
    def is_holding(self) -> bool:
        return holds(self.status, self.review.status if self.review else None)

    @property
    def is_open_again(self) -> bool:
        """Whether its review was handed in, reopened, and is not handed in anew."""
        return self.review is not None and self.review.submission > 0 and self.review.status is ReviewStatus.DRAFT

    def is_late_on(self, day: date) -> bool:
        """Whether on `day` (of Bishkek) the last one for handing the review in is over."""
        return day > self.due_on


class Conflict(Base):
    """A declaration about one application by one person: an interest of a kind, or (kind null) none. Append-only."""

    __tablename__ = "conflicts"
    __table_args__ = (sa.Index("ix_conflicts_pair", "application_id", "user_id"), STRICT)

    id: Mapped[Id]
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("applications.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    kind: Mapped[ConflictKind | None]
    explanation: Mapped[str] = mapped_column(sa.String(400), default="")
    declared_at: Mapped[datetime]


class ReviewStatus(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"


class ReviewFlag(StrEnum):
    """What a reviewer wants the Council to see at a glance. It counts nowhere."""

    NONE = "none"
    ASK = "ask"
    SUSPECT = "suspect"
    EXCELLENT = "excellent"


class Review(Versioned, Base):
    """One reviewer's judgement. `draft` is what is being written; submitting turns it into append-only scores.

    `submission` counts submissions (a reopened review gets the next one); `total` is in hundredths of a
    point, 0-10000, of the latest submission. `private_note` and `flag` are for the Council and its secretary alone.
    """

    __tablename__ = "reviews"
    __table_args__ = (
        sa.CheckConstraint("(status = 'submitted') = (total IS NOT NULL)", name="submitted_with_total"),
        STRICT,
    )

    id: Mapped[Id]
    assignment_id: Mapped[int] = mapped_column(sa.ForeignKey("assignments.id"), unique=True)
    status: Mapped[ReviewStatus] = mapped_column(default=ReviewStatus.DRAFT)
    draft: Mapped[Json] = mapped_column(default=dict)
    comment: Mapped[LongText] = mapped_column(sa.Text, default="")
    private_note: Mapped[LongText] = mapped_column(sa.Text, default="")
    flag: Mapped[ReviewFlag] = mapped_column(default=ReviewFlag.NONE)
    submission: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    saved_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    assignment: Mapped[Assignment] = relationship(back_populates="review")
    all_scores: Mapped[list["Score"]] = relationship(order_by="Score.id", viewonly=True)

    @property
    def saved_by_id(self) -> int:
        """Who wrote it: nobody else ever does."""
        return self.assignment.reviewer_id

    @property
    def scores(self) -> list["Score"]:
        """The scores of the latest submission."""
        return [score for score in self.all_scores if score.submission == self.submission]


class ReviewSubmission(Base):
    """A submission of a review that was reopened, as it was: written when it is reopened, beside its scores.

    `total` in hundredths of a point. Append-only.
    """

    __tablename__ = "review_submissions"
    __table_args__ = (sa.UniqueConstraint("review_id", "submission"), STRICT)

    id: Mapped[Id]
    review_id: Mapped[int] = mapped_column(sa.ForeignKey("reviews.id"))
    submission: Mapped[int]
    comment: Mapped[LongText] = mapped_column(sa.Text)
    private_note: Mapped[LongText] = mapped_column(sa.Text)
    flag: Mapped[ReviewFlag]
    total: Mapped[int]
    submitted_at: Mapped[datetime]
    reopened_at: Mapped[datetime]
    reopened_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(sa.String(400))


class ReviewUpload(Versioned, Base):
    """A workbook of reviews that its reviewer sent and has not taken over yet: what is in its cells.

    `content`: [{assignment, version, sheet, cells: {field: {cell, text, formula}}}], read by `review_workbooks`.
    """

    __tablename__ = "review_uploads"
    __table_args__ = (sa.UniqueConstraint("call_id", "reviewer_id"), STRICT)

    id: Mapped[Id]
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("calls.id"))
    reviewer_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    content: Mapped[Json]
    uploaded_at: Mapped[datetime]


class Score(Base):
    """A level 1-5 on one criterion with its justification. Append-only."""

    __tablename__ = "scores"
    __table_args__ = (
        sa.CheckConstraint("level BETWEEN 1 AND 5", name="level_range"),
        sa.UniqueConstraint("review_id", "submission", "criterion_id"),
        STRICT,
    )

    id: Mapped[Id]
    review_id: Mapped[int] = mapped_column(sa.ForeignKey("reviews.id"))
    submission: Mapped[int]
    criterion_id: Mapped[int] = mapped_column(sa.ForeignKey("criteria.id"))
    level: Mapped[int]
    justification: Mapped[LongText] = mapped_column(sa.Text)
    criterion: Mapped[Criterion] = relationship()


def is_counted(status: AssignmentStatus, written: ReviewStatus | None) -> bool:
    """Whether a review counts: it is submitted, and who wrote it still holds the assignment.

    Rankings, protocols and letters are made of these. `written` is the review's status, None while there is no review.
    """
    return status in HANDED_IN and written is ReviewStatus.SUBMITTED


def holds(status: AssignmentStatus, written: ReviewStatus | None) -> bool:
    """Whether the reviewer still has or did the work: what was closed unfinished does not count."""
    return status in HOLDING and (status is not AssignmentStatus.CLOSED or written is ReviewStatus.SUBMITTED)


IS_COUNTED = Assignment.status.in_(HANDED_IN) & (Review.status == ReviewStatus.SUBMITTED)
"""`is_counted` in the database, of an assignment joined with its review."""
HOLDS = Assignment.status.in_(HOLDING) & (
    (Assignment.status != AssignmentStatus.CLOSED)
    | Assignment.id.in_(sa.select(Review.assignment_id).where(Review.status == ReviewStatus.SUBMITTED))
)
"""`holds` in the database."""
