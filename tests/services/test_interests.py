"""The register of interests: the own one alone, each entry once, confirmed once for a call that is judged."""

import pytest

from app import clock
from app.services import interests
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, DomainError, IncompleteError, SeparationOfDutyError
from models.interests import InterestKind

pytestmark = pytest.mark.either_database
FIRM = {"name": "  ОсОО  «Ак-Булак» ", "relation": "", "register_number": ""}


@pytest.fixture
def by(programme):
    return {"actor": Actor(programme.reviewers[0]), "now": clock.now()}


def test_what_stands_there_is_not_entered_again_until_it_has_ended(by):
    first = interests.declare(InterestKind.BUSINESS, **FIRM, **by)
    assert first.name == "ОсОО «Ак-Булак»"
    with pytest.raises(AlreadyUsedError) as refused:
        interests.declare(InterestKind.BUSINESS, **(FIRM | {"name": first.name}), **by)
    assert refused.value.field == "name"
    interests.declare(InterestKind.MEMBERSHIP, **FIRM, **by)
    interests.end(first, **by)
    interests.declare(InterestKind.BUSINESS, **FIRM, **by)
    assert len(interests.of(by["actor"].user)) == 3


def test_kin_have_a_relation(by):
    with pytest.raises(IncompleteError) as refused:
        interests.declare(InterestKind.KIN, name="Асанова Айнура", relation=" ", register_number="", **by)
    assert refused.value.field == "relation" and interests.of(by["actor"].user) == []


def test_nobody_ends_what_another_one_has_entered(programme, by):
    entered = interests.declare(InterestKind.BUSINESS, **FIRM, **by)
    with pytest.raises(SeparationOfDutyError):
        interests.end(entered, actor=Actor(programme.reviewers[1]), now=by["now"])
    assert entered.ended_at is None


def test_it_is_confirmed_once_for_a_call_that_is_judged(programme, by):
    draft = programme.make_call(is_open=False, with_dry_run=False)
    with pytest.raises(DomainError):
        interests.confirm(draft, **by)
    programme.make_application("in_review")  # its reviewers have confirmed theirs
    with pytest.raises(AlreadyUsedError):
        interests.confirm(programme.call, **by)
    assert interests.confirmation(by["actor"].user, draft) is None
