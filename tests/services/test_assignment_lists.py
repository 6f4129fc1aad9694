"""Plans from a list: what is taken, which row is refused and why; and a plan written as a list."""

import csv
import tracemalloc
from datetime import timedelta

import pytest

from app import clock
from app.localisation import use_locale
from app.services import (
    assignment_candidates,
    assignment_lists,
    assignment_plans,
    assignments,
    audit_subjects,
    conflicts,
    reminders,
    reviewers,
)
from app.services.actors import Actor
from app.services.errors import (
    ChangedMeanwhileError,
    DomainError,
    IncompleteError,
    LimitExceededError,
    SeparationOfDutyError,
)
from models.applications import ApplicationStatus
from models.assignment_plans import AssignmentPlan, PlanMode, PlanStatus
from models.base import db
from models.reviews import Assignment
from models.users import Role
from tests.support.queries import count
from tests.support.shelf import kept

pytestmark = pytest.mark.either_database

S = ApplicationStatus


@pytest.fixture
@kept
def two(programme):
    assert programme.reviewers
    return [programme.make_application(S.ELIGIBLE, association=programme.make_association()) for _ in range(2)]


def make(programme, text, by):
    due_on = clock.bishkek_day(clock.now()) + timedelta(days=14)
    return assignment_lists.make(programme.call, text, due_on=due_on, **by)


def pairs(plan):
    return [(one.application_id, one.reviewer_id) for one in assignment_plans.planned(plan, ())]


@pytest.mark.parametrize("between", [",", ";", "\t"])
@pytest.mark.parametrize("heading", ["", "Reviewer{0}why{0}Application\n", "Рецензент{0}{0}ЗАЯВКА\n"])
def test_rows_are_taken_in_either_order_and_asked_at_once(programme, two, by, between, heading):
    first, second = programme.reviewers
    wanted = [(two[0].number, first.username), (two[1].number.lower(), second.username.upper())]
    rows = [(name, "", number) for number, name in wanted] if heading else wanted
    text = "\ufeff" + heading.format(between) + "\n".join(between.join(row) for row in rows) + "\n\n"
    plan = make(programme, text, by)
    assert plan.mode is PlanMode.LIST and assignment_lists.refused(plan, ()) == []
    assert pairs(plan) == [(two[0].id, first.id), (two[1].id, second.id)]
    assert assignment_plans.apply(plan, **by) == 2 and count(Assignment) == 2


def test_each_row_that_cannot_be_taken_is_named_with_its_reason(programme, two, by):
    first, second = programme.reviewers
    village = two[0].association.village
    neighbour = programme.make_user(Role.REVIEWER, person=programme.make_person(village=village))
    programme.assign(two[1], second)
    reviewers.set_limit(programme.call, first, is_available=True, most=1, **by)
    rows = [
        (two[0].number, first.username),
        (two[0].number, first.username),
        (two[0].number, neighbour.username),
        (two[1].number, first.username),
        (two[1].number, second.username),
        ("A-0-0", second.username),
        (two[0].number, "nobody"),
        (two[0].number,),
    ]
    plan = make(programme, "\n".join(",".join(row) for row in rows), by)
    assert pairs(plan) == [(two[0].id, first.id)]
    with use_locale("en"):
        said = {one.row: str(one.problem) for one in assignment_lists.refused(plan, ())}
    nobody = "There is no reviewer with this user name."
    assert said == {
        2: "The same stands in a row before.",
        3: "lives in the same ayil okmotu or belongs to an association of it",
        4: "would judge more than 1",
        5: "has been asked already",
        6: "This call has no such application that a reviewer can be asked for.",
        7: nobody,
        8: nobody,
    }


def test_a_list_of_refused_rows_only_asks_nobody(programme, two, by):
    plan = make(programme, "x,y", by)
    assert pairs(plan) == [] and len(assignment_lists.refused(plan, ())) == 1
    with pytest.raises(DomainError):
        assignment_plans.apply(plan, **by)
    assert plan.status is PlanStatus.PROPOSED


def test_an_empty_and_an_endless_list_are_refused(programme, two, by, monkeypatch):
    with pytest.raises(IncompleteError):
        make(programme, "application,reviewer\n \n", by)
    monkeypatch.setattr(assignment_lists, "MOST_ROWS", 2)
    with pytest.raises(LimitExceededError):
        make(programme, "a,b\n" * 3, by)
    assert count(AssignmentPlan) == 0


@pytest.mark.parametrize("row", ["1,\n", '"a\nb",\n', "1,"])
def test_no_more_of_an_endless_list_is_read_than_may_be_taken(programme, two, by, row):
    text = row * (8 * 1024 * 1024 // len(row))
    tracemalloc.start()
    with pytest.raises(LimitExceededError):
        make(programme, text, by)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 32 * 1024 * 1024, f"{most >> 20} MiB for a list of {len(text) >> 20} MiB"


def test_a_plan_is_written_as_a_list_that_is_taken_over_again(programme, two, by):
    due_on = clock.bishkek_day(clock.now()) + timedelta(days=14)
    plan = assignment_plans.make(programme.call, PlanMode.FILL, due_on=due_on, **by)
    text = assignment_lists.to_csv(plan, "ky", ())
    rows = list(csv.DictReader(text.splitlines()))
    assert len(rows) == 4 and rows[0]["арыз"] == two[0].number
    assert rows[0]["Ассоциация"] == two[0].association.name_ky and rows[0]["Эмне үчүн"]
    again = make(programme, text, by)
    assert pairs(again) == pairs(plan) and assignment_lists.refused(again, ()) == []


def test_no_name_becomes_a_formula_of_a_spreadsheet(programme, two, by):
    programme.reviewers[0].person.full_name = "=HYPERLINK(1)"
    programme.reviewers[0].username = "+996700"
    programme.reviewers[0].folded_username = "+996700"
    db.session.flush()
    plan = make(programme, f"{two[0].number},+996700", by)
    text = assignment_lists.to_csv(plan, "ky", ())
    assert "'=HYPERLINK(1)" in text and "'+996700" in text
    assert pairs(make(programme, text, by)) == [(two[0].id, programme.reviewers[0].id)]


def test_who_has_a_tie_chooses_no_reviewer_by_list_or_by_hand_and_reads_of_no_plan_who_judges(programme, two, by):
    tied, free = two
    user = programme.make_user(Role.SECRETARY)
    programme.tie(tied, user)
    theirs, ties = {"actor": Actor(user), "now": clock.now()}, conflicts.ties_of(user)
    without = conflicts.closed_to(user, tied.call)
    first, second = programme.reviewers
    due_on = clock.bishkek_day(clock.now()) + timedelta(days=14)
    with pytest.raises(SeparationOfDutyError):
        assignments.assign(tied, first, due_on=due_on, **theirs)
    asked = assignments.assign(tied, first, due_on=due_on, **by)
    with pytest.raises(SeparationOfDutyError):
        assignments.take_back(asked, reason="Жооп жок.", **theirs)
    text = f"{tied.number},{second.username}\n{free.number},{second.username}\n"
    plan = make(programme, text, theirs)
    assert pairs(plan) == [(free.id, second.id)]
    with use_locale("en"):
        (row,) = assignment_lists.refused(plan, ())
        assert str(row.problem).startswith("You have a tie to this applicant")
    plan = make(programme, text, by)
    assert pairs(plan) == [(tied.id, second.id), (free.id, second.id)]
    assert [one.application_id for one in assignment_plans.planned(plan, without)] == [free.id]
    assert (assignment_plans.count_of(plan, without), assignment_plans.newest(ties)[0][1]) == (1, 1)
    assert tied.number not in assignment_lists.to_csv(plan, "ky", without)
    loads = {one.name: (one.before, one.added) for one in assignment_plans.loads(plan, ties, without)}
    assert loads[first.display_name] == (0, 0) and loads[second.display_name] == (0, 1)
    with pytest.raises(SeparationOfDutyError):
        assignment_plans.apply(plan, **theirs)
    assert assignment_plans.apply(plan, **by) == 2


@pytest.fixture
def at_the_limit(programme, two, by):
    """The tied secretary's act; the first reviewer judges the tied application, and no more than that one."""
    tied, _free = two
    first = programme.reviewers[0]
    reviewers.set_limit(tied.call, first, is_available=True, most=1, **by)
    programme.assign(tied, first)
    user = programme.make_user(Role.SECRETARY)
    programme.tie(tied, user)
    return {"actor": Actor(user), "now": clock.now()}


def test_who_can_be_asked_tells_who_has_a_tie_nothing_of_who_judges_the_tied_one(programme, two, by, at_the_limit):
    """Neither the reason, nor the order, nor the refusal of a row or of the plan at its end."""
    _tied, free = two
    first, second = programme.reviewers
    user = at_the_limit["actor"].user
    ties, without = conflicts.ties_of(user), conflicts.closed_to(user, free.call)

    def shown():
        found = assignment_candidates.of_application(free, ties)
        return [(one.reviewer.id, one.load, one.problem is None) for one in found if one.reviewer in (first, second)]

    assert (first.id, 0, True) in shown() and (second.id, 0, True) in shown()
    assert [one[0] for one in shown()] == [first.id, second.id], "by what is seen of them both are alike"
    with use_locale("en"):
        (told,) = [
            one for one in assignment_candidates.of_application(free, conflicts.NO_TIES) if one.reviewer is first
        ]
        assert str(told.problem) == "would judge more than 1"
        text = f"{free.number},{first.username}"
        (row,) = assignment_lists.refused(make(programme, text, by), ())
        assert str(row.problem) == "would judge more than 1"
        assert assignment_lists.refused(assignment_plans.proposed(free.call), without, user) == []
        due_on = clock.bishkek_day(clock.now()) + timedelta(days=14)
        by_hand = assignment_candidates.plan
        for planned in (
            lambda: make(programme, text, at_the_limit),
            lambda: by_hand(free, first, due_on=due_on, **at_the_limit),
        ):
            plan = planned()
            assert pairs(plan) == [(free.id, first.id)] and assignment_lists.refused(plan, without, user) == []
            with pytest.raises(ChangedMeanwhileError) as refusal:
                assignment_plans.apply(plan, **at_the_limit)
            assert str(refusal.value) == "The plan does not fit any more, so nobody was asked. Make a new plan."
        with pytest.raises(ChangedMeanwhileError, match="would judge more than 1"):
            assignment_plans.apply(plan, **by)
    assert count(Assignment) == 1


def test_a_plan_names_nobody_who_is_full_to_who_has_a_tie_in_the_call(programme, two, by, at_the_limit):
    without = conflicts.closed_to(at_the_limit["actor"].user, two[0].call)
    due_on = clock.bishkek_day(clock.now()) + timedelta(days=14)
    plan = assignment_plans.make(two[1].call, PlanMode.TOP_UP, each=2, due_on=due_on, **by)
    assert programme.reviewers[0].display_name in assignment_plans.full(plan, ())
    assert assignment_plans.full(plan, without) == []


def test_the_history_of_a_plan_and_of_a_reminder_is_that_of_their_applications(programme, two, by, at_the_limit):
    tied, free = two
    ties = conflicts.ties_of(at_the_limit["actor"].user)

    def read(ties, action):
        return sum(one.action == action for one in audit_subjects.latest(ties, None, 200, None))

    assignment_plans.apply(make(programme, f"{tied.number},{programme.reviewers[1].username}", by), **by)
    assert (read(ties, "assignment_plan.apply"), read(conflicts.NO_TIES, "assignment_plan.apply")) == (0, 1)
    late = clock.now() + timedelta(days=60)
    reminders.remind_late(actor=by["actor"], now=late)
    assert (read(ties, "assignment.remind"), read(conflicts.NO_TIES, "assignment.remind")) == (0, 1)
    assignment_plans.apply(make(programme, f"{free.number},{programme.reviewers[1].username}", by), **by)
    assert (read(ties, "assignment_plan.apply"), read(ties, "assignment_plan.make")) == (1, 1)


def test_who_has_a_tie_plans_for_the_others_alone(programme, two, at_the_limit):
    tied, free = two
    due_on = clock.bishkek_day(clock.now()) + timedelta(days=14)
    plan = assignment_plans.make(tied.call, PlanMode.TOP_UP, each=1, due_on=due_on, **at_the_limit)
    assert [one for one, _reviewer in pairs(plan)] == [free.id]
    assert assignment_plans.apply(plan, **at_the_limit) == 1
