"""Lost phones: how one made sure who asks, and why."""

from wtforms import RadioField

from app.localisation import N_, lazy
from forms.base import BaseForm, LongTextField, required_value


class IdentityForm(BaseForm):
    """How and why."""

    way = RadioField(lazy(N_("How did you make sure who asks?")), validators=[required_value()])
    reason = LongTextField(N_("What happened to the phone"), longest=400)


class RefusalForm(BaseForm):
    """Why the second factor stays."""

    reason = LongTextField(N_("Reason"), longest=400)
