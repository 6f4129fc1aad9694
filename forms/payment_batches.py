"""Payment lists: what stands on one, what the bank said of a payment, why one is given up."""

from wtforms import SelectMultipleField

from app.localisation import N_, lazy
from forms.base import BaseForm, DayField, ReasonForm, TextField


class PaymentBatchForm(BaseForm):
    """A list to be begun; the view sets the choices."""

    tranches = SelectMultipleField(lazy(N_("Approved payments")), coerce=int)
    pay_on = DayField(N_("Day on which the bank is to pay"))


class ConfirmPaymentForm(BaseForm):
    """What the bank said when it had paid."""

    bank_reference = TextField(N_("The bank's reference"), longest=60)
    value_on = DayField(N_("Day on which the money left"))


class PaymentReasonForm(ReasonForm):
    """Why a list is given up, or why the bank did not pay."""
