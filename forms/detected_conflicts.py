"""The secretary's finding on a conflict that was found."""

from wtforms import RadioField

from app.localisation import N_, lazy
from forms.base import BaseForm, LongTextField, required_input


class DetectedConflictForm(BaseForm):
    """A conflict or a false alarm, and why; the view sets the choices."""

    verdict = RadioField(lazy(N_("Your finding")), validators=[required_input()])
    reason = LongTextField(N_("Reason"), longest=2000)
