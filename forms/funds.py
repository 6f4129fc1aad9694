"""Funds: the agreement with the donor, and its instalments."""

from typing import Any

from wtforms import SelectField

from app.localisation import LOCALE_CODES, N_, lazy
from forms.base import (
    AmountField,
    BaseForm,
    BoxesField,
    CodeField,
    DayField,
    LongTextField,
    NamedForm,
    TextField,
    WholeNumberField,
    required_input,
)

LONGEST_PURPOSE, LONGEST_STATEMENT = 1000, 400


class FundForm(NamedForm):
    """A fund as the agreement says; the view sets the choices."""

    donor = SelectField(lazy(N_("Donor")), coerce=int, validators=[required_input()])
    code = CodeField(N_("Short name for files and papers"), longest=20)
    currency = SelectField(lazy(N_("Currency")), validators=[required_input()])
    amount = AmountField(N_("Amount agreed"))
    starts_on = DayField(N_("First day"))
    ends_on = DayField(N_("Last day"))
    purpose_ky = LongTextField(N_("Purpose in Kyrgyz"), longest=LONGEST_PURPOSE)
    purpose_ru = LongTextField(N_("Purpose in Russian"), longest=LONGEST_PURPOSE)
    purpose_en = LongTextField(N_("Purpose in English"), longest=LONGEST_PURPOSE)
    agreement_number = TextField(N_("Number of the agreement"), required=False, longest=60)
    agreed_on = DayField(N_("Day of the agreement"), required=False)
    eligible_headings = BoxesField(lazy(N_("What grants of this fund may pay for")))
    indirect_percent = WholeNumberField(N_("Kept for indirect costs"))
    contingency_percent = WholeNumberField(N_("Kept as contingency reserve"))
    statement_ky = LongTextField(N_("Funding statement in Kyrgyz"), longest=LONGEST_STATEMENT)
    statement_ru = LongTextField(N_("Funding statement in Russian"), longest=LONGEST_STATEMENT)
    statement_en = LongTextField(N_("Funding statement in English"), longest=LONGEST_STATEMENT)

    def texts(self, name: str) -> dict[str, Any]:
        """`purpose` or `statement` in the three languages."""
        return {code: self[f"{name}_{code}"].data for code in LOCALE_CODES}


class ReceiveForm(BaseForm):
    """Money that came, in the fund's currency."""

    amount = AmountField(N_("Amount received"))
    received_on = DayField(N_("Day on which it came"))
    bank_reference = TextField(N_("The bank's reference"), longest=60)
    credited = AmountField(N_("Som the bank credited"), required=False)
