"""An association, its members and payout accounts."""

from typing import Any

from wtforms import RadioField, SelectField
from wtforms.validators import Optional, ValidationError

from app.localisation import N_, gettext, lazy
from forms.base import (
    BaseForm,
    DayField,
    NamedForm,
    ReasonForm,
    TextField,
    WholeNumberField,
    optional_id,
    required_input,
)


class NewAssociationForm(NamedForm):
    """An association to be registered at a centre; the view sets the choices."""

    kind = RadioField(lazy(N_("Kind")), validators=[required_input()])
    village = SelectField(lazy(N_("Village")), coerce=optional_id, validators=[Optional()])
    founded_on = DayField(N_("Founded on"), required=False)


class MoveForm(BaseForm):
    """Another centre and why; the view sets the choices."""

    centre = SelectField(lazy(N_("New resource centre")), coerce=optional_id, validators=[required_input()])
    reason = TextField(N_("Why does the association move?"), longest=400)


class AssociationForm(NamedForm):
    """What can be changed of an association."""

    founded_on = DayField(N_("Founded on"), required=False)


class MemberForm(BaseForm):
    """A person and the office in the association."""

    full_name = TextField(N_("Full name as in the passport"), longest=200)
    role = SelectField(lazy(N_("Office")), validators=[required_input()])
    sex = RadioField(lazy(N_("Sex")), validators=[required_input()])
    birth_year = WholeNumberField(N_("Year of birth"), required=False)
    phone = TextField(N_("Phone"), required=False, longest=20, render_kw={"inputmode": "tel", "autocomplete": "off"})
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


class RefusePayoutAccountForm(ReasonForm):
    """Why a proposed account is refused."""
