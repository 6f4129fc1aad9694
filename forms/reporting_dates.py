"""Reports a donor's agreement asks for."""

from wtforms import BooleanField, SelectField

from app.localisation import N_, lazy
from forms.base import BaseForm, DayField, required_input


class ReportingDateForm(BaseForm):
    """The period a report is about, and the day by which the donor has it."""

    starts_on = DayField(N_("First day of the period"))
    ends_on = DayField(N_("Last day of the period"))
    due_on = DayField(N_("The donor has the report by"))
    is_final = BooleanField(lazy(N_("It is the final report")))


class SentForm(BaseForm):
    """Which finished report was sent, and when; the view sets the choices."""

    report = SelectField(lazy(N_("Which report was sent?")), coerce=int, validators=[required_input()])
    sent_on = DayField(N_("Day on which it was sent"))
