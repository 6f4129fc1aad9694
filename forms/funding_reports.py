"""Funding reports: which fund, which period, which language."""

from wtforms import RadioField, SelectField

from app.localisation import N_, lazy
from forms.base import BaseForm, DayField, required_input


class FundingReportForm(BaseForm):
    """Funds and languages are set by the view."""

    fund = SelectField(lazy(N_("Fund")), validators=[required_input()])
    starts_on = DayField(N_("First day of the period"))
    ends_on = DayField(N_("Last day of the period"))
    locale = RadioField(lazy(N_("Language of the report")), validators=[required_input()])
