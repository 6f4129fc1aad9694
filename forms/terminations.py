"""Terminations: why a grant is to end early, or why it goes on."""

from forms.base import ReasonForm


class TerminationForm(ReasonForm):
    """The reason of a proposal, or of its refusal."""
