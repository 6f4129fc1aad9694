"""Which centre acts for the test association."""

from wtforms import SelectField

from app.localisation import N_, lazy
from forms.base import BaseForm, required_input


class TestAssociationForm(BaseForm):
    """The centre whose operators walk the dry runs."""

    centre = SelectField(lazy(N_("Resource centre")), coerce=int, validators=[required_input()])
