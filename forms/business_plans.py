"""The parts of a business plan: its frame, sales, running costs, financing and work steps."""

from decimal import Decimal
from typing import Any

from wtforms import BooleanField, SelectField

from app.localisation import MONTHS, N_, gettext, lazy
from forms.base import AmountField, BaseForm, LongTextField, NumberField, TextField, WholeNumberField, required_input


class FrameForm(BaseForm):
    """When the plan begins, when the business begins to sell, and what is in hand."""

    month = SelectField(lazy(N_("First month")), coerce=int, validators=[required_input()])
    year = WholeNumberField(N_("Year"))
    sales_from = WholeNumberField(N_("From which month on will you sell?"))
    opening_cash = AmountField(N_("Money in hand for the business before it begins"))


class YearForm(BaseForm):
    """A form with a value for each month of a year, `value_1` for January."""

    every_month = BooleanField(lazy(N_("The same every month as in January")))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for month in range(1, 13):
            self[f"value_{month}"].flags.optional = False  # left out only when every month is as January

    def validate(self, extra_validators: Any = None) -> bool:
        """No month may be left out, unless all are as January."""
        is_right = bool(super().validate(extra_validators))
        needed = range(1, 2) if self.every_month.data else range(1, 13)
        for month in needed:
            if self[f"value_{month}"].data is None and not self[f"value_{month}"].errors:
                self.refuse(f"value_{month}", gettext("Write a number, 0 where there is nothing."))
                is_right = False
        return is_right

    def values(self) -> list[Decimal]:
        """Twelve values, January first."""
        months = (
            [self["value_1"].data] * 12 if self.every_month.data else [self[f"value_{n}"].data for n in range(1, 13)]
        )
        return [Decimal(value) for value in months]


class SaleLineForm(YearForm):
    """A product: what, to whom, at what price, how much in each month."""

    product = TextField(N_("What do you sell?"), longest=200)
    buyers = LongTextField(N_("Who buys it?"), longest=400)
    unit = TextField(N_("Unit"), longest=40)
    price = AmountField(N_("Price of one"))
    unit_cost = AmountField(N_("What making one costs"))


class RunningCostForm(YearForm):
    """What has to be paid, month by month."""

    item = TextField(N_("What has to be paid"), longest=200)


for _number, _name in enumerate(MONTHS, start=1):
    setattr(SaleLineForm, f"value_{_number}", NumberField(_name, required=False))
    setattr(RunningCostForm, f"value_{_number}", AmountField(_name, required=False))


class FinancingForm(BaseForm):
    """Money that is expected: from whom, when, how much."""

    payer = SelectField(lazy(N_("Who pays")), validators=[required_input()])
    month = WholeNumberField(N_("In which month of the plan"))
    amount = AmountField(N_("Amount"))
    description = TextField(N_("Note"), required=False, longest=200)


class WorkStepForm(BaseForm):
    """An activity of the work plan."""

    activity = TextField(N_("What is done"), longest=200)
    first_month = WholeNumberField(N_("First month"))
    last_month = WholeNumberField(N_("Last month"))
    responsible = TextField(N_("Who answers for it"), required=False, longest=200)
