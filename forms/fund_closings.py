"""Closing a fund: what is kept, what went back to the donor and by which payment."""

from app.localisation import N_
from forms.base import AmountField, DayField, ReasonForm, TextField


class FundClosingForm(ReasonForm):
    """The payment to the donor is left out where nothing goes back."""

    kept = AmountField(N_("Kept for indirect costs, in som"), required=False)
    amount = AmountField(N_("Paid back to the donor"), required=False)
    paid_on = DayField(N_("Day of the payment"), required=False)
    bank_reference = TextField(N_("The bank's reference"), required=False, longest=60)
