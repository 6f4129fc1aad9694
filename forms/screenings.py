"""The secretary's finding."""

from wtforms import RadioField

from app.localisation import N_, lazy
from forms.base import BaseForm, LongTextField, required_input


class ScreeningForm(BaseForm):
    """Eligible, not eligible or back for changes, and why."""

    outcome = RadioField(lazy(N_("Your finding")), validators=[required_input()])
    reason = LongTextField(N_("Reason"), required=False, longest=2000)
