"""Who can be asked for one application, the best first and why; and a plan of the one who is chosen by hand."""

from datetime import date, datetime
from typing import NamedTuple

from app.localisation import N_
from app.services import assignment_facts, assignment_plans, assignment_reasons, conflicts
from app.services.actors import Actor
from app.services.conflicts import Ties
from app.services.errors import DomainError
from models.applications import Application
from models.assignment_plans import AssignmentPlan, PlanMode
from models.base import db
from models.users import User


class Candidate(NamedTuple):
    """A reviewer of the call: what they hold of it, of how many; what speaks for or against them, and what hinders.

    `reasons` are in the language in force, `problem` is None for who can be asked.
    """

    reviewer: User
    load: int
    limit: int
    reasons: list[str]
    problem: DomainError | None


def of_application(application: Application, ties: Ties) -> list[Candidate]:
    """Every reviewer of its call by the rules of a plan: who suits best first, who cannot be asked last.

    Nobody, while no reviewer can be asked for the application. What they hold, and by it limit and order, is without
    the reader's `ties`: who stood at the limit with less than it would be known to judge what the tie is to.
    """
    call = application.call
    facts = assignment_facts.asked(call, [application.id])
    if not facts:
        return []
    judges = assignment_facts.judges(call, ties)
    query = db.select(User).where(User.id.in_([one.id for one in judges])).options(db.joinedload(User.person))
    users = {one.id: one for one in db.session.scalars(query)}
    found = []
    for judge in judges:
        reasons = assignment_reasons.reasons_of(facts[0], judge)
        problem = assignment_plans.problem_of(facts[0], judge, judge.load + 1, 0, None)
        words = [] if problem else assignment_reasons.in_words(reasons)
        one = Candidate(users[judge.id], judge.load, judge.limit, words, problem)
        found.append(((problem is not None, assignment_reasons.cost_of(reasons), judge.load), one))
    return [one for _place, one in sorted(found, key=lambda pair: pair[0])]


def plan(application: Application, reviewer: User, *, due_on: date, actor: Actor, now: datetime) -> AssignmentPlan:
    """Plan this one pair; nobody is asked. It takes the place of a plan of the call that waits.

    Raises `DomainError` at the field for a reviewer whom a plan could not give it: a tie, the own rayon, the limit as
    far as the actor may see the load.
    """
    call = application.call
    assignment_plans.must_be_plannable(call, due_on, now)
    conflicts.must_have_no_tie(application, actor)
    facts = assignment_facts.asked(call, [application.id])
    judges = assignment_facts.judges(call, conflicts.ties_of(actor.user))
    judge = next((one for one in judges if one.id == reviewer.id), None)
    load = judge.load + 1 if judge else 0
    problem = assignment_plans.problem_of(facts[0] if facts else None, judge, load, 0, None)
    if problem is not None:
        raise DomainError(N_("This reviewer cannot be asked: %(why)s."), field="reviewer", why=str(problem))
    pairs, each = [(application.id, reviewer.id)], call.reviewers_per_application
    return assignment_plans.keep(call, PlanMode.LIST, each, due_on, pairs, facts, judges, {}, actor, now)
