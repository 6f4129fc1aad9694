"""Which rows a user sees at all: anything else is a 404 like a missing one."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from app.policy.permissions import OFFICE, STAFF, P, R, may
from app.services.ledger import LedgerAccount, LedgerEvent
from models.account_objections import AccountObjection
from models.appeals import Appeal
from models.applications import AWARDED, Application
from models.assets import Asset
from models.assignment_plans import AssignmentPlan
from models.associations import Association, PayoutAccount
from models.bank_statements import BankStatement, BankStatementMatch
from models.base import db
from models.calibrations import Calibration
from models.calls import Call, CallStatus
from models.centres import Centre
from models.channels import Channel
from models.contributions import Contribution
from models.corrected_protocols import CorrectedProtocol
from models.council_sessions import Attendance, CouncilSession, SessionStatus
from models.detected_conflicts import DetectedConflict
from models.dictations import Dictation
from models.documents import Document
from models.expenditure_reports import ExpenditureReport
from models.expenditures import Expenditure
from models.funding_reports import FundingReport
from models.funds import Donor, Fund
from models.grant_amendments import GrantAmendment
from models.grants import Grant, Tranche
from models.indicators import Result, Target
from models.interests import Interest
from models.journal_exports import JournalExport
from models.letters import Letter, LetterStatus
from models.lost_devices import LostDevice
from models.overrides import Override
from models.payment_batches import PaymentBatch
from models.prices import Price
from models.purchases import Purchase
from models.rates import ExchangeRate
from models.remitters import Remitter
from models.reviews import Assignment, AssignmentStatus, ReviewStatus
from models.screening_batches import ScreeningBatch
from models.suppliers import Supplier
from models.users import Role, RoleAssignment, User
from models.visits import Visit

REVIEWER_MAY_READ = (AssignmentStatus.ACCEPTED, AssignmentStatus.SUBMITTED)


def visible(user: User, table: type[Any]) -> Any:
    """The SELECT of the rows of `table` that `user` may see."""
    return db.select(table).where(_VISIBLE[table](user))


def find(user: User, table: Any, row_id: int) -> Any:
    """The row when `user` may see it, and with it the rows every page of it needs; else None."""
    values: dict[str, Any] = {"row_id": row_id, "user_id": user.id}
    values |= {name: list(getattr(user, name)) for name in _Roles.SCOPES}
    return db.session.scalar(_one_seen(table, user.roles), values)


class _Roles:
    """Stands in for every user of the same roles: whose rows they are is filled in when the statement is executed."""

    SCOPES = ("association_ids", "centre_ids", "donor_ids")

    def __init__(self, roles: frozenset[Role]) -> None:
        self.roles = roles
        self.id = db.bindparam("user_id", type_=db.BigInteger)
        for name in self.SCOPES:
            setattr(self, name, db.bindparam(name, expanding=True, type_=db.BigInteger))

    def has_role(self, *roles: Role) -> bool:
        return not self.roles.isdisjoint(roles)


@lru_cache(maxsize=1024)
def _one_seen(table: Any, roles: frozenset[Role]) -> Any:
    """The SELECT of one row, made once: nearly every request asks it."""
    reader: Any = _Roles(roles)
    query = visible(reader, table).where(table.id == db.bindparam("row_id", type_=db.BigInteger))
    return query.options(*_NEIGHBOURS.get(table, ()))


def _associations(user: User) -> Any:
    return _only(user, *STAFF) | Association.id.in_(_own_associations(user))


def _centres(user: User) -> Any:
    return _only(user, *STAFF) | Centre.id.in_(user.centre_ids)


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
        seen |= Application.status.in_(AWARDED)
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


def _sessions(user: User) -> Any:
    """A reviewer sees the open sessions they have come to."""
    if user.has_role(*OFFICE):
        return db.true()
    came = db.select(Attendance.session_id).where(Attendance.user_id == user.id)
    is_member = db.true() if user.has_role(R.REVIEWER) else db.false()
    return is_member & (CouncilSession.status == SessionStatus.OPEN) & CouncilSession.id.in_(came)


def _letters(user: User) -> Any:
    """An applicant sees the letter once it is sent."""
    own = db.select(Application.id).where(Application.association_id.in_(_own_associations(user)))
    return _only(user, *OFFICE) | ((Letter.status == LetterStatus.SENT) & Letter.application_id.in_(own))


def _only(user: User, *roles: Role) -> Any:
    return db.true() if user.has_role(*roles) else db.false()


_VISIBLE: Mapping[type[Any], Callable[[User], Any]] = {
    Asset: _of_grants(Asset.grant_id),
    AccountObjection: lambda user: AccountObjection.payout_account_id.in_(
        db.select(PayoutAccount.id).where(
            PayoutAccount.association_id.in_(db.select(Association.id).where(_associations(user)))
        )
    ),
    Appeal: lambda user: Appeal.letter_id.in_(db.select(Letter.id).where(_letters(user))),
    Application: _applications,
    Assignment: _assignments,
    AssignmentPlan: lambda user: _only(user, R.SECRETARY),
    Association: _associations,
    BankStatement: lambda user: _only(user, R.FINANCE),
    BankStatementMatch: lambda user: _only(user, R.FINANCE),
    Call: _calls,
    Centre: _centres,
    Channel: lambda user: _only(user, R.SECRETARY, R.ADMINISTRATOR),
    Contribution: _of_grants(Contribution.grant_id),
    Calibration: lambda user: _only(user, R.SECRETARY, R.REVIEWER),
    CorrectedProtocol: lambda user: _only(user, *OFFICE),
    CouncilSession: _sessions,
    Dictation: lambda user: _only(user, *OFFICE) | Dictation.association_id.in_(_own_associations(user)),
    DetectedConflict: lambda user: _only(user, R.SECRETARY),
    Document: _documents,
    Donor: lambda user: _only(user, R.SECRETARY, R.COUNCIL_CHAIR, R.FINANCE),
    ExchangeRate: lambda user: _only(user, *OFFICE, R.FINANCE, R.MONITOR),
    Expenditure: _of_grants(Expenditure.grant_id),
    ExpenditureReport: _of_grants(ExpenditureReport.grant_id),
    Fund: _funds,
    FundingReport: lambda user: FundingReport.fund_id.in_(db.select(Fund.id).where(_funds(user))),
    Grant: _grants,
    GrantAmendment: _of_grants(GrantAmendment.grant_id),
    Interest: lambda user: Interest.user_id == user.id,
    JournalExport: lambda user: JournalExport.requested_by_id == user.id,
    LedgerAccount: lambda user: _only(user, *OFFICE, R.FINANCE),
    LedgerEvent: lambda user: _only(user, *OFFICE, R.FINANCE),
    LostDevice: lambda user: _only(user, R.ADMINISTRATOR, R.SECRETARY),
    Letter: _letters,
    Override: _of_grants(Override.grant_id),
    PaymentBatch: lambda user: _only(user, R.FINANCE),
    PayoutAccount: lambda user: PayoutAccount.association_id.in_(db.select(Association.id).where(_associations(user))),
    Price: lambda user: db.true() if may(user, P.PRICE_READ) else db.false(),
    Purchase: _of_grants(Purchase.grant_id),
    Remitter: lambda user: _only(user, R.FINANCE) | Remitter.association_id.in_(_own_associations(user)),
    Result: lambda user: Result.target_id.in_(db.select(Target.id).where(_of_grants(Target.grant_id)(user))),
    ScreeningBatch: lambda user: _only(user, R.SECRETARY),
    Supplier: lambda user: _only(user, R.FINANCE, R.MONITOR),
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
        db.joinedload(Assignment.application, innerjoin=True).joinedload(Application.call, innerjoin=True),
        db.joinedload(Assignment.application, innerjoin=True).joinedload(Application.association, innerjoin=True),
        db.joinedload(Assignment.review),
    ),
    Grant: (
        db.joinedload(Grant.association, innerjoin=True),
        db.joinedload(Grant.application, innerjoin=True),
        db.joinedload(Grant.fund, innerjoin=True),
    ),
    Tranche: (db.joinedload(Tranche.grant, innerjoin=True).joinedload(Grant.association, innerjoin=True),),
}
