"""A donor: code, names, emblem."""

from wtforms import SelectField

from app.localisation import N_, lazy
from forms.base import CodeField, NamedForm, required_input


class DonorForm(NamedForm):
    """Who pays; the view sets the choices."""

    code = CodeField(N_("Short name for files and papers"), longest=20)
    emblem = SelectField(lazy(N_("Emblem on papers")), validators=[required_input()])
