"""Who is still missing in a new programme."""

import pytest

from app import clock
from app.services import first_steps
from models.base import db
from models.users import Role
from tests.factories import Programme

pytestmark = pytest.mark.either_database


def test_two_stand_for_money_and_two_review_and_the_disabled_do_not_count(programme: Programme) -> None:
    assert first_steps.missing_roles() == dict(first_steps.NEEDED)
    for role in first_steps.NEEDED:
        programme.user_of(role)  # of the reviewers two are made
    assert first_steps.missing_roles() == {Role.FINANCE: 1}
    assert programme.other_finance
    assert first_steps.missing_roles() == {}
    programme.reviewers[0].disabled_at = clock.now()
    db.session.flush()
    assert first_steps.missing_roles() == {Role.REVIEWER: 1}
