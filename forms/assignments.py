"""Assigning reviewers, and the reviewer's answer."""

from wtforms import RadioField

from app.localisation import N_, lazy
from forms.base import BaseForm, DayField, LongTextField, required_input

NO_INTEREST = "none"


class AssignForm(BaseForm):
    """A reviewer and the day the review is due; the view sets the choices."""

    reviewer = RadioField(lazy(N_("Reviewer")), coerce=int, validators=[required_input()])
    due_on = DayField(N_("Review due on"))


class AnswerForm(BaseForm):
    """No interest, or an interest of a kind with its explanation; the view sets the choices."""

    interest = RadioField(lazy(N_("Do you have an interest in this application?")), validators=[required_input()])
    explanation = LongTextField(N_("What ties you to the applicant?"), required=False, longest=400)


class DeclineForm(BaseForm):
    """Giving an assignment back."""

    reason = LongTextField(N_("Why can you not write this review?"), longest=400)


class ExtendForm(BaseForm):
    """More time for a review."""

    due_on = DayField(N_("New last day"))


class ReleaseForm(BaseForm):
    """Going on without a review that is late."""

    reason = LongTextField(N_("Why do you go on without this review?"), longest=400)


class TakeBackForm(BaseForm):
    """Taking back a request that was not answered."""

    reason = LongTextField(N_("Why is the request taken back?"), longest=400)
