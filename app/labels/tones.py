"""The colour family of a status tag."""

from enum import StrEnum

from models.account_objections import AccountObjectionStatus
from models.agenda_items import AgendaStatus
from models.appeals import AppealStatus
from models.applications import ApplicationStatus, ScreeningOutcome
from models.assets import AssetStatus
from models.assignment_plans import PlanStatus
from models.bank_statements import BankStatementStatus, Likeness, MatchStatus
from models.calls import CallStatus
from models.contributions import ContributionStatus
from models.corrected_protocols import CorrectionStatus
from models.council_sessions import DecisionOutcome, SessionStatus
from models.detected_conflicts import ConflictStrength, ConflictVerdict
from models.duplicates import DuplicateVerdict
from models.expenditure_reports import ExpenditureReportStatus
from models.expenditures import ExpenditureStatus
from models.fund_closings import ClosingStatus
from models.funding_reports import FundingReportStatus
from models.grant_amendments import GrantAmendmentStatus
from models.grants import GrantStatus, TrancheStatus
from models.indicators import ResultStatus
from models.journal_exports import ExportStatus
from models.letters import LetterStatus
from models.lost_devices import LostDeviceStatus
from models.overrides import OverrideStatus
from models.payment_batches import BatchStatus, PaymentStatus
from models.pledges import PledgeStatus
from models.purchases import PurchaseStatus
from models.rates import RateState
from models.recoveries import RecoveryStatus
from models.repayments import RepaymentStatus
from models.reviews import AssignmentStatus, ReviewFlag, ReviewStatus
from models.screening_batches import HeldStatus
from models.signatures import SignatureOutcome
from models.terminations import TerminationStatus
from models.visits import RiskRating, VisitStatus

MET, WAITING, PROBLEM, INFO = "met", "waiting", "problem", "info"


def _tones() -> dict[tuple[type[StrEnum], str], str]:
    groups: dict[str, tuple[StrEnum, ...]] = {
        MET: (
            ApplicationStatus.ELIGIBLE, ApplicationStatus.SELECTED, ApplicationStatus.GRANT_OFFERED,
            ScreeningOutcome.ELIGIBLE, CallStatus.OPEN, ContributionStatus.VERIFIED, DecisionOutcome.SELECTED,
            SessionStatus.SIGNED, ExpenditureStatus.ACCEPTED, AssetStatus.CONFIRMED, PurchaseStatus.CHOSEN,
            PurchaseStatus.EXEMPT, FundingReportStatus.DONE, GrantStatus.ACTIVE,
            GrantStatus.COMPLETED, TrancheStatus.CONFIRMED, TrancheStatus.ACCOUNTED, ResultStatus.VERIFIED,
            PledgeStatus.FULFILLED, AssignmentStatus.SUBMITTED, ReviewStatus.SUBMITTED, VisitStatus.DONE,
            RiskRating.LOW, DuplicateVerdict.FALSE_ALARM, ConflictVerdict.FALSE_ALARM, HeldStatus.SENT,
            PlanStatus.APPLIED, SignatureOutcome.SIGNED, ReviewFlag.EXCELLENT, AgendaStatus.DECIDED,
            LetterStatus.SENT, AppealStatus.UPHELD, CorrectionStatus.SIGNED, RateState.APPROVED, ExportStatus.DONE,
            LostDeviceStatus.CONFIRMED, OverrideStatus.APPROVED, BatchStatus.SETTLED, PaymentStatus.CONFIRMED,
            ExpenditureReportStatus.ACCEPTED,
            GrantAmendmentStatus.APPROVED, BankStatementStatus.ENTERED, MatchStatus.CONFIRMED, Likeness.EXACT,
        ),
        WAITING: (
            ApplicationStatus.SIGNED_OFF, ApplicationStatus.RETURNED, ApplicationStatus.RESERVE,
            ScreeningOutcome.RETURNED, ContributionStatus.RECORDED, DecisionOutcome.RESERVE, SessionStatus.OPEN,
            ExpenditureStatus.RECORDED, AssetStatus.RECORDED, PurchaseStatus.OPEN,
            PurchaseStatus.EXCEPTION_ASKED, FundingReportStatus.WAITING, GrantStatus.OFFERED, TrancheStatus.REQUESTED,
            TrancheStatus.PREPARED, TrancheStatus.APPROVED, ResultStatus.REPORTED, PledgeStatus.PARTLY_RECEIVED,
            AssignmentStatus.PROPOSED, AssignmentStatus.ACCEPTED, VisitStatus.PLANNED, RiskRating.MEDIUM,
            HeldStatus.HELD, ConflictStrength.FAIR, PlanStatus.PROPOSED, SignatureOutcome.DECLINED,
            ReviewFlag.ASK, AgendaStatus.DISCUSSED, LetterStatus.HELD,
            AppealStatus.LODGED, AppealStatus.ACKNOWLEDGED, CorrectionStatus.PROPOSED, RateState.WAITING,
            ExportStatus.WAITING,
            LostDeviceStatus.REPORTED, LostDeviceStatus.CHECKED, OverrideStatus.PROPOSED, BatchStatus.OPEN,
            BatchStatus.CLOSED, PaymentStatus.LISTED, RecoveryStatus.PROPOSED, TerminationStatus.PROPOSED,
            GrantAmendmentStatus.PROPOSED, ClosingStatus.PROPOSED, ExpenditureReportStatus.SUBMITTED,
            ExpenditureReportStatus.RETURNED, BankStatementStatus.COLUMNS, BankStatementStatus.READ,
            MatchStatus.PROPOSED, Likeness.LIKELY, RepaymentStatus.RECORDED,
            AccountObjectionStatus.OPEN, AccountObjectionStatus.ANSWERED,
        ),
        PROBLEM: (
            ApplicationStatus.INELIGIBLE, ApplicationStatus.REJECTED, ScreeningOutcome.INELIGIBLE,
            ContributionStatus.REFUSED, ContributionStatus.REVERSED, DecisionOutcome.REJECTED,
            ExpenditureStatus.REFUSED, FundingReportStatus.FAILED, GrantStatus.SUSPENDED, GrantStatus.TERMINATED,
            OverrideStatus.REFUSED, GrantAmendmentStatus.REFUSED,
            TrancheStatus.RETURNED, ResultStatus.REFUSED, PledgeStatus.LAPSED, AssignmentStatus.RECUSED,
            RiskRating.HIGH, DuplicateVerdict.CONFIRMED, ConflictVerdict.CONFIRMED, ConflictStrength.STRONG,
            HeldStatus.LEFT_OUT, ReviewFlag.SUSPECT, AppealStatus.DISMISSED, RateState.WITHDRAWN,
            RateState.REFUSED, ExportStatus.FAILED,
            BankStatementStatus.FAILED, MatchStatus.REJECTED,
            LostDeviceStatus.REFUSED, PaymentStatus.FAILED, PaymentStatus.RETURNED,
            RecoveryStatus.APPROVED, TerminationStatus.APPROVED, RepaymentStatus.REFUSED, RepaymentStatus.REVERSED,
            AccountObjectionStatus.UPHELD,
        ),
        INFO: (
            ApplicationStatus.SUBMITTED, ApplicationStatus.RESUBMITTED, ApplicationStatus.IN_REVIEW,
            ApplicationStatus.REVIEWED, CallStatus.DECIDED, FundingReportStatus.RUNNING, GrantStatus.ACCEPTED,
            TrancheStatus.RELEASED, PledgeStatus.PLEDGED, ExportStatus.RUNNING,
            BatchStatus.SENT, PaymentStatus.SENT, BankStatementStatus.READING, BankStatementStatus.ENTERING,
        ),
    }  # fmt: skip
    return {(type(member), member.value): name for name, members in groups.items() for member in members}


_TONE = _tones()


def tone(status: StrEnum) -> str:
    """The colour family of a status tag: neutral, waiting, met, problem or info."""
    return _TONE.get((type(status), status.value), "neutral")
