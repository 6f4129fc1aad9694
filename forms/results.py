"""Results: a value reached, with its parts by sex when they were counted."""

from app.localisation import N_
from forms.base import BaseForm, DayField, LongTextField, NumberField, ReasonForm


class ResultForm(BaseForm):
    """One value of one indicator at the end of a period."""

    period_ends_on = DayField(N_("Counted on"))
    value = NumberField(N_("Value reached"), places=2)
    female = NumberField(N_("Of these, women"), required=False, places=2)
    male = NumberField(N_("Of these, men"), required=False, places=2)
    evidence = LongTextField(N_("How you counted"), longest=2000)


class ResultReasonForm(ReasonForm):
    """Refusing a value."""
