"""An entry of the own register of interests."""

from wtforms import RadioField

from app.localisation import N_, lazy
from forms.base import BaseForm, TextField, required_input


class InterestForm(BaseForm):
    """What kind of interest, whom or what it is about; the view sets the choices."""

    kind = RadioField(lazy(N_("What kind of interest")), validators=[required_input()])
    name = TextField(N_("Full name of the person, or name of the association or business"))
    relation = TextField(N_("How you are related, or what your part is"), required=False)
    register_number = TextField(N_("Register or tax number of the business"), required=False, longest=40)
