"""Spending reports: the period, what lies off the budget, what has to be changed."""

from app.localisation import N_
from forms.base import BaseForm, DayField, LongTextField, ReasonForm


class ExpenditureReportForm(BaseForm):
    """The last day of the period; the first one follows from the report before."""

    ends_on = DayField(N_("Last day of the period"))


class SubmitReportForm(BaseForm):
    """Handing a report in."""

    explanation = LongTextField(N_("What lies off the budget, and why"), required=False, longest=2000)


class ReturnReportForm(ReasonForm):
    """Sending a report back."""
