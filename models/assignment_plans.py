"""Plans of assignments: who is to judge what, looked at as one before anybody is asked."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.applications import Application
from models.base import STRICT, Base, Id, Json, Versioned
from models.calls import Call
from models.users import User


class PlanMode(StrEnum):
    FILL = "fill"
    TOP_UP = "top_up"
    REPAIR = "repair"
    LIST = "list"


class PlanStatus(StrEnum):
    PROPOSED = "proposed"
    APPLIED = "applied"
    DISCARDED = "discarded"


class AssignmentPlan(Versioned, Base):
    """Who is to judge what in one call; of a call at most one plan waits.

    `per_application` is how many reviewers an application is to have. `shortage` is what could not be met and why, or
    which rows of a list were refused, see `app.services.assignment_plans`.
    """

    __tablename__ = "assignment_plans"
    __table_args__ = (
        sa.Index(
            "uq_assignment_plans_one_a_call",
            "call_id",
            unique=True,
            sqlite_where=sa.text("status = 'proposed'"),
            postgresql_where=sa.text("status = 'proposed'"),
        ),
        sa.CheckConstraint("per_application > 0", name="per_application_positive"),
        sa.CheckConstraint("(status = 'proposed') = (settled_at IS NULL)", name="settled_or_proposed"),
        STRICT,
    )

    id: Mapped[Id]
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("calls.id"), index=True)
    mode: Mapped[PlanMode]
    status: Mapped[PlanStatus] = mapped_column(default=PlanStatus.PROPOSED)
    per_application: Mapped[int]
    due_on: Mapped[date]
    shortage: Mapped[Json] = mapped_column(default=dict)
    made_by_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    made_at: Mapped[datetime]
    settled_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    settled_at: Mapped[datetime | None]
    call: Mapped[Call] = relationship()
    made_by: Mapped[User] = relationship(foreign_keys=[made_by_id])


class PlannedAssignment(Base):
    """One reviewer for one application in a plan. `reasons` are the parts of its cost: {"language": "reads", …}."""

    __tablename__ = "planned_assignments"
    __table_args__ = (sa.UniqueConstraint("plan_id", "application_id", "reviewer_id"), STRICT)

    id: Mapped[Id]
    plan_id: Mapped[int] = mapped_column(sa.ForeignKey("assignment_plans.id"))
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("applications.id"), index=True)
    reviewer_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    reasons: Mapped[Json] = mapped_column(default=dict)
    application: Mapped[Application] = relationship()
    reviewer: Mapped[User] = relationship()
