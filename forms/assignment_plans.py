"""Planning who judges what."""

from flask_wtf.file import FileField
from wtforms import RadioField

from app.localisation import N_, lazy
from forms.base import BaseForm, DayField, LongTextField, WholeNumberField, required_input


class PlanForm(BaseForm):
    """What is planned; the view sets the choices."""

    mode = RadioField(lazy(N_("What is to be planned?")), validators=[required_input()])
    each = WholeNumberField(N_("Reviewers for each application, when topping up"), required=False)
    due_on = DayField(N_("Review due on"))


class ListForm(BaseForm):
    """A list as a file, or as text."""

    file = FileField(lazy(N_("The list as a CSV file")))
    rows = LongTextField(N_("Or its rows"), required=False, longest=400_000)
    due_on = DayField(N_("Review due on"))
