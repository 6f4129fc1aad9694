"""What people read where associations apply and centres help them."""

from collections.abc import Mapping

from app.localisation import N_
from models.applications import ApplicationStatus, BudgetHeading, Payer
from models.associations import AssociationKind
from models.calls import ApplicantType, CallStatus, QuorumOf, RanksBy
from models.centres import Condition
from models.dictations import ConfirmationWay
from models.documents import DocumentKind
from models.pledges import PledgeStatus
from models.prices import PriceKind
from models.signatures import SignatureOutcome

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
ASSOCIATION_KINDS: Mapping[AssociationKind, str] = {
    AssociationKind.VILLAGE: N_("Village association"),
    AssociationKind.AYIL_OKMOTU: N_("Association of the ayil aymak"),
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
CALL_STATUSES: Mapping[CallStatus, str] = {
    CallStatus.DRAFT: N_("Being prepared"),
    CallStatus.OPEN: N_("Open"),
    CallStatus.DECIDED: N_("Decided"),
    CallStatus.CANCELLED: N_("Cancelled"),
}
CONDITIONS: Mapping[Condition, str] = {
    Condition.WORKS: N_("In working order"),
    Condition.BROKEN: N_("Broken"),
    Condition.GONE: N_("Not there any more"),
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
PAYERS: Mapping[Payer, str] = {
    Payer.GRANT: N_("Grant"),
    Payer.REMITTANCE: N_("Co-investment from remittances"),
    Payer.COMMUNITY: N_("Cash of the village"),
    Payer.IN_KIND: N_("Goods and labour (in kind)"),
}
PLEDGE_STATUSES: Mapping[PledgeStatus, str] = {
    PledgeStatus.PLEDGED: N_("Pledged"),
    PledgeStatus.PARTLY_RECEIVED: N_("Partly received"),
    PledgeStatus.FULFILLED: N_("Fulfilled"),
    PledgeStatus.LAPSED: N_("Lapsed"),
}
PRICE_KINDS: Mapping[PriceKind, str] = {PriceKind.MARKET: N_("Market price"), PriceKind.IN_KIND: N_("In-kind rate")}
QUORUMS_OF: Mapping[QuorumOf, str] = {
    QuorumOf.HOUSEHOLDS: N_("Households"),
    QuorumOf.ADULTS: N_("Adult inhabitants"),
}
APPLICANT_TYPES: Mapping[ApplicantType, str] = {
    ApplicantType.GRADUATE: N_("has completed a grant before"),
    ApplicantType.WOMEN_LED: N_("led by a woman"),
    ApplicantType.YOUTH_LED: N_("led by a young person"),
    ApplicantType.AYIL_OKMOTU: N_("association of an ayil okmotu"),
}
RANKINGS_BY: Mapping[RanksBy, str] = {
    RanksBy.MEAN: N_("the mean of the reviews"),
    RanksBy.ADJUSTED: N_("the score adjusted for severity"),
}
SIGNATURE_OUTCOMES: Mapping[SignatureOutcome, str] = {
    SignatureOutcome.SIGNED: N_("Signed off"),
    SignatureOutcome.DECLINED: N_("Not signed off by the chair"),
}
WAYS: Mapping[ConfirmationWay, str] = {
    ConfirmationWay.OWN_CODE: N_("Own code"),
    ConfirmationWay.SIGNATURE: N_("Signature on the printed receipt"),
    ConfirmationWay.THUMBPRINT: N_("Thumbprint on the printed receipt"),
    ConfirmationWay.OWN_ACCOUNT: N_("In the own account"),
    ConfirmationWay.SIGN_OFF: N_("By signing off the application"),
}
