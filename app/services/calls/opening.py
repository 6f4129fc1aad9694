"""A call opens once everything adds up, and is frozen from then on; or it is given up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.clock import bishkek_day
from app.localisation import N_, Money
from app.services import audit, call_forms, notifications, places, questions
from app.services.actors import Actor
from app.services.calls import allocations, terms
from app.services.calls.allocations import funds_of
from app.services.conflicts import NO_TIES, Ties
from app.services.errors import DomainError, IncompleteError, LimitExceededError
from app.services.workflow import Transition, target
from models.allocations import Allocation
from models.applications import Application
from models.base import LOCALES, db, lock
from models.calls import TIMETABLE, Call, CallStatus, Criterion
from models.council_sessions import CouncilSession, Decision, SessionStatus
from models.funds import Fund
from models.users import Role

TRANSITIONS: Mapping[tuple[CallStatus, str], Transition] = {
    (CallStatus.DRAFT, "open"): Transition(
        CallStatus.OPEN,
        N_("Council secretary"),
        N_(
            "weights total 100; texts in three languages; budget covered by the funds; reviewers enough; "
            "timetable set; dry run of the call as it is submitted"
        ),
    ),
    (CallStatus.DRAFT, "cancel"): Transition(CallStatus.CANCELLED, N_("Council secretary")),
    (CallStatus.OPEN, "decide"): Transition(
        CallStatus.DECIDED, N_("Council chair"), N_("deadline past; the session's protocol signed")
    ),
}


@dataclass(frozen=True)
class Item:
    """One line of the checklist: its text (message id), whether it is met, the figures, the section that mends it."""

    text: str
    met: bool
    found: DomainError
    section: str


def checklist(call: Call, ties: Ties = NO_TIES) -> list[Item]:
    """Everything that must be right before the call opens, with its figures.

    For a reader with `ties` the funds stand as if sessions not signed yet had awarded nothing to these applicants: what
    is free would tell. What keeps the call from opening is in `obstacles`.
    """
    return [
        _weights(call),
        _texts(call),
        _levels(call),
        _form(call),
        _papers(call),
        _money(call, ties),
        _allocations(call),
        _reviewers(call),
        _timetable(call),
        _dry_run(call),
    ]


def obstacles(call: Call) -> list[DomainError]:
    """What still keeps the call from opening; an empty list when it may open."""
    return [item.found for item in checklist(call) if not item.met]


def _dry_run(call: Call) -> Item:
    trial = terms.trial_of(call)
    if trial is None:
        found = IncompleteError(N_("No dry run is submitted yet."))
    elif trial.still_holds:
        found = IncompleteError(N_("Submitted on %(day)s."), day=trial.submitted_at)
    else:
        found = IncompleteError(
            N_("Submitted on %(day)s, but the call was changed after it: try it again."), day=trial.submitted_at
        )
    is_met = trial is not None and trial.still_holds
    return Item(N_("A dry run was walked to its submission"), is_met, found, "dry_run")


def _weights(call: Call) -> Item:
    total = sum(criterion.weight for criterion in call.criteria)
    found = (
        IncompleteError(N_("The weights add up to 100."))
        if total == 100
        else IncompleteError(N_("The weights add up to %(total)s, not to 100."), total=total)
    )
    return Item(N_("The weights of the criteria add up to 100"), total == 100, found, "rubric")


def _texts(call: Call) -> Item:
    text = N_("Title and summary stand in Kyrgyz, Russian and English")
    for texts, problem in (
        (call.title, N_("The title is not there in all three languages.")),
        (call.summary, N_("The summary is not there in all three languages.")),
    ):
        if not in_three(texts):
            return Item(text, False, IncompleteError(problem), "texts")
    return Item(text, True, IncompleteError(N_("All there.")), "texts")


def _levels(call: Call) -> Item:
    text = N_("Every criterion and its five levels are described in three languages")
    for criterion in call.criteria:
        if not is_described(criterion):
            problem = N_("The levels of “%(criterion)s” are not described in all three languages.")
            return Item(text, False, IncompleteError(problem, criterion={"name": criterion.title}), "rubric")
    count = len(call.criteria)
    found = IncompleteError(N_("Criteria described: %(count)s."), count=count)
    return Item(text, count > 0, found, "rubric")


def _form(call: Call) -> Item:
    text = N_("Every part of the application form asks something, in three languages")
    for problem in call_forms.problems(call):
        return Item(text, False, problem, "form")
    count = sum(len(section.questions) for section in questions.form_of(call).sections)
    return Item(text, count > 0, IncompleteError(N_("Questions: %(count)s."), count=count), "form")


def _papers(call: Call) -> Item:
    text = N_("Every paper asked for is described in three languages")
    papers = questions.documents_of(call)
    found = IncompleteError(
        N_("Papers asked for: %(count)s, always needed: %(needed)s."),
        count=len(papers),
        needed=sum(paper.is_required for paper in papers),
    )
    return Item(text, bool(papers) and all(in_three(paper.text) for paper in papers), found, "papers")


def is_described(criterion: Criterion) -> bool:
    """Whether title, description and all five levels stand in every language."""
    levels = [criterion.anchors.get(str(level), {}) for level in range(1, 6)]
    return all(in_three(one) for one in (criterion.title, criterion.description, *levels))


def in_three(texts: Mapping[str, str]) -> bool:
    """Whether a text stands in every language."""
    return all(texts.get(code, "").strip() for code in LOCALES)


def _money(call: Call, ties: Ties) -> Item:
    text, section = N_("Every fund covers what the call takes from it"), "allocations"
    given = [
        (fund, allocations.free(fund, beside=call) + _awarded_anew(fund, ties), allocations.promised(call, fund))
        for fund in funds_of(call)
    ]
    for fund, free, needed in given:
        if needed > free:
            problem = N_("The fund “%(fund)s” has %(free)s free, the call needs %(budget)s of it.")
            names = {"name": fund.names}
            found = LimitExceededError(problem, fund=names, free=Money(free), budget=Money(needed))
            return Item(text, False, found, section)
    figures = LimitExceededError(
        N_("Free in the funds: %(free)s; budget of the call: %(budget)s."),
        free=Money(sum(free for _fund, free, _needed in given)),
        budget=Money(call.budget),
    )
    return Item(text, True, figures, section)


def _awarded_anew(fund: Fund, ties: Ties) -> int:
    """What open sessions that decide anew award to these applicants from a fund, in tyiyn.

    What the first session of a call awards moves no free money: it was promised to that call before.
    """
    if not ties:
        return 0
    query = (
        db.select(db.func.coalesce(db.func.sum(Decision.amount), 0))
        .join(Allocation, Allocation.id == Decision.allocation_id)
        .join(Call, Call.id == Allocation.call_id)
        .join(CouncilSession, CouncilSession.id == Decision.session_id)
        .join(Application, Application.id == Decision.application_id)
        .where(Allocation.fund_id == fund.id, Call.status == CallStatus.DECIDED)
        .where(CouncilSession.status == SessionStatus.OPEN, ties.among(Application.association_id, Application.id))
    )
    return int(db.session.scalar(query) or 0)


def _allocations(call: Call) -> Item:
    """Whoever may apply can be paid, and nothing is set aside for those who may not."""
    text, section = N_("Every village that may apply can be paid from an allocation"), "allocations"
    found, among = allocations.of(call), call.eligibility["oblasts"]
    together = sum(one.amount for one in found)
    if together != call.budget:
        problem = N_("The allocations add up to %(together)s, the budget is %(budget)s.")
        figures = LimitExceededError(problem, together=Money(together), budget=Money(call.budget))
        return Item(text, False, figures, section)
    if not allocations.headings_paid(call):
        problem = N_("The funds together pay for no kind of cost: what one pays for, another leaves out.")
        return Item(text, False, IncompleteError(problem), section)
    for one in found:
        if one.oblast is not None and among and one.oblast_id not in among:
            problem = N_("There is money for %(place)s, but none of its villages may apply.")
            return Item(text, False, IncompleteError(problem, place={"name": one.oblast.names}), section)
        if one.amount < call.grant_floor:
            problem = N_("One allocation is %(amount)s, less than the smallest grant.")
            return Item(text, False, LimitExceededError(problem, amount=Money(one.amount)), section)
    if all(one.oblast_id is not None for one in found):
        given = {one.oblast_id for one in found}
        for oblast in places.oblasts():
            if (not among or oblast.id in among) and oblast.id not in given:
                problem = N_("Villages of %(place)s may apply, but there is no money for them.")
                return Item(text, False, IncompleteError(problem, place={"name": oblast.names}), section)
    return Item(text, True, IncompleteError(N_("Allocations: %(count)s."), count=len(found)), section)


def _reviewers(call: Call) -> Item:
    text = N_("There are enough reviewers")
    if call.expected_applications is None:
        found = IncompleteError(N_("Say how many applications you expect."))
        return Item(text, False, found, "reviewers")
    people = len(set(notifications.holders(Role.REVIEWER)))
    demand, supply = call.expected_applications * call.reviewers_per_application, people * call.review_load
    figures = LimitExceededError(
        N_(
            "Needed: %(expected)s applications × %(each)s reviewers each = %(demand)s reviews. "
            "Possible: %(people)s reviewers × %(load)s reviews = %(supply)s."
        ),
        expected=call.expected_applications,
        each=call.reviewers_per_application,
        demand=demand,
        people=people,
        load=call.review_load,
        supply=supply,
    )
    return Item(text, demand <= supply, figures, "reviewers")


def _timetable(call: Call) -> Item:
    text = N_("The timetable is set, its days one after the other")
    days = [bishkek_day(call.closes_at), *(getattr(call, name) for name in TIMETABLE)]
    if None in days:
        found = IncompleteError(N_("Set every day: screening, reviews, session of the Council, first payment."))
        return Item(text, False, found, "timetable")
    in_order = days == sorted(set(days))
    found = IncompleteError(
        N_(
            "Deadline %(closes)s, screening %(screening)s, reviews %(reviews)s, session %(session)s, "
            "payment %(payment)s."
        ),
        **dict(zip(("closes", "screening", "reviews", "session", "payment"), days, strict=True)),
    )
    return Item(text, in_order, found, "timetable")


def open_(call: Call, *, actor: Actor, now: datetime) -> None:
    """Open the call to applications; from now on it is frozen.

    Raises `IncompleteError` with the first obstacle, `DomainError` when the deadline is past.
    """
    lock(call)
    allocations.lock_funds(call)  # two calls on one fund open one after the other
    new_status = target(TRANSITIONS, call.status, "open")
    if call.is_past_deadline(now):
        raise DomainError(N_("The deadline is past."), field="closes_on")
    for obstacle in obstacles(call):
        raise obstacle
    call.status, call.opened_at = new_status, now
    db.session.flush()
    audit.record(actor, "call.open", call, now)
    members = notifications.holders(Role.MEMBER) + notifications.holders(Role.OPERATOR)
    notifications.tell(
        members,
        N_("The call “%(call)s” is open until %(day)s."),
        call,
        now,
        call={"name": call.title},
        day=call.closes_at,
    )


def cancel(call: Call, *, actor: Actor, now: datetime) -> None:
    lock(call)
    call.status = target(TRANSITIONS, call.status, "cancel")
    db.session.flush()
    audit.record(actor, "call.cancel", call, now)
