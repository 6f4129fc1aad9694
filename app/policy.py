"""The one permission table: who may do what (`GRANTS`), over which rows (`Scope`), and which rows they see (`visible`).

Roles and what they may do: domain.md section 2. Separations of duty that hold for everybody (preparer and
approver, recorder and verifier, declared interests) are enforced by the services.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any

from app.localisation import N_
from models.applications import Application, ApplicationStatus
from models.associations import Association, PayoutAccount
from models.base import db
from models.calls import Call, CallStatus
from models.centres import Centre
from models.contributions import Contribution
from models.council_sessions import CouncilSession
from models.dictations import Dictation
from models.documents import Document
from models.expenditures import Expenditure
from models.funding_reports import FundingReport
from models.funds import Donor, Fund
from models.grants import Grant, Tranche
from models.indicators import Result, Target
from models.prices import Price
from models.rates import ExchangeRate
from models.reviews import Assignment, AssignmentStatus, ReviewStatus
from models.users import Role, RoleAssignment, User
from models.visits import Visit


class Permission(StrEnum):
    """What can be done, as noun:verb."""

    DESK_READ = "desk:read"
    SELF_MANAGE = "self:manage"
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
    ASSIGNMENT_MANAGE = "assignment:manage"
    ASSIGNMENT_ANSWER = "assignment:answer"
    REVIEW_WRITE = "review:write"
    REVIEW_READ = "review:read"
    RANKING_READ = "ranking:read"
    SESSION_READ = "session:read"
    SESSION_MANAGE = "session:manage"
    PROTOCOL_SIGN = "protocol:sign"
    GRANT_READ = "grant:read"
    GRANT_OFFER = "grant:offer"
    GRANT_ACCEPT = "grant:accept"
    GRANT_MANAGE = "grant:manage"
    GRANT_COMPLETE = "grant:complete"
    TRANCHE_REQUEST = "tranche:request"
    TRANCHE_PAY = "tranche:pay"
    CONTRIBUTION_READ = "contribution:read"
    CONTRIBUTION_RECORD = "contribution:record"
    CONTRIBUTION_VERIFY = "contribution:verify"
    CONTRIBUTION_REVERSE = "contribution:reverse"
    EXPENDITURE_READ = "expenditure:read"
    EXPENDITURE_RECORD = "expenditure:record"
    EXPENDITURE_ACCEPT = "expenditure:accept"
    VISIT_READ = "visit:read"
    VISIT_MANAGE = "visit:manage"
    RESULT_REPORT = "result:report"
    RESULT_VERIFY = "result:verify"
    DONOR_READ = "donor:read"
    DONOR_MANAGE = "donor:manage"
    FUND_READ = "fund:read"
    FUND_MANAGE = "fund:manage"
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
_STAFF = (R.SECRETARY, R.COUNCIL_CHAIR, R.FINANCE, R.MONITOR, R.ADMINISTRATOR)
_OFFICE: dict[Role, Scope] = {R.SECRETARY: S.ALL, R.COUNCIL_CHAIR: S.ALL}

GRANTS: Mapping[Permission, Mapping[Role, Scope]] = {
    P.DESK_READ: _EVERYBODY,
    P.SELF_MANAGE: _EVERYBODY,
    P.NOTIFICATION_READ: _EVERYBODY,
    P.CALL_READ: _EVERYBODY,
    P.CALL_MANAGE: {R.SECRETARY: S.ALL},
    P.DRY_RUN_READ: {R.SECRETARY: S.ALL, R.MEMBER: S.ALL, R.OPERATOR: S.ALL},  # of calls one sees
    P.CENTRE_READ: _OFFICE | {R.OPERATOR: S.CENTRE, R.FINANCE: S.ALL, R.MONITOR: S.ALL, R.ADMINISTRATOR: S.ALL},
    P.CENTRE_MANAGE: {R.ADMINISTRATOR: S.ALL},
    P.CENTRE_KEEP: {R.OPERATOR: S.CENTRE, R.SECRETARY: S.ALL, R.ADMINISTRATOR: S.ALL},
    P.ASSOCIATION_READ: _APPLICANT | _OFFICE | {R.FINANCE: S.ALL, R.MONITOR: S.ALL, R.ADMINISTRATOR: S.ALL},
    P.ASSOCIATION_MANAGE: {R.ADMINISTRATOR: S.ALL},
    P.ASSOCIATION_MOVE: {R.SECRETARY: S.ALL},
    P.MEMBER_MANAGE: {R.OPERATOR: S.CENTRE, R.ADMINISTRATOR: S.ALL},
    P.PAYOUT_ACCOUNT_PROPOSE: _APPLICANT,
    P.PAYOUT_ACCOUNT_CONFIRM: {R.FINANCE: S.ALL},
    P.APPLICATION_READ: _APPLICANT | _OFFICE | {R.REVIEWER: S.ASSIGNMENT, R.FINANCE: S.ALL, R.MONITOR: S.ALL},
    P.APPLICATION_WRITE: _APPLICANT,
    P.APPLICATION_SIGN_OFF: _APPLICANT,
    P.APPLICATION_SUBMIT: _APPLICANT,
    P.APPLICATION_SCREEN: {R.SECRETARY: S.ALL},
    P.DICTATION_READ: _APPLICANT | _OFFICE,
    P.DICTATION_MANAGE: {R.OPERATOR: S.CENTRE},
    P.DICTATION_CONFIRM: {R.MEMBER: S.ASSOCIATION},
    P.APPLICATION_COMPARE: _APPLICANT | _OFFICE,
    P.DOCUMENT_READ: _EVERYBODY,  # narrowed to documents of what one sees, by `visible`
    P.ASSIGNMENT_MANAGE: {R.SECRETARY: S.ALL},
    P.ASSIGNMENT_ANSWER: {R.REVIEWER: S.ASSIGNMENT},
    P.REVIEW_WRITE: {R.REVIEWER: S.ASSIGNMENT},
    P.REVIEW_READ: _OFFICE | {R.REVIEWER: S.ASSIGNMENT},
    P.RANKING_READ: _OFFICE,
    P.SESSION_READ: _OFFICE,
    P.SESSION_MANAGE: {R.SECRETARY: S.ALL},
    P.PROTOCOL_SIGN: {R.COUNCIL_CHAIR: S.ALL},
    P.GRANT_READ: _APPLICANT | _OFFICE | {R.FINANCE: S.ALL, R.MONITOR: S.ALL, R.DONOR: S.DONOR},
    P.GRANT_OFFER: {R.FINANCE: S.ALL},
    P.GRANT_ACCEPT: _APPLICANT,
    P.GRANT_MANAGE: {R.FINANCE: S.ALL},
    P.GRANT_COMPLETE: {R.MONITOR: S.ALL},
    P.TRANCHE_REQUEST: _APPLICANT,
    P.TRANCHE_PAY: {R.FINANCE: S.ALL},
    P.CONTRIBUTION_READ: _APPLICANT | _OFFICE | {R.FINANCE: S.ALL, R.MONITOR: S.ALL},
    P.CONTRIBUTION_RECORD: _APPLICANT,
    P.CONTRIBUTION_VERIFY: {R.MONITOR: S.ALL},
    P.CONTRIBUTION_REVERSE: {R.FINANCE: S.ALL},
    P.EXPENDITURE_READ: _APPLICANT | _OFFICE | {R.FINANCE: S.ALL, R.MONITOR: S.ALL},
    P.EXPENDITURE_RECORD: _APPLICANT,
    P.EXPENDITURE_ACCEPT: {R.FINANCE: S.ALL},
    P.VISIT_READ: _APPLICANT | _OFFICE | {R.FINANCE: S.ALL, R.MONITOR: S.ALL},
    P.VISIT_MANAGE: {R.MONITOR: S.ALL},
    P.RESULT_REPORT: _APPLICANT,
    P.RESULT_VERIFY: {R.MONITOR: S.ALL},
    P.DONOR_READ: _OFFICE | {R.FINANCE: S.ALL},
    P.DONOR_MANAGE: {R.FINANCE: S.ALL},
    P.FUND_READ: _OFFICE | {R.FINANCE: S.ALL, R.DONOR: S.DONOR},
    P.FUND_MANAGE: {R.FINANCE: S.ALL},
    P.RATE_READ: {R.SECRETARY: S.ALL, R.FINANCE: S.ALL},
    P.RATE_MANAGE: {R.FINANCE: S.ALL},
    P.PRICE_READ: {role: S.ALL for role in R if role is not R.DONOR},
    P.PRICE_MANAGE: {R.SECRETARY: S.ALL, R.ADMINISTRATOR: S.ALL},
    P.FUNDING_REPORT_READ: _OFFICE | {R.FINANCE: S.ALL, R.DONOR: S.DONOR},
    P.AUDIT_READ: {R.SECRETARY: S.ALL},
    P.USER_READ: {R.ADMINISTRATOR: S.ALL, R.OPERATOR: S.CENTRE},
    P.USER_CREATE: {R.ADMINISTRATOR: S.ALL, R.OPERATOR: S.CENTRE},
    P.USER_MANAGE: {R.ADMINISTRATOR: S.ALL},
}

REVIEWER_MAY_READ = (AssignmentStatus.ACCEPTED, AssignmentStatus.SUBMITTED)


def may(user: User, permission: Permission, on: Any = None) -> Allowed | Refused:
    """Whether `user` may do `permission`, on a row when one is given."""
    held = {role: scope for role, scope in GRANTS[permission].items() if role in user.roles}
    if not held:
        return Refused(N_("Your role does not include this."))
    if on is None or any(_covers(scope, user, on) for scope in held.values()):
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
    if isinstance(row, Tranche | Contribution | Expenditure | Visit):
        row = row.grant
    elif isinstance(row, Result):
        row = db.session.get(Grant, row.target.grant_id)
    elif isinstance(row, Target):
        row = db.session.get(Grant, row.grant_id)
    return getattr(row, "association", None)


# Which rows a user sees at all: anything else is a 404 like a missing one. ------------------------------------------


def visible(user: User, table: type[Any]) -> Any:
    """The SELECT of the rows of `table` that `user` may see."""
    return db.select(table).where(_VISIBLE[table](user))


def with_neighbours(query: Any, table: type[Any]) -> Any:
    """`query` for one row of `table`, reading with it the rows every page of it needs."""
    return query.options(*_NEIGHBOURS.get(table, ()))


def _associations(user: User) -> Any:
    return _only(user, *_STAFF) | Association.id.in_(_own_associations(user))


def _centres(user: User) -> Any:
    return _only(user, *_STAFF) | Centre.id.in_(user.centre_ids)


def _own_associations(user: User) -> Any:
    return db.select(Association.id).where(
        Association.id.in_(user.association_ids) | Association.centre_id.in_(user.centre_ids)
    )


def _applications(user: User) -> Any:
    if user.has_role(R.SECRETARY, R.COUNCIL_CHAIR):
        return db.true()
    seen: Any = Application.association_id.in_(_own_associations(user))
    if user.has_role(R.REVIEWER):
        # A request that ended before the reviewer declared no interest opens nothing.
        did = (Assignment.status == AssignmentStatus.CLOSED) & Assignment.review.has(status=ReviewStatus.SUBMITTED)
        own = db.select(Assignment.application_id).where(
            Assignment.reviewer_id == user.id, Assignment.status.in_(REVIEWER_MAY_READ) | did
        )
        seen |= Application.id.in_(own)
    if user.has_role(R.FINANCE, R.MONITOR):
        seen |= Application.status.in_([ApplicationStatus.SELECTED, ApplicationStatus.GRANT_OFFERED])
    return seen


def _grants(user: User) -> Any:
    if user.has_role(R.SECRETARY, R.COUNCIL_CHAIR, R.FINANCE, R.MONITOR):
        return db.true()
    seen: Any = Grant.association_id.in_(_own_associations(user))
    if user.has_role(R.DONOR):
        seen |= Grant.fund_id.in_(db.select(Fund.id).where(Fund.donor_id.in_(user.donor_ids)))
    return seen


def _of_grants(column: Any) -> Callable[[User], Any]:
    """Rows of a grant, for everybody who works with the grant: a donor sees the grant's sums, not these rows."""

    def condition(user: User) -> Any:
        if user.has_role(R.SECRETARY, R.COUNCIL_CHAIR, R.FINANCE, R.MONITOR):
            return db.true()
        return column.in_(db.select(Grant.id).where(Grant.association_id.in_(_own_associations(user))))

    return condition


def _assignments(user: User) -> Any:
    if user.has_role(R.SECRETARY, R.COUNCIL_CHAIR):
        return db.true()
    return Assignment.reviewer_id == user.id


def _calls(user: User) -> Any:
    if user.has_role(R.SECRETARY, R.COUNCIL_CHAIR):
        return db.true()
    seen: Any = Call.status.in_([CallStatus.OPEN, CallStatus.DECIDED]) & Call.is_public
    if user.has_role(R.MEMBER, R.OPERATOR):  # who walks the dry run sees the draft
        walks = _own_associations(user).where(Association.is_test).exists()
        seen |= (Call.status == CallStatus.DRAFT) & walks
    return seen


def _funds(user: User) -> Any:
    if user.has_role(R.SECRETARY, R.COUNCIL_CHAIR, R.FINANCE):
        return db.true()
    return Fund.donor_id.in_(user.donor_ids)


def _documents(user: User) -> Any:
    grants_seen = _of_grants(Grant.id)(user)
    of_grants = db.select(Grant.id).where(grants_seen)
    return Document.removed_at.is_(None) & (
        Document.application_id.in_(db.select(Application.id).where(_applications(user)))
        | Document.grant_id.in_(of_grants)
        | Document.contribution_id.in_(db.select(Contribution.id).where(Contribution.grant_id.in_(of_grants)))
        | Document.expenditure_id.in_(db.select(Expenditure.id).where(Expenditure.grant_id.in_(of_grants)))
        | Document.visit_id.in_(db.select(Visit.id).where(Visit.grant_id.in_(of_grants)))
    )


def _users(user: User) -> Any:
    if user.has_role(R.ADMINISTRATOR):
        return db.true()
    members = db.select(RoleAssignment.user_id).where(
        RoleAssignment.association_id.in_(_own_associations(user)), RoleAssignment.ended_at.is_(None)
    )
    # An operator never reaches an account that also holds an office, or is a member elsewhere too.
    others = db.select(RoleAssignment.user_id).where(
        (RoleAssignment.role != R.MEMBER)
        | (RoleAssignment.association_id.not_in(_own_associations(user)) & RoleAssignment.ended_at.is_(None))
    )
    return User.id.in_(members) & User.id.not_in(others) if user.has_role(R.OPERATOR) else db.false()


def _only(user: User, *roles: Role) -> Any:
    return db.true() if user.has_role(*roles) else db.false()


_VISIBLE: Mapping[type[Any], Callable[[User], Any]] = {
    Application: _applications,
    Assignment: _assignments,
    Association: _associations,
    Call: _calls,
    Centre: _centres,
    Contribution: _of_grants(Contribution.grant_id),
    CouncilSession: lambda user: _only(user, R.SECRETARY, R.COUNCIL_CHAIR),
    Dictation: lambda user: _only(user, *_OFFICE) | Dictation.association_id.in_(_own_associations(user)),
    Document: _documents,
    Donor: lambda user: _only(user, R.SECRETARY, R.COUNCIL_CHAIR, R.FINANCE),
    ExchangeRate: lambda user: _only(user, R.SECRETARY, R.FINANCE),
    Expenditure: _of_grants(Expenditure.grant_id),
    Fund: _funds,
    FundingReport: lambda user: FundingReport.fund_id.in_(db.select(Fund.id).where(_funds(user))),
    Grant: _grants,
    PayoutAccount: lambda user: PayoutAccount.association_id.in_(db.select(Association.id).where(_associations(user))),
    Price: lambda user: db.true() if may(user, P.PRICE_READ) else db.false(),
    Result: lambda user: Result.target_id.in_(db.select(Target.id).where(_of_grants(Target.grant_id)(user))),
    Target: _of_grants(Target.grant_id),
    Tranche: _of_grants(Tranche.grant_id),
    User: _users,
    Visit: _of_grants(Visit.grant_id),
}

_NEIGHBOURS: Mapping[type[Any], tuple[Any, ...]] = {
    Call: (db.undefer_group("form"),),
    Application: (
        db.joinedload(Application.call, innerjoin=True).undefer_group("form"),
        db.joinedload(Application.association, innerjoin=True).joinedload(Association.ayil_okmotu, innerjoin=True),
    ),
    Assignment: (
        db.joinedload(Assignment.application, innerjoin=True)
        .joinedload(Application.call, innerjoin=True)
        .undefer_group("form"),
        db.joinedload(Assignment.application, innerjoin=True).joinedload(Application.association, innerjoin=True),
        db.joinedload(Assignment.review),
    ),
    Grant: (
        db.joinedload(Grant.association, innerjoin=True),
        db.joinedload(Grant.application, innerjoin=True),
        db.joinedload(Grant.fund, innerjoin=True),
    ),
}
