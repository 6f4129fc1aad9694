"""Making a call: texts in three languages, days, money, and the weights of its rubric."""

from collections.abc import Sequence
from typing import Any

from wtforms import SelectField
from wtforms.validators import Regexp, ValidationError

from app.localisation import N_, gettext, lazy
from forms.base import AmountField, BaseForm, DayField, LongTextField, TextField, WholeNumberField, required_input

LONGEST_TITLE, LONGEST_SUMMARY = 200, 2000


def _code_letters() -> Any:
    return Regexp(r"^[A-Za-z0-9-]+$", message=lazy(N_("Use Latin letters, digits and hyphens only.")))


class CallForm(BaseForm):
    """A call before it opens."""

    fund = SelectField(lazy(N_("Fund")), coerce=int, validators=[required_input()])
    code = TextField(N_("Short name for files and papers"), longest=30)
    title_ky = TextField(N_("Title in Kyrgyz"), longest=LONGEST_TITLE)
    title_ru = TextField(N_("Title in Russian"), longest=LONGEST_TITLE)
    title_en = TextField(N_("Title in English"), longest=LONGEST_TITLE)
    summary_ky = LongTextField(N_("Summary in Kyrgyz"), required=False, longest=LONGEST_SUMMARY)
    summary_ru = LongTextField(N_("Summary in Russian"), required=False, longest=LONGEST_SUMMARY)
    summary_en = LongTextField(N_("Summary in English"), required=False, longest=LONGEST_SUMMARY)
    opens_on = DayField(N_("Applications are taken from"))
    closes_on = DayField(N_("Last day"))
    budget = AmountField(N_("Budget of the call"))
    grant_floor = AmountField(N_("Smallest grant"))
    grant_ceiling = AmountField(N_("Largest grant"))
    match_percent = WholeNumberField(N_("Grant for each 100 som of co-investment"))

    def validate_code(self, field: Any) -> None:
        _code_letters()(self, field)


class WeightsForm(BaseForm):
    """The weight of each criterion; its fields are made by `weights_form`."""

    def weights(self) -> dict[int, int]:
        """{criterion id: weight}."""
        return {
            int(name.removeprefix("weight_")): field.data
            for name, field in self._fields.items()
            if name.startswith("weight_")
        }


def weights_form(criteria: Sequence[tuple[int, str]]) -> type[WeightsForm]:
    """A form with one weight for each (id, title)."""

    def is_weight(form: Any, field: Any) -> None:
        if field.data is not None and not 1 <= field.data <= 100:
            raise ValidationError(gettext("A weight is a whole number from 1 to 100."))

    fields: dict[str, Any] = {}
    for criterion_id, title in criteria:
        fields[f"weight_{criterion_id}"] = WholeNumberField(title)
        fields[f"validate_weight_{criterion_id}"] = is_weight
    return type("WeightsForm", (WeightsForm,), fields)
