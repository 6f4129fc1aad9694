"""Plans from a list: what is taken, which row is refused and why; and a plan written as a list."""

import csv
from datetime import timedelta

import pytest

from app import clock
from app.localisation import use_locale
from app.services import assignment_lists, assignment_plans, assignments, conflicts, reviewers
from app.services.actors import Actor
from app.services.errors import DomainError, IncompleteError, LimitExceededError, SeparationOfDutyError
from models.applications import ApplicationStatus
from models.assignment_plans import AssignmentPlan, PlanMode, PlanStatus
from models.base import db
from models.reviews import Assignment, Conflict, ConflictKind
from models.users import Role
from tests.support.queries import count

S = ApplicationStatus


@pytest.fixture
def by(programme):
    return {"actor": Actor(programme.secretary), "now": clock.now()}


@pytest.fixture
def two(programme):
    assert programme.reviewers
    return [programme.make_application(S.ELIGIBLE, association=programme.make_association()) for _ in range(2)]


def make(programme, text, by):
    due_on = clock.bishkek_day(clock.now()) + timedelta(days=14)
    return assignment_lists.make(programme.call, text, due_on=due_on, **by)


def pairs(plan):
    return [(one.application_id, one.reviewer_id) for one in assignment_plans.planned(plan, ())]


@pytest.mark.either_database
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
    said = {"explanation": "Бир тууганым.", "declared_at": clock.now()}
    db.session.add(Conflict(application_id=tied.id, user_id=user.id, kind=ConflictKind.KINSHIP, **said))
    db.session.flush()
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
    assert assignment_plans.apply(plan, **theirs) == 2, "what others planned is asked as one"
