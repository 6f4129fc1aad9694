"""What the guide of a call says, read from the call and the centres there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.services import centres, eligibility, match, questions, selection_rules
from app.services.errors import DomainError
from app.services.match import MatchRule
from app.services.questions import Form, RequiredDocument
from models.base import Texts
from models.calls import Call, QuorumOf
from models.centres import Centre
from reports import allocations, credits
from reports.allocations import AllocationLine
from reports.credits import Credit

LEVELS = range(1, 6)


@dataclass(frozen=True)
class CriterionLine:
    """One line of the rubric; `levels` are the descriptions of the levels 1 to 5."""

    title: Texts
    description: Texts
    weight: int
    levels: tuple[Texts, ...]


@dataclass(frozen=True)
class Helper:
    """A resource centre that helps. `hours` are {ISO weekday: (opens, closes)} in Bishkek time."""

    names: Texts
    address: str
    phone: str
    hours: Mapping[str, Sequence[str]]
    note: str


@dataclass(frozen=True)
class CallGuideData:
    """What the guide says of a call. Amounts in tyiyn; `rule` is that of an applicant with the usual ratio.

    `eligible` are the rules of who may apply, a sentence each; a day of the timetable is None when the call names none.
    """

    code: str
    call: Texts
    summary: Texts
    funds: tuple[Texts, ...]
    allocations: tuple[AllocationLine, ...]
    opens_at: datetime
    closes_at: datetime
    made_at: datetime
    budget: int
    grant_floor: int
    grant_ceiling: int
    rule: MatchRule
    match: tuple[DomainError, ...]
    """How much grant the co-investment carries, a sentence each."""
    tranche_percents: tuple[int, ...]
    accounting_percent: int
    reviewers: int
    pass_total: int
    pass_section_percent: int
    selected: tuple[DomainError, ...]
    """How the Council selects, a sentence each."""
    quorum_of: QuorumOf
    quorum_percent: int
    eligible: tuple[DomainError, ...]
    screening_ends_on: date | None
    reviews_end_on: date | None
    council_sits_on: date | None
    first_payment_on: date | None
    form: Form
    asked: tuple[RequiredDocument, ...]
    criteria: tuple[CriterionLine, ...]
    helpers: tuple[Helper, ...]
    credits: tuple[Credit, ...]

    @property
    def examples(self) -> list[tuple[int, int]]:
        """(co-investment, the largest grant for it): too little, enough, for the ceiling, and more than it carries."""
        middle = (self.grant_floor + self.grant_ceiling) // 2
        wanted = [max(self.grant_floor, self.grant_ceiling // 10), middle, self.grant_ceiling]
        sent = [match.due(self.rule, grant).total for grant in wanted]
        sent.append(sent[-1] * 3 // 2)
        return [(one, match.carried_at_best(self.rule, one)) for one in sent]


def gather(call: Call, now: datetime) -> CallGuideData:
    """Everything the guide says, from the call and the centres there are."""
    return CallGuideData(
        code=call.code,
        call=dict(call.title),
        summary=dict(call.summary),
        funds=tuple({one.fund_id: one.fund.names for one in call.allocations}.values()),
        allocations=allocations.lines_of(call),
        opens_at=call.opens_at,
        closes_at=call.closes_at,
        made_at=now,
        budget=call.budget,
        grant_floor=call.grant_floor,
        grant_ceiling=call.grant_ceiling,
        rule=match.rule_of(call, most=call.grant_ceiling),
        match=tuple(match.sentences(call)),
        tranche_percents=tuple(call.tranche_percents),
        accounting_percent=call.accounting_percent,
        reviewers=call.reviewers_per_application,
        pass_total=call.pass_total,
        pass_section_percent=call.pass_section_percent,
        selected=tuple(selection_rules.statements(call)),
        quorum_of=call.quorum_of,
        quorum_percent=call.quorum_percent,
        eligible=tuple(eligibility.statements(call)),
        screening_ends_on=call.screening_ends_on,
        reviews_end_on=call.reviews_end_on,
        council_sits_on=call.council_sits_on,
        first_payment_on=call.first_payment_on,
        form=questions.form_of(call),
        asked=tuple(questions.documents_of(call)),
        criteria=tuple(
            CriterionLine(
                dict(one.title),
                dict(one.description),
                one.weight,
                tuple(dict(one.anchors.get(str(level), {})) for level in LEVELS),
            )
            for one in call.criteria
        ),
        helpers=tuple(_helper(one) for one in centres.listed()),
        credits=credits.of_call(call),
    )


def _helper(centre: Centre) -> Helper:
    return Helper(
        centre.names,
        centre.address,
        centre.phone or "",
        dict(centre.hours),
        centre.hours_note,
    )
