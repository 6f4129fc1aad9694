"""Assignments, declarations and reviews of synthetic applications, with the acts that the history has of such."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from app.services import scoring
from models.applications import ApplicationStatus
from models.associations import Association
from models.reviews import Assignment, AssignmentStatus, Conflict, Review, ReviewStatus, Score
from seeds.scale import history
from seeds.scale import stage as stages
from seeds.scale.stage import Draft, Stage

S = ApplicationStatus
REVIEWED = frozenset({S.REVIEWED, S.SELECTED, S.RESERVE, S.REJECTED})
CLOSED = REVIEWED - {S.REVIEWED}


def write(stage: Stage, written: Sequence[tuple[int, Draft]], chance: Random, now: datetime) -> None:
    """Two assignments for what is in review or was: all submitted, or one of two."""
    assigned: list[tuple[dict[str, Any], Draft]] = []
    for id_, draft in written:
        status = draft.row["status"]
        if status not in REVIEWED and status is not S.IN_REVIEW:
            continue
        submitted = AssignmentStatus.CLOSED if status in CLOSED else AssignmentStatus.SUBMITTED
        for place, reviewer in enumerate(_reviewers(stage, draft.association, chance)):
            waits = status is S.IN_REVIEW and place == 1
            row = {
                "application_id": id_,
                "reviewer_id": reviewer,
                "status": AssignmentStatus.ACCEPTED if waits else submitted,
                "assigned_by_id": stage.secretary,
                "assigned_at": draft.row["submitted_at"] + timedelta(hours=1),
                "due_on": (now + timedelta(days=14)).date(),
                "answered_at": draft.row["submitted_at"] + timedelta(hours=2),
                "decline_reason": "",
                "version": 1,
            }
            assigned.append((row, draft))
    ids = stages.write_returning(Assignment, [row for row, _draft in assigned])
    stages.write(
        Conflict,
        [
            {
                "application_id": row["application_id"],
                "user_id": row["reviewer_id"],
                "kind": None,
                "explanation": "",
                "declared_at": row["answered_at"],
            }
            for row, _draft in assigned
        ],
    )
    judged = [
        (_review(stage, id_, row, draft, chance), draft)
        for id_, (row, draft) in zip(ids, assigned, strict=True)
        if row["status"] is not AssignmentStatus.ACCEPTED
    ]
    review_ids = stages.write_returning(Review, [row for row, _draft in judged])
    stages.write(
        Score,
        [
            {
                "review_id": id_,
                "submission": 1,
                "criterion_id": criterion.id,
                "level": row["draft"][criterion.key]["level"],
                "justification": row["draft"][criterion.key]["justification"],
            }
            for id_, (row, draft) in zip(review_ids, judged, strict=True)
            for criterion in draft.call.criteria
        ],
    )
    in_hand = {row["assignment_id"]: (id_, row) for id_, (row, _draft) in zip(review_ids, judged, strict=True)}
    for id_, (row, _draft) in zip(ids, assigned, strict=True):
        history.record_review(stage, id_, row, in_hand.get(id_))


def _reviewers(stage: Stage, association: Association, chance: Random) -> list[int]:
    """Two reviewers who live in other ayil okmotus."""
    elsewhere = [user for user, home in stage.reviewers if home != association.ayil_okmotu_id]
    return chance.sample(elsewhere, 2)


def _review(stage: Stage, assignment_id: int, row: dict[str, Any], draft: Draft, chance: Random) -> dict[str, Any]:
    stock, language = stage.content.review_texts, draft.row["language"]
    judged = {}
    for criterion in draft.call.criteria:
        level = chance.choice((2, 3, 3, 4, 4, 5))
        texts = stock[criterion.key][str(level)][language]
        judged[criterion.key] = {"level": level, "justification": chance.choice(texts)}
    weights = {criterion.key: criterion.weight for criterion in draft.call.criteria}
    submitted_at = row["answered_at"] + timedelta(hours=3)
    return {
        "assignment_id": assignment_id,
        "status": ReviewStatus.SUBMITTED,
        "draft": judged,
        "comment": "",
        "submission": 1,
        "total": scoring.total({key: one["level"] for key, one in judged.items()}, weights),
        "saved_at": submitted_at,
        "submitted_at": submitted_at,
        "version": 1,
    }
