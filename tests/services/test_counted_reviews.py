"""Whether a review counts and whether an assignment is held: said once for a row in hand, once for the database."""

import pytest

from app import clock
from models.base import db
from models.reviews import (
    HOLDS,
    IS_COUNTED,
    Assignment,
    AssignmentStatus,
    Review,
    ReviewStatus,
    holds,
    is_counted,
)

pytestmark = pytest.mark.either_database


@pytest.mark.parametrize("status", AssignmentStatus)
@pytest.mark.parametrize("written", [None, *ReviewStatus])
def test_the_database_and_a_row_in_hand_agree(programme, status, written):
    application = programme.make_application("eligible")
    assignment = programme.assign(application, programme.reviewers[0])
    assignment.status = status
    if written is not None:
        total = 5000 if written is ReviewStatus.SUBMITTED else None
        db.session.add(Review(assignment_id=assignment.id, status=written, total=total, saved_at=clock.now()))
    db.session.flush()
    db.session.expire_all()
    query = db.select(Assignment.id).outerjoin(Assignment.review).where(Assignment.id == assignment.id)
    assert bool(db.session.scalars(query.where(HOLDS)).all()) is holds(status, written) is assignment.is_holding
    assert bool(db.session.scalars(query.where(IS_COUNTED)).all()) is is_counted(status, written)


def test_some_are_and_some_are_not():
    every = [(status, written) for status in AssignmentStatus for written in (None, *ReviewStatus)]
    assert sum(holds(*one) for one in every) == 10
    assert [one for one in every if is_counted(*one)] == [
        (AssignmentStatus.SUBMITTED, ReviewStatus.SUBMITTED),
        (AssignmentStatus.CLOSED, ReviewStatus.SUBMITTED),
    ]
