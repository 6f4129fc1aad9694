"""Receipts of tranches: what came and when; of a slip, who signed it, with its scan."""

from app.localisation import N_
from forms.base import AmountField, BaseForm, DayField, TextField, UploadField


class TrancheReceiptForm(BaseForm):
    """What came on the account of the association."""

    received = AmountField(N_("Amount that came"))
    received_on = DayField(N_("Day on which it came"))
    reason = TextField(N_("Why did less come than was sent?"), required=False, longest=400)


class SlipForm(TrancheReceiptForm):
    """The same, from the slip that was signed."""

    signer = TextField(N_("Who signed the slip? Name and office"), longest=200)
    upload = UploadField(N_("Scan of the signed slip: photo or PDF"))
