"""Funds: an instalment from the donor."""

from app.localisation import N_
from forms.base import AmountField, BaseForm, DayField, TextField


class ReceiveForm(BaseForm):
    """Money that came, in the fund's currency."""

    amount = AmountField(N_("Amount received"))
    received_on = DayField(N_("Day on which it came"))
    bank_reference = TextField(N_("The bank's reference"), longest=60)
