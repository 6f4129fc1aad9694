"""A pledge of co-investment."""

from wtforms import BooleanField, HiddenField, SelectField

from app.localisation import N_, lazy
from forms.base import AmountField, BaseForm, DayField, TextField, required_input


class PledgeForm(BaseForm):
    """Who promises what, from where, by when, with consent."""

    remitter_name = TextField(N_("Who promises"), longest=200, render_kw={"list": "remitters", "autocomplete": "off"})
    is_pseudonym = BooleanField(lazy(N_("This is not the real name")))
    country = SelectField(lazy(N_("Country where the person works")), validators=[required_input()])
    amount = AmountField(N_("Amount"))
    currency = SelectField(lazy(N_("Currency")), validators=[required_input()])
    due_on = DayField(N_("By when"))
    monthly_capacity = AmountField(N_("How much the person can send in a month"), required=False)
    consent_version = HiddenField()
    has_consent = BooleanField(lazy(N_("The person agrees that this promise is recorded")))
