"""A result an applicant promises."""

from wtforms import SelectField

from app.localisation import N_, lazy
from forms.base import BaseForm, NumberField, required_input


class PromiseForm(BaseForm):
    """An indicator, its value now and the value aimed at."""

    indicator = SelectField(lazy(N_("What will change")), coerce=int, validators=[required_input()])
    baseline = NumberField(N_("Now"))
    target = NumberField(N_("When the project is done"))


class ValuesForm(BaseForm):
    """The two values of a promise that is changed: its indicator stays."""

    baseline = NumberField(N_("Now"))
    target = NumberField(N_("When the project is done"))
