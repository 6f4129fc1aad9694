"""A supplier: what is known of it, and which other entry is the same one."""

from wtforms import BooleanField, SelectField

from app.localisation import N_, lazy
from forms.base import BaseForm, ReasonForm, TextField, required_input


class SupplierForm(BaseForm):
    """What is known of a supplier."""

    name = TextField(N_("Name of the supplier"))
    tax_number = TextField(N_("Tax number"), required=False, longest=20)
    phone = TextField(N_("Phone"), required=False, longest=20)
    address = TextField(N_("Address"), required=False)
    account_number = TextField(N_("Account number"), required=False, longest=40)
    is_active = BooleanField(lazy(N_("The programme works with this supplier")))


class MergeSupplierForm(ReasonForm):
    """Which entry is kept. The choices are set by the view."""

    into = SelectField(lazy(N_("The entry that is kept")), validators=[required_input()])
