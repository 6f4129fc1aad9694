"""What people read instead of codes where associations apply and centres help them; `app.labels` takes them up."""

from collections.abc import Mapping

from app.localisation import N_
from models.calls import QuorumOf
from models.centres import Condition
from models.dictations import ConfirmationWay
from models.pledges import PledgeStatus

QUORUMS_OF: Mapping[QuorumOf, str] = {
    QuorumOf.HOUSEHOLDS: N_("Households"),
    QuorumOf.ADULTS: N_("Adult inhabitants"),
}
PLEDGE_STATUSES: Mapping[PledgeStatus, str] = {
    PledgeStatus.PLEDGED: N_("Pledged"),
    PledgeStatus.PARTLY_RECEIVED: N_("Partly received"),
    PledgeStatus.FULFILLED: N_("Fulfilled"),
    PledgeStatus.LAPSED: N_("Lapsed"),
}
WAYS: Mapping[ConfirmationWay, str] = {
    ConfirmationWay.OWN_CODE: N_("Own code"),
    ConfirmationWay.SIGNATURE: N_("Signature on the printed receipt"),
    ConfirmationWay.THUMBPRINT: N_("Thumbprint on the printed receipt"),
    ConfirmationWay.OWN_ACCOUNT: N_("In the own account"),
    ConfirmationWay.SIGN_OFF: N_("By signing off the application"),
}
CONDITIONS: Mapping[Condition, str] = {
    Condition.WORKS: N_("In working order"),
    Condition.BROKEN: N_("Broken"),
    Condition.GONE: N_("Not there any more"),
}
WEEKDAYS = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)
