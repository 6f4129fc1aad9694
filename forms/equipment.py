"""A thing a centre works with."""

from wtforms import BooleanField, RadioField, SelectField
from wtforms.validators import Optional

from app.localisation import N_, lazy
from forms.base import BaseForm, DayField, TextField, WholeNumberField, optional_id, required_input


class EquipmentForm(BaseForm):
    """What it is, how many, in what state, who paid for it and whether it bears the emblem."""

    name = TextField(N_("What it is"))
    quantity = WholeNumberField(N_("How many"))
    condition = RadioField(lazy(N_("State")), validators=[required_input()])
    donor = SelectField(lazy(N_("Paid for by")), coerce=optional_id, validators=[Optional()])
    bears_emblem = BooleanField(lazy(N_("The donor's emblem is on it and can be seen")))
    checked_on = DayField(N_("Looked at on"))
