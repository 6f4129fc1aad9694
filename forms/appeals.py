"""Appeals against a decision of the Council."""

from wtforms import RadioField

from app.localisation import N_, lazy
from forms.base import BaseForm, LongTextField, ReasonForm, required_input


class AppealForm(BaseForm):
    """What the Council should look at again."""

    text = LongTextField(N_("What should the Council look at again, and why?"))


class AppealOutcomeForm(ReasonForm):
    """Whether the appeal is upheld, and why."""

    outcome = RadioField(lazy(N_("Outcome")), validators=[required_input()])


class AppealWithdrawalForm(ReasonForm):
    """Why it is taken back."""
