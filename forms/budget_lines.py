"""A line of the budget."""

from wtforms import SelectField
from wtforms.validators import Optional

from app.localisation import N_, lazy
from forms.base import AmountField, BaseForm, NumberField, TextField, WholeNumberField, required_input


class BudgetLineForm(BaseForm):
    """What is bought, how much of it, at what price and who pays."""

    heading = SelectField(lazy(N_("Kind of cost")), validators=[required_input()])
    item = TextField(N_("What exactly"), required=False, longest=200)
    price = SelectField(lazy(N_("Rate of the price list")), validators=[Optional()], default="")
    quantity = NumberField(N_("Quantity"))
    unit = TextField(N_("Unit"), required=False, longest=40)
    unit_cost = AmountField(N_("Price of one"), required=False)
    month = WholeNumberField(N_("In which month of the plan"), default=1)
    payer = SelectField(lazy(N_("Who pays")), validators=[required_input()])
