"""Making a call: texts in three languages, days, money, and the weights of its rubric."""

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, RadioField, SelectField
from wtforms.validators import ValidationError

from app.localisation import N_, gettext, lazy
from forms.base import (
    AmountField,
    BaseForm,
    CodeField,
    DayField,
    LongTextField,
    TextField,
    WholeNumberField,
    required_input,
)

LONGEST_TITLE, LONGEST_SUMMARY = 200, 2000


class PercentsField(TextField):
    """Whole percentages one after the other, as in 40 / 40 / 20."""

    parts: Sequence[int] = ()

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        if validation_stopped:
            return
        words = self.data.translate(str.maketrans("%/+,;", "     ")).split()
        if not words or not all(word.isascii() and word.isdigit() and len(word) <= 3 for word in words):
            raise ValidationError(gettext("Enter whole numbers one after the other, as in 40 / 40 / 20."))
        self.parts = tuple(int(word) for word in words)


def percents_text(parts: Sequence[int]) -> str:
    """Percentages as they are typed."""
    return " / ".join(str(part) for part in parts)


class CallForm(BaseForm):
    """A call before it opens."""

    fund = SelectField(lazy(N_("Fund")), coerce=int, validators=[required_input()])
    code = CodeField(N_("Short name for files and papers"), longest=30)
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
    in_kind_counts = BooleanField(lazy(N_("Goods and labour count toward the co-investment")))
    tranche_percents = PercentsField(N_("Parts in which the grant is paid"), longest=40)
    accounting_percent = WholeNumberField(N_("Accounted for before the next tranche"))
    reviewers_per_application = WholeNumberField(N_("Reviewers for each application"))
    pass_total = WholeNumberField(N_("Points needed to pass"))
    pass_section_percent = WholeNumberField(N_("Needed in each criterion"))
    quorum_percent = WholeNumberField(N_("Quorum of the village meeting"))
    quorum_of = RadioField(lazy(N_("The quorum is counted in")), validators=[required_input()])


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
