"""Applications: proposal and business plan of one association in one call, with snapshots of each submission."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.associations import Association
from models.base import STRICT, Base, Id, Json, LongText, Minor, Versioned, round_half_up
from models.beneficiaries import Beneficiaries
from models.calls import Call
from models.indicators import Indicator
from models.meetings import Meeting
from models.search_text import SearchText
from models.themes import Theme


class ApplicationStatus(StrEnum):
    DRAFT = "draft"
    SIGNED_OFF = "signed_off"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    RESUBMITTED = "resubmitted"
    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    IN_REVIEW = "in_review"
    REVIEWED = "reviewed"
    SELECTED = "selected"
    RESERVE = "reserve"
    REJECTED = "rejected"
    GRANT_OFFERED = "grant_offered"
    WITHDRAWN = "withdrawn"


class BudgetHeading(StrEnum):
    EQUIPMENT = "equipment"
    MATERIALS = "materials"
    WORKS = "works"
    LIVESTOCK = "livestock"
    SERVICES = "services"
    TRAINING = "training"
    OTHER = "other"


class Payer(StrEnum):
    GRANT = "grant"
    REMITTANCE = "remittance"
    COMMUNITY = "community"
    IN_KIND = "in_kind"


SCREENED = "status IN ('submitted', 'resubmitted', 'returned', 'eligible', 'ineligible')"
"""The states of the secretary's screening list, as the index of it and its queries say them, letter by letter."""

WAITING = (ApplicationStatus.SUBMITTED, ApplicationStatus.RESUBMITTED)
"""The states in which it waits for the secretary."""
UNJUDGED = (ApplicationStatus.ELIGIBLE, ApplicationStatus.IN_REVIEW)
"""The states in which reviewers are asked for it, or are awaited."""
JUDGED = (ApplicationStatus.IN_REVIEW, ApplicationStatus.REVIEWED)
"""The states in which its reviews are written and can be opened again."""
AWARDED = (ApplicationStatus.SELECTED, ApplicationStatus.GRANT_OFFERED)
"""The states in which the Council's award stands."""
EDITABLE = frozenset({ApplicationStatus.DRAFT, ApplicationStatus.RETURNED})


class Application(Versioned, Base):
    """One association's bid in one call.

    `title`, `search_text` and the four amounts (tyiyn) repeat what the sections and lines say, so that
    lists of thousands need no sums; every change of a section or line, and of the call's match rule, renews them.
    """

    __tablename__ = "applications"
    __table_args__ = (
        sa.CheckConstraint(
            "NOT is_test OR status IN ('draft', 'signed_off', 'submitted', 'withdrawn')", name="test_ends_submitted"
        ),
        sa.Index("ix_applications_list", "call_id", "status", "id", "is_test"),
        sa.Index("ix_applications_association", "association_id", "id"),
        sa.Index("ix_applications_status", "status", "id", "is_test"),
        sa.Index(
            "ix_applications_search", "status", "search_text", "is_test"
        ),  # the words are read here, not in the wide rows
        sa.Index(  # all that the screening list is narrowed and counted by, in its order
            "ix_applications_screening",
            "submitted_at",
            "id",
            "status",
            "is_test",
            "call_id",
            "association_id",
            "unmet",
            "search_text",
            sqlite_where=sa.text(SCREENED),
            postgresql_where=sa.text(SCREENED),
        ),
        sa.Index(  # the same without the words, call by call: a third of its size
            "ix_applications_screening_rules",
            "call_id",
            "status",
            "association_id",
            "unmet",
            "submitted_at",
            "id",
            "is_test",
            sqlite_where=sa.text(SCREENED),
            postgresql_where=sa.text(SCREENED),
        ),
        sa.Index(
            "uq_applications_one_a_call",
            "call_id",
            "association_id",
            unique=True,
            sqlite_where=sa.text("status <> 'withdrawn'"),
            postgresql_where=sa.text("status <> 'withdrawn'"),
        ),
        STRICT,
    )

    id: Mapped[Id]
    number: Mapped[str] = mapped_column(sa.String(20), unique=True)
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("calls.id"))
    association_id: Mapped[int] = mapped_column(sa.ForeignKey("associations.id"))
    status: Mapped[ApplicationStatus] = mapped_column(default=ApplicationStatus.DRAFT)
    is_test: Mapped[bool] = mapped_column(default=False)
    """A dry run of its call: it ends with its submission and stands in no list, count or report."""
    title: Mapped[str] = mapped_column(sa.String(200), default="")
    search_text: Mapped[str] = mapped_column(SearchText, default="")
    theme_id: Mapped[int | None] = mapped_column(sa.ForeignKey("themes.id"))
    """None until somebody has chosen, and for ever in applications from before there were themes."""
    language: Mapped[str] = mapped_column(sa.String(2), default="ky")
    grant_requested: Mapped[Minor] = mapped_column(default=0)
    remittance_pledged: Mapped[Minor] = mapped_column(default=0)
    total_cost: Mapped[Minor] = mapped_column(default=0)
    pledges_due: Mapped[Minor] = mapped_column(default=0)
    """What the pledges must come to for the grant asked for, by the match rule of the call."""
    unmet: Mapped[int] = mapped_column(default=0, deferred=True)
    """Which rules of the call it does not meet, a bit each. Triggers write it and nothing else: see `unmet_rules`."""
    created_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    created_at: Mapped[datetime]
    signed_off_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    """Whose account recorded the sign-off that holds; who signed, how and what stands in the signatures."""
    signed_off_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    screened_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]

    call: Mapped[Call] = relationship()
    association: Mapped[Association] = relationship()
    theme: Mapped[Theme | None] = relationship()
    sections: Mapped[list["ApplicationSection"]] = relationship(order_by="ApplicationSection.id")
    budget_lines: Mapped[list["BudgetLine"]] = relationship(order_by="BudgetLine.id")
    targets: Mapped[list["ApplicationTarget"]] = relationship(order_by="ApplicationTarget.id")
    snapshots: Mapped[list["Snapshot"]] = relationship(order_by="Snapshot.sequence")
    screenings: Mapped[list["Screening"]] = relationship(order_by="Screening.id", viewonly=True)
    meeting: Mapped[Meeting | None] = relationship(uselist=False)
    beneficiaries: Mapped[Beneficiaries | None] = relationship(uselist=False)

    @property
    def is_editable(self) -> bool:
        return self.status in EDITABLE

    @property
    def asked_parts(self) -> frozenset[str] | None:
        """The parts of the form it was returned for, by their keys; None when it is not bound to any."""
        if self.status is not ApplicationStatus.RETURNED:
            return None
        returned = [one for one in self.screenings if one.outcome is ScreeningOutcome.RETURNED]
        return frozenset(returned[-1].parts) or None if returned else None

    def is_open(self, part: str) -> bool:
        """Whether this part of the form can be written now."""
        return self.is_editable and (self.asked_parts is None or part in self.asked_parts)

    @property
    def answers(self) -> dict[str, str]:
        """Every answer of every section by question key."""
        return {key: text for section in self.sections for key, text in section.answers.items()}

    @property
    def most_awardable(self) -> int:
        """The largest award its call allows it, in tyiyn."""
        return self.call.most_for(self.grant_requested)

    @property
    def least_awardable(self) -> int:
        """The smallest award its call allows it, in tyiyn."""
        return self.call.least_for(self.grant_requested)

    def amount_paid_by(self, payer: Payer) -> int:
        """What `payer` is to pay of the budget, in tyiyn."""
        return sum(line.amount for line in self.budget_lines if line.payer is payer)


class ApplicationSection(Versioned, Base):
    """The answers of one page of the form: {question key: text}. Its own version, so two members may write at once."""

    __tablename__ = "application_sections"
    __table_args__ = (sa.UniqueConstraint("application_id", "key"), STRICT)

    id: Mapped[Id]
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("applications.id"))
    key: Mapped[str] = mapped_column(sa.String(40))
    answers: Mapped[Json] = mapped_column(default=dict)
    saved_at: Mapped[datetime]
    saved_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))


class BudgetLine(Versioned, Base):
    """A planned cost. `quantity` has up to three decimals, `unit_cost` is in tyiyn; `month` is the plan's, from 1.

    `price_id` names the in-kind rate at which a line in kind is counted; lines from before the list have none.
    """

    __tablename__ = "budget_lines"
    __table_args__ = (
        sa.CheckConstraint("unit_cost > 0", name="unit_cost_positive"),
        sa.CheckConstraint("month BETWEEN 1 AND 24", name="month_range"),
        STRICT,
    )

    id: Mapped[Id]
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("applications.id"), index=True)
    heading: Mapped[BudgetHeading]
    item: Mapped[str] = mapped_column(sa.String(200))
    unit: Mapped[str] = mapped_column(sa.String(40))
    quantity: Mapped[Decimal]
    unit_cost: Mapped[Minor]
    payer: Mapped[Payer]
    month: Mapped[int] = mapped_column(default=1)
    price_id: Mapped[int | None] = mapped_column(sa.ForeignKey("prices.id"), index=True)

    @property
    def amount(self) -> int:
        """Quantity × unit cost in tyiyn, rounded half up once."""
        return round_half_up(self.quantity * self.unit_cost)


class ApplicationTarget(Versioned, Base):
    """What the applicant promises on one indicator."""

    __tablename__ = "application_targets"
    __table_args__ = (sa.UniqueConstraint("application_id", "indicator_id"), STRICT)

    id: Mapped[Id]
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("applications.id"))
    indicator_id: Mapped[int] = mapped_column(sa.ForeignKey("indicators.id"))
    baseline: Mapped[Decimal]
    target: Mapped[Decimal]
    indicator: Mapped[Indicator] = relationship(lazy="joined", innerjoin=True)


class Snapshot(Base):
    """What was submitted: canonical JSON and its SHA-256. Append-only."""

    __tablename__ = "snapshots"
    __table_args__ = (sa.UniqueConstraint("application_id", "sequence"), STRICT)

    id: Mapped[Id]
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("applications.id"))
    sequence: Mapped[int]
    content: Mapped[LongText] = mapped_column(sa.Text, deferred=True)  # long, and most pages ask only that there is one
    sha256: Mapped[str] = mapped_column(sa.String(64), index=True)
    taken_at: Mapped[datetime]
    taken_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))


class ScreeningOutcome(StrEnum):
    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    RETURNED = "returned"


class Screening(Base):
    """One screening of an application. Append-only.

    `findings` lists each rule as it was found: {rule, text, met, found, mend}; `text` is a message id, `found` and
    `mend` are {message, parameters} like a notification's. `parts` are the keys of the parts it was returned for.
    """

    __tablename__ = "screenings"

    id: Mapped[Id]
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("applications.id"), index=True)
    outcome: Mapped[ScreeningOutcome]
    reason: Mapped[LongText] = mapped_column(sa.Text, default="")
    findings: Mapped[Json]
    parts: Mapped[Json] = mapped_column(default=list)
    screened_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    screened_at: Mapped[datetime]
