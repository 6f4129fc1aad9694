"""Choosing the past applications that reviewers judge for practice."""

from wtforms import SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from app.localisation import N_, lazy
from forms.base import BaseForm


class ChooseForm(BaseForm):
    """Two past applications; the view sets the choices."""

    applications = SelectMultipleField(
        lazy(N_("Past applications")),
        coerce=int,
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
