"""Grant amendments: the later day, the amounts of the lines, the higher award, reasons."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from app.localisation import N_
from forms.base import AmountField, BaseForm, DayField, LongTextField, ReasonForm


class ExtensionForm(BaseForm):
    """The new last day, and why."""

    ends_on = DayField(N_("New last day of the project"))
    reason = LongTextField(N_("Reason"), longest=1000)


class ShiftForm(BaseForm):
    """The amount of each line, and why; the fields of the lines are made by `shift_form`."""

    reason = LongTextField(N_("Reason"), longest=1000)

    def amounts(self) -> dict[int, Decimal]:
        """{id of a budget line: som}."""
        return {
            int(name.removeprefix("line_")): field.data
            for name, field in self._fields.items()
            if name.startswith("line_")
        }


def shift_form(lines: Sequence[tuple[int, str]]) -> type[ShiftForm]:
    """A form with one amount for each (id of a budget line, what it is called)."""
    fields: dict[str, Any] = {f"line_{line_id}": AmountField(title) for line_id, title in lines}
    return type("ShiftForm", (ShiftForm,), fields)


class RaiseForm(BaseForm):
    """The award wanted, when what is added is planned to be paid, and why."""

    amount = AmountField(N_("New award, in som"))
    due_on = DayField(N_("Day planned for the new tranche"))
    reason = LongTextField(N_("Reason"), longest=1000)


class AmendmentReasonForm(ReasonForm):
    """Refusing a change, or taking it back."""
