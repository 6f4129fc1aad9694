"""A session that ends without decisions, and what is taken off its agenda."""

from app.localisation import N_
from forms.base import BaseForm, LongTextField


class AdjournmentForm(BaseForm):
    """Why; it is read by those it concerns."""

    reason = LongTextField(N_("Reason"), longest=400)
