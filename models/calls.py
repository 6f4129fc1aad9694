"""Calls for proposals and the rubric each is judged by."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.allocations import Allocation
from models.base import STRICT, Base, Id, Json, LongText, Minor, Texts, Versioned, text_in
from models.funds import Fund


class CallStatus(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    DECIDED = "decided"
    CANCELLED = "cancelled"


class QuorumOf(StrEnum):
    """What the quorum of a village meeting is counted in."""

    HOUSEHOLDS = "households"
    ADULTS = "adults"


class VoteRule(StrEnum):
    """Whether the Council's votes are recorded by name or only counted."""

    OPEN = "open"
    SECRET = "secret"  # noqa: S105 - a rule, no password


class RanksBy(StrEnum):
    """Which score ranks the applications of a call; the thresholds are always held against the mean."""

    MEAN = "mean"
    ADJUSTED = "adjusted"


class ApplicantType(StrEnum):
    """Of what sort an applicant is: a call may give each sort a ratio of its own."""

    GRADUATE = "graduate"
    WOMEN_LED = "women_led"
    YOUTH_LED = "youth_led"
    AYIL_OKMOTU = "ayil_okmotu"


SHARES = ("first_time_percent", "women_led_percent", "youth_led_percent")
"""Columns: so many percent of the selected applications at least come from such associations; None: no share."""
TIMETABLE = ("screening_ends_on", "reviews_end_on", "council_sits_on", "first_payment_on")
"""The days after the deadline, in their order."""
AMENDABLE = ("title", "summary", "closes_at", "budget", *TIMETABLE)
"""Columns of an open call that a published amendment may change."""
UNTIL_SUBMITTED = (
    *("grant_floor", "grant_ceiling", "match_percent", "in_kind_counts", "match_terms"),
    *("quorum_percent", "quorum_of", "required_documents"),
)
"""The same, but only while nobody has submitted: who did relied on them."""
FIXED = (
    "id",
    "code",
    "fund_id",
    "opens_at",
    "opened_at",
    "created_by_id",
    "cloned_from_id",
    "tranche_percents",
    "accounting_percent",
    "visits_before_tranches",
    "reports_before_tranches",
    "quotations_from",
    "reviewers_per_application",
    "reviewers_named",
    "pass_total",
    "pass_section_percent",
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
    "form",
)
"""Columns that stay as they were when the call opened."""


def usual_eligibility() -> dict[str, Any]:
    """The eligibility rules of a new call, see `app.services.eligibility`."""
    return {"running_grants": 0, "co_investment_percent": 0, "founded_months": 0, "oblasts": []}


def usual_match_terms() -> dict[str, Any]:
    """What the match rule of a new call has beside its ratio, see `app.services.match.MatchRule`; amounts in tyiyn.

    `percents` are the ratios of applicants of their own sort: {value of `ApplicantType`: percent}.
    """
    return {
        "percents": {},
        "first_stage": None,
        "beyond_percent": None,
        "remittance_share": None,
        "community_share": None,
        "grant_share": None,
        "community_counts": True,
        "in_kind_most": None,
        "remittance_least": None,
    }


def least_award(most: int, floor: int, *, partial_awards: bool) -> int:
    """The smallest award (tyiyn) to who may get at most `most`: all of it, unless less may be awarded too."""
    return max(1, min(floor, most)) if partial_awards else most


class Call(Versioned, Base):
    """A round. Amounts in tyiyn; the rule columns hold the defaults of domain.md section 5 unless changed.

    `budget` is the sum of its allocations; `fund` the one that gave most of it when it opened: it leads on the
    call's papers. What is awarded comes from an allocation's fund, not from this one.
    `form` is the application form as canonical JSON, read by `app.services.questions`; `required_documents` the papers
    asked for: [{kind, is_required, months, text}]. Both are read only where they are needed: they are long.
    """

    __tablename__ = "calls"
    __table_args__ = (
        sa.CheckConstraint("closes_at > opens_at", name="window_in_order"),
        sa.CheckConstraint("grant_floor >= 0 AND grant_ceiling > grant_floor", name="ceiling_above_floor"),
        sa.CheckConstraint("budget > 0", name="budget_positive"),
        sa.CheckConstraint("match_percent > 0", name="match_positive"),
        sa.CheckConstraint("accounting_percent BETWEEN 0 AND 100", name="accounting_percent_range"),
        sa.CheckConstraint("quorum_percent BETWEEN 1 AND 100", name="quorum_percent_range"),
        sa.CheckConstraint("spread_points BETWEEN 0 AND 100", name="spread_points_range"),
        sa.CheckConstraint("review_load > 0", name="review_load_positive"),
        sa.CheckConstraint("appeal_days > 0", name="appeal_days_positive"),
        sa.CheckConstraint("most_per_applicant > 0", name="most_per_applicant_positive"),
        *(sa.CheckConstraint(f"{name} BETWEEN 1 AND 100", name=f"{name}_range") for name in SHARES),
        STRICT,
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(sa.String(30), unique=True)
    fund_id: Mapped[int] = mapped_column(sa.ForeignKey("funds.id"), index=True)
    title: Mapped[Json]
    summary: Mapped[Json]
    status: Mapped[CallStatus] = mapped_column(default=CallStatus.DRAFT)
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    budget: Mapped[Minor]
    grant_floor: Mapped[Minor] = mapped_column(default=0)
    grant_ceiling: Mapped[Minor]
    match_percent: Mapped[int] = mapped_column(default=100)
    tranche_percents: Mapped[Json] = mapped_column(default=lambda: [40, 40, 20])
    accounting_percent: Mapped[int] = mapped_column(default=80)
    visits_before_tranches: Mapped[bool] = mapped_column(default=False)
    reports_before_tranches: Mapped[bool] = mapped_column(default=False)
    quotations_from: Mapped[int | None] = mapped_column(sa.BigInteger)
    in_kind_counts: Mapped[bool] = mapped_column(default=False)
    match_terms: Mapped[Json] = mapped_column(default=usual_match_terms)
    pass_total: Mapped[int] = mapped_column(default=60)
    pass_section_percent: Mapped[int] = mapped_column(default=50)
    reviewers_per_application: Mapped[int] = mapped_column(default=2)
    reviewers_named: Mapped[bool] = mapped_column(default=False)
    quorum_percent: Mapped[int] = mapped_column(default=50)
    quorum_of: Mapped[QuorumOf] = mapped_column(default=QuorumOf.HOUSEHOLDS)
    created_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    opened_at: Mapped[datetime | None]
    is_public: Mapped[bool] = mapped_column(default=True)
    form: Mapped[LongText] = mapped_column(sa.Text, deferred=True, deferred_group="form")
    required_documents: Mapped[Json] = mapped_column(deferred=True, deferred_group="form")
    cloned_from_id: Mapped[int | None] = mapped_column(sa.ForeignKey("calls.id"))
    amendment_count: Mapped[int] = mapped_column(default=0)
    eligibility: Mapped[Json] = mapped_column(default=usual_eligibility)
    spread_points: Mapped[int] = mapped_column(default=20)
    most_per_oblast: Mapped[int | None]
    most_per_ayil_okmotu: Mapped[int | None]
    most_per_applicant: Mapped[int | None]
    first_time_percent: Mapped[int | None]
    women_led_percent: Mapped[int | None]
    youth_led_percent: Mapped[int | None]
    ranks_by: Mapped[RanksBy] = mapped_column(default=RanksBy.MEAN)
    partial_awards: Mapped[bool] = mapped_column(default=True)
    expected_applications: Mapped[int | None]
    review_load: Mapped[int] = mapped_column(default=10)
    vote_rule: Mapped[VoteRule] = mapped_column(default=VoteRule.OPEN)
    appeal_days: Mapped[int] = mapped_column(default=10)
    screening_ends_on: Mapped[date | None]
    reviews_end_on: Mapped[date | None]
    council_sits_on: Mapped[date | None]
    first_payment_on: Mapped[date | None]

    fund: Mapped[Fund] = relationship()
    allocations: Mapped[list[Allocation]] = relationship(order_by=Allocation.id)
    criteria: Mapped[list["Criterion"]] = relationship(back_populates="call", order_by="Criterion.position")

    @property
    def weights(self) -> dict[str, int]:
        """{key of a criterion: its weight in percent}, in the order of the rubric."""
        return {one.key: one.weight for one in self.criteria}

    def title_in(self, locale: str) -> str:
        return text_in(self.title, locale)

    def summary_in(self, locale: str) -> str:
        return text_in(self.summary, locale)

    def most_for(self, asked: int) -> int:
        """The largest award (tyiyn) to who asks for so much."""
        return min(asked, self.grant_ceiling)

    def least_for(self, asked: int) -> int:
        """The smallest award (tyiyn) to who asks for so much."""
        return least_award(self.most_for(asked), self.grant_floor, partial_awards=self.partial_awards)

    def is_open_at(self, now: datetime) -> bool:
        """Submissions count through the whole last second of the deadline."""
        return self.status is CallStatus.OPEN and self.opens_at <= now and now.replace(microsecond=0) <= self.closes_at

    def is_past_deadline(self, now: datetime) -> bool:
        return now.replace(microsecond=0) > self.closes_at


class CallForm(Base):
    """A form that something was submitted under, by its hash: a snapshot is read by its own form. Append-only."""

    __tablename__ = "call_forms"
    __table_args__ = (sa.UniqueConstraint("call_id", "sha256"), STRICT)

    id: Mapped[Id]
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("calls.id"))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    content: Mapped[LongText] = mapped_column(sa.Text)
    kept_at: Mapped[datetime]


class Criterion(Versioned, Base):
    """One line of the rubric. `anchors` describes each level 1-5 in three languages; weights of a call total 100."""

    __tablename__ = "criteria"
    __table_args__ = (
        sa.CheckConstraint("weight > 0 AND weight <= 100", name="weight_range"),
        sa.UniqueConstraint("call_id", "key"),
        sa.UniqueConstraint("call_id", "position"),
        STRICT,
    )

    id: Mapped[Id]
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("calls.id"))
    position: Mapped[int]
    key: Mapped[str] = mapped_column(sa.String(40))
    weight: Mapped[int]
    title: Mapped[Json]
    description: Mapped[Json]
    anchors: Mapped[Json]
    call: Mapped[Call] = relationship(back_populates="criteria")

    def title_in(self, locale: str) -> str:
        return text_in(self.title, locale)

    def description_in(self, locale: str) -> str:
        return text_in(self.description, locale)

    def anchor_in(self, level: int, locale: str) -> str:
        anchor: Texts = self.anchors.get(str(level), {})
        return text_in(anchor, locale)
