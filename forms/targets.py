"""A result an applicant promises."""

from wtforms import SelectField

from app.localisation import N_, lazy
from forms.base import BaseForm, NumberField, required_input


class ValuesForm(BaseForm):
    """The value now and the value aimed at."""

    baseline = NumberField(N_("Now"))
    target = NumberField(N_("When the project is done"))


class PromiseForm(ValuesForm):
    """The two values of an indicator to be chosen."""

    indicator = SelectField(lazy(N_("What will change")), coerce=int, validators=[required_input()])
