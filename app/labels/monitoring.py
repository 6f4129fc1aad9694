"""What people read where projects are visited and results verified."""

from collections.abc import Mapping

from app.localisation import N_
from models.indicators import Frequency, ResultStatus
from models.visits import RiskRating, VisitStatus

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
RISK_RATINGS: Mapping[RiskRating, str] = {
    RiskRating.LOW: N_("Low risk"),
    RiskRating.MEDIUM: N_("Medium risk"),
    RiskRating.HIGH: N_("High risk"),
}
VISIT_STATUSES: Mapping[VisitStatus, str] = {
    VisitStatus.PLANNED: N_("Visit planned"),
    VisitStatus.DONE: N_("Visit done"),
}
