"""Words for the accounts of associations: how a change was told, how an objection stands."""

from collections.abc import Mapping

from app.localisation import N_
from models.account_notices import NoticeWay
from models.account_objections import AccountObjectionStatus, ObjectionVerdict
from models.tranche_receipts import ReceiptWay

NOTICE_WAYS: Mapping[NoticeWay, str] = {
    NoticeWay.IN_PERSON: N_("The paper was handed over"),
    NoticeWay.PHONE: N_("By phone, the number known before"),
    NoticeWay.SCREEN: N_("Read on the screen, from the own account"),
}
RECEIPT_WAYS: Mapping[ReceiptWay, str] = {
    ReceiptWay.SCREEN: N_("On the screen, from the own account"),
    ReceiptWay.SLIP: N_("By a signed slip"),
}
OBJECTION_STATUSES: Mapping[AccountObjectionStatus, str] = {
    AccountObjectionStatus.OPEN: N_("Objection to be looked into"),
    AccountObjectionStatus.ANSWERED: N_("Objection waits for the second person"),
    AccountObjectionStatus.DISMISSED: N_("Objection dismissed"),
    AccountObjectionStatus.UPHELD: N_("Objection was right"),
}
OBJECTION_VERDICTS: Mapping[ObjectionVerdict, str] = {
    ObjectionVerdict.DISMISS: N_("The change is in order: dismiss the objection"),
    ObjectionVerdict.UPHOLD: N_("The objection is right: the account of before stays"),
}
