"""Convening the Council, who is present, and what it decides."""

from wtforms import SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from app.localisation import N_, lazy
from forms.base import (
    BaseForm,
    DayField,
    TextField,
    WholeNumberField,
)


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
