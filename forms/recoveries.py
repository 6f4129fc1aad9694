"""Recoveries: what of a grant's money is claimed back, not claimed any more, or given up."""

from app.localisation import N_
from forms.base import AmountField, DayField, ReasonForm, TextField


class ClaimForm(ReasonForm):
    """Money the association must pay back until a day."""

    amount = AmountField(N_("Amount, in som"))
    due_on = DayField(N_("To be paid back until"))


class LiftForm(ReasonForm):
    """Claimed money the association may account for after all."""

    amount = AmountField(N_("Amount, in som"))


class WriteOffForm(LiftForm):
    """Claimed money that is given up, by a decision of the Council."""

    decision = TextField(N_("Decision of the Council: number and day"), longest=120)
