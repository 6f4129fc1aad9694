"""A remitter: what is known of who sends, and which other entry is the same person."""

from wtforms import BooleanField, SelectField

from app.localisation import N_, lazy
from forms.base import BaseForm, BoxesField, ReasonForm, TextField, required_input


class RemitterForm(BaseForm):
    """What is known of who sends. The countries are set by the view."""

    name = TextField(N_("Name"))
    is_pseudonym = BooleanField(lazy(N_("This is not the real name")))
    country = SelectField(lazy(N_("Country where the person works")), validators=[required_input()])
    phone = TextField(N_("Phone"), required=False, longest=20)


class JoinRemittersForm(ReasonForm):
    """Which entry is kept. The choices are set by the view."""

    into = SelectField(lazy(N_("The entry that is kept")), validators=[required_input()])


class SeparateRemittersForm(ReasonForm):
    """What is the other person's, and under which name. The choices are set by the view."""

    rows = BoxesField(lazy(N_("What is the other person's")))
    name = TextField(N_("Name of the other person"))
    country = SelectField(lazy(N_("Country where the person works")), validators=[required_input()])
