"""One allocation of a call: fund, oblast, theme, amount."""

from wtforms import SelectField
from wtforms.validators import Optional

from app.localisation import N_, lazy
from forms.base import AmountField, BaseForm, required_input


class AllocationForm(BaseForm):
    """The view sets the choices; an empty oblast means every village that may apply, an empty theme every project."""

    fund = SelectField(lazy(N_("Fund")), coerce=int, validators=[required_input()])
    oblast = SelectField(lazy(N_("For which villages")), validators=[Optional()], default="")
    theme = SelectField(lazy(N_("For which projects")), validators=[Optional()], default="")
    amount = AmountField(N_("Amount"))
