"""The label of a member of any enum of the models."""

from collections.abc import Mapping
from enum import StrEnum

from app.labels.applying import (
    APPLICATION_STATUSES,
    ASSOCIATION_KINDS,
    BUDGET_HEADINGS,
    CALL_STATUSES,
    CONDITIONS,
    DOCUMENT_KINDS,
    PAYERS,
    PLEDGE_STATUSES,
    PRICE_KINDS,
    QUORUMS_OF,
    SIGNATURE_OUTCOMES,
    WAYS,
)
from app.labels.judging import (
    ASSIGNMENT_STATUSES,
    CONFLICT_CLUES,
    CONFLICT_KINDS,
    CONFLICT_PARTS,
    CONFLICT_STRENGTHS,
    CONFLICT_VERDICTS,
    DECISION_OUTCOMES,
    DUPLICATE_VERDICTS,
    HELD_STATES,
    INTEREST_KINDS,
    LEANINGS,
    MARK_KINDS,
    PLAN_MODES,
    PLAN_STATUSES,
    REVIEW_FLAGS,
    REVIEW_STATUSES,
    SCREENING_OUTCOMES,
    SESSION_STATUSES,
)
from app.labels.money import (
    ACCOUNT_KINDS,
    CHANNELS,
    CHECKS,
    CONTRIBUTION_KINDS,
    CONTRIBUTION_STATUSES,
    EMBLEMS,
    EVENT_KINDS,
    EXPENDITURE_STATUSES,
    FUNDING_REPORT_STATUSES,
    GRANT_STATUSES,
    RATE_SOURCES,
    TRANCHE_STATUSES,
)
from app.labels.monitoring import FREQUENCIES, RESULT_STATUSES, RISK_RATINGS, VISIT_STATUSES
from app.labels.people import MEMBERSHIP_ROLES, MIGRANT_STATUSES, ROLES, SEXES
from app.localisation import gettext

LABELS: Mapping[type[StrEnum], Mapping[StrEnum, str]] = {
    type(next(iter(table))): {member: text for member, text in table.items()}  # noqa: C416
    for table in (
        APPLICATION_STATUSES, BUDGET_HEADINGS, PAYERS, SCREENING_OUTCOMES, ASSOCIATION_KINDS, MEMBERSHIP_ROLES,
        CALL_STATUSES, CONTRIBUTION_KINDS, CONTRIBUTION_STATUSES, CHANNELS, SESSION_STATUSES, DECISION_OUTCOMES,
        DOCUMENT_KINDS, EXPENDITURE_STATUSES, FUNDING_REPORT_STATUSES, EMBLEMS, GRANT_STATUSES, TRANCHE_STATUSES,
        FREQUENCIES, RESULT_STATUSES, ACCOUNT_KINDS, EVENT_KINDS, SEXES, MIGRANT_STATUSES, PLEDGE_STATUSES,
        RATE_SOURCES, ASSIGNMENT_STATUSES, CONFLICT_KINDS, REVIEW_STATUSES, REVIEW_FLAGS, ROLES, RISK_RATINGS,
        VISIT_STATUSES, CHECKS, PRICE_KINDS, QUORUMS_OF, SIGNATURE_OUTCOMES, WAYS, CONDITIONS,
        DUPLICATE_VERDICTS, MARK_KINDS, INTEREST_KINDS, CONFLICT_CLUES, CONFLICT_PARTS, CONFLICT_STRENGTHS,
        CONFLICT_VERDICTS, HELD_STATES, LEANINGS, PLAN_MODES, PLAN_STATUSES,
    )
}  # fmt: skip
"""{enum class: {member: English message id}} for every enum of the models."""


def label(member: StrEnum) -> str:
    """The English message id of an enum's member."""
    return LABELS[type(member)][member]


def label_text(member: StrEnum) -> str:
    """The label of an enum's member in the language in force."""
    return gettext(label(member))
