"""The permission table: who may do what (`GRANTS`), and over which rows (`Scope`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any

from app.localisation import N_
from app.services.ledger import LedgerAccount, LedgerEvent
from models.applications import Application
from models.assets import Asset
from models.associations import Association
from models.base import db
from models.centres import Centre
from models.contributions import Contribution
from models.documents import Document
from models.expenditure_reports import ExpenditureReport
from models.expenditures import Expenditure
from models.funds import Fund
from models.grant_amendments import GrantAmendment
from models.grants import Grant, Tranche
from models.indicators import Result, Target
from models.overrides import Override
from models.purchases import Purchase
from models.reviews import Assignment
from models.users import Role, User
from models.visits import Visit


class Permission(StrEnum):
    """What can be done, as noun:verb."""

    DESK_READ = "desk:read"
    SELF_MANAGE = "self:manage"
    FACTOR_MANAGE = "factor:manage"
    LOST_DEVICE_BEGIN = "lost_device:begin"
    LOST_DEVICE_READ = "lost_device:read"
    LOST_DEVICE_DECIDE = "lost_device:decide"
    NOTIFICATION_READ = "notification:read"
    CALL_READ = "call:read"
    CALL_MANAGE = "call:manage"
    DRY_RUN_READ = "dry_run:read"
    CENTRE_READ = "centre:read"
    CENTRE_MANAGE = "centre:manage"
    CENTRE_KEEP = "centre:keep"
    ASSOCIATION_READ = "association:read"
    ASSOCIATION_MANAGE = "association:manage"
    ASSOCIATION_MOVE = "association:move"
    MEMBER_MANAGE = "member:manage"
    PAYOUT_ACCOUNT_PROPOSE = "payout_account:propose"
    PAYOUT_ACCOUNT_CONFIRM = "payout_account:confirm"
    ACCOUNT_NOTICE_RECORD = "account_notice:record"
    ACCOUNT_OBJECTION_READ = "account_objection:read"
    ACCOUNT_OBJECTION_RAISE = "account_objection:raise"
    ACCOUNT_OBJECTION_ANSWER = "account_objection:answer"
    ACCOUNT_OBJECTION_SETTLE = "account_objection:settle"
    APPLICATION_READ = "application:read"
    APPLICATION_WRITE = "application:write"
    APPLICATION_SIGN_OFF = "application:sign_off"
    APPLICATION_SUBMIT = "application:submit"
    APPLICATION_SCREEN = "application:screen"
    DICTATION_READ = "dictation:read"
    DICTATION_MANAGE = "dictation:manage"
    DICTATION_CONFIRM = "dictation:confirm"
    APPLICATION_COMPARE = "application:compare"
    DOCUMENT_READ = "document:read"
    INTEREST_KEEP = "interest:keep"
    CONFLICT_JUDGE = "conflict:judge"
    ASSIGNMENT_MANAGE = "assignment:manage"
    ASSIGNMENT_ANSWER = "assignment:answer"
    REVIEW_WRITE = "review:write"
    REVIEW_READ = "review:read"
    RANKING_READ = "ranking:read"
    SESSION_READ = "session:read"
    SESSION_MANAGE = "session:manage"
    SESSION_ATTEND = "session:attend"
    PROTOCOL_SIGN = "protocol:sign"
    LETTER_READ = "letter:read"
    LETTER_SEND = "letter:send"
    LETTER_PRINT = "letter:print"
    APPEAL_READ = "appeal:read"
    APPEAL_LODGE = "appeal:lodge"
    APPEAL_ACKNOWLEDGE = "appeal:acknowledge"
    APPEAL_DECIDE = "appeal:decide"
    GRANT_READ = "grant:read"
    GRANT_OFFER = "grant:offer"
    GRANT_ACCEPT = "grant:accept"
    AGREEMENT_SIGN = "agreement:sign"
    AGREEMENT_COUNTERSIGN = "agreement:countersign"
    GRANT_DECLINE = "grant:decline"
    GRANT_MANAGE = "grant:manage"
    GRANT_COMPLETE = "grant:complete"
    FUND_CLOSE = "fund:close"
    RECOVERY_PROPOSE = "recovery:propose"
    RECOVERY_DECIDE = "recovery:decide"
    TERMINATION_PROPOSE = "termination:propose"
    TERMINATION_DECIDE = "termination:decide"
    GRANT_AMENDMENT_PROPOSE = "grant_amendment:propose"
    GRANT_AMENDMENT_DECIDE = "grant_amendment:decide"
    TRANCHE_REQUEST = "tranche:request"
    TRANCHE_RECEIPT_CONFIRM = "tranche_receipt:confirm"
    TRANCHE_RECEIPT_RECORD = "tranche_receipt:record"
    TRANCHE_PAY = "tranche:pay"
    OVERRIDE_READ = "override:read"
    OVERRIDE_PROPOSE = "override:propose"
    OVERRIDE_DECIDE = "override:decide"
    OVERRIDE_RULE_MANAGE = "override_rule:manage"
    CHANNEL_MANAGE = "channel:manage"
    CONTRIBUTION_READ = "contribution:read"
    CONTRIBUTION_RECORD = "contribution:record"
    CONTRIBUTION_VERIFY = "contribution:verify"
    CONTRIBUTION_REVERSE = "contribution:reverse"
    REMITTER_READ = "remitter:read"
    REMITTER_KEEP = "remitter:keep"
    SIGN_JUDGE = "sign:judge"
    EXPENDITURE_READ = "expenditure:read"
    EXPENDITURE_RECORD = "expenditure:record"
    EXPENDITURE_ACCEPT = "expenditure:accept"
    SUPPLIER_READ = "supplier:read"
    SUPPLIER_KEEP = "supplier:keep"
    VISIT_READ = "visit:read"
    VISIT_MANAGE = "visit:manage"
    RESULT_REPORT = "result:report"
    RESULT_VERIFY = "result:verify"
    DONOR_READ = "donor:read"
    DONOR_MANAGE = "donor:manage"
    BANK_STATEMENT_MANAGE = "bank_statement:manage"
    PAYMENT_BATCH_READ = "payment_batch:read"
    PAYMENT_BATCH_MANAGE = "payment_batch:manage"
    FUND_READ = "fund:read"
    FUND_MANAGE = "fund:manage"
    LEDGER_READ = "ledger:read"
    RATE_READ = "rate:read"
    RATE_MANAGE = "rate:manage"
    PRICE_READ = "price:read"
    PRICE_MANAGE = "price:manage"
    FUNDING_REPORT_READ = "funding_report:read"
    AUDIT_READ = "audit:read"
    USER_READ = "user:read"
    USER_CREATE = "user:create"
    USER_MANAGE = "user:manage"


class Scope(Enum):
    """Over which rows a role holds a permission."""

    ALL = "all"
    ASSOCIATION = "own association"
    CENTRE = "associations of the own centre"
    ASSIGNMENT = "own assignment"
    DONOR = "funds of the own donor"


@dataclass(frozen=True)
class Allowed:
    """Yes."""

    def __bool__(self) -> bool:
        return True


@dataclass(frozen=True)
class Refused:
    """No, and why (an English message id for the page)."""

    reason: str

    def __bool__(self) -> bool:
        return False


R, S, P = Role, Scope, Permission
_EVERYBODY: dict[Role, Scope] = dict.fromkeys(Role, S.ALL)
_APPLICANT: dict[Role, Scope] = {R.MEMBER: S.ASSOCIATION, R.OPERATOR: S.CENTRE}
STAFF = (R.SECRETARY, R.COUNCIL_CHAIR, R.FINANCE, R.MONITOR, R.ADMINISTRATOR)
OFFICE: dict[Role, Scope] = {R.SECRETARY: S.ALL, R.COUNCIL_CHAIR: S.ALL}

GRANTS: Mapping[Permission, Mapping[Role, Scope]] = {
    P.DESK_READ: _EVERYBODY,
    P.SELF_MANAGE: _EVERYBODY,
    P.FACTOR_MANAGE: _EVERYBODY,  # the own one
    P.LOST_DEVICE_BEGIN: {R.ADMINISTRATOR: S.ALL},
    P.LOST_DEVICE_READ: {R.ADMINISTRATOR: S.ALL, R.SECRETARY: S.ALL},
    P.LOST_DEVICE_DECIDE: {R.ADMINISTRATOR: S.ALL, R.SECRETARY: S.ALL},
    P.NOTIFICATION_READ: _EVERYBODY,
    P.CALL_READ: _EVERYBODY,
    P.CALL_MANAGE: {R.SECRETARY: S.ALL},
    P.DRY_RUN_READ: {R.SECRETARY: S.ALL, R.MEMBER: S.ALL, R.OPERATOR: S.ALL},  # of calls one sees
    P.CENTRE_READ: OFFICE | {R.OPERATOR: S.CENTRE, R.FINANCE: S.ALL, R.MONITOR: S.ALL, R.ADMINISTRATOR: S.ALL},
    P.CENTRE_MANAGE: {R.ADMINISTRATOR: S.ALL},
    P.CENTRE_KEEP: {R.OPERATOR: S.CENTRE, R.SECRETARY: S.ALL, R.ADMINISTRATOR: S.ALL},
    P.ASSOCIATION_READ: _APPLICANT | OFFICE | {R.FINANCE: S.ALL, R.MONITOR: S.ALL, R.ADMINISTRATOR: S.ALL},
    P.ASSOCIATION_MANAGE: {R.ADMINISTRATOR: S.ALL},
    P.ASSOCIATION_MOVE: {R.SECRETARY: S.ALL},
    P.MEMBER_MANAGE: {R.OPERATOR: S.CENTRE, R.ADMINISTRATOR: S.ALL},
    P.PAYOUT_ACCOUNT_PROPOSE: _APPLICANT,
    P.PAYOUT_ACCOUNT_CONFIRM: {R.FINANCE: S.ALL},
    P.ACCOUNT_NOTICE_RECORD: _APPLICANT | {R.FINANCE: S.ALL},  # who of them, the service says
    P.ACCOUNT_OBJECTION_READ: _APPLICANT | OFFICE | {R.FINANCE: S.ALL},
    P.ACCOUNT_OBJECTION_RAISE: _APPLICANT | {R.FINANCE: S.ALL},
    P.ACCOUNT_OBJECTION_ANSWER: {R.FINANCE: S.ALL},
    P.ACCOUNT_OBJECTION_SETTLE: OFFICE | {R.FINANCE: S.ALL},
    P.APPLICATION_READ: _APPLICANT | OFFICE | {R.REVIEWER: S.ASSIGNMENT, R.FINANCE: S.ALL, R.MONITOR: S.ALL},
    P.APPLICATION_WRITE: _APPLICANT,
    P.APPLICATION_SIGN_OFF: _APPLICANT,
    P.APPLICATION_SUBMIT: _APPLICANT,
    P.APPLICATION_SCREEN: {R.SECRETARY: S.ALL},
    P.DICTATION_READ: _APPLICANT | OFFICE,
    P.DICTATION_MANAGE: {R.OPERATOR: S.CENTRE},
    P.DICTATION_CONFIRM: {R.MEMBER: S.ASSOCIATION},
    P.APPLICATION_COMPARE: _APPLICANT | OFFICE,
    P.DOCUMENT_READ: _EVERYBODY,  # narrowed to documents of what one sees, by `visible`
    P.INTEREST_KEEP: OFFICE | {R.REVIEWER: S.ALL, R.MONITOR: S.ALL},  # the own register alone, by `visible`
    P.CONFLICT_JUDGE: {R.SECRETARY: S.ALL},
    P.ASSIGNMENT_MANAGE: {R.SECRETARY: S.ALL},
    P.ASSIGNMENT_ANSWER: {R.REVIEWER: S.ASSIGNMENT},
    P.REVIEW_WRITE: {R.REVIEWER: S.ASSIGNMENT},
    P.REVIEW_READ: OFFICE | {R.REVIEWER: S.ASSIGNMENT},
    P.RANKING_READ: OFFICE,
    P.SESSION_READ: OFFICE,
    P.SESSION_MANAGE: {R.SECRETARY: S.ALL},
    P.SESSION_ATTEND: {R.REVIEWER: S.ALL, R.COUNCIL_CHAIR: S.ALL},  # where they are on the list, by `visible`
    P.PROTOCOL_SIGN: {R.COUNCIL_CHAIR: S.ALL},
    P.LETTER_READ: _APPLICANT | OFFICE,
    P.LETTER_SEND: OFFICE,
    P.LETTER_PRINT: OFFICE | {R.OPERATOR: S.CENTRE},  # those that are sent, of a centre
    P.APPEAL_READ: _APPLICANT | OFFICE,
    P.APPEAL_LODGE: _APPLICANT,
    P.APPEAL_ACKNOWLEDGE: {R.SECRETARY: S.ALL},
    P.APPEAL_DECIDE: {R.COUNCIL_CHAIR: S.ALL},
    P.GRANT_READ: _APPLICANT | OFFICE | {R.FINANCE: S.ALL, R.MONITOR: S.ALL, R.DONOR: S.DONOR},
    P.GRANT_OFFER: {R.FINANCE: S.ALL},
    P.GRANT_ACCEPT: _APPLICANT,
    P.AGREEMENT_SIGN: {R.MEMBER: S.ASSOCIATION},
    P.AGREEMENT_COUNTERSIGN: {R.SECRETARY: S.ALL},
    P.GRANT_DECLINE: {R.MEMBER: S.ASSOCIATION},
    P.GRANT_MANAGE: {R.FINANCE: S.ALL},
    P.GRANT_COMPLETE: {R.MONITOR: S.ALL},
    P.FUND_CLOSE: {R.FINANCE: S.ALL, R.COUNCIL_CHAIR: S.ALL},
    P.RECOVERY_PROPOSE: {R.FINANCE: S.ALL},
    P.RECOVERY_DECIDE: {R.FINANCE: S.ALL, R.COUNCIL_CHAIR: S.ALL},
    P.TERMINATION_PROPOSE: {R.FINANCE: S.ALL, R.SECRETARY: S.ALL},
    P.TERMINATION_DECIDE: {R.FINANCE: S.ALL, R.COUNCIL_CHAIR: S.ALL},
    P.GRANT_AMENDMENT_PROPOSE: _APPLICANT | {R.FINANCE: S.ALL},
    P.GRANT_AMENDMENT_DECIDE: OFFICE | {R.FINANCE: S.ALL},  # who of them, the service says
    P.TRANCHE_REQUEST: _APPLICANT,
    P.TRANCHE_RECEIPT_CONFIRM: {R.MEMBER: S.ASSOCIATION},
    P.TRANCHE_RECEIPT_RECORD: {R.OPERATOR: S.CENTRE},
    P.TRANCHE_PAY: {R.FINANCE: S.ALL},
    P.OVERRIDE_READ: OFFICE | {R.FINANCE: S.ALL, R.MONITOR: S.ALL},
    P.OVERRIDE_PROPOSE: OFFICE | {R.FINANCE: S.ALL, R.MONITOR: S.ALL},  # narrowed by the rules of overrides
    P.OVERRIDE_DECIDE: OFFICE | {R.FINANCE: S.ALL, R.MONITOR: S.ALL},  # narrowed by the rules of overrides
    P.OVERRIDE_RULE_MANAGE: {R.SECRETARY: S.ALL, R.ADMINISTRATOR: S.ALL},
    P.CHANNEL_MANAGE: {R.SECRETARY: S.ALL, R.ADMINISTRATOR: S.ALL},
    P.CONTRIBUTION_READ: _APPLICANT | OFFICE | {R.FINANCE: S.ALL, R.MONITOR: S.ALL},
    P.CONTRIBUTION_RECORD: _APPLICANT,
    P.CONTRIBUTION_VERIFY: {R.MONITOR: S.ALL},
    P.CONTRIBUTION_REVERSE: {R.FINANCE: S.ALL},
    P.REMITTER_READ: _APPLICANT | {R.FINANCE: S.ALL},
    P.REMITTER_KEEP: _APPLICANT,
    P.SIGN_JUDGE: {R.FINANCE: S.ALL, R.MONITOR: S.ALL},
    P.EXPENDITURE_READ: _APPLICANT | OFFICE | {R.FINANCE: S.ALL, R.MONITOR: S.ALL},
    P.EXPENDITURE_RECORD: _APPLICANT,
    P.EXPENDITURE_ACCEPT: {R.FINANCE: S.ALL},
    P.SUPPLIER_READ: {R.FINANCE: S.ALL, R.MONITOR: S.ALL},
    P.SUPPLIER_KEEP: {R.FINANCE: S.ALL},
    P.VISIT_READ: _APPLICANT | OFFICE | {R.FINANCE: S.ALL, R.MONITOR: S.ALL},
    P.VISIT_MANAGE: {R.MONITOR: S.ALL},
    P.RESULT_REPORT: _APPLICANT,
    P.RESULT_VERIFY: {R.MONITOR: S.ALL},
    P.DONOR_READ: OFFICE | {R.FINANCE: S.ALL},
    P.DONOR_MANAGE: {R.FINANCE: S.ALL},
    P.FUND_READ: OFFICE | {R.FINANCE: S.ALL, R.DONOR: S.DONOR},
    P.FUND_MANAGE: {R.FINANCE: S.ALL},
    P.BANK_STATEMENT_MANAGE: {R.FINANCE: S.ALL},
    P.PAYMENT_BATCH_READ: {R.FINANCE: S.ALL},
    P.PAYMENT_BATCH_MANAGE: {R.FINANCE: S.ALL},
    P.LEDGER_READ: OFFICE | {R.FINANCE: S.ALL},
    P.RATE_READ: OFFICE | {R.FINANCE: S.ALL, R.MONITOR: S.ALL},  # who verifies a receipt looks its rate up
    P.RATE_MANAGE: {R.FINANCE: S.ALL},
    P.PRICE_READ: {role: S.ALL for role in R if role is not R.DONOR},
    P.PRICE_MANAGE: {R.SECRETARY: S.ALL, R.ADMINISTRATOR: S.ALL},
    P.FUNDING_REPORT_READ: OFFICE | {R.FINANCE: S.ALL, R.DONOR: S.DONOR},
    P.AUDIT_READ: {R.SECRETARY: S.ALL},
    P.USER_READ: {R.ADMINISTRATOR: S.ALL, R.OPERATOR: S.CENTRE},
    P.USER_CREATE: {R.ADMINISTRATOR: S.ALL, R.OPERATOR: S.CENTRE},
    P.USER_MANAGE: {R.ADMINISTRATOR: S.ALL},
}

FRESH: frozenset[Permission] = frozenset(
    {
        P.ACCOUNT_NOTICE_RECORD,
        P.ACCOUNT_OBJECTION_ANSWER,
        P.ACCOUNT_OBJECTION_RAISE,
        P.ACCOUNT_OBJECTION_SETTLE,
        P.AGREEMENT_COUNTERSIGN,
        P.AGREEMENT_SIGN,
        P.FACTOR_MANAGE,
        P.FUND_MANAGE,
        P.GRANT_AMENDMENT_DECIDE,
        P.GRANT_MANAGE,
        P.GRANT_OFFER,
        P.LOST_DEVICE_BEGIN,
        P.LOST_DEVICE_DECIDE,
        P.OVERRIDE_DECIDE,
        P.OVERRIDE_PROPOSE,
        P.OVERRIDE_RULE_MANAGE,
        P.PAYOUT_ACCOUNT_CONFIRM,
        P.PAYOUT_ACCOUNT_PROPOSE,
        P.PAYMENT_BATCH_MANAGE,
        P.RATE_MANAGE,
        P.FUND_CLOSE,
        P.RECOVERY_DECIDE,
        P.RECOVERY_PROPOSE,
        P.TERMINATION_DECIDE,
        P.TERMINATION_PROPOSE,
        P.TRANCHE_PAY,
        P.TRANCHE_RECEIPT_CONFIRM,
        P.TRANCHE_RECEIPT_RECORD,
        P.USER_CREATE,
        P.USER_MANAGE,
    }
)
"""What asks for the password or a code again when the last one is older than a quarter of an hour: money, roles,
accounts. A view that exports many people is marked `@requires(…, fresh=True)`. tests/architecture lists every one."""


def may(user: User, permission: Permission, on: Any = None) -> Allowed | Refused:
    """Whether `user` may do `permission`, on a row when one is given."""
    granted, roles = GRANTS[permission], user.roles
    held = [granted[role] for role in roles if role in granted]
    if not held:
        return Refused(N_("Your role does not include this."))
    if on is None or any(_covers(scope, user, on) for scope in held):
        return Allowed()
    return Refused(N_("This belongs to somebody else."))


def _covers(scope: Scope, user: User, on: Any) -> bool:
    if scope is Scope.ALL:
        return True
    if scope is Scope.ASSIGNMENT:
        return (isinstance(on, Assignment) and on.reviewer_id == user.id) or isinstance(on, Application)
    if scope is Scope.DONOR:
        fund = on if isinstance(on, Fund) else getattr(on, "fund", None)
        return fund is not None and fund.donor_id in user.donor_ids
    if isinstance(on, Centre):
        return scope is Scope.CENTRE and on.id in user.centre_ids
    association = association_of(on)
    if association is None:
        return isinstance(on, User) and scope is Scope.CENTRE
    if scope is Scope.ASSOCIATION:
        return association.id in user.association_ids
    return association.centre_id in user.centre_ids


def association_of(row: Any) -> Association | None:
    """The association a row belongs to, through its application or grant."""
    if isinstance(row, Association):
        return row
    return getattr(_grant_of(row) or row, "association", None)


def application_of(row: Any) -> Application | None:
    """The application a row is of, or the one of its grant; None for what is of no single application."""
    if isinstance(row, Application):
        return row
    if isinstance(row, Document) and row.application_id is not None:
        return db.session.get(Application, row.application_id)
    return getattr(_grant_of(row) or row, "application", None)


def _grant_of(row: Any) -> Grant | None:
    """The grant a row is, or belongs to."""
    if isinstance(row, Grant):
        return row
    if isinstance(row, _OF_GRANTS):
        return row.grant
    if isinstance(row, LedgerAccount | LedgerEvent | Target):
        return db.session.get(Grant, row.grant_id) if row.grant_id is not None else None
    if isinstance(row, Result):
        return db.session.get(Grant, row.target.grant_id)
    if isinstance(row, Document):
        if row.grant_id is not None:
            return db.session.get(Grant, row.grant_id)
        for column, table in _OWNERS.items():
            if (owner := getattr(row, column)) is not None:
                return _grant_of(db.session.get(table, owner))
    return None


_OF_GRANTS = (
    Asset, Contribution, Expenditure, ExpenditureReport, GrantAmendment, Override, Purchase, Tranche, Visit,
)  # fmt: skip
_OWNERS: Mapping[str, type[Any]] = {
    "contribution_id": Contribution,
    "expenditure_id": Expenditure,
    "visit_id": Visit,
}
"""Papers of a grant's rows: the column, and the table it points to."""
