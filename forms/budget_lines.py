"""A line of the budget."""

from typing import Any

from wtforms import SelectField
from wtforms.validators import Optional

from app.localisation import N_, gettext, lazy
from forms.base import REQUIRED, AmountField, BaseForm, NumberField, TextField, WholeNumberField, required_input
from models.applications import Payer


class BudgetLineForm(BaseForm):
    """What is bought, how much of it, at what price and who pays."""

    item = TextField(N_("What exactly"), required=False, longest=200)
    heading = SelectField(lazy(N_("Kind of cost")), validators=[required_input()])
    price = SelectField(lazy(N_("Rate of the price list")), validators=[Optional()], default="")
    quantity = NumberField(N_("Quantity"))
    unit = TextField(N_("Unit"), required=False, longest=40)
    unit_cost = AmountField(N_("Price of one"), required=False)
    payer = SelectField(lazy(N_("Who pays")), validators=[required_input()])
    month = WholeNumberField(N_("In which month of the plan"), default=1)

    def validate(self, extra_validators: Any = None) -> bool:
        """What is paid in cash needs item, unit and price of one: every empty field is named at once."""
        is_valid = super().validate(extra_validators)
        if self.payer.data not in {payer.value for payer in Payer} - {Payer.IN_KIND.value}:
            return is_valid
        for field in (self.item, self.unit, self.unit_cost):
            if field.data in ("", None) and not field.errors:
                self.refuse(field.name, gettext(REQUIRED))
                is_valid = False
        return is_valid
