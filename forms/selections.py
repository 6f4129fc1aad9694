"""What if: other caps, shares, budgets and amounts of a selection, in the address alone."""

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, SelectField

from app.localisation import N_, gettext, lazy
from forms.base import AmountField, BaseForm, WholeNumberField

MOST = 10_000
LINE = "line_"
CAPS, SHARES = ("oblast", "ayil_okmotu", "applicant"), ("first_time", "women_led", "youth_led")


class WhatIfForm(BaseForm):
    """Figures to try, nothing is stored; `what_if_form` adds the budget lines."""

    class Meta(BaseForm.Meta):
        csrf = False  # it changes nothing: the address says it all

    oblast = WholeNumberField(N_("Selected applications in one oblast, at most"), required=False)
    ayil_okmotu = WholeNumberField(N_("Selected applications in one ayil aymak, at most"), required=False)
    applicant = WholeNumberField(N_("Selected applications of one association, at most"), required=False)
    first_time = WholeNumberField(N_("Selected from associations that never had a grant"), required=False)
    women_led = WholeNumberField(N_("Selected from associations led by a woman"), required=False)
    youth_led = WholeNumberField(N_("Selected from associations led by a young person"), required=False)
    partial_awards = BooleanField(lazy(N_("Less than what is asked for may be awarded")))
    application = SelectField(lazy(N_("One application")), coerce=int, default=0)
    amount = AmountField(N_("It asks for"), required=False)

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = bool(super().validate(extra_validators))
        for name, highest in (dict.fromkeys(CAPS, MOST) | dict.fromkeys(SHARES, 100)).items():
            if self[name].data is not None and not 1 <= self[name].data <= highest:
                self.refuse(name, gettext("Enter a whole number from %(least)s to %(most)s.", least=1, most=highest))
                is_valid = False
        for field in self:
            if isinstance(field, AmountField) and field.data is not None and field.data < (field is self.amount):
                self.refuse(field.name, gettext("The amount must be zero or more and believable."))
                is_valid = False
        return is_valid

    def filled(self, names: Sequence[str]) -> dict[str, int]:
        """Of these fields those that are filled in."""
        return {name: self[name].data for name in names if self[name].data is not None}

    def line_fields(self) -> dict[int, Any]:
        """{allocation: the field of its amount}."""
        return {int(one.name.removeprefix(LINE)): one for one in self if one.name.startswith(LINE)}


def what_if_form(lines: Sequence[tuple[int, str]]) -> type[WhatIfForm]:
    """A form with the amount of each budget line (id, title in the reader's language)."""
    fields: dict[str, Any] = {f"{LINE}{number}": AmountField(title) for number, title in lines}
    return type("WhatIfForm", (WhatIfForm,), fields)
