"""Signs to look at: what is said of one."""

from forms.base import ReasonForm


class SignForm(ReasonForm):
    """Looked at, and nothing is wrong."""
