"""Members and payout accounts of an association."""

from typing import Any

from wtforms import RadioField, SelectField
from wtforms.validators import ValidationError

from app.localisation import N_, gettext, lazy
from forms.base import BaseForm, DayField, TextField, WholeNumberField, required_input


class MemberForm(BaseForm):
    """A person and the office in the association."""

    full_name = TextField(N_("Full name as in the passport"), longest=200)
    role = SelectField(lazy(N_("Office")), validators=[required_input()])
    sex = RadioField(lazy(N_("Sex")), validators=[required_input()])
    birth_year = WholeNumberField(N_("Year of birth"), required=False)
    migrant_status = SelectField(lazy(N_("Tie to migration")), validators=[required_input()])
    since_on = DayField(N_("Member since"))

    def validate_birth_year(self, field: Any) -> None:
        if field.data is not None and not 1900 <= field.data <= 2100:
            raise ValidationError(gettext("Enter a year with four digits, as in 1984."))


class PayoutAccountForm(BaseForm):
    """The bank account grants are paid to."""

    bank = TextField(N_("Bank"), longest=120)
    number = TextField(N_("Account number"), longest=60)
    holder = TextField(N_("Account holder"), longest=200)
