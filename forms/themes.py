"""The theme of a project, chosen from the programme's list."""

from wtforms import SelectField

from app.localisation import N_, lazy
from forms.base import BaseForm, required_value


class ThemeForm(BaseForm):
    """The view sets the choices."""

    theme = SelectField(lazy(N_("What is the project mainly about?")), validators=[required_value()])
