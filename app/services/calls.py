"""Calls: set up with fund, window, ceiling, match and rubric; opened once everything adds up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.localisation import N_, Money
from app.services import audit, call_forms, funds, notifications, questions
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, DomainError, IncompleteError, LimitExceededError
from app.services.workflow import Transition, target
from models.applications import Application, ApplicationStatus
from models.base import LOCALES, db, lock
from models.calls import Call, CallStatus, Criterion, QuorumOf
from models.council_sessions import CouncilSession, Decision, DecisionOutcome, SessionStatus
from models.funds import Fund
from models.users import Role

TRANSITIONS: Mapping[tuple[CallStatus, str], Transition] = {
    (CallStatus.DRAFT, "open"): Transition(
        CallStatus.OPEN,
        N_("Council secretary"),
        N_("weights total 100; texts in three languages; budget covered by the fund"),
    ),
    (CallStatus.DRAFT, "cancel"): Transition(CallStatus.CANCELLED, N_("Council secretary")),
    (CallStatus.OPEN, "decide"): Transition(
        CallStatus.DECIDED, N_("Council chair"), N_("deadline past; the session's protocol signed")
    ),
}

HIGHEST_BUDGET = 100_000_000_000_00  # tyiyn: a hundred thousand million som is no programme's
HIGHEST_MATCH = 1000  # percent
MOST_TRANCHES = 6
REVIEWERS = range(2, 6)
"""How many people may judge an application: never one alone (domain.md section 5)."""


@dataclass(frozen=True)
class CriterionInput:
    """One line of a rubric as it is entered: texts in three languages, anchors for the levels "1" to "5"."""

    key: str
    weight: int
    title: Mapping[str, str]
    description: Mapping[str, str]
    anchors: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class CallInput:
    """What the secretary enters for a call. Amounts in tyiyn, `match_percent` 100 for 1:1.

    `tranche_percents` total 100; `accounting_percent` of the money paid before is accounted for ahead of the next
    tranche; an application passes with `pass_total` points of 100 and `pass_section_percent` of each criterion; the
    village meeting needs `quorum_percent` of the village's `quorum_of`.
    The defaults are those of domain.md section 5.
    """

    code: str
    title: Mapping[str, str]
    summary: Mapping[str, str]
    opens_at: datetime
    closes_at: datetime
    budget: int
    grant_floor: int
    grant_ceiling: int
    match_percent: int = 100
    in_kind_counts: bool = False
    tranche_percents: Sequence[int] = (40, 40, 20)
    accounting_percent: int = 80
    reviewers_per_application: int = 2
    pass_total: int = 60
    pass_section_percent: int = 50
    quorum_percent: int = 50
    quorum_of: QuorumOf = QuorumOf.HOUSEHOLDS


def create(fund: Fund, content: CallInput, rubric: Sequence[CriterionInput], *, actor: Actor, now: datetime) -> Call:
    """Make a draft call with its rubric and the default form.

    Raises `AlreadyUsedError` for a code in use and `DomainError` at the field that does not fit.
    """
    if db.session.scalar(db.select(Call.id).where(Call.code == content.code)) is not None:
        raise AlreadyUsedError(N_("This code is taken."), field="code")
    _check(content)
    call = Call(
        fund=fund,
        created_by_id=actor.user_id,
        form=questions.default_form(),
        required_documents=questions.default_documents(),
        **_columns(content),
    )
    db.session.add(call)
    db.session.flush()
    set_rubric(call, rubric)
    audit.record(actor, "call.create", call, now, code=call.code)
    return call


def change(call: Call, fund: Fund, content: CallInput, *, actor: Actor, now: datetime) -> None:
    """Change a draft call; an open one is frozen."""
    if call.status is not CallStatus.DRAFT:
        raise DomainError(N_("An open call is frozen: it cannot be changed any more."))
    _check(content)
    other = db.session.scalar(db.select(Call.id).where(Call.code == content.code, Call.id != call.id))
    if other is not None:
        raise AlreadyUsedError(N_("This code is taken."), field="code")
    call.fund = fund
    for name, value in _columns(content).items():
        setattr(call, name, value)
    db.session.flush()
    audit.record(actor, "call.change", call, now)


def set_weights(call: Call, weights: Mapping[int, int], *, actor: Actor, now: datetime) -> None:
    """Set the weight of each criterion by its id. The total is checked when the call opens."""
    lock(call)
    if call.status is not CallStatus.DRAFT:
        raise DomainError(N_("An open call is frozen: it cannot be changed any more."))
    for criterion in call.criteria:
        criterion.weight = weights.get(criterion.id, criterion.weight)
    db.session.flush()
    audit.record(actor, "call.set_weights", call, now, weights={one.key: one.weight for one in call.criteria})


def set_rubric(call: Call, rubric: Sequence[CriterionInput]) -> None:
    for position, line in enumerate(rubric, start=1):
        call.criteria.append(
            Criterion(
                position=position,
                key=line.key,
                weight=line.weight,
                title=dict(line.title),
                description=dict(line.description),
                anchors={level: dict(text) for level, text in line.anchors.items()},
            )
        )
    db.session.flush()


def obstacles(call: Call) -> list[DomainError]:
    """What still keeps the call from opening; an empty list when it may open."""
    found: list[DomainError] = []
    total = sum(criterion.weight for criterion in call.criteria)
    if total != 100:
        found.append(IncompleteError(N_("The weights add up to %(total)s, not to 100."), total=total))
    for texts, problem in (
        (call.title, N_("The title is not there in all three languages.")),
        (call.summary, N_("The summary is not there in all three languages.")),
    ):
        if not all(texts.get(code, "").strip() for code in LOCALES):
            found.append(IncompleteError(problem))
    for criterion in call.criteria:
        if not all(criterion.anchors.get(str(level), {}).get(code) for level in range(1, 6) for code in LOCALES):
            found.append(
                IncompleteError(
                    N_("The levels of “%(criterion)s” are not described in all three languages."),
                    criterion={"name": criterion.title},
                )
            )
    found += call_forms.problems(call)
    free = free_budget(call)
    if call.budget > free:
        found.append(
            LimitExceededError(
                N_("The fund has %(free)s free, the call needs %(budget)s."),
                free=Money(free),
                budget=Money(call.budget),
            )
        )
    return found


def free_budget(call: Call) -> int:
    """What the fund can still give to this call, in tyiyn.

    Available, less what is awarded and not granted yet, less what other open calls may still award.
    """
    in_open_sessions = (
        db.select(db.func.coalesce(db.func.sum(Decision.amount), 0))
        .join(CouncilSession, CouncilSession.id == Decision.session_id)
        .where(CouncilSession.call_id == Call.id, CouncilSession.status == SessionStatus.OPEN)
        .correlate(Call)
        .scalar_subquery()
    )
    others = db.select(db.func.coalesce(db.func.sum(Call.budget - in_open_sessions), 0)).where(
        Call.fund_id == call.fund_id, Call.id != call.id, Call.status == CallStatus.OPEN
    )
    undecided = int(db.session.scalar(others) or 0)
    return funds.position(call.fund).available - pending_awards(call.fund_id) - undecided


def pending_awards(fund_id: int) -> int:
    """Awards of the fund not yet committed by a grant, in tyiyn: of open sessions, and signed ones not granted."""
    query = (
        db.select(db.func.coalesce(db.func.sum(Decision.amount), 0))
        .join(CouncilSession, CouncilSession.id == Decision.session_id)
        .join(Call, Call.id == CouncilSession.call_id)
        .join(Application, Application.id == Decision.application_id)
        .where(
            Call.fund_id == fund_id,
            Decision.outcome == DecisionOutcome.SELECTED,
            (CouncilSession.status == SessionStatus.OPEN) | (Application.status == ApplicationStatus.SELECTED),
        )
    )
    return int(db.session.scalar(query) or 0)


def open_(call: Call, *, actor: Actor, now: datetime) -> None:
    """Open the call to applications; from now on it is frozen.

    Raises `IncompleteError` with the first obstacle, `DomainError` when the deadline is past.
    """
    lock(call)
    lock(call.fund)  # two calls on one fund open one after the other
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


def published_calls() -> list[Call]:
    """Calls the public may read, whether they still take applications or not; the latest deadline first."""
    query = db.select(Call).where(Call.status.in_([CallStatus.OPEN, CallStatus.DECIDED]), Call.is_public)
    return list(db.session.scalars(query.order_by(Call.closes_at.desc(), Call.id.desc())))


def published_call(call_id: int) -> Call | None:
    query = db.select(Call).where(
        Call.id == call_id, Call.status.in_([CallStatus.OPEN, CallStatus.DECIDED]), Call.is_public
    )
    call: Call | None = db.session.scalar(query)
    return call


def seen_calls(seen: Any) -> list[Call]:
    """Calls under the condition `seen` (of `policy.visible`), the latest deadline first."""
    return list(db.session.scalars(db.select(Call).where(seen).order_by(Call.closes_at.desc(), Call.id.desc())))


LATEST = 40


def titles_seen(seen: Any, chosen_id: int | None = None) -> list[tuple[int, Mapping[str, str]]]:
    """Id and title of the latest calls under `seen`, and of the one chosen: for a list to choose from."""
    query = db.select(Call.id, Call.title).where(seen).order_by(Call.closes_at.desc(), Call.id.desc())
    rows = [(int(row[0]), row[1]) for row in db.session.execute(query.limit(LATEST))]
    if chosen_id is not None and chosen_id not in {row[0] for row in rows}:
        rows += [(int(row[0]), row[1]) for row in db.session.execute(query.where(Call.id == chosen_id))]
    return rows


def funds_to_choose() -> list[Fund]:
    """Every fund a call can be paid from."""
    return list(db.session.scalars(db.select(Fund).order_by(Fund.code)))


def open_calls(now: datetime) -> list[Call]:
    """Published calls that take applications now, the nearest deadline first."""
    query = db.select(Call).where(Call.status == CallStatus.OPEN, Call.opens_at <= now).order_by(Call.closes_at)
    return [call for call in db.session.scalars(query) if call.is_open_at(now)]


def _check(content: CallInput) -> None:
    for name in ("budget", "grant_floor", "grant_ceiling"):
        if not 0 <= getattr(content, name) <= HIGHEST_BUDGET:
            raise DomainError(N_("The amount must be zero or more and believable."), field=name)
    if content.closes_at <= content.opens_at:
        raise DomainError(N_("The deadline must lie after the opening."), field="closes_on")
    if content.grant_ceiling <= content.grant_floor:
        raise DomainError(N_("The ceiling must be higher than the floor."), field="grant_ceiling")
    if content.budget < content.grant_ceiling:
        raise DomainError(N_("The budget must be at least one grant at the ceiling."), field="budget")
    if not 0 < content.match_percent <= HIGHEST_MATCH:
        raise DomainError(N_("The match must be more than zero and believable."), field="match_percent")
    parts = content.tranche_percents
    if not 1 <= len(parts) <= MOST_TRANCHES or any(part < 1 for part in parts):
        raise DomainError(N_("A grant is paid in one to six tranches of at least 1 %%."), field="tranche_percents")
    if sum(parts) != 100:
        raise DomainError(
            N_("The tranches add up to %(total)s %%, not to 100 %%."), field="tranche_percents", total=sum(parts)
        )
    for name in ("accounting_percent", "pass_total", "pass_section_percent"):
        if not 0 <= getattr(content, name) <= 100:
            raise DomainError(N_("Enter a whole number from 0 to 100."), field=name)
    if not 1 <= content.quorum_percent <= 100:
        raise DomainError(N_("Enter a whole number from 1 to 100."), field="quorum_percent")
    if content.reviewers_per_application not in REVIEWERS:
        raise DomainError(N_("Two to five reviewers judge an application."), field="reviewers_per_application")


def _columns(content: CallInput) -> dict[str, Any]:
    return {
        "code": content.code,
        "title": dict(content.title),
        "summary": dict(content.summary),
        "opens_at": content.opens_at,
        "closes_at": content.closes_at,
        "budget": content.budget,
        "grant_floor": content.grant_floor,
        "grant_ceiling": content.grant_ceiling,
        "match_percent": content.match_percent,
        "in_kind_counts": content.in_kind_counts,
        "tranche_percents": list(content.tranche_percents),
        "accounting_percent": content.accounting_percent,
        "reviewers_per_application": content.reviewers_per_application,
        "pass_total": content.pass_total,
        "pass_section_percent": content.pass_section_percent,
        "quorum_percent": content.quorum_percent,
        "quorum_of": content.quorum_of,
    }
