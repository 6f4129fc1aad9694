"""The cut of an award: why, and the sum that was shown."""

from wtforms import HiddenField
from wtforms.validators import Regexp

from app.localisation import N_
from forms.base import BaseForm, LongTextField


class ReductionForm(BaseForm):
    """`expected` is the award in tyiyn the officer was shown as the one that is left."""

    reason = LongTextField(N_("Reason"), longest=400)
    expected = HiddenField(validators=[Regexp(r"^\d{1,15}$")])
