"""Plans of assignments: made by a flow of least cost or from a list, looked at, then applied as one or not at all."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.localisation import N_, gettext
from app.services import (
    assignment_costs,
    assignment_facts,
    assignment_reasons,
    audit,
    conflicts,
    notifications,
    standing_decisions,
)
from app.services.actors import Actor
from app.services.applications import TRANSITIONS as APPLICATION_TRANSITIONS
from app.services.assignment_facts import Asked, Judge
from app.services.assignment_reasons import Bar
from app.services.assignment_transitions import must_be_a_day_ahead
from app.services.conflicts import NO_TIES, Ties
from app.services.errors import ChangedMeanwhileError, DomainError, SeparationOfDutyError
from app.services.workflow import Transition, target
from models.applications import Application
from models.assignment_plans import AssignmentPlan, PlanMode, PlannedAssignment, PlanStatus
from models.base import db, lock
from models.calls import Call
from models.reviews import Assignment
from models.users import User

MOST_EACH = 10
"""No application is planned to have more reviewers."""
P, _SECRETARY = PlanStatus, N_("Council secretary")
TRANSITIONS: Mapping[tuple[PlanStatus, str], Transition] = {
    (P.PROPOSED, "apply"): Transition(P.APPLIED, _SECRETARY, N_("every pair can still be asked; all or none")),
    (P.PROPOSED, "discard"): Transition(P.DISCARDED, _SECRETARY, N_("or another plan takes its place")),
}
AT_THE_LIMIT = N_("would judge more than %(limit)s")
_NAMED = 3
"""So many pairs that do not fit are named when a plan is refused."""


def make(
    call: Call, mode: PlanMode, *, each: int | None = None, due_on: date, actor: Actor, now: datetime
) -> AssignmentPlan:
    """Plan who is to judge what; nobody is asked. It takes the place of a plan of the call that waits.

    `each` counts for topping up; otherwise the call says how many reviewers an application has, and one whose reviews
    lie far apart gets a further one. Who has an assignment keeps it. What the actor has a tie to is left to another
    secretary. Raises `DomainError` when nothing lacks a reviewer.
    """
    must_be_plannable(call, due_on, now)
    each = each if mode is PlanMode.TOP_UP and each is not None else call.reviewers_per_application
    if not 1 <= each <= MOST_EACH:
        raise DomainError(N_("Enter a number from 1 to %(most)s."), field="each", most=MOST_EACH)
    without = conflicts.closed_to(actor.user, call)
    applications = [one for one in assignment_facts.asked(call) if one.id not in without]
    wanted = [one.lacks(each, mode) for one in applications]
    if not any(wanted):
        raise DomainError(N_("No application lacks a reviewer this way: there is nothing to plan."))
    judges = assignment_facts.judges(call)
    shared = assignment_costs.share(applications, wanted, judges)
    shortage = {
        "lacking": sum(one.lacks for one in shared.unmet),
        "places": shared.places,
        "full": shared.full,
        "unmet": [
            {"application": one.application_id, "lacks": one.lacks, "barred": one.is_barred, "bars": dict(one.bars)}
            for one in shared.unmet
        ],
    }
    return keep(call, mode, each, due_on, shared.pairs, applications, judges, shortage, actor, now)


def must_be_plannable(call: Call, due_on: date, now: datetime) -> None:
    """Refuse a call in which nothing is judged now, and a day that is not in the future. It locks the call."""
    lock(call)
    if not standing_decisions.is_judging(call):
        raise DomainError(N_("Reviewers are shared out only while the call is open and not decided."))
    must_be_a_day_ahead(due_on, now)


def keep(
    call: Call,
    mode: PlanMode,
    each: int,
    due_on: date,
    pairs: Sequence[tuple[int, int]],
    applications: Sequence[Asked],
    judges: Sequence[Judge],
    shortage: Mapping[str, Any],
    actor: Actor,
    now: datetime,
) -> AssignmentPlan:
    """Write the plan with the reasons of each pair, in the place of one that waits."""
    waiting = proposed(call)
    if waiting is not None:
        discard(waiting, actor=actor, now=now)
    plan = AssignmentPlan(
        call=call,
        mode=mode,
        per_application=each,
        due_on=due_on,
        shortage=shortage,
        made_by=actor.user,
        made_at=now,
    )
    db.session.add(plan)
    db.session.flush()
    by_id, judge_of = {one.id: one for one in applications}, {one.id: one for one in judges}
    rows = [
        {
            "plan_id": plan.id,
            "application_id": application_id,
            "reviewer_id": reviewer_id,
            "reasons": assignment_reasons.reasons_of(by_id[application_id], judge_of[reviewer_id]),
        }
        for application_id, reviewer_id in sorted(pairs)
    ]
    if rows:
        db.session.execute(db.insert(PlannedAssignment), rows)
    audit.record(actor, "assignment_plan.make", plan, now, call=call.id, mode=mode.value, count=len(rows))
    return plan


def apply(plan: AssignmentPlan, *, actor: Actor, now: datetime) -> int:
    """Ask every reviewer of the plan, all or none; so many assignments are made. Each reviewer gets one message.

    Raises `ChangedMeanwhileError`, naming what does not fit any more, when the plan is stale; `SeparationOfDutyError`
    when the plan holds an application the actor has a tie to; `DomainError` for a plan without pairs, a call that is
    not open, or a day that is over.
    """
    call = plan.call
    pairs = [(one.application_id, one.reviewer_id) for one in _pairs(plan)]
    # Applications before their call: the Council, which may decide on one of them now, takes both the same way round.
    applications = _locked({application_id for application_id, _reviewer_id in pairs})
    must_be_plannable(call, plan.due_on, now)
    lock(plan)
    status = target(TRANSITIONS, plan.status, "apply")
    if not pairs:
        raise DomainError(N_("Nobody is to be asked by this plan."))
    ties = conflicts.ties_of(actor.user)
    if any(ties.has(one) for one in applications):
        raise SeparationOfDutyError(
            N_("The plan holds an application you have a tie to: another secretary asks its reviewers.")
        )
    _must_fit(plan, pairs, ties)
    made = [
        Assignment(
            application_id=application_id,
            reviewer_id=reviewer_id,
            assigned_by_id=actor.user_id,
            assigned_at=now,
            due_on=plan.due_on,
        )
        for application_id, reviewer_id in pairs
    ]
    db.session.add_all(made)
    for application in applications:
        application.status = target(APPLICATION_TRANSITIONS, application.status, "assign")
    plan.status, plan.settled_by_id, plan.settled_at = status, actor.user_id, now
    db.session.flush()
    audit.record(actor, "assignment_plan.apply", plan, now, count=len(made))
    for one in made:
        audit.record(actor, "assignment.assign", one, now, application=one.application_id)
    for reviewer_id, count in sorted(Counter(reviewer_id for _one, reviewer_id in pairs).items()):
        message = N_("Applications that you are asked to judge: %(count)s, until %(day)s.")
        notifications.tell([reviewer_id], message, "reviews:all", now, count=count, day=plan.due_on)
    return len(made)


def _locked(ids: set[int]) -> list[Application]:
    """The applications with their locks, read anew, in one order."""
    query = db.select(Application).where(Application.id.in_(ids)).order_by(Application.id)
    query = query.with_for_update(of=Application).execution_options(populate_existing=True)
    return list(db.session.scalars(query))


def _must_fit(plan: AssignmentPlan, pairs: Sequence[tuple[int, int]], ties: Ties) -> None:
    """Hold each pair against what is so now, by the rules by which it was made; the actor has these ties."""
    problems = misfits(plan, pairs)
    if not problems:
        return
    if ties:  # who is at the limit by what the actor may not see is not named
        problems = misfits(plan, pairs, ties)
    if not problems:
        raise ChangedMeanwhileError(N_("The plan does not fit any more, so nobody was asked. Make a new plan."))
    named = "; ".join(f"{one.number} – {one.name}: {one.problem}" for one in problems[:_NAMED])
    raise ChangedMeanwhileError(
        N_("The plan does not fit any more, so nobody was asked. %(named)s. Make a new plan."), named=named
    )


@dataclass(frozen=True)
class Misfit:
    """A pair that cannot be asked, and why (a refusal whose text is in the language in force)."""

    application_id: int
    number: str
    name: str
    problem: DomainError


def misfits(plan: AssignmentPlan, pairs: Sequence[tuple[int, int]], ties: Ties = NO_TIES) -> list[Misfit]:
    """The pairs of a plan that cannot be asked now: nothing, when it can be applied. Loads are without these ties."""
    ids = {application_id for application_id, _reviewer_id in pairs}
    applications = {one.id: one for one in assignment_facts.asked(plan.call, ids)}
    judges = {one.id: one for one in assignment_facts.judges(plan.call, ties)}
    loads = Counter({one.id: one.load for one in judges.values()})
    holding = Counter({one.id: len(one.holding) for one in applications.values()})
    found = []
    for application_id, reviewer_id in pairs:
        one, judge = applications.get(application_id), judges.get(reviewer_id)
        loads[reviewer_id] += 1
        holding[application_id] += 1
        each = None if plan.mode is PlanMode.LIST else plan.per_application
        problem = problem_of(one, judge, loads[reviewer_id], holding[application_id], each)
        if problem is not None:
            found.append((application_id, reviewer_id, problem))
    numbers, names = _numbers({one for one, _other, _why in found}), _names({one for _one, one, _why in found})
    return [Misfit(one, numbers[one], names[other], problem) for one, other, problem in found]


def problem_of(
    application: Asked | None, judge: Judge | None, load: int, holding: int, each: int | None
) -> DomainError | None:
    """Why a reviewer cannot be asked; `load` and `holding` count this pair, `each` is None for as many as one likes."""
    if application is None:
        return DomainError(N_("no reviewer can be asked for it now"))
    if judge is None:
        return DomainError(N_("is not a reviewer any more"))
    bar = assignment_reasons.bar_of(application, judge)
    if bar is not None:
        return DomainError(assignment_reasons.BAR_TEXTS[bar])
    if load > judge.limit:
        return DomainError(AT_THE_LIMIT, limit=judge.limit)
    if each is not None and holding > application.wanted(each):
        return DomainError(N_("it has its reviewers already"))
    return None


def discard(plan: AssignmentPlan, *, actor: Actor, now: datetime) -> None:
    """Put a plan away: nobody was asked."""
    lock(plan)
    status = target(TRANSITIONS, plan.status, "discard")
    plan.status, plan.settled_by_id, plan.settled_at = status, actor.user_id, now
    db.session.flush()
    audit.record(actor, "assignment_plan.discard", plan, now)


def proposed(call: Call) -> AssignmentPlan | None:
    """The plan of a call that waits."""
    query = db.select(AssignmentPlan).where(
        AssignmentPlan.call_id == call.id, AssignmentPlan.status == PlanStatus.PROPOSED
    )
    plan: AssignmentPlan | None = db.session.scalar(query)
    return plan


def newest(ties: Ties, limit: int = 60) -> list[tuple[AssignmentPlan, int]]:
    """The latest plans, those that wait first, with how many pairs of each the reader sees."""
    count = (
        db.select(db.func.count())
        .select_from(PlannedAssignment)
        .join(PlannedAssignment.application)
        .where(PlannedAssignment.plan_id == AssignmentPlan.id)
        .where(*ties.free(Application.association_id, Application.id))
        .correlate(AssignmentPlan)
        .scalar_subquery()
    )
    query = (
        db.select(AssignmentPlan, count)
        .options(db.joinedload(AssignmentPlan.call), db.joinedload(AssignmentPlan.made_by))
        .order_by((AssignmentPlan.status == PlanStatus.PROPOSED).desc(), AssignmentPlan.id.desc())
        .limit(limit)
    )
    return [(row[0], int(row[1])) for row in db.session.execute(query)]


def _pairs(plan: AssignmentPlan) -> Sequence[Any]:
    query = db.select(PlannedAssignment.application_id, PlannedAssignment.reviewer_id)
    return db.session.execute(query.where(PlannedAssignment.plan_id == plan.id).order_by(PlannedAssignment.id)).all()


def count_of(plan: AssignmentPlan, without: Collection[int]) -> int:
    """So many reviewers would be asked, for all applications but those the reader may not see."""
    query = db.select(db.func.count()).where(
        PlannedAssignment.plan_id == plan.id, PlannedAssignment.application_id.not_in(without)
    )
    return int(db.session.scalar(query.select_from(PlannedAssignment)) or 0)


def planned(
    plan: AssignmentPlan, without: Collection[int], after_id: int = 0, limit: int | None = None
) -> list[PlannedAssignment]:
    """The pairs of the next `limit` applications after one, application by application; none of those `without`."""
    within = db.select(PlannedAssignment.application_id).where(
        PlannedAssignment.plan_id == plan.id,
        PlannedAssignment.application_id > after_id,
        PlannedAssignment.application_id.not_in(without),
    )
    ids = within.distinct().order_by(PlannedAssignment.application_id).limit(limit)
    query = (
        db.select(PlannedAssignment)
        .where(PlannedAssignment.plan_id == plan.id, PlannedAssignment.application_id.in_(ids))
        .options(
            db.joinedload(PlannedAssignment.application).joinedload(Application.association),
            db.joinedload(PlannedAssignment.reviewer),
        )
        .order_by(PlannedAssignment.application_id, PlannedAssignment.id)
    )
    return list(db.session.scalars(query))


@dataclass(frozen=True)
class Load:
    """What a reviewer holds of a call, and what a plan that waits would add."""

    name: str
    before: int
    added: int
    limit: int


def loads(plan: AssignmentPlan, ties: Ties, without: Collection[int]) -> list[Load]:
    """Every reviewer's load before and after a plan that waits, who would have the most first; as far as the reader may
    see it (`without` are the applications of the call that `ties` are to)."""
    added = Counter(one.reviewer_id for one in _pairs(plan) if one.application_id not in without)
    judges = assignment_facts.judges(plan.call, ties)
    names = _names({one.id for one in judges})
    found = [Load(names[one.id], one.load, added[one.id], one.limit) for one in judges if one.limit or added[one.id]]
    return sorted(found, key=lambda one: -(one.before + one.added))


@dataclass(frozen=True)
class Lacking:
    """An application that a plan leaves with too few: how many it lacks, and what bars how many when none is left."""

    application: Application
    lacks: int
    bars: list[tuple[str, int]]


def _unmet(plan: AssignmentPlan, without: Collection[int]) -> list[Mapping[str, Any]]:
    return [one for one in plan.shortage.get("unmet", ()) if one["application"] not in without]


def lacking_count(plan: AssignmentPlan, without: Collection[int]) -> int:
    """So many reviewers a plan lacks."""
    return sum(one["lacks"] for one in _unmet(plan, without))


def lacking(plan: AssignmentPlan, without: Collection[int], limit: int = 60) -> list[Lacking]:
    """What a plan could not meet, those that no limit would help first; no applications the reader may not see."""
    unmet = sorted(_unmet(plan, without), key=lambda one: (not one["barred"], one["application"]))[:limit]
    query = db.select(Application).where(Application.id.in_([one["application"] for one in unmet]))
    rows = {one.id: one for one in db.session.scalars(query.options(db.joinedload(Application.association)))}
    return [
        Lacking(rows[one["application"]], one["lacks"], _bars(one["bars"]) if one["barred"] else []) for one in unmet
    ]


def _bars(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return [(gettext(assignment_reasons.BAR_TEXTS[Bar(bar)]), count) for bar, count in counts.items()]


def full(plan: AssignmentPlan, without: Collection[int]) -> list[str]:
    """The names of the reviewers whose limits hold a plan back; of none where the reader may not see all they hold."""
    if without:
        return []
    return sorted(_names(set(plan.shortage.get("full", ()))).values())


def _names(ids: set[int]) -> dict[int, str]:
    query = db.select(User).where(User.id.in_(ids)).options(db.joinedload(User.person))
    return {one.id: one.display_name for one in db.session.scalars(query)}


def _numbers(ids: set[int]) -> dict[int, str]:
    rows = db.session.execute(db.select(Application.id, Application.number).where(Application.id.in_(ids)))
    return {int(row[0]): str(row[1]) for row in rows}
