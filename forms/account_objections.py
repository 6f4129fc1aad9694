"""Objections to a changed payout account, and how they are settled."""

from wtforms import RadioField

from app.localisation import N_, lazy
from forms.base import BaseForm, LongTextField, TextField, required_value


class ObjectionForm(BaseForm):
    """Who says it, where somebody else writes it down, and why."""

    said_by = TextField(N_("Who objects? Name and office"), required=False, longest=200)
    reason = LongTextField(N_("What is wrong about the change?"), longest=1000)


class AnswerObjectionForm(BaseForm):
    """How finance would end it and why; the view sets the choices."""

    verdict = RadioField(lazy(N_("How should it end?")), validators=[required_value()])
    reason = LongTextField(N_("What did you find out, and how?"), longest=1000)


class DisagreeForm(BaseForm):
    """Why the second person does not agree."""

    reason = LongTextField(N_("Reason"), longest=400)
