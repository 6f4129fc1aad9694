"""Convening the Council, who is present, and what it decides."""

from typing import Any

from wtforms import RadioField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from app.localisation import N_, gettext, lazy
from forms.base import (
    AmountField,
    BaseForm,
    DayField,
    LongTextField,
    TextField,
    WholeNumberField,
    required_input,
)
from models.council_sessions import DecisionOutcome


class ConveneForm(BaseForm):
    """Day, place and number of seats of a session."""

    held_on = DayField(N_("Day of the session"))
    place = TextField(N_("Place"))
    seats = WholeNumberField(N_("Seats in the Council"))


class AttendanceForm(BaseForm):
    """Who is present; the view sets the choices."""

    members = SelectMultipleField(
        lazy(N_("Members present")), coerce=int, widget=ListWidget(), option_widget=CheckboxInput()
    )


class DecideForm(BaseForm):
    """What the Council decides on one application; the amount is in som.

    The view sets the choices of `allocation`; empty means the first that has so much left.
    """

    outcome = RadioField(lazy(N_("Decision")), validators=[required_input()])
    amount = AmountField(N_("Amount awarded"), required=False)
    allocation = RadioField(lazy(N_("Paid from")), default="")
    votes_for = WholeNumberField(N_("Votes for"))
    votes_against = WholeNumberField(N_("Votes against"))
    abstentions = WholeNumberField(N_("Abstentions"))
    reason = LongTextField(N_("Reason, as it will stand in the protocol"))

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = bool(super().validate(extra_validators))
        if self.outcome.data == DecisionOutcome.SELECTED.value and self.amount.data is None and not self.amount.errors:
            self.refuse("amount", gettext("Enter the amount that is awarded."))
            is_valid = False
        for name in ("amount", "votes_for", "votes_against", "abstentions"):
            if self[name].data is not None and self[name].data < 0:
                self.refuse(name, gettext("This cannot be less than zero."))
                is_valid = False
        return is_valid
