"""Planning who judges what."""

from wtforms import RadioField

from app.localisation import N_, lazy
from forms.base import BaseForm, DayField, WholeNumberField, required_input


class PlanForm(BaseForm):
    """What is planned; the view sets the choices."""

    mode = RadioField(lazy(N_("What is to be planned?")), validators=[required_input()])
    each = WholeNumberField(N_("Reviewers for each application, when topping up"), required=False)
    due_on = DayField(N_("Review due on"))
