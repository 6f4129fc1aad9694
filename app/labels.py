"""What people read instead of codes: a message id for every member of every enum a page, paper or workbook may show.

One explicit table a class. `label` gives the English message id (for forms, which translate late),
`label_text` the text in the language in force, `tone` the colour family of a status tag.
"""

from collections.abc import Mapping
from enum import StrEnum

from app.applying_labels import CONDITIONS, PLEDGE_STATUSES, QUORUMS_OF, WAYS
from app.localisation import N_, gettext
from app.screening_labels import DUPLICATE_VERDICTS, MARK_KINDS, SCREENING_OUTCOMES
from models.applications import ApplicationStatus, BudgetHeading, Payer, ScreeningOutcome
from models.associations import AssociationKind, MembershipRole
from models.calls import CallStatus
from models.contributions import Channel, Check, ContributionKind, ContributionStatus
from models.council_sessions import DecisionOutcome, SessionStatus
from models.documents import DocumentKind
from models.duplicates import DuplicateVerdict
from models.expenditures import ExpenditureStatus
from models.funding_reports import FundingReportStatus
from models.funds import Emblem
from models.grants import GrantStatus, TrancheStatus
from models.indicators import Frequency, ResultStatus
from models.ledger import AccountKind, EventKind
from models.people import MigrantStatus, Sex
from models.pledges import PledgeStatus
from models.prices import PriceKind
from models.rates import RateSource
from models.reviews import AssignmentStatus, ConflictKind, ReviewStatus
from models.users import Role
from models.visits import RiskRating, VisitStatus

APPLICATION_STATUSES: Mapping[ApplicationStatus, str] = {
    ApplicationStatus.DRAFT: N_("Draft"),
    ApplicationStatus.SIGNED_OFF: N_("Signed off"),
    ApplicationStatus.SUBMITTED: N_("Submitted"),
    ApplicationStatus.RETURNED: N_("Returned for changes"),
    ApplicationStatus.RESUBMITTED: N_("Submitted again"),
    ApplicationStatus.ELIGIBLE: N_("Eligible"),
    ApplicationStatus.INELIGIBLE: N_("Not eligible"),
    ApplicationStatus.IN_REVIEW: N_("In review"),
    ApplicationStatus.REVIEWED: N_("Reviewed"),
    ApplicationStatus.SELECTED: N_("Selected"),
    ApplicationStatus.RESERVE: N_("On the reserve list"),
    ApplicationStatus.REJECTED: N_("Not selected"),
    ApplicationStatus.GRANT_OFFERED: N_("Grant offered"),
    ApplicationStatus.WITHDRAWN: N_("Withdrawn"),
}
BUDGET_HEADINGS: Mapping[BudgetHeading, str] = {
    BudgetHeading.EQUIPMENT: N_("Equipment"),
    BudgetHeading.MATERIALS: N_("Materials"),
    BudgetHeading.WORKS: N_("Works"),
    BudgetHeading.LIVESTOCK: N_("Livestock"),
    BudgetHeading.SERVICES: N_("Services"),
    BudgetHeading.TRAINING: N_("Training"),
    BudgetHeading.OTHER: N_("Other costs"),
}
PAYERS: Mapping[Payer, str] = {
    Payer.GRANT: N_("Grant"),
    Payer.REMITTANCE: N_("Co-investment from remittances"),
    Payer.COMMUNITY: N_("Cash of the village"),
    Payer.IN_KIND: N_("Goods and labour (in kind)"),
}
ASSOCIATION_KINDS: Mapping[AssociationKind, str] = {
    AssociationKind.VILLAGE: N_("Village association"),
    AssociationKind.AYIL_OKMOTU: N_("Association of the ayil aymak"),
}
MEMBERSHIP_ROLES: Mapping[MembershipRole, str] = {
    MembershipRole.CHAIR: N_("Chair"),
    MembershipRole.TREASURER: N_("Treasurer"),
    MembershipRole.SECRETARY: N_("Secretary"),
    MembershipRole.MEMBER: N_("Member"),
}
CALL_STATUSES: Mapping[CallStatus, str] = {
    CallStatus.DRAFT: N_("Being prepared"),
    CallStatus.OPEN: N_("Open"),
    CallStatus.DECIDED: N_("Decided"),
    CallStatus.CANCELLED: N_("Cancelled"),
}
CONTRIBUTION_KINDS: Mapping[ContributionKind, str] = {
    ContributionKind.REMITTANCE: N_("Remittances"),
    ContributionKind.COMMUNITY_CASH: N_("Cash of the village"),
    ContributionKind.IN_KIND: N_("Goods and labour (in kind)"),
}
CONTRIBUTION_STATUSES: Mapping[ContributionStatus, str] = {
    ContributionStatus.RECORDED: N_("Waits to be verified"),
    ContributionStatus.VERIFIED: N_("Verified"),
    ContributionStatus.REFUSED: N_("Refused"),
    ContributionStatus.REVERSED: N_("Reversed"),
}
CHANNELS: Mapping[Channel, str] = {
    Channel.MONEY_TRANSFER: N_("Money transfer system"),
    Channel.BANK: N_("Bank transfer"),
    Channel.MOBILE_WALLET: N_("Mobile wallet"),
    Channel.CARD: N_("Card to card"),
    Channel.CUSTOMS_CASH: N_("Cash with customs declaration"),
    Channel.HAND_TO_HAND: N_("Cash from hand to hand"),
}
SESSION_STATUSES: Mapping[SessionStatus, str] = {
    SessionStatus.OPEN: N_("Session open"),
    SessionStatus.SIGNED: N_("Protocol signed"),
}
DECISION_OUTCOMES: Mapping[DecisionOutcome, str] = {
    DecisionOutcome.SELECTED: N_("Selected"),
    DecisionOutcome.RESERVE: N_("On the reserve list"),
    DecisionOutcome.REJECTED: N_("Not selected"),
}
DOCUMENT_KINDS: Mapping[DocumentKind, str] = {
    DocumentKind.MEETING_MINUTES: N_("Minutes of the village meeting"),
    DocumentKind.REGISTRATION: N_("Registration"),
    DocumentKind.QUOTATION: N_("Quotation"),
    DocumentKind.RECEIPT: N_("Receipt"),
    DocumentKind.INVOICE: N_("Invoice"),
    DocumentKind.PHOTO: N_("Photo"),
    DocumentKind.SIGNED_AGREEMENT: N_("Signed agreement"),
    DocumentKind.OTHER: N_("Other document"),
}
EXPENDITURE_STATUSES: Mapping[ExpenditureStatus, str] = {
    ExpenditureStatus.RECORDED: N_("Waits to be accepted"),
    ExpenditureStatus.ACCEPTED: N_("Spending accepted"),
    ExpenditureStatus.REFUSED: N_("Spending refused"),
}
FUNDING_REPORT_STATUSES: Mapping[FundingReportStatus, str] = {
    FundingReportStatus.WAITING: N_("Waiting to be made"),
    FundingReportStatus.RUNNING: N_("Being made"),
    FundingReportStatus.DONE: N_("Ready"),
    FundingReportStatus.FAILED: N_("Could not be made"),
}
EMBLEMS: Mapping[Emblem, str] = {
    Emblem.EU: N_("Emblem of the European Union"),
    Emblem.NONE: N_("No emblem"),
}
GRANT_STATUSES: Mapping[GrantStatus, str] = {
    GrantStatus.OFFERED: N_("Offered"),
    GrantStatus.ACCEPTED: N_("Accepted by the association"),
    GrantStatus.ACTIVE: N_("Active"),
    GrantStatus.SUSPENDED: N_("Suspended"),
    GrantStatus.COMPLETED: N_("Completed"),
    GrantStatus.CLOSED: N_("Closed"),
    GrantStatus.TERMINATED: N_("Terminated"),
}
TRANCHE_STATUSES: Mapping[TrancheStatus, str] = {
    TrancheStatus.PLANNED: N_("Planned"),
    TrancheStatus.REQUESTED: N_("Requested"),
    TrancheStatus.PREPARED: N_("Payment prepared"),
    TrancheStatus.APPROVED: N_("Payment approved"),
    TrancheStatus.RELEASED: N_("Paid"),
    TrancheStatus.CONFIRMED: N_("Receipt confirmed"),
    TrancheStatus.ACCOUNTED: N_("Accounted for"),
    TrancheStatus.RETURNED: N_("Sent back by the bank"),
}
FREQUENCIES: Mapping[Frequency, str] = {
    Frequency.MONTHLY: N_("Every month"),
    Frequency.QUARTERLY: N_("Every quarter"),
    Frequency.YEARLY: N_("Every year"),
    Frequency.AT_COMPLETION: N_("At completion"),
}
RESULT_STATUSES: Mapping[ResultStatus, str] = {
    ResultStatus.REPORTED: N_("Waits to be verified"),
    ResultStatus.VERIFIED: N_("Verified"),
    ResultStatus.REFUSED: N_("Refused"),
}
ACCOUNT_KINDS: Mapping[AccountKind, str] = {
    AccountKind.DONOR: N_("Donor"),
    AccountKind.EXCHANGE: N_("Currency exchange"),
    AccountKind.REMITTER: N_("Migrants abroad"),
    AccountKind.COMMUNITY: N_("The village"),
    AccountKind.IN_KIND_GIVEN: N_("Givers of goods and labour"),
    AccountKind.AVAILABLE: N_("Fund: available"),
    AccountKind.COMMITTED: N_("Grant: committed"),
    AccountKind.ADVANCED: N_("Grant: advanced"),
    AccountKind.SPENT: N_("Grant: spent"),
    AccountKind.CO_INVESTMENT: N_("Co-investment held"),
    AccountKind.CO_INVESTMENT_SPENT: N_("Co-investment spent"),
    AccountKind.IN_KIND_HELD: N_("Goods and labour held"),
    AccountKind.IN_KIND_USED: N_("Goods and labour used"),
}
EVENT_KINDS: Mapping[EventKind, str] = {
    EventKind.FUND_RECEIVED: N_("Money received from the donor"),
    EventKind.GRANT_COMMITTED: N_("Grant committed"),
    EventKind.GRANT_RELEASED: N_("Grant money given back to the fund"),
    EventKind.TRANCHE_RELEASED: N_("Tranche paid"),
    EventKind.TRANCHE_RETURNED: N_("Tranche returned"),
    EventKind.CONTRIBUTION_VERIFIED: N_("Co-investment verified"),
    EventKind.EXPENDITURE_ACCEPTED: N_("Spending accepted"),
    EventKind.REVERSAL: N_("Reversal"),
}
SEXES: Mapping[Sex, str] = {Sex.FEMALE: N_("Woman"), Sex.MALE: N_("Man")}
MIGRANT_STATUSES: Mapping[MigrantStatus, str] = {
    MigrantStatus.CURRENT_MIGRANT: N_("Works abroad now"),
    MigrantStatus.RETURNEE: N_("Returned from migration"),
    MigrantStatus.FAMILY_MEMBER: N_("Family member of a migrant"),
    MigrantStatus.NONE: N_("No migration in the family"),
}
PRICE_KINDS: Mapping[PriceKind, str] = {PriceKind.MARKET: N_("Market price"), PriceKind.IN_KIND: N_("In-kind rate")}
RATE_SOURCES: Mapping[RateSource, str] = {
    RateSource.NBKR_DAILY: N_("National Bank, daily rate"),
    RateSource.NBKR_WEEKLY: N_("National Bank, weekly rate"),
    RateSource.INFOREURO: N_("InforEuro"),
    RateSource.BANK: N_("Rate of the bank"),
    RateSource.MANUAL: N_("Entered by hand, with its source"),
}
ASSIGNMENT_STATUSES: Mapping[AssignmentStatus, str] = {
    AssignmentStatus.PROPOSED: N_("Waits for your answer"),
    AssignmentStatus.ACCEPTED: N_("Review to be written"),
    AssignmentStatus.DECLINED: N_("Declined"),
    AssignmentStatus.RECUSED: N_("Recused"),
    AssignmentStatus.SUBMITTED: N_("Review submitted"),
    AssignmentStatus.CLOSED: N_("Review closed"),
}
CONFLICT_KINDS: Mapping[ConflictKind, str] = {
    ConflictKind.KINSHIP: N_("Kinship with the applicant"),
    ConflictKind.PLACE: N_("Same village or ayil okmotu"),
    ConflictKind.MEMBERSHIP: N_("Member of the association"),
    ConflictKind.BUSINESS: N_("Business with the applicant"),
    ConflictKind.CONTRIBUTOR: N_("Contributor to the project"),
    ConflictKind.OTHER: N_("Another interest"),
}
REVIEW_STATUSES: Mapping[ReviewStatus, str] = {
    ReviewStatus.DRAFT: N_("Review being written"),
    ReviewStatus.SUBMITTED: N_("Review submitted"),
}
ROLES: Mapping[Role, str] = {
    Role.MEMBER: N_("Association member"),
    Role.OPERATOR: N_("Centre operator"),
    Role.REVIEWER: N_("Reviewer"),
    Role.SECRETARY: N_("Council secretary"),
    Role.COUNCIL_CHAIR: N_("Council chair"),
    Role.FINANCE: N_("Finance officer"),
    Role.MONITOR: N_("Monitoring officer"),
    Role.DONOR: N_("Donor"),
    Role.ADMINISTRATOR: N_("Administrator"),
}
CHECKS: Mapping[Check, str] = {
    Check.LEGIBLE: N_("The receipt can be read and nothing on it was altered"),
    Check.AMOUNT: N_("Amount and currency on the receipt are those recorded here"),
    Check.DAY: N_("The day on the receipt is the one recorded here"),
    Check.SENDER: N_("The sender is a member of the association or kin of one"),
    Check.UNUSED: N_("The receipt has not been used for anything else"),
    Check.ARRIVED: N_("The association has the money or the goods"),
}
RISK_RATINGS: Mapping[RiskRating, str] = {
    RiskRating.LOW: N_("Low risk"),
    RiskRating.MEDIUM: N_("Medium risk"),
    RiskRating.HIGH: N_("High risk"),
}
VISIT_STATUSES: Mapping[VisitStatus, str] = {
    VisitStatus.PLANNED: N_("Visit planned"),
    VisitStatus.DONE: N_("Visit done"),
}

LABELS: Mapping[type[StrEnum], Mapping[StrEnum, str]] = {
    type(next(iter(table))): {member: text for member, text in table.items()}  # noqa: C416
    for table in (
        APPLICATION_STATUSES, BUDGET_HEADINGS, PAYERS, SCREENING_OUTCOMES, ASSOCIATION_KINDS, MEMBERSHIP_ROLES,
        CALL_STATUSES, CONTRIBUTION_KINDS, CONTRIBUTION_STATUSES, CHANNELS, SESSION_STATUSES, DECISION_OUTCOMES,
        DOCUMENT_KINDS, EXPENDITURE_STATUSES, FUNDING_REPORT_STATUSES, EMBLEMS, GRANT_STATUSES, TRANCHE_STATUSES,
        FREQUENCIES, RESULT_STATUSES, ACCOUNT_KINDS, EVENT_KINDS, SEXES, MIGRANT_STATUSES, PLEDGE_STATUSES,
        RATE_SOURCES, ASSIGNMENT_STATUSES, CONFLICT_KINDS, REVIEW_STATUSES, ROLES, RISK_RATINGS, VISIT_STATUSES, CHECKS,
        PRICE_KINDS, QUORUMS_OF, WAYS, CONDITIONS,
        DUPLICATE_VERDICTS, MARK_KINDS,
    )
}  # fmt: skip
"""{enum class: {member: English message id}} for every enum of the models."""
UNITS: Mapping[str, str] = {
    "KGS": N_("som"),
    "enterprise": N_("enterprises"),
    "family": N_("families"),
    "fte": N_("full-time jobs"),
    "person": N_("people"),
}
"""What the indicators count, by the unit kept with the indicator."""

COUNTRIES: Mapping[str, str] = {
    "KG": N_("Kyrgyz Republic"),
    "RU": N_("Russia"),
    "KZ": N_("Kazakhstan"),
    "TR": N_("Türkiye"),
    "KR": N_("Republic of Korea"),
    "US": N_("United States"),
    "DE": N_("Germany"),
    "GB": N_("United Kingdom"),
    "AE": N_("United Arab Emirates"),
    "UZ": N_("Uzbekistan"),
    "PL": N_("Poland"),
    "IT": N_("Italy"),
    "BY": N_("Belarus"),
    "CA": N_("Canada"),
    "CN": N_("China"),
    "CZ": N_("Czechia"),
    "ES": N_("Spain"),
    "FR": N_("France"),
    "JP": N_("Japan"),
    "LT": N_("Lithuania"),
    "LV": N_("Latvia"),
    "QA": N_("Qatar"),
    "SA": N_("Saudi Arabia"),
    "TJ": N_("Tajikistan"),
}
"""Countries money comes from, by ISO 3166-1 code; the most frequent ones first."""

CURRENCIES: Mapping[str, str] = {
    "KGS": N_("Kyrgyz som"),
    "RUB": N_("Russian rouble"),
    "USD": N_("US dollar"),
    "EUR": N_("euro"),
    "KZT": N_("Kazakh tenge"),
    "TRY": N_("Turkish lira"),
    "KRW": N_("South Korean won"),
    "GBP": N_("pound sterling"),
    "CNY": N_("Chinese yuan"),
    "UZS": N_("Uzbek som"),
}
"""Currencies of evidence, by ISO 4217 code; the most frequent ones first."""

VISIT_CHECKLIST: Mapping[str, str] = {
    "works": N_("The work goes as the plan says"),
    "equipment": N_("The equipment is in place and in use"),
    "emblem": N_("The donor's emblem is visible"),
    "records": N_("Receipts and records are kept"),
    "co_investment": N_("The co-investment can be seen in the project"),
    "safe": N_("The place is safe for people and animals"),
}
"""What a monitoring officer ticks at a visit: {item key: message id}."""

MET, WAITING, PROBLEM, INFO = "met", "waiting", "problem", "info"


def _tones() -> dict[tuple[type[StrEnum], str], str]:
    groups: dict[str, tuple[StrEnum, ...]] = {
        MET: (
            ApplicationStatus.ELIGIBLE, ApplicationStatus.SELECTED, ApplicationStatus.GRANT_OFFERED,
            ScreeningOutcome.ELIGIBLE, CallStatus.OPEN, ContributionStatus.VERIFIED, DecisionOutcome.SELECTED,
            SessionStatus.SIGNED, ExpenditureStatus.ACCEPTED, FundingReportStatus.DONE, GrantStatus.ACTIVE,
            GrantStatus.COMPLETED, TrancheStatus.CONFIRMED, TrancheStatus.ACCOUNTED, ResultStatus.VERIFIED,
            PledgeStatus.FULFILLED, AssignmentStatus.SUBMITTED, ReviewStatus.SUBMITTED, VisitStatus.DONE,
            RiskRating.LOW, DuplicateVerdict.FALSE_ALARM,
        ),
        WAITING: (
            ApplicationStatus.SIGNED_OFF, ApplicationStatus.RETURNED, ApplicationStatus.RESERVE,
            ScreeningOutcome.RETURNED, ContributionStatus.RECORDED, DecisionOutcome.RESERVE, SessionStatus.OPEN,
            ExpenditureStatus.RECORDED, FundingReportStatus.WAITING, GrantStatus.OFFERED, TrancheStatus.REQUESTED,
            TrancheStatus.PREPARED, TrancheStatus.APPROVED, ResultStatus.REPORTED, PledgeStatus.PARTLY_RECEIVED,
            AssignmentStatus.PROPOSED, AssignmentStatus.ACCEPTED, VisitStatus.PLANNED, RiskRating.MEDIUM,
        ),
        PROBLEM: (
            ApplicationStatus.INELIGIBLE, ApplicationStatus.REJECTED, ScreeningOutcome.INELIGIBLE,
            ContributionStatus.REFUSED, ContributionStatus.REVERSED, DecisionOutcome.REJECTED,
            ExpenditureStatus.REFUSED, FundingReportStatus.FAILED, GrantStatus.SUSPENDED, GrantStatus.TERMINATED,
            TrancheStatus.RETURNED, ResultStatus.REFUSED, PledgeStatus.LAPSED, AssignmentStatus.RECUSED,
            RiskRating.HIGH, DuplicateVerdict.CONFIRMED,
        ),
        INFO: (
            ApplicationStatus.SUBMITTED, ApplicationStatus.RESUBMITTED, ApplicationStatus.IN_REVIEW,
            ApplicationStatus.REVIEWED, CallStatus.DECIDED, FundingReportStatus.RUNNING, GrantStatus.ACCEPTED,
            TrancheStatus.RELEASED, PledgeStatus.PLEDGED,
        ),
    }  # fmt: skip
    return {(type(member), member.value): name for name, members in groups.items() for member in members}


_TONE = _tones()


def label(member: StrEnum) -> str:
    """The English message id of an enum's member."""
    return LABELS[type(member)][member]


def label_text(member: StrEnum) -> str:
    """The label of an enum's member in the language in force."""
    return gettext(label(member))


def country_text(code: str) -> str:
    """The name of a country in the language in force; an unlisted code stays as it is."""
    return gettext(COUNTRIES[code]) if code in COUNTRIES else code


def currency_text(code: str) -> str:
    """The name of a currency with its code, in the language in force."""
    return f"{gettext(CURRENCIES[code])} ({code})" if code in CURRENCIES else code


def unit_text(unit: str) -> str:
    """What an indicator counts, in the language in force."""
    return gettext(UNITS[unit]) if unit in UNITS else unit


def tone(status: StrEnum) -> str:
    """The colour family of a status tag: neutral, waiting, met, problem or info."""
    return _TONE.get((type(status), status.value), "neutral")
