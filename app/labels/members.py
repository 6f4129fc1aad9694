"""The label of a member of any enum of the models."""

from collections.abc import Mapping
from enum import StrEnum

from app.labels.applying import (
    APPLICANT_TYPES,
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
    RANKINGS_BY,
    SIGNATURE_OUTCOMES,
    WAYS,
)
from app.labels.judging import (
    AGENDA_ORDERS,
    AGENDA_STATUSES,
    APPEAL_STATUSES,
    ASSIGNMENT_STATUSES,
    CONFLICT_CLUES,
    CONFLICT_KINDS,
    CONFLICT_PARTS,
    CONFLICT_STRENGTHS,
    CONFLICT_VERDICTS,
    CORRECTION_STATUSES,
    DECISION_OUTCOMES,
    DUPLICATE_VERDICTS,
    HELD_STATES,
    INTEREST_KINDS,
    LEANINGS,
    LETTER_STATUSES,
    MARK_KINDS,
    PLAN_MODES,
    PLAN_STATUSES,
    RECUSAL_GROUNDS,
    REVIEW_FLAGS,
    REVIEW_STATUSES,
    SCREENING_OUTCOMES,
    SESSION_STATUSES,
    VOTE_CHOICES,
    VOTE_RULES,
)
from app.labels.money import (
    ACCOUNT_KINDS,
    CHECKS,
    CONTRIBUTION_KINDS,
    CONTRIBUTION_STATUSES,
    EMBLEMS,
    EVENT_KINDS,
    EVIDENCE_KINDS,
    EXPENDITURE_STATUSES,
    EXPORT_STATUSES,
    FILE_FORMS,
    FUNDING_REPORT_STATUSES,
    GRANT_STATUSES,
    OVERRIDABLE_CONDITIONS,
    OVERRIDE_STATUSES,
    RATE_SOURCES,
    RATE_STATES,
    TRANCHE_STATUSES,
)
from app.labels.monitoring import FREQUENCIES, RESULT_STATUSES, RISK_RATINGS, VISIT_STATUSES
from app.labels.people import (
    IDENTITY_CHECKS,
    LOST_DEVICE_STATUSES,
    MEMBERSHIP_ROLES,
    MIGRANT_STATUSES,
    ROLES,
    SEXES,
)
from app.localisation import gettext
from models.applications import BudgetHeading

LABELS: Mapping[type[StrEnum], Mapping[StrEnum, str]] = {
    type(next(iter(table))): {member: text for member, text in table.items()}  # noqa: C416
    for table in (
        APPLICATION_STATUSES, BUDGET_HEADINGS, PAYERS, SCREENING_OUTCOMES, ASSOCIATION_KINDS, MEMBERSHIP_ROLES,
        CALL_STATUSES, CONTRIBUTION_KINDS, CONTRIBUTION_STATUSES, EVIDENCE_KINDS, SESSION_STATUSES, DECISION_OUTCOMES,
        CORRECTION_STATUSES,
        DOCUMENT_KINDS, EXPENDITURE_STATUSES, FUNDING_REPORT_STATUSES, EMBLEMS, GRANT_STATUSES, TRANCHE_STATUSES,
        FREQUENCIES, RESULT_STATUSES, ACCOUNT_KINDS, EVENT_KINDS, SEXES, MIGRANT_STATUSES, PLEDGE_STATUSES,
        RATE_SOURCES, RATE_STATES, ASSIGNMENT_STATUSES, CONFLICT_KINDS, REVIEW_STATUSES, REVIEW_FLAGS, ROLES,
        RISK_RATINGS,
        VISIT_STATUSES, CHECKS, PRICE_KINDS, QUORUMS_OF, APPLICANT_TYPES, RANKINGS_BY, SIGNATURE_OUTCOMES, WAYS,
        CONDITIONS, DUPLICATE_VERDICTS, MARK_KINDS, INTEREST_KINDS, CONFLICT_CLUES, CONFLICT_PARTS, CONFLICT_STRENGTHS,
        CONFLICT_VERDICTS, HELD_STATES, LEANINGS, LETTER_STATUSES, APPEAL_STATUSES, PLAN_MODES, PLAN_STATUSES,
        AGENDA_ORDERS, AGENDA_STATUSES, EXPORT_STATUSES, FILE_FORMS, RECUSAL_GROUNDS, VOTE_CHOICES, VOTE_RULES,
        IDENTITY_CHECKS, LOST_DEVICE_STATUSES, OVERRIDABLE_CONDITIONS, OVERRIDE_STATUSES,
    )
}  # fmt: skip
"""{enum class: {member: English message id}} for every enum of the models."""


def label(member: StrEnum) -> str:
    """The English message id of an enum's member."""
    return LABELS[type(member)][member]


def label_text(member: StrEnum) -> str:
    """The label of an enum's member in the language in force."""
    return gettext(label(member))


def heading_text(heading: str) -> str:
    """The label of a heading of a budget, as accounts of the ledger keep it."""
    return label_text(BudgetHeading(heading))
