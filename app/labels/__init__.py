"""What people read instead of codes: a message id for every member of every enum a page, paper or workbook may show.

One explicit table a class. `label` gives the English message id (for forms, which translate late),
`label_text` the text in the language in force, `tone` the colour family of a status tag.
"""

from app.labels.applying import BUDGET_HEADINGS, DOCUMENT_KINDS, PAYERS
from app.labels.judging import (
    CONFLICT_KINDS,
    DECISION_OUTCOMES,
    RECUSAL_GROUNDS,
    REVIEW_FLAGS,
    VOTE_CHOICES,
    VOTE_RULES,
)
from app.labels.lists import COUNTRIES, CURRENCIES, UNITS, VISIT_CHECKLIST, country_text, currency_text, unit_text
from app.labels.members import LABELS, heading_text, label, label_text
from app.labels.money import (
    ASSET_ENDS,
    CONTRIBUTION_KINDS,
    EMBLEMS,
    GRANT_STATUSES,
    OVERRIDABLE_CONDITIONS,
    RATE_SOURCES,
    SIGNING_SIDES,
    TRANCHE_STATUSES,
    checks_of,
    faults_of,
)
from app.labels.monitoring import RISK_RATINGS
from app.labels.people import IDENTITY_CHECKS, ROLES
from app.labels.tones import tone

__all__ = [
    "ASSET_ENDS",
    "BUDGET_HEADINGS",
    "CONFLICT_KINDS",
    "CONTRIBUTION_KINDS",
    "COUNTRIES",
    "CURRENCIES",
    "DECISION_OUTCOMES",
    "DOCUMENT_KINDS",
    "EMBLEMS",
    "GRANT_STATUSES",
    "IDENTITY_CHECKS",
    "LABELS",
    "OVERRIDABLE_CONDITIONS",
    "PAYERS",
    "RATE_SOURCES",
    "RECUSAL_GROUNDS",
    "REVIEW_FLAGS",
    "RISK_RATINGS",
    "ROLES",
    "SIGNING_SIDES",
    "TRANCHE_STATUSES",
    "UNITS",
    "VISIT_CHECKLIST",
    "VOTE_CHOICES",
    "VOTE_RULES",
    "checks_of",
    "country_text",
    "currency_text",
    "faults_of",
    "heading_text",
    "label",
    "label_text",
    "tone",
    "unit_text",
]
