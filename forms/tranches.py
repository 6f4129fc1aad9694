"""Tranches: the release of the money, and reasons."""

from app.localisation import N_
from forms.base import BaseForm, DayField, ReasonForm, TextField


class ReleaseForm(BaseForm):
    """What the bank said when the money left."""

    bank_reference = TextField(N_("The bank's reference"), longest=60)
    value_on = DayField(N_("Day on which the money left"))


class TrancheReasonForm(ReasonForm):
    """Giving a request back, or recording that the bank sent the money back."""
