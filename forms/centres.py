"""A resource centre: its place, names, hours and phone."""

from wtforms import SelectField

from app.localisation import N_, lazy
from forms.base import NamedForm, TextField, required_input


class CentreForm(NamedForm):
    """What can be changed of a centre."""

    opening_hours = TextField(N_("Opening hours"), required=False)
    phone = TextField(N_("Phone"), required=False, longest=20, render_kw={"inputmode": "tel", "autocomplete": "off"})


class NewCentreForm(CentreForm):
    """A centre to be registered; the view sets the choices."""

    ayil_okmotu = SelectField(lazy(N_("Ayil aymak")), coerce=int, validators=[required_input()])
