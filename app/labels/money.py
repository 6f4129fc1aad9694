"""What people read where money is given, paid, spent and accounted for."""

from collections.abc import Mapping

from app.localisation import N_
from models.agreement_signatures import SigningSide
from models.assets import AssetEnd, AssetStatus
from models.bank_statements import BankFileForm, BankStatementStatus, Likeness, MatchStatus
from models.channels import EvidenceKind
from models.contributions import Check, ContributionKind, ContributionStatus
from models.expenditure_reports import ExpenditureReportStatus
from models.expenditures import ExpenditureStatus
from models.fund_closings import ClosingStatus
from models.funding_reports import FundingReportStatus
from models.funds import Emblem
from models.grant_amendments import GrantAmendmentKind, GrantAmendmentStatus
from models.grants import GrantStatus, TrancheStatus
from models.journal_exports import ExportStatus, FileForm
from models.ledger import AccountKind, EventKind
from models.overrides import OverridableCondition, OverrideStatus
from models.payment_batches import BatchStatus, PaymentStatus
from models.purchases import PurchaseStatus
from models.rates import RateSource, RateState
from models.recoveries import RecoveryKind, RecoveryStatus
from models.repayments import RepaymentStatus
from models.signs import SignKind
from models.suppliers import SupplierFlag
from models.terminations import TerminationStatus
from models.valuations import GivenKind

ACCOUNT_KINDS: Mapping[AccountKind, str] = {
    AccountKind.DONOR: N_("Donor"),
    AccountKind.EXCHANGE: N_("Currency exchange"),
    AccountKind.REMITTER: N_("Migrants abroad"),
    AccountKind.COMMUNITY: N_("The village"),
    AccountKind.IN_KIND_GIVEN: N_("Givers of goods and labour"),
    AccountKind.ROUNDING: N_("Differences of rounding"),
    AccountKind.AVAILABLE: N_("Fund: available"),
    AccountKind.INDIRECT: N_("Fund: kept for indirect costs"),
    AccountKind.COMMITTED: N_("Grant: committed"),
    AccountKind.ADVANCED: N_("Grant: advanced"),
    AccountKind.RECOVERABLE: N_("Grant: claimed back"),
    AccountKind.WRITTEN_OFF: N_("Grant: given up"),
    AccountKind.SPENT: N_("Grant: spent"),
    AccountKind.CO_INVESTMENT: N_("Co-investment held"),
    AccountKind.CO_INVESTMENT_SPENT: N_("Co-investment spent"),
    AccountKind.IN_KIND_HELD: N_("Goods and labour held"),
    AccountKind.IN_KIND_USED: N_("Goods and labour used"),
}
SIGNING_SIDES: Mapping[SigningSide, str] = {
    SigningSide.ASSOCIATION: N_("For the association"),
    SigningSide.PROGRAMME: N_("For the programme"),
}
CHECKS: Mapping[Check, str] = {
    Check.LEGIBLE: N_("The receipt can be read and nothing on it was altered"),
    Check.AMOUNT: N_("Amount and currency on the receipt are those recorded here"),
    Check.DAY: N_("The day on the receipt is the one recorded here"),
    Check.SENDER: N_("The sender is a member of the association or kin of one"),
    Check.UNUSED: N_("The receipt has not been used for anything else"),
    Check.ARRIVED: N_("The association has the money or the goods"),
}
GIVEN_KINDS: Mapping[GivenKind, str] = {
    GivenKind.LABOUR: N_("Labour"),
    GivenKind.MATERIALS: N_("Materials and goods"),
    GivenKind.LAND_USE: N_("Use of land or of rooms"),
}
GOODS_CHECKS: Mapping[Check, str] = {
    Check.LEGIBLE: N_("The photo shows these goods or this work"),
    Check.AMOUNT: N_("Quantity and price of one are right"),
    Check.DAY: N_("The day recorded here is the day on which it was given or done"),
    Check.SENDER: N_("The giver belongs to the village, the association or kin of a member"),
    Check.UNUSED: N_("It has not been counted for anything else"),
    Check.ARRIVED: N_("The association has the goods, or the work is done"),
}
"""The same checks where goods or labour were given."""
CONTRIBUTION_KINDS: Mapping[ContributionKind, str] = {
    ContributionKind.REMITTANCE: N_("Remittances"),
    ContributionKind.COMMUNITY_CASH: N_("Cash of the village"),
    ContributionKind.IN_KIND: N_("Goods and labour (in kind)"),
}
RECEIPT_FAULTS: Mapping[Check, str] = {
    Check.LEGIBLE: N_("The receipt cannot be read, or something on it was altered."),
    Check.AMOUNT: N_("Amount or currency on the receipt are not those recorded."),
    Check.DAY: N_("The day on the receipt is not the one recorded."),
    Check.SENDER: N_("The sender is neither a member of the association nor kin of one."),
    Check.UNUSED: N_("The receipt has been used for something else."),
    Check.ARRIVED: N_("The association does not have the money or the goods."),
}
GOODS_FAULTS: Mapping[Check, str] = {
    Check.LEGIBLE: N_("The photo does not show these goods or this work."),
    Check.AMOUNT: N_("Quantity or price of one are not right."),
    Check.DAY: N_("It was given or done on another day than the one recorded."),
    Check.SENDER: N_("The giver belongs neither to the village nor to the association."),
    Check.UNUSED: N_("It has been counted for something else."),
    Check.ARRIVED: N_("The association does not have the goods, or the work is not done."),
}
"""What the association reads when a check does not hold: of money, and of goods and labour."""
CONTRIBUTION_STATUSES: Mapping[ContributionStatus, str] = {
    ContributionStatus.RECORDED: N_("Waits to be verified"),
    ContributionStatus.VERIFIED: N_("Verified"),
    ContributionStatus.REFUSED: N_("Refused"),
    ContributionStatus.REVERSED: N_("Reversed"),
}
EMBLEMS: Mapping[Emblem, str] = {
    Emblem.EU: N_("Emblem of the European Union"),
    Emblem.NONE: N_("No emblem"),
}
EVENT_KINDS: Mapping[EventKind, str] = {
    EventKind.FUND_RECEIVED: N_("Money received from the donor"),
    EventKind.GRANT_COMMITTED: N_("Grant committed"),
    EventKind.GRANT_RELEASED: N_("Grant money given back to the fund"),
    EventKind.TRANCHE_RELEASED: N_("Tranche paid"),
    EventKind.TRANCHE_RETURNED: N_("Unspent money paid back"),
    EventKind.RECOVERY_CLAIMED: N_("Money claimed back"),
    EventKind.RECOVERY_LIFTED: N_("Claim lifted"),
    EventKind.WRITTEN_OFF: N_("Claim given up"),
    EventKind.FUND_CLOSED: N_("Fund closed"),
    EventKind.CONTRIBUTION_VERIFIED: N_("Co-investment verified"),
    EventKind.EXPENDITURE_ACCEPTED: N_("Spending accepted"),
    EventKind.REVERSAL: N_("Reversal"),
}
EVIDENCE_KINDS: Mapping[EvidenceKind, str] = {
    EvidenceKind.TRANSFER_RECEIPT: N_("Slip of the transfer"),
    EvidenceKind.STATEMENT: N_("Statement of the bank or of its app"),
    EvidenceKind.CUSTOMS_DECLARATION: N_("Customs declaration"),
}
EXPENDITURE_REPORT_STATUSES: Mapping[ExpenditureReportStatus, str] = {
    ExpenditureReportStatus.DRAFT: N_("Draft of a spending report"),
    ExpenditureReportStatus.SUBMITTED: N_("Report handed in"),
    ExpenditureReportStatus.RETURNED: N_("Report came back"),
    ExpenditureReportStatus.ACCEPTED: N_("Report accepted"),
}
PURCHASE_STATUSES: Mapping[PurchaseStatus, str] = {
    PurchaseStatus.OPEN: N_("Quotations are asked for"),
    PurchaseStatus.CHOSEN: N_("Quotation taken"),
    PurchaseStatus.EXCEPTION_ASKED: N_("Exception asked for"),
    PurchaseStatus.EXEMPT: N_("Exception allowed"),
}
ASSET_STATUSES: Mapping[AssetStatus, str] = {
    AssetStatus.RECORDED: N_("Waits to be confirmed"),
    AssetStatus.CONFIRMED: N_("In the register"),
    AssetStatus.REFUSED: N_("Not taken into the register"),
    AssetStatus.ENDED: N_("Not there any more"),
}
ASSET_ENDS: Mapping[AssetEnd, str] = {
    AssetEnd.LOST: N_("Lost or stolen"),
    AssetEnd.BEYOND_REPAIR: N_("Broken beyond repair"),
    AssetEnd.SOLD: N_("Sold"),
    AssetEnd.GIVEN_AWAY: N_("Given away"),
}
EXPENDITURE_STATUSES: Mapping[ExpenditureStatus, str] = {
    ExpenditureStatus.RECORDED: N_("Waits to be accepted"),
    ExpenditureStatus.ACCEPTED: N_("Spending accepted"),
    ExpenditureStatus.REFUSED: N_("Spending refused"),
}
SUPPLIER_FLAGS: Mapping[SupplierFlag, str] = {
    SupplierFlag.MEMBER: N_("The supplier may be a present or former member of the association"),
    SupplierFlag.CONTRIBUTOR: N_("The supplier may be somebody who gives co-investment to this grant"),
    SupplierFlag.STAFF: N_("The supplier may work at the resource centre"),
    SupplierFlag.COUNCIL: N_("The supplier may belong to the Council or its office"),
    SupplierFlag.ACCOUNT: N_("The supplier's account is the one the grant is paid to"),
    SupplierFlag.SHARE: N_("One supplier has more than half of the grant"),
    SupplierFlag.PRICE: N_("The price is far above the price register"),
    SupplierFlag.SPLIT: N_(
        "Bought in parts: within 30 days they come to the sum from which three quotations are asked"
    ),
    SupplierFlag.SPLIT_SUPPLIERS: N_(
        "Bought of several suppliers: within 30 days the same kind of cost comes to the sum from which three "
        "quotations are asked"
    ),
}
BANK_STATEMENT_STATUSES: Mapping[BankStatementStatus, str] = {
    BankStatementStatus.COLUMNS: N_("Its columns are to be named"),
    BankStatementStatus.READING: N_("Being read"),
    BankStatementStatus.READ: N_("To be looked at"),
    BankStatementStatus.ENTERING: N_("Being matched"),
    BankStatementStatus.ENTERED: N_("Entered, its rows matched"),
    BankStatementStatus.FAILED: N_("Could not be read"),
    BankStatementStatus.DROPPED: N_("Dropped"),
}
BANK_FILE_FORMS: Mapping[BankFileForm, str] = {
    BankFileForm.CAMT: N_("XML of the bank (camt.053)"),
    BankFileForm.MT940: N_("MT940 of the bank"),
    BankFileForm.CSV: N_("Table (CSV)"),
    BankFileForm.XLSX: N_("Workbook (XLSX)"),
}
LIKENESSES: Mapping[Likeness, str] = {
    Likeness.EXACT: N_("Exact"),
    Likeness.LIKELY: N_("Likely"),
}
MATCH_STATUSES: Mapping[MatchStatus, str] = {
    MatchStatus.PROPOSED: N_("To be decided"),
    MatchStatus.CONFIRMED: N_("Confirmed"),
    MatchStatus.REJECTED: N_("Rejected"),
}
EXPORT_STATUSES: Mapping[ExportStatus, str] = {
    ExportStatus.WAITING: N_("Waiting to be written"),
    ExportStatus.RUNNING: N_("Being written"),
    ExportStatus.DONE: N_("Ready"),
    ExportStatus.FAILED: N_("Could not be written"),
    ExportStatus.CANCELLED: N_("Cancelled"),
    ExportStatus.EXPIRED: N_("Deleted after thirty days"),
}
FILE_FORMS: Mapping[FileForm, str] = {
    FileForm.XLSX: N_("Workbook (XLSX)"),
    FileForm.CSV: N_("Table (CSV)"),
    FileForm.BEANCOUNT: N_("Text for the accounting program beancount"),
}
FUNDING_REPORT_STATUSES: Mapping[FundingReportStatus, str] = {
    FundingReportStatus.WAITING: N_("Waiting to be made"),
    FundingReportStatus.RUNNING: N_("Being made"),
    FundingReportStatus.DONE: N_("Ready"),
    FundingReportStatus.FAILED: N_("Could not be made"),
}
GRANT_AMENDMENT_KINDS: Mapping[GrantAmendmentKind, str] = {
    GrantAmendmentKind.EXTENSION: N_("More time, no more money"),
    GrantAmendmentKind.SHIFT: N_("Money moved within the budget"),
    GrantAmendmentKind.RAISE: N_("Reduced award raised again"),
}
GRANT_AMENDMENT_STATUSES: Mapping[GrantAmendmentStatus, str] = {
    GrantAmendmentStatus.PROPOSED: N_("Waits to be decided"),
    GrantAmendmentStatus.APPROVED: N_("Change in force"),
    GrantAmendmentStatus.REFUSED: N_("Change refused"),
    GrantAmendmentStatus.WITHDRAWN: N_("Proposal withdrawn"),
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
BATCH_STATUSES: Mapping[BatchStatus, str] = {
    BatchStatus.OPEN: N_("To be looked through"),
    BatchStatus.CLOSED: N_("Closed, not with the bank yet"),
    BatchStatus.SENT: N_("With the bank"),
    BatchStatus.SETTLED: N_("Answered by the bank"),
    BatchStatus.CANCELLED: N_("Given up"),
}
PAYMENT_STATUSES: Mapping[PaymentStatus, str] = {
    PaymentStatus.LISTED: N_("On the list"),
    PaymentStatus.SENT: N_("Payment with the bank"),
    PaymentStatus.CONFIRMED: N_("Paid by the bank"),
    PaymentStatus.FAILED: N_("Not paid by the bank"),
    PaymentStatus.REMOVED: N_("Taken off the list"),
    PaymentStatus.RETURNED: N_("Came back"),
}
OVERRIDABLE_CONDITIONS: Mapping[OverridableCondition, str] = {
    OverridableCondition.ACCOUNTED: N_("The tranche before is accounted for"),
    OverridableCondition.VISIT: N_("A monitoring visit was made"),
    OverridableCondition.REPORT: N_("A spending report is accepted"),
}
OVERRIDE_STATUSES: Mapping[OverrideStatus, str] = {
    OverrideStatus.PROPOSED: N_("Override waits for approval"),
    OverrideStatus.APPROVED: N_("In force for the next payment"),
    OverrideStatus.REFUSED: N_("Override refused"),
    OverrideStatus.WITHDRAWN: N_("Override withdrawn"),
    OverrideStatus.USED: N_("Used by the payment"),
    OverrideStatus.LAPSED: N_("Not needed any more"),
}
RATE_SOURCES: Mapping[RateSource, str] = {
    RateSource.NBKR_DAILY: N_("National Bank, daily rate"),
    RateSource.NBKR_WEEKLY: N_("National Bank, weekly rate"),
    RateSource.INFOREURO: N_("InforEuro"),
    RateSource.BANK: N_("Rate of the bank"),
    RateSource.MANUAL: N_("Entered by hand, with its source"),
}
RATE_STATES: Mapping[RateState, str] = {
    RateState.WAITING: N_("Waits for approval"),
    RateState.APPROVED: N_("Approved"),
    RateState.REFUSED: N_("Refused"),
    RateState.WITHDRAWN: N_("Withdrawn"),
}
CLOSING_STATUSES: Mapping[ClosingStatus, str] = {
    ClosingStatus.PROPOSED: N_("Closing proposed"),
    ClosingStatus.APPROVED: N_("Closed"),
    ClosingStatus.REFUSED: N_("Closing refused"),
}
RECOVERY_KINDS: Mapping[RecoveryKind, str] = {
    RecoveryKind.CLAIM: N_("Claim money back"),
    RecoveryKind.LIFT: N_("Lift the claim"),
    RecoveryKind.WRITE_OFF: N_("Give up the claim"),
}
RECOVERY_STATUSES: Mapping[RecoveryStatus, str] = {
    RecoveryStatus.PROPOSED: N_("Proposed, not decided"),
    RecoveryStatus.APPROVED: N_("Decided so"),
    RecoveryStatus.REFUSED: N_("Proposal refused"),
}
REPAYMENT_STATUSES: Mapping[RepaymentStatus, str] = {
    RepaymentStatus.RECORDED: N_("Waits to be confirmed"),
    RepaymentStatus.CONFIRMED: N_("Came back"),
    RepaymentStatus.REFUSED: N_("Not confirmed"),
    RepaymentStatus.REVERSED: N_("Reversed"),
}
TERMINATION_STATUSES: Mapping[TerminationStatus, str] = {
    TerminationStatus.PROPOSED: N_("End proposed"),
    TerminationStatus.APPROVED: N_("Ended early"),
    TerminationStatus.REFUSED: N_("End refused"),
}
SIGN_KINDS: Mapping[SignKind, str] = {
    SignKind.NEAR_DUPLICATE: N_("Receipts near alike"),
    SignKind.CIRCULAR: N_("Money that comes back"),
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
    TrancheStatus.DROPPED: N_("Dropped: the grant was reduced"),
}


def checks_of(kind: ContributionKind) -> Mapping[Check, str]:
    """What each check says of money, or of goods and labour."""
    return GOODS_CHECKS if kind is ContributionKind.IN_KIND else CHECKS


def faults_of(kind: ContributionKind) -> Mapping[Check, str]:
    """What can be found wrong with a contribution of this kind, message ids by check."""
    return GOODS_FAULTS if kind is ContributionKind.IN_KIND else RECEIPT_FAULTS
