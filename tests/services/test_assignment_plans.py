"""Plans of assignments: what they give whom and why, and that they are applied as one or not at all."""

from datetime import timedelta

import pytest
from sqlalchemy.orm.attributes import set_committed_value

from app import clock
from app.services import (
    assignment_candidates,
    assignment_facts,
    assignment_plans,
    assignment_reasons,
    assignments,
    conflicts,
    detected_conflicts,
    interests,
    rankings,
    reviewers,
)
from app.services.actors import Actor
from app.services.assignment_reasons import TIES, Bar
from app.services.conflicts import NO_TIES
from app.services.errors import ChangedMeanwhileError, DomainError, WrongTransitionError
from models.applications import Application, ApplicationStatus
from models.assignment_plans import PlanMode, PlannedAssignment, PlanStatus
from models.audit import AuditEvent
from models.base import db
from models.calls import Call
from models.detected_conflicts import ConflictVerdict, DetectedConflict
from models.interests import InterestKind
from models.notifications import Notification
from models.reviews import Assignment, AssignmentStatus, ConflictKind
from models.users import Role, User
from tests.support.queries import count, counted_queries
from tests.support.shelf import kept

pytestmark = pytest.mark.either_database

S = ApplicationStatus


@pytest.fixture
def due_on():
    return clock.bishkek_day(clock.now()) + timedelta(days=14)


@pytest.fixture
def panel(programme):
    """Four reviewers without ties to any place."""
    return [*programme.reviewers, *(programme.make_user(Role.REVIEWER) for _ in range(2))]


@pytest.fixture
@kept
def three(programme, panel):
    """Eligible applications of three associations, two reviewers wanted for each."""
    return [programme.make_application(S.ELIGIBLE, association=programme.make_association()) for _ in range(3)]


@pytest.fixture
def plan(programme, three, by, due_on):
    return assignment_plans.make(programme.call, PlanMode.FILL, due_on=due_on, **by)


def pairs(plan):
    return [(one.application_id, one.reviewer_id) for one in assignment_plans.planned(plan, ())]


def limit(programme, user, most, by, *, is_available=True):
    reviewers.set_limit(programme.call, user, is_available=is_available, most=most, **by)


@pytest.mark.database
def test_a_plan_gives_each_its_reviewers_and_asks_nobody(programme, three, panel, plan):
    told = count(Notification)
    found = pairs(plan)
    assert [one for one, _other in found] == [one.id for one in three for _ in range(2)]
    assert {other for _one, other in found} == {one.id for one in panel}, "the work is spread"
    assert (count(Assignment), count(Notification)) == (0, told)
    assert plan.shortage["lacking"] == 0 and plan.status is PlanStatus.PROPOSED
    assert {load.added for load in assignment_plans.loads(plan, NO_TIES, ())} <= {1, 2}


@pytest.mark.database
def test_applying_asks_all_with_one_message_each(programme, three, plan, by, due_on):
    wanted, told = pairs(plan), count(Notification)
    assert assignment_plans.apply(plan, **by) == 6
    rows = db.session.scalars(db.select(Assignment).order_by(Assignment.application_id, Assignment.id)).all()
    assert [(one.application_id, one.reviewer_id) for one in rows] == wanted
    assert {(one.status, one.due_on) for one in rows} == {(AssignmentStatus.PROPOSED, due_on)}
    assert {one.status for one in three} == {S.IN_REVIEW}
    assert count(Notification) == told + len({other for _one, other in wanted})
    acts = db.session.scalars(db.select(AuditEvent.subject).where(AuditEvent.action == "assignment.assign"))
    assert sorted(acts) == sorted(f"assignments:{one.id}" for one in rows)
    with pytest.raises(WrongTransitionError):
        assignment_plans.apply(plan, **by)
    with pytest.raises(WrongTransitionError):
        assignment_plans.discard(plan, **by)


def test_what_is_complete_needs_no_plan(programme, plan, by, due_on):
    assignment_plans.apply(plan, **by)
    with pytest.raises(DomainError):
        assignment_plans.make(programme.call, PlanMode.FILL, due_on=due_on, **by)
    more = assignment_plans.make(programme.call, PlanMode.TOP_UP, each=3, due_on=due_on, **by)
    assert len(pairs(more)) == 3
    assert not set(pairs(more)) & {
        (one.application_id, one.reviewer_id) for one in db.session.scalars(db.select(Assignment))
    }


def test_a_repair_replaces_who_has_gone_and_changes_nothing_else(programme, three, plan, by, due_on):
    assignment_plans.apply(plan, **by)
    before = {one.id: one.reviewer_id for one in db.session.scalars(db.select(Assignment))}
    gone = db.session.scalars(db.select(Assignment).order_by(Assignment.id)).first()
    actor = {"actor": Actor(gone.reviewer), "now": clock.now()}
    assignments.declare(gone, ConflictKind.KINSHIP, explanation="Бир тууган", **actor)
    repair = assignment_plans.make(programme.call, PlanMode.REPAIR, due_on=due_on, **by)
    ((application_id, reviewer_id),) = pairs(repair)
    assert application_id == gone.application_id
    assert reviewer_id not in {one.reviewer_id for one in assignments.of_application(gone.application)}
    assignment_plans.apply(repair, **by)
    after = {one.id: one.reviewer_id for one in db.session.scalars(db.select(Assignment))}
    assert {key: after[key] for key in before} == before and len(after) == len(before) + 1


def test_own_ayil_okmotu_own_rayon_birth_rayon_and_interests_are_barred(programme, three, panel, by, due_on):
    first = three[0]
    village = first.association.village
    neighbour = programme.make_user(Role.REVIEWER, person=programme.make_person(village=village))
    reviewers.save_profile(panel[0], languages=["ky"], theme_ids=[], birth_village_id=village.id, **by)
    facts = {one.id: one for one in assignment_facts.asked(programme.call)}
    judges = {one.id: one for one in assignment_facts.judges(programme.call)}
    assert assignment_reasons.bar_of(facts[first.id], judges[neighbour.id]) is Bar.AYIL_OKMOTU
    assert assignment_reasons.bar_of(facts[first.id], judges[panel[0].id]) is Bar.RAYON
    plan = assignment_plans.make(programme.call, PlanMode.TOP_UP, each=4, due_on=due_on, **by)
    assert sorted(other for one, other in pairs(plan) if one == first.id) == sorted(one.id for one in panel[1:])
    (left,) = [one for one in assignment_plans.lacking(plan, ()) if one.application.id == first.id]
    assert left.lacks == 1 and sum(number for _text, number in left.bars) == 2


def test_the_bars_by_ties_are_those_of_conflicts(demo):
    """What `conflicts.hindrance` says of a pair, the facts for all pairs say too."""
    seen = set()
    for call in db.session.scalars(db.select(Call)):
        judges = {one.id: one for one in assignment_facts.judges(call)}
        for one in assignment_facts.asked(call):
            application = db.session.get(Application, one.id)
            for judge in judges.values():
                bar = {Bar.INTEREST: judge.id in one.interested}
                bar[Bar.AYIL_OKMOTU] = one.ayil_okmotu_id in judge.ayil_okmotu_ids
                bar[Bar.ACTS_FOR] = one.association_id in judge.association_ids or one.centre_id in judge.centre_ids
                is_tied = any(bar[tie] for tie in TIES)
                assert is_tied == bool(conflicts.hindrance(application, db.session.get(User, judge.id)))
                seen.add(is_tied)
    assert seen == {True, False}


def test_an_interest_found_and_confirmed_bars_who_was_never_asked(programme, panel, by, due_on):
    kin = panel[3]
    own = {"actor": Actor(kin), "now": by["now"]}
    association = programme.make_association()
    interests.declare(InterestKind.MEMBERSHIP, name=association.name_ru, relation="", register_number="", **own)
    application = programme.make_application(S.ELIGIBLE, association=association)
    found = db.session.scalars(db.select(DetectedConflict).where(DetectedConflict.user_id == kin.id)).all()
    assert found
    for one in found:
        detected_conflicts.judge(one, ConflictVerdict.CONFIRMED, reason="Реестр боюнча мүчө", **by)
    plan = assignment_plans.make(programme.call, PlanMode.TOP_UP, each=4, due_on=due_on, **by)
    assert {other for one, other in pairs(plan) if one == application.id} == {one.id for one in panel[:3]}
    (unmet,) = plan.shortage["unmet"]
    assert (unmet["application"], unmet["bars"][Bar.INTEREST]) == (application.id, 1)


def test_limits_are_kept_and_a_shortage_names_them(programme, three, panel, by, due_on):
    for one in panel[:3]:
        limit(programme, one, 1, by)
    limit(programme, panel[3], 1, by, is_available=False)
    plan = assignment_plans.make(programme.call, PlanMode.FILL, due_on=due_on, **by)
    assert sorted(other for _one, other in pairs(plan)) == sorted(one.id for one in panel[:3])
    assert (plan.shortage["lacking"], plan.shortage["places"]) == (3, 3)
    assert assignment_plans.full(plan, ()) == sorted(one.display_name for one in panel[:3])
    assert all(not one.bars for one in assignment_plans.lacking(plan, ()))
    for one in panel[:3]:
        limit(programme, one, 2, by)
    assert assignment_plans.make(programme.call, PlanMode.FILL, due_on=due_on, **by).shortage["lacking"] == 0


def test_who_reads_knows_and_wishes_is_given_it_and_the_reasons_say_so(programme, panel, by, due_on):
    application = programme.make_application(S.ELIGIBLE)
    application.language, application.theme_id = "ru", programme.theme("water").id
    for number, one in enumerate(panel):
        fits = number in (1, 2)
        languages, known = (["ru"], "water") if fits else (["ky"], "crops")
        theme_ids = [programme.theme(known).id]
        reviewers.save_profile(one, languages=languages, theme_ids=theme_ids, birth_village_id=None, **by)
    plan = assignment_plans.make(programme.call, PlanMode.FILL, due_on=due_on, **by)
    assert {other for _one, other in pairs(plan)} == {panel[1].id, panel[2].id}
    reasons = {"language": "reads", "theme": "knows", "leaning": "none", "earlier": 0}
    assert [one.reasons for one in assignment_plans.planned(plan, ())] == [reasons, reasons]


def test_the_same_association_goes_to_others_in_the_next_call(programme, panel, by, due_on):
    earlier = programme.make_application(S.REVIEWED, call=programme.make_past_call())
    judged = {one.reviewer_id for one in assignments.of_application(earlier)}
    again = programme.make_application(S.ELIGIBLE, association=earlier.association)
    plan = assignment_plans.make(programme.call, PlanMode.FILL, due_on=due_on, **by)
    assert {other for one, other in pairs(plan) if one == again.id} == {one.id for one in panel} - judged


def stale(case, programme, three, plan, by):
    """Something happens between making a plan and applying it."""
    application_id, reviewer_id = pairs(plan)[0]
    application, reviewer = db.session.get(Application, application_id), db.session.get(User, reviewer_id)
    if case == "asked by hand":
        programme.assign(application, reviewer)
    elif case == "has its reviewers":
        others = {other for one, other in pairs(plan) if one == application_id}
        for one in assignment_candidates.of_application(application, NO_TIES):
            if one.problem is None and one.reviewer.id not in others:
                programme.assign(application, one.reviewer)
    elif case == "lower limit":
        most = sum(other == reviewer_id for _one, other in pairs(plan)) - 1
        limit(programme, reviewer, max(most, 1), by, is_available=most > 0)
    elif case == "moved":
        reviewer.person.village = application.association.village
        db.session.flush()
    elif case == "disabled":
        reviewer.disabled_at = clock.now()
        db.session.flush()
    elif case == "withdrawn":
        application.status = S.WITHDRAWN
        db.session.flush()


@pytest.mark.parametrize(
    "case", ["asked by hand", "has its reviewers", "lower limit", "moved", "disabled", "withdrawn"]
)
def test_a_stale_plan_asks_nobody_and_says_what_does_not_fit(programme, three, plan, by, case):
    stale(case, programme, three, plan, by)
    db.session.flush()
    db.session.expire_all()
    made, status = count(Assignment), [one.status for one in three]
    with pytest.raises(ChangedMeanwhileError) as refusal:
        assignment_plans.apply(plan, **by)
    numbers = [one.number for one in three]
    assert any(number in str(refusal.value) for number in numbers)
    assert (count(Assignment), [one.status for one in three]) == (made, status)
    assert plan.status is PlanStatus.PROPOSED


def test_a_new_plan_takes_the_place_of_one_that_waits(programme, plan, by, due_on):
    other = assignment_plans.make(programme.call, PlanMode.FILL, due_on=due_on, **by)
    assert (plan.status, other.status) == (PlanStatus.DISCARDED, PlanStatus.PROPOSED)
    assert assignment_plans.proposed(programme.call) is other
    assert [one for one, _count in assignment_plans.newest(NO_TIES)] == [other, plan]
    with pytest.raises(WrongTransitionError):
        assignment_plans.apply(plan, **by)


def test_a_day_that_is_over_is_refused(programme, three, plan, by, due_on):
    with pytest.raises(DomainError) as refusal:
        assignment_plans.make(programme.call, PlanMode.FILL, due_on=clock.bishkek_day(clock.now()), **by)
    assert refusal.value.field == "due_on"
    late = {**by, "now": clock.now() + timedelta(days=14)}
    with pytest.raises(DomainError) as refusal:
        assignment_plans.apply(plan, **late)
    assert refusal.value.field == "due_on" and count(Assignment) == 0


@pytest.mark.parametrize("each", [0, 11])
def test_no_such_number_of_reviewers(programme, three, by, due_on, each):
    with pytest.raises(DomainError) as refusal:
        assignment_plans.make(programme.call, PlanMode.TOP_UP, each=each, due_on=due_on, **by)
    assert refusal.value.field == "each" and count(PlannedAssignment) == 0


@pytest.mark.database
def test_many_pairs_ask_the_database_no_more_than_few(programme, three, plan, by, due_on):
    def asked():
        db.session.flush()
        db.session.expire_all()
        with counted_queries() as statements:
            made = assignment_plans.make(programme.call, PlanMode.FILL, due_on=due_on, **by)
        return made, len(statements)

    _few, before = asked()
    for _ in range(4):
        programme.make_application(S.ELIGIBLE, association=programme.make_association())
        programme.make_user(Role.REVIEWER)
    made, after = asked()
    assert len(pairs(made)) == 14 and after <= before + 1


# A further reviewer where scores lie far apart ------------------------------------------------------------------------


@pytest.fixture
@kept
def apart(programme, panel):
    """Reviewed by two who lie 80 points apart; and one whose reviews lie near each other."""
    far, near = (programme.judged(programme.call, *levels) for levels in ((1, 5), (4, 4)))
    assert far.status is near.status is S.REVIEWED
    return far


@pytest.mark.parametrize(("mode", "each"), [(PlanMode.FILL, None), (PlanMode.TOP_UP, 2)])
def test_scores_far_apart_get_a_further_reviewer_by_a_plan(programme, apart, by, due_on, mode, each):
    plan = assignment_plans.make(programme.call, mode, each=each, due_on=due_on, **by)
    ((application_id, reviewer_id),) = pairs(plan)
    assert application_id == apart.id and reviewer_id not in {one.id for one in programme.reviewers}
    (row,) = assignment_plans.planned(plan, ())
    assert row.reasons["scores"] == "far_apart"
    assert assignment_plans.apply(plan, **by) == 1
    assert apart.status is S.IN_REVIEW
    with pytest.raises(DomainError):  # one is enough
        assignment_plans.make(programme.call, mode, each=each, due_on=due_on, **by)
    third = assignments.of_application(apart)[-1]
    interests.confirm(programme.call, actor=Actor(third.reviewer), now=by["now"])
    programme.review(third)
    assert apart.status is S.REVIEWED
    with pytest.raises(DomainError):
        assignment_plans.make(programme.call, mode, each=each, due_on=due_on, **by)


def test_who_declines_as_the_further_one_is_replaced(programme, apart, by, due_on):
    assignment_plans.apply(assignment_plans.make(programme.call, PlanMode.FILL, due_on=due_on, **by), **by)
    third = assignments.of_application(apart)[-1]
    assignments.decline(third, reason="Убактым жок", actor=Actor(third.reviewer), now=by["now"])
    repair = assignment_plans.make(programme.call, PlanMode.REPAIR, due_on=due_on, **by)
    ((application_id, reviewer_id),) = pairs(repair)
    assert application_id == apart.id and reviewer_id != third.reviewer_id


def test_the_rule_of_the_call_says_what_is_far(programme, apart):
    assert (
        rankings.far_apart_ids(apart.call) == {one.id for one in rankings.far_apart(apart.call, NO_TIES)} == {apart.id}
    )
    set_committed_value(apart.call, "spread_points", 80)  # frozen since it opened: as if it had said so before
    assert rankings.far_apart_ids(apart.call) == set() == {one.id for one in rankings.far_apart(apart.call, NO_TIES)}
