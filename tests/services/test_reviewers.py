"""What reviewers say of themselves and of a call, and what the secretary may change of it."""

import pytest

from app import clock
from app.services import reviewers
from app.services.actors import Actor
from app.services.errors import DomainError, IncompleteError
from models.audit import AuditEvent
from models.base import db
from models.calls import CallStatus
from models.notifications import Notification
from models.reviewers import Leaning, ReviewerTheme
from models.users import Role
from tests.support.queries import count, counted_queries

pytestmark = pytest.mark.either_database


@pytest.fixture
def reviewer(programme):
    return programme.reviewers[0]


@pytest.fixture
def by(reviewer):
    return {"actor": Actor(reviewer), "now": clock.now()}


@pytest.fixture
def theme_ids(programme):
    return [programme.theme(code).id for code in ("water", "crops")]


def say(call, user, by, **said):
    given = {"is_available": True, "most": 7, "wishes": (), "rather_not": ()} | said
    reviewers.save_part(call, user, **given, **by)


def test_a_profile_is_kept_in_one_order_and_changed(reviewer, by, theme_ids):
    village = reviewers.villages()[0]
    save = {"theme_ids": reversed(theme_ids), "birth_village_id": village.id}
    reviewers.save_profile(reviewer, languages=["en", "ky"], **save, **by)
    kept = reviewers.profile_of(reviewer)
    assert kept.languages == ["ky", "en"]
    assert (kept.theme_ids, kept.birth_village) == (frozenset(theme_ids), village)
    reviewers.save_profile(reviewer, languages=["ru"], theme_ids=theme_ids[:1], birth_village_id=None, **by)
    assert (kept.languages, kept.theme_ids, kept.birth_village_id) == (["ru"], frozenset(theme_ids[:1]), None)
    assert count(ReviewerTheme) == 1, "a theme that is taken out goes"
    acts = db.session.scalars(db.select(AuditEvent.subject).where(AuditEvent.action == "reviewer.save_profile"))
    assert list(acts) == [f"users:{reviewer.id}"] * 2


def test_a_reviewer_reads_something(reviewer, by):
    with pytest.raises(IncompleteError) as refusal:
        reviewers.save_profile(reviewer, languages=[], theme_ids=[], birth_village_id=None, **by)
    assert refusal.value.field == "languages"


def test_who_said_nothing_judges_as_much_as_the_call_reckons_with(programme, reviewer, by):
    call = programme.make_call(review_load=9)
    assert reviewers.part_of(call, reviewer) == reviewers.Part(True, 9)
    say(call, reviewer, by, most=3)
    assert reviewers.part_of(call, reviewer).most == 3
    assert reviewers.part_of(call, programme.reviewers[1]).most == 9
    assert reviewers.part_of(programme.make_call(review_load=4), reviewer).most == 4


@pytest.mark.database
def test_wishes_are_kept_and_replaced(programme, reviewer, by, theme_ids):
    first, second = theme_ids
    say(programme.call, reviewer, by, wishes=[first], rather_not=[second])
    said = reviewers.part_of(programme.call, reviewer)
    assert (said.themes(Leaning.WISH), said.themes(Leaning.RATHER_NOT)) == ([first], [second])
    say(programme.call, reviewer, by, wishes=[second])
    assert reviewers.part_of(programme.call, reviewer).leanings == {second: Leaning.WISH}


@pytest.mark.parametrize(
    ("said", "field"), [({"most": 0}, "most"), ({"most": 1001}, "most"), ({"both": True}, "rather_not")]
)
def test_what_cannot_be_is_refused_at_its_field(programme, reviewer, by, theme_ids, said, field):
    if "both" in said:
        said = {"wishes": theme_ids, "rather_not": theme_ids[:1]}
    with pytest.raises(DomainError) as refusal:
        say(programme.call, reviewer, by, **said)
    assert refusal.value.field == field
    assert not reviewers.part_of(programme.call, reviewer).is_said


def test_nothing_is_said_of_a_call_that_is_not_open(programme, reviewer, by):
    call = programme.make_call(is_open=False)
    assert call.status is not CallStatus.OPEN and call not in reviewers.calls_to_judge()
    with pytest.raises(DomainError):
        say(call, reviewer, by)
    with pytest.raises(DomainError):
        reviewers.set_limit(call, reviewer, is_available=False, most=1, **by)


def test_the_secretary_changes_a_limit_and_the_wishes_stay(programme, reviewer, by, theme_ids):
    say(programme.call, reviewer, by, wishes=theme_ids)
    told = count(Notification)
    secretary = {"actor": Actor(programme.secretary), "now": clock.now()}
    reviewers.set_limit(programme.call, reviewer, is_available=False, most=2, **secretary)
    said = reviewers.part_of(programme.call, reviewer)
    assert (said.is_available, said.most, said.themes(Leaning.WISH)) == (False, 2, sorted(theme_ids))
    assert count(Notification) == told + 1
    act = db.session.scalars(db.select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert (act.action, act.actor_id) == ("reviewer.set_limit", programme.secretary.id)


def test_only_a_reviewer_has_a_limit(programme, by):
    with pytest.raises(DomainError):
        reviewers.set_limit(programme.call, programme.monitor, is_available=True, most=1, **by)


@pytest.mark.database
def test_the_panel_asks_no_more_for_many_than_for_one(programme, reviewer, by, theme_ids):
    village = reviewers.villages()[0]
    people = [programme.make_user(Role.REVIEWER, person=programme.make_person(village=village)) for _ in range(5)]
    for one in people:
        reviewers.save_profile(one, languages=["ky"], theme_ids=theme_ids, birth_village_id=village.id, **by)
        say(programme.call, one, by, wishes=theme_ids[:1])
    db.session.commit()
    db.session.expire_all()
    call = programme.call
    with counted_queries() as asked:
        found = reviewers.panel(call)
        assert all(len(one.villages) == 2 for one in found if one.user in people)
        assert {rayon for one in found for rayon in reviewers.rayon_ids(one)} == {village.ayil_okmotu.rayon_id}
    assert len(found) == 7 and len(asked) <= 12, asked
