"""The secretary's finding."""

from wtforms import RadioField, SelectMultipleField

from app.localisation import N_, lazy
from forms.base import BaseForm, LongTextField, required_input


class ScreeningForm(BaseForm):
    """Eligible, not eligible or back for changes, and why."""

    outcome = RadioField(lazy(N_("Your finding")), validators=[required_input()])
    parts = SelectMultipleField(lazy(N_("Which parts have to be mended?")))
    reason = LongTextField(N_("Reason"), required=False, longest=2000)
