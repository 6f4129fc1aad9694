"""Repayments: what came back from an association."""

from app.localisation import N_
from forms.base import AmountField, DayField, ReasonForm, TextField


class RepaymentForm(ReasonForm):
    """Money that came back; the reason is what it was not spent for."""

    amount = AmountField(N_("Amount that came back, in som"))
    paid_on = DayField(N_("Day on which it came back"))
    bank_reference = TextField(N_("The bank's reference"), longest=60)
