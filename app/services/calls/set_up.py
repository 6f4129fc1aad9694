"""Setting a call up: window, texts, fund, money, rules and rubric, while it is a draft."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from app.clock import bishkek_day
from app.localisation import N_
from app.services import audit, eligibility, match, questions
from app.services.actors import Actor
from app.services.errors import AlreadyUsedError, DomainError
from models.allocations import Allocation
from models.base import db, lock
from models.calls import (
    SHARES,
    TIMETABLE,
    Call,
    CallStatus,
    Criterion,
    QuorumOf,
    RanksBy,
    VoteRule,
    usual_eligibility,
    usual_match_terms,
)
from models.funds import Fund

HIGHEST_BUDGET = 100_000_000_000_00  # tyiyn: a hundred thousand million som is no programme's
MOST_TRANCHES = 6
REVIEWERS = range(2, 6)
"""How many people may judge an application: never one alone (domain.md section 5)."""
QUORUM = range(1, 101)
HIGHEST_COUNT = 10_000
COUNTS = {
    "expected_applications": 0,
    "review_load": 1,
    "appeal_days": 1,
    "most_per_oblast": 1,
    "most_per_ayil_okmotu": 1,
    "most_per_applicant": 1,
}
"""{column: its least value}; None where nothing is set."""
COLUMNS = (
    "code",
    "title",
    "summary",
    "opens_at",
    "closes_at",
    "budget",
    "grant_floor",
    "grant_ceiling",
    "match_percent",
    "in_kind_counts",
    "match_terms",
    "tranche_percents",
    "accounting_percent",
    "visits_before_tranches",
    "reports_before_tranches",
    "quotations_from",
    "reviewers_per_application",
    "reviewers_named",
    "pass_total",
    "pass_section_percent",
    "quorum_percent",
    "quorum_of",
    "spread_points",
    "most_per_oblast",
    "most_per_ayil_okmotu",
    "most_per_applicant",
    *SHARES,
    "ranks_by",
    "partial_awards",
    "expected_applications",
    "review_load",
    "vote_rule",
    "appeal_days",
    "eligibility",
    *TIMETABLE,
)
"""What the secretary sets, beside the fund and the rubric."""


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
    tranche; with `visits_before_tranches` a visit is made after each tranche before the next one,
    with `reports_before_tranches` a spending report through its payment is accepted; what costs `quotations_from` or
    more is bought by one of three quotations;
    an application passes with `pass_total` points of 100 and `pass_section_percent` of each criterion; the
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
    match_terms: Mapping[str, Any] = field(default_factory=usual_match_terms)
    tranche_percents: Sequence[int] = (40, 40, 20)
    accounting_percent: int = 80
    visits_before_tranches: bool = False
    reports_before_tranches: bool = False
    quotations_from: int | None = None
    reviewers_per_application: int = 2
    reviewers_named: bool = False
    pass_total: int = 60
    pass_section_percent: int = 50
    quorum_percent: int = 50
    quorum_of: QuorumOf = QuorumOf.HOUSEHOLDS
    spread_points: int = 20
    most_per_oblast: int | None = None
    most_per_ayil_okmotu: int | None = None
    most_per_applicant: int | None = None
    first_time_percent: int | None = None
    women_led_percent: int | None = None
    youth_led_percent: int | None = None
    ranks_by: RanksBy = RanksBy.MEAN
    partial_awards: bool = True
    expected_applications: int | None = None
    review_load: int = 10
    vote_rule: VoteRule = VoteRule.OPEN
    appeal_days: int = 10
    eligibility: Mapping[str, Any] = field(default_factory=usual_eligibility)
    timetable: Sequence[date | None] = (None, None, None, None)
    """The days of `TIMETABLE` after the deadline; None: not set yet."""


def create(fund: Fund, content: CallInput, rubric: Sequence[CriterionInput], *, actor: Actor, now: datetime) -> Call:
    """Make a draft call with its rubric and the default form; its whole budget comes from `fund` for the time being.

    Raises `AlreadyUsedError` for a code in use and `DomainError` at the field that does not fit.
    """
    _must_be_free(content.code)
    columns = _columns(content)
    _check(SimpleNamespace(**columns))
    call = Call(
        fund=fund,
        created_by_id=actor.user_id,
        form=questions.default_form(),
        required_documents=questions.default_documents(),
        **columns,
    )
    call.allocations.append(Allocation(fund=fund, amount=call.budget))
    db.session.add(call)
    db.session.flush()
    set_rubric(call, rubric)
    audit.record(actor, "call.create", call, now, code=call.code)
    return call


def change(call: Call, values: Mapping[str, Any], *, section: str, actor: Actor, now: datetime) -> None:
    """Change columns of a draft call, one section of its set-up; an open one is frozen.

    Fund and budget are not among them: they follow the call's allocations.
    Raises `AlreadyUsedError` for a code in use and `DomainError` at the field that does not fit, with all the rest.
    """
    must_be_draft(call)
    _check(SimpleNamespace(**{name: getattr(call, name) for name in COLUMNS} | dict(values)), "grant_ceiling")
    if "code" in values:
        _must_be_free(values["code"], call)
    for name, value in values.items():
        setattr(call, name, value)
    db.session.flush()
    audit.record(actor, "call.change", call, now, section=section)


def must_be_draft(call: Call) -> None:
    """Refuse to change a call that is open or was."""
    if call.status is not CallStatus.DRAFT:
        raise DomainError(N_("An open call is frozen: it cannot be changed any more."))


def clone(source: Call, code: str, *, opens_at: datetime, closes_at: datetime, actor: Actor, now: datetime) -> Call:
    """A new draft with everything of an earlier call but its code, its days and its amendments.

    Raises `AlreadyUsedError` for a code in use and `DomainError` for a window that does not fit.
    """
    _must_be_free(code)
    kept = {name: getattr(source, name) for name in COLUMNS if name not in TIMETABLE}
    columns = kept | {"code": code, "opens_at": opens_at, "closes_at": closes_at}
    _check(SimpleNamespace(**(dict.fromkeys(TIMETABLE) | columns)))
    call = Call(
        fund=source.fund,
        created_by_id=actor.user_id,
        cloned_from_id=source.id,
        form=source.form,
        required_documents=[dict(one) for one in source.required_documents],
        **columns,
    )
    for one in source.allocations:
        call.allocations.append(Allocation(fund=one.fund, oblast=one.oblast, theme=one.theme, amount=one.amount))
    db.session.add(call)
    db.session.flush()
    set_rubric(
        call, [CriterionInput(one.key, one.weight, one.title, one.description, one.anchors) for one in source.criteria]
    )
    audit.record(actor, "call.clone", call, now, code=code, call=source.id)
    return call


def _must_be_free(code: str, own: Call | None = None) -> None:
    taken = db.select(Call.id).where(Call.code == code)
    if db.session.scalar(taken.where(Call.id != own.id) if own else taken) is not None:
        raise AlreadyUsedError(N_("This code is taken."), field="code")


def set_weights(call: Call, weights: Mapping[int, int], *, actor: Actor, now: datetime) -> None:
    """Set the weight of each criterion by its id. The total is checked when the call opens."""
    lock(call)
    must_be_draft(call)
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


def _check(content: Any, budget_field: str = "budget") -> None:
    """`content` has the columns of a call; `budget_field` is where a budget is refused that is below the ceiling."""
    for name in ("budget", "grant_floor", "grant_ceiling"):
        if not 0 <= getattr(content, name) <= HIGHEST_BUDGET:
            raise DomainError(N_("The amount must be zero or more and believable."), field=name)
    if content.closes_at <= content.opens_at:
        raise DomainError(N_("The deadline must lie after the opening."), field="closes_on")
    if content.grant_ceiling <= content.grant_floor:
        raise DomainError(N_("The ceiling must be higher than the floor."), field="grant_ceiling")
    if content.budget < content.grant_ceiling:
        raise DomainError(N_("The budget must be at least one grant at the ceiling."), field=budget_field)
    match.check(content.match_percent, content.in_kind_counts, content.match_terms)
    parts = content.tranche_percents
    if not 1 <= len(parts) <= MOST_TRANCHES or any(part < 1 for part in parts):
        raise DomainError(N_("A grant is paid in one to six tranches of at least 1 %%."), field="tranche_percents")
    if sum(parts) != 100:
        raise DomainError(
            N_("The tranches add up to %(total)s %%, not to 100 %%."), field="tranche_percents", total=sum(parts)
        )
    for name in ("accounting_percent", "pass_total", "pass_section_percent", "spread_points"):
        if not 0 <= getattr(content, name) <= 100:
            raise DomainError(N_("Enter a whole number from 0 to 100."), field=name)
    if content.quorum_percent not in QUORUM:
        raise DomainError(N_("Enter a whole number from 1 to 100."), field="quorum_percent")
    if content.reviewers_per_application not in REVIEWERS:
        raise DomainError(N_("Two to five reviewers judge an application."), field="reviewers_per_application")
    for name in SHARES:
        if getattr(content, name) not in (None, *QUORUM):
            raise DomainError(N_("Enter a whole number from 1 to 100."), field=name)
    for name, least in COUNTS.items():
        number = getattr(content, name)
        if number is not None and not least <= number <= HIGHEST_COUNT:
            raise DomainError(
                N_("Enter a whole number from %(least)s to %(most)s."), field=name, least=least, most=HIGHEST_COUNT
            )
    eligibility.check(content.eligibility)
    check_timetable(content.closes_at, [getattr(content, name) for name in TIMETABLE])


def _columns(content: CallInput) -> dict[str, Any]:
    texts = {"title": dict(content.title), "summary": dict(content.summary)}
    days = dict(zip(TIMETABLE, content.timetable, strict=True))
    lists = {
        "tranche_percents": list(content.tranche_percents),
        "eligibility": dict(content.eligibility),
        "match_terms": dict(content.match_terms),
    }
    plain = {name: getattr(content, name) for name in COLUMNS if hasattr(content, name)}
    return plain | texts | days | lists
