"""Setting a call up: window, texts, fund, money, rules and rubric, while it is a draft."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.clock import bishkek_day
from app.localisation import N_
from app.services import audit, questions
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, DomainError
from models.base import db, lock
from models.calls import TIMETABLE, Call, CallStatus, Criterion, QuorumOf
from models.funds import Fund

HIGHEST_BUDGET = 100_000_000_000_00  # tyiyn: a hundred thousand million som is no programme's
HIGHEST_MATCH = 1000  # percent
MOST_TRANCHES = 6
REVIEWERS = range(2, 6)
"""How many people may judge an application: never one alone (domain.md section 5)."""
QUORUM = range(1, 101)


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
    timetable: Sequence[date | None] = (None, None, None, None)
    """The days of `TIMETABLE` after the deadline; None: not set yet."""


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


def check_timetable(closes_at: datetime, days: Sequence[date | None]) -> None:
    """The days after the deadline, in the order of `TIMETABLE`, must follow one another; those not set are left out."""
    before = bishkek_day(closes_at)
    for name, day in zip(TIMETABLE, days, strict=True):
        if day is not None:
            if day <= before:
                raise DomainError(N_("The days must follow one another, after the deadline."), field=name)
            before = day


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
    if content.quorum_percent not in QUORUM:
        raise DomainError(N_("Enter a whole number from 1 to 100."), field="quorum_percent")
    check_timetable(content.closes_at, content.timetable)
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
        **dict(zip(TIMETABLE, content.timetable, strict=True)),
    }
